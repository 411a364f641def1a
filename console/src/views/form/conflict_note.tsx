/** Somebody else saved the configuration meanwhile: both versions, field by field. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Choices } from "../../parts/field.tsx";
import { Card } from "../../parts/pieces.tsx";
import type { ConfigForm } from "../../state/form.ts";
import { t } from "../../words/words.ts";
import { inWords, labelOf } from "./names.ts";

export function ConflictNote({ form }: { form: ConfigForm }): JSX.Element | null {
  const conflict = form.conflict.value;
  const known = conflict !== null;
  useEffect(() => {
    // It stands above the fields, and the button that led to it below them.
    if (known) document.querySelector<HTMLElement>(".form-conflict input:checked")?.focus();
  }, [known]);
  if (!conflict) return null;
  const { differences } = conflict;
  return (
    <Card title={t("form.conflict_title")} class="form-conflict">
      <p class="soft" role="alert">
        {differences.length > 0 ? t("form.conflict_text") : t("form.conflict_same")}
      </p>
      {differences.map(({ field, mine, theirs, taken }) => (
        <Choices
          key={field}
          legend={labelOf(field, form.draft.value.login === "oauth")}
          inline
          value={taken ? "theirs" : "mine"}
          onValue={(value) => form.choose(field, value === "theirs")}
          choices={[
            { value: "mine", label: t("form.mine"), hint: inWords(field, mine) },
            { value: "theirs", label: t("form.theirs"), hint: inWords(field, theirs) },
          ]}
        />
      ))}
    </Card>
  );
}
