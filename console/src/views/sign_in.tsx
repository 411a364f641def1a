import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Brand } from "../parts/icon.tsx";
import { Note } from "../parts/pieces.tsx";
import { Trouble } from "../parts/trouble.tsx";
import { sentenceOf } from "../state/problems.ts";
import { notResumed, resume, signIn } from "../state/session.ts";
import { t } from "../words/words.ts";

/** Asks for the token. The address stays as it is, so that what was wanted is shown then. */
export function SignIn(): JSX.Element {
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = `${t("session.sign_in")} · mailproof`;
    field.current?.focus();
  }, []);

  async function go(event: Event): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const problem = await signIn(token);
    setBusy(false);
    setError(problem ? sentenceOf(problem) : "");
    if (problem) field.current?.focus();
  }

  return (
    <main class="sign-in">
      <h1 class="brand">
        <Brand />
        <span>
          mailproof<span class="vh"> · {t("session.sign_in")}</span>
        </span>
      </h1>
      <NotResumed />
      <form class="card" onSubmit={(event) => void go(event)}>
        <Field
          label={t("session.token")}
          hint={error ? undefined : t("session.kept")}
          concealed
          mono
          inner={field}
          value={token}
          onValue={setToken}
          error={error}
        />
        <Button look="primary" type="submit" busy={busy}>
          {t("session.sign_in")}
        </Button>
      </form>
      <p class="small soft">
        {t("session.no_token_yet")}
        <br />
        <code class="code">mailproof token create --role admin</code>
      </p>
    </main>
  );
}

/** Why a token that this tab had could not be used. */
function NotResumed(): JSX.Element | null {
  const problem = notResumed.value;
  if (!problem) return null;
  return problem.kind === "unreachable" ? (
    <Trouble sentence={t("session.unreachable")} again={() => void resume()} />
  ) : (
    <Note tone="warn" icon="key" alert>
      {sentenceOf(problem)}
    </Note>
  );
}
