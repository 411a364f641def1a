/** What a row of the table and a card both say of a configuration. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { Ago } from "../../parts/pieces.tsx";
import type { Tick } from "../../parts/tick_shapes.ts";
import { Ticks } from "../../parts/ticks.tsx";
import { now } from "../../state/now.ts";
import { certificateOf, type Tone, type Verdict, verdictOf } from "../../state/standing.ts";
import { day, exactly, inDays, took } from "../../words/formats.ts";
import { codeName, stageName, tlsVersionName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";

type Of = { config: ConfigOverview };

/** Where mail goes: host and port, or the address that it is posted to without its scheme. */
export function serverOf({ settings }: ConfigOverview): string {
  if (settings.case === "http") return settings.value.endpoint.replace(/^https?:\/\//i, "");
  return settings.value?.host ?? "";
}

/** The same as an element: where there is too little room the host is cut, and never the port. */
export function Server({ config, class: extra = "" }: Of & { class?: string }): JSX.Element {
  const server = serverOf(config);
  const [, host = server, port = ""] = (config.settings.case === "smtp" && /^(.*)(:\d+)$/.exec(server)) || [];
  return (
    <div class={`server mono ${extra}`} title={server}>
      <bdi class="cut">{host}</bdi>
      <span>{port}</span>
    </div>
  );
}

/** Who the mail is from. */
export function senderOf({ settings }: ConfigOverview): string {
  return settings.case === "smtp" ? settings.value.senderAddress : t("list.http_provider");
}

/** How the connection is secured: what is demanded, and the version that was agreed on last. */
export function securityOf({ settings, tlsVersion }: ConfigOverview): string {
  if (settings.case === "http") return /^[a-z]+(?=:)/i.exec(settings.value.endpoint)?.[0].toLowerCase() ?? "";
  const always = settings.value?.tls;
  const version = tlsVersionName(tlsVersion);
  if (!version) return always ? t("list.tls_always") : t("list.tls_if_offered");
  return always ? t("list.tls_version_always", { version }) : t("list.tls_version_if_offered", { version });
}

/** The last tests, the oldest first. */
export function LastTests({ config }: Of): JSX.Element {
  const tests = config.recentTests;
  if (tests.length === 0) {
    return (
      <span class="dim">
        <span aria-hidden="true">–</span>
        <span class="vh">{t("list.no_tests")}</span>
      </span>
    );
  }
  const ticks = tests.map((test): Tick => {
    const verdict = verdictOf(test);
    return { elapsed: test.elapsedMs, outcome: verdict === "never" ? "cancelled" : verdict };
  });
  const failed = ticks.filter((tick) => tick.outcome === "failed").length;
  return <Ticks ticks={ticks.reverse()} label={t("list.ticks", { n: ticks.length, failed })} />;
}

const LOOKS: Record<Verdict, { icon: IconName; tone: string }> = {
  passed: { icon: "check", tone: "ok" },
  failed: { icon: "cross", tone: "fail" },
  cancelled: { icon: "dash", tone: "soft" },
  never: { icon: "dash", tone: "dim" },
};

/** What came of the last test, how long ago, and where it failed or how long it took. */
export function LastTest({ config }: Of): JSX.Element {
  const test = config.lastTest;
  const verdict = verdictOf(test);
  const { icon, tone } = LOOKS[verdict];
  const words = {
    passed: () => t("state.passed"),
    failed: () => codeName(test?.code ?? ""),
    cancelled: () => t("state.cancelled"),
    never: () => t("state.never"),
  }[verdict]();
  const what = test && (verdict === "passed" ? took(test.elapsedMs) : t("list.at", { stage: stageName(test.stage) }));
  return (
    <div class={`outcome ${tone}`}>
      <Icon name={icon} />
      <div class="grow">
        <div class="cut word" title={words}>
          {verdict === "failed" && <span class="vh">{t("list.failed")} </span>}
          {words}
        </div>
        {test?.startTime && (
          <div class="cut small dim">
            <Ago when={test.startTime} now={now.value} />
            {what && ` · ${what}`}
          </div>
        )}
      </div>
    </div>
  );
}

function certificateIcon({ days, tone }: { days: number; tone: Tone }): IconName | null {
  if (tone === "plain") return null;
  return days < 0 ? "cross" : "warning";
}

/** When the server's certificate ends. */
export function CertificateEnd({ config }: Of): JSX.Element {
  const standing = certificateOf(config, now.value);
  const end = config.certificateExpireTime;
  if (!standing || !end) {
    return (
      <span class="dim">
        <span aria-hidden="true">–</span>
        <span class="vh">{t("list.no_certificate")}</span>
      </span>
    );
  }
  const icon = certificateIcon(standing);
  return (
    <>
      <div class={`row cut ${standing.tone}`}>
        {icon && <Icon name={icon} />}
        {standing.days < 0 ? t("list.expired") : inDays(standing.days)}
      </div>
      <div class="cut small dim" title={exactly(end)}>
        {day(end)}
      </div>
    </>
  );
}

/** The same in one line, for a card; nothing where no certificate was seen. */
export function CertificateLine({ config }: Of): JSX.Element | null {
  const standing = certificateOf(config, now.value);
  if (!standing || !config.certificateExpireTime) return null;
  const icon = certificateIcon(standing);
  const expired = standing.days < 0;
  return (
    <div
      class={`row small ${standing.tone === "plain" ? "dim" : standing.tone}`}
      title={exactly(config.certificateExpireTime)}
    >
      {icon && <Icon name={icon} />}
      {expired ? t("list.certificate_expired") : t("list.certificate_expires", { when: inDays(standing.days) })}
    </div>
  );
}
