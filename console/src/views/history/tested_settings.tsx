/** What was tested then, and what of the configuration is other now. */
import type { ComponentChildren, JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Test } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { Card, Facts, Note } from "../../parts/pieces.tsx";
import { changedSince } from "../../state/changed_since.ts";
import { isOwn } from "../../state/history.ts";
import { hrefOf } from "../../state/route.ts";
import { tlsModeName, tlsModeOfId } from "../../words/vocabulary.ts";
import { number, t } from "../../words/words.ts";
import { depthText, settingName } from "./test_words.ts";

/** The settings in the order in which a form has them; those that are not known here come after them. */
const ORDER = ["host", "port", "tls_mode", "user", "login", "mechanism", "sender", "recipient", "ehlo_name"];

export function TestedSettings({ test, config }: { test: Test; config: ConfigOverview | null }): JSX.Element | null {
  const names = [...ORDER, ...Object.keys(test.tested).filter((name) => !ORDER.includes(name))];
  const rows = names.map((name): [string, ComponentChildren] => [settingName(name), shownValue(test, name)]);
  if (config && Object.keys(test.tested).length === 0) return null; // of a post nothing is known
  const sequence = t("history.at_event", { number: number(Number(test.configSequence)) });
  return (
    <Card title={t("history.tested")} side={<span class="small dim">{sequence}</span>} class="tested">
      <Since test={test} config={config} />
      <Facts rows={[...rows, [t("history.depth"), test.depth ? depthText(test) : ""]]} />
    </Card>
  );
}

function shownValue(test: Test, name: string): ComponentChildren {
  const value = test.tested[name];
  if (!value) return "";
  const shown =
    name === "tls_mode" ? (
      tlsModeName(tlsModeOfId(value))
    ) : name === "login" ? (
      settingName(value)
    ) : (
      <bdi class="mono">{value}</bdi>
    );
  if (!test.overridden.includes(name)) return shown;
  return (
    <>
      {shown} <span class="small dim">{t("history.not_as_stored")}</span>
    </>
  );
}

/** Whether what was tested is what is stored now. */
function Since({ test, config }: { test: Test; config: ConfigOverview | null }): JSX.Element | null {
  if (!config) return <Note>{t("history.config_removed")}</Note>;
  const changed = changedSince(test, config);
  return (
    <>
      {!isOwn(test) && (
        <Note>{t("history.other_settings_kept", { names: test.overridden.map(settingName).join(", ") })}</Note>
      )}
      {changed.length > 0 && (
        <Note tone="warn">
          {t("history.changed_since", { names: changed.map(settingName).join(", ") })}{" "}
          <a href={hrefOf(["configs", config.id, "events"])}>{t("history.to_events")}</a>
        </Note>
      )}
    </>
  );
}
