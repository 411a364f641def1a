/** The way to the next page of a list, and its end. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import type { Pages } from "../state/pages.ts";
import { Failure } from "./failure.tsx";

/** `end` is said once the last page is there; the focus goes to it then, since the button that had it is gone. */
export function Older<T>(props: { pages: Pages<T>; label: string; end: string }): JSX.Element | null {
  const { pages } = props;
  const asked = useRef(false);
  const problem = pages.problem.value;
  const older = () => {
    asked.current = true;
    void pages.older();
  };
  if (problem) return <Failure problem={problem} again={older} />;
  if (!pages.more.value) {
    return asked.current ? (
      <p class="older small dim" tabIndex={-1} ref={(element) => element?.focus({ preventScroll: true })}>
        {props.end}
      </p>
    ) : null;
  }
  return (
    <p class="older">
      <Button busy={pages.busy.value} onClick={older}>
        {props.label}
      </Button>
    </p>
  );
}
