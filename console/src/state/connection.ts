/** Whether the service can be reached, and what is read again when it can. */
import { signal } from "@preact/signals";
import type { Problem, Result } from "../api/problem.ts";
import { refresh, signedIn, tokenRefused } from "./session.ts";

/** Seconds between one try and the next; the last one is for all further tries. */
const PAUSES = [1, 2, 5, 10] as const;

export const offline = signal(false);
/** When the next try is made, in milliseconds since 1970; 0 while it is under way. */
export const nextTry = signal(0);

const readers = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let tries = 0;
/** When the service was last back, and how long it must be there to count as back for good. */
let backSince = 0;
const LASTING = 10_000;
let trying = false;

/** Reads again whatever failed for want of a connection or a token. Tests are never among it. */
function readAgain(): void {
  for (const reader of [...readers]) reader();
}

/**
 * Remembers what reads again once the service can be reached, or a new token is there.
 * @returns Forgets it.
 */
export function onReturn(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

function lost(problem: Problem): boolean {
  return problem.kind === "unreachable" || problem.kind === "broken";
}

/** Says whether the bands below the bar tell of it, and what it was about is read again by itself once it is over. */
export function comesBack(problem: Problem): boolean {
  return lost(problem) || problem.kind === "token";
}

/** Takes note of what a call met; every call's problem passes here. */
export function noticed(problem: Problem): void {
  if (problem.kind === "token") tokenRefused.value = true;
  if (!lost(problem) || offline.peek()) return;
  // A service that was back only now and fails again is asked ever more rarely, not every second.
  const again = Date.now() - backSince < LASTING;
  if (!again) tries = 0;
  if (problem.kind === "broken" && !again)
    void tryNow(); // a stream may break and the service be there
  else {
    offline.value = true;
    schedule();
  }
}

/** Takes note of a call's answer, and hands it on. */
export function noted<T>(result: Result<T>): Result<T> {
  if (!result.ok) noticed(result.problem);
  return result;
}

function schedule(): void {
  const pause = (PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 10) * 1000;
  tries += 1;
  nextTry.value = Date.now() + pause;
  clearTimeout(timer);
  timer = setTimeout(tryNow, pause);
}

/** Asks the service whether it is there, and who the token's holder is by now: it may have started anew. */
export async function tryNow(): Promise<void> {
  if (trying) return;
  trying = true;
  clearTimeout(timer);
  nextTry.value = 0;
  const problem = await refresh();
  trying = false;
  if (problem && lost(problem)) {
    offline.value = true;
    schedule();
    return;
  }
  offline.value = false;
  backSince = Date.now();
  if (problem) noticed(problem);
  else readAgain();
}

/** Called once a new token is there. */
export function tokenRenewed(): void {
  offline.value = false;
  clearTimeout(timer);
  readAgain();
}

/** Follows what the browser says of the network, and the return to the tab: hints to ask at once. Called once. */
export function followNetwork(): void {
  addEventListener("online", () => {
    if (offline.peek()) void tryNow();
  });
  addEventListener("offline", () => {
    if (signedIn.peek() && !offline.peek()) void tryNow(); // the service may be on this machine
  });
  document.addEventListener("visibilitychange", () => {
    if (offline.peek() && document.visibilityState === "visible") void tryNow(); // timers sleep in the background
  });
}
