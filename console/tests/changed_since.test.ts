import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { ConfigOverviewSchema } from "../gen/smtpdiag/v1/config_overview_pb.ts";
import { type Test, TestSchema } from "../gen/smtpdiag/v1/test_pb.ts";
import { changedSince } from "../src/state/changed_since.ts";

type Init = Exclude<MessageInitShape<typeof TestSchema>, Test>;

describe("what has changed since a test", () => {
  const tested = {
    host: "mail.example.org",
    port: "587",
    tls_mode: "auto",
    user: "anna",
    sender: "noreply@example.org",
  };
  const smtp = { host: "mail.example.org:587", tls: true, user: "anna", senderAddress: "noreply@example.org" };
  type Settings = Partial<typeof smtp>;
  const config = (changes: Settings, sequence = 9n, secretMs = 0) =>
    create(ConfigOverviewSchema, {
      sequence,
      settings: { case: "smtp", value: { ...smtp, ...changes } },
      ...(secretMs ? { secretTime: timestampFromMs(secretMs) } : {}),
    });
  const then = (more: Init = {}) =>
    create(TestSchema, { tested, configSequence: 5n, startTime: timestampFromMs(1000), ...more });

  test.each([
    ["nothing", {}, []],
    ["only letters of the host", { host: "Mail.Example.org:587" }, []],
    ["the host", { host: "other.example.org:587" }, ["host"]],
    ["the port", { host: "mail.example.org:465" }, ["port"]],
    ["the encryption", { tls: false }, ["tls_mode"]],
    ["the user", { user: "" }, ["user"]],
    ["the sender", { senderAddress: "x@example.org" }, ["sender"]],
    ["several", { tls: false, user: "otto" }, ["tls_mode", "user"]],
  ])("%s", (_, changes: Settings, expected) => {
    expect(changedSince(then(), config(changes))).toEqual(expected);
  });
  test("the secret, where it was stored later", () => {
    expect(changedSince(then(), config({}, 9n, 2000))).toEqual(["secret"]);
    expect(changedSince(then(), config({}, 9n, 500))).toEqual([]);
  });
  test("nothing without a later event", () => {
    expect(changedSince(then(), config({ user: "otto" }, 5n))).toEqual([]);
  });
  test("nothing that the test did not take from the configuration", () => {
    expect(changedSince(then({ overridden: ["user"] }), config({ user: "otto" }))).toEqual([]);
  });
  test("nothing but the secret, where the test noted nothing", () => {
    expect(changedSince(then({ tested: {} }), config({ user: "otto" }, 9n, 2000))).toEqual(["secret"]);
  });
  test("an address of IPv6 has its brackets", () => {
    const six = then({ tested: { ...tested, host: "2001:db8::1" } });
    expect(changedSince(six, config({ host: "[2001:db8::1]:587" }))).toEqual([]);
  });
});
