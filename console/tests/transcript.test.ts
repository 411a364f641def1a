import { beforeAll, expect, test } from "vitest";
import { Code, Stage } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import type { StepRow } from "../src/state/test_fold.ts";
import { transcriptOf, transcriptText } from "../src/state/transcript.ts";
import { row } from "./reports_by_hand.ts";
import { loadAll } from "./words.ts";

beforeAll(() => loadAll());

const shown = (rows: StepRow[]) => transcriptOf(rows).map(({ at, who, text }) => `${at ?? "-"} ${who || "."} ${text}`);

test.each<[string, StepRow[], string[]]>([
  ["nothing", [], []],
  [
    "what nobody said is left out, but for TLS",
    [
      row("policy", { received: "allowed" }),
      row("resolve", { start: 1, received: "192.0.2.1" }),
      row("tls", { start: 9, took: 5, received: "TLSv1.3" }),
    ],
    ["14 . TLSv1.3"],
  ],
  [
    "a failure is told wherever it was",
    [row("connect", { took: 3, received: "refused", outcome: "failed" })],
    ["3 . refused"],
  ],
  [
    "a command when it was sent, its reply when it had come",
    [row("ehlo", { start: 5, took: 7, sent: "EHLO a", received: "250-b\n250 SIZE" })],
    ["5 C EHLO a", "12 S 250-b\n250 SIZE"],
  ],
  [
    "turns of a login",
    [
      row("auth", {
        start: 1,
        took: 9,
        sent: "AUTH LOGIN\n********\n********",
        received: "334 VXNlcm5hbWU6\n334 UGFzc3dvcmQ6\n535 5.7.8 no",
        outcome: "failed",
      }),
    ],
    [
      "1 C AUTH LOGIN",
      "- S 334 VXNlcm5hbWU6",
      "- C ********",
      "- S 334 UGFzc3dvcmQ6",
      "- C ********",
      "10 S 535 5.7.8 no",
    ],
  ],
  [
    "more lines than commands stay together",
    [row("data", { sent: "DATA\nSubject: x\n.", received: "354 go\n250 ok" })],
    ["0 C DATA\nSubject: x\n.", "0 S 354 go\n250 ok"],
  ],
  [
    "silence is told by what it means",
    [
      row("greeting", { took: 1000, outcome: "failed", code: Code.TIMEOUT }),
      row("tls", { start: 1000, took: 9, outcome: "failed", code: Code.TLS_SELF_SIGNED, connection: 2 }),
    ],
    ["1000 . No answer in time", "1009 . Self-signed certificate"],
  ],
  [
    "connections one after the other",
    [
      row("greeting", { start: 5, received: "220 b", connection: 2 }),
      row("greeting", { start: 9, received: "220 a", connection: 1 }),
    ],
    ["9 S 220 a", "5 S 220 b"],
  ],
])("%s", (_, rows, lines) => expect(shown(rows)).toEqual(lines));

test("only the last word of a failed step is the failure", () => {
  const rows = [
    row("mail", { sent: "MAIL FROM:<a>", received: "550 no", outcome: "failed", code: Code.SENDER_REJECTED }),
  ];
  expect(transcriptOf(rows).map(({ isFailure }) => isFailure)).toEqual([false, true]);
  expect(transcriptOf(rows)[0]?.stage).toBe(Stage.MAIL);
});

test("as text its columns stand below each other", () => {
  const rows = [
    row("greeting", { start: 2, took: 8, received: "220 a" }),
    row("ehlo", { start: 1200, took: 30, sent: "EHLO b", received: "250-a\n250 SIZE" }),
  ];
  expect(transcriptText(transcriptOf(rows))).toBe(
    [" 10 ms S  220 a", "1.20 s C  EHLO b", "1.23 s S  250-a", "          250 SIZE"].join("\n"),
  );
});
