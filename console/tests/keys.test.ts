import { expect, test, vi } from "vitest";

vi.stubGlobal("navigator", { languages: ["en"] });
const { keyName } = await import("../src/state/keys.ts");

const NONE = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, repeat: false };

test.each([
  ["t", {}, "t"],
  ["T", {}, "t"], // Caps Lock
  ["T", { shiftKey: true }, "T"],
  ["?", { shiftKey: true }, "?"],
  ["[", { altKey: true }, "["], // Option on a German Mac
  ["]", { altKey: true, ctrlKey: true }, "]"], // AltGr on Windows
  ["c", { ctrlKey: true }, ""],
  ["c", { metaKey: true }, ""],
  ["/", { ctrlKey: true }, ""],
  ["@", { altKey: true, metaKey: true }, ""],
  ["t", { altKey: true }, ""],
  ["t", { isComposing: true }, ""],
  ["t", { repeat: true }, ""],
  ["j", { repeat: true }, "j"],
  ["Escape", {}, "Escape"],
  ["ArrowDown", { repeat: true }, "ArrowDown"],
])("%s with %j is %j", (key, more, name) => {
  expect(keyName({ ...NONE, key, ...more })).toBe(name);
});
