import { describe, expect, test } from "vitest";
import type { Certificate } from "../gen/smtpdiag/v1/report_pb.ts";
import { Code, Outcome, Stage } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import { type Chain, certificateCode, chainOf, validityOf } from "../src/state/chain.ts";
import { certificate, daysFromNow, leaf, NOW, report, session } from "./reports_by_hand.ts";

const ROOT = "CN=Acme Root";
const ISSUING = "CN=Acme Issuing CA 2";
const issuing = certificate(ISSUING, ROOT);
const root = certificate(ROOT, ROOT);
const own = leaf(ISSUING);

/** A chain in one line: each link with whether it is broken, what it is and what leads on from it. */
function drawn(chain: Chain): string {
  const lines = { whole: " –– ", broken: " -✗- ", itself: " ↺", none: "" };
  return chain.links
    .map((link) => `${link.isBroken ? "!" : ""}${link.kind}(${link.name})${lines[link.below]}`)
    .join("");
}

const broken = (chain: Certificate[], more = {}) => session(chain, { verifyError: "no", ...more });

describe("a chain is drawn with its break where it is", () => {
  const cases: [string, ReturnType<typeof session>, Code, string, string][] = [
    [
      "trusted, the root not sent",
      session([own, issuing], { verified: true, trustAnchor: ROOT }),
      Code.OK,
      "verified",
      "certificate(smtp.example.com) –– certificate(Acme Issuing CA 2) –– anchor(Acme Root)",
    ],
    [
      "trusted, the root sent",
      session([own, issuing, root], { verified: true, trustAnchor: ROOT }),
      Code.OK,
      "verified",
      "certificate(smtp.example.com) –– certificate(Acme Issuing CA 2) –– anchor(Acme Root)",
    ],
    [
      "trusted, an anchor in the middle, and what follows is not needed",
      session([own, certificate(ISSUING, "CN=Old Root")], { verified: true, trustAnchor: ISSUING }),
      Code.OK,
      "verified",
      "certificate(smtp.example.com) –– anchor(Acme Issuing CA 2)",
    ],
    [
      "trusted by an older service, which names no anchor",
      session([own, issuing], { verified: true }),
      Code.OK,
      "verified",
      "certificate(smtp.example.com) –– certificate(Acme Issuing CA 2)",
    ],
    [
      "missing intermediate",
      broken([leaf(ISSUING, { problem: "its issuer is not sent" })]),
      Code.TLS_MISSING_INTERMEDIATE,
      "broken",
      "certificate(smtp.example.com) -✗- !missing(Acme Issuing CA 2) -✗- unreached()",
    ],
    [
      "untrusted, the root not sent",
      broken([own, issuing]),
      Code.TLS_UNTRUSTED,
      "broken",
      "certificate(smtp.example.com) –– certificate(Acme Issuing CA 2) -✗- !missing(Acme Root) -✗- unreached()",
    ],
    [
      "untrusted, the root sent",
      broken([own, issuing, certificate(ROOT, ROOT, { problem: "not trusted here" })]),
      Code.TLS_UNTRUSTED,
      "broken",
      "certificate(smtp.example.com) –– certificate(Acme Issuing CA 2) –– !certificate(Acme Root) -✗- unreached()",
    ],
    [
      "self-signed points at itself",
      broken([certificate("CN=box", "CN=box", { sans: ["smtp.example.com"], problem: "signed by itself" })]),
      Code.TLS_SELF_SIGNED,
      "broken",
      "!certificate(box) ↺",
    ],
    [
      "expired: the break is the certificate, and its issuer was found",
      broken([leaf(ISSUING, { notAfter: daysFromNow(-2), problem: "expired on 2026-11-20" }), issuing]),
      Code.TLS_CERT_EXPIRED,
      "broken",
      "!certificate(smtp.example.com) –– certificate(Acme Issuing CA 2) –– unjudged(Acme Root)",
    ],
    [
      "expired in the middle",
      broken([own, certificate(ISSUING, ROOT, { notAfter: daysFromNow(-2), problem: "expired" })]),
      Code.TLS_CERT_EXPIRED,
      "broken",
      "certificate(smtp.example.com) –– !certificate(Acme Issuing CA 2) –– unjudged(Acme Root)",
    ],
    [
      "wrong purpose",
      broken([leaf(ROOT, { problem: "not meant for servers" })]),
      Code.TLS_CERT_WRONG_PURPOSE,
      "broken",
      "!certificate(smtp.example.com) –– unjudged(Acme Root)",
    ],
    [
      "intercepted",
      broken([leaf("CN=Avast Mail Scanner Root")]),
      Code.TLS_INTERCEPTED,
      "broken",
      "certificate(smtp.example.com) -✗- !missing(Avast Mail Scanner Root) -✗- unreached()",
    ],
    [
      "nobody has verified it",
      session([own, issuing]),
      Code.TIMEOUT,
      "unjudged",
      "certificate(smtp.example.com) –– certificate(Acme Issuing CA 2) –– unjudged(Acme Root)",
    ],
    [
      "one that can't be read vouches for nobody, nor for itself",
      broken([leaf("(unreadable)", { subject: "(unreadable)", sans: [], key: "", signature: "" })]),
      Code.TLS_UNTRUSTED,
      "broken",
      "!certificate((unreadable)) -✗- !missing((unreadable)) -✗- unreached()",
    ],
    ["no certificate", session([]), Code.TLS_UNTRUSTED, "broken", ""],
  ];
  test.each(cases)("%s", (_, tls, code, state, picture) => {
    const chain = chainOf(tls, code, NOW);
    expect(chain.state).toBe(state);
    expect(drawn(chain)).toBe(picture);
  });
});

