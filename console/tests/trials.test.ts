import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { AlternativeSchema, EhloInfoSchema, FixSchema } from "../gen/smtpdiag/v1/report_pb.ts";
import { Code, TlsMode } from "../gen/smtpdiag/v1/vocabulary_pb.ts";
import { offersOf } from "../src/state/offers.ts";
import { otherFixes, trialsOf } from "../src/state/trials.ts";
import { row, view } from "./reports_by_hand.ts";

const tried = (port: number, tlsMode: TlsMode, code = Code.OK, host = "") =>
  create(AlternativeSchema, { port, tlsMode, code, host });
const fix = (changes: Record<string, string>, more: MessageInitShape<typeof FixSchema> = {}) =>
  create(FixSchema, {
    verified: true,
    sentence: JSON.stringify(changes),
    changes: Object.entries(changes).map(([setting, to]) => ({ setting, to })),
    ...more,
  });

const target = { ...view().target, host: "smtp.example.com", port: 465 };
const implicit = tried(465, TlsMode.IMPLICIT);
const starttls = tried(587, TlsMode.STARTTLS);
const first = fix({ tls_mode: "implicit" });

describe("which tried setting a further verified fix means", () => {
  test.each<[string, ReturnType<typeof fix>, ReturnType<typeof tried>, boolean]>([
    ["port and mode", fix({ port: "587", tls_mode: "starttls" }), starttls, true],
    ["another mode", fix({ port: "587", tls_mode: "implicit" }), starttls, false],
    ["another port", fix({ port: "25", tls_mode: "starttls" }), starttls, false],
    ["a stored configuration's host with its port", fix({ host: "smtp.example.com:587", tls: "true" }), starttls, true],
    ["encryption switched off", fix({ tls: "false" }), tried(465, TlsMode.NONE), true],
    ["encryption switched on", fix({ tls: "true" }), tried(465, TlsMode.NONE), false],
    [
      "another host",
      fix({ host: "mail.example.com" }),
      tried(465, TlsMode.IMPLICIT, Code.OK, "MAIL.example.com"),
      true,
    ],
    [
      "not the other host",
      fix({ tls_mode: "implicit" }),
      tried(465, TlsMode.IMPLICIT, Code.OK, "mail.example.com"),
      false,
    ],
    ["one that failed", fix({ port: "587" }), tried(587, TlsMode.STARTTLS, Code.TIMEOUT), false],
    ["another user", fix({ user: "a" }), implicit, false],
    ["one that was not verified", fix({ port: "587" }, { verified: false }), starttls, false],
  ])("%s", (_, further, alternative, isMeant) => {
    expect(trialsOf([alternative], [first, further], target)[0]?.fix === further).toBe(isMeant);
  });
});

test("the first verified fix has its own button", () => {
  expect(trialsOf([implicit], [first], target)[0]?.fix).toBeNull();
});

test("what works comes first, else the order stays", () => {
  const refused = tried(25, TlsMode.STARTTLS, Code.CONNECTION_REFUSED);
  expect(trialsOf([refused, starttls, implicit], [], target).map(({ alternative }) => alternative.port)).toEqual([
    587, 465, 25,
  ]);
});

test("a further verified fix that nothing tried stands for is listed by itself", () => {
  const user = fix({ user: "alerts@example.com" });
  const port = fix({ port: "587" });
  const fixes = [first, user, port, fix({ port: "1" }, { verified: false })];
  expect(otherFixes(trialsOf([starttls], fixes, target), fixes)).toEqual([user]);
});

describe("what the server offers", () => {
  const ehlo = create(EhloInfoSchema, {
    mechanismsBeforeTls: ["NTLM", "LOGIN"],
    mechanismsInsideTls: ["PLAIN", "LOGIN"],
    extensions: { "… 37 more extensions": "", STARTTLS: "", SIZE: "100" },
  });
  test("mechanisms stand beside each other", () => {
    const offers = offersOf(view(), ehlo);
    expect(offers.mechanisms).toEqual([
      { name: "PLAIN", before: false, inside: true },
      { name: "LOGIN", before: true, inside: true },
      { name: "NTLM", before: true, inside: false },
    ]);
    expect(offers.extensions).toEqual(["SIZE 100", "STARTTLS", "… 37 more extensions"]);
  });
  test.each<[string, string[], boolean, boolean]>([
    ["implicit TLS", ["tls", "greeting", "ehlo"], false, true],
    ["STARTTLS", ["ehlo", "starttls", "tls", "ehlo"], true, true],
    ["no TLS", ["greeting", "ehlo"], true, false],
  ])("with %s nothing is said of what was not asked", (_, stages, before, inside) => {
    const steps = stages.map((name, order) => row(name, { order, start: order, key: `${order}` }));
    expect(offersOf(view({ steps }), create(EhloInfoSchema, {}))).toMatchObject({
      askedBefore: before,
      askedInside: inside,
      mechanisms: [],
    });
  });
});
