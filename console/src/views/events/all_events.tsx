import type { JSX } from "preact";
import { t } from "../../words/words.ts";
import { Head } from "../screen.tsx";

/** The events of the instance. */
export function AllEvents(): JSX.Element {
  return <Head name={t("frame.events")} />;
}
