/** What is done to a stored configuration as a whole. Each call names the sequence that the person saw. */
import { signal } from "@preact/signals";
import type { ConfigOverview } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Problem, Result } from "../api/problem.ts";
import { admin, ask, onlyAt } from "../api/transport.ts";
import { t } from "../words/words.ts";
import { nameOf } from "./config.ts";
import { configsChanged } from "./configs.ts";
import { noted } from "./connection.ts";
import { sentenceOf } from "./problems.ts";
import { epoch } from "./session.ts";
import { toast } from "./toasts.ts";

/** How long a removal can be taken back, in seconds. */
const UNDO_SECONDS = 8;

/** What a dialog asks about: at most one at a time. */
export type Asked = { what: "activate" | "deactivate" | "remove" | "secret"; config: ConfigOverview };

export const asked = signal<Asked | null>(null);

/** The ids of the configurations that are removed once their time to take it back is over. */
export const removing = signal<ReadonlySet<string>>(new Set());

type Call = Parameters<typeof ask>[0];

/** Makes a change; whatever came of it, what is shown is read again. */
async function change<T>(
  config: ConfigOverview,
  call: (options: Parameters<Call>[0]) => Promise<T>,
): Promise<Result<T>> {
  const result = noted(await ask((options) => call(onlyAt(config.sequence, options))));
  configsChanged();
  return result;
}

function problemIn(result: Result<unknown>): Problem | null {
  return result.ok ? null : result.problem;
}

/** Puts a configuration to use; the one that was becomes inactive. */
export async function activate(config: ConfigOverview): Promise<Problem | null> {
  return problemIn(await change(config, (options) => admin.activateEmailProvider({ id: config.id }, options)));
}

/** Leaves the instance without a configuration in use. */
export async function deactivate(config: ConfigOverview): Promise<Problem | null> {
  return problemIn(await change(config, (options) => admin.deactivateEmailProvider({ id: config.id }, options)));
}

/** Removes a configuration now. */
export async function remove(config: ConfigOverview): Promise<Problem | null> {
  return problemIn(await change(config, (options) => admin.removeEmailProvider({ id: config.id }, options)));
}

/** Removes an inactive configuration, unless the person takes it back, or closes the page, within some seconds. */
export function removeSoon(config: ConfigOverview): void {
  if (removing.peek().has(config.id)) return;
  const marked = (on: boolean) => {
    const next = new Set(removing.peek());
    if (on) next.add(config.id);
    else next.delete(config.id);
    removing.value = next;
  };
  const now = async () => {
    const problem = await remove(config);
    marked(false);
    if (problem) {
      toast({ text: t("actions.not_removed", { name: nameOf(config), sentence: whyNot(problem) }), seconds: 20 });
    }
  };
  marked(true);
  const takeAway = toast({
    text: t("actions.removing", { name: nameOf(config) }),
    action: {
      label: t("actions.undo"),
      do: () => {
        unfollow();
        marked(false);
      },
    },
    seconds: UNDO_SECONDS,
    onEnd: () => {
      unfollow();
      void now();
    },
  });
  // Whoever goes to another instance leaves the page: the call would be made there.
  const unfollow = onOtherInstance(() => {
    takeAway();
    marked(false);
  });
}

/** Calls back once the instance changes, unless what is returned is called before. */
function onOtherInstance(then: () => void): () => void {
  const now = epoch.peek();
  const end = epoch.subscribe((turn) => {
    if (turn === now) return;
    end();
    then();
  });
  return end;
}

/** Why a change was not made, in a sentence. */
export function whyNot(problem: Problem): string {
  return problem.kind === "conflict" ? t("actions.conflict") : sentenceOf(problem);
}

/** Replaces the password or the client secret. */
export async function replaceSecret(config: ConfigOverview, secret: string): Promise<Problem | null> {
  const { id, settings } = config;
  const oauth = settings.case === "smtp" ? settings.value.oauth : undefined;
  if (settings.case !== "smtp" || !oauth) {
    const request = { id, password: secret };
    return problemIn(await change(config, (options) => admin.updateEmailProviderSMTPPassword(request, options)));
  }
  // There is no call for a client's secret alone: the settings go along as they are.
  const { senderAddress, senderName, tls, host, user, replyToAddress, description } = settings.value;
  const { tokenEndpoint, scopes, clientId } = oauth;
  const oAuth2Type = { case: "clientCredentials", value: { clientId, clientSecret: secret } } as const;
  const auth = { case: "xoauth2", value: { tokenEndpoint, scopes, oAuth2Type } } as const;
  const request = { id, senderAddress, senderName, tls, host, user, replyToAddress, description, auth };
  return problemIn(await change(config, (options) => admin.updateEmailProviderSMTP(request, options)));
}

/** Has the service make a new signing key, which its receiver must be told. The old one is dropped at once. */
export async function renewSigningKey(config: ConfigOverview): Promise<Result<string>> {
  if (config.settings.case !== "http") return { ok: true, value: "" };
  const { endpoint, description } = config.settings.value;
  const request = { id: config.id, endpoint, description, expirationSigningKey: { seconds: 0n, nanos: 0 } };
  const result = await change(config, (options) => admin.updateEmailProviderHTTP(request, options));
  return result.ok ? { ok: true, value: result.value.signingKey } : result;
}
