"""`mailproof config`: what a running service has stored. `list` shows each configuration with what its tests say.

What changes, shows and tests one is shared with `mailproof provider`.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailproof.cli.config_lookup import noun_of
from mailproof.cli.exit_codes import DONE
from mailproof.cli.printer import print_json
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.service_refusals import in_arguments
from mailproof.cli.table import as_json, print_line, print_table
from mailproof.reporting.facts import moment, word

if TYPE_CHECKING:
    from mailproof.client import Client
    from smtpdiag.v1 import config_overview_pb2

_PAGE = 200
"""How many configurations are asked for at once."""

_TICKS = {1: "+", 2: "x", 3: "/"}
"""What stands for an outcome, by the numbers of TestOutcome."""

_HEAD = ("id", "state", "name", "server", "tls", "user", "secret", "last test", "when", "recent", "certificate")

_OPTIONAL = ("tls", "certificate", "secret", "when", "user", "recent", "last test", "server")
"""Columns that a narrow terminal is not shown, the least important first."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    from mailproof.cli import config_export, config_import, providers

    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    add_listing(actions, "configurations")
    providers.add_actions(actions)
    text = "Write all configurations of an instance to a file."
    config_export.add_arguments(actions.add_parser("export", help=text, description=text, allow_abbrev=False))
    text = "Add all configurations of such a file to an instance, under new ids."
    config_import.add_arguments(actions.add_parser("import", help=text, description=text, allow_abbrev=False))


def add_listing(actions: argparse._SubParsersAction[argparse.ArgumentParser], what: str) -> None:
    """Add `list`.

    Args:
        actions: Where it is added.
        what: What is listed, in the plural.
    """
    text = f"List the {what} with their last tests, + passed, x failed, / cancelled, the newest first."
    listing = actions.add_parser("list", help=text, description=text, allow_abbrev=False)
    listing.add_argument(
        "--filter",
        metavar="TEXT",
        default="",
        help="only those that it selects, such as 'state = active', 'last_test.outcome = fail', or a text to look for",
    )
    listing.add_argument(
        "--order-by",
        metavar="FIELDS",
        default="",
        help="such as 'description' or 'last_test.start_time desc'; default: the active one first, then the newest",
    )
    add_service_arguments(listing, in_arguments(_list))


async def _list(client: Client, parsed: argparse.Namespace) -> int:
    from smtpdiag.v1 import config_overview_pb2

    request = config_overview_pb2.ListConfigOverviewsRequest(
        page_size=_PAGE, filter=parsed.filter, order_by=parsed.order_by
    )
    found: list[config_overview_pb2.ConfigOverview] = []
    async for page in client.pages(client.configs.ListConfigOverviews, request):
        found += page.configs
    if parsed.json:
        print_json([as_json(each) for each in found])
    elif not found:
        why = f"nothing is stored yet; `mailproof {noun_of(parsed)} add` does that"
        if page.config_count:
            why = f"the filter selects none of {page.config_count} configurations"
        print_line(f"mailproof {parsed.called}: {why}", aside=True)
    else:
        print_table(_HEAD, [_row(each) for each in found], optional=_OPTIONAL)
    return DONE


def _row(config: config_overview_pb2.ConfigOverview) -> tuple[str, ...]:
    from smtpdiag.v1 import config_overview_pb2, instance_pb2

    smtp, http, test = config.smtp, config.http, config.last_test
    return (
        config.id,
        word(instance_pb2.ProviderState, config.state, "PROVIDER_STATE_"),
        http.description if config.HasField("http") else smtp.description or smtp.sender_address,
        http.endpoint or smtp.host,
        config.tls_version,
        smtp.user,
        word(config_overview_pb2.SecretState, config.secret_state, "SECRET_STATE_"),
        test.code,
        moment(test.start_time) if config.HasField("last_test") else "",
        "".join(_TICKS.get(each.outcome, "?") for each in config.recent_tests),
        moment(config.certificate_expire_time)[:10] if config.HasField("certificate_expire_time") else "",
    )
