/** Times and lengths of time in words. All take what the server's clock says. */
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { dates, numbers, relativeTimes } from "./kept_formats.ts";
import { locale, t } from "./words.ts";

/** How long something took: "18 ms", "1.05 s", "12.3 s". */
export function took(milliseconds: number): string {
  const amount = (value: number, digits: number) =>
    numbers(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  if (milliseconds < 999.5) return `${amount(milliseconds, 0)} ms`;
  return milliseconds < 9995 ? `${amount(milliseconds / 1000, 2)} s` : `${amount(milliseconds / 1000, 1)} s`;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** How long ago something was, of `now` in milliseconds: "4 min ago", "just now". */
export function ago(when: Timestamp, now: number): string {
  const seconds = (now - timestampDate(when).getTime()) / 1000;
  for (const [unit, size] of UNITS) {
    if (seconds < size) continue;
    const count = Math.floor(seconds / size);
    // The short form of hours is "6 hr ago" to browsers.
    if (unit === "hour") return t("frame.hours_ago", { n: count });
    const style = unit === "minute" ? "short" : "long";
    return relativeTimes(locale.value, { numeric: "always", style }).format(-count, unit);
  }
  return t("frame.just_now");
}

/** A day: "12 Nov 2026". */
export function day(when: Timestamp): string {
  return dates(locale.value, { day: "numeric", month: "short", year: "numeric" }).format(timestampDate(when));
}

/** The time of day: "15:21". */
export function clock(when: Timestamp): string {
  return dates(locale.value, { hour: "2-digit", minute: "2-digit" }).format(timestampDate(when));
}

/** Day and time, of today the time alone: "today 15:21", "12 Nov 09:00"; the year where it is another one. */
export function moment(when: Timestamp, now: number): string {
  const date = timestampDate(when);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return t("frame.today", { time: clock(when) });
  const year = date.getFullYear() === today.getFullYear() ? {} : ({ year: "numeric" } as const);
  const text = dates(locale.value, { day: "numeric", month: "short", ...year }).format(date);
  return `${text} ${clock(when)}`;
}

/** The exact moment, for titles and details: "12 November 2026 at 15:21:07 CET". */
export function exactly(when: Timestamp): string {
  return instant(timestampDate(when));
}

/** Likewise of a Date. */
export function instant(when: Date): string {
  return dates(locale.value, { dateStyle: "long", timeStyle: "long" }).format(when);
}

/** Whole days from `now` until then; negative where it has passed. */
export function daysUntil(when: Timestamp, now: number): number {
  return Math.floor((timestampDate(when).getTime() - now) / 86_400_000);
}

/** In how many days: "in 83 days", "tomorrow", "today". */
export function inDays(days: number): string {
  return relativeTimes(locale.value, { numeric: "auto" }).format(days, "day");
}
