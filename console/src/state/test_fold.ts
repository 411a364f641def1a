/**
 * A test as it is shown: a fold over the events of its stream, and the same of a test that is kept. Pure.
 *
 * All times of rows are milliseconds since the test began, by the service's clock. The browser's clock may differ from
 * it: how far is learned from the events themselves, each of which is at least as old as it says.
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { DiagnoseRequestSchema, DiagnoseResponse } from "../../gen/smtpdiag/v1/diagnosis_pb.ts";
import type { Alternative, Report } from "../../gen/smtpdiag/v1/report_pb.ts";
import { type Test, TestOutcome } from "../../gen/smtpdiag/v1/test_pb.ts";
import { type Code, Depth, type Stage, TlsMode } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import type { Problem } from "../api/problem.ts";
import { depthOfId, tlsModeOfId } from "../words/vocabulary.ts";
import {
  begun,
  givenUp,
  noticed,
  rowsOfPhases,
  spent,
  timeOf,
  withAlternative,
  withReport,
  withStep,
} from "./test_rows.ts";

/** What became of a step. One that was given up never ended: its connection was dropped, or the test broke off. */
export type StepOutcome = "running" | "passed" | "failed" | "given_up";

export type StepRow = {
  /** Stays the same while the step begins, runs and ends. */
  key: string;
  /** The place among all steps, by their beginnings. */
  order: number;
  stage: Stage;
  /** The stage's name on the wire: also of one that this console does not know. */
  name: string;
  /** Milliseconds from the beginning of the test. */
  start: number;
  took: number;
  connection: number;
  outcome: StepOutcome;
  code: Code;
  sent: string;
  received: string;
  peer: string;
};

/** A step that has begun and not ended; `took` is 0. */
export type RunningStep = StepRow;

/** What is tested, as far as the request or the kept test names it; the rest is of the stored configuration. */
export type Target = {
  configId: string;
  host: string;
  port: number;
  mode: TlsMode;
  user: string;
  sender: string;
  recipient: string;
};

export type TestView = {
  phase: "running" | "done" | "broken" | "cancelled" | "refused";
  /** When the test began, in milliseconds by the service's clock; 0 before the first event. */
  startedAt: number;
  depth: Depth;
  /** How long the test may take, in milliseconds. */
  bound: number;
  /** The steps that have ended, by their beginnings. */
  steps: StepRow[];
  running: RunningStep[];
  alternatives: Alternative[];
  report: Report | null;
  /** Why there is no report. */
  problem: Problem | null;
  /** The test as it is kept, of one that is read and not run. */
  test: Test | null;
  target: Target;
  /** How far the service's clock is ahead of the browser's, in milliseconds, as the events tell. */
  ahead: number;
  /** When it ended, by the browser's clock; 0 while it runs and of a kept test. */
  endedAt: number;
};

export type TestRequest = MessageInitShape<typeof DiagnoseRequestSchema>;

/** How long a test may take where the request does not say, in milliseconds. */
const DEFAULT_BOUND = 30_000;

/**
 * A test before its first event.
 * @param longest How long the service lets a test take, in milliseconds.
 */
export function emptyTest(request: TestRequest, longest = DEFAULT_BOUND): TestView {
  const asked = request.timeout ? spent(request.timeout) : DEFAULT_BOUND;
  return {
    phase: "running",
    startedAt: 0,
    depth: request.depth || Depth.AUTH,
    bound: Math.min(asked, longest),
    steps: [],
    running: [],
    alternatives: [],
    report: null,
    problem: null,
    test: null,
    target: {
      configId: request.configId ?? "",
      host: request.host ?? "",
      port: request.port ?? 0,
      mode: request.tlsMode ?? TlsMode.UNSPECIFIED,
      user: request.user ?? "",
      sender: request.sender ?? "",
      recipient: request.recipient ?? "",
    },
    ahead: 0,
    endedAt: 0,
  };
}

/**
 * The test after one more event.
 * @param at When the event came, by the browser's clock in milliseconds.
 */
