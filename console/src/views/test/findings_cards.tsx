/** What is worth knowing beside the verdict: warnings, and what has changed since the last good test. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { SinceLastGood } from "../../../gen/smtpdiag/v1/report_pb.ts";
import { Outcome, Severity } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Icon } from "../../parts/icon.tsx";
import { Card, Moment, Pill } from "../../parts/pieces.tsx";
import { now } from "../../state/now.ts";
import { hrefOf } from "../../state/route.ts";
import type { TestView } from "../../state/test_fold.ts";
import { codeId, codeName } from "../../words/vocabulary.ts";
import { rich, t } from "../../words/words.ts";

/** Findings that fail no test. Of a test that passed the verdict has their sentences. */
export function WarningsCard({ view }: { view: TestView }): JSX.Element | null {
  const warnings = view.report?.findings.filter(({ severity }) => severity === Severity.WARNING) ?? [];
  if (warnings.length === 0) return null;
  const hasPassed = view.report?.outcome === Outcome.OK;
  return (
    <Card title={t("report.warnings")}>
      <ul class="findings">
        {warnings.map(({ code, message, advice }) => (
          <li key={code}>
            <Icon name="warning" class="warn" />
            <div>
              <a href={hrefOf(["findings", codeId(code)])}>{codeName(code)}</a>
              {!hasPassed && <p>{message}</p>}
              {advice && <p class="soft">{advice}</p>}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The service's sentence without its beginning, which names the test by its id and the time in UTC. */
function restOf({ sentence, testId }: SinceLastGood): string {
  const [, rest] = sentence.split(`${testId}). `);
  return rest ?? sentence;
}

/** When it last worked, and what has changed since. */
export function SinceCard(props: { view: TestView; config: ConfigOverview | null }): JSX.Element | null {
  const since = props.view.report?.sinceLastGood;
  if (!since) return null;
  const configId = props.config?.id || props.view.target.configId;
  const when = since.startedAt && (
    <a href={hrefOf(["configs", configId, "tests", since.testId])}>
      <Moment when={since.startedAt} now={now.value} />
    </a>
  );
  return (
    <Card title={t("report.since")}>
      {since.changes.length === 0 || !when ? (
        <p>
          {when && rich("report.last_worked_alone", { when })} {restOf(since)}
        </p>
      ) : (
        <>
          <p>{rich("report.last_worked", { when })}</p>
          <ul class="findings">
            {since.changes.map((change) => (
              <li key={`${change.kind} ${change.name}`}>
                <Icon name={change.likely ? "warning" : "dot"} class={change.likely ? "warn" : "dim"} />
                <p>
                  {change.sentence} {change.likely && <Pill tone="warn">{t("report.likely")}</Pill>}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}
