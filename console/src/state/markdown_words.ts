/** Words of others in Markdown: shown as they are, never as markup, and never as a link that can be followed. Pure. */

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
}

/** A block of lines that nothing in it can end. */
export function fenced(text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

/** Code within a line. */
export function code(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  if (line === "") return "";
  const ticks = "`".repeat(longestRun(line) + 1);
  return line.includes("`") ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`;
}

/** What some renderer makes code, a link, a mention or a reference of. */
const ALIVE = /`|\p{L}[\w.+-]*:|\/|@|^www\.|[\p{L}\p{N}_]\.[\p{L}_]|#\d/u;

/** Characters of the longest word that is looked into: no language has such, and the time for it grows by its square. */
const LONGEST_WORD = 200;

/** A sentence on one line: names of machines in it as code, and no sign of it with a meaning of its own. */
export function sentence(text: string): string {
  const words = text.split(/\s+/u).filter(Boolean);
  const shown = words.map((word) => {
    if (word.length > LONGEST_WORD) return code(word);
    const [, before = "", inner = "", after = ""] = /^([("'“„«‘]*)(.*?)([)"'”“»’.,;:!?]*)$/u.exec(word) ?? [];
    return ALIVE.test(inner) ? `${escaped(before)}${code(inner)}${escaped(after)}` : escaped(word);
  });
  return shown
    .join(" ")
    .replace(/^[-+]/, "\\$&")
    .replace(/^(\d+)([.)] )/, "$1\\$2"); // no list
}

/** A text in which no sign has a meaning of its own, but for those of lists. */
export function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~&$]/gu, "\\$&");
}
