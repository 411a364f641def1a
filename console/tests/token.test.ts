import { expect, test } from "vitest";
import { asSentence } from "../src/state/problems.ts";
import { canBeToken, tokenIn } from "../src/state/token.ts";

test.each([
  ["mp_abc", "mp_abc"],
  ["  mp_abc\r\n", "mp_abc"],
  ["mp_ab\n  c", "mp_abc"],
  ["Bearer mp_abc", "mp_abc"],
  ["bearer\tmp_abc", "mp_abc"],
  ["Authorization: Bearer mp_abc", "mp_abc"],
  ['"mp_abc"', "mp_abc"],
  ['Bearer "mp_abc"', "mp_abc"],
  ["\ufeffmp_abc\u200b", "mp_abc"],
  ["", ""],
  [" \n ", ""],
  ["Bearer ", ""],
  ["bearer_of_news", "bearer_of_news"],
])("the token in %j is %j", (text, token) => {
  expect(tokenIn(text)).toBe(token);
});

test.each([
  ["mp_abc", true],
  ["a.b-c_d~e+f/g=", true],
  ["", false],
  ["mp_ä", false],
  ["mp_…", false],
  ["тoken", false],
  ["a\u0000b", false],
  ["🔑", false],
  ["x".repeat(8000), true],
  ["x".repeat(8001), false],
])("%j can be a token: %s", (token, can) => {
  expect(canBeToken(token)).toBe(can);
  if (can) expect(() => new Headers({ authorization: `Bearer ${token}` })).not.toThrow();
});

test.each([
  ["the access token is unknown or revoked", "The access token is unknown or revoked."],
  ["das Access-Token ist unbekannt", "Das Access-Token ist unbekannt."],
  ["tls_mode must be set", "tls_mode must be set."],
  ["Is it there?", "Is it there?"],
  ["über 30 s", "Über 30 s."],
])("%s, as a sentence: %s", (text, sentence) => {
  expect(asSentence(text)).toBe(sentence);
});
