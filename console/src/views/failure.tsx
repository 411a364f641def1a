/** A call that failed: what happened, what the service's log knows it by, and another try where that is of use. */
import type { ComponentChildren, JSX } from "preact";
import type { Problem } from "../api/problem.ts";
import { Trouble } from "../parts/trouble.tsx";
import { sentenceOf } from "../state/problems.ts";

export function Failure(props: {
  problem: Problem;
  /** Said in place of the problem's own sentence. */
  sentence?: string | undefined;
  again?: (() => void) | undefined;
  children?: ComponentChildren;
}): JSX.Element {
  const { problem, sentence = sentenceOf(problem) } = props;
  return (
    <Trouble sentence={sentence} requestId={problem.requestId} again={props.again}>
      {props.children}
    </Trouble>
  );
}
