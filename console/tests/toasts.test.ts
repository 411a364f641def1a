import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { asked, confirm } from "../src/state/ask.ts";
import { toast, toasts } from "../src/state/toasts.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  toasts.value = [];
  vi.useRealTimers();
});

function shown() {
  const first = toasts.value[0];
  if (!first) throw new Error("nothing is shown");
  return first;
}

test("a note with an action counts down from 8 and ends once", () => {
  const end = vi.fn();
  const undo = vi.fn();
  toast({ text: "removed", action: { label: "Undo", do: undo }, onEnd: end });
  expect(shown().left.value).toBe(8);
  vi.advanceTimersByTime(1000);
  expect(shown().left.value).toBe(7);
  vi.advanceTimersByTime(6800);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(400);
  expect(toasts.value).toEqual([]);
  expect([end.mock.calls.length, undo.mock.calls.length]).toEqual([1, 0]);
});

test("it stands still while it is held", () => {
  toast({ text: "x", seconds: 3 });
  vi.advanceTimersByTime(1000);
  shown().hold(true);
  vi.advanceTimersByTime(60_000);
  expect(shown().left.value).toBe(2);
  shown().hold(false);
  vi.advanceTimersByTime(2200);
  expect(toasts.value).toEqual([]);
});

test.each([
  ["act", 1, 0],
  ["close", 0, 1],
] as const)("%s ends it at once and only so", (how, acted, ended) => {
  const end = vi.fn();
  const undo = vi.fn();
  toast({ text: "x", action: { label: "Undo", do: undo }, onEnd: end });
  const it = shown();
  it[how]();
  it[how]();
  vi.advanceTimersByTime(20_000);
  expect([undo.mock.calls.length, end.mock.calls.length]).toEqual([acted, ended]);
});

test("taken away, it calls nothing", () => {
  const end = vi.fn();
  const away = toast({ text: "x", onEnd: end });
  away();
  vi.advanceTimersByTime(20_000);
  expect([toasts.value.length, end.mock.calls.length]).toEqual([0, 0]);
});

test("questions are asked one after the other, and each has its own answer", async () => {
  const first = confirm({ title: "first", yes: "y", no: "n" });
  const second = confirm({ title: "second", yes: "y", no: "n" });
  expect(asked.value.map((each) => each.question.title)).toEqual(["first", "second"]);
  asked.value[0]?.answer(true);
  expect(await first).toBe(true);
  expect(asked.value).toHaveLength(1);
  asked.value[0]?.answer(false);
  expect(await second).toBe(false);
});