test("what the settings tolerate is no failure, and the break is shown all the same", () => {
  const tls = broken([certificate("CN=box", "CN=box", { problem: "signed by itself" })]);
  const chain = chainOf(tls, Code.TLS_SELF_SIGNED, NOW, false);
  expect(chain.state).toBe("tolerated");
  expect(drawn(chain)).toBe("!certificate(box) ↺");
});

test("which code the certificates are judged by, and whether the test failed for it", () => {
  const warning = { code: Code.TLS_SELF_SIGNED, stage: Stage.TLS };
  const tolerated = report({ outcome: Outcome.OK, code: Code.OK, findings: [{ code: Code.QUIT_IGNORED }, warning] });
  expect(certificateCode(tolerated)).toEqual({ code: Code.TLS_SELF_SIGNED, isFailure: false });
  const failed = report({ code: Code.TLS_UNTRUSTED, findings: [warning] });
  expect(certificateCode(failed)).toEqual({ code: Code.TLS_UNTRUSTED, isFailure: true });
  expect(certificateCode(report({ code: Code.AUTH_REJECTED }))).toEqual({ code: Code.OK, isFailure: false });
});

test("certificates that were sent in another order, twice, or for nothing", () => {
  const stranger = certificate("CN=Stranger", "CN=Nobody");
  const chain = chainOf(
    session([own, root, stranger, issuing, issuing], { verified: true, trustAnchor: ROOT }),
    Code.OK,
    NOW,
  );
  expect(drawn(chain)).toBe("certificate(smtp.example.com) –– certificate(Acme Issuing CA 2) –– anchor(Acme Root)");
  expect(chain.isOutOfOrder).toBe(true);
  expect(chain.links.map(({ times }) => times)).toEqual([1, 2, 1]);
  expect(chain.unused.map(({ name }) => name)).toEqual(["Stranger"]);
});

test("two authorities that sign each other end the chain and not the page", () => {
  const [a, b] = [certificate("CN=A", "CN=B"), certificate("CN=B", "CN=A")];
  const chain = chainOf(broken([leaf("CN=A"), a, b]), Code.TLS_UNTRUSTED, NOW);
  expect(chain.links.map(({ name }) => name)).toEqual(["smtp.example.com", "A", "B", "A", ""]);
});

