/** Reads the log of the instance, and what its configurations are called now. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { ConfigEvent } from "../../gen/smtpdiag/v1/instance_pb.ts";
import { admin, ask, instances } from "../api/transport.ts";
import { namesIn } from "./events.ts";
import { type Pages, pages } from "./pages.ts";
import { type Reading, reading } from "./reading.ts";

const PAGE = 100;

/** How many configurations a list holds at most (rules of ListQuery). */
const MOST_NAMES = 1000;

/** A configuration that an event is about. `exists` is null where that is not known. */
export type Named = { id: string; name: string; exists: boolean | null };

export type EventList = {
  pages: Pages<ConfigEvent>;
  /** Up to where the log was thinned; 0 for nothing. */
  thinnedThrough: () => bigint;
  nameOf: (id: string) => Named;
  /** The configurations there are, by name; null until they are read. */
  configs: ReadonlySignal<Named[] | null>;
  close: () => void;
};

/** The events of a configuration, or of all where the id is empty. */
export function eventList(providerId: string): EventList {
  let thinned = 0n;
  const list = pages<ConfigEvent>(
    async (pageToken, signal) => {
      const request = { providerId, pageToken, pageSize: PAGE };
      const result = await ask((options) => instances.listEvents(request, options), signal);
      if (!result.ok) return result;
      thinned = result.value.thinnedThrough;
      return { ok: true, value: { items: result.value.events, next: result.value.nextPageToken } };
    },
    (event) => String(event.sequence),
  );
  const present = presentConfigs();
  const past = computed(() => namesIn(list.items.value ?? []));
  const configs = computed(() => {
    const known = present.value.value;
    return known && [...known.names].map(([id, name]) => ({ id, name, exists: true }));
  });
  return {
    pages: list,
    thinnedThrough: () => thinned,
    configs,
    nameOf: (id) => {
      const known = present.value.value;
      const name = known?.names.get(id);
      if (name !== undefined) return { id, name, exists: true };
      return { id, name: past.value.get(id) ?? "", exists: known?.all ? false : null };
    },
    close: () => {
      list.close();
      present.close();
    },
  };
}

/** What the configurations are called, and whether these are all. */
type Present = { names: Map<string, string>; all: boolean };

function presentConfigs(): Reading<Present> {
  return reading(async (signal) => {
    const request = { query: { limit: MOST_NAMES } };
    const result = await ask((options) => admin.listEmailProviders(request, options), signal);
    if (!result.ok) return result;
    const names = result.value.result.map((provider): [string, string] => {
      const to = provider.config.case === "smtp" ? provider.config.value.host : provider.config.value?.endpoint;
      return [provider.id, provider.description || to || provider.id];
    });
    return {
      ok: true,
      value: { names: new Map(names), all: Number(result.value.details?.totalResult ?? 0n) <= names.length },
    };
  });
}
