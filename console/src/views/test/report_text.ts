/** A test as Markdown, for a ticket. */
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { TestView } from "../../state/test_fold.ts";

/** Returns the report: the verdict, what to do, the steps with their times, the transcript, the versions. */
export function reportText(_view: TestView, _config: ConfigOverview | null): string {
  return "";
}
