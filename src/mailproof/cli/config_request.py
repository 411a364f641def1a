"""Makes requests of flags: what is to be added, and a stored configuration with what an update changes.

Law: an update changes what is given and nothing else; a secret that is not given stays as it is stored. Neither asks
nor prints, and calls nothing.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from mailproof.cli.arguments import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailproof.smtp.vocabulary import TlsMode
    from zitadel.admin.v1 import admin_pb2
    from zitadel.settings.v1 import settings_pb2


def smtp_added(args: argparse.Namespace, secret: str) -> admin_pb2.AddEmailProviderSMTPRequest:
    """Return the request that adds an SMTP configuration.

    Args:
        args: The command's arguments.
        secret: The password or the OAuth client's secret; empty for none.

    Raises:
        UsageError: An argument is wrong or missing.
    """
    from zitadel.admin.v1 import admin_pb2

    if not args.host:
        raise UsageError("argument HOST[:PORT]: is needed, or --preset NAME, or --discover ADDRESS")
    host, tls = server(args.host, args.tls, "HOST[:PORT]")
    sender = args.sender or (args.user if args.user and "@" in args.user else "")
    if not sender:
        raise UsageError("argument --from: is needed, the address that mail is sent from")
    request = admin_pb2.AddEmailProviderSMTPRequest(
        sender_address=sender,
        sender_name=args.sender_name or sender,
        tls=True if tls is None else tls,
        host=host,
        user=args.user or "",
        reply_to_address=args.reply_to or "",
        description=args.description or "",
    )
    if args.oauth_endpoint:
        if not args.user:
            raise UsageError("argument --oauth-endpoint: needs --user")
        if not args.oauth_client_id:
            raise UsageError("argument --oauth-endpoint: needs --oauth-client-id")
        _set_oauth(request.xoauth2, args, secret)
    elif args.user:
        request.plain.password = secret
    else:
        request.none.SetInParent()
    return request


def smtp_updated(
    stored: settings_pb2.EmailProvider, args: argparse.Namespace, secret: str
) -> admin_pb2.UpdateEmailProviderSMTPRequest:
    """Return the request that changes a stored SMTP configuration.

    Args:
        stored: The configuration as it is.
        args: The command's arguments; what is None stays as it is.
        secret: The new password or client secret; empty to keep the stored one.

    Raises:
        UsageError: An argument is wrong, or does not fit the stored login.
    """
    from zitadel.admin.v1 import admin_pb2

    smtp = stored.smtp
    host, tls = smtp.host, None
    if args.host is not None:
        host, tls = server(args.host, args.tls, "--host", near=smtp.host)
    elif args.tls is not None:
        tls = _demanded(args.tls)
    request = admin_pb2.UpdateEmailProviderSMTPRequest(
        id=stored.id,
        sender_address=_chosen(args.sender, smtp.sender_address),
        sender_name=_chosen(args.sender_name, smtp.sender_name),
        tls=smtp.tls if tls is None else tls,
        host=host,
        user=_chosen(args.user, smtp.user),
        reply_to_address=_chosen(args.reply_to, smtp.reply_to_address),
        description=_chosen(args.description, stored.description),
    )
    _set_login(request, smtp, args, secret)
    return request


def fixed(
    stored: settings_pb2.EmailProvider, changes: Mapping[str, str], secret: str = ""
) -> admin_pb2.UpdateEmailProviderSMTPRequest:
    """Return the request that applies a fix, whose settings are tls, host or user.

    Args:
        stored: The configuration as it is.
        changes: The settings that the fix changes, with their new values.
        secret: The secret that goes with them; empty to keep the stored one.
    """
    unchanged = argparse.Namespace(**dict.fromkeys(_UPDATED), no_login=False)
    request = smtp_updated(stored, unchanged, secret)
    for setting, value in changes.items():
        setattr(request, setting, value == "true" if setting == "tls" else value)
    return request


_UPDATED = (
    *("host", "tls", "user", "sender", "sender_name", "reply_to", "description"),
    *("oauth_endpoint", "oauth_client_id", "oauth_scope"),
)


def server(typed: str, mode: TlsMode | None, argument: str, near: str = "") -> tuple[str, bool | None]:
    """Return a server as "host:port", and whether it demands TLS; None where neither --tls nor a URL says so.

    Args:
        typed: HOST[:PORT] or a URL.
        mode: What --tls says; None for nothing.
        argument: What the argument is called.
        near: The stored "host:port", whose port stays where none is typed and the TLS mode means no other.

    Raises:
        UsageError: It is no host, or contradicts --tls.
    """
    from mailproof.cli.typed_server import read_server
    from mailproof.smtp.plans import default_port
    from mailproof.smtp.vocabulary import TlsMode
    from mailproof.syntax.host import join_host_port, take_apart

    host, port, meant = read_server(typed, mode or TlsMode.AUTO, argument)
    said = mode is not None or meant is not TlsMode.AUTO
    if not port and near and not said:
        port = int(take_apart(near).port or 0)
    return join_host_port(host, port or default_port(meant)), _demanded(meant) if said else None


def _demanded(mode: TlsMode) -> bool:
    """Return whether a TLS mode demands encryption with a verified certificate, as which it is stored.

    Raises:
        UsageError: The mode can't be stored.
    """
    from mailproof.smtp.vocabulary import TlsMode

    if mode is TlsMode.NONE:
        raise UsageError(
            "argument --tls: none can't be stored; opportunistic is clear text where the server offers no STARTTLS"
        )
    return mode is not TlsMode.OPPORTUNISTIC


def _set_login(
    request: admin_pb2.UpdateEmailProviderSMTPRequest, smtp: Any, args: argparse.Namespace, secret: str
) -> None:
    """Set how the user is authenticated: as it is stored, unless flags say otherwise."""
    stored = smtp.WhichOneof("auth")
    oauth = args.oauth_endpoint is not None or args.oauth_client_id is not None or args.oauth_scope is not None
    if args.no_login or args.user == "":
        request.user = ""
        request.none.SetInParent()
    elif stored == "xoauth2" and not getattr(args, "password_stdin", False) and not getattr(args, "password_file", ""):
        request.xoauth2.token_endpoint = smtp.xoauth2.token_endpoint
        request.xoauth2.scopes[:] = smtp.xoauth2.scopes
        request.xoauth2.client_credentials.client_id = smtp.xoauth2.client_credentials.client_id
        _set_oauth(request.xoauth2, args, secret)
    elif oauth:
        if not args.oauth_endpoint or not args.oauth_client_id:
            missing = "--oauth-client-id" if args.oauth_endpoint else "--oauth-endpoint"
            raise UsageError(f"argument {missing}: is needed, since the stored user has no token endpoint yet")
        _set_oauth(request.xoauth2, args, secret)
    elif request.user or stored == "plain":
        request.plain.password = secret
    elif secret:
        raise UsageError("argument --user: is needed, since the configuration has no user that a password is for")
    else:
        request.none.SetInParent()


def _set_oauth(oauth: Any, args: argparse.Namespace, secret: str) -> None:
    if args.oauth_endpoint is not None:
        oauth.token_endpoint = args.oauth_endpoint
    if args.oauth_scope is not None:
        oauth.scopes[:] = [scope for scope in args.oauth_scope if scope]
    if args.oauth_client_id is not None:
        oauth.client_credentials.client_id = args.oauth_client_id
    oauth.client_credentials.client_secret = secret


def http_added(args: argparse.Namespace) -> admin_pb2.AddEmailProviderHTTPRequest:
    """Return the request that adds a provider that mail is posted to."""
    from zitadel.admin.v1 import admin_pb2

    return admin_pb2.AddEmailProviderHTTPRequest(endpoint=args.host, description=args.description or "")


def http_updated(
    stored: settings_pb2.EmailProvider, args: argparse.Namespace
) -> admin_pb2.UpdateEmailProviderHTTPRequest:
    """Return the request that changes such a provider; its signing key only where a new one is asked for."""
    from zitadel.admin.v1 import admin_pb2

    request = admin_pb2.UpdateEmailProviderHTTPRequest(
        id=stored.id,
        endpoint=_chosen(args.endpoint, stored.http.endpoint),
        description=_chosen(args.description, stored.description),
    )
    if args.new_signing_key:
        request.expiration_signing_key.FromSeconds(0)  # the old one is dropped at once
        request.expiration_signing_key.SetInParent()
    return request


def _chosen(given: str | None, stored: str) -> str:
    return stored if given is None else given
