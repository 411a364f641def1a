/** Keys that do something: what they do depends on the screen, whether they do is the person's choice. */
import { singleKeys } from "./preferences.ts";

/** What a key does on the present screen. Returns false where it does nothing now. */
type Press = (event: KeyboardEvent) => boolean | undefined;

/** How long the second key of two, such as "g c", is waited for. */
const PATIENCE = 1500;

const handlers: Map<string, Press>[] = [];
let prefix = "";
let prefixTimer: ReturnType<typeof setTimeout> | undefined;

/**
 * Lets keys do something while a screen is shown: the last that was added is asked first. While a dialog is open none
 * of them does.
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

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing" | "repeat">;

/**
 * The name of what is pressed; empty for what is the browser's or the system's. A sign that needs Alt on this keyboard,
 * as "[" does on a German one, counts; a letter with Caps Lock is the letter; a key held down counts where it walks.
 */
export function keyName(event: Pressed): string {
  const single = event.key.length === 1;
  const sign = single && !/[\p{L}\p{N}\s]/u.test(event.key);
  if (event.isComposing || event.metaKey) return "";
  if ((event.ctrlKey || event.altKey) && !(sign && event.altKey)) return "";
  const key = single && !event.shiftKey ? event.key.toLowerCase() : event.key;
  return event.repeat && single && key !== "j" && key !== "k" ? "" : key;
}

/** Says whether what is pressed goes into a field. */
function typing(target: EventTarget | null): target is HTMLElement {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["radio", "checkbox", "button", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const key = keyName(event);
  const single = key.length === 1;
  if (!key || (single && (!singleKeys.peek() || typing(event.target)))) return;
  if (key === "Escape" && typing(event.target)) {
    event.target.blur(); // leaves the field; a second one does what the screen says
    event.preventDefault();
    return;
  }
  const name = prefix && single ? `${prefix} ${key}` : key;
  if (single) {
    prefix = "";
    clearTimeout(prefixTimer);
  }
  for (const keys of [...handlers].reverse()) {
    const press = keys.get(name);
    if (press && press(event) !== false) {
      event.preventDefault();
      return;
    }
  }
  if (single && handlers.some((keys) => [...keys.keys()].some((each) => each.startsWith(`${key} `)))) {
    prefix = key;
    prefixTimer = setTimeout(() => {
      prefix = "";
    }, PATIENCE);
  }
}

/** Called once. */
export function followKeys(): void {
  addEventListener("keydown", pressed);
}
