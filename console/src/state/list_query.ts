/** What the list of configurations is asked for, as the address has it and as the service takes it. Pure. */
import { hrefOf } from "./route.ts";

/** The columns that the list can be ordered by, and how each begins when it is chosen. */
const COLUMNS = {
  name: { fields: ["description", "host"], down: false },
  server: { fields: ["host", "endpoint"], down: false },
  last: { fields: ["last_test.start_time"], down: true },
  certificate: { fields: ["certificate_expire_time"], down: false },
} as const;

export type SortColumn = keyof typeof COLUMNS;

export type ListQuery = { search: string; sort: SortColumn; down: boolean; page: number };

/** How much of a search is used: longer than any name, host or user of a person. */
export const LONGEST_SEARCH = 200;

/** The terms that a filter may have (mailproof/syntax/filter.py). */
const MOST_TERMS = 50;

const FIRST: ListQuery = { search: "", sort: "last", down: true, page: 1 };

function isColumn(name: string): name is SortColumn {
  return Object.hasOwn(COLUMNS, name);
}

/** Reads the query of an address. What is not understood is as if it was not there. */
export function listQueryOf(query: URLSearchParams): ListQuery {
  const [, minus = "", name = ""] = /^(-?)(\w+)$/.exec(query.get("sort") ?? "") ?? [];
  const known = isColumn(name);
  const page = Number(query.get("page"));
  return {
    search: (query.get("q") ?? "").slice(0, LONGEST_SEARCH),
    sort: known ? name : FIRST.sort,
    down: known ? minus === "-" : FIRST.down,
    page: Number.isSafeInteger(page) && page > 1 ? page : 1,
  };
}

/** The address of a list; what is as at first is left out of it. */
export function hrefOfList(query: ListQuery): string {
  const ordered = query.sort !== FIRST.sort || query.down !== FIRST.down;
  return hrefOf(["configs"], {
    q: query.search,
    sort: ordered ? `${query.down ? "-" : ""}${query.sort}` : "",
    page: query.page > 1 ? String(query.page) : "",
  });
}

/** What a press on a column's heading asks for: the other way round where it is the chosen one, the first page always. */
export function sortedBy(query: ListQuery, column: SortColumn): ListQuery {
  const down = column === query.sort ? !query.down : COLUMNS[column].down;
  return { ...query, sort: column, down, page: 1 };
}

/** The order as the service takes it: the active one first, then by the column. */
export function orderOf(query: ListQuery): string {
  return ["state", ...COLUMNS[query.sort].fields.map((field) => (query.down ? `${field} desc` : field))].join(", ");
}

/**
 * The filter of a search: each word is looked for as it is written, in any of the fields that are searched.
 * Quotes keep the words from being operators; in them a backslash takes the next character as it is.
 */
export function filterOf(search: string): string {
  // Nothing that is stored has a control character or half a character, and the service refuses a filter with one.
  const clean = search.slice(0, LONGEST_SEARCH).replace(/[\p{Cc}\p{Cs}]/gu, " ");
  const words = clean.split(/\s+/u).filter(Boolean);
  const terms = words.length > MOST_TERMS ? [words.join(" ")] : words;
  return terms.map((term) => `"${term.replace(/["\\*]/g, "\\$&")}"`).join(" ");
}
