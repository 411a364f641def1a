/** Problems in words. */
import type { Problem } from "../api/problem.ts";
import { t } from "../words/words.ts";

/** The sentence of a problem: the service's own, or ours where it did not come to say one. */
export function sentenceOf(problem: Problem): string {
  if (problem.sentence) return asSentence(problem.sentence);
  return problem.kind === "aborted" ? "" : t("session.unreachable");
}

/** What the service says stands by itself here: a capital, unless it begins with a name, and a full stop. */
export function asSentence(text: string): string {
  const begun = text.replace(/^\p{Ll}(?=\p{L}*[ ,])/u, (letter) => letter.toUpperCase());
  return /[.!?…:]$/.test(begun) ? begun : `${begun}.`;
}
