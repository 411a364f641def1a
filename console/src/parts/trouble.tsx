/** A call that failed: the sentence, the request's id, and a button to try again. */
import type { ComponentChildren, JSX } from "preact";
import { t } from "../words/words.ts";
import { Button } from "./button.tsx";
import { Note } from "./pieces.tsx";

/** `again` is left out where a further try is of no use. */
export function Trouble(props: {
  sentence: string;
  requestId?: string;
  again?: (() => void) | undefined;
  /** What follows the sentence. */
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <Note tone="fail" alert>
      {props.sentence}{" "}
      {props.requestId && <span class="dim mono">{t("frame.request_id", { id: props.requestId })}</span>}
      {props.again && (
        <span class="trouble-again">
          <Button small icon="refresh" onClick={props.again}>
            {t("frame.try_again")}
          </Button>
        </span>
      )}
      {props.children}
    </Note>
  );
}
