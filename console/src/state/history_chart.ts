/** The geometry of a history's chart, in pixels: pure, of its tests and its width. */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Test } from "../../gen/smtpdiag/v1/test_pb.ts";
import {
  axisOf,
  type DateMark,
  datesBelow,
  isOwn,
  PARTS,
  type Part,
  partsOf,
  type Result,
  resultOf,
} from "./history.ts";

/** Heights from the top of the chart. Above the plot is room for a cross and the time of a column that is cut off. */
export const TOP = 30;
export const BOTTOM = 148;
export const HEIGHT = 176;
/** Where the first column's place begins: right of the axis's numbers. */
export const LEFT = 42;

/** How many columns a narrow chart has, from which width on it has more, and how many it has at most. */
const FEW = 12;
const WIDE = 620;
const MOST = 100;

/** How wide the place of a column is at most. */
const WIDEST = 44;

const GAP = 0.8;
const CAP = 4;
/** The least width that a date below the columns needs, and the room between the times above them. */
const DATE_WIDTH = 76;
const LABEL_WIDTH = 40;

export type Bar = { part: Part; y: number; height: number };

export type Column = {
  test: Test;
  /** The place that the column has, from which its highlight and its target are as wide. */
  x: number;
  width: number;
  result: Result;
  own: boolean;
  bars: Bar[];
  /** The upper end of the column. */
  top: number;
  /** Whether it is longer than the axis and drawn cut off. */
  cut: boolean;
  /** Whether its time stands above it: it is cut off, and no other time is too near. */
  labelled: boolean;
};

export type Chart = {
  columns: Column[];
  /** The width of a bar in its place. */
  bar: number;
  ticks: { value: number; y: number }[];
  dates: (DateMark & { x: number; end: boolean })[];
};

/** How many of the last tests a chart of a width shows. */
export function countOf(width: number, tests: number): number {
  return Math.min(tests, width < WIDE ? FEW : MOST);
}

/**
 * Lays the chart out.
 * @param tests Newest first.
 */
export function chartOf(tests: readonly Test[], width: number): Chart {
  const shown = tests.slice(0, countOf(width, tests.length)).reverse();
  const place = Math.min(WIDEST, Math.max(1, (width - LEFT) / Math.max(1, shown.length)));
  const axis = axisOf(shown.map((test) => test.elapsedMs));
  const scale = (BOTTOM - TOP) / axis.top;
  let labelEnd = Number.NEGATIVE_INFINITY;
  const columns = shown.map((test, index): Column => {
    const x = LEFT + index * place;
    const cut = test.elapsedMs > axis.top;
    const labelled = cut && x >= labelEnd;
    if (labelled) labelEnd = x + LABEL_WIDTH;
    const bars = barsOf(test, scale);
    return {
      test,
      x,
      width: place,
      result: resultOf(test),
      own: isOwn(test),
      bars,
      top: Math.min(BOTTOM - 1, ...bars.map((bar) => bar.y)),
      cut,
      labelled,
    };
  });
  const times = shown.map((test) => (test.startTime ? timestampMs(test.startTime) : 0));
  return {
    columns,
    bar: Math.max(2, Math.min(20, place * 0.6)),
    ticks: axis.ticks.map((value) => ({ value, y: BOTTOM - value * scale })),
    dates: datesBelow(times, Math.ceil(DATE_WIDTH / place)).map((mark) => {
      const end = mark.index === shown.length - 1 && mark.index * place > DATE_WIDTH * 2;
      return { ...mark, end, x: LEFT + mark.index * place + (end ? place * 0.8 : place * 0.2) };
    }),
  };
}

/** The bars of a column from below; what is higher than the plot is left out. */
function barsOf(test: Test, scale: number): Bar[] {
  const parts = partsOf(test);
  const bars: Bar[] = [];
  let y = BOTTOM;
  for (const part of PARTS) {
    const upper = Math.max(TOP, y - parts[part] * scale);
    if (y - upper > 0.05) bars.push({ part, y: upper, height: Math.max(0.4, y - upper - GAP) });
    y = upper;
  }
  return bars;
}

/** Where the red or grey cap of a column lies. */
export function capOf(column: Column): { y: number; height: number } {
  return { y: Math.max(TOP - CAP, column.top - CAP - GAP), height: CAP };
}
