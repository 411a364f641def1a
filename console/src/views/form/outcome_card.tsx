/** The test of what is typed, beside the form: its verdict, the fix as one press, and its time line. */
import type { JSX } from "preact";
import type { Fix } from "../../../gen/smtpdiag/v1/report_pb.ts";
import { Outcome } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Card, Note, Pill } from "../../parts/pieces.tsx";
import { type Draft, fixedDraft, SETTINGS } from "../../state/draft.ts";
import type { ConfigForm } from "../../state/form.ts";
import { sentenceOf } from "../../state/problems.ts";
import type { TestView } from "../../state/test_fold.ts";
import { took } from "../../words/formats.ts";
import { codeName, stageName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";
import { SlimTimeline } from "../test/test_panel.tsx";
import { inWords, labelOf } from "./names.ts";

export function OutcomeCard({ form }: { form: ConfigForm }): JSX.Element | null {
  const run = form.run.value;
  if (!run) return null;
  const view = run.view.value;
  const running = view.phase === "running";
  const passed = view.report?.outcome === Outcome.OK;
  const look = running ? "is-run" : passed ? "is-ok" : "is-fail";
  return (
    <Card
      class={`form-outcome ${look}`}
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
      {!running && !passed && (
        <div class="in-card form-outcome-words">
          <Verdict view={view} />
          <Ways form={form} view={view} />
        </div>
      )}
      {(running || view.steps.length > 0) && <SlimTimeline view={view} />}
    </Card>
  );
}

function titleOf(view: TestView): JSX.Element {
  const { report, phase } = view;
  if (phase === "running") return <>{t("form.testing")}</>;
  if (report?.outcome === Outcome.OK) {
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

function Verdict({ view: { report, problem } }: { view: TestView }): JSX.Element {
  return (
    <>
      {report && (
        <>
          <p class="strong form-outcome-sentence">{report.message}</p>
          <p class="small dim">
            {codeName(report.code)} · {t("form.not_saved")}
          </p>
        </>
      )}
      {!report && (
        <p class="form-outcome-sentence">
          {problem ? sentenceOf(problem) : ""} {t("form.not_saved")}
        </p>
      )}
    </>
  );
}

/** What can be done now. */
function Ways({ form, view: { report } }: { form: ConfigForm; view: TestView }): JSX.Element {
  const draft = form.draft.value;
  const outdated = form.outdated.value;
  const fixes = (report?.fixes ?? []).filter((fix) => fix.verified && changesOf(draft, fix).length > 0);
  return (
    <>
      {report && fixes.length === 0 && report.advice && !outdated && <p class="small soft">{report.advice}</p>}
      {!outdated &&
        fixes.map((fix, index) => (
          <div class="form-outcome-fix" key={fix.sentence}>
            <Pill tone="ok" icon="check">
              {t("form.fix_verified")}
            </Pill>
            <p class="diff">
              {changesOf(draft, fix).map(({ label, from, to }) => (
                <span class="form-outcome-change" key={label}>
                  {label} <del>{from}</del>
                  <Icon name="arrow" />
                  <ins>{to}</ins>
                </span>
              ))}
            </p>
            <Button look={index === 0 ? "primary" : "plain"} icon="play" onClick={() => form.apply(fix)}>
              {t("form.use_fix")}
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

type Change = { label: string; from: string; to: string };

/** What a fix changes, in the words of the form. */
function changesOf(draft: Draft, fix: Fix): Change[] {
  const fixed = fixedDraft(draft, fix);
  return SETTINGS.filter((name) => fixed[name] !== draft[name]).map((name) => ({
    label: labelOf(name, false),
    from: inWords(name, draft[name]),
    to: inWords(name, fixed[name]),
  }));
}
