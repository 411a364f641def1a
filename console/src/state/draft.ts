/** The settings of an SMTP configuration as somebody types them, and what is sent for them. */
import type { Message, MessageInitShape } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type ConfigOverview, SecretState } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { DiagnoseRequestSchema } from "../../gen/smtpdiag/v1/diagnosis_pb.ts";
import type { Fix } from "../../gen/smtpdiag/v1/report_pb.ts";
import { Depth, TlsMode } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import type { AddEmailProviderSMTPRequestSchema } from "../../gen/zitadel/admin/v1/admin_pb.ts";
import type { Result } from "../api/problem.ts";
import { admin, ask, onlyAt } from "../api/transport.ts";
import { noted } from "./connection.ts";
import { demandsTlsAs } from "./encryption.ts";
import { lookedUp, serverText, typedServer } from "./typed_server.ts";

export type Login = "password" | "oauth" | "none";

/** What a person types. The secret is the password, or the OAuth client's; empty where the stored one is kept. */
export type Settings = {
  host: string;
  port: string;
  tls: boolean;
  login: Login;
  user: string;
  tokenEndpoint: string;
  clientId: string;
  /** Separated by blanks. */
  scopes: string;
  senderAddress: string;
  senderName: string;
  replyTo: string;
  description: string;
};

/** What is stored of the configuration that is changed. */
export type Stored = {
  settings: Settings;
  hasSecret: boolean;
  secretState: SecretState;
  secretTime: Timestamp | null;
  sequence: bigint;
};

export type Draft = Settings & { secret: string; stored: Stored | null };

const NOTHING: Settings = {
  host: "",
  port: "587",
  tls: true,
  login: "password",
  user: "",
  tokenEndpoint: "",
  clientId: "",
  scopes: "",
  senderAddress: "",
  senderName: "",
  replyTo: "",
  description: "",
};

/** The names of all settings. */
export const SETTINGS = Object.keys(NOTHING) as (keyof Settings)[];

export function emptyDraft(): Draft {
  return { ...NOTHING, secret: "", stored: null };
}

/** What is stored, to be changed. Of an HTTP provider it is empty but for the description. */
export function draftOf(overview: ConfigOverview): Draft {
  const { settings: given } = overview;
  if (given.case !== "smtp") return { ...emptyDraft(), description: given.value?.description ?? "" };
  const smtp = given.value;
  const server = typedServer(smtp.host);
  const settings: Settings = {
    host: server?.host ?? smtp.host,
    port: server?.port ? String(server.port) : "",
    tls: smtp.tls,
    login: smtp.user ? (smtp.oauth ? "oauth" : "password") : "none",
    user: smtp.user,
    tokenEndpoint: smtp.oauth?.tokenEndpoint ?? "",
    clientId: smtp.oauth?.clientId ?? "",
    scopes: smtp.oauth?.scopes.join(" ") ?? "",
    senderAddress: smtp.senderAddress,
    senderName: smtp.senderName,
    replyTo: smtp.replyToAddress,
    description: smtp.description,
  };
  const stored: Stored = {
    settings,
    hasSecret: overview.secretState === SecretState.STORED,
    secretState: overview.secretState,
    secretTime: overview.secretTime ?? null,
    sequence: overview.sequence,
  };
  return { ...settings, secret: "", stored };
}

/** Whether anything differs from what is stored, or from an empty form. */
export function isChanged(draft: Draft, from: Settings = draft.stored?.settings ?? NOTHING): boolean {
  return draft.secret !== "" || SETTINGS.some((name) => draft[name] !== from[name]);
}

/** The draft with what a fix changes. Settings that no configuration has, such as a mechanism, are left out. */
export function fixedDraft(draft: Draft, fix: Pick<Fix, "changes">): Draft {
  const fixed = { ...draft };
  for (const { setting, to } of fix.changes) {
    if (setting === "host") {
      const server = typedServer(to);
      fixed.host = server?.host ?? to;
      if (server?.port) fixed.port = String(server.port);
    } else if (setting === "port") fixed.port = to;
    else if (setting === "tls" || setting === "tls_mode") fixed.tls = demandsTlsAs(to) === true;
    else if (setting === "user") fixed.user = to;
  }
  return fixed;
}

/** Whether the draft has all that a fix changes. */
export function isFixed(draft: Draft, fix: Pick<Fix, "changes">): boolean {
  return !isChanged({ ...fixedDraft(draft, fix), secret: "" }, draft);
}

/** Why the secret must be entered, though one may be stored: the setting that no longer is the one it was stored for. */
export type SecretReason = "missing" | "unreadable" | "login" | "host" | "user" | "client" | "port" | "tls";

const SUBMISSION_PORTS = ["465", "587", "2465", "2587"];

/**
 * Says whether a login needs its secret entered. The service has the same rule (its stored_secret), and the last word:
 * a stored secret stays with the host and user that it was entered for, and is never used with less protection.
 */
