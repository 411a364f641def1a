/** The time axis that all rows of a test share. Pure. */

export type Axis = {
  /** Where the axis ends, in milliseconds. */
  end: number;
  /** Where it has marks, in milliseconds, the first at 0. */
  ticks: number[];
};

/** Where the axis of a running test ends: it grows from one to the next. Beyond, it doubles. */
const LIVE_ENDS = [500, 1000, 2500, 5000, 10_000, 30_000] as const;

/** How many marks an axis has at most, beside the one at 0. */
const MOST_TICKS = 5;

/** The least part of the axis that a bar has, so that it is seen. */
const LEAST_BAR = 0.005;

/**
 * Where the axis of a running test ends.
 * @param former Where it ended before: it never shrinks.
 */
export function liveEnd(span: number, former = 0): number {
  let end: number = LIVE_ENDS.find((each) => each >= span) ?? LIVE_ENDS[LIVE_ENDS.length - 1] ?? 1;
  while (end < span) end *= 2;
  return Math.max(end, former);
}

/** Where the axis of a test that has ended ends: a little beyond its last bar, so that this one is seen to end. */
export function fittingEnd(span: number): number {
  return Math.max(span, 1) * 1.05;
}

/** The axis that ends there, with marks at round times. */
export function axisTo(end: number): Axis {
  const least = end / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= least * (1 - 1e-9)) ?? end;
  const count = Math.floor(end / step + 1e-9);
  return { end, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

/** A place on the axis as SVG writes it, from the left: "22.73%". Places outside are moved to its ends. */
export function place(axis: Axis, time: number): string {
  return percent(Math.min(1, Math.max(0, time / axis.end)));
}

/** The left end and width of a bar. None is so short that it can't be seen, and none goes beyond the axis. */
export function bar(axis: Axis, start: number, took: number): { x: string; width: string } {
  const left = Math.min(1 - LEAST_BAR, Math.max(0, start / axis.end));
  const width = Math.min(1 - left, Math.max(LEAST_BAR, took / axis.end));
  return { x: percent(left), width: percent(width) };
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(2))}%`;
}
