import type { JSX } from "preact";
import { Head } from "../screen.tsx";

/** One configuration with its tabs: the last test (the default), `history`, `settings`, `events`, `tests/ID`. */
export function ConfigPage({ id }: { id: string; tab: string; item: string }): JSX.Element {
  return <Head name={id} />;
}
