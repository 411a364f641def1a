/** Problems in words. */
import type { Problem } from "../api/problem.ts";
import { t } from "../words/words.ts";

/** The sentence of a problem: the service's own, or ours where it did not come to say one. */
export function sentenceOf(problem: Problem): string {
  if (problem.sentence) return problem.sentence;
  return problem.kind === "aborted" ? "" : t("session.unreachable");
}
