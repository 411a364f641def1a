/** A button that copies a text, and says so. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words/words.ts";
import { Button } from "./button.tsx";

/** `text` is made when the button is pressed. */
export function CopyButton(props: {
  text: () => string;
  label?: string;
  shortcut?: string;
  small?: boolean;
  id?: string;
}): JSX.Element {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(props.text());
    setCopied(true);
  }
  return (
    <>
      <Button
        icon={copied ? "check" : "copy"}
        small={props.small ?? true}
        {...(props.shortcut ? { shortcut: props.shortcut } : {})}
        {...(props.id ? { id: props.id } : {})}
        onClick={() => void copy()}
      >
        {props.label ?? t("frame.copy")}
      </Button>
      {/* Beside the button: what is in one is its name, and is not read when it changes. */}
      <span class="vh" role="status">
        {copied ? t("frame.copied") : ""}
      </span>
    </>
  );
}
