"""Checks which other host may be meant by the host of a test: each suggestion is looked up, and the best ones tried.

Laws: a suggestion is judged by the guard like any destination, and one that is forbidden is dropped without a word;
nothing but EHLO goes to another host, and nothing at all where the plan allows no trials; the test's deadline holds,
and `LIMIT` for questions to name servers.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Sequence

from mailproof.diagnosis.alternatives import TrialResult, trial_plan
from mailproof.diagnosis.catalogue import is_worth
from mailproof.diagnosis.definition import Try
from mailproof.diagnosis.suggested_hosts import CheckedHost, HostAdviser, SuggestedHost, setting_of
from mailproof.diagnosis.trial_results import answers, assess
from mailproof.domain.errors import ServiceShortage
from mailproof.net.addrinfo import AddrInfo, few
from mailproof.net.guard import EgressDenied, EgressGuard
from mailproof.net.judged_lookup import look_up
from mailproof.net.resolver import LookupFailed, Resolver
from mailproof.probe.attempt import Attempt
from mailproof.probe.tasks import end_tasks
from mailproof.probe.transcript import TestContext
from mailproof.smtp.actions import Cause
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.syntax.host import join_host_port

SLOW = 1.0  # seconds of the test after which the questions are asked beside it
LIMIT = 2.0  # seconds for all questions to name servers
TRIAL_LIMIT = 3.0  # seconds for all trials
TOO_LATE = 0.2  # seconds before the deadline in which no trial begins
MAX_TRIED = 2  # hosts that are tried
MAX_TESTS_WITH_SUGGESTIONS = 64  # of one probe that try them at the same time, as with trials of other settings

_Existing = tuple[SuggestedHost, Sequence[AddrInfo]]

_ENCRYPTED = frozenset({TlsMode.IMPLICIT, TlsMode.STARTTLS})
_EARLY = frozenset({Stage.RESOLVE, Stage.CONNECT, Stage.TLS, Stage.GREETING})


class Suggestions:
    """The suggestions for one test. Its creator has to call `stop`.

    Args:
        context: The test's context; its host is the checked one.
        adviser: Knows which hosts may be meant.
        guard: Judges each suggestion.
        resolver: Looks suggestions up.
        slots: Bounds the number of tests that try suggestions at the same time; without a slot none is tried.
    """

    def __init__(
        self,
        context: TestContext,
        adviser: HostAdviser,
        guard: EgressGuard,
        resolver: Resolver,
        *,
        slots: threading.Semaphore,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = context
        self._adviser = adviser
        self._guard = guard
        self._resolver = resolver
        self._slots = slots
        self._timer: asyncio.TimerHandle | None = None
        self._questions: asyncio.Task[list[_Existing]] | None = None

    def begin(self) -> None:
        """Ask the name servers once the test is slow: a connect that gets no answer leaves no time for it."""
        self._timer = self._loop.call_later(min(SLOW, self._context.plan.timeout / 4), self._ask, True)

    async def stop(self) -> None:
        """End the questions."""
        if self._timer is not None:
            self._timer.cancel()
        if self._questions is not None:
            await end_tasks([self._questions])

    def after_success(self) -> tuple[CheckedHost, ...]:
        """Return the known provider's server that the host is easily taken for; neither looked up nor tried."""
        lookalike = self._adviser.lookalike(self._context.host)
        return (CheckedHost(lookalike),) if lookalike else ()

    async def after_failure(self, cause: Cause, *, fixed: bool) -> tuple[CheckedHost, ...]:
        """Return the suggestions that exist, the best first.

        Args:
            cause: Why the test failed.
            fixed: Whether another setting or address of the same host works; then only a lookalike is suggested.
        """
        if cause.code in (Code.INVALID_HOST, Code.EGRESS_DENIED):
            return ()
        lookalike = self._adviser.lookalike(self._context.host)
        if not fixed and cause.stage in _EARLY and is_worth(cause.code, Try.OTHER_HOST):
            questions = self._ask(cause.code is not Code.DNS_NOT_FOUND)
        elif lookalike:
            await self.stop()
            questions = self._questions = asyncio.create_task(self._look_up([lookalike]), name="mailproof-suggestions")
        else:
            return ()
        await asyncio.wait([questions], timeout=max(0.0, self._context.deadline - self._loop.time()))
        if not questions.done():
            return (CheckedHost(lookalike),) if lookalike else ()
        existing = questions.result()
        tried = await self._try_best([each for each in existing if each[1]])
        if not tried:
            return tuple(CheckedHost(suggested, exists=False) for suggested, _ in existing)
        return tuple(sorted(tried, key=lambda each: not each.works))

    def _ask(self, exists: bool) -> asyncio.Task[list[_Existing]]:
        """Ask which hosts may be meant and exist, where that was not asked yet."""
        if self._questions is None:
            self._questions = asyncio.create_task(self._suggested(exists=exists), name="mailproof-suggestions")
        return self._questions

    async def _suggested(self, *, exists: bool) -> list[_Existing]:
        try:
            async with asyncio.timeout(LIMIT):
                found = await self._adviser.suggest(self._context.host, exists=exists)
                return await self._look_up(found)
        except (TimeoutError, ServiceShortage):
            return []

    async def _look_up(self, found: Sequence[SuggestedHost]) -> list[_Existing]:
        """Return those suggestions that exist; without any, those that do not."""
        looked_up = await asyncio.gather(*map(self._addresses, found))
        allowed = [(each, addresses) for each, addresses in zip(found, looked_up, strict=True) if addresses is not None]
        return [row for row in allowed if row[1]] or allowed

    async def _addresses(self, suggested: SuggestedHost) -> Sequence[AddrInfo] | None:
        """Return the addresses of a suggestion; none where it does not exist, and None where it is forbidden."""
        host, port = suggested.host, setting_of(self._context.plan, suggested).port
        if not host:
            return ()
        try:
            async with asyncio.timeout(LIMIT):
                return few(await look_up(host, port, guard=self._guard, resolver=self._resolver))
        except EgressDenied:
            return None
        except (LookupFailed, ServiceShortage, TimeoutError):
            return ()

    async def _try_best(self, existing: Sequence[_Existing]) -> list[CheckedHost]:
        checked = [CheckedHost(suggested) for suggested, _ in existing]
        left = self._context.deadline - self._loop.time()
        if not (existing and self._context.plan.verify_alternatives and left > TOO_LATE):
            return checked
        if not self._slots.acquire(blocking=False):
            return checked
        try:
            results = await asyncio.gather(*(self._try(*row) for row in existing[:MAX_TRIED]))
        finally:
            self._slots.release()
        checked[:MAX_TRIED] = [CheckedHost(row[0], each) for row, each in zip(existing, results, strict=False)]
        return checked

    async def _try(self, suggested: SuggestedHost, addresses: Sequence[AddrInfo]) -> TrialResult | None:
        """Try a host to EHLO and return the result; None where this side lacks the means."""
        plan = self._context.plan
        trial = setting_of(plan, suggested)
        port, mode = trial.port, trial.tls_mode
        if not suggested.servers and mode in _ENCRYPTED:  # of another server's mode the plan's says little
            mode = TlsMode.AUTO
        context = self._context.of_trial(
            dataclasses.replace(trial_plan(plan, trial), tls_mode=mode),
            host=suggested.host,
            port=port,
            deadline=min(self._context.deadline, self._loop.time() + TRIAL_LIMIT),
        )
        attempt = Attempt(context)
        try:
            link, cause = await attempt.run(addresses)
        except ServiceShortage:
            return None
        finally:
            attempt.close()
        if mode is TlsMode.AUTO:
            trial = dataclasses.replace(trial, tls_mode=TlsMode.IMPLICIT if link.implicit else TlsMode.STARTTLS)
        result = assess(plan, TrialResult(trial, cause, link.facts, link.tls))
        if not result.works:
            return result
        server = join_host_port(suggested.host, port)
        return dataclasses.replace(result, message=self._context.redact(answers(server, result)))
