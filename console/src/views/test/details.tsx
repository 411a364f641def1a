/** Everything below the time line, each a card, only where there is something. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Fix } from "../../../gen/smtpdiag/v1/report_pb.ts";
import { certificateCode } from "../../state/chain.ts";
import type { TestView } from "../../state/test_fold.ts";
import { ChainCard } from "./chain_card.tsx";
import { SinceCard, WarningsCard } from "./findings_cards.tsx";
import { OffersCard, TranscriptCard, WordsCard } from "./server_cards.tsx";
import { AddressesCard, TriedCard } from "./tried_cards.tsx";

export { ChainCard };

/** Says whether the certificates are what went wrong: the chain then stands beside the time line. */
function isBeside({ phase, report }: TestView): boolean {
  return phase === "done" && !!report?.tls && certificateCode(report).isFailure;
}

/** The time line (`children`). Where the certificates are what went wrong, the chain is beside it on wide screens. */
export function BesideChain({ view, children }: { view: TestView; children: JSX.Element }): JSX.Element {
  if (!isBeside(view)) return children;
  return (
    <div class="beside">
      <div>{children}</div>
      <div class="beside-chain">
        <ChainCard view={view} />
      </div>
      <div>
        <TranscriptCard view={view} />
      </div>
    </div>
  );
}

/**
 * The cards below the time line; none while the test runs.
 * @param onUse Chooses a further verified fix. Left out where none may be applied.
 */
export function Details(props: {
  view: TestView;
  config: ConfigOverview | null;
  onUse?: (fix: Fix) => void;
}): JSX.Element | null {
  const { view, config, onUse } = props;
  if (view.phase === "running") return null;
  const isShown = isBeside(view);
  return (
    <div class="details">
      <SinceCard view={view} config={config} />
      <TriedCard view={view} {...(onUse ? { onUse } : {})} />
      <WordsCard view={view} />
      <AddressesCard view={view} />
      {!isShown && <ChainCard view={view} />}
      <WarningsCard view={view} />
      <OffersCard view={view} />
      {!isShown && <TranscriptCard view={view} />}
    </div>
  );
}
