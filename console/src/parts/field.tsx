/** A field of a form with its label, what is said below it and what is wrong with it. */

import type { ComponentChildren, JSX, Ref } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icon.tsx";

/** What a field hands on to its element. */
type Input = {
  autoFocus?: boolean;
  inputMode?: "email" | "numeric" | "text" | "url";
  maxLength?: number;
  onBlur?: (event: FocusEvent) => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  onPaste?: (event: ClipboardEvent) => void;
  placeholder?: string;
};

export type FieldProps = Input & {
  label: ComponentChildren;
  value: string;
  onValue: (value: string) => void;
  /** What is wrong, as a sentence. */
  error?: string | undefined;
  hint?: ComponentChildren;
  mono?: boolean;
  /** A secret: never filled in, never checked for spelling, never remembered. */
  secret?: boolean;
  /** Drawn as dots, but not a password to the browser, which then doesn't offer to store it. */
  concealed?: boolean;
  id?: string;
  wide?: boolean;
  inner?: Ref<HTMLInputElement>;
};

/** One line of text. */
export function Field({
  label,
  value,
  onValue,
  error,
  hint,
  mono,
  secret,
  concealed,
  id,
  wide,
  inner,
  ...input
}: FieldProps): JSX.Element {
  const own = useId();
  const name = id ?? own;
  const described = [error ? `${name}-error` : "", hint ? `${name}-hint` : ""].filter(Boolean).join(" ");
  const hidden = secret ? ({ type: "password", autoComplete: "new-password", spellcheck: false } as const) : {};
  return (
    <div class={`f ${wide ? "grow" : ""}`}>
      <label class="l" for={name}>
        {label}
      </label>
      <input
        autoComplete="off"
        autoCapitalize="off"
        spellcheck={false}
        {...input}
        {...hidden}
        id={name}
        ref={inner}
        class={`in ${mono ? "mono" : ""} ${concealed ? "concealed" : ""} ${error ? "bad" : ""}`}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
      />
      {hint && (
        <span class="h" id={`${name}-hint`}>
          {hint}
        </span>
      )}
      <FieldError id={`${name}-error`} error={error} />
    </div>
  );
}

/** What is wrong with a field. */
export function FieldError({ id, error }: { id: string; error: string | undefined }): JSX.Element | null {
  if (!error) return null;
  return (
    <span class="e" id={id}>
      <Icon name="warning" />
      <span>{error}</span>
    </span>
  );
}

/** One choice of a few, each with its explanation. */
export function Choices<T extends string>(props: {
  legend: ComponentChildren;
  value: T;
  onValue: (value: T) => void;
  choices: readonly { value: T; label: ComponentChildren; hint?: ComponentChildren }[];
  inline?: boolean;
  error?: string | undefined;
}): JSX.Element {
  const name = useId();
  return (
    <fieldset class="choices" aria-describedby={props.error ? `${name}-error` : undefined}>
      <legend class="l">{props.legend}</legend>
      <div class={props.inline ? "row wrap" : ""}>
        {props.choices.map((choice) => (
          <label class="radio" key={choice.value}>
            <input
              type="radio"
              name={name}
              checked={choice.value === props.value}
              onChange={() => props.onValue(choice.value)}
            />
            <span>
              {choice.label}
              {choice.hint && <span class="small dim"> · {choice.hint}</span>}
            </span>
          </label>
        ))}
      </div>
      <FieldError id={`${name}-error`} error={props.error} />
    </fieldset>
  );
}
