import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { beforeAll, expect, test } from "vitest";
import { ConfigOverviewSchema } from "../gen/smtpdiag/v1/config_overview_pb.ts";
import { type Fix, FixSchema, ReportSchema, SettingChangeSchema } from "../gen/smtpdiag/v1/report_pb.ts";
import { Code } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import { differencesOf, fieldOf, fieldOfCode, proofOf, secretOwner, secretSetting } from "../src/state/fix_diff.ts";
import { load } from "../src/words/words.ts";

beforeAll(() => load("en"));

type Change = [setting: string, from: string, to: string];

/** A fix of such changes. */
function fixOf(changes: Change[], more: MessageInitShape<typeof FixSchema> = {}): Fix {
  return create(FixSchema, {
    ...more,
    changes: changes.map(([setting, from, to]) => create(SettingChangeSchema, { setting, from, to })),
  } as MessageInitShape<typeof FixSchema>);
}

const ALWAYS = "always, with a verified certificate";
const IF_OFFERED = "if the server offers it";

test.each<[string, Change[], string[]]>([
  ["tls of a configuration", [["tls", "false", "true"]], [`encryption: ${IF_OFFERED} > ${ALWAYS}`]],
  ["a mode that the form has", [["tls_mode", "opportunistic", "implicit"]], [`encryption: ${IF_OFFERED} > ${ALWAYS}`]],
  ["modes that are one choice", [["tls_mode", "implicit", "starttls"]], ["encryption: implicit TLS > STARTTLS"]],
  [
    "a mode that the form has not",
    [["tls_mode", "auto", "none"]],
    ["encryption: TLS, whichever way the server speaks > no encryption"],
  ],
  ["the port of a configuration", [["host", "mx.example:587", "mx.example:465"]], ["port: 587 > 465"]],
  [
    "its host and port",
    [["host", "mx.example:587", "mail.example:465"]],
    ["host: mx.example > mail.example", "port: 587 > 465"],
  ],
  ["an IPv6 address", [["host", "[2001:db8::1]:587", "[2001:db8::1]:465"]], ["port: 587 > 465"]],
  ["a host alone", [["host", "mx.example", "mail.example"]], ["host: mx.example > mail.example"]],
  ["a user", [["user", "me", "me@example.com"]], ["user: me > me@example.com"]],
  ["no mechanism", [["mechanism", "CRAM-MD5", ""]], ["mechanism: CRAM-MD5 > any"]],
  ["a setting of a newer service", [["novelty", "1", "2"]], []],
])("a fix in the words of the form: %s", (_, changes, words) => {
  expect(differencesOf(fixOf(changes)).map(({ setting, from, to }) => `${setting}: ${from} > ${to}`)).toEqual(words);
});

test.each<[string, Change[]]>([
  ["encryption", [["tls", "false", "true"]]],
  [
    "port",
    [
      ["tls", "false", "true"],
      ["host", "a.example:25", "a.example:465"],
    ],
  ],
  [
    "host",
    [
      ["tls", "false", "true"],
      ["host", "a.example:25", "b.example:465"],
    ],
  ],
  [
    "user",
    [
      ["user", "a", "b"],
      ["port", "1", "2"],
    ],
  ],
])("for the sake of the %s a secret is entered again", (setting, changes) => {
  expect(secretSetting(fixOf(changes))).toBe(setting);
});

test("the secret is of the user as the fix leaves it, or of the OAuth client", () => {
  const stored = create(ConfigOverviewSchema, { settings: { case: "smtp", value: { user: "stored" } } });
  const oauth = create(ConfigOverviewSchema, {
    settings: { case: "smtp", value: { user: "stored", oauth: { clientId: "app" } } },
  });
  const port = fixOf([["port", "1", "2"]]);
  expect(secretOwner(port, stored, "")).toEqual({ name: "stored", client: false });
  expect(secretOwner(port, stored, "tested")).toEqual({ name: "tested", client: false });
  expect(secretOwner(fixOf([["user", "a", "b"]]), stored, "tested")).toEqual({ name: "b", client: false });
  expect(secretOwner(port, oauth, "")).toEqual({ name: "app", client: true });
});

test("the proof is the sentence on the probe that the fix stands for, and else the fix's own", () => {
  const report = create(ReportSchema, {
    alternatives: [
      { code: Code.TIMEOUT, message: "" },
      { code: Code.TIMEOUT, message: "465 is silent." },
      { code: Code.OK, message: "587 answers." },
    ],
  });
  expect(proofOf(fixOf([], { sentence: "Set the port to 587: verified, 587 answers." }), report)).toBe("587 answers.");
  expect(proofOf(fixOf([], { sentence: "Set the port to 25." }), report)).toBe("Set the port to 25.");
});

test("advice leads to the field that it is about, and to none where the form has none", () => {
  expect(fieldOf(fixOf([["tls", "false", "true"]]))).toBe("tls");
  expect(fieldOf(fixOf([["user", "a", "b"]]))).toBe("user");
  expect(fieldOf(fixOf([["mechanism", "PLAIN", ""]]))).toBeNull();
  expect(fieldOf(fixOf([]))).toBeNull();
  expect(["auth_rejected", "dns_not_found", "sender_rejected", "rate_limited"].map(fieldOfCode)).toEqual([
    "secret",
    "host",
    "senderAddress",
    null,
  ]);
});
