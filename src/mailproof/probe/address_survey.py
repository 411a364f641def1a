"""The survey of a host's addresses: each other one than the test's own is tried to EHLO, beside the attempt.

Laws: no credentials, sender or recipient are sent; nothing is dialled but the addresses that the guard has allowed for
the attempt's own port; the survey begins once the attempt has come to EHLO, is slow or has ended, and after the verdict
it gets a short grace within the test's deadline; an address for which this side lacks the means is left out; `stop`
closes everything at once.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Callable, Sequence

from mailproof.diagnosis.addresses import AddressTable, AddressTrial, up_to_ehlo
from mailproof.diagnosis.alternatives import Trial, TrialResult, trial_plan
from mailproof.diagnosis.trial_results import assess
from mailproof.domain.errors import ServiceShortage
from mailproof.net.addrinfo import AddrInfo, few
from mailproof.net.route import has_route
from mailproof.net.shortage import shortages_raised
from mailproof.probe.attempt import Attempt
from mailproof.probe.link import Link
from mailproof.probe.tasks import end_tasks
from mailproof.probe.transcript import TestContext
from mailproof.smtp.actions import Cause
from mailproof.smtp.vocabulary import Code, Stage, TlsMode

SLOW = 1.0  # seconds after which it begins beside an attempt that has not come to EHLO; less in a short test
FAIR = 1.25  # seconds that an address gets at least: a first packet that is lost is sent again after 1 (RFC 6298)
PACE = 2.0  # times as long as the attempt's own way to EHLO that an address gets at least
GRACE = 2.0  # seconds after the verdict at most; an address gets all where the attempt fails before EHLO was answered
MAX_ADDRESSES = 8  # of one host that are tried; a name may resolve to more
MAX_TESTS_WITH_SURVEYS = 64  # of one probe at the same time: many tests of one host must not dial eight times as often

_BEFORE_EHLO = frozenset({Stage.POLICY, Stage.RESOLVE, Stage.CONNECT, Stage.TLS, Stage.GREETING})
_AFTER_EHLO = frozenset({Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.QUIT})
_EARLY = 0.01  # seconds that a timer may go off early


class AddressSurvey:
    """The survey that belongs to one attempt.

    Args:
        context: The attempt's context.
        addresses: What the attempt dials; already judged for its port.
        attempt: The attempt.
        slots: Bounds the number of tests that have a survey at the same time; without a slot there is none.

    Attributes:
        on_working: Called when the plan's settings first work over an address.
    """

    def __init__(
        self,
        context: TestContext,
        addresses: Sequence[AddrInfo],
        attempt: Attempt,
        *,
        slots: threading.Semaphore,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = context
        self._attempt = attempt
        self._slots = slots
        self._has_slot = False
        by_address: dict[str, AddrInfo] = {}
        for info in addresses:
            by_address.setdefault(info[4][0], info)
        self._infos = {info[4][0]: info for info in few(list(by_address.values()), MAX_ADDRESSES)}
        self._count = len(by_address)
        self._tasks: dict[str, asyncio.Task[AddressTrial | None]] = {}
        self._attempts: dict[str, Attempt] = {}
        self._began: dict[str, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._attempt_began = 0.0
        self._answered_ehlo = 0.0  # when the attempt came further than EHLO
        self._used: AddressTrial | None = None
        self._works = False
        self.on_working: Callable[[], object] = lambda: None

    @property
    def helps(self) -> bool:
        """Whether the plan's settings work over another address, and the attempt has not come further than EHLO."""
        return self._works and not self._answered_ehlo

    def watch(self, stage: Stage) -> None:
        """Note that the attempt has begun a stage."""
        if self._count < 2:  # one address that is listed twice
            return
        if not self._attempt_began:
            self._attempt_began = self._loop.time()
            self._timer = self._loop.call_later(min(SLOW, self._context.plan.timeout / 4), self._begin_beside)
        if stage in _AFTER_EHLO and not self._answered_ehlo:
            self._answered_ehlo = self._loop.time()
        if stage not in _BEFORE_EHLO and not self._tasks:
            self._begin_beside()

    def attempt_ended(self, link: Link, cause: Cause | None) -> None:
        """Note the attempt's result, and begin the survey where it has not begun.

        Args:
            link: The attempt's connection that decided.
            cause: Why it failed, before anything has made that more exact; None where it passed.
        """
        if self._count < 2:
            return
        if self._timer is not None:
            self._timer.cancel()
        now = self._loop.time()
        if cause is None and not self._answered_ehlo:
            self._answered_ehlo = now
        if link.address:
            took = (self._answered_ehlo or now) - self._attempt_began
            self._used = self._trial(link.address, self._attempt, link, up_to_ehlo(cause), took, used=True)
        if now < self._context.deadline:
            self._begin(link)

    async def table(self) -> AddressTable:
        """Return what came of the addresses after a short grace for those that have not answered yet."""
        now = self._loop.time()
        pending = [task for address, task in self._tasks.items() if not task.done() and not self._is_used(address)]
        enough = self._fair() if self._answered_ehlo else GRACE
        latest = max(self._began.values(), default=now) + enough
        left = min(latest - now, GRACE, self._context.deadline - now)
        if pending and left > 0:
            await asyncio.wait(pending, timeout=left)
        others = [self._result(address) for address in self._infos if not self._is_used(address)]
        trials = tuple(trial for trial in (self._used, *others) if trial is not None)
        return AddressTable(trials, self._count - len(trials))

    async def stop(self) -> None:
        """End every trial and close its connection."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            await end_tasks(self._tasks.values())
        finally:
            # A cancelled task's traceback refers to this object: only the garbage collector would free both.
            self._tasks.clear()
            self._attempts.clear()
            if self._has_slot:
                self._has_slot = False
                self._slots.release()

    def _begin_beside(self) -> None:
        """Begin beside the attempt, at the connection that it has come furthest with."""
        if self._attempt.links:
            links = self._attempt.links
            self._begin(next((link for link in links if link.stage not in _BEFORE_EHLO), links[-1]))

    def _begin(self, link: Link) -> None:
        """Try each address that was not tried and is not that of the attempt's connection."""
        missing = [one for one in self._infos if one not in self._tasks and one != link.address]
        self._has_slot = self._has_slot or bool(missing and self._slots.acquire(blocking=False))
        if not self._has_slot:
            return
        mode = self._mode(link)
        for address in missing:
            self._began[address] = self._loop.time()
            task = self._tasks[address] = asyncio.create_task(self._try(address, mode), name="mailproof-address")
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[AddressTrial | None]) -> None:
        if self._works or task.cancelled() or task.exception() is not None:
            return
        trial = task.result()
        if trial is not None and trial.result.works:
            self._works = True
            self.on_working()

    def _mode(self, link: Link) -> TlsMode:
        """Return the TLS mode to try: the one that was found, or the plan's where none was."""
        mode = self._context.plan.tls_mode
        if mode is not TlsMode.AUTO or link.stage in _BEFORE_EHLO:
            return mode
        return TlsMode.IMPLICIT if link.implicit else TlsMode.STARTTLS

    async def _try(self, address: str, mode: TlsMode) -> AddressTrial | None:
        """Try an address; return None where this side lacks the means."""
        info = self._infos[address]
        port = self._context.port
        plan = dataclasses.replace(trial_plan(self._context.plan, Trial(port, TlsMode.STARTTLS)), tls_mode=mode)
        attempt = self._attempts[address] = Attempt(self._context.of_trial(plan))
        try:
            with shortages_raised():
                if not has_route(info):
                    result = TrialResult(Trial(port, mode), Cause(Stage.CONNECT, Code.NETWORK_UNREACHABLE))
                    return AddressTrial(address, result, conclusive=False)
                link, cause = await attempt.run([info])
        except ServiceShortage:
            return None
        finally:
            attempt.close()
        return self._trial(address, attempt, link, cause, self._loop.time() - self._began[address])

    def _result(self, address: str) -> AddressTrial | None:
        """Return what came of an address, a timeout where nothing has; None where it was not dialled."""
        task, attempt = self._tasks.get(address), self._attempts.get(address)
        if task is None or attempt is None:
            return None
        if task.done():
            return task.result()
        if not attempt.links:
            return None
        link = next((link for link in attempt.links if link.heard), attempt.links[0])
        waited = self._loop.time() - self._began[address]
        return self._trial(address, attempt, link, Cause(link.stage, Code.TIMEOUT), waited)

    def _trial(
        self, address: str, attempt: Attempt, link: Link, cause: Cause | None, duration: float, *, used: bool = False
    ) -> AddressTrial:
        mode = self._context.plan.tls_mode
        if mode is TlsMode.AUTO:
            mode = TlsMode.IMPLICIT if link.implicit else TlsMode.STARTTLS
        result = assess(self._context.plan, TrialResult(Trial(self._context.port, mode), cause, link.facts, link.tls))
        timed_out = cause is not None and cause.code is Code.TIMEOUT
        fair = duration >= self._fair() - _EARLY
        return AddressTrial(address, result, attempt.unverified, duration, used, used or fair or not timed_out)

    def _is_used(self, address: str) -> bool:
        return self._used is not None and self._used.address == address

    def _fair(self) -> float:
        """Return the seconds after which silence says something."""
        return max(FAIR, PACE * (self._answered_ehlo - self._attempt_began)) if self._answered_ehlo else FAIR
