/** What a search has found so far: the best candidate in a place of its own, the others below as they came. */
import type { JSX } from "preact";
import { CandidateVerdict, type Clue, type TriedCandidate } from "../../../gen/smtpdiag/v1/discovery_pb.ts";
import { Code } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Button } from "../../parts/button.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { Card, Note, Pill } from "../../parts/pieces.tsx";
import { candidateKey, type Found, inForm, withCandidate } from "../../state/discovery.ts";
import type { Fields } from "../../state/form.ts";
import { sentenceOf } from "../../state/problems.ts";
import { codeName, tlsModeName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";
import { focusOn } from "./names.ts";

export function FoundCard({ found, fields }: { found: Found; fields: Fields }): JSX.Element {
  const { best, others, running, result, problem } = found;
  const tried = [best, ...others].filter((each) => each && each.verdict !== CandidateVerdict.NOT_TRIED).length;
  return (
    <Card
      class="form-found"
      bare
      title={<span class="form-found-title">{t("discovery.found_for", { address: found.address })}</span>}
      side={<span class="small dim nowrap">{tried > 0 && t("discovery.tried", { n: tried })}</span>}
    >
      <div class="form-found-best" aria-live="polite">
        {best ? (
          <Candidate candidate={best} fields={fields} best />
        ) : (
          <div class="form-found-row soft small">
            <Icon name={running ? "spinner" : "info"} />
            <div class="grow">{running ? t("discovery.searching") : <Outcome found={found} />}</div>
          </div>
        )}
      </div>
      <ol>
        {others.map((candidate) => (
          <li key={candidateKey(candidate)}>
            <Candidate candidate={candidate} fields={fields} />
          </li>
        ))}
      </ol>
      {problem && (
        <div class="in-card">
          <Note tone="warn">
            {tried > 0 ? t("discovery.broke") : ""} {sentenceOf(problem)}
          </Note>
        </div>
      )}
      {best && result && (result.advice || !result.complete) && (
        <p class="in-card small soft">
          {result.advice} {!result.complete && t("discovery.incomplete")}
        </p>
      )}
      {!running && found.clues.length > 0 && <Clues clues={found.clues} />}
    </Card>
  );
}

/** Stands in the place of the answers before there are any; not on narrow screens. */
export function HowFound(): JSX.Element {
  return (
    <Card title={t("discovery.how")} class="wide">
      <p class="small soft">{t("discovery.how_text")}</p>
    </Card>
  );
}

/** What came of a search that found no server to log in to. */
function Outcome({ found: { result, problem } }: { found: Found }): JSX.Element {
  if (!result) return <>{problem ? "" : t("discovery.nothing")}</>;
  return (
    <>
      {result.message} {result.advice} {!result.complete && t("discovery.incomplete")}
    </>
  );
}

const GLYPHS: Partial<Record<CandidateVerdict, [IconName, string]>> = {
  [CandidateVerdict.VERIFIED]: ["check", "ok"],
  [CandidateVerdict.WITHOUT_AUTH]: ["check", "dim"],
  [CandidateVerdict.FAILED]: ["cross", "dim"],
};

function Candidate(props: { candidate: TriedCandidate; fields: Fields; best?: boolean }): JSX.Element {
  const { candidate, fields, best } = props;
  const [glyph, tone] = GLYPHS[candidate.verdict] ?? ["dash", "dim"];
  const verified = candidate.verdict === CandidateVerdict.VERIFIED;
  const used = inForm(fields.draft.value, candidate);
  const server = `${candidate.host}:${candidate.port}`;
  return (
    <div class={`form-found-row ${used ? "is-used" : ""}`}>
      <span class={tone}>
        <Icon name={glyph} />
      </span>
      <div class="grow">
        <p class="mono strong cut" title={server}>
          {server}
        </p>
        <p class="small soft">
          {tlsModeName(candidate.tlsMode)} · <span class={verified ? "ok" : "dim"}>{verdictOf(candidate)}</span>
        </p>
        <p class="small dim">{candidate.reason}</p>
      </div>
      {used ? (
        <Pill>{t("discovery.in_form")}</Pill>
      ) : (
        verified && (
          <Button
            small
            look={best ? "primary" : "plain"}
            label={`${t("discovery.use")} ${server}`}
            onClick={() => {
              const next = withCandidate(fields.draft.peek(), candidate);
              fields.set(next);
              focusOn(next.user ? "secret" : "user");
            }}
          >
            {t("discovery.use")}
          </Button>
        )
      )}
    </div>
  );
}

function verdictOf({ verdict, mechanisms, code, message }: TriedCandidate): string {
  if (verdict === CandidateVerdict.VERIFIED) {
    return mechanisms.length > 0
      ? t("discovery.verified_offers", { mechanisms: mechanisms.join(", ") })
      : t("discovery.verified");
  }
  if (verdict === CandidateVerdict.WITHOUT_AUTH) return t("discovery.without_auth");
  if (verdict === CandidateVerdict.NOT_TRIED) return t("discovery.not_tried");
  return code === Code.UNSPECIFIED ? message : codeName(code);
}

/** Who was asked, and what they said. */
function Clues({ clues }: { clues: readonly Clue[] }): JSX.Element {
  return (
    <details class="form-clues">
      <summary class="small">{t("discovery.asked", { n: clues.length })}</summary>
      <dl>
        {clues.map(({ question, answer, found }) => (
          <div key={question}>
            <dt class="mono">{question}</dt>
            <dd class={`small ${found ? "soft" : "dim"}`}>{answer}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
