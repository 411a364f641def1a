/** Where each entry of the tab's history was scrolled to: Back finds it there again, once its content has arrived. */

/** How long content is waited for, in milliseconds. */
const PATIENCE = 1500;

const kept = new Map<number, number>();
let frame = 0;

/** The number that route.ts gives to each entry of the history. */
function entry(): number {
  return (history.state as { position?: number } | null)?.position ?? 0;
}

function stop(): void {
  cancelAnimationFrame(frame);
  frame = 0;
}

/** A new entry takes the number of one that Back has left behind. */
export function forgetScroll(position: number): void {
  kept.delete(position);
}

/** Called once. */
export function followScroll(): void {
  history.scrollRestoration = "manual";
  addEventListener(
    "scroll",
    () => {
      if (!frame) kept.set(entry(), scrollY);
    },
    { passive: true },
  );
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(name, stop, { passive: true });
}

/** Called when another screen is drawn: to its top, or to where it was left. */
export function scrollToKept(): void {
  const wanted = kept.get(entry()) ?? 0;
  stop();
  scrollTo(0, 0);
  if (wanted === 0) return;
  const until = performance.now() + PATIENCE;
  const step = () => {
    scrollTo(0, wanted);
    if (Math.abs(scrollY - wanted) < 2 || performance.now() > until) stop();
    else frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
}
