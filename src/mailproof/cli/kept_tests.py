"""`mailproof tests`: lists and shows the kept tests of a running service's configurations."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mailproof.cli.exit_codes import DONE
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.service_refusals import in_arguments
from mailproof.cli.table import print_line, print_message, print_table
from mailproof.reporting.facts import moment

if TYPE_CHECKING:
    from mailproof.client import Client
    from smtpdiag.v1 import test_pb2

_HEAD = (
    "id",
    "began",
    "config",
    "call",
    "depth",
    "outcome",
    "stage",
    "code",
    "ms",
    "tls",
    "certificate ends",
    "by",
    "not as stored",
)
_OPTIONAL = (
    "certificate ends",
    "tls",
    "not as stored",
    "call",
    "depth",
    "by",
    "stage",
    "ms",
    "outcome",
    "config",
    "began",
)
"""Columns that a narrow terminal is not shown, the least important first; the code says whether a test has passed."""

_PAGE = 500
_MAX_LIMIT = 100_000
_AGO = re.compile(r"([1-9][0-9]{0,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `list` and `show`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    text = "List the kept tests of configurations, the newest first."
    listing = actions.add_parser("list", help=text, description=text, allow_abbrev=False)
    listing.add_argument(
        "--config",
        metavar="ID",
        default="",
        help="only tests of this configuration: its id, also of a removed one, its description, or `active`",
    )
    listing.add_argument(
        "--filter",
        metavar="TEXT",
        default="",
        help="only tests that this selects (AIP-160): outcome = fail AND code = auth_rejected, elapsed_ms > 5000",
    )
    listing.add_argument(
        "--since",
        metavar="WHEN",
        type=time_since,
        help="only tests since then: a length (30m, 12h, 7d, 2w), a date or a time, in UTC where it says nothing else",
    )
    listing.add_argument("--order-by", metavar="TEXT", default="", help="the order: start_time desc, elapsed_ms, code")
    listing.add_argument(
        "--limit", metavar="N", type=limit, default=50, help="how many tests at most; 0 means all; default: 50"
    )
    add_service_arguments(listing, in_arguments(_list))

    text = "Show a kept test with its report, and what had changed since the last good one."
    showing = actions.add_parser("show", help=text, description=text, allow_abbrev=False)
    showing.add_argument("id", metavar="ID", help="the test's id, as list shows it")
    add_service_arguments(showing, in_arguments(_show))


def time_since(text: str) -> datetime:
    """Parse a time, or how long ago it was."""
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        when = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("must be a length (12h, 7d), a date (2026-11-17) or a time") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)


def limit(text: str) -> int:
    """Parse how many tests are wanted; 0 becomes as many as a list shows."""
    if not (text.isascii() and text.isdecimal()) or int(text) > _MAX_LIMIT:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to {_MAX_LIMIT}")
    return int(text) or _MAX_LIMIT


async def _list(client: Client, parsed: argparse.Namespace) -> int:
    from mailproof.cli.config_lookup import config_id
    from smtpdiag.v1 import test_pb2

    # OR binds closer than AND, so the filter needs no parentheses, which would shift the place that a complaint names.
    conditions = [parsed.filter] if parsed.filter.strip() else []
    if parsed.since is not None:
        conditions.append(f"start_time >= {parsed.since:%Y-%m-%dT%H:%M:%S}Z")
    request = test_pb2.ListTestsRequest(
        page_size=min(_PAGE, parsed.limit),
        filter=" AND ".join(conditions),
        order_by=parsed.order_by,
        config_id=await config_id(client, parsed.config),
    )
    tests: list[test_pb2.Test] = []
    token = ""
    async for page in client.pages(client.tests.ListTests, request):
        tests += page.tests
        token = page.next_page_token
        if len(tests) >= parsed.limit:
            break
        request.page_size = min(_PAGE, parsed.limit - len(tests))
    if parsed.json:
        print_message(test_pb2.ListTestsResponse(tests=tests, next_page_token=token))
        return DONE
    if not tests:
        print_line(f"mailproof {parsed.called}: no test is kept that this selects", aside=True)
        return DONE
    print_table(_HEAD, map(_row, tests), whole=("began", "config"), optional=_OPTIONAL)
    if token:
        print_line("There are more: --limit says how many are shown.", aside=True)
    return DONE


def _row(test: test_pb2.Test) -> tuple[str, ...]:
    from mailproof.reporting.kept_test_text import test_words

    words = test_words(test)
    return (
        test.id,
        moment(test.start_time),
        test.config_id,
        words["call"],
        words["depth"],
        words["outcome"],
        test.stage,
        test.code,
        str(test.elapsed_ms),
        test.tls_version,
        moment(test.certificate_expire_time)[:10] if test.HasField("certificate_expire_time") else "",
        test.actor_token_name or test.actor_token_id,
        ", ".join(test.overridden),
    )


async def _show(client: Client, parsed: argparse.Namespace) -> int:
    from smtpdiag.v1 import test_pb2

    answer = await client.tests.GetTest(test_pb2.GetTestRequest(id=parsed.id))
    if parsed.json:
        print_message(answer.test)
        return DONE
    _print_test(answer.test)
    return DONE


def _print_test(test: test_pb2.Test) -> None:
    from mailproof.cli.printer import Printer
    from mailproof.reporting.kept_test_text import put_kept_test

    put_kept_test(test, Printer(quiet=False))
