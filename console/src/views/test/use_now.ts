/** The time while a test runs: ten times a second, and once under reduced motion. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { steadyNow } from "../../state/steady.ts";

/** Milliseconds by the steady clock. It stands still where nothing runs. */
export function useNow(running: boolean): ReadonlySignal<number> {
  const now = useSignal(steadyNow());
  useEffect(() => {
    if (!running) return;
    now.value = steadyNow();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setInterval(
      () => {
        now.value = steadyNow();
      },
      still ? 1000 : 100,
    );
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
