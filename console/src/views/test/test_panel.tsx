/** A test from its cause to its steps, while it runs and when it has ended. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Fix } from "../../../gen/smtpdiag/v1/report_pb.ts";
import type { TestView } from "../../state/test_fold.ts";

export type TestPanelProps = {
  view: TestView;
  /** The stored configuration that was tested; null for settings that are not stored. */
  config: ConfigOverview | null;
  /** Applies a verified fix and tests again. `secret` is empty where none was asked for. Left out where none may be. */
  onApply?: (fix: Fix, secret: string) => void;
  /** Tests again. Left out where that is not offered. */
  onAgain?: () => void;
  /** Cancels the test that runs; also done by Esc. Left out of a kept test. */
  onCancel?: () => void;
  /** Whether the password that was typed is still there, so that none is asked for. */
  secretAtHand?: boolean;
  /** Whether a fix is being applied. */
  applying?: boolean;
};

/** Verdict, what to do, time line and details. */
export function TestPanel(_props: TestPanelProps): JSX.Element {
  return <div class="test" />;
}

/** The time line alone, as a form has it. */
export function SlimTimeline(_props: { view: TestView }): JSX.Element {
  return <div class="tl slim" />;
}
