/** What every screen has: a title, a heading that gets the focus, and room for its own buttons. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** The head of a screen. `name` is also the title of the page. The heading has the focus after a change of place. */
export function Head(props: {
  name: string;
  title?: ComponentChildren;
  crumb?: { label: string; href: string };
  below?: ComponentChildren;
  children?: ComponentChildren;
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.name} · mailproof`;
  }, [props.name]);
  useEffect(() => {
    if (!document.querySelector("dialog[open]")) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      {props.crumb && (
        <p class="crumb">
          <a href={props.crumb.href}>{props.crumb.label}</a>
        </p>
      )}
      <div class={`head ${props.below ? "" : "mid"}`}>
        <div class="grow">
          <div class="row wrap">
            <h1 ref={heading} tabIndex={-1}>
              {props.name}
            </h1>
            {props.title}
          </div>
          {props.below}
        </div>
        {props.children && <div class="row acts">{props.children}</div>}
      </div>
    </>
  );
}
