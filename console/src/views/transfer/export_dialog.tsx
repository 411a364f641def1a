/** Saves all configurations of the instance in a file. The passphrase lives as long as the dialog. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Choices, Field } from "../../parts/field.tsx";
import { Note } from "../../parts/pieces.tsx";
import { caller } from "../../state/session.ts";
import { exporting } from "../../state/transfer.ts";
import {
  type ExportState,
  newExport,
  passphraseProblem,
  SHORTEST,
  secretsRefused,
} from "../../state/transfer_export.ts";
import { t } from "../../words/words.ts";
import { Progress, Refusal, useStepFocus } from "./pieces.tsx";

function close(): void {
  exporting.value = false;
}

export function ExportDialog(): JSX.Element {
  const run = useMemo(newExport, []);
  useEffect(() => run.close, [run]);
  useStepFocus(run.state.value.step);
  const [secrets, setSecrets] = useState<"with" | "without">("without");
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [wrong, setWrong] = useState<ReturnType<typeof passphraseProblem>>(null);
  const state = run.state.value;
  const refused = secretsRefused();
  const instance = caller.value?.instance ?? "";

  function start(event: Event): void {
    event.preventDefault();
    if (state.step === "running") return;
    const problem = secrets === "with" ? passphraseProblem(passphrase, again) : null;
    setWrong(problem);
    if (!problem) void run.run(secrets === "with" ? passphrase : "");
  }

  if (state.step === "done") return <Done state={state} />;
  if (state.step === "running" || state.step === "broke") {
    const { done, total } = state;
    return (
      <Dialog title={t("transfer.export_title")} onClose={close}>
        <Progress label={t("transfer.exporting")} done={done} total={total} />
        {state.step === "broke" && <Refusal problem={state.problem} />}
        <div class="acts">
          <Button onClick={close}>{t("actions.cancel")}</Button>
          {state.step === "broke" && (
            <Button look="primary" onClick={() => void run.run(secrets === "with" ? passphrase : "")}>
              {t("transfer.go_on")}
            </Button>
          )}
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={t("transfer.export_title")} onClose={close}>
      <form onSubmit={start}>
        <p class="asked">{t("transfer.export_means", { instance })}</p>
        {refused ? (
          <div class="asked">
            <Note icon="lock">{t(`transfer.refused_${refused}`)}</Note>
          </div>
        ) : (
          <Choices
            legend={t("transfer.secrets")}
            value={secrets}
            onValue={setSecrets}
            choices={[
              { value: "without", label: t("transfer.without"), hint: t("transfer.without_hint") },
              { value: "with", label: t("transfer.with"), hint: t("transfer.with_hint") },
            ]}
          />
        )}
        {secrets === "with" && (
          <>
            <Field
              secret
              mono
              label={t("transfer.passphrase")}
              hint={t("transfer.passphrase_hint", { n: SHORTEST })}
              maxLength={1000}
              value={passphrase}
              error={wrong === "short" ? t("transfer.passphrase_short", { n: SHORTEST }) : undefined}
              onValue={(value) => {
                setPassphrase(value);
                setWrong(null);
              }}
            />
            <Field
              secret
              mono
              label={t("transfer.passphrase_again")}
              maxLength={1000}
              value={again}
              error={wrong === "differs" ? t("transfer.passphrase_differs") : undefined}
              onValue={(value) => {
                setAgain(value);
                setWrong(null);
              }}
            />
          </>
        )}
        <Refusal problem={state.problem} />
        <div class="acts">
          <Button onClick={close}>{t("actions.cancel")}</Button>
          <Button look="primary" type="submit" icon="down">
            {t("transfer.export")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The file is whole: it is saved by itself, and again on request. */
function Done({ state }: { state: Extract<ExportState, { step: "done" }> }): JSX.Element {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.click(), []);
  const { trailer, file } = state;
  return (
    <Dialog title={t("transfer.export_title")} onClose={close}>
      <div class="asked">
        <Note tone="ok">
          {t("transfer.exported", { n: trailer.providerCount })} <span class="mono">{file.name}</span>
        </Note>
      </div>
      {trailer.changedCount > 0 && <p class="asked">{t("transfer.changed", { n: trailer.changedCount })}</p>}
      {trailer.removedCount > 0 && <p class="asked">{t("transfer.removed", { n: trailer.removedCount })}</p>}
      <div class="acts">
        <a class="btn" ref={link} href={file.url} download={file.name}>
          {t("transfer.save_again")}
        </a>
        <Button look="primary" first onClick={close}>
          {t("actions.done")}
        </Button>
      </div>
    </Dialog>
  );
}
