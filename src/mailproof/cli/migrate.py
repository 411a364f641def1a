"""`mailproof migrate`: copies all data from one database into an empty one, of the same engine or the other.

Needs no encryption key: secrets are copied sealed, and stay sealed under the same key. The law kept here: a URL's
password is never printed.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import sys

from mailproof.cli.exit_codes import DONE
from mailproof.domain.database import DatabaseUrl, parse_url


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--from` and `--to`."""
    for flag, name, text in (("--from", "source", "where the data is"), ("--to", "target", "an empty database")):
        parser.add_argument(
            flag,
            dest=name,
            required=True,
            type=_url,
            metavar="URL",
            help=f"{text}: sqlite:///PATH or postgresql://USER@HOST:PORT/DATABASE; a password may also stand in "
            "PGPASSWORD or ~/.pgpass, where no list of processes shows it",
        )
    parser.epilog = (
        "All or nothing: the target stays empty where anything fails. Stop the service first: what it writes "
        "meanwhile stays behind. Start it again with the same encryption key."
    )
    parser.set_defaults(run=_run)


def _url(text: str) -> DatabaseUrl:
    try:
        return parse_url(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _run(parsed: argparse.Namespace) -> int:
    import asyncio

    from mailproof.service.engines import transfer_side
    from mailproof.store.transfer import transfer

    moved = asyncio.run(transfer(transfer_side(parsed.source), transfer_side(parsed.target)))
    rows = ", ".join(f"{count} {table}" for table, count in moved.items())
    print(f"mailproof: moved and verified {rows}", file=sys.stderr)
    return DONE