export function secretReason(draft: Draft): SecretReason | null {
  if (draft.login === "none" || draft.secret) return null;
  const { stored } = draft;
  if (stored?.secretState === SecretState.UNREADABLE) return "unreadable";
  if (!stored?.hasSecret) return "missing";
  const before = stored.settings;
  if (draft.login !== before.login) return "login";
  if (lookedUp(draft.host) !== lookedUp(before.host)) return "host";
  if (draft.user.trim() !== before.user) return "user";
  const client = (of: Settings) => `${of.tokenEndpoint.trim()} ${of.clientId.trim()}`;
  if (draft.login === "oauth" && client(draft) !== client(before)) return "client";
  const port = draft.port.trim();
  if (port === before.port && draft.tls === before.tls) return null;
  if (!draft.tls) return draft.tls === before.tls ? "port" : "tls";
  return SUBMISSION_PORTS.includes(port) || (port === before.port && before.tls) ? null : "port";
}

const scopesOf = (draft: Settings) => draft.scopes.split(/\s+/).filter(Boolean);

/**
 * The test of what is typed, as far as the sender. Of a stored configuration only what differs is sent: the answer then
 * speaks in the words of the configuration, and the stored secret is used where that is allowed.
 */
export function requestOf(draft: Draft, id: string | null): MessageInitShape<typeof DiagnoseRequestSchema> {
  const before = draft.stored?.settings;
  // An empty user means the stored one, so a test without a login can't name a configuration that has one.
  const named = id !== null && before !== undefined && (draft.login !== "none" || before.login === "none");
  const differs = (name: keyof Settings) => !named || draft[name] !== before?.[name];
  const user = draft.login === "none" ? "" : draft.user.trim();
  const credentials = {
    tokenEndpoint: draft.tokenEndpoint.trim(),
    clientId: draft.clientId.trim(),
    clientSecret: draft.secret,
    scopes: scopesOf(draft),
  };
  return {
    depth: draft.senderAddress.trim() ? Depth.MAIL : Depth.AUTH,
    ...(named ? { configId: id } : {}),
    ...(differs("host") ? { host: draft.host.trim() } : {}),
    ...(differs("port") ? { port: Number(draft.port) || 0 } : {}),
    ...(differs("tls") ? { tlsMode: draft.tls ? TlsMode.AUTO : TlsMode.OPPORTUNISTIC } : {}),
    ...(differs("user") ? { user } : {}),
    ...(differs("senderAddress") ? { sender: draft.senderAddress.trim() } : {}),
    ...(draft.login === "password" ? { password: draft.secret } : {}),
    ...(draft.login === "oauth" && draft.secret
      ? { xoauth2: { source: { case: "clientCredentials", value: credentials } } }
      : {}),
  };
}

/** What an addition and an update have in common. */
type SentSettings = Omit<Exclude<MessageInitShape<typeof AddEmailProviderSMTPRequestSchema>, Message>, "$typeName">;

/** The settings as the service stores them. */
export function messageOf(draft: Draft): SentSettings {
  const clientCredentials = { clientId: draft.clientId.trim(), clientSecret: draft.secret };
  const none = draft.login === "none";
  return {
    host: serverText(draft.host, draft.port),
    tls: draft.tls,
    user: none ? "" : draft.user.trim(),
    senderAddress: draft.senderAddress.trim(),
    senderName: draft.senderName.trim(),
    replyToAddress: draft.replyTo.trim(),
    description: draft.description.trim(),
    auth: none
      ? { case: "none", value: {} }
      : draft.login === "password"
        ? { case: "plain", value: { password: draft.secret } }
        : {
            case: "xoauth2",
            value: {
              tokenEndpoint: draft.tokenEndpoint.trim(),
              scopes: scopesOf(draft),
              oAuth2Type: { case: "clientCredentials", value: clientCredentials },
            },
          },
  };
}

/** The key of an addition whose answer did not come: made once more, it adds nothing twice. */
let repeated = { key: "", text: "" };

/**
 * Stores what is typed, and returns the id.
 * @param id The configuration to change; null adds one.
 * @param sequence What the change is based on: where it is another one by now, nothing is stored (`conflict`).
 */
export async function saveDraft(id: string | null, draft: Draft, sequence: bigint): Promise<Result<string>> {
  const message = messageOf(draft);
  if (id !== null) {
    const answer = noted(
      await ask((options) => admin.updateEmailProviderSMTP({ ...message, id }, onlyAt(sequence, options))),
    );
    return answer.ok ? { ok: true, value: id } : answer;
  }
  const text = JSON.stringify(message);
  if (repeated.text !== text) repeated = { key: crypto.getRandomValues(new Uint32Array(4)).join("-"), text };
  const headers = { "x-idempotency-key": repeated.key };
  const answer = noted(await ask((options) => admin.addEmailProviderSMTP(message, { ...options, headers })));
  if (answer.ok || answer.problem.kind !== "unreachable") repeated = { key: "", text: "" };
  return answer.ok ? { ok: true, value: answer.value.id } : answer;
}
