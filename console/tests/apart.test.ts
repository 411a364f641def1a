/** Words of others within a sentence. */
import { beforeAll, expect, test } from "vitest";
import { has, t } from "../src/words/words.ts";
import { loadAll } from "./words.ts";

beforeAll(loadAll);

test.each([
  ["Office", "Office"],
  ["משרד", "\u2068משרד\u2069"],
  ["a\u202egpj", "\u2068a\u202egpj\u2069"],
  ["a\u2069\u202eb\u2066", "\u2068a\u202eb\u2069"],
])("%j turns nothing of the sentence around it", (name, shown) => {
  expect(t("list.test_named", { name })).toBe(`Test: ${shown}`);
});

test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("%s names no message", (name) => {
  expect(has(`code.${name}`)).toBe(false);
});
