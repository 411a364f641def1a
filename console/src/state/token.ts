/** A token as it was pasted. */

/** Longer than any token is, and short enough for a header. */
const LONGEST = 8000;

/** The token in a pasted text: without line breaks, spaces, quotation marks, and the header's name in front. */
export function tokenIn(text: string): string {
  return text
    .replace(/[\s\u200b-\u200d\u2060\ufeff]+/g, " ")
    .replace(/^ ?["'`]?(authorization: ?)?(bearer )?["'`]?/i, "")
    .replace(/["'` ]/g, "");
}

/** Says whether a header can hold it; fetch throws on any other. */
export function canBeToken(token: string): boolean {
  return token.length <= LONGEST && /^[\x21-\x7e]+$/.test(token);
}
