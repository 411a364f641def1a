/** Keys that do something: what they do depends on the screen, whether they do is the person's choice. */
import { singleKeys } from "./preferences.ts";

/** What a key does on the present screen. Returns false where it does nothing now. */
type Press = (event: KeyboardEvent) => boolean | undefined;

const handlers: Map<string, Press>[] = [];
let prefix = "";
let prefixTimer: ReturnType<typeof setTimeout> | undefined;

/**
 * Lets keys do something while a screen or dialog is shown: the last that was added is asked first.
 * @param keys By what is pressed: "t", "/", "Escape", "g c" (one after the other).
 * @returns Ends it.
 */
export function onKeys(keys: Record<string, Press>): () => void {
  const mine = new Map(Object.entries(keys));
  handlers.push(mine);
  return () => {
    const at = handlers.indexOf(mine);
    if (at >= 0) handlers.splice(at, 1);
  };
}

/** Says whether what is pressed goes into a field. */
function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["radio", "checkbox", "button", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const single = event.key.length === 1;
  if (single && (!singleKeys.peek() || typing(event.target))) return;
  if (single && document.querySelector("dialog[open]")) return;
  const name = prefix ? `${prefix} ${event.key}` : event.key;
  prefix = "";
  clearTimeout(prefixTimer);
  for (const keys of [...handlers].reverse()) {
    const press = keys.get(name);
    if (press && press(event) !== false) {
      event.preventDefault();
      return;
    }
  }
  if (single && handlers.some((keys) => [...keys.keys()].some((key) => key.startsWith(`${event.key} `)))) {
    prefix = event.key;
    prefixTimer = setTimeout(() => {
      prefix = "";
    }, 1500);
  }
}

/** Called once. */
export function followKeys(): void {
  addEventListener("keydown", pressed);
}