export function fold(view: TestView, { event }: DiagnoseResponse, at: number): TestView {
  if (view.phase !== "running") return view;
  switch (event.case) {
    case "started": {
      const timed = noticed(view, timeOf(event.value.startedAt), 0, at);
      return { ...timed, running: [...timed.running, begun(timed, event.value, at)] };
    }
    case "step":
      return withStep(noticed(view, timeOf(event.value.startedAt), spent(event.value.duration), at), event.value, at);
    case "alternative": {
      const timed = noticed(view, timeOf(event.value.startedAt), spent(event.value.duration), at);
      return { ...timed, alternatives: withAlternative(timed.alternatives, event.value) };
    }
    case "heartbeat":
      return noticed(view, view.startedAt || null, spent(event.value.elapsed), at);
    case "report":
      return withReport(view, event.value, at);
    default:
      return view; // an event of a newer service
  }
}

/**
 * The test after its stream has ended.
 * @param problem What ended it, or nothing where it ended by itself.
 * @param at When, by the browser's clock in milliseconds.
 */
export function ended(view: TestView, problem: Problem | null, at = 0): TestView {
  if (view.phase !== "running") return view;
  const shown = { ...view, problem, endedAt: at, steps: givenUp(view, elapsedOf(view, at)), running: [] };
  if (problem?.kind === "aborted") return { ...shown, phase: "cancelled" };
  const nothingCame = view.startedAt === 0;
  return { ...shown, phase: problem && nothingCame ? "refused" : "broken" };
}

/** A test that is kept. One without a report has its phases as rows. */
export function viewOfTest(test: Test): TestView {
  const { tested, report } = test;
  const empty: TestView = {
    ...emptyTest({ configId: test.configId, depth: test.depth }),
    startedAt: test.startTime ? timestampMs(test.startTime) : 0,
    test,
    target: {
      configId: test.configId,
      host: tested.host ?? "",
      port: Number(tested.port) || 0,
      mode: tlsModeOfId(tested.tls_mode ?? ""),
      user: tested.user ?? "",
      sender: tested.sender ?? "",
      recipient: tested.recipient ?? "",
    },
    depth: test.depth || depthOfId(tested.depth ?? "") || Depth.AUTH,
  };
  if (report) return { ...withReport(empty, report, 0), test, endedAt: 0 };
  const cancelled = test.outcome === TestOutcome.CANCELLED;
  return { ...empty, phase: cancelled ? "cancelled" : "done", steps: rowsOfPhases(test) };
}

/** All rows in the order in which their steps began, and whether each is inside TLS. */
export function rowsOf(view: TestView): (StepRow & { secure: boolean })[] {
  const secured = new Set<number>();
  return [...view.steps, ...view.running]
    .sort((one, other) => one.order - other.order)
    .map((row) => {
      const inside = row.connection > 0 && secured.has(row.connection);
      // Whatever follows a handshake on its connection is inside TLS, whether or not the certificate was good.
      if (row.name === "tls" && row.outcome !== "running") secured.add(row.connection);
      return { ...row, secure: inside || (row.name === "tls" && row.outcome === "passed") };
    });
}

/** How long the test has taken so far, or took, in milliseconds. `now` is by the browser's clock. */
export function elapsedOf(view: TestView, now: number): number {
  if (view.report) return view.report.elapsedMs;
  if (view.test) return view.test.elapsedMs;
  if (view.startedAt === 0) return 0;
  const shown = Math.max(0, ...view.steps.map((row) => row.start + row.took), ...view.running.map((row) => row.start));
  if (view.phase !== "running") return shown;
  return Math.max(shown, now + view.ahead - view.startedAt);
}

/** The time that the time line shows, in milliseconds: all rows and probed settings up to now. */
export function spanOf(view: TestView, now: number): number {
  const rows = [...view.steps, ...view.running].map((row) => row.start + row.took);
  const probes = view.alternatives.map((each) => probeStart(view, each) + spent(each.duration));
  return Math.max(0, elapsedOf(view, now), ...rows, ...probes);
}

/** When the probing of another setting began, in milliseconds from the beginning of the test. */
export function probeStart(view: TestView, alternative: Alternative): number {
  const time = timeOf(alternative.startedAt);
  return time === null || view.startedAt === 0 ? 0 : Math.max(0, time - view.startedAt);
}

/** The last step that ended by itself. */
export function lastEnded(view: TestView): StepRow | undefined {
  return view.steps.findLast((row) => row.outcome !== "given_up");
}
