"""Settings of a provider as messages have them: in requests, in answers and in documents.

A message has a field of the settings under the same name, or it has it not: so both directions go by the message's own
fields, and a field is named in the proto and in `mailproof.domain.model` alone. Where an access token comes from stands
in each family of messages in another form, so it is theirs to read and to write.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from google.protobuf.message import Message

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.model import HttpSettings, OAuthClient, ProviderSettings, SmtpSettings
from mailproof.domain.phrase import say
from mailproof.syntax.typed_host import demands_tls, normal_host_port

_SHARED: dict[tuple[type[Any], type[Any]], tuple[str, ...]] = {}
"""What `shared` found: a dozen of pairs. Finding it anew takes 1.5 µs, the rest of a conversion 2.4 µs."""


def members(settings: ProviderSettings, message: type[Message]) -> dict[str, Any]:
    """Return what a message has of settings, as the arguments of its constructor; `oauth` is not among them."""
    return {name: getattr(settings, name) for name in shared(type(settings), message)}


def smtp_settings(message: Message, oauth: OAuthClient | None, prefix: str = "") -> SmtpSettings:
    """Return the settings of a message, its texts trimmed; what it has no field for has its default.

    Args:
        message: The message. A host that is a URL becomes "host:port".
        oauth: Where the access token comes from.
        prefix: Put before the names of fields in errors.

    Raises:
        InvalidFields: The host is a URL that demands TLS, and `tls` is false.
    """
    values = _trimmed(SmtpSettings, message)
    host = values["host"]
    if "/" in host and demands_tls(host) and not values["tls"]:
        scheme = host.partition("://")[0].lower()
        raise InvalidFields(
            [FieldViolation(f"{prefix}tls", say("must be true: {scheme}:// in host demands TLS", scheme=scheme))]
        )
    return SmtpSettings(**values | {"host": normal_host_port(host)}, oauth=oauth)


def http_settings(message: Message) -> HttpSettings:
    """Return the settings of a message, its texts trimmed."""
    return HttpSettings(**_trimmed(HttpSettings, message))


def trimmed(texts: Any) -> tuple[str, ...]:
    """Return a repeated field's texts, trimmed."""
    return tuple(text.strip() for text in texts)


def shared(kind: type[ProviderSettings], message: type[Message]) -> tuple[str, ...]:
    """Return the names that the fields of settings and those of a message have in common, but for `oauth`."""
    names = _SHARED.get((kind, message))
    if names is None:
        known = message.DESCRIPTOR.fields_by_name
        names = tuple(each.name for each in fields(kind) if each.name != "oauth" and each.name in known)
        _SHARED[kind, message] = names
    return names


def _trimmed(kind: type[ProviderSettings], message: Message) -> dict[str, Any]:
    return {
        name: value.strip() if isinstance(value := getattr(message, name), str) else value
        for name in shared(kind, type(message))
    }
