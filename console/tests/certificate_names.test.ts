import { expect, test } from "vitest";
import { attributesOf, commonName, isFor } from "../src/state/certificate_names.ts";

test.each<[string, string]>([
  ["CN=Acme Issuing CA 2,O=Acme,C=DE", "Acme Issuing CA 2"],
  ["C=DE,O=Acme,CN=last", "last"],
  ["CN=Acme\\, Inc.", "Acme, Inc."],
  ["CN=a\\\\b\\+c", "a\\b+c"],
  ["CN=B\\c3\\bccher", "Bücher"],
  ["OU=Mail+CN=both", "both"],
  ["CN=דואר אלקטרוני,C=IL", "דואר אלקטרוני"],
  ["CN= ,O=Acme", "Acme"],
  ["OU=Mail,C=DE", "Mail"],
  ["1.2.840.113549.1.9.1=a@example.com", "1.2.840.113549.1.9.1=a@example.com"],
  ["(unreadable)", "(unreadable)"],
  ["CN=cut off in the midd…", "cut off in the midd…"],
  ["CN=ends with \\", "ends with "],
  ["", ""],
])("the common name of %j is %j", (name, expected) => expect(commonName(name)).toBe(expected));

test("attributes keep their order", () => {
  expect(attributesOf("CN=a,O=b+OU=c")).toEqual([
    ["CN", "a"],
    ["O", "b"],
    ["OU", "c"],
  ]);
});

test.each<[string, string, boolean]>([
  ["smtp.example.com", "smtp.example.com", true],
  ["SMTP.example.com", "smtp.EXAMPLE.com.", true],
  ["*.example.com", "smtp.example.com", true],
  ["*.example.com", "a.smtp.example.com", false],
  ["*.example.com", "example.com", false],
  ["*", "localhost", false],
  ["*.0.2.1", "192.0.2.1", false],
  ["192.0.2.1", "192.0.2.1", true],
  ["2001:db8::1", "2001:0db8:0:0:0:0:0:1", true],
  ["xn--bcher-kva.example", "bücher.example", true],
  ["0x7f.1", "127.0.0.1", false],
  ["example.com", "smtp.example.com", false],
  ["", "", false],
  ["not a name", "[", false],
])("%j is for %j: %s", (name, wanted, expected) => expect(isFor(name, wanted)).toBe(expected));
