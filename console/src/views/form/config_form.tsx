import type { JSX } from "preact";
import { t } from "../../words/words.ts";
import { Head } from "../screen.tsx";

/** Adds a configuration. */
export function NewConfig(): JSX.Element {
  return <Head name={t("frame.configs")} />;
}

/** Changes a configuration. */
export function EditConfig({ id }: { id: string }): JSX.Element {
  return <Head name={id} />;
}
