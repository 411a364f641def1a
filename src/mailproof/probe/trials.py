"""The search for a setting that works: tries those of `diagnosis.alternatives` after a failed or beside a slow attempt.

Laws: credentials are never sent with another setting than the one they were given for, so a trial ends with EHLO; the
guard judges every port, name and address before it is dialled, and a forbidden one is skipped without a word; the
test's deadline holds; a trial for which this side lacks the means has no result; `stop` closes everything at once.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from functools import partial

from mailproof.diagnosis.alternatives import (
    SMTP_PORT,
    FailedAttempt,
    Trial,
    TrialResult,
    is_near,
    trial_plan,
    trials_after,
)
from mailproof.diagnosis.findings import conclude
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.trial_results import alternative, answers, assess, refine, settles
from mailproof.domain.errors import ServiceShortage
from mailproof.net.addrinfo import AddrInfo, few
from mailproof.net.guard import EgressDenied, EgressGuard
from mailproof.net.judged_lookup import look_up
from mailproof.net.resolver import LookupFailed, Resolver
from mailproof.net.shortage import shortages_raised
from mailproof.probe.address_survey import AddressSurvey
from mailproof.probe.attempt import Attempt
from mailproof.probe.feed import EARLY
from mailproof.probe.link import Link
from mailproof.probe.tasks import end_tasks
from mailproof.probe.transcript import TestContext
from mailproof.smtp.actions import Cause
from mailproof.smtp.vocabulary import Code, Patience, Stage, TlsMode
from mailproof.syntax.host import join_host_port

SLOW = 1.0  # seconds of one step after which trials begin; a quarter of the timeout of a test that has less than 4
HEAD_START = 0.25  # seconds that trials at the plan's own port run before those at other ports begin
PATIENCE = 5.0  # seconds that trials may take after the attempt has failed
CONNECT_PATIENCE = 1.5  # seconds of these for the connect, to a host that has answered: one SYN may get lost
GRACE = 0.3  # seconds that the other trials get after one works, so that the report has their results
MAX_TESTS_WITH_TRIALS = 64  # of one probe at the same time: many tests of a tarpit must not dial eight times as often

WAIT = 3.2  # seconds that the plan's own setting is waited for while another one works; see `_patience_at`
WAIT_AT_25 = 6.5  # the same for a greeting at port 25
WAIT_TRIPS = 20  # and so many round trips, where that is longer

_SLOW_STAGES = frozenset({Stage.CONNECT, Stage.GREETING, Stage.TLS})


class Trials:
    """The trials that belong to one attempt.

    Args:
        context: The attempt's context.
        addresses: What the attempt dials; already judged for its own port.
        attempt: The attempt.
        guard: Judges each trial's destination.
        resolver: Looks up other names.
        slots: Bounds the number of tests that have trials at the same time; without a slot nothing is tried.
        survey: The survey of the host's other addresses, one of which may work; None where there is only one.
    """

    def __init__(
        self,
        context: TestContext,
        addresses: Sequence[AddrInfo],
        attempt: Attempt,
        *,
        guard: EgressGuard,
        resolver: Resolver,
        slots: threading.Semaphore,
        survey: AddressSurvey | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = context
        self._addresses = addresses
        self._attempt = attempt
        self._guard = guard
        self._resolver = resolver
        self._slots = slots
        self._survey = survey
        if survey is not None:
            survey.on_working = self._other_address_works
        self._has_slot = False
        self._slow_after = min(SLOW, context.plan.timeout / 4)
        self._tasks: dict[Trial, asyncio.Task[TrialResult | None]] = {}
        self._links: dict[Trial, Link] = {}
        self._began: dict[Trial, tuple[datetime, float]] = {}
        self._streamed: set[Trial] = set()
        self._fixed_at = 0.0  # when a trial first worked, on the loop's clock; 0 before
        self._timer: asyncio.TimerHandle | None = None
        self._other_address: asyncio.Future[None] | None = None  # ends a wait for the first success
        self._waiting_task: asyncio.Task[object] | None = None  # the task that awaits the attempt
        self._proven_cause: Cause | None = None
        self._gave_up = False  # the attempt was ended since another setting works

    def watch(self, stage: Stage) -> None:
        """Note that the attempt has begun a stage; if that is slow, trials begin."""
        if self._timer is None and stage in _SLOW_STAGES:
            self._timer = self._loop.call_later(self._slow_after, self._look)

    async def accompany(self, run: Awaitable[tuple[Link, Cause | None]]) -> tuple[Link, Cause | None]:
        """Await the attempt, and end it where what it waits for will never come, or where another setting works."""
        task = self._waiting_task = asyncio.current_task()
        try:
            return await run
        except asyncio.CancelledError:
            ended_here = self._proven_cause is not None or self._gave_up
            if not ended_here or task is None or task.uncancel():  # the test itself is cancelled
                raise
            return self._attempt.abandon(self._proven_cause)
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
        fixed_at = self._fixed_at or self._loop.time()
        await self._wait_for(trials, min(until, fixed_at + GRACE), first_success=False)
        results = {trial: result for trial in trials if (result := self._result(trial)) is not None}
        for trial, result in results.items():
            self._stream(trial, result)
        found = tuple(results.values())
        return refine(plan, cause, found), found

    async def stop(self) -> None:
        """End every trial and close its connection."""
        try:
            await end_tasks(self._tasks.values())
        finally:
            # A cancelled task's traceback refers to this object: only the garbage collector would free both.
            self._tasks.clear()
            self._links.clear()
            self._began.clear()
            if self._has_slot:
                self._has_slot = False
                self._slots.release()

    def _look(self) -> None:
        """Look after the attempt: start trials where it is slow, end it where it has waited long enough."""
        self._timer = None
        slow = [link for link in self._attempt.waiting if link.stage in _SLOW_STAGES]
        if self._waiting_task is None or not slow:
            return
        now = self._loop.time()
        link = min(slow, key=lambda one: one.stage_began)
        due = link.stage_began + self._slow_after
        if due - now < EARLY and not self._tasks:
            cause = Cause(link.stage, Code.TIMEOUT)
            self._start(trials_after(self._context.plan, self._failed_attempt(link, cause)))
            due = now + self._slow_after  # without a slot
        if self._may_give_up(slow):
            due = max(one.stage_began + self._patience_at(one.stage) for one in slow)
            if due - now < EARLY:
                self._end_attempt()
                return
        elif self._tasks:
            return  # a trial's end looks again
        self._timer = self._loop.call_at(max(due, now + EARLY), self._look)

    def _may_give_up(self, slow: Sequence[Link]) -> bool:
        """Return whether the attempt is not waited for much longer, since another setting works."""
        # A greeting that has begun proves that the setting is right, and the server only slow. What was heard before
        # STARTTLS says nothing of the handshake, and the handshake nothing of a greeting inside TLS.
        heard = any(link.heard and link.stage is Stage.GREETING and not link.implicit for link in slow)
        return self._context.plan.wait is not Patience.FULL and not heard and self._has_fix()

    def _patience_at(self, stage: Stage) -> float:
        """Return how many seconds the plan's own setting is waited for at a stage while another one works.

        Two SYNs may get lost: they are sent again after 1 and 3 seconds (RFC 6298 section 2.1). At port 25 some servers
        greet after 5 or 6 seconds only, so that spammers betray themselves by speaking first (sendmail, Exim).
        """
        at_25 = stage is Stage.GREETING and self._context.port == SMTP_PORT
        return max(WAIT_AT_25 if at_25 else WAIT, WAIT_TRIPS * self._round_trip())

    def _round_trip(self) -> float:
        """Return the shortest connect to the host so far, in seconds; 0 where there was none.

        A SYN that was lost, or a moment in which this machine was busy, makes a connect longer than the way is.
        """
        took = (link.connect_took for link in (*self._attempt.links, *self._links.values()))
        return min((seconds for seconds in took if seconds), default=0.0)

    def _end_attempt(self, proven: Cause | None = None) -> None:
        """End the attempt.

        Args:
            proven: Why it would fail; None where another setting works and this one has not answered.
        """
        if self._waiting_task is not None and not self._gave_up and self._proven_cause is None:
            self._gave_up, self._proven_cause = proven is None, proven
            self._waiting_task.cancel()

    def _failed_attempt(self, link: Link, cause: Cause) -> FailedAttempt:
        return FailedAttempt(
            cause,
            implicit=link.implicit,
            heard=link.heard,
            names=link.tls.chain[0].sans if link.tls and link.tls.chain else (),
        )

    def _start(self, trials: Sequence[Trial]) -> None:
        self._has_slot = self._has_slot or bool(trials and self._slots.acquire(blocking=False))
        if not self._has_slot:
            return
        for trial in trials:
            if trial not in self._tasks:
                task = asyncio.create_task(self._try(trial), name="mailproof-alternative")
                self._tasks[trial] = task
                task.add_done_callback(partial(self._trial_ended, trial))

    def _trial_ended(self, trial: Trial, task: asyncio.Task[TrialResult | None]) -> None:
        """Tell the result, and end the attempt if it proves that what the attempt waits for will never come."""
        if task.cancelled() or task.exception() is not None or (result := task.result()) is None:
            return
        self._stream(trial, result)
        if settles(self._context.plan, result):
            self._fixed_at = self._fixed_at or self._loop.time()
        if self._waiting_task is None or not (slow := self._attempt.waiting):
            return
        waiting = Cause(slow[0].stage, Code.TIMEOUT)
        if not self._attempt.heard and (proven := refine(self._context.plan, waiting, [result])) is not waiting:
            self._end_attempt(proven)
        else:
            self._look_again()

    def _other_address_works(self) -> None:
        """Look after the attempt, and wake whoever waits for the first setting that works."""
        if self._other_address is not None and not self._other_address.done():
            self._other_address.set_result(None)
        self._look_again()

    def _look_again(self) -> None:
        """Look after the attempt where no later look is due."""
        if self._timer is None:
            self._look()

    def _stream(self, trial: Trial, result: TrialResult) -> None:
        """Stream a trial's result, once."""
        if self._context.tried is not None and trial not in self._streamed:
            self._streamed.add(trial)
            self._context.tried(alternative(result))

    async def _wait_for(self, trials: Sequence[Trial], until: float, *, first_success: bool = True) -> None:
        """Wait until these trials have ended.

        Args:
            until: The latest end of the wait, on the loop's clock.
            first_success: Whether to stop waiting as soon as a trial, or another address, works.
        """
        found = self._other_address = self._loop.create_future()
        while not (first_success and self._has_fix()):
            now = self._loop.time()
            pending = {
                task: self._worth_waiting(key, until)
                for key in trials
                if (task := self._tasks.get(key)) is not None and not task.done()
            }
            left = max(pending.values(), default=0.0) - now
            if left <= 0:
                return
            awaited = {*pending, found} if first_success and not found.done() else pending
            await asyncio.wait(awaited, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    def _worth_waiting(self, trial: Trial, until: float) -> float:
        """Return until when a trial is worth waiting for, on the loop's clock.

        A port that has not answered the connect, of a host that answers at another one, drops what is sent to it.
        """
        link = self._links.get(trial)
        if link is None or link.stage is not Stage.CONNECT or not self._round_trip():
            return until
        return min(until, link.stage_began + max(CONNECT_PATIENCE, WAIT_TRIPS * self._round_trip()))

    def _has_fix(self) -> bool:
        results = (task.result() for key, task in self._tasks.items() if key in self._links and task.done())
        works = any(result is not None and settles(self._context.plan, result) for result in results)
        return works or (self._survey is not None and self._survey.helps)

    def _result(self, trial: Trial) -> TrialResult | None:
        """Return a trial's result, a timeout for one that is still running; None where it was not dialled."""
        task, link = self._tasks.get(trial), self._links.get(trial)
        if task is None or link is None:
            return None
        if task.done():
            return task.result()
        if link.verdict_at:  # only the close after it is missing
            return self._assessed(trial, link, None)
        waited = self._loop.time() - link.stage_began
        return self._assessed(trial, link, Cause(link.stage, Code.TIMEOUT, waited=waited))

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
        plan = trial_plan(self._context.plan, trial)
        context = self._context.of_trial(plan, host=trial.name, port=trial.port)
        link = self._links[trial] = Link(context, trial.tls_mode is TlsMode.IMPLICIT)
        self._began[trial] = datetime.now(UTC), time.perf_counter()  # the clock of uvloop has only milliseconds
        try:
            cause = await link.open(addresses) or await link.converse()
        finally:
            link.close()
        return self._assessed(trial, link, cause)

    def _assessed(self, trial: Trial, link: Link, cause: Cause | None) -> TrialResult:
        """Return the result of a trial, judged for the plan and with its sentence."""
        started_at, tick = self._began[trial]
        took = time.perf_counter() - tick
        result = assess(
            self._context.plan,
            TrialResult(trial, cause, link.facts, link.tls, started_at=started_at, duration=took),
        )
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
        """Return those of the attempt's addresses that may be dialled for a trial, with its port: a few of many."""
        host, port = self._context.host, trial.port
        infos = self._addresses
        try:
            if trial.name:
                # Only the attempt's own address: whoever made the certificate chose the name, which may lead elsewhere.
                named = await look_up(trial.name, port, guard=self._guard, resolver=self._resolver)
                own = {info[4][0] for info in named} & {self._attempt.links[-1].address}
                infos = [info for info in infos if info[4][0] in own]
            self._guard.check_name(host, port)
            allowed = self._guard.check_addresses(host, port, list(dict.fromkeys(info[4][0] for info in infos)))
        except (EgressDenied, LookupFailed):
            return []
        reached = {link.address for link in self._attempt.links}
        usable = [_with_port(info, port) for info in infos if info[4][0] in allowed]
        return few(sorted(usable, key=lambda info: info[4][0] not in reached))  # stable


def _with_port(info: AddrInfo, port: int) -> AddrInfo:
    family, kind, protocol, name, address = info
    return (family, kind, protocol, name, (address[0], port, *address[2:]))
