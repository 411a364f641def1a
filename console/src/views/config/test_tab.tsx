/** The test that runs, or the last one that is kept, or a place to begin the first. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Fix } from "../../../gen/smtpdiag/v1/report_pb.ts";
import type { Problem } from "../../api/problem.ts";
import { Button } from "../../parts/button.tsx";
import { Loading, Note } from "../../parts/pieces.tsx";
import { removing, whyNot } from "../../state/actions.ts";
import { applyFix } from "../../state/apply_fix.ts";
import { changedSince } from "../../state/changed_since.ts";
import { beginTest, cancelTest, testRuns } from "../../state/config_test.ts";
import { configsChanged } from "../../state/configs.ts";
import { keptTest } from "../../state/kept_tests.ts";
import { leaveRunning } from "../../state/leaving.ts";
import { guard, type Route } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";
import { type TestView, viewOfTest } from "../../state/test_fold.ts";
import { configRun } from "../../state/test_run.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";
import { TestPanel } from "../test/test_panel.tsx";
import { HttpTest } from "./http_test.tsx";

export function TestTab({ config }: { config: ConfigOverview }): JSX.Element {
  if (config.settings.case === "http") return <HttpTest config={config} />;
  const run = configRun(config.id).value;
  if (run) return <Shown config={config} view={run.view.value} />;
  if (config.lastTest) return <Kept key={config.lastTest.id} config={config} id={config.lastTest.id} />;
  return <Never config={config} />;
}

/** A test, and what can be done about it. */
function Shown({ config, view }: { config: ConfigOverview; view: TestView }): JSX.Element {
  const [applying, setApplying] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  async function apply(fix: Fix, secret: string): Promise<void> {
    if (applying) return;
    setApplying(true);
    const saved = await applyFix(config, fix, secret);
    setApplying(false);
    setProblem(saved.ok ? null : saved.problem);
    if (saved.ok) beginTest(config);
    else if (saved.problem.kind === "conflict") configsChanged();
  }
  const may =
    canWrite.value && !removing.value.has(config.id)
      ? { onApply: (fix: Fix, secret: string) => void apply(fix, secret), onAgain: () => beginTest(config) }
      : {};
  return (
    <>
      {problem && (
        <div class="above">
          <Failure problem={problem} sentence={whyNot(problem)} />
        </div>
      )}
      <TestPanel view={view} config={config} applying={applying} onCancel={() => cancelTest(config)} {...may} />
    </>
  );
}

/** The last kept test. */
function Kept({ config, id }: { config: ConfigOverview; id: string }): JSX.Element {
  const read = useMemo(() => keptTest(id), [id]);
  useEffect(() => read.close, [read]);
  const kept = read.value.value?.test;
  const view = useMemo(() => (kept ? viewOfTest(kept) : null), [kept]);
  const problem = read.problem.value;
  if (view && kept) {
    return (
      <>
        {changedSince(kept, config).length > 0 && (
          <div class="above">
            <Note>{t("config.changed_since")}</Note>
          </div>
        )}
        <Shown config={config} view={view} />
      </>
    );
  }
  if (read.value.value) return <Never config={config} />; // it was the last one, and is kept no more
  if (problem) {
    return <Failure problem={problem} again={() => void read.again()} />;
  }
  return read.slow.value ? (
    <section class="card">
      <Loading rows={6} label={t("config.loading")} />
    </section>
  ) : (
    <div />
  );
}

function Never({ config }: { config: ConfigOverview }): JSX.Element {
  return (
    <section class="card never">
      <h2>{t("state.never")}</h2>
      <p class="soft">{t("config.never_more")}</p>
      {canWrite.value && !removing.value.has(config.id) && (
        <Button look="primary" icon="play" onClick={() => beginTest(config)}>
          {t("config.test")}
        </Button>
      )}
    </section>
  );
}

/** Asks before the page is left while a test runs: leaving cancels it. Its own tabs are no leaving. */
export function useLeaveGuard(config: ConfigOverview | null): void {
  const running = config !== null && testRuns(config);
  useEffect(() => {
    if (!running || !config) return;
    return guard(async (to: Route) => {
      const [section, id, tab] = to.parts;
      if (section === "configs" && id === config.id && tab !== "edit") return true;
      if (!testRuns(config)) return true;
      return leaveRunning(() => cancelTest(config));
    });
  }, [running, config?.id]);
}
