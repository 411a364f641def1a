/** Other settings that were tried, each with the verified fix that means it. Pure. */
import type { Alternative, Fix } from "../../gen/smtpdiag/v1/report_pb.ts";
import { Code } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { tlsModeOfId } from "../words/vocabulary.ts";
import { demandsTls, demandsTlsAs } from "./encryption.ts";
import type { Target } from "./test_fold.ts";
import { typedServer } from "./typed_server.ts";

export type Trial = { alternative: Alternative; works: boolean; fix: Fix | null };

/**
 * Returns the settings that were tried, those that work first.
 * @param fixes The report's fixes. The first verified one has its own button beside the verdict, and none here.
 */
export function trialsOf(alternatives: readonly Alternative[], fixes: readonly Fix[], target: Target): Trial[] {
  const further = fixes.filter(({ verified }) => verified).slice(1);
  return alternatives
    .map((alternative) => ({
      alternative,
      works: alternative.code === Code.OK,
      fix: further.find((fix) => alternative.code === Code.OK && means(fix, alternative, target)) ?? null,
    }))
    .sort((one, other) => Number(other.works) - Number(one.works));
}

/** Further verified fixes that no tried setting stands for, such as another user. */
export function otherFixes(trials: readonly Trial[], fixes: readonly Fix[]): Fix[] {
  const [, ...further] = fixes.filter(({ verified }) => verified);
  return further.filter((fix) => !trials.some((trial) => trial.fix === fix));
}

/** Says whether a fix leads to the settings that were tried. */
function means(fix: Fix, { host, port, tlsMode }: Alternative, target: Target): boolean {
  const wanted = { host: target.host, port: target.port };
  let isMode = true;
  for (const { setting, to } of fix.changes) {
    if (setting === "host") {
      const server = typedServer(to) ?? { host: to, port: null };
      wanted.host = server.host;
      if (server.port !== null) wanted.port = server.port;
    } else if (setting === "port") wanted.port = Number(to);
    else if (setting === "tls_mode") isMode = tlsModeOfId(to) === tlsMode;
    else if (setting === "tls") isMode = demandsTls(tlsMode) === demandsTlsAs(to);
    else return false; // no probing stands for another login
  }
  return isMode && wanted.port === port && (host === "" || host.toLowerCase() === wanted.host.toLowerCase());
}
