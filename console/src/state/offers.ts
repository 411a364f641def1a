/** What a server offers, before TLS and inside it. Pure. */
import type { EhloInfo } from "../../gen/smtpdiag/v1/report_pb.ts";
import { rowsOf, type TestView } from "./test_fold.ts";

export type Offers = {
  /** Whether the server was asked before TLS, and inside it: a list that is empty means nothing else. */
  askedBefore: boolean;
  askedInside: boolean;
  mechanisms: { name: string; before: boolean; inside: boolean }[];
  extensions: string[];
};

/** Returns what the server said in answer to EHLO. */
export function offersOf(view: TestView, ehlo: EhloInfo): Offers {
  const asked = rowsOf(view).filter((row) => row.name === "ehlo" && row.outcome === "passed");
  const names = [...new Set([...ehlo.mechanismsInsideTls, ...ehlo.mechanismsBeforeTls])];
  return {
    askedBefore: ehlo.mechanismsBeforeTls.length > 0 || asked.some((row) => !row.secure),
    askedInside: ehlo.mechanismsInsideTls.length > 0 || asked.some((row) => row.secure),
    mechanisms: names.map((name) => ({
      name,
      before: ehlo.mechanismsBeforeTls.includes(name),
      inside: ehlo.mechanismsInsideTls.includes(name),
    })),
    // A map has no order of its own; what was left out for its size ("… 37 more extensions") comes last.
    extensions: Object.entries(ehlo.extensions)
      .sort(([one], [other]) => Number(one.startsWith("…")) - Number(other.startsWith("…")) || (one < other ? -1 : 1))
      .map(([name, value]) => (value ? `${name} ${value}` : name)),
  };
}
