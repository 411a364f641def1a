import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { ConfigOverviewSchema } from "../gen/smtpdiag/v1/config_overview_pb.ts";
import { TestSchema } from "../gen/smtpdiag/v1/test_pb.ts";
import { changedSince } from "../src/state/changed_since.ts";

const smtp = { host: "Mail.Example.org:587", user: "u", senderAddress: "a@example.org", tls: true };
const tested = { host: "mail.example.org", port: "587", user: "u", sender: "a@example.org", tls_mode: "auto" };

function changed(now: Partial<typeof smtp>, secretAt = 0, used: Record<string, string> = tested): boolean {
  const config = create(ConfigOverviewSchema, {
    settings: { case: "smtp", value: { ...smtp, ...now } },
    updateTime: timestampFromMs(9000), // activation counts as a change of the record
    secretTime: timestampFromMs(secretAt),
  });
  return changedSince(config, create(TestSchema, { tested: used, startTime: timestampFromMs(5000) }));
}

test.each([
  ["nothing", {}, 0, false],
  ["the host", { host: "mx.example.org:587" }, 0, true],
  ["the port", { host: "mail.example.org:465" }, 0, true],
  ["the user", { user: "v" }, 0, true],
  ["the sender", { senderAddress: "b@example.org" }, 0, true],
  ["the encryption", { tls: false }, 0, true],
  ["the secret", {}, 6000, true],
  ["the secret, before the test", {}, 4000, false],
])("after a change of %s", (_what, now, secretAt, expected) => {
  expect(changed(now, secretAt)).toBe(expected);
});

test("what the test does not name is not compared", () => {
  expect(changed({ user: "v" }, 0, {})).toBe(false);
});
