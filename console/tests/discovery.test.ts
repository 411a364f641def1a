import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  CandidateVerdict,
  ClueSchema,
  DiscoverSettingsResponseSchema,
  DiscoveryResultSchema,
  type TriedCandidate,
  TriedCandidateSchema,
} from "../gen/smtpdiag/v1/discovery_pb.ts";
import { TlsMode } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import { emptyFound, type Found, foundMore, inForm, withCandidate } from "../src/state/discovery.ts";
import { emptyDraft } from "../src/state/draft.ts";

const { VERIFIED, FAILED } = CandidateVerdict;

function tried(host: string, rank: number, verdict = VERIFIED, more: Partial<TriedCandidate> = {}): TriedCandidate {
  const settings = { host, rank, verdict, port: 587, tlsMode: TlsMode.STARTTLS, ...more };
  return create(TriedCandidateSchema, settings as never);
}

/** What is found after these candidates, and the result where there is one. */
function after(candidates: TriedCandidate[], result?: TriedCandidate[]): Found {
  const events = candidates.map((value) => ({ case: "candidate" as const, value }));
  const last = { case: "result" as const, value: create(DiscoveryResultSchema, { candidates: result ?? [] }) };
  return [...events, ...(result ? [last] : [])].reduce(
    (found, event) => foundMore(found, create(DiscoverSettingsResponseSchema, { event })),
    emptyFound("me@example.com"),
  );
}

const names = ({ best, others }: Found) => [best?.host ?? "", ...others.map(({ host }) => host)];

test.each<[string, TriedCandidate[], TriedCandidate[] | undefined, string[]]>([
  ["nothing came", [], undefined, [""]],
  ["what failed is never the best", [tried("a", 1, FAILED)], undefined, ["", "a"]],
  ["the first verified one is", [tried("a", 2, FAILED), tried("b", 3)], undefined, ["b", "a"]],
  ["a better one takes its place", [tried("a", 2), tried("b", 1)], undefined, ["b", "a"]],
  ["a worse one goes behind", [tried("a", 1), tried("b", 2), tried("c", 3)], undefined, ["a", "b", "c"]],
  [
    "what came moves not when the best is another",
    [tried("x", 9, FAILED), tried("a", 2), tried("y", 8, FAILED), tried("b", 1)],
    undefined,
    ["b", "x", "y", "a"],
  ],
  ["the result adds what was not tried", [tried("a", 1)], [tried("a", 1), tried("b", 2, FAILED)], ["a", "b"]],
  [
    "another best of the result exchanges places",
    [tried("a", 1), tried("b", 2)],
    [tried("b", 1), tried("a", 2)],
    ["b", "a"],
  ],
  ["a result without a verified one", [tried("a", 1, FAILED)], [tried("a", 1, FAILED)], ["", "a"]],
])("%s", (_name, candidates, result, expected) => {
  const found = after(candidates, result);
  expect(names(found)).toEqual(expected);
  expect(found.running).toBe(result === undefined);
});

test("one setting is in one place, however often it is told", () => {
  const other = tried("a", 1, VERIFIED, { port: 465, tlsMode: TlsMode.IMPLICIT });
  expect(names(after([tried("a", 2), tried("a", 2), other]))).toEqual(["a", "a"]);
});

test("clues are kept in their order", () => {
  const events = ["one", "two"].map((question) => ({ case: "clue" as const, value: create(ClueSchema, { question }) }));
  const found = events.reduce(
    (before, event) => foundMore(before, create(DiscoverSettingsResponseSchema, { event })),
    emptyFound("me@example.com"),
  );
  expect(found.clues.map(({ question }) => question)).toEqual(["one", "two"]);
});

test("a candidate is taken into the form; what it does not know stays", () => {
  const draft = { ...emptyDraft(), user: "typed", secret: "s", tls: false };
  const used = withCandidate(draft, tried("a", 1, VERIFIED, { port: 465, tlsMode: TlsMode.IMPLICIT }));
  expect(used).toMatchObject({ host: "a", port: "465", tls: true, user: "typed", secret: "s" });
  expect(withCandidate(draft, tried("a", 1, VERIFIED, { user: "me" })).user).toBe("me");
  expect(withCandidate(draft, tried("a", 1, VERIFIED, { tlsMode: TlsMode.NONE })).tls).toBe(false);
  expect(withCandidate({ ...draft, login: "none" }, tried("a", 1, VERIFIED, { user: "me" })).login).toBe("password");
  expect(inForm(used, tried("A", 1, VERIFIED, { port: 465 }))).toBe(true);
  expect(inForm(used, tried("a", 1))).toBe(false);
});
