/** Everything that is wrong, on top of the form; each entry leads to its field. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Icon } from "../../parts/icon.tsx";
import { Note } from "../../parts/pieces.tsx";
import type { Wrong } from "../../state/checks.ts";
import type { Fields } from "../../state/form.ts";
import { t } from "../../words/words.ts";
import { focusOn, labelOf } from "./names.ts";

export function WrongList({ fields }: { fields: Fields }): JSX.Element | null {
  const refused = fields.refused.value;
  const asked = fields.attention.value;
  const oauth = fields.draft.value.login === "oauth";
  useEffect(() => {
    const first = asked > 0 && fields.refused.peek().find(({ field }) => field !== null)?.field;
    if (first) focusOn(first);
  }, [asked]);
  if (refused.length === 0) return null;
  const left = (each: Wrong) => fields.wrong.value.some(({ field }) => field === each.field);
  return (
    <div class="form-wrong-list">
      <Note tone="fail">
        <p class="strong">{t("form.wrong", { n: refused.length })}</p>
        <ul>
          {refused.map((each) => (
            <li key={`${each.field} ${each.sentence}`} class={left(each) ? "" : "is-done"}>
              <Icon name={left(each) ? "dash" : "check"} />
              <span>
                {each.field && (
                  <button type="button" class="as-link" onClick={() => each.field && focusOn(each.field)}>
                    {labelOf(each.field, oauth)}
                  </button>
                )}
                {each.field && ": "}
                {each.sentence}
                {!left(each) && <span class="vh"> {t("form.changed")}</span>}
              </span>
            </li>
          ))}
        </ul>
      </Note>
    </div>
  );
}
