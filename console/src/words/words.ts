/** The words of the console: messages by key, in the language that was chosen. */
import { signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import type { First } from "./en_first.ts";
import type { Rest } from "./en_rest.ts";
import { numbers, plurals } from "./kept_formats.ts";
import type { Plural } from "./messages.ts";

type Catalogue = First & Rest;
type Area = keyof Catalogue;
/** The key of a message: `AREA.name`. */
export type Key = { [A in Area]: `${A}.${keyof Catalogue[A] & string}` }[Area];

type Values = Record<string, string | number>;

export type Language = "en" | "de";

const catalogue = signal<Partial<Catalogue>>({});
/** The language of the messages that are shown, as Intl names it. */
export const locale = signal("en");

/** Whether a screen beyond the first ones was shown: a change of language then fetches its messages too. */
let beyond = false;
let shown: Language = "en";

/** Fetches the messages of a language and shows them. The former ones stay until then. */
export async function load(language: Language): Promise<void> {
  const [first, rest] = await Promise.all([firstOf(language), beyond ? restOf(language) : null]);
  catalogue.value = { ...first.messages, ...rest?.messages };
  locale.value = language === "en" ? "en-GB" : language; // day before month, 24 hours
  shown = language;
  if (beyond && !rest) await loadRest(); // they were asked for while these came
}

/** Fetches the messages of all screens, in the language that is shown. The first screens do without them. */
export async function loadRest(): Promise<void> {
  beyond = true;
  if (catalogue.peek().test) return;
  const language = shown;
  const rest = await restOf(language);
  if (language === shown) catalogue.value = { ...catalogue.peek(), ...rest.messages };
}

function firstOf(language: Language): Promise<{ messages: First }> {
  return language === "de" ? import("./de_first.ts") : import("./en_first.ts");
}

function restOf(language: Language): Promise<{ messages: Rest }> {
  return language === "de" ? import("./de_rest.ts") : import("./en_rest.ts");
}

function message(key: string): string | Plural | undefined {
  const dot = key.indexOf(".");
  const area = catalogue.value[key.slice(0, dot) as Area] as Record<string, string | Plural> | undefined;
  const name = key.slice(dot + 1); // may be of an address: "constructor" is the name of no message
  return area && Object.hasOwn(area, name) ? area[name] : undefined;
}

function chosen(key: string, values: Values | Record<string, unknown>): string {
  const found = message(key) ?? key;
  if (typeof found === "string") return found;
  return plurals(locale.value).select(Number(values.n)) === "one" ? found.one : found.other;
}

/** A value that turns the direction of writing, set apart so that it turns nothing of the sentence around it. */
function apart(value: string): string {
  if (!/[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(value)) return value;
  return `\u2068${value.replace(/[\u2066-\u2069]/g, "")}\u2069`;
}

/**
 * Returns a message with its places filled.
 * @example t(KEY, { name, ago })
 */
export function t(key: Key, values: Values = {}): string {
  return chosen(key, values).replace(/\{([a-z_]+)\}/g, (place, name: string) => {
    const value = values[name];
    return value === undefined ? place : typeof value === "number" ? number(value) : apart(value);
  });
}

/** Returns a message whose places are filled with elements. */
export function rich(key: Key, values: Record<string, ComponentChild>): ComponentChild[] {
  return chosen(key, values)
    .split(/(\{[a-z_]+\})/)
    .map((piece) => (piece.startsWith("{") ? (values[piece.slice(1, -1)] ?? piece) : piece));
}

/** Says whether there is a message of a key that comes from elsewhere, such as a code of a newer service. */
export function has(key: string): key is Key {
  return message(key) !== undefined;
}

/** A number as the language writes it. */
export function number(value: number): string {
  return numbers(locale.value).format(value);
}
