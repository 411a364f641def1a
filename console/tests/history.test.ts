/** What the history says of kept tests: phases, facts, axis, dates. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { type Test, TestOutcome, TestSchema } from "../gen/smtpdiag/v1/test_pb.ts";
import { axisOf, datesBelow, factsOf, isOwn, median, PARTS, partOf, partsOf, resultOf } from "../src/state/history.ts";

type Init = Exclude<MessageInitShape<typeof TestSchema>, Test>;

/** A test with the phases "STAGE MILLISECONDS, …". */
function kept(phases: string, elapsedMs: number, more: Init = {}): Test {
  const listed = phases ? phases.split(", ").map((phase) => phase.split(" ")) : [];
  return create(TestSchema, {
    outcome: TestOutcome.OK,
    elapsedMs,
    phases: listed.map(([stage = "", time]) => ({ stage, elapsedMs: Number(time) })),
    ...more,
  });
}

test.each([
  ["policy", "resolve"],
  ["resolve", "resolve"],
  ["connect", "connect"],
  ["starttls", "tls"],
  ["tls", "tls"],
  ["greeting", "smtp"],
  ["ehlo", "smtp"],
  ["auth", "login"],
  ["mail", "smtp"],
  ["rcpt", "smtp"],
  ["data", "smtp"],
  ["quit", "smtp"],
  ["a stage of a newer release", "smtp"],
])("%s counts for %s", (stage, part) => {
  expect(partOf(stage)).toBe(part);
});

describe("the parts of a test", () => {
  test.each([
    ["one of each", "resolve 10, connect 20, tls 30, ehlo 40, auth 50", 150, [10, 20, 30, 40, 50, 0, 0]],
    ["stages of one part are added", "greeting 10, ehlo 20, mail 30, quit 40", 100, [0, 0, 0, 100, 0, 0, 0]],
    ["what no stage accounts for", "connect 100", 180, [0, 100, 0, 0, 0, 80, 0]],
    ["a rest of rounding is spread", "connect 98", 100, [0, 100, 0, 0, 0, 0, 0]],
    ["stages side by side share the time", "connect 100, tls 100", 100, [0, 50, 50, 0, 0, 0, 0]],
    ["no stages", "", 60, [0, 0, 0, 0, 0, 0, 60]],
    ["nothing at all", "", 0, [0, 0, 0, 0, 0, 0, 0]],
    ["stages without time", "resolve 0, connect 0", 8, [0, 0, 0, 0, 0, 0, 8]],
  ])("%s", (_, phases, elapsed, expected) => {
    const parts = partsOf(kept(phases, elapsed));
    expect(PARTS.map((part) => parts[part])).toEqual(expected);
  });
});

test.each([
  [TestOutcome.OK, "passed"],
  [TestOutcome.FAIL, "failed"],
  [TestOutcome.CANCELLED, "cancelled"],
  [TestOutcome.UNSPECIFIED, "unknown"],
  [99 as TestOutcome, "unknown"],
])("outcome %i is %s", (outcome, result) => {
  expect(resultOf({ outcome })).toBe(result);
});

test.each([
  [[], null],
  [[7], 7],
  [[1, 3], 2],
  [[9, 1, 5], 5],
  [[10, 2, 4, 100], 7],
])("the median of %j is %j", (numbers, expected) => {
  expect(median(numbers)).toBe(expected);
});

describe("the facts", () => {
  const failed = kept("connect 900, auth 20", 921, { outcome: TestOutcome.FAIL });
  const other = kept("connect 5000", 5000, { overridden: ["host"] });
  const cancelled = kept("connect 8000", 8000, { outcome: TestOutcome.CANCELLED });
  const tests = [kept("connect 100", 100), kept("connect 300", 300), failed, other, cancelled];

  test("count the configuration's own tests that came to a verdict", () => {
    expect(factsOf(tests)).toMatchObject({ passed: 2, judged: 3, cancelled: 1, others: 1, median: 200 });
  });
  test("name the slowest of them and its longest stage", () => {
    const facts = factsOf(tests);
    expect(facts.slowest).toBe(failed);
    expect(facts.slowestStage).toBe("connect");
  });
  test("are empty where nothing is", () => {
    expect(factsOf([])).toEqual({
      passed: 0,
      judged: 0,
      cancelled: 0,
      others: 0,
      median: null,
      slowest: null,
      slowestStage: "",
    });
    expect(factsOf([other])).toMatchObject({ judged: 0, median: null, slowest: null, others: 1 });
  });
  test("tell other settings", () => {
    expect(tests.map(isOwn)).toEqual([true, true, true, false, true]);
  });
});

test.each([
  ["hundreds of milliseconds", [402, 658, 388, 312, 410], [0, 500], 684.32],
  ["few milliseconds", [3, 9], [0, 5], 9.36],
  ["seconds", [2400, 4800], [0, 2000, 4000], 4992],
  ["nothing", [], [0, 1], 1],
  ["no time", [0, 0], [0, 1], 1],
  ["one test of ten seconds among many", [380, 390, 400, 410, 10_000], [0, 200, 400], 426.4],
  ["a third of ten seconds", [300, 310, 10_000, 320, 10_000, 10_000], [0, 5000, 10_000], 10_400],
  ["few tests are never cut", [300, 310, 320, 10_000], [0, 5000, 10_000], 10_400],
])("the axis of %s", (_, times, ticks, top) => {
  const axis = axisOf(times);
  expect(axis.ticks).toEqual(ticks);
  expect(axis.top).toBeCloseTo(top);
});

describe("the dates below", () => {
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();
  const hours = (days: number[]) => days.map((day, index) => at(day, index));
  test.each([
    ["none", [], 2, []],
    ["one test", [at(1, 9)], 2, [[0, true]]],
    [
      "days that begin",
      hours([1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3]),
      2,
      [
        [0, false],
        [3, false],
        [6, true],
        [11, true],
      ],
    ],
    [
      "no room for each",
      hours([1, 2, 3, 4, 5, 6, 7, 8, 9]),
      3,
      [
        [0, false],
        [8, true],
      ],
    ],
    [
      "one day has times",
      hours([4, 4, 4, 4, 4, 4]),
      2,
      [
        [0, true],
        [5, true],
      ],
    ],
    ["no room for the first", hours([1, 2]), 3, [[1, true]]],
  ])("%s", (_, times, room, expected) => {
    expect(datesBelow(times, room).map((mark) => [mark.index, mark.exact])).toEqual(expected);
  });
});
