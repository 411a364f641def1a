/** Tests of HTTP providers: a signed sample is posted, and one report comes back. */
import { type Signal, signal } from "@preact/signals";
import type { WebhookReport } from "../../gen/smtpdiag/v1/instance_pb.ts";
import type { Problem } from "../api/problem.ts";
import { ask, instances } from "../api/transport.ts";
import { noted } from "./connection.ts";
import { serverNow } from "./session.ts";

/** The last post to a provider that was begun on this page. */
export type Post = {
  phase: "none" | "running" | "done" | "refused" | "cancelled";
  /** Milliseconds since 1970, by the server's clock. */
  startedAt: number;
  report: WebhookReport | null;
  problem: Problem | null;
};

const NONE: Post = { phase: "none", startedAt: 0, report: null, problem: null };

type HttpTest = {
  /** The address that the sample names; empty for the service's own. */
  recipient: Signal<string>;
  post: Signal<Post>;
  controller: AbortController | null;
};

const known = new Map<string, HttpTest>();

/** What is typed and what came last, of one provider. */
export function httpTest(id: string): HttpTest {
  let test = known.get(id);
  if (!test) {
    test = { recipient: signal(""), post: signal(NONE), controller: null };
    known.set(id, test);
  }
  return test;
}

/** Posts a sample, unless one is under way. Returns once the report is there. */
export async function postSample(id: string): Promise<void> {
  const test = httpTest(id);
  if (test.post.peek().phase === "running") return;
  const controller = new AbortController();
  test.controller = controller;
  const startedAt = serverNow();
  test.post.value = { ...NONE, phase: "running", startedAt };
  const request = { id, recipientAddress: test.recipient.peek().trim() };
  const answer = noted(await ask((options) => instances.testHTTPProvider(request, options), controller.signal));
  if (answer.ok) {
    test.post.value = { phase: "done", startedAt, report: answer.value.report ?? null, problem: null };
  } else {
    const phase = answer.problem.kind === "aborted" ? "cancelled" : "refused";
    test.post.value = { phase, startedAt, report: null, problem: answer.problem };
  }
}

/** Waits no more for the report. */
export function cancelPost(id: string): void {
  httpTest(id).controller?.abort();
}
