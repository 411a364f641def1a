/** Routes and guards against a history that behaves as a browser's does. */
import { beforeEach, expect, test, vi } from "vitest";

/** A browser's tab: `go` takes effect later, and a change of the fragment is told of after it. */
class Tab {
  entries: { hash: string; state: unknown }[] = [{ hash: "", state: null }];
  at = 0;
  listeners: (() => void)[] = [];

  get hash(): string {
    return this.entries[this.at]?.hash ?? "";
  }
  get state(): unknown {
    return this.entries[this.at]?.state;
  }
  replaceState(state: unknown, _title: string, hash = this.hash): void {
    this.entries[this.at] = { hash, state };
  }
  pushState(state: unknown, _title: string, hash: string): void {
    this.entries.splice(this.at + 1, Infinity, { hash, state });
    this.at += 1;
  }
  go(steps: number): void {
    setTimeout(() => {
      const before = this.hash;
      if (!this.entries[this.at + steps]) return;
      this.at += steps;
      if (this.hash !== before) for (const each of this.listeners) each();
    });
  }
  /** A link is pressed, or the address is written by hand. */
  press(hash: string): void {
    this.pushState(null, "", hash);
    for (const each of this.listeners) each();
  }
  get hashes(): string[] {
    return this.entries.map((entry) => entry.hash);
  }
}

let tab: Tab;
let routes: typeof import("../src/state/route.ts");
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

beforeEach(async () => {
  tab = new Tab();
  vi.stubGlobal("location", tab);
  vi.stubGlobal("history", tab);
  vi.stubGlobal("addEventListener", (name: string, listener: () => void) => {
    if (name === "hashchange") tab.listeners.push(listener);
  });
  vi.resetModules();
  routes = await import("../src/state/route.ts");
  routes.followAddress();
  tab.press("#/configs");
  tab.press("#/configs/new");
});

test.each([
  ["", "/", []],
  ["#/configs/a%2Fb/tests/7?q=x%3Fy", "/configs/a%2Fb/tests/7", ["configs", "a/b", "tests", "7"]],
  ["#/configs/%zz", "/configs/%25zz", ["configs", "%zz"]],
  ["#/configs//x?a=1?b=2", "/configs/x", ["configs", "x"]],
])("%j is taken apart", (hash, path, parts) => {
  expect(routes.routeOf(hash)).toMatchObject({ path, parts });
});

test("a question mark in a query stays", () => {
  expect(routes.routeOf("#/configs?q=a?b").query.get("q")).toBe("a?b");
});

test("without a guard, Back and links go at once", async () => {
  expect(routes.route.value.path).toBe("/configs/new");
  tab.go(-1);
  await settled();
  expect(routes.route.value.path).toBe("/configs");
  expect(tab.hashes).toEqual(["", "#/configs", "#/configs/new"]);
});

test.each([
  ["Back", () => tab.go(-1), "/configs", 1],
  ["Back by two", () => tab.go(-2), "/", 0],
  ["a link", () => tab.press("#/events"), "/events", 3],
  ["navigate", () => routes.navigate("#/events"), "/events", 3],
  ["navigate in its place", () => routes.navigate("#/events", true), "/events", 2],
] as const)("a guard that says no keeps the place and the history: %s", async (_how, move, path, at) => {
  let answer = (_yes: boolean) => {};
  const forget = routes.guard(
    (to) =>
      new Promise((resolve) => {
        expect(to.path).toBe(path);
        answer = resolve;
      }),
  );
  move();
  await settled();
  expect(tab.hash).toBe("#/configs/new");
  answer(false);
  await settled();
  expect([tab.hash, tab.at, routes.route.value.path]).toEqual(["#/configs/new", 2, "/configs/new"]);

  move();
  await settled();
  answer(true);
  await settled();
  expect([tab.at, routes.route.value.path]).toEqual([at, path]);
  if (at < 2) expect(tab.hashes.slice(0, 3)).toEqual(["", "#/configs", "#/configs/new"]);
  forget();
  expect(routes.routeOf(tab.hash).path).toBe(path);
});

test("a further move during the question is taken back and asks nothing", async () => {
  const mayLeave = vi.fn(() => new Promise<boolean>(() => {}));
  routes.guard(mayLeave);
  tab.go(-1);
  await settled();
  tab.go(-1);
  tab.go(-1);
  await settled();
  await settled();
  expect(mayLeave).toHaveBeenCalledTimes(1);
  expect([tab.hash, routes.route.value.path]).toEqual(["#/configs/new", "/configs/new"]);
});

test("another filter of the same place asks nothing", async () => {
  const mayLeave = vi.fn(async () => false);
  routes.guard(mayLeave);
  routes.navigate("#/configs/new?q=x", true);
  tab.press("#/configs/new?q=y");
  await settled();
  expect(routes.route.value.query.get("q")).toBe("y");
  expect(mayLeave).not.toHaveBeenCalled();
});

test("all guards are asked before the session ends; one no is enough, and none is asked once they are dropped", async () => {
  const to = routes.routeOf("#/configs");
  routes.guard(async () => true);
  routes.guard(async () => false);
  expect(await routes.mayLeave(to)).toBe(false);
  routes.dropGuards();
  expect(await routes.mayLeave(to)).toBe(true);
});
