"""The search for a setting that works: tries those of `diagnosis.alternatives` after a failed or beside a slow attempt.

Laws: credentials are never sent with another setting than the one they were given for, so a trial ends with EHLO; the
guard judges every port, name and address before it is dialled, and a forbidden one is skipped without a word; the
test's deadline holds; a trial for which this side lacks the means has no result; `stop` closes everything at once.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime

from mailproof.diagnosis.alternatives import FailedAttempt, Trial, TrialResult, is_near, trial_plan, trials_after
from mailproof.diagnosis.findings import conclude
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.trial_results import answers, assess, refine, settles
from mailproof.domain.errors import ServiceShortage
from mailproof.net.addrinfo import AddrInfo
from mailproof.net.guard import EgressDenied, EgressGuard
from mailproof.net.resolver import LookupFailed, Resolver
from mailproof.net.shortage import shortages_raised
from mailproof.probe.link import Link
from mailproof.probe.transcript import TestContext
from mailproof.smtp.actions import Cause
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.syntax.host import join_host_port

SLOW = 1.0  # seconds of one step after which trials begin; a quarter of the timeout of a test that has less than 4
HEAD_START = 0.25  # seconds that trials at the plan's own port run before those at other ports begin
PATIENCE = 5.0  # seconds that trials may take after the attempt has failed
GRACE = 0.3  # seconds that the other trials get after one works, so that the report has their results
MAX_TESTS_WITH_TRIALS = 64  # of one probe at the same time: many tests of a tarpit must not dial eight times as often

_SLOW_STAGES = frozenset({Stage.CONNECT, Stage.GREETING, Stage.TLS})


class Trials:
    """The trials that belong to one attempt.

    Args:
        context: The attempt's context.
        addresses: What the attempt dials; already judged for its own port.
        links: The attempt's connections, the current one last.
        guard: Judges each trial's destination.
        resolver: Looks up other names.
        slots: Bounds the number of tests that have trials at the same time; without a slot nothing is tried.
    """

    def __init__(
        self,
        context: TestContext,
        addresses: Sequence[AddrInfo],
        links: Sequence[Link],
        *,
        guard: EgressGuard,
        resolver: Resolver,
        slots: threading.Semaphore,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = context
        self._addresses = addresses
        self._attempt_links = links
        self._guard = guard
        self._resolver = resolver
        self._slots = slots
        self._has_slot = False
        self._slow_after = min(SLOW, context.plan.timeout / 4)
        self._tasks: dict[Trial, asyncio.Task[TrialResult | None]] = {}
        self._links: dict[Trial, Link] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._stage = Stage.CONNECT
        self._stage_began = 0.0
        self._waiting_task: asyncio.Task[object] | None = None  # the task that awaits the attempt
        self._proven_cause: Cause | None = None

    def watch(self, stage: Stage) -> None:
        """Note that the attempt has begun a stage; if that is slow, trials begin."""
        self._stage, self._stage_began = stage, self._loop.time()
        if self._timer is None and not self._tasks and stage in _SLOW_STAGES:
            self._timer = self._loop.call_later(self._slow_after, self._start_if_slow)

    async def accompany(self, attempt: Awaitable[tuple[Link, Cause | None]]) -> tuple[Link, Cause | None]:
        """Await the attempt, and end it as soon as a trial proves that what it waits for will never come."""
        task = self._waiting_task = asyncio.current_task()
        try:
            return await attempt
        except asyncio.CancelledError:
            if self._proven_cause is None or task is None or task.uncancel():  # the test itself is cancelled
                raise
            link = self._attempt_links[-1]
            return link, link.abandon(self._proven_cause)
        finally:
            self._waiting_task = None
            if self._timer is not None:
                self._timer.cancel()

    async def conclude(self, link: Link, cause: Cause) -> tuple[Cause, tuple[TrialResult, ...]]:
        """Finish the trials after the attempt has failed.

        Args:
            link: The attempt's connection that decided.
            cause: Why the attempt failed.

        Returns:
            The root cause, made more exact where a trial proves it, and the results of the trials.
        """
        plan = self._context.plan
        trials = trials_after(plan, self._failed_attempt(link, cause))
        for trial in self._tasks.keys() - trials:  # not worth trying any more: another step failed than the slow one
            self._tasks[trial].cancel()
            self._links.pop(trial, None)
        until = min(self._context.deadline, self._loop.time() + PATIENCE)
        near = [trial for trial in trials if is_near(plan, trial)]
        self._start(near)
        if near and not self._has_fix():
            await self._wait_for(near, min(until, self._loop.time() + HEAD_START))
        if not self._has_fix():
            self._start(trials)
            await self._wait_for(trials, until)
        await self._wait_for(trials, min(until, self._loop.time() + GRACE), first_success=False)
        result = [result for trial in trials if (result := self._result(trial)) is not None]
        return refine(plan, cause, result), tuple(result)

    async def stop(self) -> None:
        """End every trial and close its connection."""
        pending = [task for task in self._tasks.values() if not task.done()]
        for task in pending:
            task.cancel()
        try:
            if pending:
                await asyncio.wait(pending)
        finally:
            # A cancelled task's traceback refers to this object: only the garbage collector would free both.
            self._tasks.clear()
            self._links.clear()
            if self._has_slot:
                self._has_slot = False
                self._slots.release()

    def _start_if_slow(self) -> None:
        """Start trials if the attempt has been waiting in one slow stage for too long."""
        self._timer = None
        if self._stage not in _SLOW_STAGES or self._waiting_task is None:
            return
        left = self._stage_began + self._slow_after - self._loop.time()
        if left < 0.01:
            slow = Cause(self._stage, Code.TIMEOUT)
            self._start(trials_after(self._context.plan, self._failed_attempt(self._attempt_links[-1], slow)))
            left = self._slow_after
        if not self._has_slot:
            self._timer = self._loop.call_later(left, self._start_if_slow)

    def _failed_attempt(self, link: Link, cause: Cause) -> FailedAttempt:
        reached = link.address
        others = {_family(info) for info in self._addresses} - {"IPv6" if ":" in reached else "IPv4"}
        return FailedAttempt(
            cause,
            implicit=link.implicit,
            heard=link.heard,
            names=link.tls.chain[0].sans if link.tls and link.tls.chain else (),
            other_family=others.pop() if reached and others else "",
        )

    def _start(self, trials: Sequence[Trial]) -> None:
        self._has_slot = self._has_slot or bool(trials and self._slots.acquire(blocking=False))
        if not self._has_slot:
            return
        for trial in trials:
            if trial not in self._tasks:
                task = asyncio.create_task(self._try(trial), name="mailproof-alternative")
                self._tasks[trial] = task
                task.add_done_callback(self._trial_ended)

    def _trial_ended(self, task: asyncio.Task[TrialResult | None]) -> None:
        """End the attempt if this trial proves that what it waits for will never come."""
        if (
            self._waiting_task is None
            or self._proven_cause is not None
            or task.cancelled()
            or task.exception() is not None
        ):
            return
        result, waiting = task.result(), Cause(self._stage, Code.TIMEOUT)
        if result is None or self._attempt_links[-1].heard:
            return
        proven = refine(self._context.plan, waiting, [result])
        if proven is not waiting:
            self._proven_cause = proven
            self._waiting_task.cancel()

    async def _wait_for(self, trials: Sequence[Trial], until: float, *, first_success: bool = True) -> None:
        """Wait until these trials have ended.

        Args:
            until: The latest end of the wait, on the loop's clock.
            first_success: Whether to stop waiting as soon as a trial works.
        """
        while not (first_success and self._has_fix()):
            pending = [task for key in trials if (task := self._tasks.get(key)) is not None and not task.done()]
            left = until - self._loop.time()
            if not pending or left <= 0:
                return
            await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    def _has_fix(self) -> bool:
        results = (task.result() for key, task in self._tasks.items() if key in self._links and task.done())
        return any(result is not None and settles(self._context.plan, result) for result in results)

    def _result(self, trial: Trial) -> TrialResult | None:
        """Return a trial's result, a timeout for one that is still running; None where it was not dialled."""
        task, link = self._tasks.get(trial), self._links.get(trial)
        if task is None or link is None:
            return None
        if task.done():
            return task.result()
        late = (
            None if link.verdict_at else Cause(link.stage, Code.TIMEOUT)
        )  # only the close after the verdict is missing
        return self._assessed(trial, link, late)

    async def _try(self, trial: Trial) -> TrialResult | None:
        """Run a trial and return its result; None where the guard forbids it, or where this side lacks the means."""
        try:
            with shortages_raised():
                addresses = await self._allowed_addresses(trial)
                return await self._run(trial, addresses) if addresses else None
        except ServiceShortage:
            self._links.pop(trial, None)
            return None

    async def _run(self, trial: Trial, addresses: Sequence[AddrInfo]) -> TrialResult:
        host, port = trial.name or self._context.host, trial.port
        context = dataclasses.replace(
            self._context,
            plan=trial_plan(self._context.plan, trial),
            host=host,
            port=port,
            emit=_discard,
            watch=_discard,
            started=None,
        )
        link = self._links[trial] = Link(context, trial.tls_mode is TlsMode.IMPLICIT)
        try:
            cause = await link.open(addresses) or await link.converse()
        finally:
            link.close()
        return self._assessed(trial, link, cause)

    def _assessed(self, trial: Trial, link: Link, cause: Cause | None) -> TrialResult:
        """Return the result of a trial, judged for the plan and with its sentence."""
        result = assess(self._context.plan, TrialResult(trial, cause, link.facts, link.tls))
        redact = self._context.redact
        seen = Observed(
            plan=dataclasses.replace(link.context.plan, tls_mode=result.trial.tls_mode),
            port=trial.port,
            facts=link.facts,
            redact=redact,
            now=datetime.now(UTC),
            tls=link.tls,
            cause=result.cause,
        )
        host = redact(seen.plan.host, 260)
        server = join_host_port(host, seen.port)
        message = conclude(seen).findings[0].message if result.cause else redact(answers(server, result))
        return dataclasses.replace(result, message=message)

    async def _allowed_addresses(self, trial: Trial) -> list[AddrInfo]:
        """Return those of the attempt's addresses that may be dialled for a trial, with its port."""
        host, port = self._context.host, trial.port
        infos = [info for info in self._addresses if trial.family in ("", _family(info))]
        try:
            if trial.name:
                # Only the attempt's own address: whoever made the certificate chose the name, which may lead elsewhere.
                named = await self._lookup(trial.name, port)
                infos = [
                    info for info in infos if info[4][0] in named and info[4][0] == self._attempt_links[-1].address
                ]
            self._guard.check_name(host, port)
            allowed = self._guard.check_addresses(host, port, list(dict.fromkeys(info[4][0] for info in infos)))
        except (EgressDenied, LookupFailed):
            return []
        return [_with_port(info, port) for info in infos if info[4][0] in allowed]

    async def _lookup(self, name: str, port: int) -> Sequence[str]:
        self._guard.check_name(name, port)
        found = await self._resolver.lookup(name, port)
        return self._guard.check_addresses(name, port, list(dict.fromkeys(info[4][0] for info in found)))


def _discard(_: object) -> None:
    """Ignore the steps of a trial, which are none of the test's."""


def _family(info: AddrInfo) -> str:
    return "IPv6" if ":" in info[4][0] else "IPv4"


def _with_port(info: AddrInfo, port: int) -> AddrInfo:
    family, kind, protocol, name, address = info
    return (family, kind, protocol, name, (address[0], port, *address[2:]))
