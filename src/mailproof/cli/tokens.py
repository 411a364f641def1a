"""`mailproof token`: creates, lists and revokes access tokens in the database itself, whether or not a server runs.

Needs no encryption key. The law kept here: a token is printed once, when it is made, alone on stdout; no token and no
digest is ever listed.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from mailproof.cli.exit_codes import DONE, FAILED
from mailproof.cli.printer import print_json
from mailproof.cli.store_access import run_on_store
from mailproof.domain.model import Role, Token
from mailproof.service import settings

if TYPE_CHECKING:
    from mailproof.store.contract import Store

_INSTANCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MAX_NAME = 200

TokenAction = Callable[["Store", argparse.Namespace], Coroutine[Any, Any, int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `create`, `list` and `revoke`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    create = _action(actions, "create", "Make a token and print it, alone, on stdout.", _create)
    create.add_argument("--role", required=True, choices=[role.value for role in Role], help="what it may do")
    create.add_argument(
        "--instance",
        type=_instance,
        metavar="ID",
        action="append",
        default=[],
        help="instance it may be used for, made when unknown; repeat it for several, of which a call names one by the "
        "header x-instance-id, else the first is meant [default: the one made with the database]",
    )
    create.add_argument("--name", type=_name, default="", metavar="N", help="a note for you, shown by list")

    listing = _action(actions, "list", "List the tokens' records, revoked ones too; never the tokens.", _list)
    listing.add_argument("--json", action="store_true", help="print a JSON array")

    revoke = _action(actions, "revoke", "Make a token invalid at once.", _revoke)
    revoke.add_argument("id", type=_id, metavar="ID", help="the token's id as list shows it")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, action: TokenAction
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
    settings.add_arguments(parser, only=settings.DATABASE)
    parser.set_defaults(run=_run, action=action)
    return parser


def _instance(text: str) -> str:
    if _INSTANCE.fullmatch(text) is None:
        raise argparse.ArgumentTypeError("must be 1 to 100 letters, digits, dots, dashes or underscores")
    return text


def _name(text: str) -> str:
    from mailproof.syntax.text import has_invisible

    if len(text) > _MAX_NAME or has_invisible(text):
        raise argparse.ArgumentTypeError(f"must be at most {_MAX_NAME} printable characters")
    return text


def _id(text: str) -> str:
    from mailproof.syntax.text import has_invisible

    if has_invisible(text):  # no token has such an id, and an argument that is no UTF-8 can't be looked for
        raise argparse.ArgumentTypeError("must be printable characters")
    return text


def _run(parsed: argparse.Namespace) -> int:
    chosen = settings.from_arguments(parsed, os.environ, only=settings.DATABASE)
    action: TokenAction = parsed.action
    return run_on_store(chosen, lambda store: action(store, parsed), create=action is _create)


async def _create(store: Store, parsed: argparse.Namespace) -> int:
    from mailproof.usecases import access

    known = await store.instances()
    token = access.new_token()
    record = await store.create_token(
        digest=access.digest(token),
        name=parsed.name,
        role=Role(parsed.role),
        instance_ids=list(dict.fromkeys(parsed.instance)),
    )
    for new in (instance for instance in record.instance_ids if instance not in known):
        print(f"mailproof: made the instance {new}", file=sys.stderr)
    print(token)
    return DONE


async def _list(store: Store, parsed: argparse.Namespace) -> int:
    tokens = await store.list_tokens()
    if parsed.json:
        print_json([_row(token) for token in tokens])
        return DONE
    head = tuple(_HEAD)
    rows = [head, *(tuple(value or "-" for value in _row(token).values()) for token in tokens)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return DONE


async def _revoke(store: Store, parsed: argparse.Namespace) -> int:
    record = await store.revoke_token(parsed.id)
    if record is None:
        print(f"mailproof: there is no token with the id {parsed.id}", file=sys.stderr)
        return FAILED
    print(f"mailproof: the token {record.id} is revoked", file=sys.stderr)
    return DONE


_HEAD = ("id", "name", "role", "instance", "created", "revoked")


def _row(token: Token) -> dict[str, str | None]:
    cells = (
        token.id,
        token.name,
        token.role.value,
        ",".join(token.instance_ids),
        token.created_at.isoformat(timespec="seconds"),
        token.revoked_at.isoformat(timespec="seconds") if token.revoked_at else None,
    )
    return dict(zip(_HEAD, cells, strict=True))
