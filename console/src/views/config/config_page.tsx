/** One configuration: what it is, what can be done to it, and its tabs. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { ProviderState } from "../../../gen/smtpdiag/v1/instance_pb.ts";
import { ButtonLink } from "../../parts/button.tsx";
import { Loading, Pill } from "../../parts/pieces.tsx";
import { removing } from "../../state/actions.ts";
import { nameOf, readConfig } from "../../state/config.ts";
import { forgetEnded } from "../../state/config_test.ts";
import { onConfigsChanged } from "../../state/configs.ts";
import { comesBack } from "../../state/connection.ts";
import { reading } from "../../state/reading.ts";
import { hrefOf } from "../../state/route.ts";
import { t } from "../../words/words.ts";
import { ConfigEvents } from "../events/config_events.tsx";
import { Failure } from "../failure.tsx";
import { HistoryTab } from "../history/history_tab.tsx";
import { KeptTest } from "../history/kept_test.tsx";
import { Head } from "../screen.tsx";
import { ViewerNote } from "../viewer_note.tsx";
import { HeadActions } from "./head_actions.tsx";
import { SettingsTab } from "./settings_tab.tsx";
import { TestTab, useLeaveGuard } from "./test_tab.tsx";

const CRUMB = () => ({ label: t("frame.configs"), href: hrefOf(["configs"]) });

/** The tabs: the last test (the default), `history`, `settings`, `events`; `tests/ID` is one test of the history. */
export function ConfigPage({ id, tab, item }: { id: string; tab: string; item: string }): JSX.Element {
  const read = useMemo(() => {
    forgetEnded(id);
    return reading((signal) => readConfig(id, signal));
  }, [id]);
  useEffect(() => {
    const forget = onConfigsChanged(() => void read.again());
    return () => {
      forget();
      read.close();
    };
  }, [read]);
  useFocus(`${tab} ${item}`);

  const problem = read.problem.value;
  const config = read.value.value;
  useLeaveGuard(config);
  if (problem?.kind === "gone") return <Gone id={id} tab={tab} item={item} />;
  if (!config) {
    return (
      <>
        {problem && (
          <>
            <Head name={t("config.configuration")} crumb={CRUMB()} />
            <Failure problem={problem} again={() => void read.again()} />
          </>
        )}
        {!problem && read.slow.value && <Loading rows={6} label={t("config.loading")} />}
      </>
    );
  }
  return (
    <>
      <Head
        name={nameOf(config)}
        crumb={CRUMB()}
        title={<State config={config} />}
        below={<Destination config={config} />}
      >
        <HeadActions config={config} tab={tab} />
      </Head>
      <ViewerNote />
      {problem && !comesBack(problem) && <Failure problem={problem} again={() => void read.again()} />}
      <Tabs id={id} tab={tab === "tests" ? "history" : tab} />
      {tab === "history" ? (
        <HistoryTab config={config} />
      ) : tab === "tests" && item ? (
        <KeptTest config={config} testId={item} />
      ) : tab === "settings" ? (
        <SettingsTab config={config} />
      ) : tab === "events" ? (
        <ConfigEvents id={id} />
      ) : (
        <TestTab config={config} />
      )}
    </>
  );
}

/** Brings the focus to the heading where what had it is gone with the tab before. */
function useFocus(place: string): void {
  const before = useMemo(() => ({ place }), []);
  useEffect(() => {
    if (before.place === place) return;
    before.place = place;
    if (document.activeElement === document.body) document.querySelector("h1")?.focus({ preventScroll: true });
  }, [place]);
}

function State({ config }: { config: ConfigOverview }): JSX.Element {
  if (removing.value.has(config.id)) return <Pill tone="warn">{t("config.being_removed")}</Pill>;
  const active = config.state === ProviderState.ACTIVE;
  return (
    <Pill {...(active ? { tone: "ok" as const, icon: "check" as const } : {})}>
      {active ? t("state.active") : t("state.inactive")}
    </Pill>
  );
}

/** Where mail goes, as whom, and how well that is protected. */
function Destination({ config }: { config: ConfigOverview }): JSX.Element {
  const { settings } = config;
  if (settings.case !== "smtp") {
    return (
      <p class="soft small where">
        <span class="mono">{settings.value?.endpoint}</span> · {t("config.signed_posts")}
      </p>
    );
  }
  const { host, user, tls } = settings.value;
  return (
    <p class="soft small where">
      <span class="mono">{host}</span> ·{" "}
      {user ? (
        <>
          {t("config.user")} <span class="mono">{user}</span>
        </>
      ) : (
        t("config.no_login")
      )}{" "}
      · {tls ? t("config.always_encrypted") : t("config.encrypted_if_offered")}
    </p>
  );
}

function Tabs({ id, tab }: { id: string; tab: string }): JSX.Element {
  const entry = (name: string, label: string) => (
    <a href={hrefOf(name ? ["configs", id, name] : ["configs", id])} aria-current={tab === name ? "page" : undefined}>
      {label}
    </a>
  );
  return (
    <nav class="tabs" aria-label={t("config.tabs")}>
      {entry("", t("frame.test"))}
      {entry("history", t("config.history"))}
      {entry("settings", t("config.settings"))}
      {entry("events", t("frame.events"))}
    </nav>
  );
}

/** What is left of a configuration that is removed: its events, and its tests for as long as they are kept. */
function Gone({ id, tab, item }: { id: string; tab: string; item: string }): JSX.Element {
  return (
    <>
      <Head
        name={t("config.gone")}
        crumb={CRUMB()}
        below={<p class="soft small where">{t("config.gone_more", { id })}</p>}
      />
      {tab === "tests" && item ? (
        <KeptTest config={null} testId={item} />
      ) : tab === "events" ? (
        <ConfigEvents id={id} />
      ) : (
        <p class="row wrap">
          <ButtonLink href={hrefOf(["configs"])}>{t("frame.to_configs")}</ButtonLink>
          <ButtonLink href={hrefOf(["configs", id, "events"])}>{t("config.its_events")}</ButtonLink>
        </p>
      )}
    </>
  );
}
