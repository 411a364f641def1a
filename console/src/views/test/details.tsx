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

type Props = {
  view: TestView;
  config: ConfigOverview | null;
  /** Chooses a further verified fix. Left out where none may be applied. */
  onUse?: (fix: Fix) => void;
  /** The time line. Where the certificates are what went wrong, the chain stands beside it on wide screens. */
  children?: JSX.Element;
};

/** The time line and the cards below it. Nothing but the time line is drawn while the test runs. */
export function Details({ view, config, onUse, children }: Props): JSX.Element | null {
  if (view.phase === "running") return children ?? null;
  const { report } = view;
  const isBeside = !!children && !!report?.tls && certificateCode(report).isFailure;
  const chain = <ChainCard view={view} />;
  const since = <SinceCard view={view} config={config} />;
  const tried = <TriedCard view={view} {...(onUse ? { onUse } : {})} />;
  const words = <WordsCard view={view} />;
  const addresses = <AddressesCard view={view} />;
  const warnings = <WarningsCard view={view} />;
  const offers = <OffersCard view={view} />;
  const transcript = <TranscriptCard view={view} />;
  if (isBeside) {
    return (
      <div class="beside">
        <div>{children}</div>
        <div class="beside-chain">
          {chain}
          {since}
          {warnings}
        </div>
        <div>
          {tried}
          {words}
          {addresses}
          {transcript}
          {offers}
        </div>
      </div>
    );
  }
  return (
    <>
      {children}
      <div class="details">
        {since}
        {tried}
        {words}
        {addresses}
        {chain}
        {warnings}
        {offers}
        {transcript}
      </div>
    </>
  );
}
