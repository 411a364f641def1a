/** What each event does to the rows of a test, and to what is known of its time. Pure; test_fold.ts says what a test is. */
import { durationMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import type { Alternative, Report, Step } from "../../gen/smtpdiag/v1/report_pb.ts";
import { type Test, TestOutcome } from "../../gen/smtpdiag/v1/test_pb.ts";
import { Code, Outcome, type Stage } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { codeOfId, stageId, stageOfId } from "../words/vocabulary.ts";
import type { RunningStep, StepRow, TestView } from "./test_fold.ts";

export function timeOf(time: Timestamp | undefined): number | null {
  return time ? Number(time.seconds) * 1000 + time.nanos / 1e6 : null;
}

/** A length of time in milliseconds. None is negative. */
export function spent(time: { seconds?: bigint; nanos?: number } | undefined): number {
  return time ? Math.max(0, Number(time.seconds ?? 0n) * 1000 + (time.nanos ?? 0) / 1e6) : 0;
}

/** Learns from an event that began and took so long when the test began, and how far the clocks differ. */
export function noticed(view: TestView, began: number | null, took: number, at: number): TestView {
  if (view.startedAt === 0) {
    const startedAt = began ?? at - took;
    return { ...view, startedAt, ahead: startedAt + took - at };
  }
  return began === null ? view : { ...view, ahead: Math.max(view.ahead, began + took - at) };
}

type Beginning = { stage: Stage; startedAt?: Timestamp | undefined; connection: number };

export function begun(view: TestView, { stage, startedAt, connection }: Beginning, at: number): RunningStep {
  const order = view.steps.length + view.running.length;
  const time = timeOf(startedAt) ?? at + view.ahead;
  return {
    key: `${order}`,
    order,
    stage,
    name: stageId(stage),
    start: Math.max(0, time - view.startedAt),
    took: 0,
    connection,
    outcome: "running",
    code: Code.UNSPECIFIED,
    sent: "",
    received: "",
    peer: "",
  };
}

export function withStep(view: TestView, step: Step, at: number): TestView {
  const began = timeOf(step.startedAt);
  const start = began === null ? null : Math.max(0, began - view.startedAt);
  const same = view.running.filter((row) => row.stage === step.stage && row.connection === step.connection);
  const mine = same.find((row) => row.start === start) ?? same[0];
  const took = spent(step.duration);
  const row: StepRow = {
    ...(mine ?? begun(view, step, at - took)),
    took,
    outcome: step.code === Code.OK ? "passed" : "failed",
    code: step.code,
    sent: step.sent,
    received: step.received,
    peer: step.peer,
  };
  const steps = [...view.steps, row].sort((one, other) => one.order - other.order);
  return { ...view, steps, running: view.running.filter((each) => each !== mine) };
}

export function withAlternative(all: Alternative[], one: Alternative): Alternative[] {
  const id = ({ host, port, tlsMode }: Alternative) => `${host} ${port} ${tlsMode}`;
  const known = all.findIndex((each) => id(each) === id(one));
  return known < 0 ? [...all, one] : all.with(known, one);
}

/** The report ends the test. What the stream did not have of steps, it has. */
export function withReport(view: TestView, report: Report, at: number): TestView {
  const sorted = [...report.steps].sort((one, other) => (timeOf(one.startedAt) ?? 0) - (timeOf(other.startedAt) ?? 0));
  let shown = view;
  for (const step of sorted) {
    const timed = noticed(shown, timeOf(step.startedAt), 0, at);
    const start = Math.max(0, (timeOf(step.startedAt) ?? timed.startedAt) - timed.startedAt);
    const known = timed.steps.some(
      (row) => row.stage === step.stage && row.connection === step.connection && row.start === start,
    );
    shown = known ? timed : withStep(timed, step, at);
  }
  for (const each of report.alternatives) {
    shown = { ...shown, alternatives: withAlternative(shown.alternatives, each) };
  }
  return {
    ...shown,
    phase: "done",
    steps: withoutBlame(givenUp(shown, report.elapsedMs), report),
    running: [],
    report,
    bound: report.timeout ? durationMs(report.timeout) : shown.bound,
    endedAt: at,
  };
}

/** All steps of a test that has ended: those that still ran were given up. */
export function givenUp(view: TestView, elapsed: number): StepRow[] {
  const left = view.running.map(
    (row): StepRow => ({ ...row, outcome: "given_up", took: Math.max(0, elapsed - row.start) }),
  );
  return [...view.steps, ...left].sort((one, other) => one.order - other.order);
}

/** Where a test passed on one of its connections, what failed on another was given up, and is nobody's fault. */
function withoutBlame(steps: StepRow[], { outcome }: Report): StepRow[] {
  const used = steps.findLast((row) => row.outcome === "passed")?.connection;
  if (outcome !== Outcome.OK || used === undefined) return steps;
  return steps.map((row) =>
    row.outcome === "failed" && row.connection !== used ? { ...row, outcome: "given_up" } : row,
  );
}

export function rowsOfPhases(test: Test): StepRow[] {
  let start = 0;
  return test.phases.map((phase, order): StepRow => {
    const last = order === test.phases.length - 1;
    const failed = last && test.outcome === TestOutcome.FAIL;
    const cut = last && test.outcome === TestOutcome.CANCELLED;
    const row: StepRow = {
      key: `${order}`,
      order,
      stage: stageOfId(phase.stage),
      name: phase.stage,
      start,
      took: phase.elapsedMs,
      connection: 0,
      outcome: failed ? "failed" : cut ? "given_up" : "passed",
      code: failed ? codeOfId(test.code) : cut ? Code.UNSPECIFIED : Code.OK,
      sent: "",
      received: "",
      peer: "",
    };
    start += phase.elapsedMs;
    return row;
  });
}
