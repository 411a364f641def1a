/** Why a test did not begin or broke off, beyond its sentence. */
import type { JSX } from "preact";
import type { Problem } from "../../api/problem.ts";
import { hrefOf } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";
import type { TestView } from "../../state/test_fold.ts";
import { t } from "../../words/words.ts";

/** The fields that are wrong, what a person can do, and the request's id. */
export function Refusal({ problem, view }: { problem: Problem; view: TestView }): JSX.Element | null {
  const { configId } = view.target;
  const said = problem.fields.filter(({ sentence }) => !problem.sentence.includes(sentence));
  const wrong = problem.kind === "invalid" && configId && canWrite.value;
  const busy = problem.kind === "busy"; // how long to wait is counted down elsewhere, so this is no headline
  if (said.length === 0 && !wrong && !busy && !problem.requestId) return null;
  return (
    <div class="refusal small">
      {busy && <p>{problem.sentence}</p>}
      {said.length > 0 && (
        <ul>
          {said.map(({ field, sentence }) => (
            <li key={`${field} ${sentence}`}>
              <span class="code">{field}</span> {sentence}
            </li>
          ))}
        </ul>
      )}
      {wrong && (
        <a href={hrefOf(["configs", configId, "edit"], { field: problem.fields[0]?.field ?? "" })}>{t("fix.edit")}</a>
      )}
      {problem.requestId && <p class="dim mono">{t("frame.request_id", { id: problem.requestId })}</p>}
    </div>
  );
}
