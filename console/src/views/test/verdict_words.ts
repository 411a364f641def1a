/** The verdict of a test in one sentence, and what a running test does now. */
import { Depth, Outcome } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { sentenceOf } from "../../state/problems.ts";
import { lastEnded, type StepRow, type TestView } from "../../state/test_fold.ts";
import { numbers } from "../../words/kept_formats.ts";
import { codeName, stageName } from "../../words/vocabulary.ts";
import { has, locale, t } from "../../words/words.ts";
import { commandOf } from "./said.ts";
import type { Tested } from "./target.ts";

/** A stage inside a sentence: "greeting", "TLS". German writes nouns as they are. */
export function stageInSentence(stage: string): string {
  const name = stageName(stage);
  return locale.value.startsWith("en") && name !== name.toUpperCase() ? name.toLowerCase() : name;
}

/** Tenths of seconds: "2.2 s". */
export function seconds(milliseconds: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${numbers(locale.value, digits).format(milliseconds / 1000)} s`;
}

/** What the test does now. Between two steps it is still the former one. */
export function doing(view: TestView, tested: Tested): string {
  const row = view.running.at(-1) ?? view.steps.at(-1);
  if (!row) return t("test.starting");
  const key = `test.doing_${row.name}`;
  const values = { ...tested, port: String(tested.port), mode: "", stage: stageInSentence(row.name) };
  return has(key) ? t(key, values) : t("test.doing_other", values);
}

/** What a step waits for, with how long in words; empty where it has only begun. */
export function waiting(row: StepRow | undefined, milliseconds: number): string {
  if (!row || milliseconds < 1000) return "";
  const values = { s: seconds(milliseconds), command: commandOf(row.name), stage: stageInSentence(row.name) };
  if (values.command) return t("test.waiting", values);
  return row.name === "greeting" ? t("test.waiting_greeting", values) : t("test.waiting_stage", values);
}

/** What is now known to work, up to the depth tested. */
function passed({ depth }: TestView, tested: Tested): string {
  if (depth >= Depth.DATA) return t("test.passed_data", tested);
  if (depth === Depth.RCPT) return t("test.passed_rcpt", tested);
  if (depth === Depth.MAIL) return t("test.passed_mail", tested);
  if (depth === Depth.AUTH && tested.user) return t("test.passed_auth", tested);
  if (depth === Depth.CONNECT) return t("test.passed_connect", tested);
  return depth === Depth.TLS ? t("test.passed_tls", tested) : t("test.passed_ehlo", tested);
}

export function hasPassed(view: TestView): boolean {
  return view.report?.outcome === Outcome.OK;
}

/** The one sentence with which a finished test opens. */
export function verdictOf(view: TestView, tested: Tested): string {
  const { report, test, problem } = view;
  if (report) return hasPassed(view) ? passed(view, tested) : report.message;
  if (view.phase === "done" && test) return codeName(test.code);
  const last = lastEnded(view)?.name ?? test?.stage;
  const stage = last ? stageInSentence(last) : "";
  if (view.phase === "cancelled") return stage ? t("test.cancelled", { stage }) : t("test.cancelled_first");
  if (view.phase === "broken") {
    if (problem?.sentence) return problem.sentence;
    return stage ? t("test.broke", { stage }) : t("test.broke_first");
  }
  if (problem?.kind === "busy") return t("test.too_many");
  return problem ? sentenceOf(problem) : "";
}
