import { expect, test } from "vitest";
import { axisTo, bar, fittingEnd, liveEnd, place } from "../src/state/axis.ts";

test.each([
  [0, 0, 500],
  [500, 0, 500],
  [501, 500, 1000],
  [1100, 1000, 2500],
  [2600, 2500, 5000],
  [5001, 0, 10_000],
  [10_001, 0, 30_000],
  [30_001, 30_000, 60_000],
  [100_000, 0, 120_000],
  [20, 5000, 5000],
])("after %d ms an axis that ended at %d ends at %d", (span, former, end) => {
  expect(liveEnd(span, former)).toBe(end);
});

test.each([
  [500, [0, 100, 200, 300, 400, 500]],
  [1000, [0, 200, 400, 600, 800, 1000]],
  [1100, [0, 250, 500, 750, 1000]],
  [2500, [0, 500, 1000, 1500, 2000, 2500]],
  [30_000, [0, 10_000, 20_000, 30_000]],
  [3, [0, 1, 2, 3]],
])("an axis to %d has round marks", (end, ticks) => {
  expect(axisTo(end).ticks).toEqual(ticks);
});

test("whatever its end, an axis has two to six marks, all on it", () => {
  for (let end = 0.9; end < 500_000; end *= 1.07) {
    const { ticks } = axisTo(end);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks.at(-1)).toBeLessThanOrEqual(end * (1 + 1e-9));
  }
});

test("a test that has ended fits its axis", () => {
  expect(fittingEnd(1000)).toBe(1050);
  expect(fittingEnd(0)).toBeGreaterThan(0);
});

test.each([
  [0, 0, "0%", "0.5%"],
  [250, 500, "25%", "50%"],
  [0, 2, "0%", "0.5%"],
  [1000, 0, "99.5%", "0.5%"],
  [900, 5000, "90%", "10%"],
  [-5, 10, "0%", "1%"],
])("a bar from %d of %d ms is at %s and %s wide", (start, took, x, width) => {
  expect(bar(axisTo(1000), start, took)).toEqual({ x, width });
});

test("a place outside is at an end", () => {
  expect([place(axisTo(1000), -1), place(axisTo(1000), 227.3), place(axisTo(1000), 2000)]).toEqual([
    "0%",
    "22.73%",
    "100%",
  ]);
});
