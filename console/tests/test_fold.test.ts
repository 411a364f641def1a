/** What the events of a stream make of a test, as tables. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { type DiagnoseResponse, DiagnoseResponseSchema } from "../gen/smtpdiag/v1/diagnosis_pb.ts";
import type { Report, ReportSchema } from "../gen/smtpdiag/v1/report_pb.ts";
import { TestOutcome, TestSchema } from "../gen/smtpdiag/v1/test_pb.ts";
import { Code, Depth, Outcome, Stage, TlsMode } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import type { Problem, ProblemKind } from "../src/api/problem.ts";
import {
  elapsedOf,
  emptyTest,
  ended,
  fold,
  lastEnded,
  probeStart,
  rowsOf,
  spanOf,
  type TestView,
  viewOfTest,
} from "../src/state/test_fold.ts";

/** When the test began by the service's clock, and by the browser's, which is a minute slow. */
const BEGAN = 1_700_000_000_000;
const HERE = BEGAN - 60_000;

type Event = MessageInitShape<typeof DiagnoseResponseSchema>["event"];

const said = (event: Event): DiagnoseResponse => create(DiagnoseResponseSchema, { event: event as never });
const started = (stage: Stage, at: number, connection = 1) =>
  said({ case: "started", value: { stage, startedAt: timestampFromMs(BEGAN + at), connection } });
const stepOf = (stage: Stage, at: number, took: number, connection = 1, code = Code.OK) => ({
  stage,
  startedAt: timestampFromMs(BEGAN + at),
  duration: durationFromMs(took),
  connection,
  code,
});
const step = (stage: Stage, at: number, took: number, connection = 1, code = Code.OK) =>
  said({ case: "step", value: stepOf(stage, at, took, connection, code) });
const heartbeat = (elapsed: number) =>
  said({ case: "heartbeat", value: { stage: Stage.GREETING, elapsed: durationFromMs(elapsed) } });
const probe = (port: number, at: number, code = Code.OK) =>
  said({
    case: "alternative",
    value: {
      port,
      tlsMode: TlsMode.IMPLICIT,
      code,
      startedAt: timestampFromMs(BEGAN + at),
      duration: durationFromMs(20),
    },
  });
const report = (more: MessageInitShape<typeof ReportSchema> = {}) =>
  said({ case: "report", value: { outcome: Outcome.OK, code: Code.OK, elapsedMs: 100, ...more } as Report });

/** Folds events, each of which comes a millisecond after the former. */
function folded(...events: DiagnoseResponse[]): TestView {
  return events.reduce((view, event, index) => fold(view, event, HERE + index), emptyTest({ host: "mx" }));
}

/** Rows as "connect 1 passed 3+4": stage, connection, outcome, start and length. */
function inShort(view: TestView): string[] {
  return rowsOf(view).map(
    ({ name, connection, outcome, start, took, secure }) =>
      `${name} ${connection} ${outcome} ${start}+${took}${secure ? " inside" : ""}`,
  );
}

const problem = (kind: ProblemKind, sentence = ""): Problem => ({
  kind,
  reason: "",
  sentence,
  fields: [],
  retryAfter: null,
  requestId: "",
  metadata: {},
});

const { POLICY, CONNECT, TLS, GREETING, EHLO, AUTH } = Stage;

