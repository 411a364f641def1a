/** Classes that the styles name and the sources use: what is on one side alone is dead, or mistyped. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "..", "src");

/** The texts of all files below a folder whose name ends so. */
function texts(folder: string, ending: RegExp): string[] {
  const names = readdirSync(join(SOURCES, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => ending.test(name)).map((name) => readFileSync(join(SOURCES, folder, name), "utf8"));
}

/** The classes that a style sheet has rules for. */
function classesIn(css: string): Set<string> {
  const plain = css.replace(/\/\*.*?\*\/|"[^"]*"/gs, "").replace(/\{[^{}]*\}/g, "{}");
  return new Set([...plain.matchAll(/\.([a-z][\w-]*)/gi)].map((found) => found[1] ?? ""));
}

const styled = classesIn(texts("styles", /\.css$/).join("\n"));
const sources = texts("", /\.tsx?$/).join("\n");

/** The words of all texts of the sources, and the beginnings that a value makes a word of (`is-${outcome}`). */
function wordsIn(source: string): { words: Set<string>; beginnings: string[] } {
  const templates = [...source.matchAll(/`[^`\n]*`/g)].map(([text]) => text.slice(1, -1).replace(/\$\{[^}]*\}/g, "\0"));
  const quoted = [...source.matchAll(/"([^"\n]*)"/g)].map((found) => found[1] ?? "");
  const words = [...templates, ...quoted].flatMap((text) => text.split(/\s+/)).filter(Boolean);
  const made = words.filter((word) => /^[a-z]+-\0$/.test(word)).map((word) => word.slice(0, -1));
  return { words: new Set(words), beginnings: made };
}

const used = wordsIn(sources);

function isUsed(name: string): boolean {
  return used.words.has(name) || used.beginnings.some((beginning) => name.startsWith(beginning));
}

test("every class that has a rule is used", () => {
  expect(styled.size).toBeGreaterThan(100);
  expect([...styled].filter((name) => !isUsed(name))).toEqual([]);
});

test("every class that is written out has a rule", () => {
  const written = [...sources.matchAll(/\bclass="([^"]+)"/g)].flatMap((found) => (found[1] ?? "").split(" "));
  expect(written.length).toBeGreaterThan(200);
  expect([...new Set(written)].filter((name) => !styled.has(name))).toEqual([]);
});

test("a class without a use is seen", () => {
  expect([
    ...classesIn(".a .b-c:hover, .d::before { width: 1.5em } /* .e */ @media (width < 5.5em) { .f { x: url(.g) } }"),
  ]).toEqual(["a", "b-c", "d", "f"]);
  expect(isUsed("no-such-class")).toBe(false);
});
