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

from mailproof.diagnosis.alternatives import Candidate, Failure, candidates, is_near, trial
from mailproof.diagnosis.findings import Observed, conclude
from mailproof.diagnosis.fixes import Tried, answers, assess, refine, settles
from mailproof.net.guard import EgressDenied, EgressGuard
from mailproof.net.resolver import AddrInfo, LookupFailed, Resolver
from mailproof.probe.link import Link
from mailproof.probe.transcript import Setting
from mailproof.smtp.actions import Cause
from mailproof.smtp.vocabulary import Code, Stage, TlsMode

SLOW = 1.0  # seconds of a step after which the search begins beside it; a quarter of a test that has less than 4
HEAD_START = 0.25  # seconds ahead that the plan's own port has over the others
PATIENCE = 5.0  # seconds that the trials have after the attempt has failed
GRACE = 0.3  # seconds for the others once one works, so that the report is whole
MAX_SEARCHES = 64  # at once in one probe: a crowd of tests against a tarpit must not dial eight times as often

_SLOW_STAGES = frozenset({Stage.CONNECT, Stage.GREETING, Stage.TLS})


class Remedies:
    """The search beside one attempt.

    Args:
        setting: The attempt's. addresses: What it dials; already judged for its own port.
        links: The attempt's connections, the current one last.
        searches: Bounds the searches of all tests together; without a place there is no search.
    """

    def __init__(
        self,
        setting: Setting,
        addresses: Sequence[AddrInfo],
        links: Sequence[Link],
        *,
        guard: EgressGuard,
        resolver: Resolver,
        searches: threading.Semaphore,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._setting = setting
        self._addresses = addresses
        self._attempt = links
        self._guard = guard
        self._resolver = resolver
        self._searches = searches
        self._searching = False
        self._slow = min(SLOW, setting.plan.timeout / 4)
        self._tasks: dict[Candidate, asyncio.Task[Tried | None]] = {}
        self._links: dict[Candidate, Link] = {}
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

    async def conclude(self, link: Link, cause: Cause) -> tuple[Cause, tuple[Tried, ...]]:
        """Return the root cause as the trials make it exact, and the trials, after `cause` ended the attempt."""
        plan = self._setting.plan
        wanted = candidates(plan, self._failure(link, cause))
        for candidate in self._tasks.keys() - wanted:  # the slow step was not what failed
            self._tasks[candidate].cancel()
            self._links.pop(candidate, None)
        until = min(self._setting.deadline, self._loop.time() + PATIENCE)
        near = [candidate for candidate in wanted if is_near(plan, candidate)]
        self._start(near)
        if near and not self._found():
            await self._settle(near, min(until, self._loop.time() + HEAD_START))
        if not self._found():
            self._start(wanted)
            await self._settle(wanted, until)
        await self._settle(wanted, min(until, self._loop.time() + GRACE), enough=False)
        tried = [told for candidate in wanted if (told := self._outcome(candidate)) is not None]
        return refine(plan, cause, tried), tuple(tried)

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
            if self._searching:
                self._searching = False
                self._searches.release()

    def _look(self) -> None:
        """Begin the search if the attempt is slow."""
        self._timer = None
        if self._stage not in _SLOW_STAGES or self._waiting is None:
            return
        left = self._since + self._slow - self._loop.time()
        if left < 0.01:
            slow = Cause(self._stage, Code.TIMEOUT)
            self._start(candidates(self._setting.plan, self._failure(self._attempt[-1], slow)))
            left = self._slow
        if not self._searching:
            self._timer = self._loop.call_later(left, self._look)

    def _failure(self, link: Link, cause: Cause) -> Failure:
        reached = link.address
        others = {_family(info) for info in self._addresses} - {"IPv6" if ":" in reached else "IPv4"}
        return Failure(
            cause,
            implicit=link.implicit,
            heard=link.heard,
            names=link.tls.chain[0].sans if link.tls and link.tls.chain else (),
            other_family=others.pop() if reached and others else "",
        )

    def _start(self, wanted: Sequence[Candidate]) -> None:
        self._searching = self._searching or bool(wanted and self._searches.acquire(blocking=False))
        if not self._searching:
            return
        for candidate in wanted:
            if candidate not in self._tasks:
                task = asyncio.create_task(self._try(candidate), name="mailproof-alternative")
                self._tasks[candidate] = task
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Tried | None]) -> None:
        """End the attempt if it is still waiting for what this trial proves will never come."""
        if self._waiting is None or self._proof is not None or task.cancelled() or task.exception() is not None:
            return
        tried, waiting = task.result(), Cause(self._stage, Code.TIMEOUT)
        if tried is None or self._attempt[-1].heard:
            return
        proven = refine(self._setting.plan, waiting, [tried])
        if proven is not waiting:
            self._proof = proven
            self._waiting.cancel()

    async def _settle(self, wanted: Sequence[Candidate], until: float, *, enough: bool = True) -> None:
        """Wait until all have ended, or one works if that is `enough`, at most until `until`."""
        while not (enough and self._found()):
            pending = [task for key in wanted if (task := self._tasks.get(key)) is not None and not task.done()]
            left = until - self._loop.time()
            if not pending or left <= 0:
                return
            await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    def _found(self) -> bool:
        results = (task.result() for key, task in self._tasks.items() if key in self._links and task.done())
        return any(tried is not None and settles(self._setting.plan, tried) for tried in results)

    def _outcome(self, candidate: Candidate) -> Tried | None:
        """Return what came of a trial; one still under way has not answered in time."""
        task, link = self._tasks.get(candidate), self._links.get(candidate)
        if task is None or link is None:
            return None
        if task.done():
            return task.result()
        late = None if link.verdict_at else Cause(link.stage, Code.TIMEOUT)  # only the answer to QUIT is missing
        return self._judged(candidate, link, late)

    async def _try(self, candidate: Candidate) -> Tried | None:
        """Try a candidate; None where it may not be dialled."""
        host, port = candidate.name or self._setting.host, candidate.port
        addresses = await self._permitted(candidate)
        if not addresses:
            return None
        setting = dataclasses.replace(
            self._setting, plan=trial(self._setting.plan, candidate), host=host, port=port, emit=_drop, watch=_drop
        )
        link = self._links[candidate] = Link(setting, candidate.tls_mode is TlsMode.IMPLICIT)
        try:
            cause = await link.open(addresses) or await link.converse()
        finally:
            link.close()
        return self._judged(candidate, link, cause)

    def _judged(self, candidate: Candidate, link: Link, cause: Cause | None) -> Tried:
        tried = assess(self._setting.plan, Tried(candidate, cause, link.facts, link.tls))
        redact = self._setting.redact
        seen = Observed(
            plan=dataclasses.replace(link.setting.plan, tls_mode=tried.candidate.tls_mode),
            port=candidate.port,
            facts=link.facts,
            redact=redact,
            now=datetime.now(UTC),
            tls=link.tls,
            cause=tried.cause,
        )
        host = redact(seen.plan.host, 260)
        server = f"[{host}]:{seen.port}" if ":" in host else f"{host}:{seen.port}"
        message = conclude(seen)[0].message if tried.cause else redact(answers(server, tried))
        return dataclasses.replace(tried, message=message)

    async def _permitted(self, candidate: Candidate) -> list[AddrInfo]:
        """Return the attempt's addresses, as far as they may be dialled for this candidate."""
        host, port = self._setting.host, candidate.port
        infos = [info for info in self._addresses if candidate.family in ("", _family(info))]
        try:
            if candidate.name:
                # Not a name that leads elsewhere: whoever made the certificate chose it.
                named = await self._lookup(candidate.name, port)
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
