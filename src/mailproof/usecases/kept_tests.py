"""Keeps the tests of stored configurations: what was tested, how it went, and what came of it, cancelled ones too.

Laws: a test's answer waits no longer than `PATIENCE` for what is written about it, and stands whether or not it could
be written. What waits to be written is bounded. A report is packed as it is, after its secrets were masked.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import Failure, ServiceShortage
from mailproof.domain.kept_test import DEADLINE_EXCEEDED, UNFINISHED, KeptOutcome, KeptTest, Retention, TestTrigger
from mailproof.domain.model import Caller, Provider
from mailproof.smtp.report import Plan, Progress, Report, Step, StepStarted
from mailproof.usecases.kept_reports import pack
from mailproof.usecases.last_good import LastGood
from mailproof.usecases.noted import PATIENCE, Notes
from mailproof.webhook.verdict import WebhookReport

log = logging.getLogger("mailproof.tests")

_MOST_WAITING = 2000  # tests that are being written, with 8 KiB each at most
_SETTLING = 0.02

_LATELY = 0.5
"""Seconds before a caller's deadline from which on it has ended a test: a call takes some before its test begins."""


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
        """Return an id for a test."""
        return self._store.new_test_id() if self._store is not None else ""

    async def compared(self, report: Report, make: Callable[[], KeptTest]) -> Report:
        """Return the report of a test, with what has changed since the last good one where that is known.

        Args:
            report: The report.
            make: Returns the test, without its report.
        """
        if self._store is None or self._last_good is None:
            return report
        try:
            return await self._last_good.compared(report, make())
        except Exception:  # a test's answer stands whatever goes wrong here
            log.exception("a report can't be compared with the last good one")
            return report

    def start(self, make: Callable[[], KeptTest]) -> tuple[KeptTest | None, asyncio.Task[bool] | None]:
        """Begin to write a test.

        Args:
            make: Returns the test.

        Returns:
            The test, and the task that says whether it was written; None for both where it is not kept.
        """
        if self._store is None:
            return None, None
        if len(self._writing) >= _MOST_WAITING:
            log.warning("a test is not kept: %d others wait to be written", _MOST_WAITING)
            return None, None
        try:
            test = make()
        except Exception:  # a test's answer stands whatever goes wrong here
            log.exception("a test can't be kept")
            return None, None
        task = asyncio.get_running_loop().create_task(self._write(self._store, test))
        with self._lock:
            self._writing.add(task)
            self._kept[test.instance_id] = self._kept.get(test.instance_id, 0) + 1
        task.add_done_callback(self._written)
        return test, task

    def _written(self, task: asyncio.Task[bool]) -> None:
        with self._lock:
            self._writing.discard(task)

    async def _write(self, store: KeepStore, test: KeptTest) -> bool:
        try:
            await store.keep_test(test, most=self._retention.per_config)
        except Failure as error:
            log.warning("a test of configuration %s is not kept: %s", test.config_id, error)
            return False
        except Exception:
            log.exception("a test can't be kept")
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
    _stage_begun: float | None = None  # None where it has ended
    _phases: dict[str, float] = field(default_factory=dict)

    def follow(self, event: Progress) -> None:
        """Take note of an event of the test."""
        if isinstance(event, StepStarted):
            self._stage, self._stage_begun = event.stage.value, time.monotonic()
        elif isinstance(event, Step):
            self._phases[event.stage.value] = self._phases.get(event.stage.value, 0.0) + event.duration
            if event.stage.value == self._stage:
                self._stage_begun = None

    async def ended(self, report: Report) -> Report:
        """Keep a test that has ended.

        Returns:
            Its report, with the test's id where it is kept.
        """
        subject = self._subject
        if subject is None:
            return report
        try:
            report = await self._kept.compared(report, lambda: self._verdict(subject, report))
        except asyncio.CancelledError:  # its caller left after the verdict, which stands
            self._kept.start(lambda: self._of_report(subject, report))
            self._kept.note(subject, report.code.value)
            raise
        test_id = await self._write(subject, report.code.value, lambda: self._of_report(subject, report))
        return replace(report, test_id=test_id)

    async def posted(self, report: WebhookReport) -> WebhookReport:
        """Keep a post that has ended, likewise."""
        subject = self._subject
        if subject is None:
            return report
        test_id = await self._write(subject, report.code.value, lambda: self._of_post(subject, report))
        return replace(report, test_id=test_id)

    def cut_short(self, error: BaseException) -> None:
        """Keep a test that is cut short. Nothing is waited for: nobody waits for an answer any more."""
        subject = self._subject
        if subject is None:
            return
        code = error.reason.lower() if isinstance(error, ServiceShortage) else UNFINISHED
        self._kept.note(subject, UNFINISHED)
        now = time.monotonic()
        if self._stage_begun is not None:
            self._phases[self._stage] = self._phases.get(self._stage, 0.0) + now - self._stage_begun
        elapsed = now - self._begun
        if code == UNFINISHED and subject.remaining is not None and elapsed >= subject.remaining - _LATELY:
            code = DEADLINE_EXCEEDED
        self._kept.start(lambda: self._cancelled(subject, code, elapsed))

    async def _write(self, subject: TestSubject, code: str, make: Callable[[], KeptTest]) -> str:
        """Write a test and its event, and wait a moment for that.

        Returns:
            The id of the test where it is written, or still may be; empty where it is not.
        """
        test, keeping = self._kept.start(make)
        tasks = [task for task in (keeping, self._kept.note(subject, code)) if task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)
        if test is None or keeping is None or (keeping.done() and not keeping.result()):
            return ""
        return test.id

    def _verdict(self, subject: TestSubject, report: Report) -> KeptTest:
        return self._test(subject, KeptOutcome(report.outcome.value), report.stage.value, report.code.value)

    def _of_report(self, subject: TestSubject, report: Report) -> KeptTest:
        tls = report.tls
        return replace(
            self._verdict(subject, report),
            elapsed_ms=report.elapsed_ms,
            phases=_phases(report.steps),
            tls_version=tls.version if tls else "",
            certificate_expires_at=tls.chain[0].not_after if tls and tls.chain else None,
            report=pack(report),
            reply_code=report.evidence.reply_code,
        )

    def _of_post(self, subject: TestSubject, report: WebhookReport) -> KeptTest:
        return replace(
            self._test(subject, KeptOutcome(report.outcome.value), report.phase.value, report.code.value),
            elapsed_ms=report.elapsed_ms,
            reply_code=report.status,
        )

    def _cancelled(self, subject: TestSubject, code: str, elapsed: float) -> KeptTest:
        return replace(
            self._test(subject, KeptOutcome.CANCELLED, self._stage, code),
            elapsed_ms=round(elapsed * 1000),
            phases=tuple((stage, round(seconds * 1000)) for stage, seconds in self._phases.items()),
        )

    def _test(self, subject: TestSubject, outcome: KeptOutcome, stage: str, code: str) -> KeptTest:
        caller, provider, plan = subject.caller, subject.provider, subject.plan
        return KeptTest(
            self._kept.new_id(),
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
