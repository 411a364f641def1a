/** What the pointer is on in the chart, beside its heading: a place that is always there, so nothing moves. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Test } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { now } from "../../state/now.ts";
import { moment, took } from "../../words/formats.ts";
import { resultText } from "./test_words.ts";

export function Readout({ tests, lit }: { tests: readonly Test[]; lit: Signal<string> }): JSX.Element {
  const test = tests.find((each) => each.id === lit.value);
  const when = test?.startTime ? moment(test.startTime, now.value) : "";
  return (
    <span class="readout wide small soft num" aria-hidden="true">
      {test && [when, resultText(test), took(test.elapsedMs)].filter(Boolean).join(" · ")}
    </span>
  );
}
