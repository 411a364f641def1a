/** What readers of screens are told by itself: a verdict, once. */
import { signal } from "@preact/signals";

/** What the live region holds. The number makes the same sentence new, so that it is read again. */
export const announced = signal({ text: "", turn: 0 });

/** After as many milliseconds it was read, and is no longer found by whoever reads on. */
const READ = 15_000;

/** Has a sentence read aloud once what is being read has ended. */
export function announce(text: string): void {
  const turn = announced.peek().turn + 1;
  announced.value = { text, turn };
  setTimeout(() => {
    if (announced.peek().turn === turn) announced.value = { text: "", turn };
  }, READ);
}
