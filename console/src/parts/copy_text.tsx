/** A word within a text that copies something, and says so. */
import type { JSX } from "preact";
import { t } from "../words/words.ts";
import { useClipboard } from "./clipboard.ts";

/** `label` says to readers of screens what is copied. */
export function CopyText({ text, label }: { text: string; label: string }): JSX.Element {
  const [outcome, copy] = useClipboard();
  return (
    <>
      <button type="button" class="copy-text" aria-label={label} title={label} onClick={() => void copy(text)}>
        <span aria-hidden="true">{t(outcome ? `frame.${outcome}` : "frame.copy")}</span>
      </button>
      <span class="vh" role="status">
        {outcome ? t(`frame.${outcome}`) : ""}
      </span>
    </>
  );
}
