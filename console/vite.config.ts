import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { licences } from "./checks/licences.ts";
import { wrongMessages } from "./checks/messages.ts";

const root = import.meta.dirname;

/** Stops a build whose messages are incomplete. */
function messages(): Plugin {
  return {
    name: "messages",
    apply: "build",
    buildStart() {
      const wrong = wrongMessages(root);
      if (wrong.length > 0) this.error(wrong.join("\n"));
    },
  };
}

/** Emits the script that sets the theme: a classic one, since a module would run only after the first paint. */
function theme(): Plugin {
  const source = readFileSync(join(root, "src", "theme.js"), "utf8");
  const hash = createHash("sha256").update(source).digest("hex").slice(0, 8);
  const name = `assets/theme-${hash}.js`;
  return {
    name: "theme",
    apply: "build",
    enforce: "pre",
    buildStart() {
      this.emitFile({ type: "asset", fileName: name, source });
    },
    transformIndexHtml: {
      order: "pre",
      handler: (html) => html.replace(/\s*<script src="\/src\/theme.js"><\/script>/, ""),
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const page = bundle["index.html"];
        if (page?.type !== "asset") return;
        page.source = String(page.source).replace("</title>", `</title>\n    <script src="/${name}"></script>`);
      },
    },
  };
}

/** Emits the licences of what is bundled, and names them in the page; no browser loads them by itself. */
function notices(): Plugin {
  const source = licences(root);
  const name = `assets/licences-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.txt`;
  return {
    name: "notices",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "asset", fileName: name, source });
    },
    transformIndexHtml: (html) => html.replace("</head>", `  <link rel="license" href="/${name}">\n  </head>`),
  };
}

/** The tests that replace modules or globals. */
const ALONE = readdirSync(join(root, "tests"))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => /vi\.(?:mock|doMock|stubGlobal)|globalThis\./.test(readFileSync(join(root, "tests", name), "utf8")))
  .map((name) => `tests/${name}`);

/** The modules that the first screen needs, by their ids. */
const first = new Set<string>();

/** Finds out which modules those are. */
function firstModules(): Plugin {
  return {
    name: "first-modules",
    apply: "build",
    buildEnd() {
      const waiting = [...this.getModuleIds()].filter((id) => /src\/main\.tsx$/.test(id));
      for (const id of waiting) {
        first.add(id);
        for (const next of this.getModuleInfo(id)?.importedIds ?? []) if (!first.has(next)) waiting.push(next);
      }
    },
  };
}

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      // What replaces a module or a global needs a process of its own; all others share one, which is five times as fast.
      { extends: true, test: { name: "alone", include: ALONE } },
      { extends: true, test: { name: "together", include: ["tests/**/*.test.ts"], exclude: ALONE, isolate: false } },
    ],
  },
  root,
  plugins: [messages(), theme(), notices(), firstModules()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // a data: URL would need a further source in the policy
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    emptyOutDir: true,
    reportCompressedSize: false,
    sourcemap: false,
    rolldownOptions: {
      output: {
        // Two files for the first screen: each costs a request, and small ones pack worse.
        codeSplitting: {
          groups: [
            { name: "client", test: (id) => first.has(id) && /node_modules|\/gen\//.test(id), priority: 2 },
            { name: "frame", test: (id) => first.has(id) && !id.endsWith(".css"), priority: 1 },
          ],
        },
      },
    },
  },
});
