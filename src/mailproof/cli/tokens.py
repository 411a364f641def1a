"""`mailproof token`: makes, lists, finds and revokes access tokens in the database itself, with or without a server.

Needs the service's encryption key, under which the records of tokens are kept. The law kept here: a token is printed
once, when it is made, alone on stdout; it is read from standard input alone; no token and no digest is ever listed.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from mailproof.cli import token_expiry
from mailproof.cli.exit_codes import DONE, FAILED
from mailproof.cli.printer import print_json
from mailproof.cli.store_access import add_init, run_on_store
from mailproof.cli.table import print_table
from mailproof.domain.clock import utc_now
from mailproof.domain.model import Permission, Role
from mailproof.service import settings

if TYPE_CHECKING:
    from mailproof.service.settings import ServiceSettings
    from mailproof.store.contract import Store
    from mailproof.usecases.tokens import ListedToken, Tokens

_INSTANCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MAX_NAME = 200
_MAX_TYPED = 4096  # bytes of a token on standard input; ours have 46
_PREFIX = "mp_"
_SETTINGS = settings.DATABASE | settings.KEYS

TokenAction = Callable[["Store", "Tokens", argparse.Namespace], Coroutine[Any, Any, int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `create`, `list`, `identify` and `revoke`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    create = _action(actions, "create", "Make a token and print it, alone, on stdout.", _create)
    add_init(create)
    create.add_argument("--role", required=True, choices=[role.value for role in Role], help="what it may do")
    create.add_argument(
        "--permission",
        choices=[permission.value for permission in Permission],
        metavar="P",
        action="append",
        default=[],
        help="what it may do beyond its role; repeat it for several: iam.secrets lets it export secrets, which no role "
        "does",
    )
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
    create.add_argument(
        "--expires",
        type=lambda text: token_expiry.parse(text, utc_now()),
        default=token_expiry.DEFAULT,
        metavar="WHEN",
        help="when it ends: a length (12h, 90d, 52w), a date, to whose end in UTC it is good (2027-01-31), a time "
        f"(2027-01-31T12:00Z), or never [default: {token_expiry.DEFAULT}]",
    )

    listing = _action(actions, "list", "List the tokens' records, revoked ones too; never the tokens.", _list)
    listing.add_argument("--json", action="store_true", help="print a JSON array")

    identify = _action(actions, "identify", "Read a token from standard input and show its record.", _identify)
    identify.add_argument("--json", action="store_true", help="print a JSON object")

    revoke = _action(actions, "revoke", "Make a token invalid at once.", _revoke)
    which = revoke.add_mutually_exclusive_group(required=True)
    which.add_argument("id", type=_id, metavar="ID", nargs="?", help="the token's id as list shows it")
    which.add_argument("--token-stdin", action="store_true", help="read the token itself from standard input")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, action: TokenAction
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
    settings.add_arguments(parser, only=_SETTINGS)
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

    if text.startswith(_PREFIX):  # and the sentence does not repeat it
        raise argparse.ArgumentTypeError(
            "is a token, and lists of processes and the shell's history show it now: revoke it with --token-stdin"
        )
    if has_invisible(text):  # no token has such an id, and an argument that is no UTF-8 can't be looked for
        raise argparse.ArgumentTypeError("must be printable characters")
    return text


def _run(parsed: argparse.Namespace) -> int:
    chosen = settings.from_arguments(parsed, os.environ, only=_SETTINGS)
    action: TokenAction = parsed.action

    async def work(store: Store) -> int:
        return await action(store, await _open_tokens(store, chosen), parsed)

    return run_on_store(chosen, work, create=action is _create, init=getattr(parsed, "init", False))


async def _open_tokens(store: Store, chosen: ServiceSettings) -> Tokens:
    """Return the tokens of a database, kept under the key of the settings.

    Raises:
        StartupError: The key is missing or another one, or the tokens are still those of an older release.
    """
    from mailproof.service import opening
    from mailproof.service.encryption_keys import open_existing_keys
    from mailproof.usecases import tokens

    if await store.token_key_check() is None:
        await tokens.refuse_old(store)
        keys, made = await opening.open_or_make_keys(store, chosen)
        if made is not None:
            print(f"mailproof: made the encryption key {made}: {opening.KEEP_APART}", file=sys.stderr)
    else:
        keys = open_existing_keys(chosen)
    opened = tokens.Tokens(store, keys)
    await opened.check_key()
    return opened


async def _create(store: Store, tokens: Tokens, parsed: argparse.Namespace) -> int:
    from mailproof.usecases.tokens import new_token

    known = await store.instances()
    text = new_token()
    token = await tokens.create(
        text,
        role=Role(parsed.role),
        name=parsed.name,
        instance_ids=list(dict.fromkeys(parsed.instance)),
        permissions=frozenset(map(Permission, parsed.permission)),
        expires_at=parsed.expires,
    )
    for new in (instance for instance in token.instance_ids if instance not in known):
        print(f"mailproof: made the instance {new}", file=sys.stderr)
    ends = f"is good until {token.expires_at:%Y-%m-%dT%H:%M:%SZ}" if token.expires_at else "never expires"
    print(f"mailproof: the token {token.id} (fingerprint {token.fingerprint}) {ends}", file=sys.stderr)
    print(text)
    return DONE


async def _list(_: Store, tokens: Tokens, parsed: argparse.Namespace) -> int:
    listed = await tokens.list()
    if parsed.json:
        print_json([_facts(each) for each in listed])
    else:
        _print_table(listed)
    return DONE


async def _identify(_: Store, tokens: Tokens, parsed: argparse.Namespace) -> int:
    found = await tokens.find(_typed_token())
    if found is None:
        print("mailproof: that is no token of this database", file=sys.stderr)
        return FAILED
    if parsed.json:
        print_json(_facts(found))
    else:
        _print_table([found])
    return DONE


async def _revoke(_: Store, tokens: Tokens, parsed: argparse.Namespace) -> int:
    if parsed.token_stdin:
        found = await tokens.find(_typed_token())
        if found is None:
            print("mailproof: that is no token of this database", file=sys.stderr)
            return FAILED
        token_id = found.id
    else:
        token_id = parsed.id
    if not await tokens.revoke(token_id):
        print(f"mailproof: there is no token with the id {token_id}", file=sys.stderr)
        return FAILED
    print(f"mailproof: the token {token_id} is revoked", file=sys.stderr)
    return DONE


def _typed_token() -> str:
    """Return the token of standard input; a terminal is asked without an echo. "Bearer" before it does no harm."""
    if sys.stdin.isatty():
        from getpass import getpass

        typed = getpass("token: ")
    else:
        typed = sys.stdin.buffer.read(_MAX_TYPED).decode("utf-8", "replace")
    words = typed.split()
    return words[-1] if words else ""


_HEAD = (
    "id",
    "name",
    "fingerprint",
    "role",
    "permissions",
    "instance",
    "created",
    "expires",
    "last_used",
    "revoked",
    "state",
)


def _facts(listed: ListedToken) -> dict[str, str | None]:
    token = listed.token
    if token is None:  # what no release writes: of it the id alone is shown
        return {**dict.fromkeys(_HEAD), "id": listed.id, "state": listed.state.value}
    times = (token.created_at, token.expires_at, token.last_used_at, token.revoked_at)
    cells = (
        listed.id,
        token.name,
        token.fingerprint,
        token.role.value,
        ",".join(sorted(token.permissions)),
        ",".join(token.instance_ids),
        *(moment.isoformat(timespec="seconds") if moment else None for moment in times),
        listed.state.value,
    )
    return dict(zip(_HEAD, cells, strict=True))


def _print_table(listed: Sequence[ListedToken]) -> None:
    print_table(_HEAD, [tuple(value or "" for value in _facts(each).values()) for each in listed])
