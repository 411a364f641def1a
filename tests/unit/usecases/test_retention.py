"""The bounds of kept tests: by age, and by instance, in batches beside other work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.kept_test import Retention
from mailproof.usecases import retention
from mailproof.usecases.retention import BATCH, RetentionStore, TestRetention

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Store:
    """Has so many tests that are too old, and instances with so many beyond their bound."""

    old: int = 0
    beyond: dict[str, int] = field(default_factory=dict)
    asked: list[object] = field(default_factory=list)
    down: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def instances(self) -> frozenset[str]:
        return frozenset(self.beyond)

    async def delete_tests_before(self, moment: datetime, limit: int) -> int:
        if self.down:
            self.down -= 1
            raise StoreUnavailable
        self.asked.append(moment)
        done = min(self.old, limit)
        self.old -= done
        if not self.old:
            self.gone.set()
        return done

    async def delete_tests_beyond(self, instance_id: str, most: int, limit: int) -> int:
        self.asked.append((instance_id, most))
        done = min(self.beyond[instance_id], limit)
        self.beyond[instance_id] -= done
        return done


def deletion(store: Store, bounds: Retention, *counts: Mapping[str, int]) -> TestRetention:
    left = iter(counts)
    return TestRetention(cast("RetentionStore", store), bounds, lambda: next(left, {}), clock=lambda: NOW)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_PAUSE", 0)
    monkeypatch.setattr(retention, "EVERY", 0)


def test_all_that_is_too_old_is_deleted_in_batches() -> None:
    store = Store(old=2 * BATCH + 1)
    asyncio.run(deletion(store, Retention(days=30, per_instance=0)).round())
    assert store.old == 0
    assert store.asked == [NOW - timedelta(days=30)] * 3


def test_without_bounds_nothing_is_deleted() -> None:
    store = Store(old=5, beyond={"i": 5})
    asyncio.run(deletion(store, Retention(days=0, per_instance=0), {"i": 10**6}).round())
    assert not store.asked


def test_instances_are_looked_at_first_at_the_start_and_then_as_they_grow() -> None:
    async def main() -> None:
        store = Store(beyond={"a": BATCH + 1, "b": 0})
        bounds = Retention(days=0, per_instance=1000)
        work = deletion(store, bounds, {}, {"a": 9, "b": 1}, {"a": 1}, {"a": 9}, {"b": 9})
        await work.round()
        assert store.asked == [("a", 1000)] * 2 + [("b", 1000)]
        for found in ([], ["a"], [], ["b"]):
            store.asked.clear()
            await work.round()
            assert store.asked == [(each, 1000) for each in found]

    asyncio.run(main())


def test_a_database_that_is_down_ends_only_the_round(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        store = Store(old=3, down=1)
        task = asyncio.ensure_future(deletion(store, Retention(per_instance=0)).run())
        await store.gone.wait()
        assert not task.done()
        task.cancel()

    with caplog.at_level(logging.INFO):
        asyncio.run(main())
    assert "later" in caplog.text
