"""Keeps the tests of stored configurations: what was tested, how it went, and what came of it, cancelled ones too.

Laws: a test's answer waits no longer than `PATIENCE` for what is written about it, and stands whether or not it could
be written. What waits to be written is bounded. A report is packed as it is, after its secrets were masked.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import Failure, ServiceShortage
from mailproof.domain.kept_test import UNFINISHED, KeptOutcome, KeptTest, Retention, TestTrigger
from mailproof.domain.model import Caller, Provider
from mailproof.smtp.report import Plan, Progress, Report, Step, StepStarted
from mailproof.usecases.kept_reports import pack
from mailproof.usecases.last_good import LastGood
from mailproof.usecases.noted import PATIENCE, Notes
from mailproof.webhook.verdict import WebhookReport

log = logging.getLogger("mailproof.tests")

DEADLINE_EXCEEDED = "deadline_exceeded"
_MOST_WAITING = 2000  # tests that are being written, with 8 KiB each at most
_SETTLING = 0.02


class KeepStore(Protocol):
    """What of a store the keeping needs."""

    def new_test_id(self) -> str:
        """See `mailproof.store.contract.TestStore`."""
        ...

    async def keep_test(self, test: KeptTest, *, most: int) -> None:
        """See `mailproof.store.contract.TestStore`."""
        ...


@dataclass(frozen=True, slots=True)
class TestSubject:
    """What is tested, and by which call.

    Attributes:
        caller: Whose test it is.
        provider: The stored configuration that it names, as it was read for it.
        trigger: Which kind of call it is.
        plan: The plan; None for a post.
        overridden: The names of the settings that are not the stored ones.
        uses_stored: Whether it tests what is stored, or with a stored secret, which the event log tells.
        remaining: Seconds until the caller's deadline; None without one.
    """

    caller: Caller
    provider: Provider
    trigger: TestTrigger
    plan: Plan | None = None
    overridden: tuple[str, ...] = ()
    uses_stored: bool = True
    remaining: float | None = None


class KeptTests:
    """Writes tests down as they end, from any event loop.

    Args:
        notes: Writes the events of tests.
        store: Keeps the tests; None where none are kept.
        retention: How many are kept.
        clock: Returns the time.
        last_good: Says in failing reports what has changed since the last good one; None where nothing does.
    """

    def __init__(
        self,
        notes: Notes,
        store: KeepStore | None,
        retention: Retention,
        *,
        clock: Clock = utc_now,
        last_good: LastGood | None = None,
    ) -> None:
        self._notes = notes
        self._store = store if retention.per_config else None
        self._retention = retention
        self._clock = clock
        self._last_good = last_good
        self._lock = threading.Lock()
        self._writing: set[asyncio.Task[bool]] = set()  # the loops keep tasks by weak references
        self._open: dict[asyncio.AbstractEventLoop, int] = {}
        self._kept: dict[str, int] = {}

    @contextmanager
    def recording(self, subject: TestSubject | None) -> Iterator[Recording]:
        """Watch a test within this context, and keep it if it is cut short there.

        Args:
            subject: What is tested; None for nothing that is kept.

        Yields:
            What follows the test.
        """
        recording = Recording(self, subject, self._clock(), time.monotonic())
        loop = asyncio.get_running_loop()
        self._count(loop, 1)
        try:
            yield recording
        except (asyncio.CancelledError, GeneratorExit, ServiceShortage) as error:
            recording.cut_short(error)
            raise
        finally:
            self._count(loop, -1)

    def _count(self, loop: asyncio.AbstractEventLoop, more: int) -> None:
        with self._lock:
            count = self._open.get(loop, 0) + more
            if count:
                self._open[loop] = count
            else:
                self._open.pop(loop, None)

    def counts(self) -> Mapping[str, int]:
        """Return how many tests were kept of each instance since this was last called."""
        with self._lock:
            counts, self._kept = self._kept, {}
        return counts

    async def settle(self, patience: float) -> None:
        """Wait until no test runs on this event loop and all are written, as the service stops.

        Args:
            patience: Seconds that are waited at most.
        """
        loop = asyncio.get_running_loop()
        give_up = time.monotonic() + patience
        while time.monotonic() < give_up:
            with self._lock:
                running = self._open.get(loop, 0)
                writing = {task for task in self._writing if task.get_loop() is loop}
            if writing:
                await asyncio.wait(writing, timeout=give_up - time.monotonic())
            elif running:
                await asyncio.sleep(_SETTLING)
            else:
                return

    def new_id(self) -> str:
        """Return an id for a test that has ended; empty where none are kept, or too many wait to be written."""
        if self._store is None:
            return ""
        if len(self._writing) >= _MOST_WAITING:
            log.warning("a test is not kept: %d others wait to be written", _MOST_WAITING)
            return ""
        return self._store.new_test_id()

    async def compared(self, report: Report, test: KeptTest) -> Report:
        """Return the report of a test, with what has changed since the last good one where that is known."""
        return report if self._last_good is None else await self._last_good.compared(report, test)

    def start(self, test: KeptTest) -> asyncio.Task[bool]:
        """Begin to write a test; the task returns whether it was written."""
        task = asyncio.get_running_loop().create_task(self._write(test))
        with self._lock:
            self._writing.add(task)
            self._kept[test.instance_id] = self._kept.get(test.instance_id, 0) + 1
        task.add_done_callback(self._written)
        return task

    def _written(self, task: asyncio.Task[bool]) -> None:
        with self._lock:
            self._writing.discard(task)

    async def _write(self, test: KeptTest) -> bool:
        if self._store is None:
            return False
        try:
            await self._store.keep_test(test, most=self._retention.per_config)
        except Failure as error:
            log.warning("a test of configuration %s is not kept: %s", test.config_id, error)
            return False
        return True

    def note(self, subject: TestSubject, code: str) -> asyncio.Task[None] | None:
        """Begin to write the event of a test, where it has one; None where it has none."""
        return self._notes.start(subject.caller, subject.provider.id, code) if subject.uses_stored else None


@dataclass(slots=True)
class Recording:
    """Follows one test."""

    _kept: KeptTests
    _subject: TestSubject | None
    _started_at: datetime
    _begun: float
    _stage: str = ""
    _phases: dict[str, float] = field(default_factory=dict)

    def follow(self, event: Progress) -> None:
        """Take note of an event of the test."""
        if isinstance(event, StepStarted):
            self._stage = event.stage.value
        elif isinstance(event, Step):
            self._phases[event.stage.value] = self._phases.get(event.stage.value, 0.0) + event.duration

    async def ended(self, report: Report) -> Report:
        """Keep a test that has ended.

        Returns:
            Its report, with the test's id where it is kept.
        """
        subject = self._subject
        if subject is None:
            return report
        kept = None
        test_id = self._kept.new_id()
        if test_id:
            outcome = KeptOutcome(report.outcome.value)
            test = self._test(test_id, subject, outcome, report.stage.value, report.code.value)
            report = await self._kept.compared(report, test)
            tls = report.tls
            kept = replace(
                test,
                elapsed_ms=report.elapsed_ms,
                phases=_phases(report.steps),
                tls_version=tls.version if tls else "",
                certificate_expires_at=tls.chain[0].not_after if tls and tls.chain else None,
                report=pack(report),
                reply_code=report.evidence.reply_code,
            )
        return replace(report, test_id=test_id) if await self._write(subject, kept, report.code.value) else report

    async def posted(self, report: WebhookReport) -> str:
        """Keep a post that has ended; return the test's id, empty where it is not kept."""
        subject = self._subject
        if subject is None:
            return ""
        kept = None
        test_id = self._kept.new_id()
        if test_id:
            outcome = KeptOutcome(report.outcome.value)
            kept = replace(
                self._test(test_id, subject, outcome, report.phase.value, report.code.value),
                elapsed_ms=report.elapsed_ms,
                reply_code=report.status,
            )
        return test_id if await self._write(subject, kept, report.code.value) else ""

    def cut_short(self, error: BaseException) -> None:
        """Keep a test that is cut short. Nothing is waited for: nobody waits for an answer any more."""
        subject = self._subject
        if subject is None:
            return
        code = error.reason.lower() if isinstance(error, ServiceShortage) else UNFINISHED
        self._kept.note(subject, UNFINISHED)
        elapsed = time.monotonic() - self._begun
        if code == UNFINISHED and subject.remaining is not None and elapsed >= subject.remaining:
            code = DEADLINE_EXCEEDED
        test_id = self._kept.new_id()
        if test_id:
            cancelled = self._test(test_id, subject, KeptOutcome.CANCELLED, self._stage, code)
            phases = tuple((stage, round(seconds * 1000)) for stage, seconds in self._phases.items())
            self._kept.start(replace(cancelled, elapsed_ms=round(elapsed * 1000), phases=phases))

    async def _write(self, subject: TestSubject, kept: KeptTest | None, code: str) -> bool:
        """Write a test and its event, and wait a moment for that; return whether the test is written, or still may."""
        keeping = self._kept.start(kept) if kept is not None else None
        tasks = [task for task in (keeping, self._kept.note(subject, code)) if task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)
        return keeping is not None and (not keeping.done() or keeping.result())

    def _test(self, test_id: str, subject: TestSubject, outcome: KeptOutcome, stage: str, code: str) -> KeptTest:
        caller, provider, plan = subject.caller, subject.provider, subject.plan
        return KeptTest(
            test_id,
            caller.instance_id,
            provider.id,
            provider.details.sequence,
            caller.token.id,
            caller.peer,
            subject.trigger,
            plan.depth.value if plan else "",
            outcome,
            stage,
            code,
            self._started_at,
            0,
            overridden=subject.overridden,
            tested=_tested(plan) if plan else (),
        )


def _phases(steps: Sequence[Step]) -> tuple[tuple[str, int], ...]:
    seconds: dict[str, float] = {}
    for step in steps:
        seconds[step.stage.value] = seconds.get(step.stage.value, 0.0) + step.duration
    return tuple((stage, round(each * 1000)) for stage, each in seconds.items())


def _tested(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return the settings of a plan that a test is about, without its secrets."""
    user = plan.credentials.user if plan.credentials else ""
    grant = plan.oauth.grant if plan.oauth else None
    login = "" if not user else "password" if plan.oauth is None else "xoauth2"
    settings = {
        "host": plan.host,
        "port": str(plan.port) if plan.port else "",
        "tls_mode": plan.tls_mode.value,
        "user": user,
        "login": login,
        "mechanism": plan.mechanism,
        "sender": plan.sender,
        "recipient": plan.recipient,
        "ehlo_name": plan.ehlo_name,
        "token_endpoint": grant.token_endpoint if grant else "",
        "client_id": grant.client_id if grant else "",
        "scopes": " ".join(grant.scopes) if grant else "",
    }
    return tuple((name, value) for name, value in settings.items() if value)
