"""What a service refuses, in the words of the command line: a field by its flag, and what to do next."""

from __future__ import annotations

import argparse
from functools import wraps
from typing import TYPE_CHECKING

from mailproof.cli.arguments import UsageError
from mailproof.cli.config_arguments import HTTP_FLAGS, SMTP_FLAGS, in_flags
from mailproof.cli.exit_codes import BAD_USAGE
from mailproof.cli.service_access import NotCarriedOut

if TYPE_CHECKING:
    from mailproof.cli.service_access import ServiceAction
    from mailproof.client import CallError, Client


def in_arguments(action: ServiceAction) -> ServiceAction:
    """Return an action whose refusals are told by the names of arguments.

    A value that the service refuses is bad usage, as one that the command itself refuses; all else is left as it is.
    """

    @wraps(action)
    async def call_in_arguments(client: Client, parsed: argparse.Namespace) -> int:
        from mailproof.cli.table import print_line
        from mailproof.client import CallError

        check_texts(parsed)
        try:
            return await action(client, parsed)
        except CallError as error:
            if error.reason == "SEQUENCE_MISMATCH":
                raise NotCarriedOut(CHANGED) from None
            lines = complaints(error)
            if not lines:
                raise
            for line in lines:
                print_line(f"mailproof {parsed.called}: {line}", aside=True)
            return BAD_USAGE

    return call_in_arguments


_FILES = ("token_file", "password_file", "oauth_client_secret_file")
_ARGUMENTS = {"id": "ID", "host": "HOST", "sender": "--from", "sender_name": "--from-name", "recipient": "--to"}


def check_texts(parsed: argparse.Namespace) -> None:
    """Check that what goes into requests can be sent: a shell passes on bytes that are no UTF-8.

    Raises:
        UsageError: An argument is none.
    """
    from mailproof.syntax.text import has_surrogates

    for name, value in vars(parsed).items():
        texts = value if isinstance(value, list) else [value]
        if name in (*_FILES, "typed") or not any(has_surrogates(text) for text in texts if isinstance(text, str)):
            continue
        raise UsageError(f"argument {_ARGUMENTS.get(name, '--' + name.replace('_', '-'))}: must be UTF-8 text")


CHANGED = (
    "somebody else changed it meanwhile, so nothing was changed now: look at it with `mailproof config show`, and try "
    "again"
)


_OTHER_FLAGS = {"filter": "--filter", "order_by": "--order-by", "config_id": "--config", "address": "--discover"}


def complaints(error: CallError) -> list[str]:
    """Return what is wrong with the arguments, a line each; none where that is not what was refused."""
    if error.reason == "PASSWORD_REQUIRED":
        client = any("client_secret" in field for field, _ in error.violations)
        flag = "--oauth-client-secret-stdin" if client else "--password-stdin"
        file = "--oauth-client-secret-file" if client else "--password-file"
        why = "a stored secret goes to no other server or user than it was entered for"
        return [f"argument {flag}: is needed, or {file}: {why}"]
    flags = {**SMTP_FLAGS, **HTTP_FLAGS, **_OTHER_FLAGS}
    lines = [in_flags(field, description, flags) for field, description in error.violations]
    return lines if all(lines) else []
