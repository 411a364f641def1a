import { create } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, test } from "vitest";
import { ConfigOverviewSchema } from "../gen/smtpdiag/v1/config_overview_pb.ts";
import { TestSchema } from "../gen/smtpdiag/v1/test_pb.ts";
import { Code, Outcome, Severity, Stage, TlsMode } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import { code, fenced, sentence } from "../src/state/markdown_words.ts";
import { reportText } from "../src/views/test/report_text.ts";
import { leaf, report, row, session, view } from "./reports_by_hand.ts";
import { loadAll } from "./words.ts";

beforeAll(() => loadAll());

const failed = report({
  outcome: Outcome.FAIL,
  stage: Stage.TLS,
  code: Code.TLS_MISSING_INTERMEDIATE,
  message: "smtp.example.com:587 does not send the intermediate certificate.",
  advice: "Have the full chain installed (see https://example.com/chain).",
  elapsedMs: 65,
  roundTrips: 5,
  testId: "4711",
  findings: [
    { code: Code.CERT_EXPIRES_SOON, severity: Severity.WARNING, message: "It expires soon.", advice: "Renew it." },
  ],
  tls: session([leaf("CN=Acme Issuing CA 2")], { verifyError: "unable to get local issuer certificate" }),
});
const steps = [
  row("connect", { took: 6, received: "192.0.2.1:587 connected" }),
  row("greeting", { start: 6, took: 14, received: "220 mx ready" }),
  row("tls", { start: 36, took: 29, received: "no issuer", outcome: "failed" }),
];
const config = create(ConfigOverviewSchema, {
  id: "123",
  settings: { case: "smtp", value: { host: "smtp.corp.example:25", description: "On-premises *Exchange*" } },
});

test("a failed test for a ticket", () => {
  expect(
    reportText(view({ report: failed, steps }), config, "1.2.3"),
  ).toBe(`# \`smtp.example.com:587\`: failed at TLS (\`tls_missing_intermediate\`)

\`smtp.example.com:587\` does not send the intermediate certificate.

**What to do:** Have the full chain installed (see \`https://example.com/chain\`).

- It expires soon. Renew it. (\`cert_expires_soon\`)

- Configuration: \`On-premises *Exchange*\`, \`123\`
- Tested: 2026-11-22T12:00:00.000Z
- Took: 65 ms, 5 round trips
- Encryption agreed on: \`TLSv1.3\`, \`TLS_AES_256_GCM_SHA384\`
- Test: \`4711\`
- Service: mailproof \`1.2.3\`

## Steps

\`\`\`text
ok      Connect    6 ms  192.0.2.1:587 connected
ok      Greeting  14 ms  220 mx ready
FAILED  TLS       29 ms  no issuer
\`\`\`

## Certificates

\`\`\`text
1. CN=smtp.example.com
   Names: smtp.example.com
   Issued by: CN=Acme Issuing CA 2
   Valid: 2026-08-24 – 2027-02-20
   Key: EC secp256r1, ecdsa-with-SHA256
   SHA-256: ${failed.tls?.chain[0]?.fingerprint}
OpenSSL says: unable to get local issuer certificate
\`\`\`

## Transcript

\`\`\`text
20 ms S  220 mx ready
65 ms    TLS: no issuer
\`\`\`
`);
});

test("a word that no language has is shown as it is, and not looked into", () => {
  const word = `${"a".repeat(65_000)}b:`;
  expect(sentence(`It said ${word}`)).toBe(`It said \`${word}\``);
});

test("the deciding reply, other settings and the last good test are told", () => {
  const more = report({
    ...{ outcome: Outcome.FAIL, stage: Stage.AUTH, code: Code.AUTH_REJECTED, message: "No." },
    evidence: { replyCode: 535, enhancedCode: "5.7.8", text: "wrong password" },
    sinceLastGood: { testId: "1", sentence: "It last worked at 2026-11-17 09:12 UTC." },
  });
  const alternatives = report({
    alternatives: [{ port: 465, tlsMode: TlsMode.IMPLICIT, code: Code.OK, message: "answers" }],
  }).alternatives;
  const silent = [
    row("resolve", { sent: "smtp.example.com", received: "192.0.2.1" }),
    row("tls", { outcome: "failed", code: Code.TLS_SELF_SIGNED }),
  ];
  const text = reportText(view({ report: more, alternatives, steps: silent }), null, "");
  expect(text).toContain("```text\n535 5.7.8 wrong password\n```");
  expect(text).toContain("```text\n465 implicit TLS: works, answers");
  expect(text).toContain("It last worked at 2026-11-17 09:12 UTC.");
  expect(text).toContain("ok      Resolve  0 ms  192.0.2.1\nFAILED  TLS      0 ms  Self-signed certificate");
});