test.each<[string, DiagnoseResponse[], string[]]>([
  ["nothing came", [], []],
  ["a step that runs", [started(CONNECT, 3)], ["connect 1 running 0+0"]],
  ["a step that ended", [started(CONNECT, 0), step(CONNECT, 0, 4)], ["connect 1 passed 0+4"]],
  [
    "a step that failed",
    [started(CONNECT, 0), step(CONNECT, 0, 4, 1, Code.CONNECTION_REFUSED)],
    ["connect 1 failed 0+4"],
  ],
  [
    "an unknown code of a newer service is a failure",
    [started(CONNECT, 0), step(CONNECT, 0, 4, 1, 9999 as Code)],
    ["connect 1 failed 0+4"],
  ],
  [
    "an unknown stage has its number as name",
    [started(4711 as Stage, 0), step(4711 as Stage, 0, 4)],
    ["4711 1 passed 0+4"],
  ],
  [
    "a step whose beginning did not come",
    [step(POLICY, 0, 2, 0), step(CONNECT, 2, 4)],
    ["policy 0 passed 0+2", "connect 1 passed 2+4"],
  ],
  [
    "two connections beside each other keep the order of their beginnings",
    [started(CONNECT, 0, 1), started(CONNECT, 1, 2), step(CONNECT, 1, 3, 2), step(CONNECT, 0, 9, 1)],
    ["connect 1 passed 0+9", "connect 2 passed 1+3"],
  ],
  [
    "a stage that comes twice on one connection is two rows",
    [started(EHLO, 0), step(EHLO, 0, 5), started(EHLO, 9), step(EHLO, 9, 5)],
    ["ehlo 1 passed 0+5", "ehlo 1 passed 9+5"],
  ],
  [
    "what follows TLS is inside it, on its connection only",
    [started(TLS, 0, 1), step(TLS, 0, 5, 1), started(GREETING, 5, 1), started(GREETING, 5, 2)],
    ["tls 1 passed 0+5 inside", "greeting 1 running 5+0 inside", "greeting 2 running 5+0"],
  ],
  [
    "after a certificate that was not good the session goes on inside TLS",
    [started(TLS, 0), step(TLS, 0, 5, 1, Code.TLS_CERT_EXPIRED), started(EHLO, 5)],
    ["tls 1 failed 0+5", "ehlo 1 running 5+0 inside"],
  ],
  ["a heartbeat changes no row", [started(GREETING, 0), heartbeat(5000)], ["greeting 1 running 0+0"]],
  [
    "an event of a newer service changes nothing",
    [started(GREETING, 0), create(DiagnoseResponseSchema, {})],
    ["greeting 1 running 0+0"],
  ],
  [
    "a clock that was set back makes no step negative",
    [started(CONNECT, 100), started(TLS, 40), step(TLS, 40, 5)],
    ["connect 1 running 0+0", "tls 1 passed 0+5 inside"],
  ],
])("%s", (_, events, rows) => {
  expect(inShort(folded(...events))).toEqual(rows);
});

test("without times the moment of its arrival is the place of a step", () => {
  const bare = (stage: Stage) => said({ case: "started", value: { stage, connection: 1 } });
  let view = fold(emptyTest({}), bare(CONNECT), 5000);
  view = fold(view, said({ case: "step", value: { stage: CONNECT, connection: 1, code: Code.OK } }), 5030);
  view = fold(view, bare(TLS), 5040);
  expect(inShort(view)).toEqual(["connect 1 passed 0+0", "tls 1 running 40+0"]);
});

test("a report ends the test, and what it has of steps and probes that did not come is added once", () => {
  const steps = [stepOf(CONNECT, 0, 4), stepOf(GREETING, 4, 96, 1, Code.TIMEOUT)];
  const view = folded(
    started(CONNECT, 0),
    step(CONNECT, 0, 4),
    report({ steps, elapsedMs: 100, timeout: durationFromMs(9000), alternatives: [{ port: 465 }] }),
  );
  expect(view.phase).toBe("done");
  expect(view.bound).toBe(9000);
  expect(inShort(view)).toEqual(["connect 1 passed 0+4", "greeting 1 failed 4+96"]);
  expect(view.alternatives).toHaveLength(1);
  expect(fold(view, started(AUTH, 200), HERE)).toBe(view);
});

test("a report that comes at once has all rows", () => {
  const steps = [stepOf(CONNECT, 3, 4), stepOf(POLICY, 0, 3, 0)];
  expect(inShort(folded(report({ steps })))).toEqual(["policy 0 passed 0+3", "connect 1 passed 3+4"]);
});

test("a report without steps leaves those that came", () => {
  expect(inShort(folded(started(CONNECT, 0), step(CONNECT, 0, 4), report()))).toEqual(["connect 1 passed 0+4"]);
});

test("a step that never ends was given up when the report came", () => {
  const view = folded(started(CONNECT, 0, 1), started(CONNECT, 1, 2), step(CONNECT, 0, 4, 1), report());
  expect(inShort(view)).toEqual(["connect 1 passed 0+4", "connect 2 given_up 1+99"]);
});

test("what failed on a connection that the test did without was given up", () => {
  const events = [step(CONNECT, 0, 4, 1), step(GREETING, 4, 90, 1, Code.TIMEOUT), step(CONNECT, 50, 4, 2)];
  const rows = ["connect 1 passed 0+4", "greeting 1 given_up 4+90", "connect 2 passed 50+4"];
  expect(inShort(folded(...events, report()))).toEqual(rows);
  const failed = folded(...events, report({ outcome: Outcome.FAIL, code: Code.TIMEOUT }));
  expect(inShort(failed)[1]).toBe("greeting 1 failed 4+90");
});

test("a probed setting is known by host, port and mode, and placed by its time", () => {
  const view = folded(started(GREETING, 0), probe(465, 50), probe(587, 60), probe(465, 50, Code.TIMEOUT));
  expect(view.alternatives.map(({ port, code }) => [port, code])).toEqual([
    [465, Code.TIMEOUT],
    [587, Code.OK],
  ]);
  expect(view.alternatives.map((each) => probeStart(view, each))).toEqual([50, 60]);
  expect(spanOf(view, HERE)).toBe(80);
});

