/** The form of an SMTP configuration, with what was found and what its test says beside it. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { Card } from "../../parts/pieces.tsx";
import type { FieldName } from "../../state/checks.ts";
import type { Search } from "../../state/discovery.ts";
import type { Draft } from "../../state/draft.ts";
import { type ConfigForm, configForm } from "../../state/form.ts";
import { onKeys } from "../../state/keys.ts";
import { hrefOf, route } from "../../state/route.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";
import { ConflictNote } from "./conflict_note.tsx";
import { FindCard } from "./find_card.tsx";
import { FoundCard, HowFound } from "./found_card.tsx";
import { focusOn } from "./names.ts";
import { NeedsCard } from "./needs_card.tsx";
import { OutcomeCard } from "./outcome_card.tsx";
import { Optional, ServerCard, TextField } from "./server_card.tsx";
import { WrongList } from "./wrong_list.tsx";

/** `first` is what the form begins with; `id` the configuration that is changed, null for a new one. */
export function SmtpForm({ id, first }: { id: string | null; first: () => Draft }): JSX.Element {
  const form = useMemo(() => configForm(id, first()), []);
  const [search, setSearch] = useState<Search | null>(null);
  useEffect(() => form.close, []);
  useEffect(() => () => search?.cancel(), [search]);
  useEffect(() => {
    const field = route.peek().query.get("field");
    if (field) focusOn((field === "password" ? "secret" : field) as FieldName);
  }, []);
  useEffect(
    () =>
      onKeys({
        Escape: () => {
          if (!form.testing.peek()) return false;
          form.cancelTest();
          return true;
        },
      }),
    [],
  );
  const run = form.run.value;
  const searching = search?.found.value.running ?? false;
  return (
    <div class="cols edit">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void form.testAndSave();
        }}
      >
        <FindCard
          fields={form}
          search={search}
          onSearch={(begun) => {
            form.forgetTest();
            setSearch(begun);
          }}
        />
        <WrongList fields={form} />
        <ConflictNote form={form} />
        <ServerCard fields={form} kept />
        <SenderCard form={form} />
        <Buttons form={form} />
      </form>
      <aside>
        {run ? (
          <OutcomeCard form={form} />
        ) : search ? (
          <FoundCard found={search.found.value} fields={form} />
        ) : (
          <HowFound />
        )}
        {!searching && !form.testing.value && <NeedsCard fields={form} found={search?.found.value} />}
      </aside>
    </div>
  );
}

function SenderCard({ form }: { form: ConfigForm }): JSX.Element {
  return (
    <Card title={t("form.sender")} class="form-fields">
      <div class="form-field-row">
        <TextField fields={form} name="senderAddress" inputMode="email" />
        <TextField fields={form} name="senderName" />
      </div>
      <div class="form-field-row">
        <TextField fields={form} name="replyTo" inputMode="email" label={<Optional label={t("form.reply_to")} />} />
        <TextField fields={form} name="description" label={<Optional label={t("form.description")} />} />
      </div>
    </Card>
  );
}

function Buttons({ form }: { form: ConfigForm }): JSX.Element {
  const problem = form.problem.value;
  return (
    <div class="form-buttons">
      {problem && <Failure problem={problem} sentence={problem.kind === "gone" ? t("form.gone") : undefined} />}
      <div class="row wrap">
        <Button look="primary" type="submit" icon="play" class="main" busy={form.testing.value || form.saving.value}>
          {t("form.test_save")}
        </Button>
        <Button busy={form.saving.value} onClick={() => void form.save(false)}>
          {t("form.save_untested")}
        </Button>
        <ButtonLink look="quiet" href={hrefOf(form.id ? ["configs", form.id] : ["configs"])}>
          {t("form.cancel")}
        </ButtonLink>
      </div>
    </div>
  );
}
