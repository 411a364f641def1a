/** A test as Markdown, for a ticket. What others said stands in blocks that nothing in them can end. Pure. */
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Certificate, Evidence, Report } from "../../../gen/smtpdiag/v1/report_pb.ts";
import { Code, Severity } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { code, escaped, fenced, sentence } from "../../state/markdown_words.ts";
import { serverInfo } from "../../state/session.ts";
import { elapsedOf, type StepRow, type TestView } from "../../state/test_fold.ts";
import { SILENT, transcriptOf, transcriptText } from "../../state/transcript.ts";
import { serverText } from "../../state/typed_server.ts";
import { took } from "../../words/formats.ts";
import { codeId, codeName, stageName, tlsModeName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";

/** Characters of one saying in the list of steps; the transcript has all of it. */
const SAID = 100;

/**
 * Returns the report: the verdict, what to do, the steps with their times, the certificates, the transcript.
 * @param version The service's release.
 */
export function reportText(
  view: TestView,
  config: ConfigOverview | null,
  version = serverInfo.peek()?.version ?? "",
): string {
  const { report } = view;
  const transcript = transcriptOf(view.steps);
  const sections = [
    `# ${titleOf(view, config)}`,
    report ? sentence(report.message) : sentence(view.problem?.sentence || t("report.no_verdict")),
    report?.advice ? `**${t("report.to_do")}:** ${sentence(report.advice)}` : "",
    sentence(report?.sinceLastGood?.sentence ?? ""),
    warningsOf(report),
    factsOf(view, config, version),
    view.steps.length > 0 ? section(t("report.steps"), stepsOf(view.steps)) : "",
    report?.evidence?.text ? section(t("report.words"), repliedWith(report.evidence)) : "",
    view.alternatives.length > 0 ? section(t("report.tried"), triedIn(view)) : "",
    report?.tls?.chain.length ? section(t("report.certificates"), certificatesOf(report)) : "",
    transcript.length > 0 ? section(t("report.transcript"), transcriptText(transcript)) : "",
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

function section(title: string, lines: string): string {
  return `## ${title}\n\n${fenced(lines)}`;
}

function titleOf(view: TestView, config: ConfigOverview | null): string {
  const server = code(serverOf(view, config)) || t("report.server");
  const { report, test } = view;
  if (!report) {
    if (test?.code && view.phase === "done") return failedOrPassed(server, test.code, test.stage);
    return t("report.verdict_broken", { server });
  }
  return failedOrPassed(server, codeId(report.code), stageName(report.stage));
}

function failedOrPassed(server: string, failure: string, stage: string): string {
  if (failure === codeId(Code.OK)) return t("report.verdict_passed", { server });
  return t("report.verdict_failed", { server, stage: escaped(stageName(stage)), code: code(failure) });
}

/** What was tested as "host:port": as the test names it, or the stored configuration does. */
function serverOf({ target }: TestView, config: ConfigOverview | null): string {
  if (target.host) return serverText(target.host, target.port ? String(target.port) : "");
  return config?.settings.case === "smtp" ? config.settings.value.host : "";
}

function warningsOf(report: Report | null): string {
  const warnings = report?.findings.filter(({ severity }) => severity === Severity.WARNING) ?? [];
  return warnings
    .map((finding) => `- ${sentence(`${finding.message} ${finding.advice}`)} (${code(codeId(finding.code))})`)
    .join("\n");
}

function factsOf(view: TestView, config: ConfigOverview | null, version: string): string {
  const { report, target, test } = view;
  const time = took(elapsedOf(view, 0));
  const id = report?.testId || test?.id || "";
  const name = config?.settings.value?.description ?? "";
  const configId = config?.id || target.configId;
  const facts: [string, string][] = [
    [t("report.configuration"), [name && code(name), configId && code(configId)].filter(Boolean).join(", ")],
    [t("report.mode"), target.mode ? escaped(tlsModeName(target.mode)) : ""],
    [t("report.tested_at"), view.startedAt ? new Date(view.startedAt).toISOString() : ""],
    [t("report.took"), report ? t("report.round_trips", { n: report.roundTrips, time }) : time],
    [
      t("report.session"),
      [report?.tls?.version, report?.tls?.cipher]
        .filter(Boolean)
        .map((text) => code(text ?? ""))
        .join(", "),
    ],
    [t("report.test_id"), code(id)],
    [t("report.version"), version && `mailproof ${code(version)}`],
  ];
  return facts
    .filter(([, value]) => value)
    .map(([fact, value]) => `- ${fact}: ${value}`)
    .join("\n");
}

/** One line a step: how it ended, its name, its time, and what was said. */
function stepsOf(steps: readonly StepRow[]): string {
  const outcomes = {
    passed: t("report.passed"),
    failed: t("report.failed"),
    given_up: t("report.given_up"),
    running: "…",
  };
  const rows = steps.map((row) => {
    const line = saidIn(row).replace(/\s+/gu, " ");
    return [outcomes[row.outcome], stageName(row.name), took(row.took), cut(line)] as const;
  });
  const width = (column: 0 | 1 | 2) => Math.max(...rows.map((row) => row[column].length));
  const [outcome, name, time] = [width(0), width(1), width(2)];
  return rows
    .map((row) => `${row[0].padEnd(outcome)}  ${row[1].padEnd(name)}  ${row[2].padStart(time)}  ${row[3]}`.trimEnd())
    .join("\n");
}

/** What was said in a step; where nothing was, why it failed. */
function saidIn(row: StepRow): string {
  if (row.received === "" && row.outcome === "failed") return codeName(row.code);
  if (row.sent === "" || SILENT.has(row.stage)) return row.received;
  return [`C ${row.sent}`, row.received && `S ${row.received}`].filter(Boolean).join(" → ");
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length > SAID ? `${characters.slice(0, SAID - 1).join("")}…` : text;
}

function repliedWith({ replyCode, enhancedCode, text }: Evidence): string {
  return [replyCode || "", enhancedCode, text].filter(Boolean).join(" ");
}

/** Other settings, each with what came of it. */
function triedIn({ alternatives }: TestView): string {
  return alternatives
    .map(({ host, port, tlsMode, code: found, message }) => {
      const outcome = found === Code.OK ? t("report.works") : t("report.fails");
      const server = host ? serverText(host, String(port)) : String(port);
      return `${server} ${tlsModeName(tlsMode)}: ${outcome}, ${message}`;
    })
    .join("\n");
}

/** The certificates as they were sent, the server's own first. */
function certificatesOf(report: Report): string {
  const { tls } = report;
  if (!tls) return "";
  const lines = tls.chain.flatMap((certificate, place) => [
    `${place + 1}. ${certificate.subject}`,
    ...details(certificate),
  ]);
  const ends = tls.trustAnchor ? [`${t("chain.trust_anchor")}: ${tls.trustAnchor}`] : [];
  const words = tls.verifyError ? [`${t("chain.words")}: ${tls.verifyError}`] : [];
  return [...lines, ...ends, ...words].join("\n");
}

function details(certificate: Certificate): string[] {
  const { notBefore, notAfter, moreSans } = certificate;
  const iso = (time: typeof notBefore) => (time ? timestampDate(time).toISOString().slice(0, 10) : "?");
  const names = [...certificate.sans, ...(moreSans > 0 ? [t("chain.more_names", { n: moreSans })] : [])].join(", ");
  const facts = [
    names && `${t("chain.names")}: ${names}`,
    `${t("chain.issued_by")}: ${certificate.issuer}`,
    `${t("chain.valid")}: ${iso(notBefore)} – ${iso(notAfter)}`,
    `${t("chain.key")}: ${[certificate.key, certificate.signature].filter(Boolean).join(", ")}`,
    `${t("chain.fingerprint")}: ${certificate.fingerprint}`,
    certificate.problem && `! ${certificate.problem}`,
  ];
  return facts.filter(Boolean).map((fact) => `   ${fact}`);
}