test.each<[string, Problem | null, DiagnoseResponse[], TestView["phase"]]>([
  ["cancelled before anything came", problem("aborted"), [], "cancelled"],
  ["cancelled in the middle", problem("aborted"), [started(CONNECT, 0)], "cancelled"],
  ["refused: the token", problem("token", "No."), [], "refused"],
  ["refused: too many", problem("busy", "Later."), [], "refused"],
  ["refused: never reached", problem("unreachable"), [], "refused"],
  ["broken in the middle", problem("broken"), [started(CONNECT, 0)], "broken"],
  ["a status in the middle", problem("failed", "Shutting down."), [started(CONNECT, 0)], "broken"],
  ["ended without a report", null, [started(CONNECT, 0)], "broken"],
  ["ended without anything", null, [], "broken"],
  ["ended after its report", null, [report()], "done"],
])("%s", (_, why, events, phase) => {
  const before = folded(...events);
  const view = ended(before, why, HERE + 300);
  expect(view.phase).toBe(phase);
  expect(view.running).toEqual([]);
  if (phase !== "done") expect(view.problem).toBe(why);
});

test("what had arrived stays when the stream breaks, and names the last step that ended", () => {
  const view = ended(folded(step(CONNECT, 0, 4), started(GREETING, 4)), problem("broken"), HERE + 1 + 300);
  expect(inShort(view)).toEqual(["connect 1 passed 0+4", "greeting 1 given_up 4+301"]);
  expect(lastEnded(view)?.name).toBe("connect");
});

test("the time so far is by the service's clock, whatever the browser's says", () => {
  const view = fold(emptyTest({}), started(CONNECT, 0), HERE);
  expect(elapsedOf(view, HERE + 2200)).toBe(2200);
  // An event that came late the first time, and at once the second, teaches how far the clocks differ.
  const late = fold(fold(emptyTest({}), started(CONNECT, 0), HERE + 400), step(CONNECT, 0, 500), HERE + 500);
  expect(elapsedOf(late, HERE + 600)).toBe(600);
  // A heartbeat says how long it has been.
  expect(elapsedOf(fold(view, heartbeat(5000), HERE + 4000), HERE + 4000)).toBe(5000);
  expect(elapsedOf(emptyTest({}), HERE)).toBe(0);
});

test.each<[string, Parameters<typeof emptyTest>[0], number | undefined, Depth, number]>([
  ["by default", {}, undefined, Depth.AUTH, 30_000],
  ["as asked for", { depth: Depth.MAIL, timeout: durationFromMs(5000) }, undefined, Depth.MAIL, 5000],
  ["no longer than the service lets it", { timeout: durationFromMs(90_000) }, 20_000, Depth.AUTH, 20_000],
])("a test that has yet to begin: %s", (_, request, longest, depth, bound) => {
  expect(emptyTest(request, longest)).toMatchObject({ phase: "running", depth, bound, startedAt: 0 });
});

const kept = {
  id: "7",
  configId: "3",
  depth: Depth.MAIL,
  startTime: timestampFromMs(BEGAN),
  elapsedMs: 90,
  tested: { host: "mx", port: "25", tls_mode: "opportunistic", user: "me", sender: "me@x" },
  phases: [
    { stage: "connect", elapsedMs: 30 },
    { stage: "novelty", elapsedMs: 60 },
  ],
};

test("a kept test with its report is the same as it was live", () => {
  const full = { steps: [stepOf(CONNECT, 0, 4)], elapsedMs: 100, outcome: Outcome.OK, code: Code.OK };
  const view = viewOfTest(create(TestSchema, { ...kept, outcome: TestOutcome.OK, report: full }));
  expect(view).toMatchObject({ phase: "done", depth: Depth.MAIL, startedAt: BEGAN, endedAt: 0 });
  expect(view.target).toMatchObject({ host: "mx", port: 25, mode: TlsMode.OPPORTUNISTIC, user: "me", configId: "3" });
  expect(inShort(view)).toEqual(["connect 1 passed 0+4"]);
});

test.each<[string, TestOutcome, string, TestView["phase"], string]>([
  ["cancelled", TestOutcome.CANCELLED, "unfinished", "cancelled", "novelty 0 given_up 30+60"],
  ["failed, of a form that is not known", TestOutcome.FAIL, "novel_code", "done", "novelty 0 failed 30+60"],
  ["passed", TestOutcome.OK, "ok", "done", "novelty 0 passed 30+60"],
])("a kept test without a report has its phases as rows: %s", (_, outcome, code, phase, last) => {
  const view = viewOfTest(create(TestSchema, { ...kept, outcome, code }));
  expect(view.phase).toBe(phase);
  expect(inShort(view)).toEqual(["connect 0 passed 0+30", last]);
  expect(elapsedOf(view, HERE)).toBe(90);
});
