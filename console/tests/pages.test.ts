import { expect, test } from "vitest";
import { joined } from "../src/state/pages.ts";

test.each([
  ["nothing new", "cba", "cbazy", "cbazy"],
  ["something new", "edc", "cba", "edcba"],
  ["something new, and the last is known", "dcb", "cba", "dcba"],
  ["more than a page is new", "ihg", "cba", "ihg"],
  ["nothing known", "cba", "", "cba"],
  ["nothing there any more", "", "cba", ""],
])("a page that is read again: %s", (_, fresh, known, expected) => {
  expect(joined([...fresh], [...known], (item) => item).join("")).toBe(expected);
});
