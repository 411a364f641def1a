/** What the log of an instance shows: pure functions of its events. */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type ConfigEvent, ConfigEventType } from "../../gen/smtpdiag/v1/instance_pb.ts";

/** The names by which events call a secret. */
const SECRETS: ReadonlySet<string> = new Set(["password", "client_secret", "signing_key"]);

/** What a change did to one field. `before` is null where the event before it is not on hand; a secret has no values. */
export type Change =
  | { kind: "secret"; field: string }
  | { kind: "value"; field: string; before: string | null; after: string }
  | { kind: "named"; field: string };

/** The settings of an event as texts, by the names that `changed_fields` has; null where it has none. */
export function settingsOf(event: ConfigEvent): Record<string, string> | null {
  if (event.settings.case === "http") {
    const { endpoint, description } = event.settings.value;
    return { endpoint, description };
  }
  if (event.settings.case !== "smtp") return null;
  const smtp = event.settings.value;
  const oauth = smtp.oauth;
  return {
    sender_address: smtp.senderAddress,
    sender_name: smtp.senderName,
    tls: smtp.tls ? "always" : "if_offered",
    host: smtp.host,
    user: smtp.user,
    reply_to_address: smtp.replyToAddress,
    description: smtp.description,
    oauth: oauth ? [oauth.tokenEndpoint, oauth.clientId, ...oauth.scopes].filter(Boolean).join(" ") : "",
  };
}

/**
 * What an event has changed, in the order in which it names the fields; secrets last.
 * @param before The last event of the same configuration before it that has settings, where it is on hand.
 */
export function changesOf(event: ConfigEvent, before: ConfigEvent | undefined): Change[] {
  const after = settingsOf(event) ?? {};
  const former = before ? settingsOf(before) : null;
  const changes = event.changedFields.map((field): Change => {
    if (SECRETS.has(field)) return { kind: "secret", field };
    const value = after[field];
    if (value === undefined) return { kind: "named", field };
    return { kind: "value", field, before: former?.[field] ?? null, after: value };
  });
  return [
    ...changes.filter((change) => change.kind !== "secret"),
    ...changes.filter((change) => change.kind === "secret"),
  ];
}

/**
 * The event before each one that has settings, of the same configuration, by sequence.
 * @param events Newest first.
 */
export function formerOf(events: readonly ConfigEvent[]): Map<bigint, ConfigEvent> {
  const former = new Map<bigint, ConfigEvent>();
  const later = new Map<string, ConfigEvent>();
  for (const event of events) {
    if (settingsOf(event) === null) continue;
    const next = later.get(event.providerId);
    if (next) former.set(next.sequence, event);
    later.set(event.providerId, event);
  }
  return former;
}

/** What a configuration is called by its settings: its description, or where it sends to. */
export function nameOfSettings(settings: Record<string, string>): string {
  return settings.description || settings.host || settings.endpoint || "";
}

/** What configurations were last called, by id, as far as events tell. */
export function namesIn(events: readonly ConfigEvent[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const event of events) {
    const settings = settingsOf(event);
    if (settings && !names.has(event.providerId)) names.set(event.providerId, nameOfSettings(settings));
  }
  return names;
}

/** The events of a day. `start` is a moment of it, in milliseconds since 1970. */
export type Day = { key: string; start: number; events: ConfigEvent[] };

/**
 * Events by the days of the browser's time zone, newest first, in their order.
 * What was thinned away stands as snapshots with former times, so a day may come twice: in the place of the log.
 */
export function eventsByDay(events: readonly ConfigEvent[]): Day[] {
  const days: Day[] = [];
  for (const event of events) {
    const start = event.createTime ? timestampMs(event.createTime) : 0;
    const date = new Date(start);
    const key = `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
    const last = days.at(-1);
    if (last?.key === key) last.events.push(event);
    else days.push({ key, start, events: [event] });
  }
  return days;
}

/** How many days lie between a moment and now by the calendar: 0 today, 1 yesterday. */
export function daysBefore(when: number, now: number): number {
  const noon = (moment: number) => new Date(moment).setHours(12, 0, 0, 0);
  return Math.round((noon(now) - noon(when)) / 86_400_000);
}

/** The wire's name of a type in lower case: "smtp_changed"; "unknown" of what this console does not know. */
export function typeId(type: ConfigEventType): string {
  return (ConfigEventType[type] ?? "unknown").toLowerCase();
}

/** An address without its port: "192.0.2.7" of "192.0.2.7:51234", "2001:db8::1" of "[2001:db8::1]:51234". */
export function withoutPort(peer: string): string {
  const bracketed = /^\[(.+)\](?::\d+)?$/.exec(peer);
  return bracketed?.[1] ?? peer.replace(/^([^:]+):\d+$/, "$1");
}
