/** The page on a code of a diagnosis. */
import type { GetFindingResponse } from "../../gen/smtpdiag/v1/findings_pb.ts";
import type { Result } from "../api/problem.ts";
import { ask, findings } from "../api/transport.ts";
import { hrefOf } from "./route.ts";

/** Reads it. Of a code that there is not, the problem names those that resemble it. */
export function readFinding(code: string, signal: AbortSignal): Promise<Result<GetFindingResponse>> {
  return ask((options) => findings.getFinding({ code }, options), signal);
}

/** Where a link of a page leads: "auth_required.md" to the page of that code. Other files are not served. */
export function hrefOfPage(target: string): string | null {
  const code = /^([a-z0-9_]+)\.md$/.exec(target)?.[1];
  return code ? hrefOf(["findings", code]) : null;
}
