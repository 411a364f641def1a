/** The events of one configuration. */
import type { JSX } from "preact";

export function ConfigEvents({ id }: { id: string }): JSX.Element {
  return <section class="card" key={id} />;
}
