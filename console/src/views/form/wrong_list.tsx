/** Everything that is wrong, on top of the form; each entry leads to its field. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Note } from "../../parts/pieces.tsx";
import type { Fields } from "../../state/form.ts";
import { t } from "../../words/words.ts";
import { focusOn, labelOf } from "./names.ts";

export function WrongList({ fields }: { fields: Fields }): JSX.Element | null {
  const wrong = fields.wrong.value;
  const asked = fields.attention.value;
  const oauth = fields.draft.value.login === "oauth";
  useEffect(() => {
    const first = asked > 0 && fields.wrong.peek().find(({ field }) => field !== null)?.field;
    if (first) focusOn(first);
  }, [asked]);
  // What is wrong with one field while it is typed is said there: the list comes with the press that needs it.
  if (asked === 0 || wrong.length === 0) return null;
  return (
    <div class="wrong-list">
      <Note tone="fail">
        <p class="strong">{t("form.wrong", { n: wrong.length })}</p>
        <ul>
          {wrong.map(({ field, sentence }) => (
            <li key={`${field} ${sentence}`}>
              {field ? (
                <button type="button" class="as-link" onClick={() => focusOn(field)}>
                  {labelOf(field, oauth)}
                </button>
              ) : null}
              {field ? ": " : ""}
              {sentence}
            </li>
          ))}
        </ul>
      </Note>
    </div>
  );
}