describe("without a report", () => {
  test("what had arrived of a test that broke off is told", () => {
    const text = reportText(view({ phase: "broken", steps }), null, "");
    expect(text).toContain("# `smtp.example.com:587`: no verdict");
    expect(text).toContain("20 ms S  220 mx ready");
  });
  test("a kept test whose report is gone has its code", () => {
    const kept = create(TestSchema, { id: "9", code: "auth_rejected", stage: "auth" });
    expect(reportText(view({ test: kept }), null, "")).toContain("failed at Login (`auth_rejected`)");
  });
  test("the stored configuration's server stands in for one that the request does not name", () => {
    const target = { ...view().target, host: "", port: 0 };
    expect(reportText(view({ target }), config, "")).toContain("# `smtp.corp.example:25`");
  });
});

const HOSTILE = [
  "```\n# injected\n[click](https://evil.example)",
  "````\n~~~\n</code></pre><script>alert(1)</script>",
  "![x](https://evil.example/pixel.png)",
  "https://evil.example www.evil.example evil@example.com @everyone #1 !1",
  "| a | b |\n|---|---|",
  "> quote\n- list\n1. list\n===\n---",
  "**bold** _it_ ~~no~~ <https://evil.example> &amp; $x$ \\",
  "`tick``tick```",
  "שלום \u202Ereversed",
  "",
];

/** What a reader of CommonMark takes for text outside code: lines outside fences, without code spans. */
function outside(markdown: string): string {
  const kept: string[] = [];
  let fence = "";
  for (const line of markdown.split("\n")) {
    const mark = /^`{3,}/.exec(line)?.[0] ?? "";
    if (fence) {
      if (mark.length >= fence.length && line === mark) fence = "";
    } else if (mark) fence = mark;
    else kept.push(line.replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, ""));
  }
  expect(fence).toBe("");
  return kept.join("\n");
}

test.each(HOSTILE)("a server that says %j writes nothing of its own into the ticket", (words) => {
  const hostile = report({
    outcome: Outcome.FAIL,
    stage: Stage.TLS,
    code: Code.TLS_UNTRUSTED,
    findings: [{ severity: Severity.WARNING, message: words, advice: words, code: Code.CERT_EXPIRES_SOON }],
    message: `It says ${words}`,
    advice: words,
    evidence: { replyCode: 550, text: words },
    sinceLastGood: { sentence: words },
    tls: session([leaf(words, { subject: words, sans: [words], problem: words })], { verifyError: words }),
  });
  const tried = report({ alternatives: [{ port: 1, host: words, message: words }] }).alternatives;
  const rows = [row("greeting", { received: words, sent: words, outcome: "failed" })];
  const named = create(ConfigOverviewSchema, { id: "1", settings: { case: "smtp", value: { description: words } } });
  const text = outside(reportText(view({ report: hostile, steps: rows, alternatives: tried }), named, words));
  expect(
    text
      .match(/^#.*/gm)
      ?.every((line) => /^# |^## (Steps|Certificates|Transcript|The server’s words|Other settings tried)$/.test(line)),
  ).toBe(true);
  expect(text).not.toMatch(/:\/\/|www\.|@\w|<\w|injected$/m);
  expect(text.replace(/\\./g, "")).not.toMatch(/[[\]<>`_~|&]|^\s*(?:>|===)/m);
});

test.each<[string, string]>([
  ["a", "```text\na\n```"],
  ["```", "````text\n```\n````"],
  ["a\n``````", "```````text\na\n``````\n```````"],
])("a fence around %j can't be closed by it", (text, expected) => expect(fenced(text)).toBe(expected));

test.each<[string, string]>([
  ["a", "`a`"],
  ["a`b", "`` a`b ``"],
  ["`", "`` ` ``"],
  ["two\nlines", "`two lines`"],
  ["  ", ""],
])("code of %j", (text, expected) => expect(code(text)).toBe(expected));

test.each<[string, string]>([
  ["Set the port to 465.", "Set the port to 465."],
  [
    "smtp.example.com:587 wants it: 534 (see https://x.example/a).",
    "`smtp.example.com:587` wants it: 534 (see `https://x.example/a`).",
  ],
  ["1. no list", "1\\. no list"],
  ["- no list", "\\- no list"],
  ["at 09:12 mailto:a javascript:b", "at 09:12 `mailto:a` `javascript:b`"],
  ["5.7.8 is code", "5.7.8 is code"],
  ["a_b *c*", "a\\_b \\*c\\*"],
])("a sentence: %j", (text, expected) => expect(sentence(text)).toBe(expected));
