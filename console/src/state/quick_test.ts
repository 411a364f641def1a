/** A test of settings that are not stored. What is typed stays while the page does, and is never kept elsewhere. */
import { signal } from "@preact/signals";
import type { Fix } from "../../gen/smtpdiag/v1/report_pb.ts";
import { Depth } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { t } from "../words/words.ts";
import { isMailbox, type Wrong, wrongIn, wrongsOf } from "./checks.ts";
import { type Draft, emptyDraft, fixedDraft, requestOf } from "./draft.ts";
import { fieldsOf } from "./form.ts";
import { hrefOf, navigate } from "./route.ts";
import { startTest, type TestRun } from "./test_run.ts";

export const fields = fieldsOf(emptyDraft());
export const depth = signal<Depth>(Depth.AUTH);
export const recipient = signal("");
export const run = signal<TestRun | null>(null);

/** Settings that another screen hands on to the form of a new configuration: in memory, since they hold a secret. */
let carried: Draft | null = null;

/** Takes what was handed on; once, or an empty draft. */
export function carriedDraft(): Draft {
  const draft = carried ?? emptyDraft();
  carried = null;
  return draft;
}

/** Goes to the form of a new configuration, with what is typed here. */
export function saveAsConfiguration(): void {
  fields.settle();
  carried = fields.draft.peek();
  navigate(hrefOf(["configs", "new"]));
}

/** What is wrong with what the chosen depth needs. */
function wrongForDepth(draft: Draft, chosen: Depth, to: string): Wrong[] {
  const wrong = wrongIn(draft, "test_alone");
  const address = (field: "senderAddress" | "recipient", text: string) => {
    if (!text.trim()) wrong.push({ field, sentence: t("form.empty") });
    else if (!isMailbox(text)) wrong.push({ field, sentence: t("form.no_mailbox") });
  };
  if (chosen >= Depth.MAIL) address("senderAddress", draft.senderAddress);
  if (chosen >= Depth.RCPT) address("recipient", to);
  return wrong;
}

/** Begins the test, unless something is wrong with what is typed. */
export async function test(): Promise<void> {
  if (run.peek()?.view.peek().phase === "running") return;
  fields.settle();
  const draft = fields.draft.peek();
  const wrong = wrongForDepth(draft, depth.peek(), recipient.peek());
  if (wrong.length > 0) {
    fields.refuse(wrong);
    return;
  }
  fields.accept();
  const to = depth.peek() >= Depth.RCPT ? { recipient: recipient.peek().trim() } : {};
  const mine = startTest({ ...requestOf(draft, null), depth: depth.peek(), ...to });
  run.value = mine;
  const view = await mine.finished;
  if (run.peek() === mine && view.phase === "refused" && view.problem && view.problem.fields.length > 0) {
    fields.refuse(wrongsOf(view.problem));
    run.value = null;
  }
}

/** Takes a fix into the form, and tests again. */
export function apply(fix: Pick<Fix, "changes">): void {
  fields.set(fixedDraft(fields.draft.peek(), fix));
  void test();
}
