/** The field that the list is searched by. What is typed is in the address once the person pauses. */
import type { JSX, Ref } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../parts/icon.tsx";
import { LONGEST_SEARCH } from "../../state/list_query.ts";
import { t } from "../../words/words.ts";

const PAUSE = 200;

/** `value` is what the list shows; `onSearch` is called with what it should. */
export function Search(props: {
  value: string;
  onSearch: (search: string) => void;
  inner: Ref<HTMLInputElement>;
}): JSX.Element {
  const [typed, setTyped] = useState(props.value);
  const sent = useRef(props.value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(props.onSearch);
  latest.current = props.onSearch;

  useEffect(() => {
    if (props.value === sent.current) return; // it is what was typed here
    clearTimeout(timer.current);
    sent.current = props.value;
    setTyped(props.value); // Back, or "Clear"
  }, [props.value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function send(text: string): void {
    clearTimeout(timer.current);
    const search = text.trim();
    if (search === sent.current) return;
    sent.current = search;
    latest.current(search);
  }

  return (
    <label class="search in">
      <Icon name="search" />
      <input
        type="search"
        ref={props.inner}
        aria-label={t("list.search")}
        aria-keyshortcuts="/"
        placeholder={t("list.search")}
        maxLength={LONGEST_SEARCH}
        autoComplete="off"
        autoCapitalize="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => {
          const text = event.currentTarget.value;
          setTyped(text);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => send(text), PAUSE);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") send(event.currentTarget.value);
          else if (event.key === "Escape") event.currentTarget.blur();
          else return;
          event.preventDefault(); // else Escape empties the field
          event.stopPropagation();
        }}
      />
      <kbd class="wide" aria-hidden="true">
        /
      </kbd>
    </label>
  );
}
