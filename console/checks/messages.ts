/** The messages of all languages against what the sources ask for: a key that is missing or that nobody uses. */
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

const LITERAL = /\b(?:t|rich|plural)\(\s*"([a-z_0-9]+\.[A-Za-z_0-9.]+)"/g;
const NAMED = /"([a-z_0-9]+\.[a-z_0-9.]+)"\s+satisfies Key|key[A-Za-z]*[:=]\s*"([a-z_0-9]+\.[a-z_0-9.]+)"/g;
const TEMPLATE = /`([a-z_0-9]+\.[a-z_0-9.]*)\$\{/g;

/** All files below a folder whose name ends so. */
function below(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/** The keys of one language: `AREA.name`, of plural forms without the form. */
export function keysOf(folder: string): Map<string, unknown> {
  const keys = new Map<string, unknown>();
  for (const file of below(folder, /\.json$/)) {
    const area = (file.split(sep).at(-1) ?? "").replace(".json", "");
    for (const [name, value] of Object.entries(JSON.parse(readFileSync(file, "utf8"))))
      keys.set(`${area}.${name}`, value);
  }
  return keys;
}

/** The names in braces that a message has a place for. */
function places(message: unknown): string {
  const texts = typeof message === "string" ? [message] : Object.values(message as Record<string, string>);
  const names = new Set(texts.flatMap((text) => [...text.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1])));
  return [...names].sort().join(", ");
}

/** Everything that is wrong with the messages, as sentences. `root` is the folder of the console. */
export function wrongMessages(root: string): string[] {
  const wrong: string[] = [];
  const english = keysOf(join(root, "src", "words", "en"));
  const german = keysOf(join(root, "src", "words", "de"));
  for (const key of english.keys()) if (!german.has(key)) wrong.push(`${key} has no German`);
  for (const key of german.keys()) if (!english.has(key)) wrong.push(`${key} has no English`);
  for (const [key, message] of english) {
    const other = german.get(key);
    if (other !== undefined && places(other) !== places(message)) {
      wrong.push(`${key} has other places in German: ${places(other)}, not ${places(message)}`);
    }
  }
  const used = new Set<string>();
  const prefixes = new Set<string>();
  for (const file of below(join(root, "src"), /\.tsx?$/)) {
    const source = readFileSync(file, "utf8");
    for (const match of source.matchAll(LITERAL)) used.add(match[1] ?? "");
    for (const match of source.matchAll(NAMED)) used.add(match[1] ?? match[2] ?? "");
    for (const match of source.matchAll(TEMPLATE)) prefixes.add(match[1] ?? "");
  }
  for (const key of used) if (!english.has(key)) wrong.push(`${key} is asked for and there is no such message`);
  for (const key of english.keys()) {
    if (!used.has(key) && ![...prefixes].some((prefix) => key.startsWith(prefix))) wrong.push(`${key} is used nowhere`);
  }
  return wrong;
}
