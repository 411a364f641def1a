"""`mailproof keys`: lists the encryption keys, seals all secrets under another one, and gives up old keys.

Works on the database itself, whether or not a server runs; it needs the keys as the server does. The law kept here: no
key is ever printed, only its id.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from mailproof.cli.exit_codes import DONE, FAILED
from mailproof.cli.printer import print_json
from mailproof.cli.store_access import run_on_store
from mailproof.domain.errors import StartupError
from mailproof.service import settings

if TYPE_CHECKING:
    from mailproof.service.encryption_keys import OwnKeys
    from mailproof.store.contract import Store

KeyAction = Callable[["Store", "OwnKeys", argparse.Namespace], Coroutine[Any, Any, int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `list`, `rotate` and `retire`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    listing = _action(actions, "list", "List the keys by their ids, and how many secrets are under each.", _list)
    listing.add_argument("--json", action="store_true", help="print a JSON array")

    rotate = _action(actions, "rotate", "Seal every secret anew under the newest key; the service may run.", _rotate)
    rotate.add_argument(
        "--accept-unbound",
        action="store_true",
        help="also take secrets in the form of an older release, after a backup of one was restored: they are bound to "
        "the destinations that their records name, which nothing proves to be those they were stored for",
    )
    rotate.epilog = (
        "The file secret.key of the data directory gets a new key, unless secrets are left under an older one of a run "
        "that was cut short. Keys of the environment, a file or a command are yours to change: give the new one first "
        "and the old one behind it. The old key stays until mailproof keys retire."
    )

    _action(actions, "retire", "Take the keys out of secret.key under which nothing is sealed any more.", _retire)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, action: KeyAction
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
    settings.add_arguments(parser, only=settings.DATABASE | settings.KEYS)
    parser.set_defaults(run=_run, action=action)
    return parser


def _run(parsed: argparse.Namespace) -> int:
    chosen = settings.from_arguments(parsed, os.environ, only=settings.DATABASE | settings.KEYS)
    from mailproof.service.encryption_keys import OwnKeys

    action: KeyAction = parsed.action
    return run_on_store(chosen, lambda store: action(store, OwnKeys(chosen), parsed))


async def _list(store: Store, keys: OwnKeys, parsed: argparse.Namespace) -> int:
    uses = await keys.uses(store)
    if parsed.json:
        print_json(
            [{"id": use.id, "state": use.state, "secrets": use.providers, "event_secrets": use.events} for use in uses]
        )
        return DONE
    print(f"{'id':<16}  {'secrets':>7}  {'in events':>9}  state")
    for use in uses:
        print(f"{use.id:<16}  {use.providers:>7}  {use.events:>9}  {use.state}")
    return DONE


async def _rotate(store: Store, keys: OwnKeys, parsed: argparse.Namespace) -> int:
    made = await keys.make_newer(store)
    if made:
        print(f"made the key {made}", flush=True)
    done = await keys.rotate(store, _print_progress, accept_unbound=parsed.accept_unbound)
    for provider in done.unreadable:
        print(
            f"mailproof: the secret of configuration {provider.id} of instance {provider.details.resource_owner} can't "
            "be opened: set it again",
            file=sys.stderr,
        )
    print(f"sealed anew: {done.resealed}; destroyed in old events: {done.destroyed}")
    print(f"{done.left} secrets left under old keys; all others are under {keys.newest}")
    return FAILED if done.left else DONE


async def _retire(store: Store, keys: OwnKeys, _: argparse.Namespace) -> int:
    retired = await keys.retire(store)
    for each in retired:
        print(f"retired the key {each}")
    if not retired:
        raise StartupError("there is one key, and it is in use")
    return DONE


def _print_progress(done: int, of: int) -> None:
    print(f"sealed anew: {done} of {of}", flush=True)
