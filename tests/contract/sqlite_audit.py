"""Holds a SQLite file against its laws, from outside: gapless sequences, state that follows from events, secrets."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from mailproof.domain.ledger import evolve
from mailproof.domain.model import Provider, ProviderState
from mailproof.domain.secret import Vault
from mailproof.store import rows
from mailproof.usecases.provider_secrets import open_secret


def audit(path: Path, vault: Vault | None = None) -> dict[str, str]:
    """Check the file; return each provider's secret in clear, empty where it has none or no vault is given."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        found = {
            row[0]: rows.to_provider(row)
            for row in connection.execute(f"SELECT {rows.PROVIDER} FROM providers ORDER BY instance_id, added_sequence")
        }
        expected: dict[str, Provider] = {}
        instances = connection.execute("SELECT id, sequence, provider_count, active_id FROM instances ORDER BY id")
        for instance_id, sequence, count, active_id in instances.fetchall():
            mine = _replay(connection, instance_id, sequence)
            assert count == len(mine)
            active = [provider.id for provider in mine.values() if provider.state is ProviderState.ACTIVE]
            assert active == ([active_id] if active_id else [])
            expected |= mine
        assert found == expected
        assert list(found) == list(expected)
    return {
        each.id: open_secret(vault, each).reveal() if vault is not None and each.sealed is not None else ""
        for each in found.values()
    }


def _replay(connection: sqlite3.Connection, instance_id: str, sequence: int) -> dict[str, Provider]:
    log = f"SELECT {rows.EVENT} FROM events WHERE instance_id = ? ORDER BY sequence"
    events = [rows.to_event(row) for row in connection.execute(log, (instance_id,))]
    assert [event.sequence for event in events] == list(range(1, sequence + 1))
    assert events == sorted(events, key=lambda event: event.created_at), "times follow the order of the log"
    state: dict[str, Provider] = {}
    for event in events:
        for provider_id, provider in evolve(event, state).items():
            if provider is None:
                del state[provider_id]
            else:
                state[provider_id] = provider
    return state
