/** The focus is never lost: where what had it is gone, it goes to what is nearest and makes sense. */

/** What had the focus last, with all that was around it then. */
let held: { path: readonly HTMLElement[]; row: Element | null; beside: readonly (Element | null)[] } = {
  path: [],
  row: null,
  beside: [],
};
/** What had it when the last note came at the lower edge: what the note is about was done there. */
let beforeNote: HTMLElement | null = null;

function pathOf(element: HTMLElement): HTMLElement[] {
  const path: HTMLElement[] = [];
  for (let at: HTMLElement | null = element; at && at !== document.body; at = at.parentElement) path.push(at);
  return path;
}

function came(event: FocusEvent): void {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return;
  const row = target.closest("tr, li");
  held = { path: pathOf(target), row, beside: [row?.nextElementSibling ?? null, row?.previousElementSibling ?? null] };
}

/** The row after or before the one that is gone, then the nearest part of the page that takes the focus, or its heading. */
function nearest(): HTMLElement | null {
  if (held.path.some((each) => each.matches(".toast")) && beforeNote?.isConnected) return beforeNote;
  for (const row of held.row?.isConnected ? [] : held.beside) {
    const first = row?.isConnected ? row.querySelector<HTMLElement>("a, button") : null;
    if (first) return first;
  }
  const part = held.path.find((each) => each.isConnected && each.matches("[tabindex='-1']:not(main)"));
  const places = ["dialog[open]", "h1", "main"].map((place) => document.querySelector<HTMLElement>(place));
  return part ?? places.find((place) => place !== null) ?? null;
}

function look(changes: readonly MutationRecord[]): void {
  const [last] = held.path;
  const came = changes.some(({ addedNodes }) =>
    [...addedNodes].some((node) => node instanceof Element && node.matches(".toast")),
  );
  if (came && last && !last.closest(".toast")) beforeNote = last;
  if (!last || last.isConnected || (document.activeElement && document.activeElement !== document.body)) return;
  nearest()?.focus({ preventScroll: true });
}

/** Called once. */
export function keepFocus(): void {
  addEventListener("focusin", came);
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}
