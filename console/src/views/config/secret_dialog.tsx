/** Replaces the secret of a configuration. What is typed lives as long as the dialog. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field } from "../../parts/field.tsx";
import { Note } from "../../parts/pieces.tsx";
import { type Asked, renewSigningKey, replaceSecret } from "../../state/actions.ts";
import { announce } from "../../state/announce.ts";
import { nameOf, secretKind } from "../../state/config.ts";
import { t } from "../../words/words.ts";
import { Acts, close, Refused, useDeed } from "./dialogs.tsx";

export function SecretDialog(question: Asked): JSX.Element {
  return secretKind(question.config) === "signing_key" ? <NewKey {...question} /> : <NewSecret {...question} />;
}

function NewSecret(question: Asked): JSX.Element {
  const { config } = question;
  const settings = config.settings.case === "smtp" ? config.settings.value : null;
  const kind = settings?.oauth ? "client_secret" : "password";
  const [secret, setSecret] = useState("");
  const [error, setError] = useState("");
  const deed = useDeed(question, () => {
    close();
    announce(t("actions.secret_replaced"));
  });
  const field = deed.problem?.fields[0];
  function submit(event: Event): void {
    event.preventDefault();
    if (deed.busy) return;
    if (secret) void deed.run(() => replaceSecret(config, secret));
    else setError(t(`actions.enter_${kind}`));
  }
  return (
    <Dialog title={t(`actions.change_${kind}`)} onClose={close}>
      <form onSubmit={submit}>
        <p class="asked">
          {settings?.user
            ? t("actions.secret_for_user", { user: settings.user, host: settings.host })
            : t("actions.secret_for_host", { host: settings?.host ?? nameOf(config) })}
        </p>
        <Field
          secret
          mono
          autoFocus
          maxLength={5000}
          label={t(`actions.new_${kind}`)}
          hint={t("actions.secret_hint")}
          value={secret}
          error={error || field?.sentence}
          onValue={(value) => {
            setSecret(value);
            setError("");
            deed.setProblem(null);
          }}
        />
        {!field && <Refused problem={deed.problem} question={question} />}
        <Acts safe={t("actions.cancel")} busy={deed.busy} submit primary>
          {t("actions.replace")}
        </Acts>
      </form>
    </Dialog>
  );
}

/** A signing key is made by the service, and shown once, since its receiver must be told. */
function NewKey(question: Asked): JSX.Element {
  const [key, setKey] = useState("");
  const deed = useDeed(question, () => undefined);
  async function renew() {
    const result = await renewSigningKey(question.config);
    if (!result.ok) return result.problem;
    setKey(result.value);
    return null;
  }
  if (key) {
    return (
      <Dialog title={t("actions.change_signing_key")} onClose={close}>
        <Note tone="warn">{t("actions.key_once")}</Note>
        <p class="asked">{t("actions.the_key")}</p>
        <p class="say new-key">{key}</p>
        <div class="acts">
          <Button look="primary" onClick={close}>
            {t("actions.done")}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={t("actions.change_signing_key")} onClose={close}>
      <p class="asked">{t("actions.new_key_means")}</p>
      <Refused problem={deed.problem} question={question} />
      <Acts safe={t("actions.cancel")} safeFirst busy={deed.busy} onYes={() => void deed.run(renew)}>
        {t("actions.make_key")}
      </Acts>
    </Dialog>
  );
}
