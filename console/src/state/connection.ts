/** Whether the service can be reached, and what is read again when it can. */
import { signal } from "@preact/signals";
import type { Problem, Result } from "../api/problem.ts";
import { access, ask } from "../api/transport.ts";
import { tokenRefused } from "./session.ts";

/** Seconds between one try and the next; the last one is for all further tries. */
const PAUSES = [1, 2, 5, 10] as const;

export const offline = signal(false);
/** When the next try is made, in milliseconds since 1970; 0 while it is under way. */
export const nextTry = signal(0);

const readers = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let tries = 0;

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

/** Takes note of what a call met; every call's problem passes here. */
export function noticed(problem: Problem): void {
  if (problem.kind === "token") tokenRefused.value = true;
  if ((problem.kind === "unreachable" || problem.kind === "broken") && !offline.peek()) {
    offline.value = true;
    tries = 0;
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

/** Asks the service whether it is there. */
export async function tryNow(): Promise<void> {
  clearTimeout(timer);
  nextTry.value = 0;
  const answer = await ask((options) => access.getCaller({}, { ...options, timeoutMs: 5000 }));
  if (!answer.ok && (answer.problem.kind === "unreachable" || answer.problem.kind === "broken")) {
    schedule();
    return;
  }
  offline.value = false;
  if (answer.ok) readAgain();
  else noticed(answer.problem);
}

/** Called once a new token is there. */
export function tokenRenewed(): void {
  readAgain();
}
