/** Short notes at the lower edge, such as "is being removed · Undo". They go by themselves. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";

export type ToastWords = {
  text: string;
  /** What can be done about it for as long as it is shown; the note goes then, and `onEnd` isn't called. */
  action?: { label: string; do: () => void };
  /** How long it is shown. It stands still while the pointer or the focus is on it. */
  seconds?: number;
  /** Is called once its time is over, or it is closed before; not where the action was taken. */
  onEnd?: () => void;
};

export type Toast = {
  id: number;
  words: ToastWords;
  /** Whole seconds that are left. */
  left: ReadonlySignal<number>;
  /** Lets its time stand still, or go on. */
  hold: (held: boolean) => void;
  act: () => void;
  close: () => void;
};

const TICK = 200;

/** What is shown, the oldest first. */
export const toasts = signal<readonly Toast[]>([]);
let last = 0;

/**
 * Shows a note.
 * @returns Takes it away as if it had never been: neither its action nor `onEnd` is called.
 */
export function toast(words: ToastWords): () => void {
  last += 1;
  const id = last;
  const whole = (words.seconds ?? (words.action ? 8 : 5)) * 1000;
  const left: Signal<number> = signal(Math.ceil(whole / 1000));
  let rest = whole;
  let held = false;
  let then = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (!held) rest -= now - then;
    then = now;
    left.value = Math.max(0, Math.ceil(rest / 1000));
    if (rest <= 0) end(words.onEnd);
  }, TICK);

  function end(what?: () => void): void {
    clearInterval(timer);
    if (!toasts.peek().some((each) => each.id === id)) return; // it went before
    toasts.value = toasts.peek().filter((each) => each.id !== id);
    what?.();
  }

  toasts.value = [
    ...toasts.peek(),
    {
      id,
      words,
      left,
      hold: (value) => {
        held = value;
      },
      act: () => end(words.action?.do),
      close: () => end(words.onEnd),
    },
  ];
  return () => end();
}
