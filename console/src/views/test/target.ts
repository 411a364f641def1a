/** What is tested, from the request or the kept test, and where these leave it open from the stored configuration. */
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { TlsMode } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import type { TestView } from "../../state/test_fold.ts";
import type { Plan } from "../../state/test_plan.ts";
import { serverText, typedServer } from "../../state/typed_server.ts";

export type Tested = {
  host: string;
  port: number;
  /** "host:port". */
  server: string;
  mode: TlsMode;
  user: string;
  sender: string;
  recipient: string;
};

export function testedOf({ target }: TestView, config: ConfigOverview | null): Tested {
  const smtp = config?.settings.case === "smtp" ? config.settings.value : null;
  const stored = typedServer(smtp?.host ?? "");
  const typed = typedServer(target.host);
  const host = typed?.host || target.host || stored?.host || "";
  const port = target.port || typed?.port || (target.host ? 0 : (stored?.port ?? 0));
  const demanded = smtp?.tls ? TlsMode.AUTO : TlsMode.OPPORTUNISTIC;
  return {
    host,
    port,
    server: serverText(host, port ? String(port) : ""),
    mode: target.mode || (smtp ? demanded : TlsMode.AUTO),
    user: target.user || smtp?.user || "",
    sender: target.sender || smtp?.senderAddress || "",
    recipient: target.recipient,
  };
}

export function planOf(view: TestView, tested: Tested): Plan {
  return { depth: view.depth, mode: tested.mode, port: tested.port, login: tested.user !== "" };
}
