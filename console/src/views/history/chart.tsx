/**
 * The last tests as columns. It is one picture with a name: the table below has the same tests as links and numbers, for
 * the keyboard and for readers of screens. The pointer can do here what it can do there.
 */
import { type Signal, useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Test } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { BOTTOM, type Column, capOf, chartOf, HEIGHT, LEFT, TOP } from "../../state/history_chart.ts";
import { now } from "../../state/now.ts";
import { navigate } from "../../state/route.ts";
import { shortDay } from "../../words/days.ts";
import { moment, took } from "../../words/formats.ts";
import { number } from "../../words/words.ts";
import { dateMs, hrefOfTest, resultText } from "./test_words.ts";

export function HistoryChart(props: {
  /** Newest first. */
  tests: readonly Test[];
  name: string;
  lit: Signal<string>;
  onWidth: (width: number) => void;
}): JSX.Element {
  const { tests, lit } = props;
  const figure = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = figure.current;
    if (!element) return;
    const measure = () => {
      setWidth(element.clientWidth);
      props.onWidth(element.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const chart = useMemo(() => (width > 0 ? chartOf(tests, width) : null), [tests, width]);
  const pointed = (event: MouseEvent) => {
    const left = figure.current?.getBoundingClientRect().left ?? 0;
    return chart?.columns.find(({ x, width: wide }) => event.clientX - left >= x && event.clientX - left < x + wide);
  };
  const seconds = (chart?.ticks[1]?.value ?? 0) >= 1000;
  return (
    <figure ref={figure} class="history-chart">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the table has a link for each column */}
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={props.name}
        onMouseMove={(event) => {
          lit.value = pointed(event)?.test.id ?? "";
        }}
        onMouseLeave={() => {
          lit.value = "";
        }}
        onClick={(event) => {
          const column = pointed(event);
          if (column) navigate(hrefOfTest(column.test));
        }}
      >
        {chart?.ticks.map(({ value, y }) => (
          <g key={value}>
            <line class="grid" x1={LEFT} x2={width} y1={y} y2={y} />
            <text x={LEFT - 8} y={y + 4} text-anchor="end">
              {number(seconds ? value / 1000 : value)}
            </text>
          </g>
        ))}
        <text x={LEFT - 8} y={TOP - 16} text-anchor="end">
          {seconds ? "s" : "ms"}
        </text>
        {chart?.columns.map((column) => (
          <ColumnPicture key={column.test.id} column={column} bar={chart.bar} lit={lit} />
        ))}
        {chart?.dates.map(({ index, exact, x, end }) => {
          const start = chart.columns[index]?.test.startTime;
          return (
            <text key={index} x={x} y={HEIGHT - 6} text-anchor={end ? "end" : "start"}>
              {start && (exact ? moment(start, now.value) : shortDay(dateMs(start), now.value))}
            </text>
          );
        })}
      </svg>
    </figure>
  );
}

function ColumnPicture({ column, bar, lit }: { column: Column; bar: number; lit: Signal<string> }): JSX.Element {
  const { test, x, width, result, own } = column;
  const isLit = useComputed(() => lit.value === test.id);
  const middle = x + width / 2;
  const wide = own ? bar : bar / 2; // of other settings: it does not count, so it is slighter
  const cap = capOf(column);
  return (
    <g class={`column is-${result} ${isLit.value ? "is-lit" : ""}`}>
      <rect class="place" x={x} y={4} width={width} height={BOTTOM - 4} />
      {column.bars.map(({ part, y, height }) => (
        <rect key={part} class={`part ${part}`} x={middle - wide / 2} y={y} width={wide} height={height} />
      ))}
      {column.cut && <path class="torn" d={tornAt(middle, wide)} />}
      {column.labelled && (
        <text class="time" x={middle} y={result === "passed" ? TOP - 8 : 10} text-anchor="middle">
          {took(test.elapsedMs)}
        </text>
      )}
      {result !== "passed" && (
        <>
          <rect class="cap" x={middle - wide / 2} y={cap.y} width={wide} height={cap.height} />
          <path class="mark" d={result === "failed" ? crossAt(middle, cap.y - 7) : `M${middle - 3} ${cap.y - 6}h6`} />
        </>
      )}
      {!own && <circle class="ring" cx={middle} cy={BOTTOM + 6} r="2.5" />}
      <rect class="target" x={x} y={4} width={width} height={HEIGHT - 22}>
        <title>{`${test.startTime ? moment(test.startTime, now.value) : ""} · ${resultText(test)} · ${took(test.elapsedMs)}`}</title>
      </rect>
    </g>
  );
}

function crossAt(x: number, y: number): string {
  return `M${x - 3} ${y - 3}l6 6M${x + 3} ${y - 3}l-6 6`;
}

/** Two slanted gaps across a column that goes on above the axis. */
function tornAt(middle: number, wide: number): string {
  const left = middle - wide / 2 - 1;
  return [8, 13].map((below) => `M${left} ${TOP + below + 2}l${wide + 2} -4`).join("");
}
