/** The tests of one configuration: a chart of the last ones, and all of them as a table. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Test } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { Card, Loading } from "../../parts/pieces.tsx";
import { testAndOpen } from "../../state/config_test.ts";
import { factsOf, median, PARTS, partsOf, resultOf } from "../../state/history.ts";
import { countOf } from "../../state/history_chart.ts";
import { testsOf } from "../../state/kept_tests.ts";
import { hrefOf } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";
import { took } from "../../words/formats.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";
import { Older } from "../older.tsx";
import { HistoryChart } from "./chart.tsx";
import { HistoryFactsLine } from "./facts.tsx";
import { Legend } from "./legend.tsx";
import { Readout } from "./readout.tsx";
import { TestTable } from "./test_table.tsx";

export function HistoryTab({ config }: { config: ConfigOverview }): JSX.Element | null {
  const kept = useMemo(() => testsOf(config.id), [config.id]);
  useEffect(() => kept.close, [kept]);
  const newest = config.lastTest?.id ?? "";
  const read = useRef(newest);
  useEffect(() => {
    if (read.current !== newest) void kept.first.again(); // a test has ended meanwhile
    read.current = newest;
  }, [kept, newest]);

  const tests = kept.items.value;
  const problem = kept.first.problem.value;
  const trouble = problem && <Failure problem={problem} again={() => void kept.first.again()} />;
  if (tests === null) return trouble ?? (kept.first.slow.value ? <Waiting /> : null);
  if (tests.length === 0) return trouble ?? <Empty config={config} />;
  return (
    <>
      {trouble}
      <History tests={tests} />
      <Older pages={kept} label={t("history.older")} end={t("history.end")} />
    </>
  );
}

/** The chart with its facts, and the table. A column and its row are lit together. */
function History({ tests }: { tests: readonly Test[] }): JSX.Element {
  const lit = useSignal("");
  const [width, setWidth] = useState(1000);
  const shown = tests.slice(0, countOf(width, tests.length));
  const facts = factsOf(shown);
  const present = {
    parts: PARTS.filter((part) => shown.some((test) => partsOf(test)[part] > 0)),
    results: new Set(shown.map(resultOf)),
    others: facts.others > 0,
  };
  const middle = median(shown.map((test) => test.elapsedMs)) ?? 0;
  const name = t("history.chart_name", {
    n: shown.length,
    passed: facts.passed,
    judged: facts.judged,
    time: took(facts.median ?? middle),
  });
  return (
    <>
      <Card
        title={
          <>
            {t("history.last_tests", { n: shown.length })} <Readout tests={shown} lit={lit} />
          </>
        }
        side={<Legend {...present} />}
        class="history"
      >
        <HistoryChart tests={tests} name={name} lit={lit} onWidth={setWidth} />
        <HistoryFactsLine facts={facts} />
      </Card>
      <TestTable tests={tests} lit={lit} />
    </>
  );
}

function Waiting(): JSX.Element {
  return (
    <section class="card">
      <Loading rows={8} label={t("history.loading")} />
    </section>
  );
}

function Empty({ config }: { config: ConfigOverview }): JSX.Element {
  const page = hrefOf(["configs", config.id]);
  const smtp = config.settings.case === "smtp";
  return (
    <section class="card no-tests">
      <p>{t("history.empty")}</p>
      <p class="soft small">{t("history.empty_more")}</p>
      {canWrite.value && smtp && (
        <Button look="primary" icon="play" onClick={() => testAndOpen(config)}>
          {t("history.test")}
        </Button>
      )}
      {canWrite.value && !smtp && <ButtonLink href={page}>{t("history.to_test")}</ButtonLink>}
    </section>
  );
}
