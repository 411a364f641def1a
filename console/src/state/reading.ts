/** Something that is read from the service for as long as a screen shows it. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Problem, Result } from "../api/problem.ts";
import { comesBack, noted, onReturn } from "./connection.ts";

/** Milliseconds in which nothing says that something loads, since most is there by then. */
const SILENCE = 150;

export type Reading<T> = {
  /** What was read last. It stays while it is read again, and where that fails. */
  value: ReadonlySignal<T | null>;
  /** Why the last reading failed. */
  problem: ReadonlySignal<Problem | null>;
  /** Whether it takes so long that a person should see that it loads. */
  slow: ReadonlySignal<boolean>;
  /** Reads again; a reading that is under way is given up. */
  again: () => Promise<void>;
  /** Ends it: nothing is read or waited for any more. */
  close: () => void;
};

/**
 * Reads at once, again when asked, and by itself when the service comes back or a new token is there.
 * @param read Makes the call.
 * @param known What stands there until it has answered.
 */
export function reading<T>(read: (signal: AbortSignal) => Promise<Result<T>>, known: T | null = null): Reading<T> {
  const value = signal<T | null>(known);
  const problem = signal<Problem | null>(null);
  const slow = signal(false);
  let under: AbortController | null = null;

  async function again(): Promise<void> {
    under?.abort();
    const mine = new AbortController();
    under = mine;
    const timer = setTimeout(() => {
      if (under === mine) slow.value = true;
    }, SILENCE);
    const result = noted(await read(mine.signal));
    clearTimeout(timer);
    if (under !== mine) return; // a later reading has taken its place
    slow.value = false;
    if (result.ok) {
      value.value = result.value;
      problem.value = null;
    } else if (result.problem.kind !== "aborted") problem.value = result.problem;
  }

  const forget = onReturn(() => {
    const met = problem.peek();
    if (met && comesBack(met)) void again();
  });
  void again();
  return {
    value,
    problem,
    slow,
    again,
    close: () => {
      forget();
      under?.abort();
      under = null;
    },
  };
}
