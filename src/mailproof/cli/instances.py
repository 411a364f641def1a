"""`mailproof instance`: creates and lists instances in the database itself, whether or not a server runs.

A token of an issuer names instances and makes none, so this is where they come from for callers without a stored token.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from mailproof.cli.exit_codes import DONE
from mailproof.cli.printer import print_json
from mailproof.cli.store_access import add_init, run_on_store
from mailproof.service import settings

if TYPE_CHECKING:
    from mailproof.store.contract import Store

InstanceAction = Callable[["Store", argparse.Namespace], Coroutine[Any, Any, int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `create` and `list`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    create = _action(actions, "create", "Make instances; those that exist stay as they are.", _create)
    text = "1 to 100 letters, digits, dots, dashes or underscores"
    add_init(create)
    create.add_argument("id", type=_id, metavar="ID", nargs="+", help=text)
    listing = _action(actions, "list", "List the instances' ids; the default one is marked.", _list)
    listing.add_argument("--json", action="store_true", help="print a JSON array")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, action: InstanceAction
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
    settings.add_arguments(parser, only=settings.DATABASE)
    parser.set_defaults(run=_run, action=action)
    return parser


def _id(text: str) -> str:
    from mailproof.syntax.instance_id import check_instance_id

    try:
        return check_instance_id(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _run(parsed: argparse.Namespace) -> int:
    chosen = settings.from_arguments(parsed, os.environ, only=settings.DATABASE)
    action: InstanceAction = parsed.action
    init = getattr(parsed, "init", False)
    return run_on_store(chosen, lambda store: action(store, parsed), create=action is _create, init=init)


async def _create(store: Store, parsed: argparse.Namespace) -> int:
    for instance_id in parsed.id:
        made = await store.create_instance(instance_id)
        print(f"made the instance {instance_id}" if made else f"there is an instance {instance_id} already")
    return DONE


async def _list(store: Store, parsed: argparse.Namespace) -> int:
    default = await store.default_instance()
    found = sorted(await store.instances())
    if parsed.json:
        print_json([{"id": each, "default": each == default} for each in found])
        return DONE
    for each in found:
        print(f"{each}  default" if each == default else each)
    return DONE
