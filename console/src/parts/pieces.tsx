/** Small pieces of many screens. */
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { ComponentChildren, JSX } from "preact";
import { ago, exactly, moment } from "../words/formats.ts";
import { Icon, type IconName } from "./icon.tsx";

export type Tone = "plain" | "ok" | "fail" | "warn";

const GLYPHS: Record<Tone, IconName> = { plain: "info", ok: "check", fail: "cross", warn: "warning" };

/** A state in a word, with a glyph where one is named. */
export function Pill({
  tone = "plain",
  icon,
  children,
}: {
  tone?: Tone;
  icon?: IconName;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <span class={`pill ${tone === "plain" ? "" : tone}`}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

/** A sentence that stands out. `alert` is read aloud at once. */
export function Note(props: {
  tone?: Tone;
  icon?: IconName;
  alert?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const { tone = "plain" } = props;
  return (
    <div class={`note ${tone}`} role={props.alert ? "alert" : undefined}>
      <Icon name={props.icon ?? GLYPHS[tone]} />
      <div class="grow">{props.children}</div>
    </div>
  );
}

/** A box with a heading. */
export function Card(props: {
  title: ComponentChildren;
  side?: ComponentChildren;
  bare?: boolean;
  class?: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class={`card ${props.class ?? ""}`}>
      <header>
        <h2 class="grow">{props.title}</h2>
        {props.side}
      </header>
      {props.bare ? props.children : <div class="in-card">{props.children}</div>}
    </section>
  );
}

/** Names and values. A row without a value is left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }): JSX.Element {
  return (
    <dl class="kv">
      {rows.map(([name, value]) =>
        value === "" || value === null || value === undefined ? null : (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ),
      )}
    </dl>
  );
}

/** How long ago something was, with the exact moment as title. */
export function Ago({ when, now }: { when: Timestamp; now: number }): JSX.Element {
  return (
    <time dateTime={timestampDate(when).toISOString()} title={exactly(when)}>
      {ago(when, now)}
    </time>
  );
}

/** Day and time, with the exact moment as title. */
export function Moment({ when, now }: { when: Timestamp; now: number }): JSX.Element {
  return (
    <time dateTime={timestampDate(when).toISOString()} title={exactly(when)}>
      {moment(when, now)}
    </time>
  );
}

/** Bars in the place of rows that are being read. */
export function Loading({ rows, label }: { rows: number; label: string }): JSX.Element {
  return (
    <div class="loading" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class="loading-row" />
      ))}
    </div>
  );
}
