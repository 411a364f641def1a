"""`mailproof config update|activate|deactivate|remove ID`, also of `provider`: what changes a stored configuration.

Law: an update is based on what was read, so that no concurrent change is lost; nothing is removed unasked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from mailproof.cli.config_arguments import (
    add_smtp_flags,
    check_login,
    given_secret,
    refuse_smtp_flags,
)
from mailproof.cli.config_lookup import add_config_argument, described, find_config
from mailproof.cli.exit_codes import DONE, FAILED
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.service_refusals import in_arguments
from mailproof.cli.table import print_line

if TYPE_CHECKING:
    from mailproof.client import Client
    from smtpdiag.v1 import config_overview_pb2
    from zitadel.settings.v1 import settings_pb2

T = TypeVar("T")

_SECRETS = ("secret", "signing key")
_NO_SETTINGS = frozenset({"", "added", "changed", "last test", "recent tests", "TLS version", "certificate"})
"""The facts that are not what an update changes."""


def add_update_arguments(parser: argparse.ArgumentParser, *, http: bool = False) -> None:
    """Add the arguments of "update".

    Args:
        parser: The command's.
        http: Whether it changes providers that mail is posted to as well.
    """
    add_config_argument(parser)
    parser.add_argument(
        "--host", metavar="HOST[:PORT]", help="server; the stored port stays where none is given; also a URL"
    )
    add_smtp_flags(parser)
    parser.add_argument("--no-login", action="store_true", help="drop the user and the secret: nobody logs in")
    if http:
        group = parser.add_argument_group("HTTP", "of a provider that mail is posted to; it has --description besides")
        group.add_argument("--endpoint", metavar="URL", help="where mail is posted to")
        group.add_argument(
            "--new-signing-key",
            action="store_true",
            help="sign posts with a new key, and print it; the old one ends",
        )
    else:
        parser.set_defaults(endpoint=None, new_signing_key=False)
    add_follow_up_arguments(parser, "change")
    add_service_arguments(parser, in_arguments(_update))


def add_follow_up_arguments(parser: argparse.ArgumentParser, done: str) -> None:
    """Add `--test`, `--to` and `--activate`.

    Args:
        parser: The command's.
        done: What the test comes after, as a noun.
    """
    from mailproof.cli.config_test import add_recipient

    parser.add_argument("--test", action="store_true", help=f"test the configuration after the {done}")
    add_recipient(parser)
    parser.add_argument(
        "--activate", action="store_true", help="make it the active one; with --test only if the test has passed"
    )


def add_activate_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of "activate"."""
    from mailproof.cli.config_test import add_recipient

    add_config_argument(parser)
    parser.add_argument("--test", action="store_true", help="test it first, and activate it only if it has passed")
    add_recipient(parser)
    add_service_arguments(parser, in_arguments(_activate))


