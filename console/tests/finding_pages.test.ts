import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Block, blocksOf, type Piece, piecesOf } from "../src/parts/markdown_blocks.ts";

const PAGES = join(import.meta.dirname, "..", "..", "src", "mailproof", "diagnosis", "pages");
const files = readdirSync(PAGES).filter((name) => name.endsWith(".md"));

function piecesIn(block: Block): Piece[] {
  switch (block.kind) {
    case "code":
      return [];
    case "list":
      return block.items.flat();
    case "table":
      return [...block.head, ...block.rows.flat()].flat();
    default:
      return block.pieces;
  }
}

/** Signs of Markdown in a text that was shown as it is. Bare asterisks stand in names and banners. */
const LEFT_OVER = /`|\]\(|\*\*[\w`]|__|^#|^\||^- |^\d+\. |^>|^ {4}|~~|<\w/;

test("there are pages", () => expect(files.length).toBeGreaterThan(80));

test.each(files)("%s is shown without a sign of Markdown", (file) => {
  const markdown = readFileSync(join(PAGES, file), "utf8");
  const blocks = blocksOf(markdown);
  const pieces = blocks.flatMap(piecesIn);
  for (const { text } of pieces.filter(({ kind }) => kind === "text")) expect(text).not.toMatch(LEFT_OVER);
  for (const piece of pieces) {
    if (piece.kind === "link" && !piece.target.includes("/")) expect(files).toContain(piece.target);
  }
  expect(blocks[0]).toEqual({ kind: "heading", level: 1, pieces: [{ kind: "text", text: file.replace(".md", "") }] });
  expect(blocks.filter(({ kind }) => kind === "code")).toHaveLength(markdown.match(/^```\w/gm)?.length ?? 0);
  const words = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const shown = blocks.map((block) =>
    block.kind === "code"
      ? block.text
      : piecesIn(block)
          .map((p) => p.text)
          .join(" "),
  );
  const source = markdown
    .replace(/^```.*$/gm, "")
    .replace(/\]\([^)]*\)/g, "]")
    .replace(/^\d+\. /gm, "");
  expect(words(shown.join(" "))).toBe(words(source)); // nothing is lost
});

test("lists, tables and fences", () => {
  const text = "1. one\n   and `more`\n2. two\n\n| a | b |\n|---|---|\n| `c` | d |\n\n````text\n```\n````\nafter";
  expect(blocksOf(text)).toEqual([
    {
      kind: "list",
      isOrdered: true,
      items: [
        [
          { kind: "text", text: "one and " },
          { kind: "code", text: "more" },
        ],
        [{ kind: "text", text: "two" }],
      ],
    },
    {
      kind: "table",
      head: [[{ kind: "text", text: "a" }], [{ kind: "text", text: "b" }]],
      rows: [[[{ kind: "code", text: "c" }], [{ kind: "text", text: "d" }]]],
    },
    { kind: "code", text: "```" },
    { kind: "paragraph", pieces: [{ kind: "text", text: "after" }] },
  ]);
});

test.each<[string, string]>([
  ["a [link](b.md) and `code`", "text:a |link:link|text: and |code:code"],
  ["[a](javascript:alert(1))", "text:[a](javascript:alert(1))"],
  ["<b>no element</b> & none", "text:<b>no element</b> & none"],
  ["an open `tick", "text:an open `tick"],
  ["``a ` b``", "code:a ` b"],
])("pieces of %j", (line, expected) => {
  expect(
    piecesOf(line)
      .map(({ kind, text }) => `${kind}:${text}`)
      .join("|"),
  ).toBe(expected);
});

test.each(["```\nnever closed", "#no heading", "- \n- ", "|", "|-|", "\r\n\r\n", "1.", "` `` ` ["])("%j ends", (text) =>
  expect(Array.isArray(blocksOf(text))).toBe(true),
);
