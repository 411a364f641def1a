/** Buttons, and links that look like them. */
import type { ComponentChildren, JSX, Ref } from "preact";
import { Icon, type IconName } from "./icon.tsx";

type Look = "plain" | "primary" | "quiet" | "danger";

type Props = {
  look?: Look;
  small?: boolean;
  icon?: IconName;
  /** The single key that does the same; shown on wide screens. */
  shortcut?: string;
  /** The name for readers of screens, where the button shows an icon alone. */
  label?: string;
  class?: string;
  children?: ComponentChildren;
};

function classes({ look = "plain", small, class: extra = "" }: Props): string {
  return ["btn", look === "plain" ? "" : look, small ? "sm" : "", extra].filter(Boolean).join(" ");
}

function Inside({ icon, shortcut, children }: Props): JSX.Element {
  return (
    <>
      {icon && <Icon name={icon} />}
      {children}
      {shortcut && (
        <kbd class="wide" aria-hidden="true">
          {shortcut}
        </kbd>
      )}
    </>
  );
}

/** A button. It says `busy` while what it began is under way, and takes no second press then. */
export function Button(
  props: Props & {
    onClick?: (event: MouseEvent) => void;
    type?: "button" | "submit";
    disabled?: boolean;
    busy?: boolean;
    expanded?: boolean;
    hasMenu?: boolean;
    id?: string;
    /** Whether it has the focus first in a dialog. */
    first?: boolean;
    inner?: Ref<HTMLButtonElement>;
  },
): JSX.Element {
  const { busy = false, onClick } = props;
  return (
    <button
      type={props.type ?? "button"}
      class={classes(props)}
      disabled={props.disabled}
      aria-label={props.label}
      title={props.label}
      aria-busy={busy}
      aria-disabled={busy}
      aria-expanded={props.expanded}
      aria-haspopup={props.hasMenu ? "menu" : undefined}
      aria-keyshortcuts={props.shortcut}
      id={props.id}
      // biome-ignore lint/a11y/noAutofocus: only in a dialog, which takes the focus anyway
      autoFocus={props.first}
      ref={props.inner}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      <Inside {...props} {...(busy ? { icon: "spinner" as const } : {})}>
        {busy && !props.icon ? <span class="beneath">{props.children}</span> : props.children}
      </Inside>
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink(props: Props & { href: string }): JSX.Element {
  return (
    <a class={classes(props)} href={props.href} aria-label={props.label} aria-keyshortcuts={props.shortcut}>
      <Inside {...props} />
    </a>
  );
}
