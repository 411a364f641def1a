/** One test of the history, as a live one looks when it has ended. Nothing can be changed or begun here. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Test } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { ButtonLink } from "../../parts/button.tsx";
import { Loading } from "../../parts/pieces.tsx";
import { resultOf } from "../../state/history.ts";
import { keptTest } from "../../state/kept_tests.ts";
import { hrefOf } from "../../state/route.ts";
import { viewOfTest } from "../../state/test_fold.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";
import { TestPanel } from "../test/test_panel.tsx";
import { keptText } from "./facts.tsx";
import { KeptHead } from "./kept_head.tsx";
import { TestedSettings } from "./tested_settings.tsx";
import { WithoutReport } from "./without_report.tsx";

/** `config` is null where the configuration is removed: its tests outlive it. */
export function KeptTest({ config, testId }: { config: ConfigOverview | null; testId: string }): JSX.Element | null {
  const id = config?.id;
  const read = useMemo(() => keptTest(testId, id), [testId, id]);
  useEffect(() => read.close, [read]);
  const problem = read.problem.value;
  const value = read.value.value;
  if (problem && !value) {
    return <Failure problem={problem} again={() => void read.again()} />;
  }
  if (!value) return read.slow.value ? <Loading rows={8} label={t("history.loading_test")} /> : null;
  if (!value.test) return <Gone id={id} />;
  return <Found key={testId} test={value.test} config={config} />;
}

function Found({ test, config }: { test: Test; config: ConfigOverview | null }): JSX.Element {
  const view = useMemo(() => viewOfTest(test), [test]);
  const shown = test.report !== undefined || resultOf(test) === "cancelled";
  return (
    <>
      <KeptHead test={test} link={!shown || !config} />
      {shown ? <TestPanel view={view} config={config} /> : <WithoutReport test={test} />}
      <TestedSettings test={test} config={config} />
    </>
  );
}

/** There is no such test, or not any more. */
function Gone({ id }: { id: string | undefined }): JSX.Element {
  return (
    <section class="card no-tests">
      <p>{t("history.gone")}</p>
      <p class="small soft">{t("history.gone_why", { kept: keptText() })}</p>
      {id && <ButtonLink href={hrefOf(["configs", id, "history"])}>{t("history.to_history")}</ButtonLink>}
    </section>
  );
}
