"""Holds a database of PostgreSQL against its laws, from outside: gapless logs, and state that follows from events."""

from __future__ import annotations

from collections import defaultdict

from mailproof.domain.ledger import Event, evolve
from mailproof.domain.model import Provider, ProviderState
from mailproof.store import rows
from postgres_support.server import queries


def audit(url: str) -> list[Event]:
    """Check everything and return all events."""
    log, state, instances, defaults = queries(
        url,
        f"SELECT {rows.EVENT} FROM events ORDER BY sequence",
        f"SELECT {rows.PROVIDER} FROM providers",
        "SELECT id, sequence, provider_count, active_id FROM instances",
        "SELECT count(*) FROM instances WHERE is_default",
    )
    events = [rows.to_event(row) for row in log]
    logs: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        logs[event.instance_id].append(event)
    stored: dict[str, dict[str, Provider]] = defaultdict(dict)
    for row in state:
        provider = rows.to_provider(row)
        stored[provider.details.resource_owner][provider.id] = provider
    assert {each[0] for each in instances} >= logs.keys() | stored.keys()
    for instance_id, sequence, count, active_id in instances:
        assert [event.sequence for event in logs[instance_id]] == list(range(1, sequence + 1))
        known: dict[str, Provider] = {}
        for event in logs[instance_id]:
            for provider_id, after in evolve(event, known).items():
                known.pop(provider_id, None)
                if after is not None:
                    known[provider_id] = after
        assert known == stored[instance_id]
        assert count == len(known)
        active = [each.id for each in known.values() if each.state is ProviderState.ACTIVE]
        assert active == ([active_id] if active_id is not None else [])
    assert defaults == [(1,)]
    return events
