import { expect, test } from "vitest";
import { Code, Depth, Stage, TlsMode } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import { emptyTest, type StepOutcome, type TestView } from "../src/state/test_fold.ts";
import { type Plan, stepsLeft, stepsOf } from "../src/state/test_plan.ts";

const { AUTO, IMPLICIT, STARTTLS, OPPORTUNISTIC, NONE } = TlsMode;

test.each<[Depth, TlsMode, number, boolean, string]>([
  [Depth.CONNECT, AUTO, 587, true, "policy resolve connect"],
  [Depth.TLS, IMPLICIT, 465, true, "policy resolve connect tls quit"],
  [Depth.TLS, STARTTLS, 587, true, "policy resolve connect greeting ehlo starttls tls quit"],
  [Depth.EHLO, STARTTLS, 587, true, "policy resolve connect greeting ehlo starttls tls ehlo quit"],
  [Depth.AUTH, IMPLICIT, 465, true, "policy resolve connect tls greeting ehlo auth quit"],
  [Depth.AUTH, AUTO, 465, true, "policy resolve connect tls greeting ehlo auth quit"],
  [Depth.AUTH, OPPORTUNISTIC, 465, false, "policy resolve connect greeting ehlo starttls tls ehlo quit"],
  [Depth.AUTH, NONE, 25, true, "policy resolve connect greeting ehlo auth quit"],
  [Depth.MAIL, NONE, 25, false, "policy resolve connect greeting ehlo mail quit"],
  [Depth.DATA, NONE, 25, true, "policy resolve connect greeting ehlo auth mail rcpt data quit"],
])("depth %d, mode %d, port %d, login %s", (depth, mode, port, login, steps) => {
  expect(stepsOf({ depth, mode, port, login }).join(" ")).toBe(steps);
});

/** A view with such rows: "connect 1", "auth 1 failed". */
function seen(...rows: string[]): TestView {
  const view = emptyTest({});
  const steps = rows.map((row, order) => {
    const [name = "", connection = "0", outcome = "passed"] = row.split(" ");
    return {
      key: `${order}`,
      order,
      name,
      stage: Stage.UNSPECIFIED,
      connection: Number(connection),
      outcome: outcome as StepOutcome,
      start: order,
      took: 1,
      code: Code.OK,
      sent: "",
      received: "",
      peer: "",
    };
  });
  return { ...view, steps };
}

const PLAN: Plan = { depth: Depth.AUTH, mode: STARTTLS, port: 587, login: true };
const OPEN: Plan = { ...PLAN, mode: AUTO };

test.each<[string, Plan, string[], string]>([
  ["nothing has begun", PLAN, [], "policy resolve connect greeting ehlo starttls tls ehlo auth quit"],
  ["in the middle", PLAN, ["policy", "resolve", "connect 1"], "greeting ehlo starttls tls ehlo auth quit"],
  ["the second EHLO", PLAN, ["connect 1", "greeting 1", "ehlo 1", "starttls 1", "tls 1", "ehlo 1"], "auth quit"],
  ["no STARTTLS was offered", { ...PLAN, mode: OPPORTUNISTIC }, ["connect 1", "ehlo 1", "auth 1"], "quit"],
  ["the mode shows itself", OPEN, ["connect 1", "tls 1"], "greeting ehlo auth quit"],
  [
    "of two connections the one further on",
    OPEN,
    ["connect 1", "connect 2", "greeting 2", "tls 1 given_up"],
    "ehlo starttls tls ehlo auth quit",
  ],
  [
    "a failed step, and a farewell after it",
    PLAN,
    ["connect 1", "greeting 1", "ehlo 1 failed", "quit 1"],
    "starttls tls ehlo auth",
  ],
  ["a step that no plan has", PLAN, ["connect 1", "novelty 1"], "greeting ehlo starttls tls ehlo auth quit"],
  ["all is done", PLAN, ["connect 1", "greeting 1", "ehlo 1", "starttls 1", "tls 1", "ehlo 1", "auth 1", "quit 1"], ""],
])("what is left: %s", (_, plan, rows, left) => {
  expect(stepsLeft(seen(...rows), plan).join(" ")).toBe(left);
});
