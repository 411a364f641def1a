"""`mailproof server`: asks a running service for its version, its limits and what is switched on."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mailproof.cli.exit_codes import DONE
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.table import print_facts, print_message
from mailproof.reporting.facts import moment

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from mailproof.client import Client

_WORDS_OF_ZERO = {
    "concurrent_tests_per_instance": "its share",
    "kept_tests_per_config": "none",
    "kept_tests_days": "any age",
}
"""What 0 means of a limit, where it is not any number."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    add_service_arguments(parser, _server)


async def _server(client: Client, parsed: argparse.Namespace) -> int:
    from smtpdiag.v1 import server_pb2

    server = await client.server.GetServerInfo(server_pb2.GetServerInfoRequest())
    if parsed.json:
        print_message(server)
        return DONE
    print_facts(
        (
            ("version", server.version),
            ("server time", moment(server.server_time)),
            *((name.replace("_", " "), _limit(name, value)) for name, value in _members(server.limits)),
            *((name.replace("_", " "), _feature(value)) for name, value in _members(server.features)),
            ("documentation", server.documentation.url),
            ("page on a finding", server.documentation.finding_path),
        )
    )
    return DONE


def _members(message: Message) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a message, in their order."""
    for field in message.DESCRIPTOR.fields:
        yield field.name, getattr(message, field.name)


def _limit(name: str, value: Any) -> str:
    if not isinstance(value, int):  # a duration
        return f"{value.ToMilliseconds() / 1000:g} s"
    return str(value) if value else _WORDS_OF_ZERO.get(name, "any number")


def _feature(value: bool | str) -> str:
    return value if isinstance(value, str) else "yes" if value else "no"
