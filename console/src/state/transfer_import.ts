/** An import: a file is looked at, checked by the service, and added page by page. */
import { signal } from "@preact/signals";
import { type ExportedProvider, ImportedSecret, ProviderState } from "../../gen/smtpdiag/v1/instance_pb.ts";
import type { Problem } from "../api/problem.ts";
import { ask, follow, instances } from "../api/transport.ts";
import { nameOf } from "./config.ts";
import { configsChanged } from "./configs.ts";
import { noted, noticed } from "./connection.ts";
import {
  type FileProblem,
  hasSecrets,
  LARGEST,
  providersOf,
  readTransfer,
  type TransferFile,
} from "./transfer_file.ts";

/** What an import is to do with a file's secrets. */
export type SecretsChoice = { passphrase: string; skip: boolean };

/** A configuration of the file, and what becomes of it. */
export type Row = {
  name: string;
  where: string;
  active: boolean;
  /** Its new id; empty before it is added. */
  id: string;
  secret: ImportedSecret;
};

export type ImportState =
  | { step: "choose"; problem: FileProblem | null }
  | { step: "read"; problem: Problem | null }
  | { step: "checking"; done: number }
  | { step: "checked"; problem: Problem | null }
  | { step: "adding"; done: number }
  /** Broken off: what was added so far is there, and inactive. */
  | { step: "half"; done: number; problem: Problem }
  | { step: "undoing"; removed: number; problem: Problem | null }
  | { step: "undone"; removed: number; kept: string[] }
  | { step: "done" };

/** A configuration of a file in words. */
function rowOf(provider: ExportedProvider, secret: ImportedSecret): Row {
  const { settings, state } = provider;
  const smtp = settings.case === "smtp" ? settings.value.host : "";
  const where = settings.case === "http" ? settings.value.endpoint : smtp;
  return { name: nameOf(provider), where, active: state === ProviderState.ACTIVE, id: "", secret };
}

/** What will become of a secret by the file alone; the service has the last word. */
export function foreseen(provider: ExportedProvider, skip: boolean): ImportedSecret {
  if (provider.secret.length > 0 && !skip) return ImportedSecret.STORED;
  if (provider.settings.case === "http") return ImportedSecret.NEW_SIGNING_KEY;
  return provider.settings.value?.user ? ImportedSecret.MISSING : ImportedSecret.NOT_NEEDED;
}

/** How far the pages of a file have got. */
type Progress = { token: string; pages: number; done: number };

