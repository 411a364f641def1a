/** A word within a text that copies something, and says so. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words/words.ts";

/** `label` says to readers of screens what is copied. */
export function CopyText({ text, label }: { text: string; label: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  }
  return (
    <>
      <button type="button" class="copy-text" aria-label={label} title={label} onClick={() => void copy()}>
        <span aria-hidden="true">{copied ? t("frame.copied") : t("frame.copy")}</span>
      </button>
      <span class="vh" role="status">
        {copied ? t("frame.copied") : ""}
      </span>
    </>
  );
}
