import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { type ConfigOverview, ConfigOverviewSchema, SecretState } from "../gen/smtpdiag/v1/config_overview_pb.ts";
import { DiagnoseRequestSchema } from "../gen/smtpdiag/v1/diagnosis_pb.ts";
import { Depth, TlsMode } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import { AddEmailProviderSMTPRequestSchema } from "../gen/zitadel/admin/v1/admin_pb.ts";
import {
  type Draft,
  draftOf,
  emptyDraft,
  fixedDraft,
  isChanged,
  messageOf,
  requestOf,
  secretReason,
} from "../src/state/draft.ts";

function overview(more: Record<string, unknown> = {}, secretState = SecretState.STORED): ConfigOverview {
  return create(ConfigOverviewSchema, {
    id: "1",
    sequence: 7n,
    secretState,
    settings: {
      case: "smtp",
      value: {
        host: "smtp.example.com:587",
        tls: true,
        user: "me",
        senderAddress: "me@example.com",
        senderName: "Me",
        description: "Mine",
        ...more,
      },
    },
  });
}

const oauth = { tokenEndpoint: "https://login.example.com/token", clientId: "app", scopes: ["a", "b"] };
const stored = (changes: Partial<Draft> = {}, more: Record<string, unknown> = {}, state?: SecretState): Draft => ({
  ...draftOf(overview(more, state)),
  ...changes,
});

test("what is stored is taken apart, without its secret", () => {
  expect(stored()).toMatchObject({
    host: "smtp.example.com",
    port: "587",
    login: "password",
    secret: "",
    stored: { sequence: 7n, hasSecret: true },
  });
  expect(stored({}, { host: "[::1]:25" })).toMatchObject({ host: "::1", port: "25" });
  expect(stored({}, { oauth })).toMatchObject({ login: "oauth", clientId: "app", scopes: "a b" });
  expect(stored({}, { user: "" }).login).toBe("none");
  expect(isChanged(stored())).toBe(false);
  expect(isChanged(stored({ port: "465" }))).toBe(true);
  expect(isChanged(stored({ secret: "x" }))).toBe(true);
  expect(isChanged(emptyDraft())).toBe(false);
});

test.each<[string, Partial<Draft>, Record<string, unknown>, string | null]>([
  ["nothing changes", {}, {}, null],
  ["another spelling of the host", { host: "SMTP.example.com." }, {}, null],
  ["another host", { host: "smtp.example.org" }, {}, "host"],
  ["another user", { user: "you" }, {}, "user"],
  ["a port of submission", { port: "465" }, {}, null],
  ["another such port", { port: "2587" }, {}, null],
  ["any other port", { port: "2525" }, {}, "port"],
  ["less protection", { tls: false }, {}, "tls"],
  ["less protection at a port of submission", { tls: false, port: "465" }, {}, "tls"],
  ["more protection at a port of submission", { tls: true }, { tls: false }, null],
  ["more protection at another port", { tls: true }, { tls: false, host: "smtp.example.com:2525" }, "port"],
  ["no protection, another port", { port: "465" }, { tls: false }, "port"],
  ["another kind of secret", { login: "oauth" }, {}, "login"],
  ["another client", { clientId: "other" }, { oauth }, "client"],
  ["another token endpoint", { tokenEndpoint: "https://other.example/token" }, { oauth }, "client"],
  ["other scopes", { scopes: "c" }, { oauth }, null],
  ["no login any more", { login: "none", host: "other.example" }, {}, null],
  ["it is entered", { host: "other.example", secret: "x" }, {}, null],
])("the secret is needed again: %s", (_name, changes, more, reason) => {
  expect(secretReason(stored(changes, more))).toBe(reason);
});

test("the secret is needed where none is stored, or none that can be opened", () => {
  expect(secretReason(emptyDraft())).toBe("missing");
  expect(secretReason(stored({}, {}, SecretState.MISSING))).toBe("missing");
  expect(secretReason(stored({}, {}, SecretState.UNREADABLE))).toBe("unreadable");
});

const change = (setting: string, to: string) => ({ setting, to });

