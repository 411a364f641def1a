/** A field with suggestions below it (WAI-ARIA combobox): typed, or chosen by arrows and Enter. */
import type { ComponentChildren, JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { FieldError } from "./field.tsx";
import { Icon } from "./icon.tsx";

export type Suggestion = { value: string; hint?: string };

/** As many suggestions are shown at most. */
const SHOWN = 50;

export function Combobox(props: {
  label: ComponentChildren;
  /** Whether the label is for readers of screens alone. */
  quiet?: boolean;
  value: string;
  onValue: (value: string) => void;
  /** What was chosen of the suggestions; without it `onValue` is told. */
  onChosen?: (value: string) => void;
  suggestions: readonly Suggestion[];
  /** Shows those alone that have what is typed. */
  filter?: boolean;
  /** What is said where there are none. */
  none?: string;
  error?: string | undefined;
  id?: string;
  mono?: boolean;
  placeholder?: string;
  inputMode?: "numeric" | "text";
  onBlur?: () => void;
  class?: string;
}): JSX.Element {
  const own = useId();
  const id = props.id ?? own;
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const wanted = props.value.trim().toLowerCase();
  const having = (begin: boolean) =>
    props.suggestions.filter(({ value }) => {
      const place = value.toLowerCase().indexOf(wanted);
      return begin ? place === 0 : place > 0;
    });
  const all = props.filter ? [...having(true), ...having(false)] : props.suggestions;
  const shown = all.slice(0, SHOWN);

  function choose(value: string): void {
    (props.onChosen ?? props.onValue)(value);
    setOpen(false);
    setAt(-1);
  }
  function go(to: number): void {
    setOpen(true);
    const next = shown.length === 0 ? -1 : (to + shown.length) % shown.length;
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") go(open ? at + 1 : Math.max(at, 0));
    else if (event.key === "ArrowUp") go(open ? (at < 0 ? -1 : at - 1) : -1);
    else if (event.key === "Enter" && open && shown[at]) choose(shown[at].value);
    else if (event.key === "Escape" && open) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div class={`f combobox ${props.class ?? ""}`}>
      <label class={props.quiet ? "vh" : "l"} for={id}>
        {props.label}
      </label>
      <div class="combobox-place">
        <input
          id={id}
          class={`in ${props.mono ? "mono" : ""} ${props.error ? "bad" : ""}`}
          role="combobox"
          aria-expanded={open && shown.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete={props.filter ? "list" : "none"}
          aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={props.error ? `${id}-error` : undefined}
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          inputMode={props.inputMode}
          placeholder={props.placeholder}
          value={props.value}
          onInput={(event) => {
            props.onValue(event.currentTarget.value);
            setOpen(true);
            setAt(-1);
          }}
          onClick={() => setOpen(true)}
          onKeyDown={onKeyDown}
          onBlur={() => {
            setOpen(false);
            props.onBlur?.();
          }}
        />
        <Icon name="chevron" class="combobox-sign" />
        <div
          class="combobox-list"
          role="listbox"
          id={`${id}-list`}
          ref={list}
          hidden={!open || (shown.length === 0 && !props.none)}
          aria-label={typeof props.label === "string" ? props.label : undefined}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
        >
          {shown.map(({ value, hint }, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus (aria-activedescendant)
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
            <div
              key={value}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onClick={() => choose(value)}
            >
              {value}
              {hint && <span class="small dim"> · {hint}</span>}
            </div>
          ))}
          {shown.length === 0 && props.none && (
            // biome-ignore lint/a11y/useFocusableInteractive: as above
            <div class="dim" role="option" aria-disabled="true" aria-selected={false}>
              {props.none}
            </div>
          )}
        </div>
      </div>
      <FieldError id={`${id}-error`} error={props.error} />
    </div>
  );
}
