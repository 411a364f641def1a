/** Adds the configurations of a file. The passphrase lives as long as the dialog. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Choices, Field } from "../../parts/field.tsx";
import { Note } from "../../parts/pieces.tsx";
import { guard } from "../../state/route.ts";
import { importing } from "../../state/transfer.ts";
import type { TransferFile } from "../../state/transfer_file.ts";
import { newImport } from "../../state/transfer_import.ts";
import { day } from "../../words/formats.ts";
import { t } from "../../words/words.ts";
import { ImportRows } from "./import_rows.tsx";
import { Progress, Refusal, useStepFocus } from "./pieces.tsx";

function close(): void {
  importing.value = false;
}

export function ImportDialog(): JSX.Element {
  const run = useMemo(newImport, []);
  const [passphrase, setPassphrase] = useState("");
  const [skip, setSkip] = useState(false);
  const state = run.state.value;
  const file = run.file.value;
  const total = run.rows.value.length;
  const { step } = state;
  const encrypted = run.encrypted();
  const secrets = { passphrase: encrypted && !skip ? passphrase : "", skip: encrypted && skip };
  const open = step === "adding" || step === "half" || step === "undoing";
  useEffect(() => (open ? guard(async () => true) : undefined), [open]); // the browser asks before the page is closed
  useEffect(() => run.stop, [run]);
  useStepFocus(step);
  useEffect(() => {
    if (step === "read" && !encrypted && state.problem === null) void run.check(secrets);
    if (step === "done" || step === "undone") setPassphrase("");
  }, [step]);

  const wrongPhrase = step === "read" && state.problem?.reason === "PASSPHRASE_WRONG";

  return (
    <Dialog title={t("transfer.import_title")} wide onClose={open ? () => undefined : close}>
      {step === "choose" && (
        <>
          <p class="asked">{t("transfer.import_means")}</p>
          <FileField onFile={(chosen) => void run.choose(chosen)} />
          {state.problem && (
            <div class="asked">
              <Note tone="fail" alert>
                {t(`transfer.file_${state.problem.what}`, state.problem.values)}
              </Note>
            </div>
          )}
          <div class="acts">
            <Button onClick={close}>{t("actions.cancel")}</Button>
          </div>
        </>
      )}
      {step === "read" && file && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void run.check(secrets);
          }}
        >
          <Summary file={file} total={total} />
          {encrypted && (
            <>
              <Choices
                legend={t("transfer.secrets")}
                value={skip ? "skip" : "take"}
                onValue={(value) => setSkip(value === "skip")}
                choices={[
                  { value: "take", label: t("transfer.take") },
                  { value: "skip", label: t("transfer.skip"), hint: t("transfer.skip_hint") },
                ]}
              />
              {!skip && (
                <Field
                  secret
                  mono
                  autoFocus
                  label={t("transfer.its_passphrase")}
                  maxLength={1000}
                  value={passphrase}
                  error={wrongPhrase ? t("transfer.passphrase_wrong") : undefined}
                  onValue={setPassphrase}
                />
              )}
            </>
          )}
          {!wrongPhrase && <Refusal problem={state.problem} />}
          <div class="acts">
            <Button onClick={run.restart}>{t("transfer.other_file")}</Button>
            <Button look="primary" type="submit">
              {t("transfer.check")}
            </Button>
          </div>
        </form>
      )}
      {step === "checking" && (
        <>
          <Progress label={t("transfer.checking")} done={state.done} total={total} />
          <div class="acts">
            <Button
              onClick={() => {
                run.stop();
                run.restart();
              }}
            >
              {t("actions.cancel")}
            </Button>
          </div>
        </>
      )}
      {step === "checked" && file && (
        <>
          <Summary file={file} total={total} />
          <ImportRows rows={run.rows.value} />
          <p class="asked">{file.form === "pages" ? t("transfer.checked") : t("transfer.not_checked")}</p>
          <Refusal problem={state.problem} />
          <div class="acts">
            <Button onClick={run.restart}>{t("transfer.other_file")}</Button>
            <Button look="primary" first disabled={total === 0} onClick={() => void run.add(secrets)}>
              {t("transfer.add", { n: total })}
            </Button>
          </div>
        </>
      )}
      {step === "adding" && (
        <>
          <Progress label={t("transfer.adding")} done={state.done} total={total} />
          <div class="acts">
            <Button onClick={run.stop}>{t("transfer.stop")}</Button>
          </div>
        </>
      )}
      {step === "half" && (
        <>
          <div class="asked">
            <Note tone="warn" alert>
              {t("transfer.half", { done: state.done, n: total })}
            </Note>
          </div>
          <Refusal problem={state.problem} />
          <div class="acts">
            <Button onClick={close}>{t("transfer.leave_half")}</Button>
            <Button look="danger" onClick={() => void run.undo()}>
              {t("transfer.undo")}
            </Button>
            <Button look="primary" first onClick={() => void run.add(secrets)}>
              {t("transfer.go_on")}
            </Button>
          </div>
        </>
      )}
      {step === "undoing" && (
        <>
          <Progress label={t("transfer.undoing")} done={state.removed} total={total} />
          <Refusal problem={state.problem} />
          {state.problem && (
            <div class="acts">
              <Button onClick={close}>{t("transfer.leave_half")}</Button>
              <Button look="primary" onClick={() => void run.undo()}>
                {t("frame.try_again")}
              </Button>
            </div>
          )}
        </>
      )}
      {step === "undone" && (
        <>
          <p class="asked">{t("transfer.undone", { n: state.removed })}</p>
          {state.kept.length > 0 && <p class="asked">{t("transfer.undone_kept", { n: state.kept.length })}</p>}
          <Close />
        </>
      )}
      {step === "done" && (
        <>
          <div class="asked">
            <Note tone="ok">{t("transfer.added", { n: total })}</Note>
          </div>
          <ImportRows rows={run.rows.value} done onLeave={close} />
          <Close />
        </>
      )}
    </Dialog>
  );
}

function Close(): JSX.Element {
  return (
    <div class="acts">
      <Button look="primary" first onClick={close}>
        {t("actions.done")}
      </Button>
    </div>
  );
}

/** What the file says of itself. */
function Summary({ file, total }: { file: TransferFile; total: number }): JSX.Element {
  const { exportTime, instanceId } = file.form === "pages" ? file.header : file.document;
  return (
    <p class="asked">
      {t("transfer.summary", { n: total })}{" "}
      {exportTime && instanceId && (
        <span class="dim">{t("transfer.origin", { instance: instanceId, date: day(exportTime) })}</span>
      )}
    </p>
  );
}

function FileField({ onFile }: { onFile: (file: File) => void }): JSX.Element {
  return (
    <div class="f">
      <label class="l" for="import-file">
        {t("transfer.file")}
      </label>
      <input
        id="import-file"
        class="file"
        type="file"
        accept=".ndjson,.json,.jsonl,application/json,application/x-ndjson"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = ""; // the same file may be chosen once more, after it was mended
          if (chosen) onFile(chosen);
        }}
      />
    </div>
  );
}
