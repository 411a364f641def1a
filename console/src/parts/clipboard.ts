/** The clipboard, also on a page that the browser does not trust enough for its own interface to it. */
import { useEffect, useState } from "preact/hooks";

export type CopyOutcome = "" | "copied" | "not_copied";

/** What came of copying, for two seconds, and what copies a text. */
export function useClipboard(): [CopyOutcome, (text: string) => Promise<void>] {
  const [outcome, setOutcome] = useState<CopyOutcome>("");
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(""), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);
  return [outcome, async (text) => setOutcome((await copied(text)) ? "copied" : "not_copied")];
}

/**
 * Copies a text. Over plain http at another name than localhost there is no `navigator.clipboard`; the elder way works.
 * @returns Whether it was copied: a browser may refuse both.
 */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

function copiedBySelection(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "vh";
  (document.querySelector("dialog[open]") ?? document.body).append(area); // a dialog takes the selection from all else
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
