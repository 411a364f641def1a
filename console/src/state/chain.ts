/** The certificates that a server presented, as a chain: from its own up to an authority that is trusted here. Pure. */
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Certificate, Report, TlsInfo } from "../../gen/smtpdiag/v1/report_pb.ts";
import { Code } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { commonName, isFor } from "./certificate_names.ts";

/**
 * How the chain is as a whole.
 * - `verified`: it leads to an authority that is trusted here, and the name is the wanted one.
 * - `broken`: something is wrong, and the test failed for it.
 * - `tolerated`: something is wrong, and the settings do not demand that it is right.
 * - `unjudged`: nobody has verified it.
 */
export type ChainState = "verified" | "broken" | "tolerated" | "unjudged";

/** Which of a certificate's facts is wrong. */
export type Fault = "names" | "validity" | "key" | "signature" | "issuer";

/** Where a certificate's time lies beside today, as percentages of a bar. */
export type Validity = {
  state: "valid" | "expired" | "early";
  /** Whole days: left, since the end, or until the beginning. */
  days: number;
  from: number;
  width: number;
  today: number;
};

/**
 * One link.
 * - `certificate`: the server sent it. `anchor`: it is trusted here; the server may have sent it as well.
 * - `missing`: it is named as issuer, and is neither sent nor trusted here.
 * - `unreached`: where a trusted authority would be. `unjudged`: likewise, and the check did not come so far.
 */
export type Link = {
  kind: "certificate" | "anchor" | "missing" | "unreached" | "unjudged";
  /** The common name, or what comes nearest to it; empty where nobody knows it. */
  name: string;
  certificate: Certificate | null;
  sent: boolean;
  /** How often the same certificate was sent. */
  times: number;
  isBroken: boolean;
  faults: ReadonlySet<Fault>;
  /** What is wrong, in the service's words. */
  problem: string;
  /** The names with whether each is the wanted one; of the server's own certificate alone. */
  names: readonly { name: string; isWanted: boolean }[];
  validity: Validity | null;
  /** What leads on to the next link: a whole line, a broken one, one back to this link itself, or nothing. */
  below: "whole" | "broken" | "itself" | "none";
};

export type Chain = {
  state: ChainState;
  code: Code;
  links: Link[];
  /** Certificates that were sent and lead nowhere. */
  unused: Link[];
  /** Whether the certificates were sent in another order than that of the chain. */
  isOutOfOrder: boolean;
};

/** What is wrong with a certificate, or with what it leads to. */
const CERTIFICATE_CODES: ReadonlySet<Code> = new Set([
  Code.TLS_CERT_EXPIRED,
  Code.TLS_CERT_NOT_YET_VALID,
  Code.TLS_HOSTNAME_MISMATCH,
  Code.TLS_SELF_SIGNED,
  Code.TLS_UNTRUSTED,
  Code.TLS_MISSING_INTERMEDIATE,
  Code.TLS_CERT_WEAK,
  Code.TLS_CERT_WRONG_PURPOSE,
  Code.TLS_INTERCEPTED,
  Code.TRUST_STORE_EMPTY,
]);

/** Codes after which no trusted authority was found. After the others the check ended at a certificate. */
const UNTRUSTED: ReadonlySet<Code> = new Set([
  Code.TLS_SELF_SIGNED,
  Code.TLS_UNTRUSTED,
  Code.TLS_MISSING_INTERMEDIATE,
  Code.TLS_INTERCEPTED,
  Code.TRUST_STORE_EMPTY,
]);

function isAboutCertificates(code: Code): boolean {
  return CERTIFICATE_CODES.has(code);
}

/** What is wrong with the certificates of a test, and whether it failed for that. */
export function certificateCode(report: Report): { code: Code; isFailure: boolean } {
  if (isAboutCertificates(report.code)) return { code: report.code, isFailure: true };
  const warning = report.findings.find(({ code }) => isAboutCertificates(code));
  return { code: warning?.code ?? Code.OK, isFailure: false };
}

