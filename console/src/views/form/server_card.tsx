/** Where mail is handed over, how that is secured, and as whom. */
import type { ComponentChildren, JSX } from "preact";
import { Combobox } from "../../parts/combobox.tsx";
import { Choices, Field, type FieldProps } from "../../parts/field.tsx";
import { Card } from "../../parts/pieces.tsx";
import { type FieldName, LONGEST, secretSentence } from "../../state/checks.ts";
import { type Login, type Settings, secretReason } from "../../state/draft.ts";
import type { Fields } from "../../state/form.ts";
import { day } from "../../words/formats.ts";
import { t } from "../../words/words.ts";
import { idOf, labelOf } from "./names.ts";

/** A field of the draft that is one line of text. */
export function TextField(
  props: { fields: Fields; name: Exclude<keyof Settings, "tls" | "login"> | "secret" } & Partial<FieldProps>,
): JSX.Element {
  const { fields, name, ...more } = props;
  const draft = fields.draft.value;
  return (
    <Field
      label={labelOf(name, draft.login === "oauth")}
      wide
      value={draft[name]}
      onValue={(value) => fields.set({ [name]: value })}
      onBlur={() => fields.left(name)}
      error={errorOf(fields, name)}
      id={idOf(name)}
      {...(LONGEST[name] ? { maxLength: LONGEST[name] } : {})}
      {...more}
    />
  );
}

export function errorOf(fields: Fields, name: FieldName): string | undefined {
  return fields.wrong.value.find(({ field }) => field === name)?.sentence;
}

export function ServerCard({ fields, kept }: { fields: Fields; kept: boolean }): JSX.Element {
  const draft = fields.draft.value;
  const oauth = draft.login === "oauth";
  return (
    <Card title={t("form.server")} class="form-fields">
      <div class="form-field-row is-server">
        <TextField
          fields={fields}
          name="host"
          mono
          inputMode="url"
          // What is pasted is there after this event.
          onPaste={() => setTimeout(fields.settle)}
        />
        <Combobox
          label={t("form.port")}
          id={idOf("port")}
          mono
          inputMode="numeric"
          value={draft.port}
          onValue={(port) => fields.set({ port })}
          onBlur={() => fields.left("port")}
          suggestions={[
            { value: "465", hint: t("form.port_465") },
            { value: "587", hint: t("form.port_587") },
            { value: "25", hint: t("form.port_25") },
            { value: "2525", hint: t("form.port_2525") },
          ]}
          error={errorOf(fields, "port")}
        />
      </div>
      <div id={idOf("tls")}>
        <Choices
          legend={t("form.encryption")}
          value={draft.tls ? "always" : "if_offered"}
          onValue={(value) => fields.set({ tls: value === "always" })}
          choices={[
            { value: "always", label: t("tls.always"), hint: t("form.always_hint") },
            { value: "if_offered", label: t("tls.if_offered"), hint: t("form.if_offered_hint") },
          ]}
          error={errorOf(fields, "tls")}
        />
      </div>
      <div id={idOf("login")}>
        <Choices<Login>
          legend={t("form.login")}
          inline
          value={draft.login}
          onValue={(login) => fields.set({ login })}
          choices={[
            { value: "password", label: t("form.login_password") },
            { value: "oauth", label: t("form.login_oauth") },
            { value: "none", label: t("form.login_none") },
          ]}
          error={errorOf(fields, "login")}
        />
      </div>
      {draft.login !== "none" && (
        <div class="form-field-row">
          <TextField fields={fields} name="user" />
          <Secret fields={fields} kept={kept} />
        </div>
      )}
      {oauth && (
        <>
          <TextField fields={fields} name="tokenEndpoint" mono inputMode="url" />
          <div class="form-field-row">
            <TextField fields={fields} name="clientId" />
            <TextField
              fields={fields}
              name="scopes"
              label={<Optional label={t("form.scopes")} />}
              hint={t("form.scopes_hint")}
            />
          </div>
        </>
      )}
    </Card>
  );
}

/** A label of a field that may stay empty. */
export function Optional({ label }: { label: string }): JSX.Element {
  return (
    <>
      {label} <span class="dim optional">{t("form.optional")}</span>
    </>
  );
}

/** The password or client secret, and what is said of the stored one. `kept`: whether what is typed will be stored. */
function Secret({ fields, kept }: { fields: Fields; kept: boolean }): JSX.Element {
  const draft = fields.draft.value;
  const reason = secretReason(draft);
  const again = reason ? secretSentence(reason) : "";
  const error = errorOf(fields, "secret");
  return (
    <TextField
      fields={fields}
      name="secret"
      secret
      hint={error ? undefined : again ? <span class="warn">{again}</span> : hintOf()}
    />
  );

  function hintOf(): ComponentChildren {
    if (!kept) return t("form.not_kept");
    if (draft.secret || !draft.stored) return t("form.sealed");
    if (reason === "missing") return t("form.secret_none");
    const { secretTime } = draft.stored;
    return secretTime ? t("form.secret_kept", { date: day(secretTime) }) : t("form.secret_kept_undated");
  }
}
