/** The geometry of the history's chart. */
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { type Test, TestOutcome, TestSchema } from "../gen/smtpdiag/v1/test_pb.ts";
import { BOTTOM, chartOf, countOf, LEFT, TOP } from "../src/state/history_chart.ts";

/** Tests of these lengths, the newest first. */
function history(...times: number[]): Test[] {
  return times.map((elapsedMs, index) =>
    create(TestSchema, {
      id: `${index}`,
      outcome: TestOutcome.OK,
      elapsedMs,
      startTime: timestampFromMs(Date.UTC(2026, 10, 20) - index * 3_600_000),
      phases: [
        { stage: "connect", elapsedMs: elapsedMs / 2 },
        { stage: "auth", elapsedMs: elapsedMs / 2 },
      ],
    }),
  );
}

test.each([
  [358, 40, 12],
  [358, 3, 3],
  [1118, 40, 40],
  [1118, 250, 100],
])("a chart of %i pixels shows of %i tests %i", (width, tests, expected) => {
  expect(countOf(width, tests)).toBe(expected);
});

describe("a chart", () => {
  const chart = chartOf(history(300, 200, 100), 1000);
  test("has the oldest left", () => {
    expect(chart.columns.map((column) => column.test.id)).toEqual(["2", "1", "0"]);
  });
  test("is to scale, from the same line", () => {
    const heights = chart.columns.map((column) => BOTTOM - column.top);
    expect((heights[1] ?? 0) / (heights[0] ?? 1)).toBeCloseTo(2);
    expect((heights[2] ?? 0) / (heights[0] ?? 1)).toBeCloseTo(3);
    for (const { y, value } of chart.ticks) expect(BOTTOM - y).toBeCloseTo((value / 100) * (heights[0] ?? 0));
  });
  test("stacks the parts without an overlap", () => {
    for (const { bars } of chart.columns) {
      expect(bars.map((bar) => bar.part)).toEqual(["connect", "login"]);
      expect((bars[1]?.y ?? 0) + (bars[1]?.height ?? 0)).toBeLessThan(bars[0]?.y ?? 0);
    }
  });
  test("stays in its width, however many tests there are", () => {
    for (const count of [1, 12, 40, 100]) {
      const { columns } = chartOf(history(...Array(count).fill(100)), 800);
      const last = columns.at(-1);
      expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(800.01);
      expect(columns[0]?.x).toBe(LEFT);
    }
  });
  test("cuts off what would make all others look alike, and says its time", () => {
    const { columns } = chartOf(history(400, 390, 10_000, 380, 410, 400, 10_000, 390, 400, 400, 400), 1000);
    const cut = columns.filter((column) => column.cut);
    expect(cut.map((column) => column.test.elapsedMs)).toEqual([10_000, 10_000]);
    expect(cut.every((column) => column.labelled && column.top >= TOP)).toBe(true);
  });
  test("has no two times over each other", () => {
    const { columns } = chartOf(history(10_000, 10_000, ...Array(38).fill(400)), 1000);
    expect(columns.filter((column) => column.cut).map((column) => column.labelled)).toEqual([true, false]);
  });
  test("of nothing is nothing", () => {
    expect(chartOf([], 1000)).toMatchObject({ columns: [], dates: [] });
  });
});
