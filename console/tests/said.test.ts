import { expect, test } from "vitest";
import { Code, Stage } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import type { StepRow } from "../src/state/test_fold.ts";
import { hasMore, inLines, inOneLine, type Said } from "../src/views/test/said.ts";

function row(name: string, sent: string, received: string, more: Partial<StepRow> = {}): StepRow {
  return {
    key: "0",
    order: 0,
    stage: Stage.EHLO,
    name,
    start: 0,
    took: 1,
    connection: 1,
    outcome: "passed",
    code: Code.OK,
    sent,
    received,
    peer: "",
    ...more,
  };
}

const joined = (parts: Said[]) => parts.map(({ by, text }) => (by ? `${by} ${text}` : text)).join(" > ");

test.each<[string, StepRow, string]>([
  ["a command and its reply", row("starttls", "STARTTLS", "220 go"), "C STARTTLS > S 220 go"],
  [
    "a reply of many lines",
    row("ehlo", "EHLO me", "250-mx\n250-SIZE 10\n250 HELP"),
    "C EHLO me > S 250 mx, SIZE 10, HELP",
  ],
  ["a greeting", row("greeting", "", "220 mx"), "S 220 mx"],
  ["lines that are no reply", row("greeting", "", "HTTP/1.1 400\nServer: x"), "S HTTP/1.1 400, Server: x"],
  ["a lookup, which nobody says", row("resolve", "mx.example", "192.0.2.1"), "192.0.2.1"],
  ["a connection", row("connect", "", "connected", { peer: "192.0.2.1:25" }), "192.0.2.1:25 connected"],
  ["nothing was said", row("quit", "", ""), ""],
  ["the answer is awaited", row("auth", "", "", { outcome: "running" }), "C AUTH"],
  ["a greeting is awaited", row("greeting", "", "", { outcome: "running" }), ""],
  ["why it was given up", row("greeting", "", "given up: TLS", { outcome: "given_up" }), "given up: TLS"],
  ["a stage of a newer service", row("novelty", "NEW", "250 ok"), "C NEW > S 250 ok"],
])("in one line: %s", (_, step, line) => {
  expect(joined(inOneLine(step))).toBe(line);
});

test("a reply without end is cut in the line, and whole below it", () => {
  const step = row("ehlo", "EHLO me", "x".repeat(5000));
  expect(joined(inOneLine(step)).length).toBeLessThan(500);
  expect(inLines(step).at(-1)?.text).toHaveLength(5000);
});

test("a row opens where there is more than its line shows", () => {
  expect(hasMore(row("quit", "QUIT", "221 bye"))).toBe(false);
  expect(hasMore(row("ehlo", "EHLO", "250-a\n250 b"))).toBe(true);
  expect(hasMore(row("greeting", "", `220 ${"x".repeat(60)}`))).toBe(true);
});
