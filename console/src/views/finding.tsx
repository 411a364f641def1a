import type { JSX } from "preact";
import { codeName } from "../words/vocabulary.ts";
import { Head } from "./screen.tsx";

/** The page on a code of a diagnosis. */
export function FindingPage({ code }: { code: string }): JSX.Element {
  return <Head name={codeName(code)} />;
}
