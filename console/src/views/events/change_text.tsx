/** A changed field in words: "host: a → b", "password replaced". */
import type { ComponentChildren, JSX } from "preact";
import type { Change } from "../../state/events.ts";
import { has, t } from "../../words/words.ts";

export function ChangeText({ change }: { change: Change }): JSX.Element {
  if (change.kind === "secret") return <span>{t("events.replaced", { what: fieldName(change.field) })}</span>;
  if (change.kind === "named") return <span>{t("events.changed", { what: fieldName(change.field) })}</span>;
  const { field, before, after } = change;
  return (
    <span>
      {fieldName(field)}: {before !== null && <Value field={field} value={before} />}
      {before !== null && <span aria-hidden="true"> → </span>}
      {before !== null && <span class="vh"> {t("events.to")} </span>}
      {before === null && `${t("events.now")} `}
      <Value field={field} value={after} />
    </span>
  );
}

/** The name of a setting; of one that is not known here its name on the wire. */
function fieldName(field: string): string {
  const key = `events.field_${field}`;
  return has(key) ? t(key) : field;
}

const MONO: ReadonlySet<string> = new Set(["host", "user", "sender_address", "reply_to_address", "endpoint", "oauth"]);

function Value({ field, value }: { field: string; value: string }): JSX.Element {
  if (!value) return <i>{t("events.nothing")}</i>;
  if (field === "tls") return <span>{value === "always" ? t("events.tls_always") : t("events.tls_if_offered")}</span>;
  return <bdi class={MONO.has(field) ? "mono" : ""}>{value}</bdi>;
}

/** The settings of a configuration in short. */
export function settingsText(settings: Record<string, string>): ComponentChildren[] {
  const { host, endpoint, user, tls, sender_address: sender } = settings;
  const to = host || endpoint;
  return [
    to && <bdi class="mono">{to}</bdi>,
    tls && (tls === "always" ? t("events.tls_always") : t("events.tls_if_offered")),
    user && (
      <span>
        {t("events.field_user")} <bdi class="mono">{user}</bdi>
      </span>
    ),
    sender && sender !== user && (
      <span>
        {t("events.field_sender_address")} <bdi class="mono">{sender}</bdi>
      </span>
    ),
  ].filter(Boolean);
}