export function newImport() {
  const state = signal<ImportState>({ step: "choose", problem: null });
  const file = signal<TransferFile | null>(null);
  const rows = signal<Row[]>([]);
  let progress: Progress | null = null;
  let controller = new AbortController();

  async function choose(chosen: File): Promise<void> {
    file.value = null;
    const tooLarge: FileProblem = { what: "too_large", values: { most: String(LARGEST / 1024 / 1024) } };
    const read = chosen.size > LARGEST ? tooLarge : readTransfer(await chosen.text().catch(() => ""));
    if ("what" in read) {
      state.value = { step: "choose", problem: read };
      return;
    }
    file.value = read;
    rows.value = providersOf(read).map((provider) => rowOf(provider, foreseen(provider, false)));
    state.value = { step: "read", problem: null };
  }

  /** Sends the pages that are missing. `validateOnly` has them checked, and adds nothing. */
  async function send(secrets: SecretsChoice, validateOnly: boolean, from: Progress | null): Promise<Problem | null> {
    const whole = file.peek();
    if (whole?.form !== "pages") return null;
    const { signal: aborted } = controller;
    const { passphrase } = secrets;
    let at: Progress;
    if (from) at = from;
    else {
      const request = { header: whole.header, passphrase, skipSecrets: secrets.skip, validateOnly };
      const begun = noted(await ask((options) => instances.beginConfigsImport(request, options), aborted));
      if (!begun.ok) return begun.problem;
      at = { token: begun.value.nextImportToken, pages: 0, done: 0 };
    }
    if (!validateOnly) progress = at;
    for (const page of whole.pages.slice(at.pages)) {
      const request = { importToken: at.token, page, passphrase };
      const answer = noted(await ask((options) => instances.continueConfigsImport(request, options), aborted));
      if (!answer.ok) return answer.problem;
      became(at.done, answer.value.providers, validateOnly);
      at = { token: answer.value.nextImportToken, pages: at.pages + 1, done: answer.value.providerCount };
      if (!validateOnly) progress = at;
      state.value = { step: validateOnly ? "checking" : "adding", done: at.done };
    }
    const request = { importToken: at.token, trailer: whole.trailer, passphrase };
    const end = noted(await ask((options) => instances.finishConfigsImport(request, options), aborted));
    if (!end.ok) return end.problem;
    const active = end.value.activeProviderId;
    if (!validateOnly) rows.value = rows.peek().map((row) => ({ ...row, active: row.id === active && active !== "" }));
    return null;
  }

  function became(start: number, providers: readonly { id: string; secret: ImportedSecret }[], checked: boolean): void {
    const next = [...rows.peek()];
    for (const [index, { id, secret }] of providers.entries()) {
      const row = next[start + index];
      if (row) next[start + index] = { ...row, secret, id: checked ? "" : id };
    }
    rows.value = next;
  }

  /** Has the service look at the whole file, and adds nothing. A document in one piece it only looks at as it adds it. */
  async function check(secrets: SecretsChoice): Promise<void> {
    const whole = file.peek();
    if (!whole) return;
    controller = new AbortController();
    rows.value = providersOf(whole).map((provider) => rowOf(provider, foreseen(provider, secrets.skip)));
    state.value = { step: "checking", done: 0 };
    const problem = await send(secrets, true, null);
    if (problem?.kind !== "aborted")
      state.value = problem ? { step: "read", problem } : { step: "checked", problem: null };
  }

  /** Adds what is in the file, from the beginning or where it broke off. */
  async function add(secrets: SecretsChoice): Promise<void> {
    const whole = file.peek();
    if (!whole) return;
    controller = new AbortController();
    state.value = { step: "adding", done: progress?.done ?? 0 };
    let problem: Problem | null;
    if (whole.form === "pages") problem = await send(secrets, false, progress);
    else {
      const request = { document: whole.document, passphrase: secrets.passphrase, skipSecrets: secrets.skip };
      const answer = noted(await ask((options) => instances.importConfigs(request, options)));
      problem = answer.ok ? null : answer.problem;
      if (answer.ok) {
        const active = new Set(answer.value.providers.filter((each) => each.active).map((each) => each.id));
        became(0, answer.value.providers, false);
        rows.value = rows.peek().map((row) => ({ ...row, active: active.has(row.id) }));
      }
    }
    configsChanged();
    if (!problem) {
      progress = null;
      state.value = { step: "done" };
    } else if (progress) state.value = { step: "half", done: progress.done, problem };
    else state.value = { step: "checked", problem };
  }

  /** Takes back what an import that broke off has added. */
  async function undo(): Promise<void> {
    if (!progress) return;
    let removed = 0;
    const kept: string[] = [];
    state.value = { step: "undoing", removed, problem: null };
    const request = { importToken: progress.token };
    const problem = await follow(
      (options) => instances.undoConfigsImport(request, options),
      new AbortController().signal,
      (page) => {
        removed += page.removedCount;
        kept.push(...page.keptProviderIds);
        state.value = { step: "undoing", removed, problem: null };
      },
    );
    if (problem) noticed(problem);
    else progress = null;
    configsChanged();
    state.value = problem ? { step: "undoing", removed, problem } : { step: "undone", removed, kept };
  }

  return {
    state,
    file,
    rows,
    encrypted: () => file.value !== null && hasSecrets(file.value),
    choose,
    check,
    add,
    undo,
    /** Stops between two pages. */
    stop: () => controller.abort(),
    /** Goes back to the choice of a file. */
    restart: () => {
      file.value = null;
      rows.value = [];
      state.value = { step: "choose", problem: null };
    },
  };
}