def add_deactivate_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of "deactivate"."""
    add_config_argument(parser)
    add_service_arguments(parser, in_arguments(_deactivate))


def add_remove_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of "remove"."""
    add_config_argument(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask; needed where there is no terminal to ask")
    add_service_arguments(parser, in_arguments(_remove))


async def _update(client: Client, parsed: argparse.Namespace) -> int:
    from mailproof.cli.arguments import UsageError
    from mailproof.cli.table import as_json
    from zitadel.admin.v1 import admin_pb2

    check_login(parsed)
    if not _changes_something(parsed):
        raise UsageError("there is nothing to change: name what is to be otherwise, such as --host or --password-stdin")
    config = await find_config(client, parsed.id)
    stored = (await client.admin.GetEmailProviderById(admin_pb2.GetEmailProviderByIdRequest(id=config.id))).config
    update = _update_http if stored.HasField("http") else _update_smtp
    answer, replaced = await update(client, stored, parsed)
    changed = await find_config(client, config.id)
    if not parsed.json:
        _print_changes(config, changed, replaced=replaced)
        key = getattr(answer, "signing_key", "")
        if key:
            print_line(f"signing key: {key}")
    return await follow_up(client, changed, parsed, as_json(answer))


def _changes_something(parsed: argparse.Namespace) -> bool:
    named = ("host", "tls", "user", "sender", "sender_name", "reply_to", "description", "oauth_endpoint")
    given = [getattr(parsed, name) for name in (*named, "oauth_client_id", "oauth_scope", "endpoint")]
    return any(value is not None for value in given) or bool(
        given_secret(parsed) or parsed.no_login or parsed.new_signing_key
    )


async def _update_smtp(
    client: Client, stored: settings_pb2.EmailProvider, parsed: argparse.Namespace
) -> tuple[Any, bool]:
    """Send the update, and return the answer and whether the secret was replaced."""
    from mailproof.cli.arguments import UsageError
    from mailproof.cli.config_request import smtp_updated

    for flag, value in (("--endpoint", parsed.endpoint), ("--new-signing-key", parsed.new_signing_key)):
        if value:
            raise UsageError(f"argument {flag}: {stored.id} is an SMTP configuration, which has none")
    smtp_updated(stored, parsed, "")  # wrong arguments are told before a secret is asked for
    calls = client.using(expected_sequence=stored.details.sequence)
    return await send_with_secret(
        lambda secret: calls.admin.UpdateEmailProviderSMTP(smtp_updated(stored, parsed, secret)), stored, parsed
    )


async def _update_http(
    client: Client, stored: settings_pb2.EmailProvider, parsed: argparse.Namespace
) -> tuple[Any, bool]:
    """Send the update, and return the answer and whether the signing key was replaced."""
    from mailproof.cli.arguments import UsageError
    from mailproof.cli.config_request import http_updated

    why = f"{stored.id} is an HTTP provider, which has none"
    refuse_smtp_flags(parsed, why)
    if parsed.host is not None:
        raise UsageError(f"argument --host: {why}; `mailproof provider update` sets its --endpoint")
    calls = client.using(expected_sequence=stored.details.sequence)
    answer = await calls.admin.UpdateEmailProviderHTTP(http_updated(stored, parsed))
    return answer, bool(answer.signing_key)


async def send_with_secret(
    send: Callable[[str], Awaitable[T]],
    stored: settings_pb2.EmailProvider,
    parsed: argparse.Namespace,
    *,
    needed: bool = False,
) -> tuple[T, bool]:
    """Make a change, with the secret that flags give, or that a terminal is asked for where the service demands it.

    Args:
        send: Makes the change with a secret; empty to keep the stored one.
        stored: The configuration as it is.
        parsed: The command's arguments.
        needed: Whether the service is known to demand it.

    Returns:
        What the change has returned, and whether a secret went with it.
    """
    from mailproof.cli.typed_secret import ask_secret
    from mailproof.client import CallError

    given = given_secret(parsed)
    secret = given.read() if given else ""
    what = "client secret" if stored.smtp.HasField("xoauth2") else "password"
    if not secret and needed and sys.stdin.isatty():
        secret = ask_secret(f"{what} of {stored.smtp.user}")
    try:
        return await send(secret), bool(secret)
    except CallError as error:
        if error.reason != "PASSWORD_REQUIRED" or secret or not sys.stdin.isatty():
            raise
    print_line("The stored secret is not sent to another server or user, so it is needed again.", aside=True)
    return await send(ask_secret(f"{what} of {getattr(parsed, 'user', None) or stored.smtp.user}")), True


async def follow_up(
    client: Client,
    config: config_overview_pb2.ConfigOverview,
    parsed: argparse.Namespace,
    documents: dict[str, Any],
) -> int:
    """Test and activate a configuration as far as flags say so, and print the JSON document of all that was done.

    Args:
        client: The service.
        config: The configuration as it is now.
        parsed: The command's arguments.
        documents: What the document has already.

    Returns:
        The exit code.
    """
    from mailproof.cli.config_test import run_test
    from mailproof.cli.printer import print_json
    from mailproof.cli.table import as_json

    passed = True
    if parsed.test or parsed.recipient:
        tested = await run_test(client, config, parsed)
        documents["report"], passed = as_json(tested.answer), tested.passed
    if parsed.activate and passed:
        answer = await _activated(client, config)
        documents["activated"] = as_json(answer) if answer else None
        if not parsed.json:
            print_line(f"{config.id} is now the active one" if answer else f"{config.id} is active already")
    elif parsed.activate and not parsed.json:
        print_line(f"{config.id} was not activated, since its test has failed")
    if parsed.json:
        print_json(documents)
    return DONE if passed else FAILED


async def _activated(client: Client, config: config_overview_pb2.ConfigOverview) -> Any:
    """Activate a configuration as it was shown and tested; return None where it is active already."""
    from smtpdiag.v1 import instance_pb2
    from zitadel.admin.v1 import admin_pb2

    if config.state == instance_pb2.PROVIDER_STATE_ACTIVE:
        return None
    calls = client.using(expected_sequence=config.sequence)
    return await calls.admin.ActivateEmailProvider(admin_pb2.ActivateEmailProviderRequest(id=config.id))


async def _activate(client: Client, parsed: argparse.Namespace) -> int:
    parsed.activate = True
    return await follow_up(client, await find_config(client, parsed.id), parsed, {})


async def _deactivate(client: Client, parsed: argparse.Namespace) -> int:
    from mailproof.cli.table import print_message
    from smtpdiag.v1 import instance_pb2
    from zitadel.admin.v1 import admin_pb2

    config = await find_config(client, parsed.id)
    if config.state != instance_pb2.PROVIDER_STATE_ACTIVE:
        print_line(f"{config.id} is inactive already", aside=parsed.json)
        return DONE
    answer = await client.admin.DeactivateEmailProvider(admin_pb2.DeactivateEmailProviderRequest(id=config.id))
    if parsed.json:
        print_message(answer)
    else:
        print_line(f"{config.id} is inactive now, and no configuration is the active one")
    return DONE


async def _remove(client: Client, parsed: argparse.Namespace) -> int:
    from mailproof.cli.arguments import UsageError
    from mailproof.cli.table import print_message
    from mailproof.cli.typed_secret import confirmed
    from zitadel.admin.v1 import admin_pb2

    if not parsed.yes and not sys.stdin.isatty():
        raise UsageError("argument --yes: is needed, since there is no terminal to ask")
    config = await find_config(client, parsed.id)
    if not parsed.yes and not confirmed(f"Remove {described(config)}?"):
        print_line(f"mailproof {parsed.called}: nothing was removed", aside=True)
        return FAILED
    calls = client.using(expected_sequence=config.sequence)
    answer = await calls.admin.RemoveEmailProvider(admin_pb2.RemoveEmailProviderRequest(id=config.id))
    if parsed.json:
        print_message(answer)
    else:
        print_line(f"removed {described(config)}")
    return DONE


def _print_changes(
    before: config_overview_pb2.ConfigOverview, after: config_overview_pb2.ConfigOverview, *, replaced: bool
) -> None:
    """Print what an update has changed, a line each.

    Args:
        before: The configuration as it was.
        after: The configuration as it is.
        replaced: Whether its secret was replaced.
    """
    from mailproof.cli.config_show import facts
    from mailproof.reporting.facts import shown

    if before.sequence == after.sequence:
        print_line(f"{after.id} is so already")
        return
    print_line(f"changed {described(after)}")
    old = {name: _without_time(name, value) for name, value in facts(before)}
    for name, value in facts(after):
        now = _without_time(name, value)
        if name in _SECRETS and replaced and old.get(name) == now:
            print_line(f"  {name}: replaced")
        elif name not in _NO_SETTINGS and old.get(name, "") != now:
            print_line(f"  {name}: {shown(old.get(name, ''))} -> {shown(now)}")


def _without_time(name: str, value: str) -> str:
    """Return a fact without the time when a secret was sealed, which an update renews."""
    return value.partition(", sealed ")[0] if name in _SECRETS else value
