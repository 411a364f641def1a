/** What can be said of the tests in the chart in one line. */
import type { JSX } from "preact";
import type { HistoryFacts } from "../../state/history.ts";
import { serverInfo } from "../../state/session.ts";
import { took } from "../../words/formats.ts";
import { stageName } from "../../words/vocabulary.ts";
import { rich, t } from "../../words/words.ts";
import { hrefOfTest } from "./test_words.ts";

export function HistoryFactsLine({ facts }: { facts: HistoryFacts }): JSX.Element {
  const { slowest } = facts;
  return (
    <p class="facts-line small soft">
      {facts.judged > 0 && (
        <span>{rich("history.passed_of", { passed: <b>{facts.passed}</b>, judged: String(facts.judged) })}</span>
      )}
      {facts.cancelled > 0 && <span>{t("history.cancelled_count", { n: facts.cancelled })}</span>}
      {facts.others > 0 && <span>{t("history.others_count", { n: facts.others })}</span>}
      {facts.median !== null && <span>{rich("history.median", { time: <b>{took(facts.median)}</b> })}</span>}
      {slowest && (
        <span>
          {rich("history.slowest", { time: <a href={hrefOfTest(slowest)}>{took(slowest.elapsedMs)}</a> })}
          {facts.slowestStage && t("history.mostly", { stage: stageName(facts.slowestStage) })}
        </span>
      )}
      <span class="dim">{keptText()}</span>
    </p>
  );
}

/** How long and how many tests are kept, as the service says. */
export function keptText(): string {
  const limits = serverInfo.value?.limits;
  if (!limits) return "";
  const { keptTestsDays: days, keptTestsPerConfig: most } = limits;
  if (most === 0) return t("history.kept_none");
  return days === 0 ? t("history.kept_count", { n: most }) : t("history.kept", { n: days, most });
}
