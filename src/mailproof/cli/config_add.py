"""`mailproof config add HOST[:PORT]`, also of `provider`: stores a configuration, and tests and activates it.

A known provider (`--preset`) or the search for an address's settings (`--discover`) fill in what is not given.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from mailproof.cli.arguments import UsageError
from mailproof.cli.config_arguments import add_smtp_flags, check_login, given_secret, refuse_smtp_flags
from mailproof.cli.config_change import add_follow_up_arguments, follow_up
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.service_refusals import in_arguments
from mailproof.cli.table import print_line

if TYPE_CHECKING:
    from mailproof.client import Client


def add_arguments(parser: argparse.ArgumentParser, *, http: bool = False) -> None:
    """Add the arguments.

    Args:
        parser: The command's.
        http: Whether it adds providers that mail is posted to as well.
    """
    parser.add_argument(
        "host",
        metavar="HOST[:PORT]|URL" if http else "HOST[:PORT]",
        nargs="?",
        help="server; port by TLS mode if none; IPv6 as [::1]:587; also a URL: smtp://HOST, smtps://HOST"
        + ("; https://… and http://… is where mail is posted to" if http else ""),
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--preset", metavar="NAME", help="take server, TLS mode and user of a known provider (`mailproof presets`)"
    )
    chosen.add_argument(
        "--discover", metavar="ADDRESS", help="have the service find server, TLS mode and user of a mail address"
    )
    add_smtp_flags(parser)
    add_follow_up_arguments(parser, "addition")
    parser.set_defaults(http=http, no_login=False)
    add_service_arguments(parser, in_arguments(_add))


async def _add(client: Client, parsed: argparse.Namespace) -> int:
    from mailproof.cli.config_lookup import described, find_config, noun_of
    from mailproof.cli.table import as_json

    answer = await (_add_http if _is_http(parsed) else _add_smtp)(client, parsed)
    config = await find_config(client, answer.id)
    if not parsed.json:
        print_line(f"added {described(config)}, inactive")
        key = getattr(answer, "signing_key", "")
        if key:
            print_line(f"signing key: {key}")
        if not (parsed.test or parsed.recipient or parsed.activate):
            print_line(f"Next: mailproof {noun_of(parsed)} test {answer.id}")
    return await follow_up(client, config, parsed, as_json(answer))


def _is_http(parsed: argparse.Namespace) -> bool:
    """Return whether mail is to be posted.

    Raises:
        UsageError: It is, and the command is for SMTP; or a flag is for SMTP.
    """
    if not (parsed.host or "").lower().startswith(("https://", "http://")):
        return False
    if not parsed.http:
        raise UsageError("argument HOST[:PORT]: is a URL; `mailproof provider add` takes one that mail is posted to")
    refuse_smtp_flags(parsed, "is for SMTP, and https:// and http:// are where mail is posted to")
    return True


async def _add_http(client: Client, parsed: argparse.Namespace) -> Any:
    from mailproof.cli.config_request import http_added

    return await client.admin.AddEmailProviderHTTP(http_added(parsed))


async def _add_smtp(client: Client, parsed: argparse.Namespace) -> Any:
    from mailproof.cli.config_request import smtp_added
    from mailproof.cli.config_sources import from_preset, from_search

    check_login(parsed)
    given = given_secret(parsed)
    if parsed.preset is not None:
        await from_preset(client, parsed)
    elif parsed.discover is not None:
        await from_search(client, parsed)
    request = smtp_added(parsed, "")  # wrong arguments are told before a secret is asked for
    secret = given.read() if given else ""
    if request.user and not secret:
        secret = _asked(request.user, parsed)
    if secret and not request.user:
        raise UsageError(f"argument {given.flag if given else '--user'}: needs --user")
    return await client.admin.AddEmailProviderSMTP(smtp_added(parsed, secret))


def _asked(user: str, parsed: argparse.Namespace) -> str:
    """Return the secret of a user that no flag gives, asked for on a terminal."""
    from mailproof.cli.typed_secret import ask_secret

    what = "client secret" if parsed.oauth_endpoint else "password"
    if not sys.stdin.isatty():
        name = "oauth-client-secret" if parsed.oauth_endpoint else "password"
        raise UsageError(f"argument --user: needs a {what}: --{name}-stdin or --{name}-file")
    secret = ask_secret(f"{what} of {user}")
    if not secret:
        raise UsageError(f"the {what} is empty")
    return secret
