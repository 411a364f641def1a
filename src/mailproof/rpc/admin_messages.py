"""The messages of zitadel.admin.v1 and the domain's values.

The two families of calls say the same in messages of their own, so requests are read by the fields that they share.
Texts are trimmed; secrets are not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from google.protobuf.message import Message

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.model import Details, HttpSettings, OAuthClient, Page, Provider, ProviderPage, SmtpSettings
from mailproof.domain.secret import Secret
from mailproof.usecases.providers import Auth, SmtpInput
from zitadel.admin.v1 import admin_pb2
from zitadel.settings.v1 import settings_pb2
from zitadel.v1 import object_pb2

DEFAULT_PAGE_LIMIT = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

M = TypeVar("M", bound=Message)

Stored = (
    admin_pb2.AddSMTPConfigRequest
    | admin_pb2.UpdateSMTPConfigRequest
    | admin_pb2.AddEmailProviderSMTPRequest
    | admin_pb2.UpdateEmailProviderSMTPRequest
)
Tested = admin_pb2.TestSMTPConfigRequest | admin_pb2.TestEmailProviderSMTPRequest
WithAuth = (
    admin_pb2.AddEmailProviderSMTPRequest
    | admin_pb2.UpdateEmailProviderSMTPRequest
    | admin_pb2.TestEmailProviderSMTPRequest
)
HttpRequest = admin_pb2.AddEmailProviderHTTPRequest | admin_pb2.UpdateEmailProviderHTTPRequest


class Reveal(Protocol):
    """Returns the signing key of a provider that mail is posted to."""

    def __call__(self, provider: Provider) -> Secret:
        """Open it."""
        ...


def stored(request: Stored) -> SmtpInput:
    """Return what an Add or an Update says.

    Raises:
        InvalidFields: Fields contradict each other, or one that is needed is missing.
    """
    return _input(request, request.reply_to_address, request.description)


def tested(request: Tested) -> SmtpInput:
    """Return the settings that a test names, as an Add would store them.

    Raises:
        InvalidFields: As with `stored`.
    """
    return _input(request)


def _input(request: Stored | Tested, reply_to_address: str = "", description: str = "") -> SmtpInput:
    auth, secret, client = Auth.UNSPECIFIED, request.password, None
    if isinstance(request, WithAuth):
        auth, secret, client = _auth(request)
    settings = SmtpSettings(
        sender_address=request.sender_address.strip(),
        sender_name=request.sender_name.strip(),
        tls=request.tls,
        host=request.host.strip(),
        user=request.user.strip(),
        reply_to_address=reply_to_address.strip(),
        description=description.strip(),
        oauth=client,
    )
    return SmtpInput(settings, Secret(secret), auth)


def _auth(request: WithAuth) -> tuple[Auth, str, OAuthClient | None]:
    chosen = request.WhichOneof("auth")
    if chosen is None:
        return Auth.UNSPECIFIED, request.password, None
    inner = request.plain.password if chosen == "plain" else ""
    if request.password and request.password != inner:
        raise InvalidFields([FieldViolation("password", f"must not be given together with {chosen}")])
    if chosen == "none":
        return Auth.NONE, "", None
    if chosen == "plain":
        return Auth.PLAIN, inner, None
    if not request.xoauth2.HasField("client_credentials"):
        raise InvalidFields([FieldViolation("xoauth2.client_credentials", "must be set")])
    grant = request.xoauth2.client_credentials
    scopes = tuple(scope.strip() for scope in request.xoauth2.scopes)
    client = OAuthClient(request.xoauth2.token_endpoint.strip(), grant.client_id.strip(), scopes)
    return Auth.XOAUTH2, grant.client_secret, client


def http_settings(request: HttpRequest) -> HttpSettings:
    """Return what an Add or an Update of an HTTP provider says."""
    return HttpSettings(request.endpoint.strip(), request.description.strip())


def rotates(request: admin_pb2.UpdateEmailProviderHTTPRequest) -> bool:
    """Return whether an update asks for a new signing key.

    Raises:
        InvalidFields: It asks that the old key stays in use, which is not supported.
    """
    if not request.HasField("expiration_signing_key"):
        return False
    if request.expiration_signing_key.seconds or request.expiration_signing_key.nanos:
        raise InvalidFields([FieldViolation("expiration_signing_key", 'must be "0s": the old key is dropped at once')])
    return True


def page(query: object_pb2.ListQuery) -> Page:
    """Return the wanted page; a limit of 0 is the default."""
    return Page(offset=query.offset, limit=query.limit or DEFAULT_PAGE_LIMIT, ascending=query.asc)


def changed(details: Details) -> Any:
    """Return the details that an add, an update or a removal answers: without a date of creation, as the reference."""
    return _details(details)


def switched(details: Details) -> Any:
    """Return the details that a switch of state answers; as the reference has it, with a date of creation."""
    return _details(replace(details, creation_date=details.change_date))


def smtp_config(provider: Provider) -> settings_pb2.SMTPConfig:
    """Return a provider as the SMTP calls show it: an HTTP provider has empty fields there."""
    settings = provider.settings
    state = settings_pb2.SMTPConfigState.ValueType(provider.state.value)
    if isinstance(settings, HttpSettings):
        return settings_pb2.SMTPConfig(
            details=_details(provider.details), state=state, description=settings.description, id=provider.id
        )
    return settings_pb2.SMTPConfig(
        details=_details(provider.details),
        state=state,
        description=settings.description,
        id=provider.id,
        sender_address=settings.sender_address,
        sender_name=settings.sender_name,
        tls=settings.tls,
        host=settings.host,
        user=settings.user,
        reply_to_address=settings.reply_to_address,
    )


def email_provider(provider: Provider, reveal: Reveal) -> settings_pb2.EmailProvider:
    """Return a provider as the e-mail calls show it."""
    settings = provider.settings
    message = settings_pb2.EmailProvider(
        details=_details(provider.details),
        id=provider.id,
        state=settings_pb2.EmailProviderState.ValueType(provider.state.value),
        description=settings.description,
    )
    if isinstance(settings, HttpSettings):
        message.http.endpoint = settings.endpoint
        message.http.signing_key = reveal(provider).reveal()
    else:
        message.smtp.CopyFrom(_smtp(settings))
    return message


def _smtp(settings: SmtpSettings) -> settings_pb2.EmailProviderSMTP:
    message = settings_pb2.EmailProviderSMTP(
        sender_address=settings.sender_address,
        sender_name=settings.sender_name,
        tls=settings.tls,
        host=settings.host,
        user=settings.user,
        reply_to_address=settings.reply_to_address,
    )
    if settings.oauth is not None:
        message.xoauth2.token_endpoint = settings.oauth.token_endpoint
        message.xoauth2.scopes.extend(settings.oauth.scopes)
        message.xoauth2.client_credentials.client_id = settings.oauth.client_id
    elif settings.user:
        message.plain.SetInParent()
    else:
        message.none.SetInParent()
    return message


def list_details(found: ProviderPage) -> object_pb2.ListDetails:
    """Return what a list knows of itself."""
    return object_pb2.ListDetails(
        total_result=found.total, processed_sequence=found.sequence, view_timestamp=_timestamp(found.viewed_at)
    )


def _details(details: Details) -> Any:
    """Return an ObjectDetails as the dictionary of its fields, which a constructor takes too.

    A message it would copy, by way of its bytes: each answer has three of these parts.
    """
    return {
        "sequence": details.sequence,
        "creation_date": _timestamp(details.creation_date) if details.creation_date else None,
        "change_date": _timestamp(details.change_date),
        "resource_owner": details.resource_owner,
    }


def _timestamp(moment: datetime) -> Any:
    """Return a Timestamp as the dictionary of its fields."""
    since = moment - _EPOCH
    return {"seconds": since.days * 86_400 + since.seconds, "nanos": since.microseconds * 1000}
