/** Everything below the time line, each a card, only where there is something. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Fix } from "../../../gen/smtpdiag/v1/report_pb.ts";
import type { TestView } from "../../state/test_fold.ts";

type Props = {
  view: TestView;
  config: ConfigOverview | null;
  /** Applies a further verified fix. Without it none is offered. */
  onUse?: (fix: Fix) => void;
};

/** Draws nothing while the test runs. */
export function Details(_props: Props): JSX.Element | null {
  return null;
}

/** The certificate chain as a card of its own. */
export function ChainCard(_props: { view: TestView }): JSX.Element | null {
  return null;
}

/** The time line (`children`), and beside it on wide screens the certificate chain where that is what went wrong. */
export function BesideChain(props: { view: TestView; children: JSX.Element }): JSX.Element {
  return props.children;
}
