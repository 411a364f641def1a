/** Whether a kept test still speaks of the settings as they are. Pure. */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { ConfigOverview } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Test } from "../../gen/smtpdiag/v1/test_pb.ts";
import { lookedUp, typedServer } from "./typed_server.ts";

/**
 * What of a configuration is other than a test had it: names as `tested` has them, and "secret". Activation, say, changes
 * none. What the test noted nothing of, or had otherwise than stored, can't be compared.
 */
export function changedSince(test: Test, config: ConfigOverview): string[] {
  if (config.settings.case !== "smtp" || test.configSequence >= config.sequence) return [];
  const { tested, startTime } = test;
  const now = config.settings.value;
  const server = typedServer(now.host);
  const own = (name: string) => Object.keys(tested).length > 0 && !test.overridden.includes(name);
  const isOther = (name: string, value: string) => own(name) && Boolean(tested[name]) && tested[name] !== value;
  const demanded = tested.tls_mode !== "opportunistic" && tested.tls_mode !== "none";
  const differs: Record<string, boolean> = {
    host: own("host") && Boolean(tested.host) && lookedUp(tested.host ?? "") !== lookedUp(server?.host ?? now.host),
    port: isOther("port", String(server?.port ?? "")),
    tls_mode: own("tls_mode") && Boolean(tested.tls_mode) && now.tls !== demanded,
    user: own("user") && now.user !== (tested.user ?? ""), // without a login it notes none
    sender: isOther("sender", now.senderAddress),
    secret: Boolean(config.secretTime && startTime && timestampMs(config.secretTime) > timestampMs(startTime)),
  };
  return Object.keys(differs).filter((name) => differs[name]);
}
