/** The form of an SMTP configuration: what is typed, what is wrong with it, its test, and what became of saving it. */
import { computed, effect, signal } from "@preact/signals";
import type { Fix } from "../../gen/smtpdiag/v1/report_pb.ts";
import { Outcome } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import type { Problem } from "../api/problem.ts";
import { t } from "../words/words.ts";
import { announce } from "./announce.ts";
import { type FieldName, type Purpose, type Wrong, wrongIn, wrongsOf, wrongWith } from "./checks.ts";
import { readConfig } from "./config.ts";
import { type Conflict, chosen, rebased } from "./conflict.ts";
import { noted } from "./connection.ts";
import { type Draft, draftOf, fixedDraft, isChanged, requestOf, type Settings, saveDraft } from "./draft.ts";
import { leaveUnsaved } from "./leaving.ts";
import { guard, hrefOf, navigate } from "./route.ts";
import { startConfigTest, startTest, type TestRun } from "./test_run.ts";
import { toast } from "./toasts.ts";
import { serverText, typedServer } from "./typed_server.ts";

/** Longer than a press takes, in milliseconds. */
const PRESS = 250;

/** What somebody types, and what is wrong with it: of a form that is saved, and of a test alone. */
export function fieldsOf(first: Draft) {
  const draft = signal(first);
  const wrong = signal<readonly Wrong[]>([]);
  /** What was wrong when it was last to be sent: a list of it stays as it is until then, so that nothing moves. */
  const refused = signal<readonly Wrong[]>([]);
  /** Goes up when the first wrong field is to get the focus. */
  const attention = signal(0);

  function set(changes: Partial<Draft>): void {
    draft.value = { ...draft.peek(), ...changes };
    const names = Object.keys(changes);
    wrong.value = wrong.peek().filter(({ field }) => field !== null && !names.includes(field));
  }

  function refuse(found: readonly Wrong[]): void {
    wrong.value = found;
    refused.value = found;
    attention.value += 1;
  }

  /** Nothing is wrong with what is sent. */
  function accept(): void {
    wrong.value = [];
    refused.value = [];
  }

  /** Takes apart what was typed as a server, once it is typed. */
  function settle(): void {
    const server = typedServer(draft.peek().host);
    if (!server) return;
    const { host, port, tls, user, password } = server;
    set({
      host,
      ...(port === null ? {} : { port: String(port) }),
      ...(tls === null ? {} : { tls }),
      ...(user ? { user } : {}),
      ...(password ? { secret: password } : {}),
    });
  }

  /** Says what is wrong with a field that was left; that it is empty is said later. */
  function left(field: FieldName): void {
    if (field === "host") settle();
    // A field is often left by pressing a button below it, which must not move away between press and release.
    setTimeout(() => {
      const sentence = wrongWith(draft.peek(), field);
      const others = wrong.peek().filter((each) => each.field !== field);
      if (sentence) wrong.value = [...others, { field, sentence }];
    }, PRESS);
  }

  /** Checks everything, and says whether it may be sent. */
  function ready(purpose: Purpose): boolean {
    settle();
    const found = wrongIn(draft.peek(), purpose);
    if (found.length > 0) refuse(found);
    else accept();
    return found.length === 0;
  }

  return { draft, wrong, refused, attention, set, refuse, accept, left, ready, settle };
}

export type Fields = ReturnType<typeof fieldsOf>;

/** What a person knows the settings by. */
function nameOfDraft(draft: Draft): string {
  return draft.description.trim() || serverText(draft.host, draft.port);
}

/**
 * A form that adds or changes a configuration.
 * @param id The configuration to change; null adds one.
 * @param first What it begins with.
 */
export function configForm(id: string | null, first: Draft) {
  const fields = fieldsOf(first);
  const { draft } = fields;
  const run = signal<TestRun | null>(null);
  /** What the last test was of. */
  const tested = signal<Draft | null>(null);
  const saving = signal(false);
  /** Why saving failed, where no field says it. */
  const problem = signal<Problem | null>(null);
  const conflict = signal<Conflict | null>(null);
  const left = signal(false);

  const testing = computed(() => run.value?.view.value.phase === "running");
  const outdated = computed(() => tested.value !== null && tested.value !== draft.value);

  const unguard = effect(() => {
    if (left.value || !isChanged(draft.value)) return;
    return guard(leaveUnsaved);
  });

  async function testAndSave(): Promise<void> {
    problem.value = null;
    if (testing.peek() || saving.peek() || !fields.ready("test")) return;
    const now = draft.peek();
    const request = requestOf(now, id);
    const mine = startTest(request);
    run.value = mine;
    tested.value = now;
    const view = await mine.finished;
    if (run.peek() !== mine || left.peek()) return;
    if (view.phase === "refused" && view.problem && view.problem.fields.length > 0) {
      fields.refuse(wrongsOf(view.problem));
      run.value = null;
    } else if (view.report?.outcome === Outcome.OK) await save(true);
    else if (view.report) announce(`${view.report.message} ${t("form.not_saved")}`);
  }

  async function save(passed: boolean): Promise<void> {
    problem.value = null;
    if (saving.peek() || !fields.ready("save")) return;
    saving.value = true;
    const now = draft.peek();
    const answer = await saveDraft(id, now, now.stored?.sequence ?? 0n);
    if (answer.ok) {
      left.value = true;
      // The test of what was typed is not one of what is stored: the configuration would count as never tested.
      if (passed) startConfigTest(answer.value);
      toast({ text: t("form.saved", { name: nameOfDraft(now) }) });
      navigate(hrefOf(["configs", answer.value]));
    } else if (answer.problem.kind === "conflict" && id !== null) await compare(id);
    else if (answer.problem.fields.length > 0) fields.refuse(wrongsOf(answer.problem));
    else problem.value = answer.problem;
    saving.value = false;
  }

  /** Reads what somebody else has stored, and puts it beside what is typed. */
  async function compare(changed: string): Promise<void> {
    const answer = noted(await readConfig(changed));
    if (!answer.ok) {
      problem.value = answer.problem;
      return;
    }
    const both = rebased(draft.peek(), draftOf(answer.value));
    conflict.value = both;
    draft.value = both.draft;
  }

  return {
    ...fields,
    id,
    run,
    tested,
    testing,
    outdated,
    saving,
    problem,
    conflict,
    testAndSave,
    save,
    choose(field: keyof Settings, taken: boolean): void {
      const { differences } = conflict.peek() ?? { differences: [] };
      const next = chosen({ draft: draft.peek(), differences }, field, taken);
      conflict.value = next;
      fields.set({ [field]: next.draft[field] });
    },
    /** Takes the last test away: something else has its place now. */
    forgetTest(): void {
      if (!testing.peek()) run.value = null;
    },
    /** Takes a fix into the form, and tests again where the secret is at hand. */
    apply(fix: Pick<Fix, "changes">): void {
      fields.set(fixedDraft(draft.peek(), fix));
      void testAndSave();
    },
    cancelTest(): void {
      run.peek()?.cancel();
    },
    close(): void {
      left.value = true;
      unguard();
      run.peek()?.cancel();
    },
  };
}

export type ConfigForm = ReturnType<typeof configForm>;
