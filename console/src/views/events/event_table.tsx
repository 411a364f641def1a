/** Events by day, newest first, and what of the log is not here. */
import type { JSX } from "preact";
import type { ConfigEvent } from "../../../gen/smtpdiag/v1/instance_pb.ts";
import { Loading, Note } from "../../parts/pieces.tsx";
import type { EventList } from "../../state/event_list.ts";
import { daysBefore, eventsByDay, formerOf } from "../../state/events.ts";
import { now } from "../../state/now.ts";
import { dayHeading } from "../../words/days.ts";
import { number, t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";
import { Older } from "../older.tsx";
import { EventRow } from "./event_row.tsx";

/** `whole` shows which configuration each event is about; a configuration's own tab need not say it. */
export function EventTable({ list, whole }: { list: EventList; whole: boolean }): JSX.Element | null {
  const { pages } = list;
  const events = pages.items.value;
  const problem = pages.first.problem.value;
  const trouble = problem && <Failure problem={problem} again={() => void pages.first.again()} />;
  if (events === null) {
    if (trouble) return trouble;
    return pages.first.slow.value ? (
      <section class="card">
        <Loading rows={8} label={t("events.loading")} />
      </section>
    ) : null;
  }
  if (events.length === 0) return trouble ?? <section class="card no-events">{t("events.empty")}</section>;
  return (
    <>
      {trouble}
      <Days events={events} list={list} whole={whole} />
      <End list={list} />
    </>
  );
}

function Days(props: { events: ConfigEvent[]; list: EventList; whole: boolean }): JSX.Element {
  const former = formerOf(props.events);
  return (
    <section class="card table-card">
      <table class="dense events">
        <caption class="vh">{t("events.table")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("events.when")}</th>
            <th scope="col">{t("events.what")}</th>
            <th scope="col" class="wide">
              {t("events.who")}
            </th>
          </tr>
        </thead>
        {eventsByDay(props.events).map((day) => (
          <tbody key={String(day.events[0]?.sequence)}>
            <tr class="day">
              <th colSpan={3} scope="rowgroup">
                {dayHeading(day.start, now.value, daysBefore(day.start, now.value))}
              </th>
            </tr>
            {day.events.map((event) => (
              <EventRow
                key={String(event.sequence)}
                event={event}
                former={former.get(event.sequence)}
                list={props.list}
                whole={props.whole}
              />
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}

/** The next page, or what there was before the first event. */
function End({ list }: { list: EventList }): JSX.Element {
  const thinned = list.thinnedThrough();
  return (
    <>
      <Older pages={list.pages} label={t("events.older")} end={t("events.end")} />
      {thinned > 0n && !list.pages.more.value && (
        <Note>{t("events.thinned", { number: number(Number(thinned)) })}</Note>
      )}
    </>
  );
}
