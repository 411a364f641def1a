/** A button that opens a list of actions. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button.tsx";
import type { IconName } from "./icon.tsx";

export type Action = {
  label: string;
  do?: () => void;
  href?: string;
  danger?: boolean;
  /** Whether it names what is shown or chosen now. */
  current?: boolean;
};

/** The actions open below the button; arrows move, Esc and a press elsewhere close (WAI-ARIA menu button). */
export function Menu(props: {
  label: string;
  icon?: IconName;
  actions: readonly Action[];
  children?: ComponentChildren;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  const items = () => [...(root.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };

  // At once, or the next key of a person who types fast would still be for the button.
  useLayoutEffect(() => {
    if (!open) return;
    items()[0]?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);

  function onKeyDown(event: KeyboardEvent): void {
    const all = items();
    const at = all.findIndex((item) => item.matches(":focus"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) all[(at + step + all.length) % all.length]?.focus();
    else if (event.key === "Home") all[0]?.focus();
    else if (event.key === "End") all.at(-1)?.focus();
    else if (event.key === "Escape") close(true);
    else if (event.key === "Tab") {
      close(false);
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div class="menu" ref={root}>
      <Button
        look="quiet"
        icon={props.icon ?? "more"}
        label={props.label}
        expanded={open}
        hasMenu
        inner={button}
        onClick={() => setOpen(!open)}
      >
        {props.children}
      </Button>
      {open && (
        <div class="menu-list" role="menu" aria-label={props.label} onKeyDown={onKeyDown}>
          {props.actions.map((action) =>
            action.href ? (
              <a
                key={action.label}
                role="menuitem"
                tabIndex={-1}
                href={action.href}
                aria-current={action.current ? "page" : undefined}
                onClick={() => close(false)}
              >
                {action.label}
              </a>
            ) : (
              <button
                key={action.label}
                type="button"
                role="menuitem"
                tabIndex={-1}
                class={action.danger ? "fail" : ""}
                aria-current={action.current ? "true" : undefined}
                onClick={() => {
                  close(true);
                  action.do?.();
                }}
              >
                {action.label}
              </button>
            ),
          )}
        </div>
      )}
    </div>
  );
}
