/** What is drawn once, over whichever screen: questions, short notes, and what readers of screens are told. */
import type { JSX } from "preact";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ToastNote } from "../parts/toast.tsx";
import { announced } from "../state/announce.ts";
import { asked } from "../state/ask.ts";
import { singleKeys } from "../state/preferences.ts";
import { toasts } from "../state/toasts.ts";

/** The question that waits for its answer. */
export function AskDialog(): JSX.Element | null {
  const first = asked.value[0];
  if (!first) return null;
  const { question, answer } = first;
  const { danger = false } = question;
  return (
    <Dialog key={first.id} title={question.title} onClose={() => answer(false)}>
      {question.text && <p class="soft">{question.text}</p>}
      <div class="acts">
        <Button first={danger} onClick={() => answer(false)}>
          {question.no}
        </Button>
        <Button first={!danger} look={danger ? "danger" : "primary"} onClick={() => answer(true)}>
          {question.yes}
        </Button>
      </div>
    </Dialog>
  );
}

/** The short notes at the lower edge. The place is there before they are, so that they are read aloud. */
export function Toasts(): JSX.Element {
  const newest = toasts.value.findLast((each) => each.words.action);
  return (
    <div class="toasts" role="status" aria-atomic="false" aria-relevant="additions">
      {toasts.value.map((each) => (
        <ToastNote
          key={each.id}
          text={each.words.text}
          action={each.words.action?.label}
          shortcut={each === newest && singleKeys.value ? "u" : undefined}
          left={each.left.value}
          onHold={each.hold}
          onAction={each.act}
          onClose={each.close}
        />
      ))}
    </div>
  );
}

/** Two places that take turns, so that the same sentence is new when it is said again. */
export function LiveRegion(): JSX.Element {
  const { text, turn } = announced.value;
  return (
    <div class="vh" role="status">
      <p>{turn % 2 ? text : ""}</p>
      <p>{turn % 2 ? "" : text}</p>
    </div>
  );
}
