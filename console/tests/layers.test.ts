/** Who may import whom: a view asks the state, the state asks the API, and the parts know neither. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "..", "src");
const ALLOWED: Record<string, readonly string[]> = {
  api: ["api", "gen"],
  state: ["api", "gen", "state", "words"],
  words: ["gen", "words"],
  parts: ["parts", "words"],
  views: ["gen", "parts", "state", "views", "words"],
};
/** Packages that only one folder may know. */
const OWNED: Record<string, string> = { "@connectrpc/connect": "api", "@connectrpc/connect-web": "api" };

/** What is wrong with the imports of one file, whose path is relative to `src`. */
function wrongImports(file: string, source: string): string[] {
  const folder = file.split("/")[0] ?? "";
  const wrong: string[] = [];
  for (const match of source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    const name = match[1] ?? "";
    if (!name.startsWith(".")) {
      const owner = OWNED[name];
      if (owner && owner !== folder) wrong.push(`${file} imports ${name}, which only ${owner}/ may`);
      continue;
    }
    const target = new URL(name, `file:///src/${file}`).pathname.replace(/^\/src\//, "/").split("/")[1] ?? "";
    const types = new RegExp(`import type [^;]*"${name.replaceAll(".", "\\.")}"`).test(source);
    const values = target === "api" && folder === "views" && types; // types of the API's values are everybody's
    if (!values && !ALLOWED[folder]?.includes(target)) wrong.push(`${file} imports ${name}`);
  }
  return wrong;
}

test("no folder imports what the table does not allow", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) =>
    /^\w+\/.*\.tsx?$/.test(name),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(files.flatMap((file) => wrongImports(file, readFileSync(join(SOURCES, file), "utf8")))).toEqual([]);
});

test.each([
  ["views/list/x.tsx", 'import { admin } from "../../api/transport.ts";'],
  ["views/list/x.tsx", 'import { Code } from "@connectrpc/connect";'],
  ["parts/x.tsx", 'import { route } from "../state/route.ts";'],
  ["state/x.ts", 'import { Button } from "../parts/button.tsx";'],
])("what is forbidden is seen: %s %s", (file, source) => {
  expect(wrongImports(file, source)).toHaveLength(1);
});