test.each([
  [[change("port", "465"), change("tls_mode", "implicit")], { port: "465", tls: true }],
  [[change("host", "mail.example.com:465"), change("tls", "true")], { host: "mail.example.com", port: "465" }],
  [[change("host", "mail.example.com")], { host: "mail.example.com", port: "587" }],
  [[change("host", "[2001:db8::1]:25")], { host: "2001:db8::1", port: "25" }],
  [[change("tls", "false")], { tls: false }],
  [[change("tls_mode", "opportunistic")], { tls: false }],
  [[change("user", "me@example.com")], { user: "me@example.com" }],
  [[change("mechanism", "PLAIN")], {}],
])("a fix is taken into what is typed: %j", (changes, expected) => {
  const draft = stored({ secret: "typed" });
  expect(fixedDraft(draft, { changes: changes as never })).toEqual({ ...draft, ...expected });
  expect(draft.port).toBe("587");
});

/** What is on the wire. */
function sent(draft: Draft, id: string | null) {
  const request = create(DiagnoseRequestSchema, requestOf(draft, id));
  return fromBinary(DiagnoseRequestSchema, toBinary(DiagnoseRequestSchema, request));
}

test("a test of a new configuration has all of its settings", () => {
  const draft = { ...emptyDraft(), host: " h.example ", user: "me", secret: "s", senderAddress: "me@h.example" };
  expect(sent(draft, null)).toMatchObject({
    host: "h.example",
    port: 587,
    tlsMode: TlsMode.AUTO,
    user: "me",
    password: "s",
    sender: "me@h.example",
    depth: Depth.MAIL,
    configId: "",
  });
  expect(sent({ ...draft, tls: false }, null).tlsMode).toBe(TlsMode.OPPORTUNISTIC);
  expect(sent({ ...draft, senderAddress: "" }, null).depth).toBe(Depth.AUTH);
  expect(sent({ ...draft, login: "none" }, null)).toMatchObject({ user: "", password: "" });
});

test("a test of a stored configuration has what differs, and no secret where the stored one is kept", () => {
  const nothing = { host: "", port: 0, tlsMode: TlsMode.UNSPECIFIED, user: "", password: "", sender: "" };
  expect(sent(stored({ description: "Other", replyTo: "a@b.example" }), "1")).toMatchObject({
    ...nothing,
    configId: "1",
  });
  expect(sent(stored({ port: "465" }), "1")).toMatchObject({ ...nothing, configId: "1", port: 465 });
  expect(sent(stored({ secret: "new" }), "1")).toMatchObject({ ...nothing, configId: "1", password: "new" });
  expect(sent(stored({}, { oauth }), "1").xoauth2).toBeUndefined();
  expect(sent(stored({ secret: "new" }, { oauth }), "1").xoauth2?.source).toMatchObject({
    case: "clientCredentials",
    value: { clientId: "app", clientSecret: "new", scopes: ["a", "b"] },
  });
});

test("a test without a login names no configuration that has one", () => {
  expect(sent(stored({ login: "none" }), "1")).toMatchObject({ configId: "", host: "smtp.example.com", user: "" });
  expect(sent(stored({}, { user: "" }), "1").configId).toBe("1");
});

test.each<[Partial<Draft>, Record<string, unknown>]>([
  [{}, { host: "smtp.example.com:587", user: "me", auth: { case: "plain", value: { password: "" } } }],
  [{ secret: "s" }, { auth: { case: "plain", value: { password: "s" } } }],
  [{ host: "::1", port: "25" }, { host: "[::1]:25" }],
  [
    { login: "none", secret: "s" },
    { user: "", auth: { case: "none" } },
  ],
  [
    { login: "oauth", ...oauth, scopes: " a  b ", secret: "s" },
    {
      auth: {
        case: "xoauth2",
        value: {
          ...oauth,
          clientId: undefined,
          oAuth2Type: { case: "clientCredentials", value: { clientId: "app", clientSecret: "s" } },
        },
      },
    },
  ],
])("what is stored of %j", (changes, expected) => {
  const message = create(AddEmailProviderSMTPRequestSchema, messageOf(stored(changes as Partial<Draft>)));
  const wanted = JSON.parse(JSON.stringify(expected));
  expect(message).toMatchObject(wanted);
});
