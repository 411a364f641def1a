import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wrongMessages } from "../checks/messages.ts";

const ROOT = join(import.meta.dirname, "..");

test("every message is there in both languages and used", () => {
  expect(wrongMessages(ROOT)).toEqual([]);
});

function changed(change: (messages: Record<string, string>) => void, language: "en" | "de"): string[] {
  const folder = mkdtempSync(join(tmpdir(), "messages-"));
  cpSync(join(ROOT, "src"), join(folder, "src"), { recursive: true });
  const file = join(folder, "src", "words", language, "session.json");
  const messages = JSON.parse(readFileSync(file, "utf8"));
  change(messages);
  writeFileSync(file, JSON.stringify(messages));
  return wrongMessages(folder);
}

test("a missing translation, an unused key, a missing key and another place are seen", () => {
  const without = (messages: Record<string, string>) => {
    delete messages.token;
  };
  expect(changed(without, "de")).toContain("session.token has no German");
  expect(changed(without, "en")).toContain("session.token is asked for and there is no such message");
  const more = (messages: Record<string, string>) => {
    messages.zzz = "nobody asks for {this}";
  };
  expect(changed(more, "en")).toContain("session.zzz is used nowhere");
  const other = (messages: Record<string, string>) => {
    messages.token = "{what}";
  };
  expect(changed(other, "de")[0]).toContain("session.token has other places");
});
