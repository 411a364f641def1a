/** One event: what happened to what, what it changed, who did it and from where. */
import type { ComponentChildren, JSX } from "preact";
import { type ConfigEvent, ConfigEventType } from "../../../gen/smtpdiag/v1/instance_pb.ts";
import type { EventList } from "../../state/event_list.ts";
import { changesOf, settingsOf, typeId, withoutPort } from "../../state/events.ts";
import { hrefOf } from "../../state/route.ts";
import { clock, exactly } from "../../words/formats.ts";
import { codeName } from "../../words/vocabulary.ts";
import { has, rich, t } from "../../words/words.ts";
import { ChangeText, settingsText } from "./change_text.tsx";

type Props = { event: ConfigEvent; former: ConfigEvent | undefined; list: EventList; whole: boolean };

export function EventRow({ event, former, list, whole }: Props): JSX.Element {
  const details = detailsOf(event, former, list);
  const who = event.actorTokenName || event.actorTokenId || t("events.operator");
  const peer = event.peer && (
    <span class="mono" title={event.peer}>
      {withoutPort(event.peer)}
    </span>
  );
  return (
    <tr>
      <td class="nowrap num soft">
        {event.createTime && <time title={exactly(event.createTime)}>{clock(event.createTime)}</time>}
      </td>
      <td class="what">
        <b>{typeText(event)}</b> {whole && event.providerId && <ConfigName id={event.providerId} list={list} />}
        {details.length > 0 && <span class="small soft changes">{separated(details)}</span>}
        <span class="small dim narrow who-narrow">
          {who} {peer}
        </span>
      </td>
      <td class="wide who">
        {who}
        {peer && <span class="small dim">{peer}</span>}
      </td>
    </tr>
  );
}

/** What happened: "Activated". Of a newer release's event its own word for it. */
function typeText(event: ConfigEvent): string {
  const key = `events.type_${typeId(event.type)}`;
  if (event.type === ConfigEventType.UNKNOWN || !has(key)) {
    return event.unknownType ? t("events.type_newer", { type: event.unknownType }) : t("events.type_unknown");
  }
  return t(key);
}

/** The name of a configuration: a link if there is one still. */
function ConfigName({ id, list }: { id: string; list: EventList }): JSX.Element {
  const { name, exists } = list.nameOf(id);
  const shown = <bdi>{name || id}</bdi>;
  return exists === false ? <span class="soft">{shown}</span> : <a href={hrefOf(["configs", id])}>{shown}</a>;
}

function detailsOf(event: ConfigEvent, former: ConfigEvent | undefined, list: EventList): ComponentChildren[] {
  const details: ComponentChildren[] = [];
  const added = event.type === ConfigEventType.SMTP_ADDED || event.type === ConfigEventType.HTTP_ADDED;
  const changes = event.type === ConfigEventType.PASSWORD_CHANGED ? [] : changesOf(event, former);
  details.push(...changes.map((change) => <ChangeText key={change.field} change={change} />));
  if (added || event.type === ConfigEventType.SNAPSHOT) {
    const settings = settingsOf(event);
    if (settings) details.push(...settingsText(settings));
  }
  if (event.snapshot) details.push(t("events.snapshot"));
  if (event.deactivatedProviderId) {
    details.push(
      <span>{rich("events.deactivated", { name: <ConfigName id={event.deactivatedProviderId} list={list} /> })}</span>,
    );
  }
  if (event.testCode) details.push(codeName(event.testCode));
  if (event.secretCount) details.push(t("events.secrets", { n: event.secretCount }));
  if (event.providerCount) details.push(t("events.configs", { n: event.providerCount }));
  if (event.importId && added) details.push(t("events.by_import"));
  return details;
}

/** On one line with dots between them; on narrow screens each on a line of its own. */
function separated(pieces: ComponentChildren[]): ComponentChildren[] {
  return pieces.flatMap((piece, index) => {
    const own = (
      <span key={index} class="piece">
        {piece}
      </span>
    );
    return index === 0
      ? [own]
      : [
          <span key={`dot ${index}`} class="wide">
            {" "}
            ·{" "}
          </span>,
          own,
        ];
  });
}
