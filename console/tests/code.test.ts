/** Each code that a report or a kept test can have has a short name in both languages. */
import { expect, test } from "vitest";
import { WebhookCode } from "../gen/smtpdiag/v1/instance_pb.ts";
import { Code } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import german from "../src/words/de/code.json" with { type: "json" };
import english from "../src/words/en/code.json" with { type: "json" };

/** Why a kept test has no verdict (mailproof/domain/kept_test.py, ServiceShortage). */
const CANCELLED = ["unfinished", "deadline_exceeded", "resources_short"];

/** The wire's names of an enumeration's values, in lower case. */
function idsOf(values: Record<string, string | number>): string[] {
  const names = Object.keys(values).filter((name) => Number.isNaN(Number(name)));
  return names.map((name) => name.toLowerCase()).filter((id) => id !== "unspecified");
}

const WANTED = [...new Set([...idsOf(Code), ...idsOf(WebhookCode), ...CANCELLED])].sort();

test.each([
  ["English", english],
  ["German", german],
])("%s names every code, and none besides, each by a short name of its own", (_, names) => {
  expect(WANTED.length).toBeGreaterThan(90);
  expect(Object.keys(names).sort()).toEqual(WANTED);
  expect(Object.entries(names).filter(([, name]) => name.length > 30)).toEqual([]);
  expect(Object.entries(names).filter(([, name]) => /[!_.]|mailproof/.test(name))).toEqual([]);
  expect(new Set(Object.values(names)).size).toBe(WANTED.length);
});
