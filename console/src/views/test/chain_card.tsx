/** The certificates that a server presented, drawn as a chain. */
import type { ComponentChild, JSX } from "preact";
import { Code } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { CopyText } from "../../parts/copy_text.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Card, Facts, Note, Pill } from "../../parts/pieces.tsx";
import { commonName } from "../../state/certificate_names.ts";
import {
  type Chain,
  type ChainState,
  certificateCode,
  chainOf,
  isSelfSigned,
  type Link,
  type Validity,
} from "../../state/chain.ts";
import { now } from "../../state/now.ts";
import type { TestView } from "../../state/test_fold.ts";
import { day } from "../../words/formats.ts";
import { t } from "../../words/words.ts";

/** Days since a test from which it is said that the bars show today and not the day of the test. */
const OLD = 86_400_000;

/** The certificate chain of a test; nothing where the test saw none. */
export function ChainCard({ view }: { view: TestView }): JSX.Element | null {
  const { report } = view;
  if (!report?.tls) return null;
  const { code, isFailure } = certificateCode(report);
  const chain = chainOf(report.tls, code, now.value, isFailure);
  const { tls } = report;
  const wasOld = view.test !== null && now.value - view.startedAt > OLD;
  return (
    <Card title={t("chain.title")} side={<StatePill chain={chain} />} class="chain-card">
      <Introduction chain={chain} />
      <ol class={`chain ${chain.state === "tolerated" ? "is-tolerated" : ""}`}>
        {chain.links.map((link, place) => (
          <ChainLink key={place} link={link} chain={chain} wanted={place === 0 ? tls.expectedName : ""} />
        ))}
      </ol>
      {chain.links.length === 0 && <p class="soft">{t("chain.empty")}</p>}
      {chain.unused.length > 0 && (
        <>
          <h3 class="chain-unused small dim">{t("chain.unused")}</h3>
          <ol class="chain is-loose">
            {chain.unused.map((link, place) => (
              <ChainLink key={place} link={{ ...link, below: "none" }} chain={chain} wanted="" />
            ))}
          </ol>
        </>
      )}
      <div class="chain-session small">
        <Facts
          rows={[
            [t("chain.session"), [tls.version, tls.cipher, tls.alpn].filter(Boolean).join(", ")],
            [t("chain.words"), tls.verifyError && <span class="mono">{tls.verifyError}</span>],
          ]}
        />
        {wasOld && <p class="dim">{t("chain.as_of_today")}</p>}
      </div>
    </Card>
  );
}

function StatePill({ chain }: { chain: Chain }): JSX.Element {
  if (chain.state === "verified")
    return (
      <Pill tone="ok" icon="check">
        {t("chain.verified")}
      </Pill>
    );
  if (chain.state === "broken")
    return (
      <Pill tone="fail" icon="cross">
        {chain.code === Code.TLS_INTERCEPTED ? t("chain.intercepted") : t("chain.broken")}
      </Pill>
    );
  return (
    <Pill tone="warn" icon="warning">
      {t("chain.unverified")}
    </Pill>
  );
}

/** What has to be known before the links are read. */
function Introduction({ chain }: { chain: Chain }): JSX.Element {
  return (
    <>
      {chain.state === "tolerated" && <Note tone="warn">{t("chain.tolerated")}</Note>}
      {chain.code === Code.TLS_INTERCEPTED && <Note tone="fail">{t("chain.made_on_the_way")}</Note>}
      {chain.code === Code.TRUST_STORE_EMPTY && <Note tone="fail">{t("chain.no_authorities")}</Note>}
      {chain.isOutOfOrder && <Note>{t("chain.out_of_order")}</Note>}
    </>
  );
}

function ChainLink({ link, chain, wanted }: { link: Link; chain: Chain; wanted: string }): JSX.Element {
  const { certificate } = link;
  const good = !link.isBroken && (link.kind === "anchor" || chain.state === "verified");
  const look = [link.kind, `below-${link.below}`, link.isBroken ? "bad" : good ? "good" : ""].join(" ");
  return (
    <li class={look}>
      <span class="n">
        <Icon
          name={
            link.isBroken
              ? chain.state === "tolerated"
                ? "warning"
                : "cross"
              : certificate && link.kind !== "anchor"
                ? "certificate"
                : "lock"
          }
        />
      </span>
      {link.below === "itself" && <Loop />}
      <div class="link">
        <div class="row between top">
          <b class={link.isBroken ? "fail" : ""}>
            <bdi>{nameOf(link)}</bdi>
          </b>
          <span class="row link-state">{stateWords(link, chain.state)}</span>
        </div>
        {link.problem && (
          <p class="small fail">
            <bdi>{link.problem}</bdi>
          </p>
        )}
        {!certificate && <p class="small soft">{explained(link, chain)}</p>}
        {link.below === "itself" && !link.problem && <p class="small soft">{t("chain.self_signed")}</p>}
        {certificate && (
          <div class="small">
            <Facts
              rows={[
                [t("chain.names"), namesOf(link, wanted)],
                [t("chain.issued_by"), issuerOf(link)],
                [
                  t("chain.valid"),
                  link.validity && certificate.notBefore && certificate.notAfter && (
                    <>
                      {day(certificate.notBefore)} – {day(certificate.notAfter)},{" "}
                      <span class={link.validity.state === "valid" ? "nowrap" : "nowrap fail"}>
                        {daysOf(link.validity)}
                      </span>
                      <Bar validity={link.validity} />
                    </>
                  ),
                ],
                [t("chain.key"), keyOf(link)],
                [t("chain.fingerprint"), certificate.fingerprint && <Fingerprint digits={certificate.fingerprint} />],
              ]}
            />
          </div>
        )}
      </div>
    </li>
  );
}

