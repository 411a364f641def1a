"""The search for a setting that works: tries `alternatives` after a failed attempt, or beside one that is slow.

Laws: no credentials ever go to another setting than the one they were given for, a trial ends with EHLO; the guard
judges every port, name and address before it is dialled, and a forbidden one is passed over in silence; the test's
deadline holds; `stop` closes everything at once.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime

from mailproof.diagnosis.alternatives import FailedAttempt, Trial, is_near, trial_plan, trials_after
from mailproof.diagnosis.findings import Observed, conclude
from mailproof.diagnosis.fixes import TrialResult, answers, assess, refine, settles
from mailproof.net.guard import EgressDenied, EgressGuard
from mailproof.net.resolver import AddrInfo, LookupFailed, Resolver
from mailproof.probe.link import Link
from mailproof.probe.transcript import TestContext
from mailproof.smtp.actions import Cause
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.syntax.host import join_host_port

SLOW = 1.0  # seconds of a step after which the search begins beside it; a quarter of a test that has less than 4
HEAD_START = 0.25  # seconds ahead that the plan's own port has over the others
PATIENCE = 5.0  # seconds that the trials have after the attempt has failed
GRACE = 0.3  # seconds for the others once one works, so that the report is whole
MAX_TESTS_WITH_TRIALS = 64  # at once in one probe: a crowd of tests against a tarpit must not dial eight times as often

_SLOW_STAGES = frozenset({Stage.CONNECT, Stage.GREETING, Stage.TLS})


class Trials:
    """The search beside one attempt.

    Args:
        context: The attempt's. addresses: What it dials; already judged for its own port.
        links: The attempt's connections, the current one last.
        places: Bounds the searches of all tests together; without a place there is no search.
    """

    def __init__(
        self,
        context: TestContext,
        addresses: Sequence[AddrInfo],
        links: Sequence[Link],
        *,
        guard: EgressGuard,
        resolver: Resolver,
        places: threading.Semaphore,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = context
        self._addresses = addresses
        self._attempt = links
        self._guard = guard
        self._resolver = resolver
        self._places = places
        self._has_place = False
        self._slow = min(SLOW, context.plan.timeout / 4)
        self._tasks: dict[Trial, asyncio.Task[TrialResult | None]] = {}
        self._links: dict[Trial, Link] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._stage = Stage.CONNECT
        self._since = 0.0
        self._waiting: asyncio.Task[object] | None = None  # who awaits the attempt
        self._proof: Cause | None = None

    def watch(self, stage: Stage) -> None:
        """Note that the attempt has come to a stage."""
        self._stage, self._since = stage, self._loop.time()
        if self._timer is None and not self._tasks and stage in _SLOW_STAGES:
            self._timer = self._loop.call_later(self._slow, self._look)

    async def accompany(self, attempt: Awaitable[tuple[Link, Cause | None]]) -> tuple[Link, Cause | None]:
        """Await the attempt, and end it as soon as a trial proves that it waits for nothing."""
        task = self._waiting = asyncio.current_task()
        try:
            return await attempt
        except asyncio.CancelledError:
            if self._proof is None or task is None or task.uncancel():  # somebody else wants it ended, too
                raise
            link = self._attempt[-1]
            return link, link.abandon(self._proof)
        finally:
            self._waiting = None
            if self._timer is not None:
                self._timer.cancel()

    async def conclude(self, link: Link, cause: Cause) -> tuple[Cause, tuple[TrialResult, ...]]:
        """Return the root cause as the trials make it exact, and the trials, after `cause` ended the attempt."""
        plan = self._context.plan
        wanted = trials_after(plan, self._failed(link, cause))
        for trial in self._tasks.keys() - wanted:  # the slow step was not what failed
            self._tasks[trial].cancel()
            self._links.pop(trial, None)
        until = min(self._context.deadline, self._loop.time() + PATIENCE)
        near = [trial for trial in wanted if is_near(plan, trial)]
        self._start(near)
        if near and not self._found():
            await self._settle(near, min(until, self._loop.time() + HEAD_START))
        if not self._found():
            self._start(wanted)
            await self._settle(wanted, until)
        await self._settle(wanted, min(until, self._loop.time() + GRACE), enough=False)
        result = [result for trial in wanted if (result := self._result(trial)) is not None]
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
            self._tasks.clear()  # a cancelled one's traceback refers to us: both would wait for the collector
            self._links.clear()
            if self._has_place:
                self._has_place = False
                self._places.release()

    def _look(self) -> None:
        """Begin the search if the attempt is slow."""
        self._timer = None
        if self._stage not in _SLOW_STAGES or self._waiting is None:
            return
        left = self._since + self._slow - self._loop.time()
        if left < 0.01:
            slow = Cause(self._stage, Code.TIMEOUT)
            self._start(trials_after(self._context.plan, self._failed(self._attempt[-1], slow)))
            left = self._slow
        if not self._has_place:
            self._timer = self._loop.call_later(left, self._look)

    def _failed(self, link: Link, cause: Cause) -> FailedAttempt:
        reached = link.address
        others = {_family(info) for info in self._addresses} - {"IPv6" if ":" in reached else "IPv4"}
        return FailedAttempt(
            cause,
            implicit=link.implicit,
            heard=link.heard,
            names=link.tls.chain[0].sans if link.tls and link.tls.chain else (),
            other_family=others.pop() if reached and others else "",
        )

    def _start(self, wanted: Sequence[Trial]) -> None:
        self._has_place = self._has_place or bool(wanted and self._places.acquire(blocking=False))
        if not self._has_place:
            return
        for trial in wanted:
            if trial not in self._tasks:
                task = asyncio.create_task(self._try(trial), name="mailproof-alternative")
                self._tasks[trial] = task
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[TrialResult | None]) -> None:
        """End the attempt if it is still waiting for what this trial proves will never come."""
        if self._waiting is None or self._proof is not None or task.cancelled() or task.exception() is not None:
            return
        result, waiting = task.result(), Cause(self._stage, Code.TIMEOUT)
        if result is None or self._attempt[-1].heard:
            return
        proven = refine(self._context.plan, waiting, [result])
        if proven is not waiting:
            self._proof = proven
            self._waiting.cancel()

    async def _settle(self, wanted: Sequence[Trial], until: float, *, enough: bool = True) -> None:
        """Wait until all have ended, or one works if that is `enough`, at most until `until`."""
        while not (enough and self._found()):
            pending = [task for key in wanted if (task := self._tasks.get(key)) is not None and not task.done()]
            left = until - self._loop.time()
            if not pending or left <= 0:
                return
            await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    def _found(self) -> bool:
        results = (task.result() for key, task in self._tasks.items() if key in self._links and task.done())
        return any(result is not None and settles(self._context.plan, result) for result in results)

    def _result(self, trial: Trial) -> TrialResult | None:
        """Return what came of a trial; one still under way has not answered in time."""
        task, link = self._tasks.get(trial), self._links.get(trial)
        if task is None or link is None:
            return None
        if task.done():
            return task.result()
        late = None if link.verdict_at else Cause(link.stage, Code.TIMEOUT)  # only the answer to QUIT is missing
        return self._judged(trial, link, late)

    async def _try(self, trial: Trial) -> TrialResult | None:
        """Try a candidate; None where it may not be dialled."""
        host, port = trial.name or self._context.host, trial.port
        addresses = await self._permitted(trial)
        if not addresses:
            return None
        context = dataclasses.replace(
            self._context, plan=trial_plan(self._context.plan, trial), host=host, port=port, emit=_drop, watch=_drop
        )
        link = self._links[trial] = Link(context, trial.tls_mode is TlsMode.IMPLICIT)
        try:
            cause = await link.open(addresses) or await link.converse()
        finally:
            link.close()
        return self._judged(trial, link, cause)

    def _judged(self, trial: Trial, link: Link, cause: Cause | None) -> TrialResult:
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
        message = conclude(seen)[0].message if result.cause else redact(answers(server, result))
        return dataclasses.replace(result, message=message)

    async def _permitted(self, trial: Trial) -> list[AddrInfo]:
        """Return the attempt's addresses, as far as they may be dialled for this candidate."""
        host, port = self._context.host, trial.port
        infos = [info for info in self._addresses if trial.family in ("", _family(info))]
        try:
            if trial.name:
                # Not a name that leads elsewhere: whoever made the certificate chose it.
                named = await self._lookup(trial.name, port)
                infos = [info for info in infos if info[4][0] in named and info[4][0] == self._attempt[-1].address]
            self._guard.check_name(host, port)
            allowed = self._guard.check_addresses(host, port, list(dict.fromkeys(info[4][0] for info in infos)))
        except (EgressDenied, LookupFailed):
            return []
        return [_with_port(info, port) for info in infos if info[4][0] in allowed]

    async def _lookup(self, name: str, port: int) -> Sequence[str]:
        self._guard.check_name(name, port)
        found = await self._resolver.lookup(name, port)
        return self._guard.check_addresses(name, port, list(dict.fromkeys(info[4][0] for info in found)))


def _drop(_: object) -> None:
    """Take a trial's steps, which do not belong to the attempt's."""


def _family(info: AddrInfo) -> str:
    return "IPv6" if ":" in info[4][0] else "IPv4"


def _with_port(info: AddrInfo, port: int) -> AddrInfo:
    family, kind, protocol, name, address = info
    return (family, kind, protocol, name, (address[0], port, *address[2:]))
