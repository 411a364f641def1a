/** One test of the history, as a live one looks when it has ended. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";

/** `config` is null where the configuration is removed: its tests outlive it. */
export function KeptTest({ testId }: { config: ConfigOverview | null; testId: string }): JSX.Element {
  return <section class="card" key={testId} />;
}