function nameOf(link: Link): string {
  if (link.kind === "unreached" || (link.kind === "unjudged" && !link.name)) return t("chain.trust_anchor");
  return link.name || t("chain.nameless");
}

/** Whether it was sent, and whether it is trusted. */
function stateWords(link: Link, state: ChainState): ComponentChild {
  const sent = link.times > 1 ? t("chain.sent_times", { n: link.times }) : t("chain.sent");
  if (link.kind === "missing")
    return (
      <Pill tone={state === "tolerated" ? "warn" : "fail"} icon={state === "tolerated" ? "warning" : "cross"}>
        {t("chain.not_sent")}
      </Pill>
    );
  if (link.kind === "unreached") return <Pill>{t("chain.not_reached")}</Pill>;
  if (link.kind === "unjudged") return <Pill>{t("chain.not_judged")}</Pill>;
  return (
    <>
      {link.sent && <Pill>{sent}</Pill>}
      {link.kind === "anchor" && (
        <Pill tone="ok" icon="check">
          {t("chain.anchor")}
        </Pill>
      )}
    </>
  );
}

/** What a link without a certificate is. */
function explained(link: Link, chain: Chain): string {
  if (link.kind === "anchor") return t("chain.anchor_text");
  if (link.kind === "unjudged") return chain.state === "unjudged" ? t("chain.unjudged_text") : t("chain.ended_above");
  if (link.kind === "missing")
    return chain.code === Code.TLS_MISSING_INTERMEDIATE ? t("chain.must_send") : t("chain.neither");
  return chain.links.some(({ kind }) => kind === "missing") ? t("chain.unreached_text") : t("chain.untrusted_root");
}

function namesOf(link: Link, wanted: string): ComponentChild {
  const certificate = link.certificate;
  if (!certificate || (link.names.length === 0 && !wanted)) return null;
  const isWrong = link.faults.has("names");
  const shown: ComponentChild[] = link.names.flatMap(({ name, isWanted }, place) => [
    place > 0 ? ", " : "",
    isWanted ? (
      <span class="ok wanted">
        <bdi>{name}</bdi>
        <span class="vh"> ({t("chain.is_wanted")})</span>
      </span>
    ) : isWrong ? (
      <del>
        <bdi>{name}</bdi>
      </del>
    ) : (
      <bdi>{name}</bdi>
    ),
  ]);
  return (
    <>
      {shown.length > 0 ? shown : t("chain.no_names")}
      {certificate.moreSans > 0 && ` ${t("chain.more_names", { n: certificate.moreSans })}`}
      {isWrong && wanted && (
        <span class="fail missing-name">
          <Icon name="cross" /> {t("chain.wanted")} <bdi class="wanted">{wanted}</bdi>
        </span>
      )}
    </>
  );
}

function issuerOf({ certificate, faults }: Link): ComponentChild {
  if (!certificate?.issuer) return null;
  if (isSelfSigned(certificate)) return <span class={faults.has("issuer") ? "fail" : ""}>{t("chain.by_itself")}</span>;
  return <bdi>{commonName(certificate.issuer)}</bdi>;
}

function keyOf({ certificate, faults }: Link): ComponentChild {
  if (!certificate?.key) return null;
  const part = (text: string, isWeak: boolean) =>
    isWeak ? (
      <span class="fail">
        {text} ({t("chain.too_weak")})
      </span>
    ) : (
      text
    );
  return (
    <>
      {part(certificate.key, faults.has("key"))}
      {certificate.signature && ", "}
      {part(certificate.signature, faults.has("signature"))}
    </>
  );
}

function daysOf({ state, days }: Validity): string {
  if (state === "early") return t("chain.begins", { n: days });
  if (days === 0) return state === "valid" ? t("chain.last_day") : t("chain.ended_today");
  return state === "valid" ? t("chain.left", { n: days }) : t("chain.ended", { n: days });
}

/** The certificate's time as a bar, with today on it. */
function Bar({ validity }: { validity: Validity }): JSX.Element {
  const today = `${validity.today}%`;
  return (
    <svg class="validity" width="100%" height="14" aria-hidden="true">
      <rect class="track" x="0" y="5" width="100%" height="4" rx="2" />
      <rect
        class={validity.state === "valid" ? "b" : "bf"}
        x={`${validity.from}%`}
        y="5"
        width={`${validity.width}%`}
        height="4"
        rx="2"
      />
      <line class="today" x1={today} x2={today} y1="0" y2="14" />
    </svg>
  );
}

/** A certificate that points at itself. */
function Loop(): JSX.Element {
  return (
    <svg class="loop" width="28" height="34" viewBox="0 0 28 34" aria-hidden="true">
      <path d="M8 1C0 20 5 30 14 30s14-10 6.5-27" />
      <path d="M25.5 6.5 20.3 2.2l-1.2 6.6" />
    </svg>
  );
}

function Fingerprint({ digits }: { digits: string }): JSX.Element {
  const pairs = digits.match(/../g) ?? [];
  const whole = pairs.join(":");
  return (
    <span class="row wrap fingerprint">
      <span class="mono" title={whole}>
        {pairs.slice(0, 3).join(":")}:…:{pairs.slice(-2).join(":")}
      </span>
      <CopyText text={whole} label={t("chain.copy_fingerprint")} />
    </span>
  );
}
