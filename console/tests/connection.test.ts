/** What happens while the service can't be reached, and once it can. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Problem, ProblemKind, Result } from "../src/api/problem.ts";

const refresh = vi.fn<() => Promise<Problem | null>>();
vi.mock("../src/state/session.ts", async () => {
  const { signal } = await import("@preact/signals");
  return { refresh: () => refresh(), tokenRefused: signal(false), signedIn: signal(true) };
});
const { nextTry, noticed, offline, tokenRenewed, tryNow } = await import("../src/state/connection.ts");
const { reading } = await import("../src/state/reading.ts");
const { tokenRefused } = await import("../src/state/session.ts");

const problem = (kind: ProblemKind): Problem => ({
  kind,
  reason: "",
  sentence: "",
  fields: [],
  retryAfter: null,
  requestId: "",
  metadata: {},
});
const failure = (kind: ProblemKind): Result<number> => ({ ok: false, problem: problem(kind) });

let hour = 500_000;
beforeEach(() => {
  vi.useFakeTimers();
  hour += 1;
  vi.setSystemTime(hour * 3_600_000); // so that each test is long after the one before
  refresh.mockReset();
});
afterEach(async () => {
  refresh.mockResolvedValue(null);
  await tryNow();
  tokenRefused.value = false;
  vi.useRealTimers();
});

test("it is tried again after 1, 2, 5, 10 and 10 seconds", async () => {
  refresh.mockResolvedValue(problem("unreachable"));
  noticed(problem("unreachable"));
  for (const pause of [1, 2, 5, 10, 10]) {
    expect(Math.round((nextTry.value - Date.now()) / 1000)).toBe(pause);
    refresh.mockClear();
    await vi.advanceTimersByTimeAsync(pause * 1000 - 1);
    expect(refresh).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(refresh).toHaveBeenCalledTimes(1);
  }
  expect(offline.value).toBe(true);
});

test("a stream that breaks is no loss of the service where that answers", async () => {
  refresh.mockResolvedValue(null);
  noticed(problem("broken"));
  await vi.advanceTimersByTimeAsync(0);
  expect(offline.value).toBe(false);
  refresh.mockResolvedValue(problem("unreachable"));
  noticed(problem("broken"));
  await vi.advanceTimersByTimeAsync(0);
  expect(offline.value).toBe(true);
});

test("what fails although the service answers is read ever more rarely", async () => {
  refresh.mockResolvedValue(null);
  const read = vi.fn(async () => failure("broken"));
  const mine = reading(read);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read.mock.calls.length).toBeGreaterThan(3);
  expect(read.mock.calls.length).toBeLessThan(12);
  mine.close();
});

test("two tries at once are one", async () => {
  refresh.mockResolvedValue(problem("unreachable"));
  await Promise.all([tryNow(), tryNow()]);
  expect(refresh).toHaveBeenCalledTimes(1);
});

test.each([
  ["unreachable", 2],
  ["broken", 2],
  ["denied", 1],
  ["gone", 1],
] as const)("what failed as %s is read %d times once the service is back", async (kind, times) => {
  refresh.mockResolvedValue(problem("unreachable"));
  const read = vi.fn(async () => failure(kind));
  const mine = reading(read);
  await vi.advanceTimersByTimeAsync(0);
  noticed(problem("unreachable")); // also one that failed while it was known already
  read.mockImplementation(async () => ({ ok: true, value: 7 }) as never);
  refresh.mockResolvedValue(null);
  await tryNow();
  await vi.advanceTimersByTimeAsync(0);
  expect([read.mock.calls.length, offline.value]).toEqual([times, false]);
  mine.close();
});

test("a refused token keeps what has arrived, and a new one reads what was refused", async () => {
  let answer: Result<number> = { ok: true, value: 1 };
  const mine = reading(async () => answer);
  await vi.advanceTimersByTimeAsync(0);
  answer = failure("token");
  await mine.again();
  expect([mine.value.value, mine.problem.value?.kind, tokenRefused.value]).toEqual([1, "token", true]);
  answer = { ok: true, value: 2 };
  tokenRenewed();
  await vi.advanceTimersByTimeAsync(0);
  expect([mine.value.value, mine.problem.value]).toEqual([2, null]);
  mine.close();
});

test("what is known already is there at once, and is read all the same", async () => {
  const mine = reading(async () => ({ ok: true, value: 4 }), 5);
  expect(mine.value.value).toBe(5);
  await vi.advanceTimersByTimeAsync(0);
  expect(mine.value.value).toBe(4);
  mine.close();
});

test("a reading that was closed is not read again", async () => {
  const read = vi.fn(async () => failure("unreachable"));
  const mine = reading(read);
  await vi.advanceTimersByTimeAsync(0);
  mine.close();
  refresh.mockResolvedValue(null);
  await tryNow();
  expect(read).toHaveBeenCalledTimes(1);
});