describe("names", () => {
  const names = (sans: string[], wanted: string, more = {}) => {
    const chain = chainOf(
      broken([leaf(ROOT, { sans, ...more })], { expectedName: wanted }),
      Code.TLS_HOSTNAME_MISMATCH,
      NOW,
    );
    const link = chain.links[0];
    return [link?.names.filter(({ isWanted }) => isWanted).map(({ name }) => name), link?.faults.has("names")];
  };
  test.each<[string, string[], string, string[], boolean]>([
    ["the wanted one is not there", ["mail.example.org"], "smtp.example.com", [], true],
    ["no names at all", [], "smtp.example.com", [], true],
    ["an address in another spelling", ["2001:db8::1"], "2001:DB8:0:0::1", ["2001:db8::1"], true],
    ["an internationalised name", ["xn--bcher-kva.example"], "bücher.example", ["xn--bcher-kva.example"], true],
    ["a wildcard", ["*.example.com"], "smtp.example.com", ["*.example.com"], true],
    ["right-to-left text", ["דואר.example"], "smtp.example.com", [], true],
  ])("%s", (_, sans, wanted, found, isFault) => expect(names(sans, wanted)).toEqual([found, isFault]));
});

test("an own certificate that lacks the wanted name is at fault for it whatever else is wrong", () => {
  const other = leaf(ISSUING, { sans: ["other.example"], problem: "x" });
  const [link] = chainOf(broken([other]), Code.TLS_MISSING_INTERMEDIATE, NOW).links;
  expect([...(link?.faults ?? [])]).toEqual(["names"]);
  expect(link?.problem).toBe("x"); // more is wrong than the missing link below says
});

test.each<[string, string, string, string[]]>([
  ["a short key", "RSA 1024", "sha256WithRSAEncryption", ["key"]],
  ["an old digest", "RSA 2048", "sha1WithRSAEncryption", ["signature"]],
  ["a short curve", "EC secp192r1", "ecdsa-with-SHA256", ["key"]],
  ["both good", "RSA 4096", "sha512WithRSAEncryption", []],
  ["of another kind", "Ed25519", "ed25519", []],
])("a weak certificate: %s", (_, key, signature, faults) => {
  const weak = leaf(ROOT, { key, signature, problem: "key of 1024 bits" });
  const [link] = chainOf(broken([weak]), Code.TLS_CERT_WEAK, NOW).links;
  expect([...(link?.faults ?? [])]).toEqual(faults);
  expect(link?.isBroken).toBe(true);
});

test.each<[string, string, string]>([
  ["without a common name", "O=Acme\\, Inc.,C=DE", "Acme, Inc."],
  ["without any name", "", "smtp.example.com"],
  ["unreadable", "(unreadable)", "(unreadable)"],
])("a subject %s has a title", (_, subject, title) => {
  expect(chainOf(session([leaf(ROOT, { subject })]), Code.OK, NOW).links[0]?.name).toBe(title);
});

test.each<[string, number, number, string, number]>([
  ["valid", -90, 90, "valid", 90],
  ["its last day", -90, 0.5, "valid", 0],
  ["expired", -90, -2, "expired", 2],
  ["not yet", 3, 90, "early", 3],
])("the time of a certificate: %s", (_, from, until, state, days) => {
  const time = validityOf(daysFromNow(from), daysFromNow(until), NOW);
  expect(time).toMatchObject({ state, days });
  const end = (time?.from ?? 0) + (time?.width ?? 0);
  expect(time?.from).toBeGreaterThanOrEqual(4);
  expect(end).toBeLessThanOrEqual(96.01);
  if (state === "expired") expect(end).toBeLessThan(time?.today ?? 0);
  if (state === "early") expect(time?.from).toBeGreaterThan(time?.today ?? 0);
  if (state === "valid") expect(end).toBeGreaterThanOrEqual(time?.today ?? 0);
});

test("a time that can't be is none", () => {
  expect(validityOf(daysFromNow(0), daysFromNow(0), NOW)).toBeNull();
  expect(validityOf(daysFromNow(1), daysFromNow(-1), NOW)).toBeNull();
  expect(validityOf(undefined, daysFromNow(1), NOW)).toBeNull();
});
