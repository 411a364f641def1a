/** What is read of the file of an export, and what is said of one that is none. */
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { StreamExportConfigsResponseSchema } from "../gen/smtpdiag/v1/instance_pb.ts";
import { fileName, hasSecrets, lineOf, providersOf, readTransfer } from "../src/state/transfer_file.ts";

const provider = (id: string) => ({
  id,
  state: "PROVIDER_STATE_INACTIVE",
  smtp: { senderAddress: "a@example.org", senderName: "A", host: "smtp.example.org:587", tls: true },
});
const header = { header: { formatVersion: 1, exportId: "e1", instanceId: "acme", providerCount: 2 } };
const page = (number: number, ids: string[]) => ({
  page: { exportId: "e1", number, precedingCount: number - 1, providers: ids.map(provider) },
  nextPageToken: "t",
});
const trailer = { trailer: { exportId: "e1", pageCount: 2, providerCount: 2 } };
const lines = (...messages: unknown[]) => messages.map((message) => `${JSON.stringify(message)}\n`).join("");
const whole = lines(header, page(1, ["1"]), page(2, ["2"]), trailer);
const single = { formatVersion: 1, instanceId: "acme", providers: [provider("1")] };

describe("a whole file", () => {
  test("of pages is read in its order", () => {
    const file = readTransfer(whole);
    if ("what" in file) throw new Error(file.what);
    expect(file.form).toBe("pages");
    expect(providersOf(file).map(({ id }) => id)).toEqual(["1", "2"]);
    expect(hasSecrets(file)).toBe(false);
  });

  test.each([
    ["as the call answers it", JSON.stringify({ document: single })],
    ["alone", JSON.stringify(single)],
    ["over many lines", JSON.stringify({ document: single }, null, 2)],
  ])("in one piece is read: %s", (_how, text) => {
    const file = readTransfer(text);
    if ("what" in file) throw new Error(file.what);
    expect(file.form).toBe("document");
    expect(providersOf(file)).toHaveLength(1);
  });

  test("may have other ends of lines, empty lines and no last line's end", () => {
    expect(readTransfer(whole.replaceAll("\n", "\r\n\r\n"))).toHaveProperty("form", "pages");
    expect(readTransfer(whole.trimEnd())).toHaveProperty("form", "pages");
  });

  test("holds secrets where its header says how they are encrypted", () => {
    const encrypted = { header: { ...header.header, encryption: { argon2id: { salt: "AAAA" } } } };
    const file = readTransfer(lines(encrypted, page(1, ["1"]), page(2, ["2"]), trailer));
    if ("what" in file) throw new Error(file.what);
    expect(hasSecrets(file)).toBe(true);
  });
});

test.each([
  ["nothing", "", "empty"],
  ["blanks", " \n\n", "empty"],
  ["no JSON", "%PDF-1.7 …", "not_json"],
  ["half a line", whole.slice(0, 90), "not_json"],
  ["a list", "[1, 2]", "not_export"],
  ["a number", "12", "not_export"],
  ["another JSON", '{"name": "package", "version": "1"}', "not_export"],
  ["nothing but a page", lines(page(1, ["1"])), "not_export"],
  ["a line of something else", lines(header, { other: 1 }), "not_export"],
  ["a field of another kind", lines({ header: { ...header.header, exportId: 5 } }), "not_export"],
  ["a field that is not known", lines({ header: { ...header.header, surprise: true } }), "not_export"],
  ["providers that are no list", lines(header, { page: { exportId: "e1", number: 1, providers: "x" } }), "not_export"],
  ["another version", lines({ header: { ...header.header, formatVersion: 2 } }), "version"],
  ["no version", lines({ header: { exportId: "e1" } }), "version"],
  ["a document of another version", JSON.stringify({ document: { ...single, formatVersion: 9 } }), "version"],
  ["no trailer", lines(header, page(1, ["1"])), "no_trailer"],
  ["an export that broke off", lines(header, { error: { message: "deadline" } }), "broke_off"],
  ["a missing page", lines(header, page(2, ["2"]), trailer), "pages"],
  ["a doubled page", lines(header, page(1, ["1"]), page(1, ["1"]), trailer), "pages"],
  ["two headers", lines(header, header), "mixed"],
  ["a page of another export", lines(header, { page: { ...page(1, ["1"]).page, exportId: "e2" } }), "mixed"],
  ["a trailer of another export", lines(header, { trailer: { exportId: "e2" } }), "mixed"],
  ["a trailer that counts others", lines(header, page(1, ["1"]), trailer), "counts"],
  ["two files in one", whole + whole, "behind"],
  ["an id that stands there twice", lines(header, page(1, ["1"]), page(2, ["1"]), trailer), "doubled"],
  ["a document with an id twice", JSON.stringify({ ...single, providers: [provider("1"), provider("1")] }), "doubled"],
  ["a name that objects have", '{"__proto__": {"header": {}}}', "not_export"],
  ["brackets without an end", "[".repeat(100_000), "not_json"],
])("of a file with %s it is said", (_name, text, what) => {
  expect(readTransfer(text)).toMatchObject({ what });
});

test("a line that is wrong is named", () => {
  expect(readTransfer(`${lines(header)}\n{"page":`)).toEqual({ what: "not_json", values: { line: "3" } });
});

test("what is written is what is read", () => {
  const parts = [
    { part: { case: "header" as const, value: { formatVersion: 1, exportId: "e", providerCount: 0 } } },
    { part: { case: "trailer" as const, value: { exportId: "e" } } },
  ];
  const text = parts.map((part) => lineOf(create(StreamExportConfigsResponseSchema, part))).join("");
  expect(readTransfer(text)).toHaveProperty("form", "pages");
});

test.each([
  ["acme", false, "mailproof-acme-2026-11-02.ndjson"],
  ["acme", true, "mailproof-acme-2026-11-02-secrets.ndjson"],
  ["../../etc/passwd", false, "mailproof-etc-passwd-2026-11-02.ndjson"],
  ["Bücher & Co", false, "mailproof-B-cher-Co-2026-11-02.ndjson"],
  ["", false, "mailproof-2026-11-02.ndjson"],
])("the file of %j has a name", (instance, secrets, name) => {
  expect(fileName(instance, new Date(2026, 10, 2), secrets)).toBe(name);
});
