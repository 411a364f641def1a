"""Says in a failing report what has changed since its configuration last passed a test.

Laws: a report is answered whether or not there is something to compare it with, and waits no longer than `PATIENCE` for
it; of a secret no more is read than when it was replaced.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailproof.diagnosis.advice_since import corrected
from mailproof.diagnosis.bounds import bounded
from mailproof.diagnosis.changes import PastTest, SettingsSince, since_last_good
from mailproof.domain.errors import Failure
from mailproof.domain.kept_test import KeptTest
from mailproof.domain.ledger import Event, EventType
from mailproof.domain.phrase import say
from mailproof.smtp.report import Report
from mailproof.smtp.vocabulary import Depth, Outcome
from mailproof.usecases.kept_reports import unpack

log = logging.getLogger("mailproof.tests")

PATIENCE = 1.0
"""Seconds that a failing report waits for what it is compared with, where the database is slow."""

_EVENTS_READ = 100
"""Events of the configuration, the newest first, in which a replaced secret is looked for."""

_SECRETS = frozenset({"password", "client_secret"})
"""What events call a secret."""

_SENT = {"password": "password", "xoauth2": "token or client secret"}
"""What a test calls one that was sent in place of the stored one, and in words."""


class LastGoodStore(Protocol):
    """What of a store the comparison needs."""

    async def last_good_test(
        self, instance_id: str, config_id: str, *, before: datetime | None = None
    ) -> KeptTest | None:
        """See `mailproof.store.contract.TestStore`."""
        ...

    async def list_events(
        self, instance_id: str, *, before: int | None, limit: int, provider_id: str = ""
    ) -> Sequence[Event]:
        """See `mailproof.store.contract.ProviderStore`."""
        ...


class LastGood:
    """Compares failing reports with the last good ones.

    Args:
        store: Has the kept tests and the event log.
    """

    def __init__(self, store: LastGoodStore) -> None:
        self._store = store

    async def compared(self, report: Report, test: KeptTest) -> Report:
        """Return a report with what has changed since its configuration last passed, where that is known.

        Args:
            report: The report.
            test: The test as it will be kept.
        """
        if report.outcome is not Outcome.FAIL:
            return report
        try:
            async with asyncio.timeout(PATIENCE):
                last = await self._store.last_good_test(test.instance_id, test.config_id, before=test.started_at)
                if last is None:
                    return report
                settings = await self._settings(last, test)
        except (Failure, TimeoutError) as error:
            why = error if isinstance(error, Failure) else "the store is slow"
            log.warning("a test of configuration %s is not compared with the last good one: %s", test.config_id, why)
            return report
        past = PastTest(last.id, last.started_at, report_of(last), _depth_of(last))
        since = since_last_good(report, past, now=test.started_at, settings=settings)
        return bounded(corrected(dataclasses.replace(report, since_last_good=since), past.report))

    async def _settings(self, last: KeptTest, test: KeptTest) -> SettingsSince:
        before, after = dict(last.tested), dict(test.tested)
        known = SettingsSince(before or None, after or None)
        if not after.get("login"):
            return known
        sent = next((words for name, words in _SENT.items() if name in test.overridden), "")
        if sent and before.get("login"):
            return dataclasses.replace(known, sent=sent)
        if sent or last.config_sequence >= test.config_sequence:
            return known
        events = await self._store.list_events(
            test.instance_id, before=test.config_sequence + 1, limit=_EVENTS_READ, provider_id=test.config_id
        )
        for event in events:
            if event.sequence > last.config_sequence and _replaces_secret(event):
                secret = say("password") if after["login"] == "password" else say("client secret")
                return dataclasses.replace(known, secret=secret, secret_changed_at=event.created_at)
        return known


def report_of(test: KeptTest) -> Report | None:
    """Return the report of a kept test; None where it has none, or one that can't be read."""
    if not test.report:
        return None
    try:
        return unpack(test.report)
    except ValueError as error:
        log.warning("the report of test %s can't be read: %s", test.id, error)
        return None


def _replaces_secret(event: Event) -> bool:
    return event.change.type is EventType.PASSWORD_CHANGED or bool(_SECRETS & set(event.change.changed))


def _depth_of(test: KeptTest) -> Depth | None:
    return Depth(test.depth) if test.depth in list(Depth) else None
