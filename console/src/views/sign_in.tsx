import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Brand } from "../parts/icon.tsx";
import { sentenceOf } from "../state/problems.ts";
import { signIn } from "../state/session.ts";
import { t } from "../words/words.ts";

/** Asks for the token. */
export function SignIn(): JSX.Element {
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  async function go(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const problem = await signIn(token);
    setBusy(false);
    setError(problem ? sentenceOf(problem) : "");
  }
  return (
    <main class="sign-in card">
      <form onSubmit={(event) => void go(event)}>
        <p class="brand">
          <Brand />
          mailproof
        </p>
        <Field label={t("session.token")} secret mono value={token} onValue={setToken} error={error} />
        <Button look="primary" type="submit" busy={busy}>
          {t("session.sign_in")}
        </Button>
      </form>
    </main>
  );
}
