"""What a service refuses, in the words of the command line: a field by its flag, and what to do next."""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import sys
from functools import wraps
from typing import TYPE_CHECKING

from mailproof.cli.arguments import UsageError, complain
from mailproof.cli.config_arguments import HTTP_FLAGS, SMTP_FLAGS, in_flags
from mailproof.cli.exit_codes import BAD_USAGE, NOT_CARRIED_OUT

if TYPE_CHECKING:
    from mailproof.cli.service_access import ServiceAction
    from mailproof.client import CallError, Client


class NotDone(Exception):
    """A command can't do what it is asked for; the text is a sentence."""


def in_arguments(action: ServiceAction) -> ServiceAction:
    """Return an action whose refusals are told by the names of arguments.

    A value that the service refuses is bad usage, as one that the command itself refuses; all else is left as it is.
    """

    @wraps(action)
    async def told(client: Client, parsed: argparse.Namespace) -> int:
        from mailproof.cli.config_lookup import NoSuchConfig
        from mailproof.client import CallError

        try:
            return await action(client, parsed)
        except UsageError as error:
            return complain(parsed.called, error)
        except (NotDone, NoSuchConfig) as error:
            print(f"mailproof {parsed.called}: {error}", file=sys.stderr)
            return NOT_CARRIED_OUT
        except CallError as error:
            lines = complaints(error)
            if error.reason == "SEQUENCE_MISMATCH":
                print(f"mailproof {parsed.called}: {CHANGED}", file=sys.stderr)
                return NOT_CARRIED_OUT
            if not lines:
                raise
            for line in lines:
                print(f"mailproof {parsed.called}: {line}", file=sys.stderr)
            return BAD_USAGE

    return told


CHANGED = (
    "somebody else changed it meanwhile, so nothing was changed now: look at it with `mailproof config show`, and try "
    "again"
)


def complaints(error: CallError) -> list[str]:
    """Return what is wrong with the arguments, a line each; none where that is not what was refused."""
    if error.reason == "PASSWORD_REQUIRED":
        client = any("client_secret" in violation.field for violation in error.violations)
        flag = "--oauth-client-secret-stdin" if client else "--password-stdin"
        file = "--oauth-client-secret-file" if client else "--password-file"
        why = "a stored secret goes to no other server or user than it was entered for"
        return [f"argument {flag}: is needed, or {file}: {why}"]
    flags = SMTP_FLAGS | HTTP_FLAGS
    lines = [in_flags(violation.field, violation.description, flags) for violation in error.violations]
    return lines if all(lines) else []
