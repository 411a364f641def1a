/** A test from its cause to its steps, while it runs and when it has ended. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Fix } from "../../../gen/smtpdiag/v1/report_pb.ts";
import { CopyButton } from "../../parts/copy_button.tsx";
import { Card } from "../../parts/pieces.tsx";
import { announce } from "../../state/announce.ts";
import { onKeys } from "../../state/keys.ts";
import { hrefOf } from "../../state/route.ts";
import { rowsOf, type TestView } from "../../state/test_fold.ts";
import { stepsLeft } from "../../state/test_plan.ts";
import { t } from "../../words/words.ts";
import { Details } from "./details.tsx";
import { reportText } from "./report_text.ts";
import { planOf, testedOf } from "./target.ts";
import { TimeLine } from "./time_line.tsx";
import { useNow } from "./use_now.ts";
import { Verdict } from "./verdict.tsx";
import { hasPassed, verdictOf } from "./verdict_words.ts";
import { WhatToDo } from "./what_to_do.tsx";

export type TestPanelProps = {
  view: TestView;
  /** The stored configuration that was tested; null for settings that are not stored. */
  config: ConfigOverview | null;
  /** Applies a verified fix and tests again. `secret` is empty where none was asked for. Left out where none may be. */
  onApply?: ((fix: Fix, secret: string) => void) | undefined;
  /** Tests again. Left out where that is not offered. */
  onAgain?: (() => void) | undefined;
  /** Cancels the test that runs; also done by Esc. Left out of a kept test. */
  onCancel?: (() => void) | undefined;
  /** Whether the password that was typed is still there, so that none is asked for. */
  secretAtHand?: boolean;
  /** Whether a fix is being applied. */
  applying?: boolean;
};

/** Verdict, what to do, time line and details. */
export function TestPanel(props: TestPanelProps): JSX.Element {
  const { view, config, onCancel } = props;
  const running = view.phase === "running";
  const waits = view.phase === "refused" && view.problem?.retryAfter != null;
  const now = useNow(running || waits);
  const tested = testedOf(view, config);
  const [used, setUsed] = useState<Fix | null>(null);
  const panel = useRef<HTMLDivElement>(null);

  useVerdictAnnounced(view, running ? "" : verdictOf(view, tested));
  useEffect(() => {
    if (!running || !onCancel) return;
    return onKeys({
      Escape: () => {
        if (document.querySelector("[role=menu]")) return false; // that is what it closes
        onCancel();
        return true;
      },
    });
  }, [running, onCancel]);
  useEffect(
    () =>
      onKeys({
        c: () => {
          panel.current?.querySelector<HTMLButtonElement>("#copy-report")?.click();
          return true;
        },
      }),
    [],
  );

  const { report } = view;
  const chosen = report?.fixes.find((fix) => fix === used) ?? report?.fixes.find((fix) => fix.verified);
  const use = (fix: Fix) => {
    setUsed(fix);
    panel.current?.scrollIntoView({ block: "nearest" });
  };
  useEffect(() => {
    if (used) panel.current?.querySelector<HTMLElement>(".apply :is(input, button)")?.focus({ preventScroll: true });
  }, [used]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: no part of a form; it takes the focus of what goes with a test
    <div ref={panel} role="group" aria-label={t("frame.test")} tabIndex={-1}>
      <Verdict view={view} tested={tested} now={now} onCancel={onCancel} onAgain={props.onAgain}>
        {report && view.phase === "done" && !hasPassed(view) && (
          <WhatToDo
            report={report}
            config={config}
            user={tested.user}
            chosen={chosen}
            onApply={props.onApply}
            secretAtHand={props.secretAtHand ?? false}
            applying={props.applying ?? false}
          />
        )}
      </Verdict>
      <Details view={view} config={config} {...(props.onApply ? { onUse: use } : {})}>
        <TimelineCard view={view} config={config}>
          <TimeLine view={view} now={now} left={stepsLeft(view, planOf(view, tested))} />
        </TimelineCard>
      </Details>
    </div>
  );
}

/** The time line's card; none of a test that was refused. It is made anew as the test ends: its place may be another. */
function TimelineCard(props: {
  view: TestView;
  config: ConfigOverview | null;
  children: JSX.Element;
}): JSX.Element | null {
  const { view, config } = props;
  const running = view.phase === "running";
  if (!running && rowsOf(view).length === 0) return null;
  const side = <Side view={view} config={config} />;
  return (
    <Card key={running ? "running" : "ended"} title={t("test.timeline")} side={side} bare>
      {props.children}
    </Card>
  );
}

/** The legend, and what can be copied. */
function Side({ view, config }: { view: TestView; config: ConfigOverview | null }): JSX.Element {
  const test = view.test?.id || view.report?.testId;
  const place = config && test ? hrefOf(["configs", config.id, "tests", test]) : "";
  return (
    <>
      {rowsOf(view).some((row) => row.secure) && (
        <span class="legend small dim wide">
          <svg width="3" height="14" aria-hidden="true">
            <rect width="3" height="14" class="inside" />
          </svg>
          {t("test.inside_tls")}
        </span>
      )}
      <span class="small dim wide">{t("test.to_scale")}</span>
      {place && (
        <CopyButton label={t("test.copy_link")} text={() => `${location.origin}${location.pathname}${place}`} />
      )}
      <CopyButton id="copy-report" label={t("test.copy_report")} shortcut="c" text={() => reportText(view, config)} />
    </>
  );
}

/** Has the verdict of a test that was seen running read aloud, once. */
function useVerdictAnnounced(view: TestView, verdict: string): void {
  const ran = useRef(false);
  useEffect(() => {
    if (view.phase === "running") ran.current = true;
    else if (ran.current) {
      ran.current = false;
      announce(verdict);
    }
  }, [view.phase]);
}

/** The time line alone, as a form has it. */
export function SlimTimeline({ view }: { view: TestView }): JSX.Element {
  const now = useNow(view.phase === "running");
  return <TimeLine view={view} now={now} left={stepsLeft(view, planOf(view, testedOf(view, null)))} slim />;
}
