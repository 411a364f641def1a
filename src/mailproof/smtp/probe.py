"""The probe: runs a plan against the world and tells what happens as it happens.

With `link`, `channel`, `resolve` and `trust` the only code that opens sockets, makes TLS and asks the DNS. Laws: one
deadline over everything, which a drip can't outlast; every name and address is judged by the guard before it is
dialled, and the judged address is the dialled one; closing or cancelling `run` closes the sockets at once; an instance
holds nothing bound to an event loop.
"""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime

from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.feed import Feed
from mailproof.smtp.findings import CERTIFICATE_CODES, Observed, conclude, evidence, passed
from mailproof.smtp.fixes import Tried, advise, row
from mailproof.smtp.guard import EgressDenied, EgressGuard
from mailproof.smtp.link import Link
from mailproof.smtp.mailbox import check_host, is_qualified, parse_mailbox
from mailproof.smtp.message import compose
from mailproof.smtp.plans import default_port, violations
from mailproof.smtp.remedies import MAX_SEARCHES, Remedies
from mailproof.smtp.report import EhloInfo, Heartbeat, Plan, Report, Step
from mailproof.smtp.resolve import AddrInfo, LookupFailed, Resolver
from mailproof.smtp.sanitize import Redactor, clean
from mailproof.smtp.tokens import TokenSource
from mailproof.smtp.transcript import Setting
from mailproof.smtp.trust import TrustStore
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage, TlsMode

__all__ = ["EgressDenied", "EgressGuard", "Event", "Probe", "TrustStore"]

HEARTBEAT = 5.0  # seconds without an event
SECOND_TRY = 0.3  # seconds of silence after which `auto` tries the other TLS mode beside the first

IMPLICIT_PORTS = frozenset({465, 2465})  # where `auto` guesses implicit TLS first; a wrong guess costs SECOND_TRY

Event = Step | Heartbeat | Report

# Of `auto`'s two tries: what says that the port speaks the other mode, and what says nothing about the mode.
_WRONG_MODE = frozenset({Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.WRONG_TLS_MODE_USE_STARTTLS})
_SILENT = frozenset({Code.TIMEOUT, Code.CONNECTION_CLOSED, Code.CONNECTION_RESET})


class Probe:
    """Runs tests. Usable from several event loops in several threads.

    Args:
        guard: Judges each destination.
        https_guard: Judges OAuth 2.0 token endpoints; None: as `guard` does.
        trust: TLS contexts.
        default_ehlo_name: For plans without one; empty: this machine's qualified name, or its address.
    """

    def __init__(
        self,
        *,
        guard: EgressGuard,
        trust: TrustStore,
        default_ehlo_name: str = "",
        https_guard: EgressGuard | None = None,
    ) -> None:
        machine = socket.gethostname()  # asks no name server
        self._guard = guard
        self._trust = trust
        self._ehlo_name = default_ehlo_name or (machine if is_qualified(machine) else "")
        self._resolver = Resolver()
        self._searches = threading.Semaphore(MAX_SEARCHES)
        self._tokens = TokenSource(https_guard or guard, trust, self._resolver)

    async def run(self, plan: Plan) -> AsyncGenerator[Event, None]:
        """Run a plan: steps as they end, heartbeats in slow ones, and exactly one report, last.

        Raises:
            ValueError: The plan itself is wrong; `plans.violations` tells it beforehand.
        """
        wrong = violations(plan)
        if wrong:
            raise ValueError("; ".join(f"{name} {must}" for name, must in wrong))
        name = plan.ehlo_name or self._ehlo_name
        test = _Test(plan, self._guard, self._trust, self._resolver, self._tokens, self._searches, name)
        task = asyncio.create_task(test.run(), name="mailproof-test")
        task.add_done_callback(lambda _: test.feed.wake())
        try:
            while True:
                while step := test.feed.take():
                    yield step
                if task.done():
                    break
                if not await test.feed.wait():
                    yield Heartbeat(test.stage, test.elapsed)
            yield task.result()
        finally:
            test.feed.close()
            if not task.done():
                task.cancel()  # closes the sockets on its way out; not before, lest the loop watches a closed one
                await asyncio.wait([task])


