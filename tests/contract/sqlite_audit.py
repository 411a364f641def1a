"""Holds a SQLite file against its laws, from outside: gapless sequences, state that follows from events, passwords."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from mailproof.store import events, schema
from mailproof.store.sealing import Identity, Sealer

_STATE = "SELECT * FROM smtp_configs ORDER BY id"
_EVENT = "instance_id, sequence, aggregate_id, type, payload, actor_token_id, peer, created_at"
_INSTANCES = "SELECT id, sequence, config_count FROM instances ORDER BY id"


def audit(path: Path, sealer: Sealer) -> dict[str, str]:
    """Check the file and return the clear password of each configuration that has one."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for instance_id, sequence, _ in connection.execute(_INSTANCES):
            rows = connection.execute(
                "SELECT sequence FROM events WHERE instance_id = ? ORDER BY sequence", (instance_id,)
            )
            assert [row[0] for row in rows] == list(range(1, sequence + 1))
        _check_replay(connection)
        return {
            config_id: sealer.open(blob, Identity(instance_id, "smtp_config", config_id, "password")).reveal()
            for config_id, instance_id, blob in connection.execute(
                "SELECT id, instance_id, sealed_password FROM smtp_configs WHERE sealed_password IS NOT NULL"
            )
        }
    finally:
        connection.close()


def _check_replay(connection: sqlite3.Connection) -> None:
    replayed = sqlite3.connect(":memory:")
    try:
        for migration in schema.MIGRATIONS:
            for statement in migration:
                replayed.execute(statement)
        for row in connection.execute("SELECT id, is_default, sequence, 0, created_at FROM instances"):
            replayed.execute("INSERT INTO instances VALUES (?, ?, ?, ?, ?)", row)
        for row in connection.execute(f"SELECT {_EVENT} FROM events ORDER BY instance_id, sequence"):
            event = dict(zip(_EVENT.split(", "), row, strict=True))
            event["payload"] = json.loads(event["payload"])
            events.apply(replayed, events.Event(**event))
        assert replayed.execute(_STATE).fetchall() == connection.execute(_STATE).fetchall()
        assert replayed.execute(_INSTANCES).fetchall() == connection.execute(_INSTANCES).fetchall()
    finally:
        replayed.close()
