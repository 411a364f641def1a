"""Settings and changes as JSON, the form in which both databases keep them. Pure.

Readers take what older releases wrote: a member that is missing has its default, and one that is not known is ignored.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

from mailproof.domain.ledger import Change, EventType
from mailproof.domain.model import HttpSettings, OAuthClient, ProviderSettings, SmtpSettings

# ASCII: NUL and lone surrogates pass too.
_ENCODE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def dump_settings(settings: ProviderSettings) -> str:
    """Return settings as JSON."""
    return _dump(_of_settings(settings))


def load_settings(text: str) -> ProviderSettings:
    """Return the settings of `dump_settings`."""
    return _to_settings(json.loads(text))


def dump_change(change: Change) -> str:
    """Return what an event says beyond its type and provider, as JSON."""
    payload: dict[str, Any] = {}
    if change.settings is not None:
        payload["settings"] = _of_settings(change.settings)
    if change.sealed is not None:
        payload["sealed"] = b64encode(change.sealed).decode()
    if change.changed:
        payload["changed"] = list(change.changed)
    if change.deactivated:
        payload["deactivated"] = change.deactivated
    return _dump(payload)


def load_change(event_type: str, provider_id: str, text: str) -> Change:
    """Return the change of `dump_change`.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: It is none.
    """
    payload = json.loads(text)
    settings, sealed = payload.get("settings"), payload.get("sealed")
    return Change(
        EventType(event_type),
        provider_id,
        _to_settings(settings) if settings is not None else None,
        b64decode(sealed) if sealed is not None else None,
        tuple(payload.get("changed", ())),
        payload.get("deactivated", ""),
    )


def _dump(value: object) -> str:
    return _ENCODE(value)


def _of_settings(settings: ProviderSettings) -> dict[str, Any]:
    if isinstance(settings, HttpSettings):
        return {"kind": "http", "endpoint": settings.endpoint, "description": settings.description}
    value: dict[str, Any] = {
        "kind": "smtp",
        "sender_address": settings.sender_address,
        "sender_name": settings.sender_name,
        "tls": settings.tls,
        "host": settings.host,
        "user": settings.user,
        "reply_to_address": settings.reply_to_address,
        "description": settings.description,
    }
    if settings.oauth is not None:
        value["oauth"] = {
            "token_endpoint": settings.oauth.token_endpoint,
            "client_id": settings.oauth.client_id,
            "scopes": list(settings.oauth.scopes),
        }
    return value


def _to_settings(value: dict[str, Any]) -> ProviderSettings:
    if value["kind"] == "http":
        return HttpSettings(value["endpoint"], value.get("description", ""))
    oauth = value.get("oauth")
    return SmtpSettings(
        value["sender_address"],
        value["sender_name"],
        value["tls"],
        value["host"],
        value.get("user", ""),
        value.get("reply_to_address", ""),
        value.get("description", ""),
        OAuthClient(oauth["token_endpoint"], oauth["client_id"], tuple(oauth.get("scopes", ()))) if oauth else None,
    )