class _Test:
    """One run of one plan."""

    def __init__(
        self,
        plan: Plan,
        guard: EgressGuard,
        trust: TrustStore,
        resolver: Resolver,
        tokens: TokenSource,
        searches: threading.Semaphore,
        ehlo_name: str,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._plan = plan
        self._port = plan.port or default_port(plan.tls_mode)
        self._guard = guard
        self._resolver = resolver
        self._searches = searches
        self._steps: list[Step] = []
        self._links: list[Link] = []
        self._unverified: Code | None = None
        self._remedies: Remedies | None = None
        self.feed = Feed(HEARTBEAT)
        self.stage = Stage.POLICY
        self._redact = _redactor(plan)
        self._setting = Setting(
            plan=plan,
            host=plan.host,
            port=self._port,
            deadline=self._started + plan.timeout,
            trust=trust,
            redact=self._redact,
            ehlo_name=ehlo_name,
            compose=self._compose,
            emit=self._emit,
            watch=self._watch,
            tokens=tokens,
        )

    @property
    def elapsed(self) -> float:
        """Seconds since the test began."""
        return self._loop.time() - self._started

    async def run(self) -> Report:
        """Run to the report."""
        link: Link | None = None
        cause: Cause | None
        tried: tuple[Tried, ...] = ()
        try:
            addresses = await self._resolve()
            if isinstance(addresses, Cause):
                cause = addresses
            elif self._plan.verify_alternatives:
                self._remedies = Remedies(
                    self._setting,
                    addresses,
                    self._links,
                    guard=self._guard,
                    resolver=self._resolver,
                    searches=self._searches,
                )
                link, cause = await self._remedies.accompany(self._connect(addresses))
                if cause is not None:
                    cause, tried = await self._remedies.conclude(link, cause)
            else:
                link, cause = await self._connect(addresses)
        finally:
            try:
                if self._remedies is not None:
                    await self._remedies.stop()
            finally:
                for opened in self._links:
                    opened.close()
        report = self._report(link, cause, tried)
        self._links.clear()  # or else the test refers to itself, and stays until the next garbage collection
        self._remedies = None
        del self._setting
        return report

    async def _connect(self, addresses: Sequence[AddrInfo]) -> tuple[Link, Cause | None]:
        if self._plan.tls_mode is TlsMode.AUTO and self._plan.depth is not Depth.CONNECT:
            link, cause = await self._find_mode(addresses)
        else:
            link = self._link(implicit=self._plan.tls_mode is TlsMode.IMPLICIT)
            cause = await link.open(addresses)
        if cause is None:
            cause = await link.converse()
        if cause and cause.code in CERTIFICATE_CODES and self._plan.tls_mode is TlsMode.OPPORTUNISTIC:
            # RFC 7435: where clear text would do, TLS with anyone is better. The checked handshake has said what is
            # wrong; a second connection goes on without the check, and the report warns.
            self._unverified = cause.code
            failed, link = link, self._link(implicit=False, verify=False)
            cause = await link.open(addresses) or await link.converse()
            if link.tls and failed.tls:
                link.note_verify_error(failed.tls.verify_error)
        return link, cause

    async def _find_mode(self, addresses: Sequence[AddrInfo]) -> tuple[Link, Cause | None]:
        """Find out whether the port speaks TLS first, by trying both: the second beside the first where that is silent.

        Implicit TLS is proven by a handshake, good or bad certificate alike; the plain start by a greeting.
        """
        first = self._link(implicit=self._port in IMPLICIT_PORTS)
        second: Link | None = None
        tasks = {asyncio.create_task(first.open(addresses)): first}
        failures: dict[int, Cause] = {}
        try:
            while True:
                done, _ = await asyncio.wait(
                    tasks, timeout=None if second else SECOND_TRY, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    link, cause = tasks.pop(task), task.result()
                    if cause is None or self._conclusive(cause, link is first):
                        link.release()
                        return link, cause
                    failures[id(link)] = cause
                if second is None and not done and first.heard:
                    # A greeting has begun that takes its time (Postfix's postscreen): TLS beside it is taken for spam.
                    await asyncio.wait(tasks)
                elif second is None:
                    second = self._link(implicit=not first.implicit, held=True)
                    tasks[asyncio.create_task(second.open(addresses))] = second
                elif not tasks:
                    # Neither established: the first guess's failure stands, unless it was a mere wrong guess.
                    if failures[id(first)].code in _WRONG_MODE:
                        second.release()
                        return second, failures[id(second)]
                    return first, failures[id(first)]
        finally:
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)
            for link in tasks.values():
                link.close()

    def _conclusive(self, cause: Cause, is_first: bool) -> bool:
        """Return whether a failure settles the test, or the other mode may still do better."""
        if cause.code in _WRONG_MODE:
            return False
        if cause.stage is Stage.CONNECT:
            return is_first  # a second connection may be refused because there is a first
        return cause.code not in _SILENT

    async def _resolve(self) -> Sequence[AddrInfo] | Cause:
        """Judge and look up the destination. What it resolves to shows only once it may be dialled."""
        began, tick = datetime.now(UTC), self._loop.time()
        try:
            host = self._setting.host = check_host(self._plan.host)
        except ValueError as error:
            return self._stop(Stage.RESOLVE, Code.INVALID_HOST, began, detail=str(error))
        try:
            self._guard.check_name(host, self._port)
        except EgressDenied:
            return self._stop(Stage.POLICY, Code.EGRESS_DENIED, began)
        judged = self._loop.time() - tick
        self._watch(Stage.RESOLVE)
        looked, tick = datetime.now(UTC), self._loop.time()
        failure: Code | None = None
        found: Sequence[AddrInfo] = ()
        try:
            found = self._resolver.literal(host, self._port)
            if not found:
                async with asyncio.timeout_at(self._setting.deadline):
                    found = await self._resolver.lookup(host, self._port)
        except TimeoutError:
            failure = Code.TIMEOUT
        except LookupFailed as error:
            failure = error.code
        allowed: set[str] = set()
        if failure is None:
            try:
                addresses = list(dict.fromkeys(info[4][0] for info in found))
                allowed = set(self._guard.check_addresses(host, self._port, addresses))
            except EgressDenied:
                return self._stop(Stage.POLICY, Code.EGRESS_DENIED, began)
        self._emit(Step(Stage.POLICY, began, judged))
        if failure is not None:
            return self._stop(Stage.RESOLVE, failure, looked, self._loop.time() - tick)
        usable = [info for info in found if info[4][0] in allowed]
        shown = ", ".join(dict.fromkeys(info[4][0] for info in usable))
        self._emit(Step(Stage.RESOLVE, looked, self._loop.time() - tick, sent=self._redact(host), received=shown))
        return usable

    def _stop(self, stage: Stage, code: Code, began: datetime, duration: float = 0.0, detail: str = "") -> Cause:
        self._emit(Step(stage, began, duration, code=code))
        return Cause(stage, code, detail=detail)

    def _link(self, *, implicit: bool, verify: bool = True, held: bool = False) -> Link:
        link = Link(self._setting, implicit, verify=verify, held=held)
        self._links.append(link)
        return link

    def _compose(self, utf8: bool) -> bytes:
        plan = self._plan
        return compose(
            parse_mailbox(plan.sender) if plan.sender else None,
            parse_mailbox(plan.recipient),
            server=f"{self._setting.host}:{self._port}",
            sender_name=plan.sender_name,
            utf8=utf8,
        )

    def _emit(self, step: Step) -> None:
        self._steps.append(step)
        self.feed.put(step)

    def _watch(self, stage: Stage) -> None:
        self.stage = stage
        if self._remedies is not None:
            self._remedies.watch(stage)

    def _report(self, link: Link | None, cause: Cause | None, tried: Sequence[Tried] = ()) -> Report:
        facts = link.facts if link else Facts()
        seen = Observed(
            plan=self._plan,
            port=self._port,
            facts=facts,
            redact=self._redact,
            now=datetime.now(UTC),
            tls=link.tls if link else None,
            cause=cause,
            unverified=self._unverified,
        )
        said = evidence(seen)
        ehlo = self._ehlo_info(facts)
        findings = conclude(seen)
        root = findings[0] if cause else None
        if root is not None and tried:
            root = dataclasses.replace(root, advice=advise(self._plan, tried, root.advice))
            findings = (root, *findings[1:])
        ended = link.verdict_at if link and link.verdict_at else self._loop.time()
        return Report(
            outcome=Outcome.FAIL if cause else Outcome.OK,
            stage=cause.stage if cause else Stage.QUIT,
            code=cause.code if cause else Code.OK,
            message=root.message if root else passed(seen),
            advice=root.advice if root else "",
            evidence=said,
            tls=seen.tls,
            ehlo=ehlo,
            findings=findings,
            alternatives=tuple(row(trial) for trial in tried),
            steps=tuple(self._steps),
            elapsed_ms=round((ended - self._started) * 1000),
            round_trips=link.round_trips if link else 0,
        )

    def _ehlo_info(self, facts: Facts) -> EhloInfo | None:
        if facts.ehlo is None and not facts.mechanisms_before_tls:
            return None
        extensions = facts.ehlo.extensions if facts.ehlo else {}
        named = (*facts.mechanisms_before_tls, *facts.mechanisms_inside_tls)
        unmasked = self._redact.passes((*extensions, *extensions.values(), *named))
        show = clean if unmasked else self._redact  # one look at all of them is cheaper than one at each
        return EhloInfo(
            name=facts.ehlo_name,
            extensions={show(keyword, 64): show(parameters, 300) for keyword, parameters in extensions.items()},
            mechanisms_before_tls=tuple(show(name, 64) for name in facts.mechanisms_before_tls),
            mechanisms_inside_tls=tuple(show(name, 64) for name in facts.mechanisms_inside_tls),
        )


def _redactor(plan: Plan) -> Redactor:
    """Return what hides the plan's secrets."""
    if plan.credentials is None:
        return Redactor()
    redact = Redactor(plan.credentials.password.reveal(), plan.credentials.user)
    if plan.oauth is not None:
        redact.learn(plan.oauth.access_token.reveal())
        if plan.oauth.grant is not None:
            redact.learn(plan.oauth.grant.client_secret.reveal())
    return redact
