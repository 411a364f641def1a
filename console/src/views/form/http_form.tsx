/** The form of an HTTP provider. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { CopyButton } from "../../parts/copy_button.tsx";
import { Field } from "../../parts/field.tsx";
import { Card, Facts, Note } from "../../parts/pieces.tsx";
import { LONGEST } from "../../state/checks.ts";
import { httpForm } from "../../state/http_form.ts";
import { hrefOf } from "../../state/route.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";
import { Optional } from "./server_card.tsx";

export function HttpConfigForm({ config }: { config: ConfigOverview | null }): JSX.Element {
  const form = useMemo(() => httpForm(config), []);
  const asked = form.attention.value;
  useEffect(() => form.close, []);
  useEffect(() => {
    if (asked > 0) document.getElementById("form-endpoint")?.focus();
  }, [asked]);
  const draft = form.draft.value;
  const problem = form.problem.value;
  const key = form.key.value;
  const theirs = form.theirs.value;
  if (key) return <NewKey id={key.id} text={key.text} />;
  return (
    <form
      class="form-http"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void form.save();
      }}
    >
      <Card title={t("form.http")} class="form-fields">
        <p class="soft form-text">{t("form.http_text")}</p>
        <Field
          label={t("form.endpoint")}
          id="form-endpoint"
          mono
          inputMode="url"
          value={draft.endpoint}
          error={form.wrong.value || undefined}
          onValue={(endpoint) => form.set({ endpoint })}
        />
        <Field
          label={<Optional label={t("form.description")} />}
          id="form-note"
          maxLength={LONGEST.description ?? 200}
          value={draft.description}
          onValue={(description) => form.set({ description })}
        />
        {config && (
          <label class="form-check">
            <input
              type="checkbox"
              checked={draft.renewKey}
              onChange={(event) => form.set({ renewKey: event.currentTarget.checked })}
            />
            <span>{t("form.renew_key")}</span>
          </label>
        )}
      </Card>
      <div class="form-buttons">
        {problem && <Failure problem={problem} sentence={problem.kind === "gone" ? t("form.gone") : undefined} />}
        {theirs && (
          <Note tone="warn" alert>
            <p class="strong">{t("form.conflict_title")}</p>
            <p>{t("form.conflict_http")}</p>
            <Facts
              rows={[
                [t("form.endpoint"), theirs.endpoint],
                [t("form.description"), theirs.description || t("form.nothing")],
              ]}
            />
          </Note>
        )}
        <div class="row wrap">
          <Button look="primary" type="submit" class="main" busy={form.saving.value}>
            {t("form.save")}
          </Button>
          <ButtonLink look="quiet" href={hrefOf(config ? ["configs", config.id] : ["configs"])}>
            {t("form.cancel")}
          </ButtonLink>
        </div>
      </div>
    </form>
  );
}

/** The key that was made, once. */
function NewKey({ id, text }: { id: string; text: string }): JSX.Element {
  return (
    <Card title={t("form.key_title")} class="form-fields">
      <p class="soft form-text">{t("form.key_text")}</p>
      <p class="say">{text}</p>
      <div class="row wrap form-buttons">
        <CopyButton text={() => text} label={t("form.key_copy")} small={false} />
        <ButtonLink look="primary" href={hrefOf(["configs", id])}>
          {t("form.key_done")}
        </ButtonLink>
      </div>
    </Card>
  );
}
