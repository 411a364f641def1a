/** Where the person is. Routes are in the fragment: REST owns the paths. */
import { signal } from "@preact/signals";

/** A place as `#/configs/1/tests/2?filter=x` names it. */
export type Route = { path: string; parts: string[]; query: URLSearchParams };

/** Takes a fragment apart. What can't be decoded stays as it is. */
export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
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
let shown = location.hash;
let letThrough = false;

/**
 * Asks before the place is left: for what is typed and not saved, and for a test that runs.
 * @returns Asks no more.
 */
export function guard(mayLeave: (to: Route) => Promise<boolean>): () => void {
  const mine = { mayLeave };
  guards.add(mine);
  return () => guards.delete(mine);
}

/** Goes to a place. `replace` leaves no trace of the present one for Back. */
export function navigate(href: string, replace = false): void {
  if (replace) {
    history.replaceState(null, "", href);
    void moved();
  } else location.hash = href;
}

async function moved(): Promise<void> {
  const to = routeOf(location.hash);
  const from = routeOf(shown);
  if (letThrough || guards.size === 0 || to.path === from.path) {
    letThrough = false;
    shown = location.hash;
    route.value = to;
    return;
  }
  const wanted = location.hash;
  history.replaceState(null, "", shown || "#/"); // stays until it is answered
  for (const each of [...guards]) if (!(await each.mayLeave(to))) return;
  letThrough = true;
  location.hash = wanted;
}

/** Follows the address bar. Called once. */
export function followAddress(): void {
  addEventListener("hashchange", () => void moved());
  addEventListener("beforeunload", (event) => {
    if (guards.size > 0) event.preventDefault();
  });
}
