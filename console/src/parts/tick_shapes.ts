/** Where the ticks of the last tests are drawn. Pure. */

/** A test as a tick shows it. */
export type Tick = { elapsed: number; outcome: "passed" | "failed" | "cancelled" };

const TICKS = 20;
const STEP = 5;
const WIDTH = 3.4;
/** The lower edge, the height of the longest one, and the least height. */
const FLOOR = 18;
const HIGHEST = 16;
const LEAST = 3;

/** The paths of the ticks of each outcome: the newest is the last one on the right. */
export type TickShapes = { passed: string; failed: string; cancelled: string; pale: string };

const bar = (x: number, height: number) => `M${x} ${rounded(FLOOR - height)}h${WIDTH}v${height}h-${WIDTH}z`;
const rounded = (value: number) => Math.round(value * 10) / 10;

/**
 * Draws each test as high as its time, on one linear scale up to the longest of them.
 * A failed one stands before a pale column of full height, so that it is known without its colour.
 * @param ticks The oldest first; the last 20 of them are drawn.
 */
export function tickShapes(ticks: readonly Tick[]): TickShapes {
  const shown = ticks.slice(-TICKS);
  const longest = Math.max(1, ...shown.map((tick) => tick.elapsed));
  const shapes: TickShapes = { passed: "", failed: "", cancelled: "", pale: "" };
  shown.forEach((tick, place) => {
    const x = (TICKS - shown.length + place) * STEP;
    const height = rounded(Math.max(LEAST, (tick.elapsed / longest) * HIGHEST));
    shapes[tick.outcome] += bar(x, height);
    if (tick.outcome === "failed") shapes.pale += bar(x, HIGHEST);
  });
  return shapes;
}
