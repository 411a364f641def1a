/** What client and server said to each other, as lines. Secrets are masked by the service. Pure. */
import { Stage } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { took } from "../words/formats.ts";
import { codeName, stageName } from "../words/vocabulary.ts";
import type { StepRow } from "./test_fold.ts";

/** One saying of one side, or a note on what happened between two of them. */
export type Line = {
  /** Milliseconds since the test began; null where only those of the lines around it are known. */
  at: number | null;
  who: "C" | "S" | "";
  /** The lines as they were. */
  text: string;
  stage: Stage;
  isFailure: boolean;
  /** Which connection it was said on. */
  connection: number;
};

/** Stages of which nothing is said: what came of them is a note, and only TLS is worth one where it went well. */
export const SILENT: ReadonlySet<Stage> = new Set([Stage.POLICY, Stage.RESOLVE, Stage.CONNECT, Stage.TLS]);

/** Returns the transcript of a test's steps: connection by connection, each in the order in which it was said. */
export function transcriptOf(rows: readonly StepRow[]): Line[] {
  return [...rows]
    .sort((one, other) => one.connection - other.connection || one.start - other.start || one.order - other.order)
    .flatMap(linesOf);
}

function linesOf(step: StepRow): Line[] {
  const at = step.start;
  const ended = at + step.took;
  const isFailure = step.outcome === "failed";
  const common = { stage: step.stage, connection: step.connection };
  if (SILENT.has(step.stage)) {
    const isWorth = isFailure || (step.stage === Stage.TLS && step.received !== "");
    const text = step.received || codeName(step.code);
    return isWorth ? [{ at: ended, who: "", text, isFailure, ...common }] : [];
  }
  const said: Line[] = [];
  const [commands, replies] = exchanged(step.sent, step.received);
  for (let turn = 0; turn < Math.max(commands.length, replies.length); turn += 1) {
    const [command, reply] = [commands[turn], replies[turn]];
    const isLast = turn === replies.length - 1;
    if (command) said.push({ at: turn === 0 ? at : null, who: "C", text: command, isFailure: false, ...common });
    if (reply)
      said.push({ at: isLast ? ended : null, who: "S", text: reply, isFailure: isFailure && isLast, ...common });
  }
  if (isFailure && step.received === "") {
    said.push({ at: ended, who: "", text: codeName(step.code), isFailure, ...common });
  }
  return said;
}

/** What was sent and what came back, turn by turn, where there were as many replies as commands (AUTH LOGIN, DATA). */
function exchanged(sent: string, received: string): [string[], string[]] {
  const commands = sent === "" ? [] : sent.split("\n");
  const replies = repliesOf(received);
  if (commands.length > 1 && commands.length === replies.length) return [commands, replies];
  return [sent === "" ? [] : [sent], received === "" ? [] : [received]];
}

/** Takes replies apart: each ends with the line whose code is followed by no hyphen (RFC 5321 section 4.2.1). */
function repliesOf(received: string): string[] {
  const replies: string[] = [];
  let open: string[] = [];
  for (const line of received === "" ? [] : received.split("\n")) {
    open.push(line);
    if (!/^\d{3}-/.test(line)) {
      replies.push(open.join("\n"));
      open = [];
    }
  }
  return open.length > 0 ? [...replies, open.join("\n")] : replies;
}

/** What is shown of a line: a note names its step. */
export function wordsOf({ who, text, stage }: Line): string {
  return who === "" ? `${stageName(stage)}: ${text}` : text;
}

/** The transcript as text: when, who, what; further lines of one saying stand below its first. */
export function transcriptText(lines: readonly Line[]): string {
  const times = lines.map(({ at }) => (at === null ? "" : took(at)));
  const width = Math.max(0, ...times.map((time) => time.length));
  return lines
    .flatMap((said, place) =>
      wordsOf(said)
        .split("\n")
        .map((line, number) => {
          const time = number === 0 ? (times[place] ?? "") : "";
          return `${time.padStart(width)} ${(number === 0 ? said.who : "").padEnd(1)}  ${line}`.trimEnd();
        }),
    )
    .join("\n");
}
