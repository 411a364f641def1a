/** The contrasts of the shipped colours, by WCAG 2.2: (L1 + 0.05) / (L2 + 0.05), L being the relative luminance. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const CSS = readFileSync(join(import.meta.dirname, "..", "src", "styles", "tokens.css"), "utf8");
const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];

/** Text needs 4.5; what is seen but not read, such as an edge, a bar or the ring of the focus, needs 3. */
const TEXT = 4.5;
const SHAPE = 3;
const SURFACES = ["bg", "surface", "sunken"];

/** What stands on what. */
const PAIRS: readonly (readonly [string, string, number])[] = [
  ...["text", "text-2", "text-3", "accent", "ok", "fail", "warn"].flatMap((name) =>
    SURFACES.map((under) => [name, under, TEXT] as const),
  ),
  ...["accent-soft", "ok-soft", "fail-soft", "warn-soft"].flatMap((under) => [
    ["text", under, TEXT] as const,
    ["text-2", under, TEXT] as const,
    ["accent", under, TEXT] as const,
  ]),
  ["text-3", "accent-soft", TEXT],
  ["ok", "accent-soft", TEXT],
  ["fail", "accent-soft", TEXT],
  ["warn", "accent-soft", TEXT],
  ["ok", "ok-soft", TEXT],
  ["fail", "fail-soft", TEXT],
  ["warn", "warn-soft", TEXT],
  ["on-accent", "accent-fill", TEXT],
  ["on-accent", "accent-fill-hover", TEXT],
  ["bg", "text", TEXT], // the short notes
  ["surface", "fail", SHAPE], // the glyphs of the verdict
  ["surface", "ok", SHAPE],
  ...["edge", "focus"].flatMap((name) => ["bg", "surface"].map((under) => [name, under, SHAPE] as const)),
  ["accent-fill", "surface", SHAPE],
  ...["bar", "bar-fail"].flatMap((name) => ["surface", "sunken"].map((under) => [name, under, SHAPE] as const)),
  ["bar-fail", "fail-soft", SHAPE],
  ...["p1", "p2", "p3", "p4", "p5"].map((name) => [name, "surface", SHAPE] as const),
];

/** The colours of a style sheet by name. */
function coloursOf(css: string, theme: Theme): Map<string, string> {
  const found = css.matchAll(/--([a-z0-9-]+):\s*light-dark\(\s*(#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\s*\)/g);
  return new Map([...found].map(([, name, light, dark]) => [name ?? "", (theme === "light" ? light : dark) ?? ""]));
}

function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The pairs that a style sheet has too weak, or has not at all. */
function tooWeak(css: string): string[] {
  return THEMES.flatMap((theme) => {
    const colours = coloursOf(css, theme);
    return PAIRS.flatMap(([name, under, least]) => {
      const [one, other] = [colours.get(name), colours.get(under)];
      if (!one || !other) return [`${theme}: ${name} or ${under} is missing`];
      const is = contrast(one, other);
      return is < least ? [`${theme}: ${name} on ${under} is ${is.toFixed(2)}, less than ${least}`] : [];
    });
  });
}

test("every pair has the contrast that it needs, in both themes", () => {
  expect(tooWeak(CSS)).toEqual([]);
});

test.each([
  ["#000000", "#ffffff", 21],
  ["#777777", "#ffffff", 4.48],
  ["#5f6978", "#5f6978", 1],
])("the formula: %s on %s is %d", (one, other, expected) => {
  expect(contrast(one, other)).toBeCloseTo(expected, 2);
});

/** The table of the design: what the colours were chosen for, as it was computed then. */
test.each([
  ["text", "surface", 16.7, 14.5],
  ["text-2", "sunken", 7.7, 8.6],
  ["text-3", "sunken", 4.9, 5.8],
  ["accent", "accent-soft", 5.7, 7.2],
  ["on-accent", "accent-fill", 6.6, 8.7],
  ["focus", "bg", 6.1, 8.8],
  ["ok", "ok-soft", 5.4, 8.1],
  ["fail", "fail-soft", 5.8, 7.7],
  ["warn", "warn-soft", 5.9, 8.5],
  ["edge", "bg", 3.1, 4.3],
  ["bar", "sunken", 3.3, 4.8],
] as const)("%s on %s is %d in light, %d in dark", (name, under, light, dark) => {
  const of = (theme: Theme) => {
    const colours = coloursOf(CSS, theme);
    return contrast(colours.get(name) ?? "", colours.get(under) ?? "");
  };
  expect(of("light")).toBeCloseTo(light, 0.9);
  expect(of("dark")).toBeCloseTo(dark, 0.9);
});

test("a colour that is too weak, or that is gone, is seen", () => {
  const weak = CSS.replace(/--text-3: light-dark\(#[0-9a-f]{6}/, "--text-3: light-dark(#8b95a3");
  expect(tooWeak(weak)[0]).toMatch(/^light: text-3 on bg is 2\.\d\d, less than 4\.5$/);
  expect(tooWeak(weak).every((sentence) => sentence.startsWith("light: text-3"))).toBe(true);
  const gone = CSS.replace(/--focus:.*\n/, "");
  expect(tooWeak(gone)).toContain("dark: focus or bg is missing");
});
