/** A dialog over the page. Focus goes into it and comes back; Esc closes it. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";

/** Shows its children for as long as it is drawn. The element with `autofocus` has the focus first. */
export function Dialog(props: {
  title: ComponentChildren;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  const had = useRef<Element | null>(null);
  // At once, or the next key of a person who types fast would still be for the page.
  useLayoutEffect(() => {
    had.current = document.activeElement;
    element.current?.showModal();
  }, []);
  useEffect(() => {
    return () => {
      const before = had.current;
      // What had the focus may be gone by now, such as the row of what was removed: the heading then.
      const gone = !(before instanceof HTMLElement && before.isConnected && before !== document.body);
      const next = gone ? document.querySelector("h1") : before;
      if (next instanceof HTMLElement) next.focus({ preventScroll: gone });
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${props.wide ? "is-wide" : ""}`}
      aria-labelledby={id}
      tabIndex={-1}
      onCancel={(event) => {
        if (event.target !== element.current || !event.cancelable) return; // of a file field inside; see onClose
        event.preventDefault();
        props.onClose();
      }}
      onClose={(event) => {
        if (event.target === element.current) props.onClose(); // the browser closes it at a second Esc, whatever we say
      }}
    >
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}
