import type { JSX } from "preact";
import { t } from "../../words/words.ts";
import { Head } from "../screen.tsx";

/** The list of configurations. */
export function Configs(): JSX.Element {
  return <Head name={t("frame.configs")} />;
}
