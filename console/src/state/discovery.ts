/** The search for the servers of a mail address: a fold over what the stream tells, and the search itself. */
import { type ReadonlySignal, signal } from "@preact/signals";
import {
  CandidateVerdict,
  type Clue,
  type DiscoverSettingsResponse,
  type DiscoveryResult,
  type TriedCandidate,
} from "../../gen/smtpdiag/v1/discovery_pb.ts";
import type { Problem } from "../api/problem.ts";
import { discovery, follow } from "../api/transport.ts";
import { noticed } from "./connection.ts";
import type { Draft } from "./draft.ts";
import { demandsTls } from "./encryption.ts";

export type Found = {
  address: string;
  running: boolean;
  /** The best verified candidate so far. Its place on the page is kept from the beginning. */
  best: TriedCandidate | null;
  /** The others as they came: each is put behind the others, so that nothing moves. */
  others: readonly TriedCandidate[];
  clues: readonly Clue[];
  result: DiscoveryResult | null;
  problem: Problem | null;
};

export function emptyFound(address: string): Found {
  return { address, running: true, best: null, others: [], clues: [], result: null, problem: null };
}

/** What a candidate is known by. */
export function candidateKey({ host, port, tlsMode }: TriedCandidate): string {
  return `${host} ${port} ${tlsMode}`;
}

const verified = (candidate: TriedCandidate | null | undefined): candidate is TriedCandidate =>
  candidate?.verdict === CandidateVerdict.VERIFIED;

/** Takes up one candidate: a better one takes the first place, and the former best goes behind the others. */
function taken(found: Found, candidate: TriedCandidate): Found {
  const key = candidateKey(candidate);
  const same = (other: TriedCandidate) => candidateKey(other) === key;
  if (found.best && same(found.best)) return { ...found, best: candidate };
  const at = found.others.findIndex(same);
  if (at >= 0) return { ...found, others: found.others.with(at, candidate) };
  if (!verified(candidate)) return { ...found, others: [...found.others, candidate] };
  if (!found.best) return { ...found, best: candidate };
  const [first, second] = candidate.rank < found.best.rank ? [candidate, found.best] : [found.best, candidate];
  return { ...found, best: first, others: [...found.others, second] };
}

export function foundMore(found: Found, { event }: DiscoverSettingsResponse): Found {
  if (event.case === "candidate") return taken(found, event.value);
  if (event.case === "clue") return { ...found, clues: [...found.clues, event.value] };
  if (event.case !== "result") return found;
  const all = event.value.candidates.reduce(taken, found);
  const first = event.value.candidates[0];
  const ended = { ...all, result: event.value, running: false };
  if (!verified(first) || !all.best || candidateKey(first) === candidateKey(all.best)) return ended;
  // The order changed with the last answer: the two exchange their places.
  const at = all.others.findIndex((other) => candidateKey(other) === candidateKey(first));
  return at < 0 ? ended : { ...ended, best: first, others: all.others.with(at, all.best) };
}

/** The settings with those of a candidate in their place. What it does not know stays. */
export function withCandidate(draft: Draft, candidate: TriedCandidate): Draft {
  return {
    ...draft,
    host: candidate.host,
    port: String(candidate.port),
    tls: demandsTls(candidate.tlsMode),
    user: candidate.user || draft.user,
    login: draft.login === "none" && candidate.user ? "password" : draft.login,
  };
}

/** Says whether the form has what the candidate is. */
export function inForm(draft: Draft, candidate: TriedCandidate): boolean {
  return draft.host.trim().toLowerCase() === candidate.host.toLowerCase() && draft.port === String(candidate.port);
}

export type Search = { found: ReadonlySignal<Found>; cancel: () => void };

/** Begins a search. */
export function search(address: string): Search {
  const found = signal(emptyFound(address));
  const controller = new AbortController();
  void follow(
    (options) => discovery.discoverSettings({ address }, options),
    controller.signal,
    (message) => {
      found.value = foundMore(found.peek(), message);
    },
  ).then((problem) => {
    if (problem && problem.kind !== "aborted") noticed(problem);
    found.value = { ...found.peek(), running: false, problem: problem?.kind === "aborted" ? null : problem };
  });
  return { found, cancel: () => controller.abort() };
}
