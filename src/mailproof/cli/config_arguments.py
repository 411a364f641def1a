"""The flags of `config add` and `config update` (also of `provider`), and which field of a request each one sets.

They are called what `mailproof diagnose` calls the same things. The law: every field that a caller can set has a flag,
which a test reads from the requests themselves; a secret is never an argument.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproof.cli.arguments import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SMTP_FLAGS: Mapping[str, str] = {
    "id": "ID",
    "sender_address": "--from",
    "sender_name": "--from-name",
    "tls": "--tls",
    "host": "--host",
    "user": "--user",
    "password": "--password-stdin",
    "reply_to_address": "--reply-to",
    "description": "--description",
    "none": "--no-login",
    "plain.password": "--password-stdin",
    "xoauth2.token_endpoint": "--oauth-endpoint",
    "xoauth2.scopes": "--oauth-scope",
    "xoauth2.client_credentials.client_id": "--oauth-client-id",
    "xoauth2.client_credentials.client_secret": "--oauth-client-secret-stdin",
}
"""Field of a request on an SMTP configuration, by its path -> the argument that sets it."""

HTTP_FLAGS: Mapping[str, str] = {
    "id": "ID",
    "endpoint": "--endpoint",
    "description": "--description",
    "expiration_signing_key": "--new-signing-key",
}
"""The same for a provider that mail is posted to."""

_OAUTH = ("oauth_endpoint", "oauth_client_id", "oauth_scope", "oauth_client_secret_stdin", "oauth_client_secret_file")
_OF_SMTP = {
    "tls": "--tls",
    "user": "--user",
    "sender": "--from",
    "sender_name": "--from-name",
    "reply_to": "--reply-to",
    "password_stdin": "--password-stdin",
    "password_file": "--password-file",
    "no_login": "--no-login",
    "preset": "--preset",
    "discover": "--discover",
} | {name: f"--{name.replace('_', '-')}" for name in _OAUTH}

_SECRETS = {
    "password_stdin": "--password-stdin",
    "password_file": "--password-file",
    "oauth_client_secret_stdin": "--oauth-client-secret-stdin",
    "oauth_client_secret_file": "--oauth-client-secret-file",
}


@dataclass(frozen=True, slots=True)
class GivenSecret:
    """The flag by which a secret is given.

    Attributes:
        flag: The flag: "--password-stdin".
        file: The file that it names; empty for standard input.
        what: Which secret it is: "password" or "client secret".
    """

    flag: str
    file: str
    what: str

    def read(self) -> str:
        """Read the secret.

        Raises:
            UsageError: There is none.
        """
        from mailproof.cli.typed_secret import read_secret, read_secret_file

        if self.file:
            return read_secret_file(self.file, self.flag, self.what)
        return read_secret(self.flag, self.what)


def add_smtp_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of an SMTP configuration; each is None, or False, where it is not given."""
    from mailproof.cli.tls_words import tls_mode

    parser.add_argument(
        "--tls",
        type=tls_mode,
        metavar="{auto,implicit,starttls,opportunistic}",
        help="auto: encrypted and verified, implicit TLS or STARTTLS as the server speaks (default of add, as which "
        "implicit and starttls are stored); opportunistic: STARTTLS when offered, otherwise clear text",
    )
    parser.add_argument("--user", metavar="U", help="user to log in as; its secret comes by one of the flags below")
    add_secret_flags(parser)
    parser.add_argument("--from", dest="sender", metavar="A", help="address that mail is sent from")
    parser.add_argument("--from-name", dest="sender_name", metavar="NAME", help="name that mail is sent from")
    parser.add_argument("--reply-to", metavar="A", help="address that answers go to; default: the sender's")
    add_description(parser)
    group = parser.add_argument_group("OAuth 2.0", "in place of a password: XOAUTH2 or OAUTHBEARER, for --user")
    group.add_argument(
        "--oauth-endpoint", metavar="URL", help="fetch tokens there (https) by the client-credentials grant"
    )
    group.add_argument("--oauth-client-id", metavar="ID", help="client id for the endpoint")
    group.add_argument(
        "--oauth-client-secret-stdin", action="store_true", help="read the client's secret from standard input"
    )
    group.add_argument("--oauth-client-secret-file", metavar="F", help="file that holds the client's secret")
    group.add_argument(
        "--oauth-scope", metavar="S", action="append", help="scope to ask for; may be given several times"
    )


def add_secret_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags by which a password comes."""
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input; a terminal is asked"
    )
    parser.add_argument("--password-file", metavar="F", help="file that holds the password")


def add_description(parser: argparse.ArgumentParser) -> None:
    """Add `--description`."""
    parser.add_argument(
        "--description", metavar="TEXT", help="a note for people, by which commands find the configuration too"
    )


def given_secret(args: argparse.Namespace) -> GivenSecret | None:
    """Return by which flag a secret is given; None for none.

    Raises:
        UsageError: There are several, or standard input is to hold the token too.
    """
    given = [name for name in _SECRETS if getattr(args, name, None)]
    if len(given) > 1:
        flags = " and ".join(_SECRETS[name] for name in given)
        raise UsageError(f"argument {_SECRETS[given[0]]}: only one secret can be given, not {flags}")
    if not given:
        return None
    (name,) = given
    flag, value = _SECRETS[name], getattr(args, name)
    if value is True and args.token_file == "-":  # noqa: S105 - no password
        raise UsageError(f"argument {flag}: standard input holds the token (--token-file -)")
    what = "password" if name.startswith("password") else "client secret"
    return GivenSecret(flag, value if isinstance(value, str) else "", what)


def check_login(args: argparse.Namespace) -> None:
    """Check that the flags of a login go together.

    Raises:
        UsageError: One contradicts another.
    """
    secret = given_secret(args)
    oauth = _first(args, _OAUTH)
    if oauth and secret and secret.what == "password":
        raise UsageError(f"argument {secret.flag}: a token authenticates the user in place of a password ({oauth})")
    if getattr(args, "no_login", False):
        login = oauth or (secret.flag if secret else "") or ("--user" if args.user else "")
        if login:
            raise UsageError(f"argument --no-login: contradicts {login}")


def refuse_smtp_flags(args: argparse.Namespace, why: str) -> None:
    """Complain of a flag that only SMTP has.

    Args:
        args: The command's arguments.
        why: Why there is no use for it, as a sentence.

    Raises:
        UsageError: There is one.
    """
    flag = _first(args, tuple(_OF_SMTP))
    if flag:
        raise UsageError(f"argument {flag}: {why}")


def in_flags(field: str, description: str, flags: Mapping[str, str]) -> str:
    """Return a complaint of the service about a field in the words of the command line; empty where it has none.

    Args:
        field: The field's path in the request: "xoauth2.scopes[1]".
        description: What is wrong with it.
        flags: The argument of each field.
    """
    import re

    flag = flags.get(re.sub(r"\[\d+\]", "", field))
    return f"argument {flag}: {description}" if flag else ""


def _first(args: argparse.Namespace, names: Sequence[str]) -> str:
    """Return the flag of the first of some arguments that is given; empty for none."""
    for name in names:
        if getattr(args, name, None) not in (None, False):
            return _OF_SMTP[name]
    return ""
