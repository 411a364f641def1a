/** Applies a fix to a stored configuration. */
import type { ConfigOverview } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Fix } from "../../gen/smtpdiag/v1/report_pb.ts";
import type { Result } from "../api/problem.ts";
import { draftOf, fixedDraft, saveDraft } from "./draft.ts";

/**
 * Stores the configuration with the fix's values, unless it has changed since it was read.
 * @param secret The password or client secret; empty where the stored one is used on.
 * @returns The configuration's id.
 */
export function applyFix(config: ConfigOverview, fix: Fix, secret: string): Promise<Result<string>> {
  return saveDraft(config.id, { ...fixedDraft(draftOf(config), fix), secret }, config.sequence);
}
