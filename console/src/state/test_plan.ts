/** The steps that a test of a depth and mode has, and which of them are still to come or were not reached. Pure. */
import { Depth, TlsMode } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { rowsOf, type StepRow, type TestView } from "./test_fold.ts";

/** What decides which steps a test has. */
export type Plan = { depth: Depth; mode: TlsMode; port: number; login: boolean };

const IMPLICIT_PORTS = [465, 2465];

/** All steps of a test that passes, by the stages' names. `implicit` decides where the mode leaves it open. */
export function stepsOf({ depth, mode, port, login }: Plan, implicit: boolean | null = null): string[] {
  const first = implicit ?? (mode === TlsMode.IMPLICIT || (isOpen(mode) && IMPLICIT_PORTS.includes(port)));
  const steps = ["policy", "resolve", "connect"];
  if (depth === Depth.CONNECT) return steps;
  if (first) steps.push("tls");
  if (depth === Depth.TLS && first) return [...steps, "quit"];
  steps.push("greeting", "ehlo");
  if (!first && mode !== TlsMode.NONE) {
    steps.push("starttls", "tls");
    if (depth > Depth.TLS) steps.push("ehlo");
  }
  if (depth >= Depth.AUTH && login) steps.push("auth");
  if (depth >= Depth.MAIL) steps.push("mail");
  if (depth >= Depth.RCPT) steps.push("rcpt");
  if (depth >= Depth.DATA) steps.push("data");
  return [...steps, "quit"];
}

function isOpen(mode: TlsMode): boolean {
  return mode === TlsMode.AUTO || mode === TlsMode.UNSPECIFIED;
}

/** The stages that have not begun, in their order: of a test that runs those to come, else those it did not reach. */
export function stepsLeft(view: TestView, plan: Plan): string[] {
  const rows = rowsOf(view);
  const connections = [...new Set(rows.map((row) => row.connection).filter((each) => each > 0))];
  const endOf = (connection: number) => rows.findLast((row) => row.connection === connection)?.outcome ?? "passed";
  const alive = connections.filter((each) => ["passed", "running"].includes(endOf(each)));
  const tried = connections.filter((each) => endOf(each) === "failed");
  const ways = [alive, tried, connections, [0]].find((each) => each.length > 0) ?? [0];
  // Of several connections the one that came furthest is the test's own: it has the fewest steps left.
  const left = ways.map((connection) => leftOf(rows, connection, plan));
  return left.reduce((least, each) => (each.length < least.length ? each : least));
}

function leftOf(rows: readonly StepRow[], connection: number, plan: Plan): string[] {
  const mine = rows.filter((row) => row.connection === 0 || row.connection === connection);
  const opening = mine.find((row) => row.connection > 0 && row.name !== "connect")?.name;
  const steps = stepsOf(plan, opening === undefined ? null : opening === "tls");
  const failed = mine.findIndex((row) => row.outcome === "failed");
  const upTo = failed < 0 ? mine : mine.slice(0, failed + 1);
  const after = failed < 0 ? [] : mine.slice(failed + 1).map((row) => row.name);
  let next = 0;
  for (const row of upTo) {
    const found = steps.indexOf(row.name, next);
    if (found >= 0) next = found + 1;
  }
  return steps.slice(next).filter((name) => !after.includes(name));
}
