/** The steps of a test on one time axis, to scale. */
import type { ReadonlySignal } from "@preact/signals";
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Alternative } from "../../../gen/smtpdiag/v1/report_pb.ts";
import { Code } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { type Axis, axisTo, bar, fittingEnd, liveEnd, place } from "../../state/axis.ts";
import {
  elapsedOf,
  probeStart,
  rowsOf,
  type StepOutcome,
  type StepRow,
  spanOf,
  type TestView,
} from "../../state/test_fold.ts";
import { spent } from "../../state/test_rows.ts";
import { took } from "../../words/formats.ts";
import { codeName, stageName, tlsModeName } from "../../words/vocabulary.ts";
import { number, t } from "../../words/words.ts";
import { seconds } from "./verdict_words.ts";
import { WhatWasSaid } from "./what_was_said.tsx";

type Now = ReadonlySignal<number>;

/** The roles of a table's parts: the elements are not those of a table, since one grid of columns spans all of it. */
const TABLE = { role: "table" } as const;
const GROUP = { role: "rowgroup" } as const;
const ROW = { role: "row" } as const;
const CELL = { role: "cell" } as const;
const HEADER = { role: "columnheader" } as const;

const GLYPHS: Record<StepOutcome, IconName> = {
  running: "spinner",
  passed: "check",
  failed: "cross",
  given_up: "dash",
};
const TONES: Record<StepOutcome, string> = { running: "is-now", passed: "ok", failed: "fail", given_up: "dim" };

/** `left` are the stages that are to come or were not reached. */
export function TimeLine(props: { view: TestView; now: Now; left: readonly string[]; slim?: boolean }): JSX.Element {
  const { view, now, left } = props;
  const former = useRef(0);
  const running = view.phase === "running";
  const shown = useRef(view);
  shown.current = view;
  // Only where the axis ends is followed, so that all rows are drawn anew when that changes, and not with each tick.
  const end = useComputed(() => {
    if (shown.current.phase !== "running") return 0;
    former.current = liveEnd(spanOf(shown.current, now.value), former.current);
    return former.current;
  });
  const span = spanOf(view, running ? now.peek() : 0);
  if (running) former.current = liveEnd(span, former.current);
  const axis = axisTo(running ? Math.max(end.value, former.current) : fittingEnd(span));
  return (
    <div class={`tl ${props.slim ? "slim" : ""}`} {...TABLE} {...{ "aria-label": t("test.steps") }}>
      <AxisRow axis={axis} />
      <div {...GROUP}>
        {rowsOf(view).map((row) => (
          <Row key={row.key} row={row} axis={axis} now={now} view={view} slim={props.slim === true} />
        ))}
        <Left view={view} left={left} axis={axis} after={view.steps.length + view.running.length} />
      </div>
      <Probes view={view} axis={axis} />
    </div>
  );
}

function AxisRow({ axis }: { axis: Axis }): JSX.Element {
  return (
    <div class="r ax" {...ROW}>
      <span {...HEADER}>
        <span class="vh">{t("test.result")}</span>
      </span>
      <span {...HEADER}>{t("test.step")}</span>
      <span {...HEADER}>{t("test.said")}</span>
      <span {...HEADER} class="bars">
        <span class="vh">{t("test.to_scale")}</span>
        <svg class="g marks" aria-hidden="true">
          {axis.ticks.map((tick) => (
            <text key={tick} class="at" x={place(axis, tick)} y="17" text-anchor={anchorOf(axis, tick)}>
              {markOf(axis, tick)}
            </text>
          ))}
        </svg>
      </span>
      <span {...HEADER} class="ms">
        {t("test.time")}
      </span>
    </div>
  );
}

function anchorOf(axis: Axis, tick: number): "start" | "middle" | "end" {
  if (tick === 0) return "start";
  return tick / axis.end > 0.94 ? "end" : "middle";
}

/** All marks of one axis have the same unit, which the last one names: there is no room for more beside a chain. */
function markOf(axis: Axis, tick: number): string {
  const last = tick === axis.ticks.at(-1);
  if (axis.end > 2600) return last ? `${number(tick / 1000)} s` : number(tick / 1000);
  const amount = tick < 1000 ? number(tick) : String(tick);
  return last ? `${amount} ms` : amount;
}

function Row(props: {
  row: StepRow & { secure: boolean };
  axis: Axis;
  now: Now;
  view: TestView;
  slim: boolean;
}): JSX.Element {
  const { row, axis, now, view } = props;
  const tint = row.outcome === "failed" ? "bad" : row.outcome === "running" ? "now" : "";
  return (
    <div class={`r step ${tint} ${row.secure ? "sec" : ""}`} {...ROW} data-stage={row.name} data-outcome={row.outcome}>
      <span {...CELL} class={`gl ${TONES[row.outcome]}`}>
        <span class="vh">{t(`test.is_${row.outcome}`)}</span>
        <Icon name={GLYPHS[row.outcome]} />
      </span>
      <span {...CELL} class="name">
        {stageName(row.name)}
        {row.secure && <span class="vh"> {t("test.inside_tls")}</span>}
      </span>
      <span {...CELL} class="w">
        <WhatWasSaid row={row} slim={props.slim} />
      </span>
      <span {...CELL} class="bars">
        {row.outcome === "running" ? (
          <RunningBar axis={axis} row={row} view={view} now={now} />
        ) : (
          <Bar axis={axis} start={row.start} took={row.took} outcome={row.outcome} />
        )}
      </span>
      <span {...CELL} class="ms" key={row.outcome}>
        {row.outcome === "running" ? <RunningTime row={row} view={view} now={now} /> : took(row.took)}
      </span>
    </div>
  );
}

