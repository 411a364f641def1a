/** The look of a short note at the lower edge. */
import type { JSX } from "preact";
import { t } from "../words/words.ts";
import { Button } from "./button.tsx";

/** `left` are the seconds that the action can still be taken. */
export function ToastNote(props: {
  text: string;
  action?: string | undefined;
  /** The single key that takes the action. */
  shortcut?: string | undefined;
  left: number;
  onHold: (held: boolean) => void;
  onAction: () => void;
  onClose: () => void;
}): JSX.Element {
  const { onHold } = props;
  return (
    <div
      class="toast"
      onPointerEnter={() => onHold(true)}
      onPointerLeave={() => onHold(false)}
      onFocusIn={() => onHold(true)}
      onFocusOut={() => onHold(false)}
    >
      <span class="grow">{props.text}</span>
      {props.action && (
        <Button
          look="quiet"
          icon="undo"
          {...(props.shortcut ? { shortcut: props.shortcut } : {})}
          onClick={props.onAction}
        >
          {props.action}
          <span class="num toast-left" aria-hidden="true">
            {t("frame.seconds", { n: props.left })}
          </span>
        </Button>
      )}
      <Button look="quiet" icon="cross" label={t("frame.close")} onClick={props.onClose} />
    </div>
  );
}
