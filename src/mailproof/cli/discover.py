"""`mailproof discover`: the submission servers of a mail address, without a server or a database.

Clues and candidates as they come and then what to use, or one JSON document. Law: everything heavy is imported by
`run`, so that `--help` costs nothing, and neither gRPC nor protobuf nor the store is imported at all.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailproof.cli.arguments import UsageError, add_json, add_language, add_timeout, complain
from mailproof.cli.discover_output import DiscoverOutput, as_json
from mailproof.cli.exit_codes import DONE, FAILED, INTERRUPTED
from mailproof.cli.printer import Printer, print_json, show_until

if TYPE_CHECKING:
    from mailproof.discovery.search import SettingsSearch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("address", metavar="ADDRESS", help="mail address whose settings are looked for")
    add_timeout(parser)
    add_json(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0 found, 1 nothing that works, 2 bad usage, 130 interrupted."""
    from mailproof.syntax.mailbox import parse_typed_mailbox

    try:
        address = str(parse_typed_mailbox(args.address))
    except ValueError as error:
        return complain("discover", UsageError(f"argument ADDRESS: {error}"))

    from mailproof.cli import event_loop
    from mailproof.discovery.progress import SearchResult
    from mailproof.discovery.translation import result_in
    from mailproof.languages.language import Language

    output = DiscoverOutput(Printer(quiet=args.json))
    try:
        progress = _settings_search().run(address, args.timeout)
        found = event_loop.run(show_until(SearchResult, progress, output.progress))
        found = result_in(found, Language(args.language))
    except KeyboardInterrupt:
        return INTERRUPTED
    if args.json:
        print_json(as_json(found))
    else:
        output.result(found)
    return DONE if found.best else FAILED


def _settings_search() -> SettingsSearch:
    """Build the search as a command line needs it: who calls it owns the machine, so the operator's policy holds."""
    from mailproof.discovery.search import SettingsSearch
    from mailproof.net.addrinfo import FEW
    from mailproof.net.egress import policy_for_operator
    from mailproof.net.trust import TrustStore
    from mailproof.probe.probe import Probe

    guard, trust = policy_for_operator(), TrustStore()
    prober = Probe(guard=guard, trust=trust, max_addresses=FEW)
    return SettingsSearch(prober=prober, https_guard=guard.for_web(), trust=trust)
