/** Whose token this is, and what the service says of itself. */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import { batch, computed, effect, signal } from "@preact/signals";
import { type GetCallerResponse, Role } from "../../gen/smtpdiag/v1/access_pb.ts";
import type { GetServerInfoResponse } from "../../gen/smtpdiag/v1/server_pb.ts";
import type { Problem } from "../api/problem.ts";
import { access, ask, caller as onWire, server as serverClient } from "../api/transport.ts";
import { language } from "./preferences.ts";

const KEPT = "mailproof.token";
const KEPT_INSTANCE = "mailproof.instance";

export const caller = signal<GetCallerResponse | null>(null);
export const serverInfo = signal<GetServerInfoResponse | null>(null);

/** Whether the token was refused after it had been taken: what is on the page stays, and a field asks for another. */
export const tokenRefused = signal(false);

export const signedIn = computed(() => caller.value !== null);
export const canWrite = computed(() => caller.value?.role === Role.ADMIN);

/** How far the server's clock is ahead of the browser's, in milliseconds. */
const clockDifference = signal(0);

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

/** Signs in with the token that this tab has kept, if it has one. Returns what is wrong with it. */
export async function resume(): Promise<Problem | null> {
  effect(() => {
    onWire.language = language.value;
  });
  onWire.token = kept(KEPT);
  onWire.instance = kept(KEPT_INSTANCE);
  return onWire.token ? identify() : null;
}

/** Signs in, also in place of a token that is no longer valid. Returns what is wrong with the token. */
export async function signIn(token: string): Promise<Problem | null> {
  const former = onWire.token;
  onWire.token = token.trim();
  const problem = await identify();
  if (problem) onWire.token = former;
  else keep(KEPT, onWire.token);
  return problem;
}

/** Forgets the token and everything that was read with it. */
export function signOut(): void {
  keep(KEPT, "");
  keep(KEPT_INSTANCE, "");
  location.reload(); // nothing that was read stays in memory
}

/** Goes on with another instance of the token. Everything is read anew. */
export async function chooseInstance(id: string): Promise<Problem | null> {
  const former = onWire.instance;
  onWire.instance = id;
  const problem = await identify();
  if (problem) onWire.instance = former;
  else keep(KEPT_INSTANCE, id);
  return problem;
}

async function identify(): Promise<Problem | null> {
  const [who, what] = await Promise.all([
    ask((options) => access.getCaller({}, options)),
    ask((options) => serverClient.getServerInfo({}, options)),
  ]);
  if (!who.ok) {
    if (who.problem.kind === "gone" && onWire.instance) {
      onWire.instance = ""; // the token has this instance no more: its first one then
      keep(KEPT_INSTANCE, "");
      return identify();
    }
    return who.problem;
  }
  batch(() => {
    caller.value = who.value;
    onWire.instance = who.value.instance;
    tokenRefused.value = false;
    if (what.ok) {
      serverInfo.value = what.value;
      if (what.value.serverTime) clockDifference.value = timestampMs(what.value.serverTime) - Date.now();
    }
  });
  return null;
}
