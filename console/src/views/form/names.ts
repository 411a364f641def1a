/** The form's fields by name: their labels, and the ids of their elements. */
import type { FieldName } from "../../state/checks.ts";
import type { Settings } from "../../state/draft.ts";
import { t } from "../../words/words.ts";

export const idOf = (field: FieldName) => `form-${field}`;

export function labelOf(field: FieldName, oauth: boolean): string {
  const labels: Record<FieldName, () => string> = {
    host: () => t("form.host"),
    port: () => t("form.port"),
    tls: () => t("form.encryption"),
    login: () => t("form.login"),
    user: () => t("form.user"),
    secret: () => (oauth ? t("form.client_secret") : t("form.password")),
    tokenEndpoint: () => t("form.token_endpoint"),
    clientId: () => t("form.client_id"),
    scopes: () => t("form.scopes"),
    senderAddress: () => t("form.sender_address"),
    senderName: () => t("form.sender_name"),
    replyTo: () => t("form.reply_to"),
    description: () => t("form.description"),
    recipient: () => t("form.recipient"),
  };
  return labels[field]();
}

/** A value in the words of the form. */
export function inWords(field: keyof Settings, value: string | boolean): string {
  if (field === "tls") return value ? t("tls.always") : t("tls.if_offered");
  if (field === "login") return t(`form.login_${value as "password" | "oauth" | "none"}`);
  return value === "" ? t("form.nothing") : String(value);
}

/** Puts the focus into a field. */
export function focusOn(field: FieldName): void {
  const element = document.getElementById(idOf(field));
  const inside = element?.matches("input") ? element : element?.querySelector<HTMLElement>("input:checked");
  inside?.scrollIntoView({ block: "center" });
  inside?.focus({ preventScroll: true });
}
