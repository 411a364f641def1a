/** What is wrong with what is typed: a first check here by the protos' rules, and what the service says of it. */
import { getOption } from "@bufbuild/protobuf";
import { rules } from "../../gen/smtpdiag/v1/options_pb.ts";
import {
  AddEmailProviderSMTPRequestSchema,
  SMTPPlainAuthSchema,
  SMTPXOAuth2Auth_ClientCredentialsSchema,
  SMTPXOAuth2AuthSchema,
} from "../../gen/zitadel/admin/v1/admin_pb.ts";
import type { FieldProblem, Problem } from "../api/problem.ts";
import { t } from "../words/words.ts";
import { type Draft, type SecretReason, type Settings, secretReason } from "./draft.ts";
import { asSentence } from "./problems.ts";

/** A field of the form; `recipient` is one of a test alone. */
export type FieldName = keyof Settings | "secret" | "recipient";

/** What is wrong with a field, as a sentence. Without a field it is about something that the form does not show. */
export type Wrong = { field: FieldName | null; sentence: string };

/** What the check is for: the secret may be entered later where nothing is tested, a test needs no name and sender. */
export type Purpose = "test" | "save" | "test_alone";

const { field: smtp } = AddEmailProviderSMTPRequestSchema;
const { field: client } = SMTPXOAuth2AuthSchema;

/** How many characters each field may have, by the service's own rules. */
export const LONGEST: Record<string, number> = Object.fromEntries(
  Object.entries({
    host: smtp.host,
    user: smtp.user,
    senderAddress: smtp.senderAddress,
    senderName: smtp.senderName,
    replyTo: smtp.replyToAddress,
    description: smtp.description,
    secret: SMTPPlainAuthSchema.field.password,
    tokenEndpoint: client.tokenEndpoint,
    clientId: SMTPXOAuth2Auth_ClientCredentialsSchema.field.clientId,
  }).map(([name, field]) => [name, getOption(field, rules).maxLen]),
);

/** Whether a text may be a mail address: the service has the last word. */
export function isMailbox(text: string): boolean {
  return /.@[^\s@]+$/.test(text.trim());
}

/** Why the secret must be entered again, as a sentence; empty where what is missing was never there. */
export function secretSentence(reason: SecretReason): string {
  if (reason === "missing") return "";
  if (reason === "unreadable") return t("form.secret_unreadable");
  if (reason === "login") return t("form.secret_other");
  return t("form.secret_again", { what: t(`form.changes_${reason}`) });
}

/** What is wrong with one field by itself; empty for nothing. */
export function wrongWith(draft: Draft, field: FieldName): string {
  const text = String(draft[field as keyof Draft] ?? "");
  const longest = LONGEST[field];
  if (longest && [...text].length > longest) return t("form.too_long", { longest });
  if (!text.trim()) return "";
  if ((field === "senderAddress" || field === "replyTo") && !isMailbox(text)) return t("form.no_mailbox");
  if (field === "port" && !(/^\d{1,5}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 65535))
    return t("form.no_port");
  if (field === "host" && isMailbox(text)) return t("form.address_as_host");
  if (field === "host" && /[\s/?#]/.test(text.trim())) return t("form.no_host");
  if (field === "tokenEndpoint" && !/^https:\/\/./i.test(text.trim())) return t("form.no_https");
  return "";
}

/** Everything that is wrong, in the order of the form. */
export function wrongIn(draft: Draft, purpose: Purpose): Wrong[] {
  const login: FieldName[] = draft.login === "none" ? [] : ["user"];
  const oauth: FieldName[] = draft.login === "oauth" ? ["tokenEndpoint", "clientId"] : [];
  const sender: FieldName[] = purpose === "test_alone" ? [] : ["senderAddress", "senderName"];
  const wanted: FieldName[] = ["host", "port", ...login, ...oauth];
  const wrong: Wrong[] = [];
  const check = (field: FieldName, mandatory: boolean) => {
    const missing = mandatory && !String(draft[field as keyof Draft]).trim();
    const sentence = missing ? t("form.empty") : wrongWith(draft, field);
    if (sentence) wrong.push({ field, sentence });
  };
  for (const field of wanted) check(field, true);
  const reason = secretReason(draft);
  const later = reason === "missing" && purpose === "save" && draft.login === "password";
  if (reason && !later) wrong.push({ field: "secret", sentence: secretSentence(reason) || t("form.empty") });
  else check("secret", false);
  for (const field of sender) check(field, true);
  for (const field of ["replyTo", "description"] as const) if (purpose !== "test_alone") check(field, false);
  return wrong;
}

/** The form's field of each field of a request, by the last part of its path. */
const FIELDS: Record<string, FieldName> = {
  host: "host",
  port: "port",
  tls: "tls",
  tls_mode: "tls",
  user: "user",
  password: "secret",
  client_secret: "secret",
  xoauth2: "secret",
  token_endpoint: "tokenEndpoint",
  client_id: "clientId",
  scopes: "scopes",
  sender: "senderAddress",
  sender_address: "senderAddress",
  sender_name: "senderName",
  reply_to_address: "replyTo",
  description: "description",
  recipient: "recipient",
};

/** Where the form shows what the service says of a field, such as "xoauth2.scopes[0]". */
export function wrongOf({ field, sentence }: FieldProblem): Wrong {
  const last =
    field
      .replace(/\[\d+\]/g, "")
      .split(".")
      .at(-1) ?? "";
  const name = FIELDS[last];
  return name ? { field: name, sentence: asSentence(sentence) } : { field: null, sentence: `${field}: ${sentence}` };
}

/** Likewise of all that a problem names. */
export function wrongsOf(problem: Problem): Wrong[] {
  return problem.fields.map(wrongOf);
}
