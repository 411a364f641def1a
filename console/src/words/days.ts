/** Days in words. All take milliseconds since 1970. */
import { dates } from "./kept_formats.ts";
import { locale, t } from "./words.ts";

/** The year, unless it is the present one. */
function yearOf(date: Date, now: number): { year?: "numeric" } {
  return date.getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" };
}

/** A day of this year without it: "12 Nov", "12 Nov 2025". */
export function shortDay(when: number, now: number): string {
  const date = new Date(when);
  return dates(locale.value, { day: "numeric", month: "short", ...yearOf(date, now) }).format(date);
}

/** A day as a heading: "Today", "Yesterday", "Friday 20 November". `before` says how many days ago it was. */
export function dayHeading(when: number, now: number, before: number): string {
  if (before === 0) return t("events.today");
  if (before === 1) return t("events.yesterday");
  const date = new Date(when);
  return dates(locale.value, { weekday: "long", day: "numeric", month: "long", ...yearOf(date, now) }).format(date);
}
