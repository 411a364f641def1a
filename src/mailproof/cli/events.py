"""`mailproof events`: who changed what in the configurations of a running service, when and from where."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailproof.cli.exit_codes import DONE
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.service_refusals import in_arguments
from mailproof.cli.table import print_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from mailproof.client import Client
    from smtpdiag.v1 import instance_pb2

INTERVAL = 2.0
"""Seconds between two looks at the log, with --follow."""

_HEAD = ("event", "when", "what", "configuration", "details", "by", "from")
_PAGE = 500
_PREFIX = "CONFIG_EVENT_TYPE_"

TYPES = (
    "smtp_added",
    "smtp_changed",
    "password_changed",
    "http_added",
    "http_changed",
    "activated",
    "deactivated",
    "removed",
    "secret_resealed",
    "tested",
    "secrets_exported",
    "unknown",
    "snapshot",
    "import_begun",
    "import_finished",
    "import_undone",
)
"""The types of events, as ConfigEventType has them: `--help` names them without a look at the message."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    from mailproof.cli.kept_tests import limit, time_since

    parser.add_argument(
        "--config",
        metavar="ID",
        default="",
        help="only events of this configuration: its id, also of a removed one, its description, or `active`",
    )
    parser.add_argument(
        "--type",
        dest="types",
        action="append",
        choices=TYPES,
        metavar="TYPE",
        help=f"only events of this type; may be given several times: {', '.join(TYPES)}",
    )
    parser.add_argument("--by", metavar="TOKEN", help="only what was done with this token: its name or id")
    parser.add_argument(
        "--since",
        metavar="WHEN",
        type=time_since,
        help="only events since then: a length (30m, 12h, 7d, 2w), a date or a time, in UTC where it says nothing else",
    )
    parser.add_argument(
        "--limit", metavar="N", type=limit, default=50, help="how many events at most; 0 means all; default: 50"
    )
    parser.add_argument(
        "--follow",
        action="store_true",
        help="print the newest events, the oldest of them first, and then each one as it happens, until Ctrl-C",
    )
    add_service_arguments(parser, in_arguments(_events))


async def _events(client: Client, parsed: argparse.Namespace) -> int:
    from mailproof.cli.config_lookup import config_id
    from mailproof.cli.table import print_message, print_table
    from smtpdiag.v1 import instance_pb2

    provider_id = await config_id(client, parsed.config)
    found, more, thinned = await _newest(client, provider_id, parsed)
    if parsed.follow:
        await _follow(client, provider_id, found, parsed)
        return DONE
    if parsed.json:
        print_message(instance_pb2.ListEventsResponse(events=found, thinned_through=thinned))
        return DONE
    if not found:
        print_line(f"mailproof {parsed.called}: there is no event that this selects", aside=True)
    else:
        print_table(_HEAD, map(row, found), whole=("when", "what", "configuration"), optional=("from",), readable=8)
    if more:
        print_line("There are more: --limit says how many are shown.", aside=True)
    elif thinned and not parsed.since:
        print_line(f"The events up to {thinned} were thinned away.", aside=True)
    return DONE


async def _newest(
    client: Client, provider_id: str, parsed: argparse.Namespace
) -> tuple[list[instance_pb2.ConfigEvent], bool, int]:
    """Return the newest events that are selected, whether there are more, and the last sequence that was thinned."""
    from smtpdiag.v1 import instance_pb2

    wanted: list[instance_pb2.ConfigEvent] = []
    thinned = 0
    selects_all = not (parsed.types or parsed.by)
    size = min(_PAGE, parsed.limit + 1) if selects_all else _PAGE
    request = instance_pb2.ListEventsRequest(page_size=size, provider_id=provider_id)
    async for page in client.pages(client.instances.ListEvents, request):
        thinned = page.thinned_through
        for event in page.events:
            if parsed.since and _when(event) < parsed.since:
                return wanted, False, thinned
            if not _selected(event, parsed):
                continue
            if len(wanted) == parsed.limit:
                return wanted, True, thinned
            wanted.append(event)
    return wanted, False, thinned


def _selected(event: instance_pb2.ConfigEvent, parsed: argparse.Namespace) -> bool:
    if parsed.types and _type(event) not in parsed.types:
        return False
    return parsed.by is None or parsed.by in (event.actor_token_id, event.actor_token_name)


async def _follow(
    client: Client, provider_id: str, newest: list[instance_pb2.ConfigEvent], parsed: argparse.Namespace
) -> None:
    """Print events, and then those that come, until the command is interrupted."""
    last = newest[0].sequence if newest else await _last(client, provider_id)
    for event in reversed(newest):
        _print_event(event, parsed)
    async for event in _coming(client, provider_id, last):
        if _selected(event, parsed):
            _print_event(event, parsed)


async def _last(client: Client, provider_id: str) -> int:
    from smtpdiag.v1 import instance_pb2

    page = await client.instances.ListEvents(instance_pb2.ListEventsRequest(page_size=1, provider_id=provider_id))
    return page.events[0].sequence if page.events else 0


async def _coming(client: Client, provider_id: str, last: int) -> AsyncIterator[instance_pb2.ConfigEvent]:
    """Yield each event after a sequence as it comes, in their order."""
    import asyncio

    from smtpdiag.v1 import instance_pb2

    while True:
        await asyncio.sleep(INTERVAL)
        fresh: list[instance_pb2.ConfigEvent] = []
        request = instance_pb2.ListEventsRequest(page_size=_PAGE, provider_id=provider_id)
        async for page in client.pages(client.instances.ListEvents, request):
            fresh += [event for event in page.events if event.sequence > last]
            if not page.events or page.events[-1].sequence <= last:
                break
        for event in reversed(fresh):
            yield event
            last = event.sequence


def _print_event(event: instance_pb2.ConfigEvent, parsed: argparse.Namespace) -> None:
    """Print an event on a line: of JSON, or of what a table shows."""
    if parsed.json:
        import json

        from mailproof.cli.table import as_json

        print_line(json.dumps(as_json(event), separators=(",", ":")))
        return
    from mailproof.reporting.facts import shown

    print_line("  ".join(map(shown, row(event))))


def row(event: instance_pb2.ConfigEvent) -> tuple[str, ...]:
    """Return an event as the cells of a table."""
    from mailproof.reporting.facts import moment

    return (
        str(event.sequence),
        moment(event.create_time),
        _type(event),
        event.provider_id,
        _details(event),
        event.actor_token_name or event.actor_token_id,
        event.peer,
    )


def _type(event: instance_pb2.ConfigEvent) -> str:
    from mailproof.reporting.facts import word
    from smtpdiag.v1 import instance_pb2

    return word(instance_pb2.ConfigEventType, event.type, _PREFIX)


def _details(event: instance_pb2.ConfigEvent) -> str:
    """Return what an event tells besides, in few words."""
    if event.changed_fields:
        return ", ".join(event.changed_fields)
    if event.deactivated_provider_id:
        return f"instead of {event.deactivated_provider_id}"
    if event.test_code or event.unknown_type:
        return event.test_code or event.unknown_type
    if event.secret_count:
        return f"{event.secret_count} secrets"
    if event.provider_count:
        return f"{event.provider_count} configurations"
    return event.http.endpoint or event.smtp.host


def _when(event: instance_pb2.ConfigEvent) -> datetime:
    from datetime import UTC

    when: datetime = event.create_time.ToDatetime(UTC)
    return when
