/** The test of what is typed, beside the form: its verdict, the fix as one press, and its time line. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { NARROW } from "../../parts/media.ts";
import { Card, Note, Pill } from "../../parts/pieces.tsx";
import { type Draft, isFixed } from "../../state/draft.ts";
import type { ConfigForm } from "../../state/form.ts";
import type { TestView } from "../../state/test_fold.ts";
import { took } from "../../words/formats.ts";
import { codeName, stageName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";
import { Diff } from "../test/diff.tsx";
import { testedOf } from "../test/target.ts";
import { SlimTimeline } from "../test/test_panel.tsx";
import { doing, hasPassed, verdictOf } from "../test/verdict_words.ts";

export function OutcomeCard({ form }: { form: ConfigForm }): JSX.Element | null {
  const card = useRef<HTMLDivElement>(null);
  const run = form.run.value;
  useEffect(() => {
    // Below the buttons of a narrow screen it would begin out of sight.
    if (run && matchMedia(NARROW).matches) card.current?.scrollIntoView({ block: "nearest" });
  }, [run]);
  if (!run) return null;
  const view = targeted(run.view.value, form.tested.value);
  const running = view.phase === "running";
  const passed = hasPassed(view);
  return (
    // biome-ignore lint/a11y/useSemanticElements: no part of a form; it takes the focus of what goes with a test
    <div ref={card} class="form-outcome-place" role="group" aria-label={t("frame.test")} tabIndex={-1}>
      <Card
        class={`form-outcome ${running ? "is-run" : passed ? "is-ok" : "is-fail"}`}
        bare
        title={titleOf(view)}
        side={
          running ? (
            <Button small onClick={form.cancelTest}>
              {t("form.cancel_test")}
            </Button>
          ) : (
            view.report && <span class="small dim num nowrap">{took(view.report.elapsedMs)}</span>
          )
        }
      >
        <div class="in-card form-outcome-words">
          <Verdict view={view} />
        </div>
        {/* Made anew as the test ends: its place may be another, as below the verdict of a whole page. */}
        <SlimTimeline key={running ? "running" : "ended"} view={view} />
        {!running && !passed && (
          <div class="in-card form-outcome-ways">
            <Ways form={form} view={view} />
          </div>
        )}
      </Card>
    </div>
  );
}

/** The test with what the request left out of it, since it is as stored. */
function targeted(view: TestView, tested: Draft | null): TestView {
  if (!tested) return view;
  const { host, port, login, user, senderAddress } = tested;
  const target = { host, port: Number(port), user: login === "none" ? "" : user, sender: senderAddress };
  return { ...view, target: { ...view.target, ...target } };
}

function titleOf(view: TestView): JSX.Element {
  const { report, phase } = view;
  if (phase === "running") return <>{t("form.testing")}</>;
  if (hasPassed(view)) {
    return (
      <span class="ok row">
        <Icon name="check" /> {t("form.test_passed")}
      </span>
    );
  }
  const words = report
    ? t("form.test_failed", { stage: stageName(report.stage) })
    : phase === "cancelled"
      ? t("form.test_stopped")
      : t("form.test_unfinished");
  return (
    <span class={`row ${report ? "fail" : ""}`}>
      <Icon name={report ? "cross" : "info"} /> {words}
    </span>
  );
}

/** The sentence. While the test runs, what it does has its place, so that nothing below moves when it ends. */
function Verdict({ view }: { view: TestView }): JSX.Element {
  const tested = testedOf(view, null);
  if (view.phase === "running") return <p class="soft">{doing(view, tested)}</p>;
  const { report } = view;
  return (
    <>
      <p class="strong form-outcome-sentence">{verdictOf(view, tested)}</p>
      {!hasPassed(view) && (
        <p class="small dim">
          {report && `${codeName(report.code)} · `}
          {t("form.not_saved")}
        </p>
      )}
    </>
  );
}

/** What can be done now. */
function Ways({ form, view: { report } }: { form: ConfigForm; view: TestView }): JSX.Element {
  const draft = form.draft.value;
  const outdated = form.outdated.value;
  const fixes = (report?.fixes ?? []).filter((fix) => fix.verified && !isFixed(draft, fix));
  return (
    <>
      {report && fixes.length === 0 && report.advice && !outdated && <p class="small soft">{report.advice}</p>}
      {!outdated &&
        fixes.map((fix, index) => (
          <div class="form-outcome-fix" key={fix.sentence}>
            <Pill tone="ok" icon="check">
              {t("fix.verified")}
            </Pill>
            <Diff fix={fix} />
            <Button look={index === 0 ? "primary" : "plain"} icon="play" onClick={() => form.apply(fix)}>
              {t("fix.apply")}
            </Button>
          </div>
        ))}
      {outdated && <Note>{t("form.outdated")}</Note>}
      {!outdated && (
        <div class="row">
          <Button busy={form.saving.value} onClick={() => void form.save(false)}>
            {t("form.save_anyway")}
          </Button>
        </div>
      )}
    </>
  );
}
