/** How a configuration stands: what its last test says, and how long its certificate is good. Pure. */
import type { ConfigOverview, TestSummary } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import { TestOutcome } from "../../gen/smtpdiag/v1/test_pb.ts";
import { daysUntil } from "../words/formats.ts";

export type Verdict = "passed" | "failed" | "cancelled" | "never";

export function verdictOf(test: TestSummary | undefined): Verdict {
  if (!test) return "never";
  if (test.outcome === TestOutcome.OK) return "passed";
  return test.outcome === TestOutcome.FAIL ? "failed" : "cancelled";
}

export type Tone = "plain" | "warn" | "fail";

/** From how many days on the end of a certificate is a warning, and from how many it is urgent. */
const WARN = 21;
const FAIL = 7;

/** Whole days that a certificate is good for, negative where it has ended, and how much that matters. */
export function certificateOf(config: ConfigOverview, now: number): { days: number; tone: Tone } | null {
  if (!config.certificateExpireTime) return null;
  const days = daysUntil(config.certificateExpireTime, now);
  return { days, tone: days <= FAIL ? "fail" : days <= WARN ? "warn" : "plain" };
}

/** Whether what is in use gives cause for worry. */
export function needsAttention(config: ConfigOverview, now: number): boolean {
  const certificate = certificateOf(config, now);
  return verdictOf(config.lastTest) !== "passed" || (certificate !== null && certificate.tone !== "plain");
}