function Grid({ axis }: { axis: Axis }): JSX.Element {
  return (
    <>
      {axis.ticks.map((tick) => (
        <line key={tick} class="grid" x1={place(axis, tick)} x2={place(axis, tick)} y1="0" y2="100%" />
      ))}
    </>
  );
}

function Bar(props: { axis: Axis; start: number; took: number; outcome: StepOutcome }): JSX.Element {
  const { axis, outcome } = props;
  const look = outcome === "failed" ? "bf" : outcome === "given_up" ? "b light" : "b";
  return (
    <svg class="g" aria-hidden="true">
      <Grid axis={axis} />
      <rect {...bar(axis, props.start, props.took)} y="9" height="12" rx="2" class={look} />
    </svg>
  );
}

function RunningBar(props: { axis: Axis; row: StepRow; view: TestView; now: Now }): JSX.Element {
  const { axis, row, view } = props;
  const until = Math.max(row.start, elapsedOf(view, props.now.value));
  const here = place(axis, until);
  return (
    <svg class="g" aria-hidden="true">
      <Grid axis={axis} />
      <rect {...bar(axis, row.start, until - row.start)} y="9" height="12" rx="2" class="b light" />
      <rect x={place(axis, row.start)} width="3" y="9" height="12" class="b" />
      <line x1={here} x2={here} y1="4" y2="26" class="here" />
    </svg>
  );
}

function RunningTime({ row, view, now }: { row: StepRow; view: TestView; now: Now }): JSX.Element {
  return <span aria-hidden="true">{seconds(Math.max(0, elapsedOf(view, now.value) - row.start))}</span>;
}

/**
 * What is left of the steps. While the test runs each has the row that it will take, so that nothing moves; afterwards
 * one line names those that were not reached.
 */
function Left(props: { view: TestView; left: readonly string[]; axis: Axis; after: number }): JSX.Element | null {
  const { view, left, axis } = props;
  if (left.length === 0 || view.phase === "refused") return null;
  if (view.phase !== "running") {
    const names = left.map(stageName).filter((name, index, all) => all.indexOf(name) === index);
    return (
      <div class="r off" {...ROW}>
        <span {...CELL} class="gl">
          <Icon name="dot" />
        </span>
        <span {...CELL}>{t("test.not_reached")}</span>
        <span {...CELL} class="rest">
          {names.join(" · ")}
        </span>
      </div>
    );
  }
  return (
    <>
      {left.map((name, index) => (
        // A place keeps its row, also where the test turns out to have another step there.
        <div class="r step todo" {...ROW} key={props.after + index} data-to-come={name}>
          <span {...CELL} class="gl">
            <Icon name="dot" />
          </span>
          <span {...CELL}>{stageName(name)}</span>
          <span {...CELL} class="w">
            <span class="own dim">{index === 0 ? t("test.to_come") : ""}</span>
          </span>
          <span {...CELL} class="bars">
            <svg class="g" aria-hidden="true">
              <Grid axis={axis} />
            </svg>
          </span>
          <span {...CELL} class="ms" />
        </div>
      ))}
    </>
  );
}

/** Other settings of the host that were probed meanwhile. */
function Probes({ view, axis }: { view: TestView; axis: Axis }): JSX.Element | null {
  if (view.alternatives.length === 0) return null;
  return (
    <div {...GROUP} class="probes">
      <div class="r group" {...ROW}>
        <span {...CELL} />
        <span {...CELL} class="title">
          {t("test.probed")} <span class="dim">{t("test.without_login")}</span>
        </span>
      </div>
      {view.alternatives.map((each) => (
        <Probe
          key={`${each.host} ${each.port} ${each.tlsMode}`}
          probe={each}
          start={probeStart(view, each)}
          axis={axis}
        />
      ))}
    </div>
  );
}

function Probe({ probe, start, axis }: { probe: Alternative; start: number; axis: Axis }): JSX.Element {
  const outcome = probe.code === Code.OK ? "passed" : "failed";
  return (
    <div class="r step" {...ROW} data-probe={probe.port} data-outcome={outcome}>
      <span {...CELL} class={`gl ${TONES[outcome]}`}>
        <span class="vh">{t(`test.is_${outcome}`)}</span>
        <Icon name={GLYPHS[outcome]} />
      </span>
      <span {...CELL} class="name mono">
        {probe.port}
      </span>
      <span {...CELL} class="w">
        <span class="own cut" title={probe.message}>
          {probe.host ? `${probe.host} · ` : ""}
          {tlsModeName(probe.tlsMode)} · {outcome === "passed" ? t("test.answers") : codeName(probe.code)}
        </span>
      </span>
      <span {...CELL} class="bars">
        {/* A setting that was tried in vain fails no test: its bar is a plain one. */}
        <Bar axis={axis} start={start} took={spent(probe.duration)} outcome="passed" />
      </span>
      <span {...CELL} class="ms">
        {took(spent(probe.duration))}
      </span>
    </div>
  );
}
