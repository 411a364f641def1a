"""`mailproof presets`: lists the mail providers whose servers a running service knows."""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from mailproof.cli.exit_codes import DONE, FAILED
from mailproof.cli.printer import print_json
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.table import as_json, print_facts, print_table
from mailproof.reporting.facts import word

if TYPE_CHECKING:
    from mailproof.client import Client
    from smtpdiag.v1 import discovery_pb2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument(
        "name", metavar="NAME", nargs="?", default="", help="only those whose name or domain holds this"
    )
    add_service_arguments(parser, _presets)


async def _presets(client: Client, parsed: argparse.Namespace) -> int:
    from smtpdiag.v1 import discovery_pb2

    pages = client.pages(client.discovery.ListProviderPresets, discovery_pb2.ListProviderPresetsRequest())
    found = [preset async for page in pages for preset in page.presets]
    sought = parsed.name.casefold()
    found = [each for each in found if any(sought in text.casefold() for text in (each.name, *each.domains))]
    if parsed.json:
        print_json([as_json(each) for each in found])
        return DONE
    if not found:
        print(f"mailproof presets: no known provider's name or domain holds {parsed.name!a}", file=sys.stderr)
        return FAILED
    if len(found) == 1:
        print_facts(zip(("name", "servers", "user", "secret"), _row(found[0], 100), strict=True))
        print_facts((("advice", found[0].advice), ("domains", ", ".join(found[0].domains))))
        return DONE
    print_table(
        ("name", "best server", "user", "secret"),
        [_row(each, 1) for each in found],
        optional=("secret", "user"),
        readable=24,
    )
    return DONE


def _row(preset: discovery_pb2.ProviderPreset, count: int) -> tuple[str, str, str, str]:
    from mailproof.syntax.host import join_host_port
    from smtpdiag.v1 import discovery_pb2, vocabulary_pb2

    servers = (
        f"{join_host_port(server.host, server.port)} {word(vocabulary_pb2.TlsMode, server.tls_mode, 'TLS_MODE_')}"
        for server in preset.servers[:count]
    )
    secrets = (word(discovery_pb2.WantedSecret, each, "WANTED_SECRET_") for each in preset.wanted_secrets)
    return preset.name, ", ".join(servers), preset.user_template, " or ".join(secrets)
