/** The verdict: what the test does now, or what came of it. It has the same place in both. */
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { Severity } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Button } from "../../parts/button.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { Moment } from "../../parts/pieces.tsx";
import { now as listNow } from "../../state/now.ts";
import { hrefOf } from "../../state/route.ts";
import { elapsedOf, type TestView } from "../../state/test_fold.ts";
import { took } from "../../words/formats.ts";
import { codeId, codeName, stageId } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";
import { Refusal } from "./refusal.tsx";
import type { Tested } from "./target.ts";
import { doing, hasPassed, seconds, stageInSentence, verdictOf, waiting } from "./verdict_words.ts";

type Props = {
  view: TestView;
  tested: Tested;
  now: ReadonlySignal<number>;
  onCancel: (() => void) | undefined;
  onAgain: (() => void) | undefined;
  /** What to do. */
  children?: ComponentChildren;
};

export function Verdict(props: Props): JSX.Element {
  const { view } = props;
  if (view.phase === "running") return <Running {...props} />;
  const looks = lookOf(view);
  return (
    <section class={`verdict ${looks.frame}`} data-phase={view.phase} data-outcome={looks.outcome}>
      <div class="row top head-row">
        <span class={`vi ${looks.tone}`}>
          <Icon name={looks.icon} />
        </span>
        <div class="grow">
          <h2 class="t">{verdictOf(view, props.tested)}</h2>
          <p class="m">{view.report || view.phase === "done" ? <Facts view={view} /> : <WhyNone view={view} />}</p>
          <Warnings view={view} />
          {view.problem && view.phase !== "cancelled" && <Refusal problem={view.problem} view={view} />}
          {offersAgain(view) && props.onAgain && <Again view={view} now={props.now} onAgain={props.onAgain} />}
        </div>
      </div>
      {props.children}
    </section>
  );
}

/** After a cancelled test of a configuration the button in its head is enough, and nothing moves for another. */
function offersAgain({ phase, target }: TestView): boolean {
  return phase === "broken" || phase === "refused" || (phase === "cancelled" && !target.configId);
}

type Look = { frame: string; tone: string; icon: IconName; outcome: string };

function lookOf(view: TestView): Look {
  if (view.phase === "cancelled") return { frame: "", tone: "dim", icon: "dash", outcome: "cancelled" };
  if (view.phase === "broken") return { frame: "is-fail", tone: "fail", icon: "offline", outcome: "broken" };
  if (view.phase === "refused") return { frame: "is-fail", tone: "fail", icon: "cross", outcome: "refused" };
  const good = view.report ? hasPassed(view) : view.test?.code === "ok";
  return good
    ? { frame: "is-ok", tone: "ok", icon: "check", outcome: "passed" }
    : { frame: "is-fail", tone: "fail", icon: "cross", outcome: "failed" };
}

function Running({ view, tested, now, onCancel }: Props): JSX.Element {
  return (
    <section class="verdict is-run" data-phase="running">
      <div class="row top head-row">
        <span class="vi accent">
          <Icon name="spinner" />
        </span>
        <div class="grow">
          <h2 class="t present">{doing(view, tested)}</h2>
          <p class="m">
            <Clock view={view} now={now} />
          </p>
        </div>
        {/* The page of a configuration has the button in its head. */}
        {onCancel && !view.target.configId && (
          <Button icon="cross" shortcut="Esc" onClick={onCancel}>
            {t("test.cancel")}
          </Button>
        )}
      </div>
    </section>
  );
}

/** The bound comes before what is waited for, so that nothing that is shown moves as this appears. */
function Clock({ view, now }: { view: TestView; now: ReadonlySignal<number> }): JSX.Element {
  const elapsed = elapsedOf(view, now.value);
  const row = view.running.at(-1);
  return (
    <>
      <span class="num so-far">{seconds(elapsed)}</span>
      <span>{t("test.bound", { s: String(view.bound / 1000) })}</span>
      <span>{waiting(row, row ? elapsed - row.start : 0)}</span>
    </>
  );
}

/** Stage, code, time, round trips, when. */
function Facts({ view }: { view: TestView }): JSX.Element {
  const { report, test } = view;
  const good = report ? hasPassed(view) : test?.code === "ok";
  const code = report ? codeId(report.code) : (test?.code ?? "");
  const stage = report ? stageId(report.stage) : (test?.stage ?? "");
  const times = [took(elapsedOf(view, 0))];
  if (report && report.roundTrips > 0) times.push(t("test.round_trips", { n: report.roundTrips }));
  return (
    <>
      {good ? (
        report && <span class="ok outcome">{t("test.passed")}</span> // without a report that is the sentence
      ) : (
        <>
          <span class="fail outcome">{t("test.failed_at", { stage: stageInSentence(stage) })}</span>
          <span class="code" title={codeName(code)}>
            {code}
          </span>
        </>
      )}
      <span>
        {times.join(" · ")}
        {view.startedAt > 0 && (
          <>
            {" · "}
            <Moment when={timestampFromMs(view.startedAt)} now={listNow.value} />
          </>
        )}
      </span>
      {!good && <a href={hrefOf(["findings", code])}>{t("test.what_this_means")}</a>}
    </>
  );
}

/** Why there is no report. */
function WhyNone({ view }: { view: TestView }): JSX.Element {
  const code = view.test?.code ?? "";
  const line = view.phase === "refused" ? t("test.not_begun") : t("test.no_report");
  const cancelled = code ? codeName(code) : t("test.hung_up");
  return (
    <>
      <span>{view.phase === "cancelled" ? cancelled : line}</span>
      {view.startedAt > 0 && (
        <span>
          {took(elapsedOf(view, 0))}
          {" · "}
          <Moment when={timestampFromMs(view.startedAt)} now={listNow.value} />
        </span>
      )}
    </>
  );
}

/** Of a test that passed, what is worth knowing all the same. */
function Warnings({ view }: { view: TestView }): JSX.Element | null {
  const found = hasPassed(view) ? (view.report?.findings ?? []) : [];
  const warnings = found.filter(({ severity }) => severity === Severity.WARNING);
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings small">
      {warnings.map(({ code, message }) => (
        <li key={code} class="warn">
          <Icon name="warning" />
          <span>{message}</span>
        </li>
      ))}
    </ul>
  );
}

/** Another try, once it makes sense. */
function Again(props: { view: TestView; now: ReadonlySignal<number>; onAgain: () => void }): JSX.Element {
  const { view } = props;
  const until = view.problem?.retryAfter ? view.endedAt + view.problem.retryAfter : 0;
  const left = Math.ceil((until - props.now.value) / 1000);
  return (
    <p class="again row wrap">
      <Button icon="play" shortcut="t" disabled={left > 0} onClick={props.onAgain}>
        {t("test.again")}
      </Button>
      {left > 0 && <span class="small dim num">{t("test.possible_in", { n: left })}</span>}
    </p>
  );
}
