/** Where the person is. Routes are in the fragment: REST owns the paths. */
import { signal } from "@preact/signals";
import { forgetScroll } from "./scroll.ts";

/** A place as `#/configs/1/tests/2?filter=x` names it. */
export type Route = { path: string; parts: string[]; query: URLSearchParams };

/** Takes a fragment apart. What can't be decoded stays as it is. */
export function routeOf(hash: string): Route {
  const [, path = "", query = ""] = /^#?([^?]*)\??(.*)$/s.exec(hash) ?? [];
  const parts = path.split("/").filter(Boolean).map(decoded);
  return { path: `/${parts.map(encodeURIComponent).join("/")}`, parts, query: new URLSearchParams(query) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The fragment of a place: `hrefOf(["configs", id], { q: "x" })`. Empty values are left out. */
export function hrefOf(parts: readonly string[], query: Record<string, string> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value);
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : "";
  return `#/${parts.map(encodeURIComponent).join("/")}${search}`;
}

export const route = signal<Route>(routeOf(location.hash));

/** Is asked before the person leaves; what it answers says whether they may. Nothing is asked where there is none. */
type Guard = { mayLeave: (to: Route) => Promise<boolean> };

const guards = new Set<Guard>();

/**
 * The number of the present entry of the tab's history. Each entry keeps its own as its state: so it is known how many
 * steps a move went, and one that is not allowed is taken back by as many, which leaves Back and Forward as they were.
 */
let position = 0;
/** Whether a guard's question waits for its answer. */
let asking = false;
/** The entry that a guard has allowed to go to. */
let allowed: number | null = null;

/**
 * Asks before the place is left: for what is typed and not saved, and for a test that runs.
 * @returns Asks no more.
 */
export function guard(mayLeave: (to: Route) => Promise<boolean>): () => void {
  const mine = { mayLeave };
  guards.add(mine);
  return () => guards.delete(mine);
}

/** Asks all guards. For moves that are no change of the address: another instance, the end of the session. */
export async function mayLeave(to: Route): Promise<boolean> {
  for (const each of [...guards]) if (guards.has(each) && !(await each.mayLeave(to))) return false;
  return true;
}

/** Asks nothing any more, since it was asked and may be lost. */
export function dropGuards(): void {
  guards.clear();
}

/** Goes to a place. `replace` leaves no trace of the present one for Back. */
export function navigate(href: string, replace = false): void {
  const to = routeOf(href);
  const go = () => {
    if (replace || href === location.hash) history.replaceState({ position }, "", href);
    else {
      position += 1;
      forgetScroll(position);
      history.pushState({ position }, "", href);
    }
    route.value = to;
  };
  if (guards.size === 0 || to.path === route.peek().path) go();
  else if (!asking) void asked(to).then((yes) => yes && go());
}

async function asked(to: Route): Promise<boolean> {
  asking = true;
  try {
    return await mayLeave(to);
  } finally {
    asking = false;
  }
}

/** The address has changed: by a link, Back, Forward, or by hand. */
async function moved(): Promise<void> {
  const known = (history.state as { position?: number } | null)?.position;
  const at = known ?? position + 1; // an entry without a number is new, and follows the present one
  if (known === undefined) {
    forgetScroll(at);
    history.replaceState({ position: at }, "");
  }
  const to = routeOf(location.hash);
  const free = guards.size === 0 || to.path === route.peek().path;
  if (at === allowed || (free && !asking)) {
    if (at === allowed) allowed = null;
    position = at;
    route.value = to;
    return;
  }
  if (at === position) return; // a move that was taken back
  history.go(position - at);
  if (asking || !(await asked(to))) return;
  allowed = at;
  history.go(at - position);
}

/** Follows the address bar. Called once. */
export function followAddress(): void {
  const known = (history.state as { position?: number } | null)?.position;
  position = known ?? 0;
  if (known === undefined) history.replaceState({ position }, "");
  addEventListener("hashchange", () => void moved());
  addEventListener("beforeunload", (event) => {
    if (guards.size > 0) event.preventDefault();
  });
}
