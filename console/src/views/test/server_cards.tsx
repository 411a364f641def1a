/** What the server said: the reply that decided the test, what it offers, and the whole conversation. */
import type { JSX } from "preact";
import { Outcome, Stage } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { CopyButton } from "../../parts/copy_button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Card, Facts } from "../../parts/pieces.tsx";
import { certificateCode } from "../../state/chain.ts";
import { offersOf } from "../../state/offers.ts";
import type { StepRow, TestView } from "../../state/test_fold.ts";
import { type Line, transcriptOf, transcriptText, wordsOf } from "../../state/transcript.ts";
import { took } from "../../words/formats.ts";
import { stageName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";

/** The reply that decided a failed test, verbatim, or that none came. */
export function WordsCard({ view }: { view: TestView }): JSX.Element | null {
  const { report } = view;
  if (report?.outcome === Outcome.OK) return null; // a step may have failed on the way, as a tolerated certificate does
  const failures = view.steps.filter((row) => row.outcome === "failed");
  const failed = failures.findLast((row) => row.stage === report?.stage) ?? failures.at(-1);
  const heard = report?.evidence?.text || saidBy(failed);
  // Without a connection, and where its certificate is refused, the server had nothing to say to it.
  if (!failed?.peer || (report && !report.evidence && certificateCode(report).isFailure)) return null;
  const reply = [report?.evidence?.replyCode || "", report?.evidence?.enhancedCode].filter(Boolean).join(" ");
  return (
    <Card title={t("report.words")}>
      {heard ? <pre class="say">{heard}</pre> : <p class="say dim">{nothing(view, failed)}</p>}
      <div class="below-say">
        <Facts
          rows={[
            [t("report.reply"), reply && <span class="mono">{reply}</span>],
            [t("report.peer"), <bdi class="mono">{failed.peer}</bdi>],
            [t("report.waited"), t("report.waited_at", { time: took(failed.took), stage: stageName(failed.name) })],
          ]}
        />
      </div>
    </Card>
  );
}

/** What the server said in a step that it answers in words. */
function saidBy(row: StepRow | undefined): string {
  return row && row.stage > Stage.TLS && row.stage !== Stage.UNSPECIFIED ? row.received : "";
}

function nothing(view: TestView, failed: StepRow): string {
  const before = failed.stage === Stage.GREETING || failed.stage === Stage.TLS;
  const spoke = view.steps.some((row) => row.connection === failed.connection && saidBy(row) !== "");
  return before && !spoke ? t("report.nothing_before_tls") : t("report.nothing_said");
}

/** Mechanisms before and inside TLS beside each other, and the extensions. */
export function OffersCard({ view }: { view: TestView }): JSX.Element | null {
  const ehlo = view.report?.ehlo;
  if (!ehlo) return null;
  const { askedBefore, askedInside, mechanisms, extensions } = offersOf(view, ehlo);
  const isUnfinished = !askedInside && "STARTTLS" in ehlo.extensions;
  const columns = [
    ...(askedBefore
      ? [{ side: "before" as const, head: askedInside ? t("report.before_tls") : t("report.without_tls") }]
      : []),
    ...(askedInside ? [{ side: "inside" as const, head: t("report.inside_tls") }] : []),
  ];
  return (
    <Card
      title={t("report.offers")}
      side={ehlo.name && <span class="small dim cut as-name">{t("report.as_name", { name: ehlo.name })}</span>}
      bare
    >
      {mechanisms.length === 0 ? (
        <p class="in-card soft">{isUnfinished ? t("report.none_before_tls") : t("report.no_mechanisms")}</p>
      ) : (
        <table class="dense">
          <thead>
            <tr>
              <th>{t("report.mechanism")}</th>
              {columns.map(({ side, head }) => (
                <th key={side}>{head}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {mechanisms.map((mechanism) => (
              <tr key={mechanism.name}>
                <td>
                  <bdi class="mono">{mechanism.name}</bdi>
                  {askedBefore && askedInside && !mechanism.before && (
                    <span class="small dim"> {t("report.only_inside")}</span>
                  )}
                </td>
                {columns.map(({ side }) => (
                  <td key={side} class={mechanism[side] ? "ok" : "dim"}>
                    <Icon name={mechanism[side] ? "check" : "dash"} />
                    <span class="vh">{mechanism[side] ? t("report.offered") : t("report.not_offered")}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {extensions.length > 0 && (
        <div class="in-card extensions">
          <h3 class="small dim">{t("report.extensions")}</h3>
          <ul class="row wrap">
            {extensions.map((extension) => (
              <li key={extension} class="code">
                <bdi>{extension}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

/** Who said what and when. What had arrived of a test that broke off is there as well. */
export function TranscriptCard({ view }: { view: TestView }): JSX.Element | null {
  const lines = transcriptOf(view.steps);
  if (lines.length === 0) return null;
  const connections = [...new Set(lines.map(({ connection }) => connection))];
  return (
    <Card
      title={t("report.transcript")}
      side={
        <>
          <span class="small dim wide">{t("report.masked")}</span>
          <CopyButton text={() => transcriptText(lines)} />
        </>
      }
    >
      {connections.map((connection) => (
        <div key={connection} class="say transcript">
          {connections.length > 1 && <p class="dim connection">{t("report.connection", { n: connection })}</p>}
          <ol>
            {lines
              .filter((line) => line.connection === connection)
              .map((line, place) => (
                <Saying key={place} line={line} />
              ))}
          </ol>
        </div>
      ))}
    </Card>
  );
}

function Saying({ line }: { line: Line }): JSX.Element {
  const speaker = line.who === "C" ? t("report.client") : line.who === "S" ? t("report.server") : "";
  return (
    <li class={line.isFailure ? "fail" : ""}>
      <span class="at dim">{line.at === null ? "" : took(line.at)}</span>
      <span class="who">
        <span aria-hidden="true">{line.who}</span>
        <span class="vh">{speaker}</span>
      </span>
      <span class="what">{wordsOf(line)}</span>
    </li>
  );
}
