/** What both dialogs of a transfer show. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Problem } from "../../api/problem.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";

/** Keeps the focus in the dialog where what had it is gone with the step before. */
export function useStepFocus(step: string): void {
  useEffect(() => {
    const dialog = document.querySelector<HTMLElement>("dialog[open]");
    if (!dialog || dialog.contains(document.activeElement)) return;
    (dialog.querySelector<HTMLElement>("[autofocus]") ?? dialog.querySelector("button"))?.focus();
  }, [step]);
}

/** How much is done, as a bar with its words. */
export function Progress({ label, done, total }: { label: string; done: number; total: number }): JSX.Element {
  return (
    <div class="progress">
      <p class="soft" role="status">
        {label} <span class="num">{t("transfer.of", { done, total: Math.max(done, total) })}</span>
      </p>
      <progress value={done} max={Math.max(done, total, 1)} aria-label={label} />
    </div>
  );
}

/** How many of the wrong fields are listed; the service names twenty. */
const LISTED = 5;

/** Why the service refused, with the fields that it names. */
export function Refusal({ problem }: { problem: Problem | null }): JSX.Element | null {
  if (!problem || problem.kind === "aborted") return null;
  return (
    <div class="asked">
      <Failure problem={problem}>
        {problem.fields.length > 0 && (
          <ul class="wrong-fields">
            {problem.fields.slice(0, LISTED).map(({ field, sentence }) => (
              <li key={field}>
                <span class="mono">{field}</span> {sentence}
              </li>
            ))}
          </ul>
        )}
      </Failure>
    </div>
  );
}
