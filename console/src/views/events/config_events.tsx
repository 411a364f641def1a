/** The events of one configuration. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { eventList } from "../../state/event_list.ts";
import { EventTable } from "./event_table.tsx";

export function ConfigEvents({ id }: { id: string }): JSX.Element {
  const list = useMemo(() => eventList(id), [id]);
  useEffect(() => list.close, [list]);
  return <EventTable list={list} whole={false} />;
}
