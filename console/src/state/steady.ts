/** A clock that never jumps, as lengths of time are measured by. */

/** Milliseconds since 1970 by the browser's clock as it was when the page was opened. */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}
