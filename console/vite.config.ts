import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";
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

export default defineConfig({
  root,
  plugins: [messages(), theme(), notices()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // a data: URL would need a further source in the policy
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    emptyOutDir: true,
    reportCompressedSize: false,
    sourcemap: false,
  },
});
