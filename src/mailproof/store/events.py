"""The event log and the state that follows from it.

`append` is the only way to change a record: it takes the instance's next sequence, writes the event and applies it to
the state, all inside the caller's transaction. `apply` looks at nothing but the event, so the state can be rebuilt from
the log; that is the law kept here. A secret stands in a payload only as its sealed blob.
"""

from __future__ import annotations

import json
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mailproof.model import Caller, ConfigState, SmtpSettings

SMTP_CONFIG_ADDED = "smtp_config.added"

_PASSWORD = "sealed_password"  # noqa: S105 - a key of the payload


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the log. `created_at` is in microseconds since 1970."""

    instance_id: str
    sequence: int
    aggregate_id: str
    type: str
    payload: Mapping[str, Any]
    actor_token_id: str
    peer: str
    created_at: int


def settings_payload(settings: SmtpSettings, sealed_password: bytes | None) -> dict[str, Any]:
    """Return what an event tells of a configuration."""
    return {
        "sender_address": settings.sender_address,
        "sender_name": settings.sender_name,
        "tls": settings.tls,
        "host": settings.host,
        "user": settings.user,
        "reply_to_address": settings.reply_to_address,
        "description": settings.description,
        _PASSWORD: b64encode(sealed_password).decode() if sealed_password is not None else None,
    }


def append(
    connection: sqlite3.Connection,
    caller: Caller,
    *,
    aggregate_id: str,
    type_: str,
    payload: Mapping[str, Any],
    now: int,
) -> Event:
    """Write the caller's instance's next event and apply it to the state.

    Raises:
        LookupError: There is no such instance.
    """
    row = connection.execute(
        "UPDATE instances SET sequence = sequence + 1 WHERE id = ? RETURNING sequence", (caller.instance_id,)
    ).fetchone()
    if row is None:
        raise LookupError(f"there is no instance {caller.instance_id}")
    event = Event(caller.instance_id, row[0], aggregate_id, type_, payload, caller.token.id, caller.peer, now)
    connection.execute(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.instance_id,
            event.sequence,
            event.aggregate_id,
            event.type,
            json.dumps(event.payload, ensure_ascii=False, separators=(",", ":")),
            event.actor_token_id,
            event.peer,
            event.created_at,
        ),
    )
    apply(connection, event)
    return event


def apply(connection: sqlite3.Connection, event: Event) -> None:
    """Bring the state from just before the event to just after it."""
    _APPLY[event.type](connection, event)


def _apply_added(connection: sqlite3.Connection, event: Event) -> None:
    payload = event.payload
    sealed = payload[_PASSWORD]
    connection.execute(
        "INSERT INTO smtp_configs (id, instance_id, added_sequence, sequence, created_at, changed_at, state, "
        "sender_address, sender_name, tls, host, user, reply_to_address, description, sealed_password) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.aggregate_id,
            event.instance_id,
            event.sequence,
            event.sequence,
            event.created_at,
            event.created_at,
            ConfigState.INACTIVE.value,
            payload["sender_address"],
            payload["sender_name"],
            int(payload["tls"]),
            payload["host"],
            payload["user"],
            payload["reply_to_address"],
            payload["description"],
            b64decode(sealed) if sealed is not None else None,
        ),
    )
    connection.execute("UPDATE instances SET config_count = config_count + 1 WHERE id = ?", (event.instance_id,))


_APPLY: Mapping[str, Callable[[sqlite3.Connection, Event], None]] = {SMTP_CONFIG_ADDED: _apply_added}
