/** What the history of a configuration shows: pure functions of its kept tests. */
import { type Test, TestOutcome } from "../../gen/smtpdiag/v1/test_pb.ts";

/**
 * The parts of a column. `other` is what no stage accounts for, such as other settings that were tried; `whole` is a test
 * of which no stages are kept, such as a post to an HTTP provider.
 */
export const PARTS = ["resolve", "connect", "tls", "smtp", "login", "other", "whole"] as const;
export type Part = (typeof PARTS)[number];
export type Parts = Record<Part, number>;

const PART_OF: Record<string, Part> = {
  policy: "resolve",
  resolve: "resolve",
  connect: "connect",
  starttls: "tls",
  tls: "tls",
  auth: "login",
};

/** Milliseconds without a stage that are noise of rounding, and the share of a test's time that is. */
const NOISE = { milliseconds: 10, share: 0.02 } as const;

/** The part that a stage counts for: greeting, EHLO, sender, recipient, message and what is not known here are SMTP. */
export function partOf(stage: string): Part {
  return PART_OF[stage] ?? "smtp";
}

/**
 * How long a test was in each part, in milliseconds; the sum is how long it took.
 * Stages that ran side by side share the time that they took together.
 */
export function partsOf(test: Test): Parts {
  const parts: Parts = { resolve: 0, connect: 0, tls: 0, smtp: 0, login: 0, other: 0, whole: 0 };
  let sum = 0;
  for (const phase of test.phases) {
    parts[partOf(phase.stage)] += phase.elapsedMs;
    sum += phase.elapsedMs;
  }
  const rest = test.elapsedMs - sum;
  if (sum === 0) parts.whole = test.elapsedMs;
  else if (rest > Math.max(NOISE.milliseconds, test.elapsedMs * NOISE.share)) parts.other = rest;
  else if (rest !== 0) for (const part of PARTS) parts[part] *= test.elapsedMs / sum;
  return parts;
}

/** What came of a test. `unknown` is an outcome of a newer release. */
export type Result = "passed" | "failed" | "cancelled" | "unknown";

export function resultOf(test: Pick<Test, "outcome">): Result {
  if (test.outcome === TestOutcome.OK) return "passed";
  if (test.outcome === TestOutcome.FAIL) return "failed";
  return test.outcome === TestOutcome.CANCELLED ? "cancelled" : "unknown";
}

/** Whether a test is about the configuration as it is stored, and not about other settings. */
export function isOwn(test: Pick<Test, "overridden">): boolean {
  return test.overridden.length === 0;
}

/** The middle of some numbers; of an even count the mean of the two in the middle; null of none. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)];
  const lower = sorted[Math.ceil(half) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

export type HistoryFacts = {
  passed: number;
  /** Tests of the configuration itself that came to a verdict. */
  judged: number;
  cancelled: number;
  /** Tests of other settings, which say nothing about the configuration. */
  others: number;
  /** Of those that passed: how long a failed one took says when it gave up. */
  median: number | null;
  slowest: Test | null;
  /** The stage that took most of the slowest one; empty where no stage did. */
  slowestStage: string;
};

/** What can be said of tests in one line. */
export function factsOf(tests: readonly Test[]): HistoryFacts {
  const own = tests.filter(isOwn);
  const passed = own.filter((test) => resultOf(test) === "passed");
  const judged = own.filter((test) => test.outcome === TestOutcome.OK || test.outcome === TestOutcome.FAIL);
  const slowest = judged.reduce<Test | null>(
    (most, test) => (test.elapsedMs > (most?.elapsedMs ?? -1) ? test : most),
    null,
  );
  const longest = slowest?.phases.reduce((most, phase) => (phase.elapsedMs > most.elapsedMs ? phase : most), {
    stage: "",
    elapsedMs: 0,
  });
  return {
    passed: passed.length,
    judged: judged.length,
    cancelled: own.filter((test) => resultOf(test) === "cancelled").length,
    others: tests.length - own.length,
    median: median(passed.map((test) => test.elapsedMs)),
    slowest,
    slowestStage: longest?.stage ?? "",
  };
}

export type Axis = { top: number; ticks: number[] };

/** How much longer than three quarters of all tests one may take before its column is cut off. */
const OUTLIER = 3;

/** Up to where the axis goes, and round numbers on it: one test of ten seconds must not make all others look alike. */
export function axisOf(times: readonly number[]): Axis {
  const sorted = [...times].sort((a, b) => a - b);
  const usual = (sorted[Math.floor((sorted.length - 1) * 0.75)] ?? 0) * OUTLIER;
  const longest = sorted.filter((time) => sorted.length < 5 || time <= usual).at(-1) ?? 0;
  const step = roundStep(Math.max(longest, 1) / 3);
  const top = Math.max(longest * 1.04, step);
  return { top, ticks: Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step) };
}

/** The least of 1, 2, 5, 10, 20, 50 … that is not below a number. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10;
  return Math.max(1, step * power);
}

/** A date below a column: the day, or day and time. */
export type DateMark = { index: number; exact: boolean };

/**
 * Which columns have their date below, none nearer than `room` columns to the next: the last one with its time, the
 * first one, and those that begin a day.
 * @param times Milliseconds since 1970, oldest first.
 */
export function datesBelow(times: readonly number[], room: number): DateMark[] {
  const last = times.length - 1;
  const days = times.map((time) => new Date(time).toDateString());
  const marks: DateMark[] = [];
  for (let index = 0; index < last; index++) {
    if (index > 0 && days[index] === days[index - 1]) continue;
    const before = marks.at(-1);
    // The last mark ends at its column and is twice as long, so it needs twice the room.
    if ((!before || index - before.index >= room) && last - index >= room * 2) {
      marks.push({ index, exact: days[index] === days[last] });
    }
  }
  if (last >= 0) marks.push({ index: last, exact: true });
  return marks;
}
