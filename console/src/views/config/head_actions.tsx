/** The buttons in the head of a configuration's page. While a test runs there is one: to cancel it. */
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { Menu } from "../../parts/menu.tsx";
import { removing } from "../../state/actions.ts";
import { cancelTest, lastPassed, testAndOpen, testRuns } from "../../state/config_test.ts";
import { onKeys } from "../../state/keys.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";
import { t } from "../../words/words.ts";
import { furtherActions, switchAction } from "./actions.tsx";

export function HeadActions({ config, tab }: { config: ConfigOverview; tab: string }): JSX.Element | null {
  const may = canWrite.value && !removing.value.has(config.id);
  const running = testRuns(config);
  const edit = hrefOf(["configs", config.id, "edit"]);
  const present = useRef({ config, running });
  present.current = { config, running };
  useEffect(() => {
    if (!may) return;
    return onKeys({
      t: () => {
        if (present.current.running) return false;
        testAndOpen(present.current.config);
        return true;
      },
      e: () => {
        if (present.current.running) return false;
        navigate(edit);
        return true;
      },
      Escape: () => {
        if (!present.current.running) return false;
        cancelTest(present.current.config);
        return true;
      },
    });
  }, [may, edit]);

  const place = useKeptFocus(running);
  if (!may) return null;
  return (
    <div class="row wrap config-acts" ref={place}>
      {running ? <Cancel config={config} /> : <Offered config={config} tab={tab} edit={edit} />}
    </div>
  );
}

/** Hands the focus on where the button that had it is gone, as a test begins or ends; nothing else moves it. */
function useKeptFocus(running: boolean): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const before = useRef({ running, within: false });
  if (before.current.running !== running) {
    before.current = { running, within: place.current?.contains(document.activeElement) ?? false };
  }
  useLayoutEffect(() => {
    if (before.current.within) place.current?.querySelector("button")?.focus({ preventScroll: true });
    before.current.within = false;
  }, [running]);
  return place;
}

function Cancel({ config }: { config: ConfigOverview }): JSX.Element {
  return (
    <Button icon="cross" shortcut="Esc" onClick={() => cancelTest(config)}>
      {t("config.cancel_test")}
    </Button>
  );
}

function Offered({ config, tab, edit }: { config: ConfigOverview; tab: string; edit: string }): JSX.Element {
  const change = switchAction(config);
  const passed = lastPassed(config);
  // On the tab of tests the panel has the button that matters: a fix, the first test, or the post of a sample.
  const main = tab !== "" || (passed === true && config.settings.case === "smtp");
  return (
    <>
      <Button look={main ? "primary" : "plain"} icon="play" shortcut="t" onClick={() => testAndOpen(config)}>
        {passed === null ? t("config.test") : t("config.test_again")}
      </Button>
      <ButtonLink href={edit} shortcut="e">
        {t("actions.edit")}
      </ButtonLink>
      <Button {...(change.do ? { onClick: change.do } : {})}>{change.label}</Button>
      <Menu label={t("config.more")} actions={furtherActions(config)} />
    </>
  );
}
