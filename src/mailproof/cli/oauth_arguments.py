"""The OAuth 2.0 arguments of `mailproof diagnose`: a token, or the client credentials that get one.

Secrets come over standard input, never as arguments, which show in the list of processes.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailproof.smtp.report import OAuth

FLAGS = {
    "access_token": "--oauth-token-stdin",
    "token_endpoint": "--oauth-endpoint",
    "client_id": "--oauth-client-id",
    "client_secret": "--oauth-client-secret-stdin",
    "scopes": "--oauth-scope",
}
"""Which flag sets which field of the plan."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    group = parser.add_argument_group(
        "OAuth 2.0", "in place of a password: XOAUTH2 or OAUTHBEARER, for --user; the token is given or fetched"
    )
    group.add_argument("--oauth-token-stdin", action="store_true", help="read an access token from standard input")
    group.add_argument(
        "--oauth-endpoint", metavar="URL", help="fetch a token there (https) by the client-credentials grant"
    )
    group.add_argument("--oauth-client-id", metavar="ID", default="", help="client id for the endpoint")
    group.add_argument(
        "--oauth-client-secret-stdin", action="store_true", help="read the client's secret from standard input"
    )
    group.add_argument(
        "--oauth-scope", metavar="S", action="append", default=[], help="scope to ask for; may be given several times"
    )


def problem(args: argparse.Namespace) -> str:
    """Return which argument lacks another or contradicts it, as a sentence; "" if all go together."""
    fetched = args.oauth_endpoint is not None
    if args.password_stdin + args.oauth_token_stdin + args.oauth_client_secret_stdin > 1:
        return "argument --password-stdin: only one secret can come over standard input"
    if (args.oauth_token_stdin or fetched) and args.user is None:
        return f"argument {'--oauth-endpoint' if fetched else '--oauth-token-stdin'}: needs --user"
    if fetched and not args.oauth_client_id:
        return "argument --oauth-endpoint: needs --oauth-client-id"
    if fetched and not args.oauth_client_secret_stdin:
        return "argument --oauth-endpoint: needs --oauth-client-secret-stdin"
    given = {
        "--oauth-client-id": args.oauth_client_id,
        "--oauth-client-secret-stdin": args.oauth_client_secret_stdin,
        "--oauth-scope": args.oauth_scope,
    }
    lone = next((flag for flag, value in given.items() if value), "")
    return f"argument {lone}: needs --oauth-endpoint" if lone and not fetched else ""


def wanted(args: argparse.Namespace) -> bool:
    """Return whether the test logs in with an access token in place of a password."""
    return bool(args.oauth_token_stdin) or args.oauth_endpoint is not None


def oauth(args: argparse.Namespace, secret: str) -> OAuth | None:
    """Return the OAuth 2.0 part of the plan.

    Args:
        args: The command's arguments.
        secret: What was read from standard input: the access token, or the client's secret.

    Returns:
        None where the arguments ask for no OAuth 2.0.
    """
    from mailproof.domain.secret import Secret
    from mailproof.smtp.report import OAuth
    from mailproof.syntax.oauth import ClientCredentials

    if args.oauth_token_stdin:
        return OAuth(access_token=Secret(secret))
    if args.oauth_endpoint is None:
        return None
    scopes = tuple(args.oauth_scope)
    return OAuth(grant=ClientCredentials(args.oauth_endpoint, args.oauth_client_id, Secret(secret), scopes))
