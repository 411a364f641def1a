/** The form of an HTTP provider: the URL that mail is posted to, and the key that each post is signed with. */
import { effect, signal } from "@preact/signals";
import type { ConfigOverview } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Problem } from "../api/problem.ts";
import { admin, ask, onlyAt } from "../api/transport.ts";
import { t } from "../words/words.ts";
import { wrongsOf } from "./checks.ts";
import { readConfig } from "./config.ts";
import { noted } from "./connection.ts";
import { leaveUnsaved } from "./leaving.ts";
import { guard, hrefOf, navigate } from "./route.ts";

export type HttpDraft = { endpoint: string; description: string; renewKey: boolean };

/** What is wrong with it, by a first check. */
function wrongUrl(endpoint: string): string {
  if (!endpoint.trim()) return t("form.empty");
  return /^https?:\/\/[^\s/]/i.test(endpoint.trim()) ? "" : t("form.no_url");
}

/** A form that adds an HTTP provider, or changes the given one. */
export function httpForm(config: ConfigOverview | null) {
  const stored = config?.settings.case === "http" ? config.settings.value : null;
  const first: HttpDraft = {
    endpoint: stored?.endpoint ?? "",
    description: stored?.description ?? "",
    renewKey: false,
  };
  const draft = signal(first);
  const wrong = signal("");
  const attention = signal(0);
  const saving = signal(false);
  const problem = signal<Problem | null>(null);
  const done = signal(false);
  /** What somebody else has stored meanwhile. */
  const theirs = signal<Pick<HttpDraft, "endpoint" | "description"> | null>(null);
  let sequence = config?.sequence ?? 0n;
  /** The key that was made: it is shown once. */
  const key = signal<{ id: string; text: string } | null>(null);

  const unguard = effect(() => {
    if (done.value || draft.value === first) return;
    return guard(leaveUnsaved);
  });

  async function send(): Promise<{ id: string; key: string } | Problem> {
    const { endpoint, description, renewKey } = draft.peek();
    const settings = { endpoint: endpoint.trim(), description: description.trim() };
    if (!config) {
      const added = noted(await ask((options) => admin.addEmailProviderHTTP(settings, options)));
      return added.ok ? { id: added.value.id, key: added.value.signingKey } : added.problem;
    }
    const { id } = config;
    const renewed = renewKey ? { expirationSigningKey: { seconds: 0n, nanos: 0 } } : {};
    const changed = noted(
      await ask((options) => admin.updateEmailProviderHTTP({ ...settings, ...renewed, id }, onlyAt(sequence, options))),
    );
    return changed.ok ? { id, key: changed.value.signingKey } : changed.problem;
  }

  /** Reads what somebody else has stored. What is typed here replaces it when it is saved once more. */
  async function compare(id: string): Promise<void> {
    const answer = noted(await readConfig(id));
    if (!answer.ok) problem.value = answer.problem;
    else if (answer.value.settings.case === "http") {
      sequence = answer.value.sequence;
      theirs.value = answer.value.settings.value;
    }
  }

  async function save(): Promise<void> {
    wrong.value = wrongUrl(draft.peek().endpoint);
    problem.value = null;
    if (saving.peek()) return;
    if (wrong.peek()) {
      attention.value += 1;
      return;
    }
    saving.value = true;
    const answer = await send();
    saving.value = false;
    if ("kind" in answer && answer.kind === "conflict" && config) {
      await compare(config.id);
      return;
    }
    if ("kind" in answer) {
      if (answer.fields.length > 0) {
        wrong.value = wrongsOf(answer)
          .map(({ sentence }) => sentence)
          .join(" ");
        attention.value += 1;
      } else problem.value = answer;
      return;
    }
    done.value = true;
    if (answer.key) key.value = { id: answer.id, text: answer.key };
    else navigate(hrefOf(["configs", answer.id]));
  }

  return {
    draft,
    wrong,
    attention,
    saving,
    problem,
    theirs,
    key,
    save,
    set(changes: Partial<HttpDraft>): void {
      draft.value = { ...draft.peek(), ...changes };
    },
    close(): void {
      done.value = true;
      unguard();
    },
  };
}
