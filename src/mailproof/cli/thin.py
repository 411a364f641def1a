"""`mailproof thin`: takes old events out of the event logs, whether or not a server runs.

Needs no encryption key. Exit codes: 0 if the logs are as the bounds say; 1 if one can't be followed, or if the database
can't be used; 2 for bad usage.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
from datetime import timedelta
from typing import TYPE_CHECKING

from mailproof.cli.exit_codes import DONE
from mailproof.cli.store_access import run_on_store
from mailproof.service import settings

if TYPE_CHECKING:
    from mailproof.store.contract import Store
    from mailproof.usecases.thinning import Thinning


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    settings.add_arguments(parser, only=settings.DATABASE)
    parser.add_argument(
        "--older-than", type=_age, metavar="AGE", help="events older than this go: 12h, 365d, 52w (an hour at least)"
    )
    parser.add_argument(
        "--keep", type=_number, default=0, metavar="N", help="of each instance the newest N events stay, older ones go"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say how many events would go")
    parser.epilog = (
        "Of each configuration one event stays, a snapshot: who added it and when, and what the events that go had "
        "made of it. So the state still follows from the log (mailproof rebuild --check). A running server need not "
        "stop, and does the same by itself with --thin-older-than and --thin-keep."
    )


def _age(text: str) -> timedelta | None:
    from mailproof.service import settings_values

    try:
        return settings_values.age(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 10**12):
        raise argparse.ArgumentTypeError("must be a whole number from 1 on")
    return int(text)


def run(parsed: argparse.Namespace) -> int:
    """Thin the logs, print what was done, and return the exit code."""
    chosen = settings.from_arguments(parsed, os.environ, only=settings.DATABASE)
    from mailproof.domain.errors import StartupError
    from mailproof.domain.ledger import LogBroken
    from mailproof.domain.thinning import ThinningPolicy
    from mailproof.service.declaration import SettingError

    policy = ThinningPolicy(parsed.older_than, parsed.keep)
    if not policy:
        raise SettingError("give --older-than, --keep or both: which events are to go?")

    async def work(store: Store) -> None:
        from mailproof.usecases.thinning import Thinning

        thinning = Thinning(store, policy)
        for instance_id in sorted(await store.instances()):
            print(await _of(thinning, instance_id, dry_run=parsed.dry_run), flush=True)

    try:
        run_on_store(chosen, work)
    except LogBroken as error:
        raise StartupError(f"{error}; what was thinned before that stays thinned") from error
    return DONE


async def _of(thinning: Thinning, instance_id: str, *, dry_run: bool) -> str:
    if dry_run:
        return f"instance {instance_id}: {await thinning.count(instance_id)} events would go, but for a snapshot each"
    return f"instance {instance_id}: {await thinning.thin(instance_id)} events are gone"