const DAY = 86_400_000;

/**
 * Returns the chain that a server presented.
 * @param code Why the certificates were not accepted, also where the settings tolerate it; CODE_OK for nothing.
 * @param now Today by the server's clock, in milliseconds since 1970. The links show how things are today, also of a
 *   test that is long past.
 * @param failed Whether the test failed for it.
 */
export function chainOf(tls: TlsInfo, code: Code, now: number, failed = isAboutCertificates(code)): Chain {
  const [sent, times] = distinct(tls.chain);
  const path = pathOf(sent, tls.trustAnchor);
  const state = stateOf(tls, code, failed);
  const links = path.map((certificate, place) =>
    linkOf(certificate, times.get(certificate.fingerprint) ?? 1, place === 0 ? tls.expectedName : "", now),
  );
  if (state === "broken" || state === "tolerated") judge(links, code);
  end(links, tls, code, state);
  const unused = sent
    .filter((certificate) => !path.includes(certificate))
    .map((certificate) => linkOf(certificate, times.get(certificate.fingerprint) ?? 1, "", now));
  const isOutOfOrder = path.some(
    (certificate, place) => place > 0 && sent.indexOf(certificate) < sent.indexOf(path[place - 1] as Certificate),
  );
  return { state, code, links, unused, isOutOfOrder };
}

function stateOf(tls: TlsInfo, code: Code, failed: boolean): ChainState {
  if (tls.verified) return "verified";
  if (failed) return "broken";
  return isAboutCertificates(code) || tls.verifyError || tls.chain.some(({ problem }) => problem)
    ? "tolerated"
    : "unjudged";
}

/** The certificates, each once, and how often each was sent. */
function distinct(chain: readonly Certificate[]): [Certificate[], Map<string, number>] {
  const times = new Map<string, number>();
  for (const { fingerprint } of chain) times.set(fingerprint, (times.get(fingerprint) ?? 0) + 1);
  return [
    chain.filter((each, place) => chain.findIndex((other) => other.fingerprint === each.fingerprint) === place),
    times,
  ];
}

/** Says whether it names itself as issuer. One that can't be read, and so has no key, names nobody. */
export function isSelfSigned({ subject, issuer, key }: Certificate): boolean {
  return subject !== "" && key !== "" && subject === issuer;
}

/** The server's own certificate, that of its issuer, and so on, as far as they were sent, in whatever order. */
function pathOf(sent: readonly Certificate[], anchor: string): Certificate[] {
  const path = sent.slice(0, 1);
  for (;;) {
    const last = path.at(-1);
    if (!last || isSelfSigned(last) || (anchor !== "" && last.subject === anchor)) return path;
    const next = sent.find((other) => other.subject === last.issuer && !path.includes(other));
    if (!next) return path;
    path.push(next);
  }
}

function linkOf(certificate: Certificate, times: number, wanted: string, now: number): Link {
  return {
    kind: "certificate",
    name: titleOf(certificate),
    certificate,
    sent: true,
    times,
    isBroken: false,
    faults: new Set(),
    problem: certificate.problem,
    names: certificate.sans.map((name) => ({ name, isWanted: wanted !== "" && isFor(name, wanted) })),
    validity: validityOf(certificate.notBefore, certificate.notAfter, now),
    below: "whole",
  };
}

/** What stands over a certificate: its common name, or where it has none its first alternative name. */
function titleOf(certificate: Certificate): string {
  const name = commonName(certificate.subject);
  return certificate.subject === "" ? (certificate.sans[0] ?? "") : name;
}

function bare(kind: Link["kind"], name: string): Link {
  const isBroken = kind === "missing";
  return {
    kind,
    name,
    certificate: null,
    sent: false,
    times: 0,
    isBroken,
    faults: new Set(),
    problem: "",
    names: [],
    validity: null,
    below: "whole",
  };
}

