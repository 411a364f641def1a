/** Whose token this is, and what the service says of itself. */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import { batch, computed, effect, signal } from "@preact/signals";
import { type GetCallerResponse, Role } from "../../gen/smtpdiag/v1/access_pb.ts";
import type { GetServerInfoResponse } from "../../gen/smtpdiag/v1/server_pb.ts";
import { ownProblem, type Problem } from "../api/problem.ts";
import { access, ask, caller as onWire, server as serverClient } from "../api/transport.ts";
import { t } from "../words/words.ts";
import { language } from "./preferences.ts";
import { canBeToken, tokenIn } from "./token.ts";

const KEPT = "mailproof.token";
const KEPT_INSTANCE = "mailproof.instance";
/** How long the service may take to say who the caller is, in milliseconds. */
const PATIENCE = 5000;

export const caller = signal<GetCallerResponse | null>(null);
export const serverInfo = signal<GetServerInfoResponse | null>(null);

/** Whether the token was refused after it had been taken: what is on the page stays, and a field asks for another. */
export const tokenRefused = signal(false);

/** Why the token that this tab had kept could not be used at the start. */
export const notResumed = signal<Problem | null>(null);

/** Goes up with each change of the instance: whatever is shown is of the former one, and is made anew. */
export const epoch = signal(0);

export const signedIn = computed(() => caller.value !== null);
export const canWrite = computed(() => caller.value?.role === Role.ADMIN);

/** How far the server's clock is ahead of the browser's, in milliseconds. */
export const clockDifference = signal(0);

/** The time by the server's clock, in milliseconds since 1970. */
export function serverNow(): number {
  return Date.now() + clockDifference.peek();
}

function kept(name: string): string {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function keep(name: string, value: string): void {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // Storage is switched off: the token lasts as long as the page.
  }
}

/** Makes all calls speak the language that is chosen. Called once. */
export function followLanguage(): void {
  effect(() => {
    onWire.language = language.value;
  });
}

/** Signs in with the token that this tab has kept, if it has one. */
export async function resume(): Promise<void> {
  const token = kept(KEPT);
  if (!token || !canBeToken(token)) return;
  const problem = await inTurn(() => identify(token, kept(KEPT_INSTANCE)));
  if (problem?.kind === "token") keep(KEPT, "");
  notResumed.value = problem;
}

/**
 * Signs in, also in place of a token that is no longer valid. Returns what is wrong with the token.
 * @param mayChange Is asked where the token is of another instance than what is on the page.
 */
export async function signIn(text: string, mayChange?: () => Promise<boolean>): Promise<Problem | null> {
  const token = tokenIn(text);
  if (!token) return ownProblem("invalid", t("session.no_token"));
  if (!canBeToken(token)) return ownProblem("invalid", t("session.not_a_token"));
  const problem = await inTurn(() => identify(token, onWire.instance || kept(KEPT_INSTANCE), mayChange));
  if (!problem) {
    keep(KEPT, token);
    notResumed.value = null;
  }
  return problem;
}

/** Forgets the token and everything that was read with it. */
export function signOut(): void {
  keep(KEPT, "");
  keep(KEPT_INSTANCE, "");
  history.replaceState(null, "", "#/sign-in");
  location.reload(); // nothing that was read stays in memory
}

/** A page that Back brings out of the browser's memory may be of a session that has ended meanwhile. Called once. */
export function followSignOut(): void {
  addEventListener("pageshow", (event) => {
    if (event.persisted && onWire.token && !kept(KEPT)) location.reload();
  });
}

/** Goes on with another instance of the token. */
export function useInstance(id: string): Promise<Problem | null> {
  return inTurn(() => identify(onWire.token, id));
}

/** Asks again who the caller is and what the service is. */
export function refresh(): Promise<Problem | null> {
  return inTurn(() => identify(onWire.token, onWire.instance));
}

let before: Promise<unknown> = Promise.resolve();

/** Lets one after the other ask, so that a late answer about a former token takes nothing back. */
function inTurn<T>(next: () => Promise<T>): Promise<T> {
  const mine = before.then(next);
  before = mine;
  return mine;
}

async function identify(token: string, instance: string, mayChange?: () => Promise<boolean>): Promise<Problem | null> {
  const former = { token: onWire.token, instance: onWire.instance };
  Object.assign(onWire, { token, instance });
  const [who, what] = await Promise.all([
    ask((options) => access.getCaller({}, { ...options, timeoutMs: PATIENCE })),
    ask((options) => serverClient.getServerInfo({}, { ...options, timeoutMs: PATIENCE })),
  ]);
  if (!who.ok) {
    Object.assign(onWire, former);
    // A token that has this instance not, or no more: its first one then.
    return who.problem.kind === "gone" && instance ? identify(token, "", mayChange) : who.problem;
  }
  const another = caller.peek() !== null && who.value.instance !== former.instance;
  if (another && mayChange && !(await mayChange())) {
    Object.assign(onWire, former);
    return ownProblem("invalid", t("session.other_instance", { instance: who.value.instance }));
  }
  batch(() => {
    caller.value = who.value;
    onWire.instance = who.value.instance;
    keep(KEPT_INSTANCE, who.value.instance);
    tokenRefused.value = false;
    if (another) epoch.value += 1;
    if (!what.ok) return;
    serverInfo.value = what.value;
    if (what.value.serverTime) clockDifference.value = timestampMs(what.value.serverTime) - Date.now();
  });
  return null;
}
