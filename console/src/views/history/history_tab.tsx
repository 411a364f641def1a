/** The tests of one configuration: a chart of the last ones, and all of them as a table. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";

export function HistoryTab({ config }: { config: ConfigOverview }): JSX.Element {
  return <section class="card" key={config.id} />;
}