/** Marks what is wrong with the certificates. The service's phrase says so in words; which fact it is shows itself. */
function judge(links: Link[], code: Code): void {
  links.forEach((link, place) => {
    const faults = new Set<Fault>();
    if (place === 0 && (code === Code.TLS_HOSTNAME_MISMATCH || !link.names.some(({ isWanted }) => isWanted)))
      faults.add("names");
    if (code === Code.TLS_CERT_EXPIRED && link.validity?.state === "expired") faults.add("validity");
    if (code === Code.TLS_CERT_NOT_YET_VALID && link.problem !== "") faults.add("validity");
    if (link.validity !== null && link.validity.state !== "valid") faults.add("validity");
    if (link.certificate && link.problem !== "" && code === Code.TLS_CERT_WEAK) {
      if (isWeakKey(link.certificate.key)) faults.add("key");
      if (isWeakSignature(link.certificate.signature)) faults.add("signature");
    }
    link.faults = faults;
    link.isBroken = link.problem !== "" || faults.size > 0;
  });
}

/** As OpenSSL's security level 2 judges: 112 bits. */
function isWeakKey(key: string): boolean {
  const [, kind = "", bits = ""] = /^(RSA|DSA|EC)\D*(\d+)/.exec(key) ?? [];
  return kind !== "" && Number(bits) < (kind === "EC" ? 224 : 2048);
}

function isWeakSignature(signature: string): boolean {
  return /md5|sha1(?!\d)/i.test(signature);
}

/** Adds where the chain ends: at a trusted authority, at one that is missing, or at itself. */
function end(links: Link[], tls: TlsInfo, code: Code, state: ChainState): void {
  const last = links.at(-1);
  if (!last?.certificate) return;
  const issuer = commonName(last.certificate.issuer);
  if (state === "verified") {
    if (last.certificate.subject === tls.trustAnchor || tls.trustAnchor === "") {
      if (tls.trustAnchor !== "") last.kind = "anchor";
    } else links.push(bare("anchor", commonName(tls.trustAnchor)));
  } else if (state === "unjudged" || !UNTRUSTED.has(code)) {
    if (isSelfSigned(last.certificate)) last.below = "itself";
    else links.push(bare("unjudged", issuer));
  } else if (isSelfSigned(last.certificate)) {
    last.isBroken = true;
    last.faults = new Set([...last.faults, "issuer"]);
    last.below = "itself";
    if (links.length > 1) {
      last.below = "broken";
      links.push(bare("unreached", ""));
    }
  } else {
    last.below = "broken";
    if (last.faults.size === 0) {
      last.isBroken = false;
      last.problem = ""; // the missing link below says the same
    }
    links.push({ ...bare("missing", issuer), below: "broken" }, bare("unreached", ""));
  }
  const final = links.at(-1);
  if (final && final.below !== "itself") final.below = "none";
}

/** Where the time of a certificate lies beside today; null where it says none. */
export function validityOf(from: Timestamp | undefined, until: Timestamp | undefined, now: number): Validity | null {
  if (!from || !until) return null;
  const [begin, end] = [timestampMs(from), timestampMs(until)];
  if (end <= begin) return null; // one that can't be read has no time
  const [first, last] = [Math.min(begin, now), Math.max(end, now)];
  const place = (time: number) => Math.round((4 + (92 * (time - first)) / (last - first)) * 100) / 100;
  const width = Math.max(Math.round((place(end) - place(begin)) * 100) / 100, 1);
  const where = { from: Math.min(place(begin), 99), width, today: place(now) };
  if (now > end) return { state: "expired", days: Math.floor((now - end) / DAY), ...where };
  if (now < begin) return { state: "early", days: Math.ceil((begin - now) / DAY), ...where };
  return { state: "valid", days: Math.floor((end - now) / DAY), ...where };
}
