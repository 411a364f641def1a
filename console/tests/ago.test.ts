import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, expect, test } from "vitest";
import { ago } from "../src/words/formats.ts";
import { load } from "../src/words/words.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

afterAll(() => load("en"));

test.each<[number, string, string]>([
  [59_000, "just now", "gerade eben"],
  [MINUTE, "1 min ago", "vor 1 Min."],
  [12 * MINUTE, "12 min ago", "vor 12 Min."],
  [HOUR, "1 h ago", "vor 1 Std."],
  [23 * HOUR, "23 h ago", "vor 23 Std."],
  [DAY, "1 day ago", "vor 1 Tag"],
  [5 * DAY, "5 days ago", "vor 5 Tagen"],
  [65 * DAY, "2 months ago", "vor 2 Monaten"],
  [400 * DAY, "1 year ago", "vor 1 Jahr"],
])("%d ms ago is %j, in German %j", async (length, english, german) => {
  const now = Date.UTC(2026, 10, 22, 12);
  await load("en");
  expect(ago(timestampFromMs(now - length), now)).toBe(english);
  await load("de");
  expect(ago(timestampFromMs(now - length), now)).toBe(german);
});
