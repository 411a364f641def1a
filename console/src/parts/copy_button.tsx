/** A button that copies a text, and says so. */
import type { JSX } from "preact";
import { t } from "../words/words.ts";
import { Button } from "./button.tsx";
import { useClipboard } from "./clipboard.ts";

/** `text` is made when the button is pressed. */
export function CopyButton(props: {
  text: () => string;
  label?: string;
  shortcut?: string;
  small?: boolean;
  id?: string;
}): JSX.Element {
  const [outcome, copy] = useClipboard();
  return (
    <>
      <Button
        icon={outcome === "copied" ? "check" : outcome ? "cross" : "copy"}
        small={props.small ?? true}
        {...(props.shortcut ? { shortcut: props.shortcut } : {})}
        {...(props.id ? { id: props.id } : {})}
        onClick={() => void copy(props.text())}
      >
        {props.label ?? t("frame.copy")}
      </Button>
      {/* Beside the button: what is in one is its name, and is not read when it changes. */}
      <span class="vh" role="status">
        {outcome ? t(`frame.${outcome}`) : ""}
      </span>
    </>
  );
}
