"""Runs a plan against resolved addresses, with as many connections as that takes.

Finds out the TLS mode where the plan leaves it open (`AUTO`), and continues without verifying the certificate where
that is tolerated (`OPPORTUNISTIC`). Dials nothing but the given addresses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from mailproof.diagnosis.catalogue import CERTIFICATE_CODES
from mailproof.domain.errors import ServiceShortage
from mailproof.net.addrinfo import AddrInfo
from mailproof.probe.link import Link
from mailproof.probe.tasks import end_tasks
from mailproof.probe.transcript import TestContext
from mailproof.smtp.actions import Cause
from mailproof.smtp.report import GIVEN_UP
from mailproof.smtp.vocabulary import Code, Depth, Patience, Stage, TlsMode

SECOND_TRY = 0.3  # seconds without an answer after which `AUTO` also tries the other TLS mode

SILENCE = 1.0  # seconds without a greeting after which a port that cuts each TLS handshake is not waited for any more
SILENCE_TRIPS = 10  # and so many round trips, where that is longer

IMPLICIT_PORTS = frozenset({465, 2465})  # where `AUTO` tries implicit TLS first; a wrong guess costs SECOND_TRY

# Results of one of `AUTO`'s two tries: the port speaks the other mode; nothing is known about the mode.
_WRONG_MODE = frozenset({Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.WRONG_TLS_MODE_USE_STARTTLS})
_CUT = frozenset({Code.CONNECTION_CLOSED, Code.CONNECTION_RESET})
_SILENT = _CUT | {Code.TIMEOUT}

_UNVERIFIED = CERTIFICATE_CODES | {Code.TRUST_STORE_EMPTY}


class Attempt:
    """The connections that one plan needs. Its creator has to call `close`.

    Attributes:
        links: All connections that were begun, the current one last.
        unverified: Why the certificate could not be verified where that was tolerated; else None.
    """

    __slots__ = ("_context", "_failures", "_loop", "_plan", "links", "unverified")

    def __init__(self, context: TestContext) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = context
        self._plan = context.plan
        self._failures: dict[Link, Cause] = {}  # of `AUTO`'s two tries
        self.links: list[Link] = []
        self.unverified: Code | None = None

    @property
    def heard(self) -> bool:
        """Whether the server has sent anything on a connection that still waits."""
        return any(link.heard for link in self.waiting)

    @property
    def waiting(self) -> list[Link]:
        """The connections on which a step is under way."""
        return [link for link in self.links if link.is_waiting]

    def close(self) -> None:
        """Close every socket at once."""
        for link in self.links:
            link.close()

    def abandon(self, proven: Cause | None) -> tuple[Link, Cause]:
        """Close the connections that wait, after `run` was cancelled.

        Args:
            proven: Why the current connection would fail, where that is known; None where there was only no answer.

        Returns:
            The connection with the best evidence, and why the test failed.
        """
        if proven is not None:
            return self.links[-1], self.links[-1].abandon(proven)
        for link in self.waiting:
            waited = self._loop.time() - link.stage_began
            self._failures[link] = link.abandon(Cause(link.stage, Code.TIMEOUT, waited=waited))
        return self._best_evidence()

    async def run(self, addresses: Sequence[AddrInfo]) -> tuple[Link, Cause | None]:
        """Run the plan to its end.

        Args:
            addresses: What to dial; already judged by the guard.

        Returns:
            The connection that decided, and why the test failed; None where it passed.

        Raises:
            ServiceShortage: Something is used up on this side, so that nothing can be said about the server.
        """
        if self._plan.tls_mode is TlsMode.AUTO and self._plan.depth is not Depth.CONNECT:
            link, cause = await self._find_mode(addresses)
        else:
            link = self._link(implicit=self._plan.tls_mode is TlsMode.IMPLICIT)
            cause = await link.open(addresses)
        if cause is None:
            cause = await link.converse()
        if cause and cause.code in _UNVERIFIED and self._plan.tls_mode is TlsMode.OPPORTUNISTIC:
            # RFC 7435: where clear text is allowed, unauthenticated TLS is better. The verified handshake has shown
            # what is wrong; a second connection continues without verification, and the report warns. What the first
            # has proved binds it: the same address, STARTTLS and the same certificate, or nothing more is sent.
            self.unverified = cause.code
            failed, link = link, self._link(implicit=False, verify=False, before=link)
            same = [info for info in addresses if info[4][0] == failed.address]
            cause = await link.open(same or addresses) or await link.converse()
            if failed.tls:
                link.note_rejection(failed.tls)
        return link, cause

    async def _find_mode(self, addresses: Sequence[AddrInfo]) -> tuple[Link, Cause | None]:
        """Find out whether the port speaks implicit TLS, by trying both modes.

        The second try runs beside the first where that gets no answer. A handshake proves implicit TLS, whether the
        certificate is good or bad; a greeting proves that the port begins in clear.
        """
        first = self._link(implicit=self._context.port in IMPLICIT_PORTS)
        second: Link | None = None
        tasks = {asyncio.create_task(first.open(addresses)): first}
        shortage: ServiceShortage | None = None
        try:
            while tasks:
                limit = SECOND_TRY if second is None else self._silence_left(tasks.values())
                done, _ = await asyncio.wait(tasks, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    link, error = tasks.pop(task), task.exception()
                    if isinstance(error, ServiceShortage) and link is second:
                        shortage = error  # the first may still decide
                        continue
                    cause = task.result()
                    if cause is None or self._is_conclusive(link, cause):
                        await end_tasks(tasks)
                        self._drop(tasks.values(), link, cause)
                        return link, cause
                    self._failures[link] = cause
                if second is None and not done and first.heard:
                    # A slow greeting has begun (Postfix's postscreen): a second connection would look like spam.
                    await asyncio.wait(tasks)
                elif second is None:
                    second = self._link(implicit=not first.implicit)
                    tasks[asyncio.create_task(second.open(addresses))] = second
                elif self._silence_left(tasks.values()) == 0:
                    await end_tasks(tasks)
                    return self.abandon(None)
            if shortage is not None:
                raise shortage
            return self._best_evidence()
        finally:
            await end_tasks(tasks)

    def _silence_left(self, running: Iterable[Link]) -> float | None:
        """Return how many seconds a try in clear may still be silent after the server has cut the try with TLS.

        A server that speaks in clear speaks first (RFC 5321 section 3.1); one that waits for us to speak expects TLS.
        """
        cut = any(cause.stage is Stage.TLS and cause.code in _CUT for cause in self._failures.values())
        silent = [link for link in running if not link.implicit and not link.heard]
        if not cut or not silent or self._plan.wait is Patience.FULL:
            return None
        patience = max(SILENCE, SILENCE_TRIPS * silent[0].connect_took)
        if silent[0].stage is not Stage.GREETING:  # it is still connecting
            return patience
        return max(0.0, silent[0].stage_began + patience - self._loop.time())

    def _is_conclusive(self, link: Link, cause: Cause) -> bool:
        """Return whether a failure of one try decides the test; if not, the other mode may still work."""
        if cause.code in _WRONG_MODE:
            return False
        if cause.stage is Stage.CONNECT:
            return link is self.links[0]  # the second may be refused only because the first one exists
        return cause.code not in _SILENT or link.heard

    def _best_evidence(self) -> tuple[Link, Cause]:
        """Return the failed try that shows best what is wrong, and its cause; of equal ones the first."""

        def evidence(failed: tuple[Link, Cause]) -> tuple[bool, bool, bool, bool]:
            link, cause = failed
            connected = cause.stage is not Stage.CONNECT
            return cause.code not in _WRONG_MODE, connected, link.heard, cause.code is not Code.TIMEOUT

        best, cause = max(sorted(self._failures.items(), key=lambda row: self.links.index(row[0])), key=evidence)
        best.verdict_at = self._loop.time()  # not before the other try has ended, too
        return best, cause

    def _drop(self, losers: Iterable[Link], winner: Link, cause: Cause | None) -> None:
        """Close the tries that still wait after another one has decided, and write what that has shown of them."""
        code, words = Code.WRONG_TLS_MODE_USE_STARTTLS, f"{GIVEN_UP}the port begins in clear text"
        if winner.implicit:
            code, words = Code.WRONG_TLS_MODE_USE_IMPLICIT, f"{GIVEN_UP}the port speaks implicit TLS"
        for link in losers:
            if link.stage is not Stage.CONNECT and (cause is None or cause.stage is not Stage.CONNECT):
                link.abandon(Cause(link.stage, code, detail=words))
            link.close()

    def _link(self, *, implicit: bool, verify: bool = True, before: Link | None = None) -> Link:
        link = Link(self._context, implicit, number=len(self.links) + 1, verify=verify, before=before)
        self.links.append(link)
        return link
