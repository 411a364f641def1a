"""`mailproof rebuild`: makes the state anew from the events, or compares the two, whether or not a server runs.

Needs no encryption key. Exit codes: 0 if the state is now what the events say; 1 if `--check` found that it is not, if
an event is missing or damaged, or if the database can't be used; 2 for bad usage.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from mailproof.cli.exit_codes import DONE, FAILED
from mailproof.cli.store_access import run_on_store
from mailproof.service import settings

if TYPE_CHECKING:
    from mailproof.service.settings import ServiceSettings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    settings.add_arguments(parser, only=settings.DATABASE)
    parser.add_argument("--check", action="store_true", help="only compare, change nothing; exit with 1 if they differ")
    parser.add_argument(
        "--accept-loss",
        action="store_true",
        help="take a SQLite database as it is, once it was checked, though it lacks writes that were acknowledged or "
        "is another copy than the one that was in use: a start refuses it until then",
    )
    parser.epilog = (
        "The stored providers follow from the event log; this replays it. A running server need not stop: its reads go "
        "on, its writes wait for the moment in which what differs is replaced."
    )


def run(parsed: argparse.Namespace) -> int:
    """Rebuild or compare, print what was found, and return the exit code."""
    chosen = settings.from_arguments(parsed, os.environ, only=settings.DATABASE)
    from mailproof.domain.errors import StartupError
    from mailproof.domain.ledger import LogBroken

    try:
        if parsed.accept_loss:
            _accept(chosen)
        differ = run_on_store(chosen, lambda store: store.rebuild(check=parsed.check))
    except LogBroken as error:
        raise StartupError(f"{error}; nothing was changed") from error
    if not differ:
        print("the state is what the events say")
    elif parsed.check:
        print(f"records that differ from what the events say: {differ}; mailproof rebuild makes them anew")
    else:
        print(f"records that differed from what the events say and were made anew: {differ}")
    return FAILED if differ and parsed.check else DONE


def _accept(chosen: ServiceSettings) -> None:
    from mailproof.service import backups

    there, noted = backups.accept_loss(chosen)
    print(f"taken as it is: {there} commits are there, of {noted} that were acknowledged")
