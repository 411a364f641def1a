/** The Markdown that the service's own pages use, taken apart: no more of it, and nothing of HTML. Pure. */

/** A piece of a line. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "link"; text: string; target: string };

export type Block =
  | { kind: "heading"; level: number; pieces: Piece[] }
  | { kind: "paragraph"; pieces: Piece[] }
  | { kind: "list"; isOrdered: boolean; items: Piece[][] }
  | { kind: "code"; text: string }
  | { kind: "table"; head: Piece[][]; rows: Piece[][][] };

/** Takes a page apart. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const take = (isMine: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && isMine(lines[at] ?? "")) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const fence = /^(`{3,})/.exec(line)?.[1];
    const heading = /^(#{1,6}) +(.*)$/.exec(line);
    if (line.trim() === "") at += 1;
    else if (fence) {
      at += 1;
      blocks.push({ kind: "code", text: take((each) => !each.startsWith(fence)).join("\n") });
      at += 1;
    } else if (heading) {
      at += 1;
      blocks.push({ kind: "heading", level: heading[1]?.length ?? 1, pieces: piecesOf(heading[2] ?? "") });
    } else if (line.startsWith("|")) blocks.push(tableOf(take((each) => each.startsWith("|"))));
    else if (ITEM.test(line)) {
      const isOrdered = /^\d/.test(line);
      blocks.push({ kind: "list", isOrdered, items: itemsOf(take((each) => ITEM.test(each) || /^ +\S/.test(each))) });
    } else {
      const text = take((each) => each.trim() !== "" && !/^(`{3,}|#{1,6} |\|)/.test(each) && !ITEM.test(each));
      blocks.push({ kind: "paragraph", pieces: piecesOf(text.join(" ")) });
    }
  }
  return blocks;
}

const ITEM = /^(?:[-*]|\d+\.) +/;

function itemsOf(lines: readonly string[]): Piece[][] {
  const items: string[] = [];
  for (const line of lines) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ""));
    else items.push(`${items.pop() ?? ""} ${line.trim()}`);
  }
  return items.map(piecesOf);
}

function tableOf(lines: readonly string[]): Block {
  const rows = lines
    .filter((line) => !/^\|[\s:|-]+$/.test(line))
    .map((line) =>
      line
        .replace(/^\||\|$/g, "")
        .split("|")
        .map((cell) => piecesOf(cell.trim())),
    );
  return { kind: "table", head: rows[0] ?? [], rows: rows.slice(1) };
}

/** Takes a line apart: code between backticks, links, and text, which is all else. */
export function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let last = 0;
  for (const found of line.matchAll(/(`+)(.+?)\1(?!`)|\[([^\]]+)\]\(([^()\s]+)\)/g)) {
    if (found.index > last) pieces.push({ kind: "text", text: line.slice(last, found.index) });
    if (found[2] !== undefined) pieces.push({ kind: "code", text: found[2].trim() });
    else pieces.push({ kind: "link", text: found[3] ?? "", target: found[4] ?? "" });
    last = found.index + found[0].length;
  }
  if (last < line.length) pieces.push({ kind: "text", text: line.slice(last) });
  return pieces;
}
