/** A fix in the words of the form: which of its settings change, from what to what. */
import type { ConfigOverview } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Fix, Report } from "../../gen/smtpdiag/v1/report_pb.ts";
import { Code } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { tlsModeName, tlsModeOfId } from "../words/vocabulary.ts";
import { t } from "../words/words.ts";
import { demandsTlsAs } from "./encryption.ts";
import { typedServer } from "./typed_server.ts";

/** What a form calls a setting. */
export type FixedSetting = "host" | "port" | "encryption" | "user" | "mechanism";

export type Difference = { setting: FixedSetting; from: string; to: string };

/** Those whose change makes a stored secret unusable, the weightiest first. */
const OF_SECRET: readonly FixedSetting[] = ["host", "user", "port", "encryption"];

export function differencesOf(fix: Fix): Difference[] {
  return fix.changes.flatMap(({ setting, from, to }): Difference[] => {
    if (setting === "host") return serverDifferences(from, to);
    if (setting === "tls" || setting === "tls_mode") return [{ setting: "encryption", ...encryptions(from, to) }];
    if (setting === "mechanism") return [{ setting, from: from || t("fix.any"), to: to || t("fix.any") }];
    if (setting === "port" || setting === "user") return [{ setting, from, to }];
    return []; // a setting of a newer service, which its sentence names
  });
}

/** Host and port are two settings of the form, and one of a stored configuration. */
function serverDifferences(from: string, to: string): Difference[] {
  const before = typedServer(from);
  const after = typedServer(to);
  const host = { from: before?.host ?? from, to: after?.host ?? to };
  const port = { from: String(before?.port || ""), to: String(after?.port || "") };
  return [
    ...(host.from === host.to ? [] : [{ setting: "host" as const, ...host }]),
    ...(port.to === "" || port.from === port.to ? [] : [{ setting: "port" as const, ...port }]),
  ];
}

/** Encryption is one of two choices; where both sides are the same one, or neither is, the way of TLS says more. */
function encryptions(from: string, to: string): { from: string; to: string } {
  const [before, after] = [choiceOf(from), choiceOf(to)];
  if (before && after && before !== after) return { from: before, to: after };
  return { from: tlsModeName(tlsModeOfId(from)), to: tlsModeName(tlsModeOfId(to)) };
}

function choiceOf(value: string): string {
  const demanded = demandsTlsAs(value);
  if (demanded === null) return "";
  return demanded ? t("fix.always") : t("fix.if_offered");
}

/** The changed setting for whose sake a secret must be entered again. */
export function secretSetting(fix: Fix): FixedSetting {
  const changed = differencesOf(fix).map((each) => each.setting);
  return OF_SECRET.find((setting) => changed.includes(setting)) ?? "host";
}

/** Whom the secret belongs to once the fix is applied: the login's user, or the OAuth client. */
export function secretOwner(fix: Fix, config: ConfigOverview | null, user: string): { name: string; client: boolean } {
  const smtp = config?.settings.case === "smtp" ? config.settings.value : null;
  if (smtp?.oauth) return { name: smtp.oauth.clientId, client: true };
  const changed = fix.changes.find((change) => change.setting === "user")?.to;
  return { name: changed || user || smtp?.user || "", client: false };
}

/** What was seen as the fix was verified: the sentence on the probed setting that it stands for. */
export function proofOf(fix: Fix, report: Report): string {
  const proof = report.alternatives.find(
    ({ code, message }) => code === Code.OK && message !== "" && fix.sentence.includes(message),
  );
  return proof?.message ?? fix.sentence;
}

/** A field of the form, as its address names it. */
export type FormField = "host" | "port" | "tls" | "user" | "secret" | "senderAddress";

/** The field of the form that a fix is about; null where the form has none. */
export function fieldOf(fix: Fix): FormField | null {
  const first = differencesOf(fix)[0]?.setting;
  if (first === "encryption") return "tls";
  return first === undefined || first === "mechanism" ? null : first;
}

/** The field that the advice on a code is about, by how the code begins. */
const FIELDS: readonly (readonly [string, FormField])[] = [
  ["auth_required", "user"],
  ["auth_rejected", "secret"],
  ["auth_basic_disabled", "secret"],
  ["auth_app_password", "secret"],
  ["dns_not_found", "host"],
  ["invalid_host", "host"],
  ["tls_hostname_mismatch", "host"],
  ["not_smtp", "port"],
  ["connection_refused", "port"],
  ["sender_", "senderAddress"],
];

/** The field that a person looks at first after such a code; null where no field of the form helps. */
export function fieldOfCode(code: string): FormField | null {
  return FIELDS.find(([start]) => code.startsWith(start))?.[1] ?? null;
}
