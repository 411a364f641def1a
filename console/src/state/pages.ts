/** A list that is read page by page, the newest first. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Problem, Result } from "../api/problem.ts";
import { noted } from "./connection.ts";
import { type Reading, reading } from "./reading.ts";

export type Page<T> = { items: T[]; next: string };

export type Pages<T> = {
  /** Null until the first page is there. */
  items: ReadonlySignal<T[] | null>;
  /** The reading of the first page: its problem, and whether it is slow. */
  first: Reading<Page<T>>;
  /** Whether there is a further page. */
  more: ReadonlySignal<boolean>;
  /** Whether it is being read. */
  busy: ReadonlySignal<boolean>;
  /** Why it could not be read. */
  problem: ReadonlySignal<Problem | null>;
  /** Reads the next page. */
  older: () => Promise<void>;
  close: () => void;
};

/**
 * Reads the first page at once, and further ones when asked.
 * @param read Reads the page of a token, which is empty for the first one.
 * @param key Tells one item from another.
 */
export function pages<T>(
  read: (token: string, signal: AbortSignal) => Promise<Result<Page<T>>>,
  key: (item: T) => string,
): Pages<T> {
  const items = signal<T[] | null>(null);
  const more = signal(false);
  const busy = signal(false);
  const problem = signal<Problem | null>(null);
  const end = new AbortController();
  let next = "";

  const first = reading(async (stop) => {
    const result = await read("", stop);
    if (result.ok && !stop.aborted) {
      const known = items.peek() ?? [];
      const all = joined(result.value.items, known, key);
      if (known.length === 0 || all.length === result.value.items.length) next = result.value.next;
      items.value = all;
      more.value = next !== "";
    }
    return result;
  });

  return {
    items,
    first,
    more,
    busy,
    problem,
    older: async () => {
      if (busy.peek() || !next) return;
      busy.value = true;
      const result = noted(await read(next, end.signal));
      busy.value = false;
      if (end.signal.aborted) return;
      if (!result.ok) {
        problem.value = result.problem;
        return;
      }
      problem.value = null;
      const there = new Set((items.peek() ?? []).map(key));
      items.value = [...(items.peek() ?? []), ...result.value.items.filter((item) => !there.has(key(item)))];
      next = result.value.next;
      more.value = next !== "";
    },
    close: () => {
      end.abort();
      first.close();
    },
  };
}

/**
 * Puts a page that was read again before what was known.
 * @returns The union, newest first; the page alone where things in between may be missing.
 */
export function joined<T>(fresh: readonly T[], known: readonly T[], key: (item: T) => string): T[] {
  const there = new Set(fresh.map(key));
  const last = fresh.at(-1);
  const at = last === undefined ? -1 : known.findIndex((item) => key(item) === key(last));
  return at < 0 ? [...fresh] : [...fresh, ...known.slice(at + 1).filter((item) => !there.has(key(item)))];
}
