"""The flags of commands that call a running service, where they take the caller's token from, and their running.

Law: no flag takes a token, since lists of processes and the shell's history show it. No failure is a traceback.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailproof.cli.arguments import UsageError, add_json, add_language, add_timeout, complain
from mailproof.cli.exit_codes import NOT_CARRIED_OUT
from mailproof.cli.waiting import end_waiting, waiting_for

if TYPE_CHECKING:
    from mailproof.client import Client
    from mailproof.syntax.server_address import ServerAddress

ServiceAction = Callable[["Client", argparse.Namespace], Coroutine[Any, Any, int]]

SERVER_VARIABLE = "MAILPROOF_SERVER"
TOKEN_VARIABLE = "MAILPROOF_TOKEN"  # noqa: S105 - a variable's name

_MAX_TOKEN = 16 * 1024  # octets; one of an issuer may be long
_MAX_CA_FILE = 1024 * 1024

_RETRIES = 2
"""How often a call is made again where that is safe: somebody waits for the command."""


class NotCarriedOut(Exception):
    """A command could not do its work; the text is the sentence that it ends with."""


def add_service_arguments(parser: argparse.ArgumentParser, action: ServiceAction) -> None:
    """Add the flags that say which service is called and as whom, and what the command does there."""
    from mailproof.syntax.server_address import DEFAULT_SERVER

    parser.add_argument(
        "--server",
        metavar="WHERE",
        help="address of the service's gRPC: host:port, a URL or unix:/path; https:// means TLS "
        f"[{SERVER_VARIABLE}; default: {DEFAULT_SERVER}]",
    )
    parser.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="PEM file of certificate authorities that are trusted besides the system's",
    )
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        help=f"file that holds the access token, - for standard input [{TOKEN_VARIABLE}, which is the token itself; "
        "default: asked for on a terminal]",
    )
    parser.add_argument("--instance", metavar="ID", default="", help="instance; default: the first one of the token")
    add_timeout(parser)
    add_language(parser)
    add_json(parser)
    parser.set_defaults(run=_run, action=action, called=parser.prog.partition(" ")[2])


def _run(parsed: argparse.Namespace) -> int:
    from mailproof.cli import event_loop

    action: ServiceAction = parsed.action
    try:
        address = _address(parsed.server)
        instance = _instance(parsed.instance)
        ca_pem = _ca_pem(parsed.ca_file) if parsed.ca_file is not None else ""
        token, source = _token(parsed.token_file)
    except UsageError as error:
        return complain(parsed.called, error)
    # gRPC's core prints lines of its own on standard error, where a command says one sentence.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")

    async def work() -> int:
        from mailproof.cli.connection_problem import call_problem
        from mailproof.client import CallError, Client

        client = Client(
            address.url,
            token,
            instance=instance,
            language=parsed.language,
            ca_pem=ca_pem,
            timeout=parsed.timeout,
            retries=_RETRIES,
        )
        with waiting_for(address.target):
            try:
                async with client:
                    return await action(client, parsed)
            except CallError as error:
                problem = await call_problem(error, address, ca_pem, parsed.timeout)
                if error.reason == "INSTANCE_NOT_FOUND" and instance:
                    problem = f"the token is for no instance {instance}, which --instance names: whoami lists its own"
                hint = f" (the token is that of {source})" if error.code == "UNAUTHENTICATED" else ""
                again = f" (try again in {error.retry_after:.0f} s)" if error.retry_after else ""
                raise NotCarriedOut(f"{problem}{hint}{again}") from None

    try:
        return event_loop.run(work())
    except UsageError as error:
        return complain(parsed.called, error)
    except NotCarriedOut as error:
        end_waiting()
        print(f"mailproof {parsed.called}: {error}", file=sys.stderr)
        return NOT_CARRIED_OUT


def _address(given: str | None) -> ServerAddress:
    from mailproof.syntax.server_address import DEFAULT_SERVER, parse_server

    text, source = given, "argument --server"
    if text is None:
        text, source = os.environ.get(SERVER_VARIABLE) or DEFAULT_SERVER, SERVER_VARIABLE
    try:
        return parse_server(text)
    except ValueError as error:
        raise UsageError(f"{source}: {error}") from None


def _instance(given: str) -> str:
    from mailproof.syntax.instance_id import check_instance_id

    try:
        return check_instance_id(given) if given else ""
    except ValueError as error:
        raise UsageError(f"argument --instance: {error}") from None


def _ca_pem(path: Path) -> str:
    from mailproof.syntax.pem import check_ca_pem

    try:
        with path.open("rb") as file:
            text = file.read(_MAX_CA_FILE).decode("ascii")
        check_ca_pem(text)
    except OSError as error:
        raise UsageError(f"argument --ca-file: {path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"argument --ca-file: {path} is no PEM file") from None
    except ValueError as error:
        raise UsageError(f"argument --ca-file: {error}") from None
    return text


def _token(file: str | None) -> tuple[str, str]:
    """Return the token, and where it comes from in words."""
    if file is not None:
        source = "standard input" if file == "-" else file
        return _checked(_read(file), f"argument --token-file: {source}"), source
    if os.environ.get(TOKEN_VARIABLE):
        return _checked(os.environ[TOKEN_VARIABLE], TOKEN_VARIABLE), TOKEN_VARIABLE
    if not sys.stdin.isatty():
        raise UsageError(f"there is no token: set {TOKEN_VARIABLE}, or name its file with --token-file")
    from mailproof.cli.typed_secret import ask_secret

    return _checked(ask_secret("access token"), "the access token"), "the prompt"


def _read(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.buffer.read(_MAX_TOKEN).decode("ascii", "replace")
        with Path(file).open("rb") as opened:
            return opened.read(_MAX_TOKEN).decode("ascii", "replace")
    except OSError as error:
        raise UsageError(f"argument --token-file: {file} can't be read: {error.strerror}") from None


def _checked(text: str, source: str) -> str:
    """Return a token without what may stand around it. The sentence on a wrong one does not repeat it."""
    from mailproof.syntax.text import is_visible_ascii

    words = text.split()
    if len(words) == 2 and words[0].lower() == "bearer":
        words = words[1:]
    if len(words) != 1 or not is_visible_ascii(words[0]):
        raise UsageError(f"{source} is empty" if not words else f"{source} holds something else than one token")
    return words[0]
