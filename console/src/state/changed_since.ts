/** Whether a kept test still speaks of the settings as they are. */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { ConfigOverview } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Test } from "../../gen/smtpdiag/v1/test_pb.ts";
import { lookedUp, typedServer } from "./typed_server.ts";

/** Says whether a setting that the test used is another one now, or the secret is. Activation, say, changes neither. */
export function changedSince(config: ConfigOverview, test: Test): boolean {
  const { settings, secretTime } = config;
  if (settings.case !== "smtp") return false;
  if (secretTime && test.startTime && timestampMs(secretTime) > timestampMs(test.startTime)) return true;
  const { host, user, senderAddress, tls } = settings.value;
  const server = typedServer(host);
  const present: Record<string, string> = {
    host: lookedUp(server?.host ?? host),
    port: String(server?.port ?? ""),
    user,
    sender: senderAddress,
    tls_mode: tls ? "auto" : "opportunistic",
  };
  return Object.entries(present).some(([name, value]) => {
    const tested = test.tested[name];
    if (tested === undefined) return false; // what was not noted can't be compared
    return (name === "host" ? lookedUp(tested) : tested) !== value;
  });
}
