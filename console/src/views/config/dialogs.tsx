/** The dialogs that ask before something is done to a configuration, and tell in place why it was refused. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { TestOutcome } from "../../../gen/smtpdiag/v1/test_pb.ts";
import type { Problem } from "../../api/problem.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field } from "../../parts/field.tsx";
import { Note } from "../../parts/pieces.tsx";
import { type Asked, activate, asked, deactivate, remove, whyNot } from "../../state/actions.ts";
import { announce } from "../../state/announce.ts";
import { nameOf, readActive, readConfig } from "../../state/config.ts";
import { now } from "../../state/now.ts";
import { hrefOf, navigate, route } from "../../state/route.ts";
import { ago } from "../../words/formats.ts";
import { codeName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";
import { SecretDialog } from "./secret_dialog.tsx";

/** Closes whichever dialog asks. */
export function close(): void {
  asked.value = null;
}

/** The dialog for what is asked. */
export function Asking({ asked: question }: { asked: Asked }): JSX.Element {
  if (question.what === "activate") return <Activate {...question} />;
  if (question.what === "deactivate") return <Deactivate {...question} />;
  if (question.what === "remove") return <Remove {...question} />;
  return <SecretDialog {...question} />;
}

/** Why nothing was done, and the way on: what changed meanwhile is read again, what is gone is left. */
export function Refused({ problem, question }: { problem: Problem | null; question: Asked }): JSX.Element | null {
  const [gone, setGone] = useState(false);
  if (!problem) return null;
  async function readAgain(): Promise<void> {
    const fresh = await readConfig(question.config.id);
    if (fresh.ok) asked.value = { ...question, config: fresh.value };
    else setGone(fresh.problem.kind === "gone");
  }
  if (gone || problem.kind === "gone") {
    return (
      <Note tone="fail" alert>
        {t("actions.gone")}
      </Note>
    );
  }
  return (
    <Failure problem={problem} sentence={whyNot(problem)}>
      {problem.kind === "conflict" && (
        <p>
          <Button small icon="refresh" onClick={() => void readAgain()}>
            {t("actions.read_again")}
          </Button>
        </p>
      )}
    </Failure>
  );
}

/** What a press on the dialog's button has come to. */
export function useDeed(question: Asked, done: () => void) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => setProblem(null), [question.config.sequence]);
  return {
    busy,
    problem,
    setProblem,
    run: async (deed: () => Promise<Problem | null>): Promise<void> => {
      setBusy(true);
      const met = await deed();
      setBusy(false);
      setProblem(met);
      if (!met && asked.peek()?.config.id === question.config.id) done();
    },
  };
}

function said(text: string): () => void {
  return () => {
    close();
    announce(text);
  };
}

/** What the last test says about putting the configuration to use. */
function lastTest({ config }: Asked): { risky: boolean; text: string } {
  const last = config.lastTest;
  if (!last?.startTime) return { risky: true, text: t("actions.never_tested") };
  const when = { ago: ago(last.startTime, now.value) };
  if (last.outcome === TestOutcome.OK) return { risky: false, text: t("actions.proved", when) };
  if (last.outcome === TestOutcome.FAIL)
    return { risky: true, text: t("actions.risky", { ...when, code: codeName(last.code) }) };
  return { risky: true, text: t("actions.unfinished", when) };
}

function Activate(question: Asked): JSX.Element {
  const name = nameOf(question.config);
  const deed = useDeed(question, said(t("actions.activated", { name })));
  const [former, setFormer] = useState<string | null>(null);
  const { risky, text } = lastTest(question);
  useEffect(() => {
    const controller = new AbortController();
    void readActive(controller.signal).then((read) => {
      if (!read.ok || read.value?.id === question.config.id) return;
      setFormer(read.value ? t("actions.becomes_inactive", { name: nameOf(read.value) }) : t("actions.none_active"));
    });
    return () => controller.abort();
  }, [question.config]);
  return (
    <Dialog title={t("actions.activate_title", { name })} onClose={close}>
      <Note tone={risky ? "warn" : "ok"}>{text}</Note>
      <p class="asked">{former ?? "\u00a0"}</p>
      <Refused problem={deed.problem} question={question} />
      <Acts
        safe={risky ? t("actions.leave_inactive") : t("actions.cancel")}
        safeFirst={risky}
        busy={deed.busy}
        onYes={() => void deed.run(() => activate(question.config))}
      >
        {risky ? t("actions.activate_anyway") : t("actions.activate")}
      </Acts>
    </Dialog>
  );
}

function Deactivate(question: Asked): JSX.Element {
  const name = nameOf(question.config);
  const deed = useDeed(question, said(t("actions.deactivated", { name })));
  return (
    <Dialog title={t("actions.deactivate_title", { name })} onClose={close}>
      <p class="asked">{t("actions.deactivate_means")}</p>
      <Refused problem={deed.problem} question={question} />
      <Acts
        safe={t("actions.leave_active")}
        safeFirst
        busy={deed.busy}
        onYes={() => void deed.run(() => deactivate(question.config))}
      >
        {t("actions.deactivate")}
      </Acts>
    </Dialog>
  );
}

/** Names are compared without regard to what can't be seen: white space at the ends, several blanks, Unicode's forms. */
function same(typed: string, name: string): boolean {
  const plain = (text: string) => text.normalize("NFC").replace(/\s+/g, " ").trim();
  return plain(typed) === plain(name);
}

function Remove(question: Asked): JSX.Element {
  const { config } = question;
  const name = nameOf(config);
  const [typed, setTyped] = useState("");
  const [error, setError] = useState("");
  const deed = useDeed(question, () => {
    said(t("actions.removed", { name }))();
    if (route.peek().parts[1] === config.id) navigate(hrefOf(["configs"]), true);
  });
  function submit(event: Event): void {
    event.preventDefault();
    if (deed.busy) return;
    if (same(typed, name)) void deed.run(() => remove(config));
    else setError(t("actions.other_name"));
  }
  return (
    <Dialog title={t("actions.remove_title", { name })} onClose={close}>
      <form onSubmit={submit}>
        <p class="asked">{t("actions.remove_means")}</p>
        <Field
          label={t("actions.type_name")}
          hint={<span class="typed-name">{name}</span>}
          value={typed}
          autoFocus
          error={error}
          onValue={(value) => {
            setTyped(value);
            setError("");
          }}
        />
        <Refused problem={deed.problem} question={question} />
        <Acts safe={t("actions.keep")} busy={deed.busy} submit>
          {t("actions.remove_now")}
        </Acts>
      </form>
    </Dialog>
  );
}

/** The buttons of a dialog: the safe one, and the one that does it. */
export function Acts(props: {
  safe: string;
  /** Whether the safe one is the default, and the other looks dangerous. */
  safeFirst?: boolean;
  busy: boolean;
  submit?: boolean;
  primary?: boolean;
  onYes?: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const look = props.safeFirst || (props.submit && !props.primary) ? "danger" : "primary";
  return (
    <div class="acts">
      <Button onClick={close} first={!props.submit && props.safeFirst === true}>
        {props.safe}
      </Button>
      <Button
        look={look}
        busy={props.busy}
        type={props.submit ? "submit" : "button"}
        first={!props.submit && !props.safeFirst}
        {...(props.onYes ? { onClick: props.onYes } : {})}
      >
        {props.children}
      </Button>
    </div>
  );
}
