/** The last tests of a configuration as ticks. */
import type { JSX } from "preact";
import { type Tick, tickShapes } from "./tick_shapes.ts";

/** `ticks` are the oldest first; `label` says the same to readers of screens. */
export function Ticks({ ticks, label }: { ticks: readonly Tick[]; label: string }): JSX.Element {
  const shapes = tickShapes(ticks);
  return (
    <svg class="ticks" width="100" height="18" viewBox="0 0 100 18" role="img" aria-label={label}>
      {shapes.pale && <path class="pale" d={shapes.pale} />}
      {shapes.passed && <path d={shapes.passed} />}
      {shapes.failed && <path class="x" d={shapes.failed} />}
      {shapes.cancelled && <path class="c" d={shapes.cancelled} />}
    </svg>
  );
}
