/** Applies a fix to a stored configuration. */
import type { ConfigOverview } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Fix } from "../../gen/smtpdiag/v1/report_pb.ts";
import type { Result } from "../api/problem.ts";

/** Saves the configuration with the fix's values. `secret` is empty where the stored one is used on. */
export function applyFix(_config: ConfigOverview, _fix: Fix, _secret: string): Promise<Result<string>> {
  throw new Error("not there yet");
}
