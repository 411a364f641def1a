/** The events of the instance, or of one configuration, which the address names: `#/events?config=ID`. */
import type { JSX } from "preact";
import { useEffect, useId, useMemo } from "preact/hooks";
import { type EventList, eventList } from "../../state/event_list.ts";
import { hrefOf, navigate, route } from "../../state/route.ts";
import { t } from "../../words/words.ts";
import { Head } from "../screen.tsx";
import { EventTable } from "./event_table.tsx";

export function AllEvents(): JSX.Element {
  const chosen = route.value.query.get("config") ?? "";
  const list = useMemo(() => eventList(chosen), [chosen]);
  useEffect(() => list.close, [list]);
  return (
    <>
      <Head name={t("frame.events")}>
        <ConfigFilter list={list} chosen={chosen} />
      </Head>
      <EventTable list={list} whole />
    </>
  );
}

/** Which configuration's events are shown. */
function ConfigFilter({ list, chosen }: { list: EventList; chosen: string }): JSX.Element {
  const id = useId();
  const configs = list.configs.value ?? [];
  const missing = chosen && !configs.some((config) => config.id === chosen);
  return (
    <>
      <label class="vh" for={id}>
        {t("events.filter")}
      </label>
      <select
        id={id}
        class="in event-filter"
        value={chosen}
        onChange={(event) => navigate(hrefOf(["events"], { config: event.currentTarget.value }))}
      >
        <option value="">{t("events.all_configs")}</option>
        {missing && <option value={chosen}>{list.nameOf(chosen).name || chosen}</option>}
        {configs.map((config) => (
          <option key={config.id} value={config.id}>
            {config.name}
          </option>
        ))}
      </select>
    </>
  );
}
