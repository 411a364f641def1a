import type { JSX } from "preact";
import { t } from "../words/words.ts";
import { Head } from "./screen.tsx";

/** A test of settings that are not stored. */
export function QuickTest(): JSX.Element {
  return <Head name={t("frame.test")} />;
}
