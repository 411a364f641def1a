/** What readers of screens are told by itself: a verdict, once. */
import { signal } from "@preact/signals";

/** What the live region holds. The number makes the same sentence new, so that it is read again. */
export const announced = signal({ text: "", turn: 0 });

/** Has a sentence read aloud once what is being read has ended. */
export function announce(text: string): void {
  announced.value = { text, turn: announced.peek().turn + 1 };
}
