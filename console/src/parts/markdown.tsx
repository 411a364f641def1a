/** Markdown as elements. */
import type { ComponentChild, JSX } from "preact";
import { type Block, blocksOf, type Piece } from "./markdown_blocks.ts";

/** `hrefOf` says where a link leads; one that leads nowhere here is shown as text. */
type Links = (target: string) => string | null;

/** Shows a page. Its headings begin with h2, since h1 is the screen's own; `# …` is left out for the same reason. */
export function Markdown({ text, hrefOf }: { text: string; hrefOf: Links }): JSX.Element {
  const blocks = blocksOf(text).filter((block) => block.kind !== "heading" || block.level > 1);
  return <div class="prose">{blocks.map((block) => element(block, hrefOf))}</div>;
}

function element(block: Block, hrefOf: Links): JSX.Element {
  const shown = (pieces: readonly Piece[]) => pieces.map((piece) => inline(piece, hrefOf));
  switch (block.kind) {
    case "heading":
      return block.level === 2 ? <h2>{shown(block.pieces)}</h2> : <h3>{shown(block.pieces)}</h3>;
    case "paragraph":
      return <p>{shown(block.pieces)}</p>;
    case "code":
      return <pre class="say">{block.text}</pre>;
    case "list": {
      const items = block.items.map((item) => <li>{shown(item)}</li>);
      return block.isOrdered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case "table":
      return (
        <table>
          <thead>
            <tr>
              {block.head.map((cell) => (
                <th>{shown(cell)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((row) => (
              <tr>
                {row.map((cell) => (
                  <td>{shown(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}

function inline(piece: Piece, hrefOf: Links): ComponentChild {
  if (piece.kind === "text") return piece.text;
  if (piece.kind === "code") return <code>{piece.text}</code>;
  const href = hrefOf(piece.target);
  return href ? <a href={href}>{piece.text}</a> : piece.text;
}
