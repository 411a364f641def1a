import { expect, test } from "vitest";
import { WantedSecret } from "../gen/smtpdiag/v1/discovery_pb.ts";
import { isMailbox, LONGEST, wrongIn, wrongOf, wrongWith } from "../src/state/checks.ts";
import { chosen, rebased } from "../src/state/conflict.ts";
import { type Draft, emptyDraft } from "../src/state/draft.ts";
import { presetOf, userOf, withPreset } from "../src/state/presets.ts";
import { loadAll } from "./words.ts";

await loadAll();

const good: Draft = {
  ...emptyDraft(),
  host: "smtp.example.com",
  user: "me",
  secret: "s",
  senderAddress: "me@example.com",
  senderName: "Me",
};

test("the lengths are those of the protos", () => {
  expect(LONGEST).toMatchObject({ host: 500, senderAddress: 200, secret: 5000, tokenEndpoint: 2048, clientId: 500 });
});

test.each<[Partial<Draft>, "test" | "save" | "test_alone", string[]]>([
  [{}, "test", []],
  [{}, "save", []],
  [{ host: " " }, "test", ["host"]],
  [{ port: "" }, "test", ["port"]],
  [{ port: "70000" }, "test", ["port"]],
  [{ port: "25x" }, "save", ["port"]],
  [{ secret: "" }, "test", ["secret"]],
  [{ secret: "" }, "save", []],
  [{ secret: "", login: "none", user: "" }, "test", []],
  [{ login: "oauth" }, "save", ["tokenEndpoint", "clientId"]],
  [{ login: "oauth", secret: "", tokenEndpoint: "https://a/", clientId: "a" }, "save", ["secret"]],
  [{ login: "oauth", tokenEndpoint: "http://a/", clientId: "a" }, "test", ["tokenEndpoint"]],
  [{ senderAddress: "me.example.com", senderName: "" }, "test", ["senderAddress", "senderName"]],
  [{ senderAddress: "", senderName: "" }, "test_alone", []],
  [{ replyTo: "x" }, "save", ["replyTo"]],
  [{ description: "x".repeat(201) }, "save", ["description"]],
  [{ description: "😀".repeat(200) }, "save", []],
])("%j is checked before it is sent (%s)", (changes, purpose, fields) => {
  expect(wrongIn({ ...good, ...changes }, purpose).map(({ field }) => field)).toEqual(fields);
});

test("a mail address in the place of the host is named", () => {
  expect(wrongWith({ ...good, host: "me@example.com" }, "host")).toContain("mail address");
  expect(wrongWith({ ...good, host: "smtp.example.com/x" }, "host")).not.toBe("");
});

test.each([
  ["me@example.com", true],
  ['"a b"@example.com', true],
  ["ö@müller.example", true],
  ["me.example.com", false],
  ["@example.com", false],
  ["me@", false],
  ["me@exa mple", false],
])("%s may be a mail address: %s", (text, may) => {
  expect(isMailbox(text)).toBe(may);
});

test.each([
  ["sender_address", "senderAddress"],
  ["plain.password", "secret"],
  ["xoauth2.client_credentials.client_secret", "secret"],
  ["xoauth2.scopes[2]", "scopes"],
  ["xoauth2", "secret"],
  ["tls_mode", "tls"],
  ["reply_to_address", "replyTo"],
  ["timeout", null],
])("what is wrong with %s is shown at %s", (field, name) => {
  expect(wrongOf({ field, sentence: "must not be empty" }).field).toBe(name);
});

test("a phrase of the service becomes a sentence", () => {
  expect(wrongOf({ field: "host", sentence: "must not be empty" }).sentence).toBe("Must not be empty.");
  expect(wrongOf({ field: "timeout", sentence: "is too long" }).sentence).toBe("timeout: is too long");
});

function based(on: Draft, changes: Partial<Draft>): Draft {
  const { secret: _secret, stored: _stored, ...settings } = on;
  const stored = { settings, hasSecret: true, secretState: 1, secretTime: null, sequence: 1n };
  return { ...on, stored, ...changes };
}

test("nobody's change is lost: what was not touched here is taken, what was typed stays", () => {
  const mine = based(good, { senderName: "Mine", port: "465", secret: "typed" });
  const theirs = based({ ...good, senderName: "Theirs", description: "Theirs" }, { secret: "" });
  const both = rebased(mine, theirs);
  expect(both.draft).toMatchObject({
    senderName: "Mine",
    description: "Theirs",
    port: "465",
    secret: "typed",
    stored: theirs.stored,
  });
  expect(both.differences).toEqual([
    { field: "port", mine: "465", theirs: "587", taken: false },
    { field: "senderName", mine: "Mine", theirs: "Theirs", taken: false },
    { field: "description", mine: "", theirs: "Theirs", taken: true },
  ]);
  expect(chosen(both, "senderName", true).draft.senderName).toBe("Theirs");
  expect(chosen(chosen(both, "description", false), "senderName", true)).toMatchObject({
    draft: { senderName: "Theirs", description: "" },
    differences: [{ taken: false }, { taken: true }, { taken: false }],
  });
  expect(rebased(based(good, {}), based(good, {})).differences).toEqual([]);
});

test.each([
  ["%EMAILADDRESS%", "me@example.com", "me@example.com"],
  ["%EMAILLOCALPART%", "me@example.com", "me"],
  ["%EMAILLOCALPART%.%EMAILDOMAIN%", "a@b@example.com", "a@b.example.com"],
  ["apikey", "", "apikey"],
  ["%EMAILADDRESS%", "", ""],
  ["", "me@example.com", ""],
])("the user of %j for %j is %j", (template, address, user) => {
  expect(userOf(template, address)).toBe(user);
});

test.each<[WantedSecret[], string]>([
  [[WantedSecret.PASSWORD], "password"],
  [[WantedSecret.OAUTH], "oauth"],
  [[WantedSecret.OAUTH, WantedSecret.PASSWORD], "oauth"],
  [[WantedSecret.OAUTH, WantedSecret.APP_PASSWORD], "password"],
])("a provider that wants %j has the login %s", (wantedSecrets, login) => {
  const preset = { name: "A", userTemplate: "", servers: [{ host: "smtp.a.example", port: 587 }], wantedSecrets };
  expect(withPreset(emptyDraft(), preset as never, "").login).toBe(login);
});

test("a host's provider is known by its servers", () => {
  const preset = { name: "A", servers: [{ host: "smtp.a.example" }] } as never;
  expect(presetOf(" SMTP.a.example ", [preset])).toBe(preset);
  expect(presetOf("a.example", [preset])).toBeNull();
  expect(presetOf("", [preset])).toBeNull();
});
