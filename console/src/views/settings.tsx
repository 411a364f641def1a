import type { JSX } from "preact";
import { t } from "../words/words.ts";
import { Head } from "./screen.tsx";

/** Language, theme, keys; whose token this is; the server. */
export function Settings(): JSX.Element {
  return <Head name={t("frame.settings")} />;
}
