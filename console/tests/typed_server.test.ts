import { expect, test } from "vitest";
import { lookedUp, serverText, typedServer } from "../src/state/typed_server.ts";

const alone = { port: null, tls: null, user: "", password: "" };

test.each([
  ["smtp.example.com:587", { ...alone, host: "smtp.example.com", port: 587 }],
  ["  smtp.example.com:25 ", { ...alone, host: "smtp.example.com", port: 25 }],
  ["[2001:db8::1]:587", { ...alone, host: "2001:db8::1", port: 587 }],
  ["[::1]", { ...alone, host: "::1" }],
  ["[fe80::1%eth0]:25", { ...alone, host: "fe80::1%eth0", port: 25 }],
  ["192.0.2.1:2525", { ...alone, host: "192.0.2.1", port: 2525 }],
  ["smtp://smtp.example.com", { ...alone, host: "smtp.example.com" }],
  ["smtp://smtp.example.com:2525/", { ...alone, host: "smtp.example.com", port: 2525 }],
  ["smtps://smtp.example.com", { ...alone, host: "smtp.example.com", port: 465, tls: true }],
  ["SMTPS://smtp.example.com:8465", { ...alone, host: "smtp.example.com", port: 8465, tls: true }],
  ["smtp+starttls://smtp.example.com", { ...alone, host: "smtp.example.com", tls: true }],
  ["submission://smtp.example.com", { ...alone, host: "smtp.example.com", port: 587 }],
  ["smtps://[2001:db8::1]:465", { ...alone, host: "2001:db8::1", port: 465, tls: true }],
  ["müller.example:465", { ...alone, host: "müller.example", port: 465 }],
  [
    "smtps://me%40example.com:p%3Aq@smtp.example.com",
    { host: "smtp.example.com", port: 465, tls: true, user: "me@example.com", password: "p:q" },
  ],
  [
    "smtp://me:a:b@c@smtp.example.com:25",
    { host: "smtp.example.com", port: 25, tls: null, user: "me", password: "a:b@c" },
  ],
  ["smtp://me:100%@smtp.example.com", { ...alone, host: "smtp.example.com", user: "me", password: "100%" }],
])("%s is taken apart", (text, server) => {
  expect(typedServer(text)).toEqual(server);
});

test.each([
  "",
  "smtp.example.com",
  "smtp.example.com:",
  "smtp.example.com:0",
  "smtp.example.com:65536",
  "smtp.example.com:58a",
  "2001:db8::1",
  "me@example.com",
  "me:secret@example.com:25",
  "https://example.com:443",
  "imap://example.com:143",
  "smtp://example.com/path",
  "smtp://",
  "smtp://a b:25",
  "[2001:db8::1",
])("%j stays as it was typed", (text) => {
  expect(typedServer(text)).toBeNull();
});

test.each([
  ["smtp.example.com", "587", "smtp.example.com:587"],
  ["2001:db8::1", "25", "[2001:db8::1]:25"],
  ["[::1]", "25", "[::1]:25"],
  [" smtp.example.com ", " 25 ", "smtp.example.com:25"],
  ["smtp.example.com", "", "smtp.example.com"],
])("%j and %j are stored as %j", (host, port, text) => {
  expect(serverText(host, port)).toBe(text);
});

test.each([
  ["SMTP.Example.COM.", "smtp.example.com", true],
  ["müller.example", "xn--mller-kva.example", true],
  ["::1", "0:0::1", true],
  ["smtp.example.com", "smtp.example.org", false],
  ["a b", "A B", true],
])("%j and %j are one server: %j", (one, other, same) => {
  expect(lookedUp(one) === lookedUp(other)).toBe(same);
});
