"""The messages of zitadel.admin.v1 and the domain's values.

The two families of calls say the same in messages of their own, so requests are read by the fields that they share.
Texts are trimmed; secrets are not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol, TypeVar

from google.protobuf.message import Message

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.model import Details, HttpSettings, OAuthClient, Page, Provider, ProviderPage, SmtpSettings
from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret
from mailproof.rpc.context import Context
from mailproof.rpc.settings_messages import members, smtp_settings, trimmed
from mailproof.rpc.times import timestamp
from mailproof.usecases.providers import Auth, SmtpInput
from zitadel.admin.v1 import admin_pb2
from zitadel.settings.v1 import settings_pb2
from zitadel.v1 import object_pb2

DEFAULT_PAGE_LIMIT = 100

M = TypeVar("M", bound=Message)

Stored = (
    admin_pb2.AddSMTPConfigRequest
    | admin_pb2.UpdateSMTPConfigRequest
    | admin_pb2.AddEmailProviderSMTPRequest
    | admin_pb2.UpdateEmailProviderSMTPRequest
)
Updated = admin_pb2.UpdateSMTPConfigRequest | admin_pb2.UpdateEmailProviderSMTPRequest
Tested = admin_pb2.TestSMTPConfigRequest | admin_pb2.TestEmailProviderSMTPRequest
WithAuth = (
    admin_pb2.AddEmailProviderSMTPRequest
    | admin_pb2.UpdateEmailProviderSMTPRequest
    | admin_pb2.TestEmailProviderSMTPRequest
)


class Reveal(Protocol):
    """Returns the signing key of a provider that mail is posted to."""

    def __call__(self, provider: Provider) -> Secret:
        """Open it."""
        ...


def smtp_input(request: Stored | Tested) -> SmtpInput:
    """Return what an Add, an Update or a test says; a test's settings are as an Add would store them.

    Raises:
        InvalidFields: Fields contradict each other, or one that is needed is missing.
    """
    auth, secret, client = Auth.UNSPECIFIED, request.password, None
    if isinstance(request, WithAuth):
        auth, secret, client = _auth(request)
    return SmtpInput(smtp_settings(request, client), Secret(secret), auth)


def smtp_update(request: Updated, context: Context) -> SmtpInput:
    """Return what an update says, and whether it left out the user, whom an older message can't name otherwise.

    Raises:
        InvalidFields: As with `smtp_input`.
    """
    new = smtp_input(request)
    return replace(new, user_left_out=new.auth is not Auth.NONE and context.leaves_out("user"))


def _auth(request: WithAuth) -> tuple[Auth, str, OAuthClient | None]:
    chosen = request.WhichOneof("auth")
    if chosen is None:
        return Auth.UNSPECIFIED, request.password, None
    inner = request.plain.password if chosen == "plain" else ""
    if request.password and request.password != inner:
        raise InvalidFields(
            [FieldViolation("password", say("must not be given together with {chosen}", chosen=chosen))]
        )
    if chosen == "none":
        return Auth.NONE, "", None
    if chosen == "plain":
        return Auth.PLAIN, inner, None
    if not request.xoauth2.HasField("client_credentials"):
        raise InvalidFields([FieldViolation("xoauth2.client_credentials", say("must be set"))])
    grant = request.xoauth2.client_credentials
    client = OAuthClient(
        request.xoauth2.token_endpoint.strip(), grant.client_id.strip(), trimmed(request.xoauth2.scopes)
    )
    return Auth.XOAUTH2, grant.client_secret, client


def rotates(request: admin_pb2.UpdateEmailProviderHTTPRequest) -> bool:
    """Return whether an update asks for a new signing key.

    Raises:
        InvalidFields: It asks that the old key stays in use, which is not supported.
    """
    if not request.HasField("expiration_signing_key"):
        return False
    if request.expiration_signing_key.seconds or request.expiration_signing_key.nanos:
        raise InvalidFields(
            [FieldViolation("expiration_signing_key", say('must be "0s": the old key is dropped at once'))]
        )
    return True


def page(query: object_pb2.ListQuery) -> Page:
    """Return the wanted page; a limit of 0 is the default."""
    return Page(offset=query.offset, limit=query.limit or DEFAULT_PAGE_LIMIT, ascending=query.asc)


def changed(details: Details) -> Any:
    """Return the details that an update or a removal answers: without a date of creation, as the reference."""
    return _details(details)


def made(details: Details) -> Any:
    """Return the details that an add or a switch of state answers: the event's date is the date of creation too.

    The reference's page shows it on an add, and its implementation answers it on a switch.
    """
    return _details(replace(details, creation_date=details.change_date))


def smtp_config(provider: Provider) -> settings_pb2.SMTPConfig:
    """Return a provider as the SMTP calls show it: an HTTP provider has empty fields there."""
    return settings_pb2.SMTPConfig(
        details=_details(provider.details),
        state=settings_pb2.SMTPConfigState.ValueType(provider.state.value),
        id=provider.id,
        **members(provider.settings, settings_pb2.SMTPConfig),
    )


def email_provider(provider: Provider, reveal: Reveal) -> settings_pb2.EmailProvider:
    """Return a provider as the e-mail calls show it."""
    settings = provider.settings
    config: dict[str, Any]
    if isinstance(settings, HttpSettings):
        shown = members(settings, settings_pb2.EmailProviderHTTP)
        config = {"http": {**shown, "signing_key": reveal(provider).reveal()}}
    else:
        auth = _shown_auth(settings, stored=provider.sealed is not None)
        config = {"smtp": {**members(settings, settings_pb2.EmailProviderSMTP), **auth}}
    return settings_pb2.EmailProvider(
        details=_details(provider.details),
        id=provider.id,
        state=settings_pb2.EmailProviderState.ValueType(provider.state.value),
        **members(settings, settings_pb2.EmailProvider),
        **config,
    )


def _shown_auth(settings: SmtpSettings, *, stored: bool) -> dict[str, Any]:
    """Return how a provider authenticates, as the one field of the `auth` of EmailProviderSMTP.

    Args:
        settings: Its settings.
        stored: Whether it has a secret, which it may have without a user.
    """
    if settings.oauth is None:
        return {"plain" if settings.user or stored else "none": {}}
    client = settings.oauth
    return {
        "xoauth2": {
            "token_endpoint": client.token_endpoint,
            "scopes": client.scopes,
            "client_credentials": {"client_id": client.client_id},
        }
    }


def list_details(found: ProviderPage) -> object_pb2.ListDetails:
    """Return what a list knows of itself."""
    return object_pb2.ListDetails(
        total_result=found.total, processed_sequence=found.sequence, view_timestamp=timestamp(found.viewed_at)
    )


def _details(details: Details) -> Any:
    """Return an ObjectDetails as the dictionary of its fields, which a constructor takes too.

    A message it would copy, by way of its bytes: each answer has three of these parts.
    """
    return {
        "sequence": details.sequence,
        "creation_date": timestamp(details.creation_date) if details.creation_date else None,
        "change_date": timestamp(details.change_date),
        "resource_owner": details.resource_owner,
    }
