/** Keys and clicks of the list. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { onKeys } from "../../state/keys.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";

const ROW = "[data-config]";
const LINK = "a.config-link";

/** Whether the arrows mean something else where they are pressed: in a menu or a choice. */
function ownArrows({ target }: KeyboardEvent): boolean {
  return (
    target instanceof Element && target.closest("select, textarea, [role=menu], input:not([type=search])") !== null
  );
}

/** Moves the focus to the row before or after; from elsewhere to the first one. */
function move(rows: HTMLElement | null, by: number): boolean {
  const links = [...(rows?.querySelectorAll<HTMLElement>(LINK) ?? [])];
  const present = document.activeElement?.closest(ROW);
  const at = links.findIndex((link) => present?.contains(link));
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1);
  links[next]?.focus();
  links[next]?.scrollIntoView({ block: "nearest" });
  return links.length > 0;
}

/**
 * Lets keys and clicks work while the list is shown.
 * @param rows What has the rows.
 * @param test Tests the configuration of an id.
 */
export function useListKeys(
  rows: RefObject<HTMLElement | null>,
  search: RefObject<HTMLInputElement | null>,
  adds: boolean,
  test: (id: string) => void,
): void {
  const latest = useRef(test);
  latest.current = test;
  useEffect(() => {
    const by = (step: number) => (event: KeyboardEvent) => !ownArrows(event) && move(rows.current, step);
    const [down, up] = [by(1), by(-1)];
    return onKeys({
      "/": () => {
        search.current?.focus();
        search.current?.select();
        return search.current !== null;
      },
      n: () => {
        if (!adds) return false;
        navigate(hrefOf(["configs", "new"]));
      },
      t: () => {
        const id = document.activeElement?.closest<HTMLElement>(ROW)?.dataset.config;
        if (!id || !canWrite.peek()) return false;
        latest.current(id);
      },
      j: down,
      k: up,
      ArrowDown: down,
      ArrowUp: up,
    });
  }, [adds]);

  // A click anywhere on a row opens it, as its link does; selected text and what can be pressed stay as they are.
  useEffect(() => {
    const clicked = (event: MouseEvent) => {
      if (event.button !== 0 || event.defaultPrevented || !(event.target instanceof Element)) return;
      const row = event.target.closest<HTMLElement>(ROW);
      if (!row || !rows.current?.contains(row) || event.target.closest("a, button, [role=menu]")) return;
      if (getSelection()?.isCollapsed === false) return;
      const href = row.querySelector<HTMLAnchorElement>(LINK)?.getAttribute("href");
      if (!href) return;
      if (event.ctrlKey || event.metaKey) open(href, "_blank", "noopener");
      else navigate(href);
    };
    document.addEventListener("click", clicked);
    return () => document.removeEventListener("click", clicked);
  }, []);
}
