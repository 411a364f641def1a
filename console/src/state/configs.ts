/** The list of configurations, a page at a time. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { ConfigOverview } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import { ProviderState } from "../../gen/smtpdiag/v1/instance_pb.ts";
import type { Problem, Result } from "../api/problem.ts";
import { ask, configs } from "../api/transport.ts";
import { readActive } from "./config.ts";
import { filterOf, hrefOfList, type ListQuery, orderOf } from "./list_query.ts";
import { reading } from "./reading.ts";
import { caller } from "./session.ts";

/** How many configurations are on a page, and how many one call may pass over on the way to a later page. */
export const PAGE = 50;
const STRIDE = 200;

/** Another number after each change. */
const configsTurn = signal(0);

/** Has everything that shows configurations read them again: a test has ended, or an action has changed something. */
export function configsChanged(): void {
  configsTurn.value += 1;
}

/**
 * Calls back after each change.
 * @returns Calls back no more.
 */
export function onConfigsChanged(then: () => void): () => void {
  let first = true;
  return effect(() => {
    configsTurn.value;
    if (!first) queueMicrotask(then); // apart from the effect, which would follow every signal that is read in it
    first = false;
  });
}

export type ConfigPage = {
  /** What was asked for, and that with the instance. */
  query: ListQuery;
  key: string;
  configs: readonly ConfigOverview[];
  /** Whether there is a page after it. */
  more: boolean;
  /** How many configurations the instance has, whatever is searched. */
  count: number;
  /** The one in use; null for none, undefined where it is not known. */
  active: ConfigOverview | null | undefined;
};

export type ConfigList = {
  page: ReadonlySignal<ConfigPage | null>;
  problem: ReadonlySignal<Problem | null>;
  slow: ReadonlySignal<boolean>;
  again: () => Promise<void>;
  /** Reads another page, order or search. */
  show: (query: ListQuery) => void;
  close: () => void;
};

/** Where pages begin, by their keys, as far as that is known. */
const tokens = new Map<string, string>();
/** The last page that was shown, so that Back shows it at once; it is read again all the same. */
let last: ConfigPage | null = null;

/** The one in use as it was last read, which a search need not ask for with every letter. */
let known: { instance: string; turn: number; at: number; active: ConfigOverview | null } | null = null;
const KNOWN_FOR = 30_000;

async function activeNow(signal: AbortSignal): Promise<ConfigOverview | null | undefined> {
  const same = known?.instance === caller.peek()?.instance && known?.turn === configsTurn.peek();
  if (known && same && Date.now() - known.at < KNOWN_FOR) return known.active;
  const turn = configsTurn.peek();
  const answer = await readActive(signal);
  if (!answer.ok) return undefined;
  learned(answer.value, turn);
  return answer.value;
}

function learned(active: ConfigOverview | null, turn: number): void {
  known = { instance: caller.peek()?.instance ?? "", turn, at: Date.now(), active };
}

/** What tells one page from another. */
export function keyOf(query: ListQuery): string {
  return `${caller.peek()?.instance} ${hrefOfList(query)}`;
}

/** The token of the page; null where the list ends before it. A page that was not come to by Next is counted out. */
async function tokenOf(query: ListQuery, signal: AbortSignal): Promise<Result<string | null>> {
  const known = query.page === 1 ? "" : tokens.get(keyOf(query));
  if (known !== undefined) return { ok: true, value: known };
  const [filter, orderBy] = [filterOf(query.search), orderOf(query)];
  let pageToken = "";
  for (let left = (query.page - 1) * PAGE; left > 0; left -= STRIDE) {
    const pageSize = Math.min(left, STRIDE);
    const answer = await ask((to) => configs.listConfigOverviews({ filter, orderBy, pageSize, pageToken }, to), signal);
    if (!answer.ok) return answer;
    pageToken = answer.value.nextPageToken;
    if (!pageToken) return { ok: true, value: null };
  }
  return { ok: true, value: pageToken };
}

async function readPage(query: ListQuery, signal: AbortSignal): Promise<Result<ConfigPage>> {
  const key = keyOf(query);
  const first = query.page === 1 && !query.search; // it begins with the active one, if there is one
  const turn = configsTurn.peek();
  const elsewhere = first ? null : activeNow(signal);
  const token = await tokenOf(query, signal);
  if (!token.ok) return token;
  if (token.value === null) {
    return { ok: true, value: { query, key, configs: [], more: false, count: 0, active: undefined } };
  }
  const request = {
    filter: filterOf(query.search),
    orderBy: orderOf(query),
    pageSize: PAGE,
    pageToken: token.value,
  };
  const answer = await ask((options) => configs.listConfigOverviews(request, options), signal);
  if (!answer.ok) return answer;
  const { configs: rows, nextPageToken, configCount } = answer.value;
  if (tokens.size > 1000) tokens.clear();
  if (nextPageToken) tokens.set(keyOf({ ...query, page: query.page + 1 }), nextPageToken);
  const active = elsewhere ? await elsewhere : (rows.find(isActive) ?? null);
  if (first && active !== undefined) learned(active, turn);
  return {
    ok: true,
    value: {
      query,
      key,
      configs: rows,
      more: nextPageToken !== "",
      count: configCount,
      active,
    },
  };
}

export function isActive(config: ConfigOverview): boolean {
  return config.state === ProviderState.ACTIVE;
}

/** Reads the list for as long as its screen is shown, and again after each change. */
export function configList(query: ListQuery): ConfigList {
  let wanted = query;
  // That there is none is not shown before it is known: whoever comes back has often just added one.
  const known = last?.key === keyOf(query) && last.count > 0 ? last : null;
  const read = reading(async (signal) => {
    const answer = await readPage(wanted, signal);
    if (answer.ok || answer.problem.kind !== "invalid" || tokens.size === 0) return answer;
    tokens.clear(); // the service may take them no more: counted out instead
    return readPage(wanted, signal);
  }, known);
  const keep = effect(() => {
    last = read.value.value ?? last;
  });
  const forget = onConfigsChanged(() => void read.again());
  return {
    page: read.value,
    problem: read.problem,
    slow: read.slow,
    again: read.again,
    show: (next) => {
      if (keyOf(next) === keyOf(wanted)) return;
      wanted = next;
      void read.again();
    },
    close: () => {
      keep();
      forget();
      read.close();
    },
  };
}
