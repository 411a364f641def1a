/** The server: its version and clock, what is switched on, and the limits that callers meet. */
import type { Duration } from "@bufbuild/protobuf/wkt";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ServerFeatures, ServerLimits } from "../../../gen/smtpdiag/v1/server_pb.ts";
import { Icon } from "../../parts/icon.tsx";
import { Card, Facts } from "../../parts/pieces.tsx";
import { serverInfo, serverNow } from "../../state/session.ts";
import { instant } from "../../words/formats.ts";
import { has, number, t } from "../../words/words.ts";

export function ServerCards(): JSX.Element | null {
  const info = serverInfo.value;
  if (!info) return null;
  return (
    <>
      <Card title={t("settings.server")}>
        <Facts
          rows={[
            [t("settings.version"), <span key="version">mailproof {info.version}</span>],
            [t("settings.time"), <Clock key="clock" />],
            ...(info.features ? features(info.features) : []),
            [t("settings.documentation"), <Documentation key="documentation" url={info.documentation?.url ?? ""} />],
          ]}
        />
      </Card>
      {info.limits && (
        <Card title={t("settings.limits")}>
          <Facts rows={limits(info.limits)} />
        </Card>
      )}
    </>
  );
}

/** The time by the server's clock, second by second. */
function Clock(): JSX.Element {
  const [time, setTime] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setTime(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <span class="num">{instant(new Date(time))}</span>;
}

function Documentation({ url }: { url: string }): JSX.Element {
  const safe = /^https?:\/\//.test(url) ? url : "";
  return (
    <>
      <a href="/docs">{t("settings.api_pages")}</a> · <a href="/openapi.json">openapi.json</a>
      {safe && (
        <>
          {" · "}
          <a href={safe} rel="noreferrer">
            {t("settings.pages")} <Icon name="external" />
          </a>
        </>
      )}
    </>
  );
}

type Row = readonly [string, ComponentChildren];

function features(of: ServerFeatures): Row[] {
  const said = (on: boolean) => (on ? t("settings.yes") : t("settings.no"));
  const profile = `settings.egress_${of.egressProfile}`;
  return [
    [t("settings.egress"), has(profile) ? t(profile) : of.egressProfile],
    [t("settings.tls"), said(of.tls)],
    [t("settings.client_certificates"), said(of.clientCertificates)],
    [t("settings.oidc"), said(of.oidc)],
    [t("settings.secret_export"), said(of.secretExport)],
    [t("settings.single_config"), said(of.singleConfig)],
    [t("settings.sandbox"), said(of.sandbox)],
  ];
}

/** A count, of which 0 means any number. */
function count(value: number): string {
  return value === 0 ? t("settings.any_number") : number(value);
}

function seconds(duration: Duration | undefined): string {
  return duration ? t("frame.seconds", { n: Number(duration.seconds) + duration.nanos / 1e9 }) : "";
}

function limits(of: ServerLimits): Row[] {
  const share = of.concurrentTestsPerInstance;
  const days = of.keptTestsDays;
  return [
    [t("settings.longest_test"), seconds(of.testTimeout)],
    [t("settings.longest_call"), seconds(of.callTimeout)],
    [
      t("settings.at_once"),
      t("settings.per_instance_token_host", {
        instance: share === 0 ? t("settings.share") : number(share),
        token: count(of.concurrentTestsPerToken),
        host: count(of.concurrentTestsPerHost),
      }),
    ],
    [
      t("settings.per_minute"),
      t("settings.per_instance_token_host", {
        instance: count(of.testsPerMinutePerInstance),
        token: count(of.testsPerMinutePerToken),
        host: count(of.testsPerMinutePerHost),
      }),
    ],
    [t("settings.searches"), count(of.searchesPerMinute)],
    [t("settings.webhooks"), count(of.webhookPostsPerMinute)],
    [t("settings.messages"), count(of.messagesPerReceiverPerHour)],
    [
      t("settings.failed_logins"),
      t("settings.per_user_instance", {
        user: count(of.failedLoginsPerUser),
        instance: count(of.failedLoginsPerInstance),
      }),
    ],
    [t("settings.configs"), count(of.configsPerInstance)],
    [t("settings.events"), count(of.eventsPerInstance)],
    [
      t("settings.kept_tests"),
      of.keptTestsPerConfig === 0
        ? t("settings.none_kept")
        : t("settings.kept_tests_of", {
            config: number(of.keptTestsPerConfig),
            instance: count(of.keptTestsPerInstance),
          }),
    ],
    [
      t("settings.kept_for"),
      of.keptTestsPerConfig === 0 ? "" : days === 0 ? t("settings.any_age") : t("settings.days", { n: days }),
    ],
    [t("settings.exports"), count(of.exportsPerHour)],
    [t("settings.imports"), count(of.importsPerHour)],
    [t("settings.request"), t("settings.kib", { n: of.requestBytes / 1024 })],
  ];
}
