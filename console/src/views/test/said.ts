/** What client and server said in a step: in one line, and line by line. Pure. */
import type { StepRow } from "../../state/test_fold.ts";
import { t } from "../../words/words.ts";

/** The command that a stage sends, as it is shown while the server's answer is awaited. */
const COMMANDS: Record<string, string> = {
  ehlo: "EHLO",
  starttls: "STARTTLS",
  auth: "AUTH",
  mail: "MAIL FROM",
  rcpt: "RCPT TO",
  data: "DATA",
  quit: "QUIT",
};

/** From so many characters on, a line may not fit its place, so the whole text can be opened. */
const FITS = 36;

/** The same beside a form. */
export const FITS_BESIDE = 20;

/** Longer lines are cut in one line: what is longer is not read there. */
const LONGEST = 400;

export type Said = { by: "C" | "S" | ""; text: string };

/** The command that a stage sends; empty for one that sends none. */
export function commandOf(stage: string): string {
  return COMMANDS[stage] ?? "";
}

/** In one line: the command, and the answer's lines after each other with its code once. */
export function inOneLine({ name, sent, received, outcome, peer }: StepRow): Said[] {
  if (outcome === "running") {
    const command = commandOf(name);
    return command ? [{ by: "C", text: command }] : [];
  }
  const talks = isTalk(name) && outcome !== "given_up"; // why it was given up is told by the service
  const parts: Said[] = [];
  if (sent && talks) parts.push({ by: "C", text: cut(sent.split("\n").filter(Boolean).join(", ")) });
  if (name === "connect" && received && peer) {
    const how = received === "connected" ? t("test.connected") : cut(received);
    return [{ by: "", text: `${peer} ${how}` }];
  }
  if (received) parts.push({ by: talks ? "S" : "", text: cut(oneReply(received)) });
  return parts;
}

/** Line by line, as it was said. */
export function inLines({ name, sent, received, outcome }: StepRow): Said[] {
  const talks = isTalk(name) && outcome !== "given_up";
  const lines = (by: "C" | "S", text: string): Said[] =>
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => ({ by: talks ? by : "", text: line }));
  return [...lines("C", talks ? sent : ""), ...lines("S", received)];
}

/** Whether there is more than one line of a narrow column shows. */
export function hasMore(row: StepRow, fits = FITS): boolean {
  const lines = inLines(row);
  const length = inOneLine(row).reduce((sum, { text }) => sum + text.length + 4, 0);
  return lines.length > 2 || length > fits;
}

/** Of these stages client and server have no words; what they received is their result. */
function isTalk(stage: string): boolean {
  return !["policy", "resolve", "connect", "tls"].includes(stage);
}

/** "250-a", "250 b" as "250 a, b". */
function oneReply(text: string): string {
  const lines = text.split("\n").filter(Boolean);
  const code = /^(\d{3})[ -]/.exec(lines[0] ?? "")?.[1];
  if (!code || lines.length === 1) return lines.join(", ");
  return `${code} ${lines.map((line) => line.replace(new RegExp(`^${code}[ -]`), "")).join(", ")}`;
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
