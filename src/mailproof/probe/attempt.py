"""Runs a plan against resolved addresses, with as many connections as that takes.

Finds out the TLS mode where the plan leaves it open (`AUTO`), and continues without verifying the certificate where
that is tolerated (`OPPORTUNISTIC`). Dials nothing but the given addresses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mailproof.diagnosis.catalogue import CERTIFICATE_CODES
from mailproof.domain.errors import ServiceShortage
from mailproof.net.addrinfo import AddrInfo
from mailproof.probe.link import Link
from mailproof.probe.transcript import TestContext
from mailproof.smtp.actions import Cause
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode

SECOND_TRY = 0.3  # seconds without an answer after which `AUTO` also tries the other TLS mode

IMPLICIT_PORTS = frozenset({465, 2465})  # where `AUTO` tries implicit TLS first; a wrong guess costs SECOND_TRY

# Results of one of `AUTO`'s two tries: the port speaks the other mode; nothing is known about the mode.
_WRONG_MODE = frozenset({Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.WRONG_TLS_MODE_USE_STARTTLS})
_SILENT = frozenset({Code.TIMEOUT, Code.CONNECTION_CLOSED, Code.CONNECTION_RESET})

_UNVERIFIED = CERTIFICATE_CODES | {Code.TRUST_STORE_EMPTY}


class Attempt:
    """The connections that one plan needs. Its creator has to call `close`.

    Attributes:
        links: All connections that were begun, the current one last.
        unverified: Why the certificate could not be verified where that was tolerated; else None.
    """

    __slots__ = ("_context", "_plan", "links", "unverified")

    def __init__(self, context: TestContext) -> None:
        self._context = context
        self._plan = context.plan
        self.links: list[Link] = []
        self.unverified: Code | None = None

    def close(self) -> None:
        """Close every socket at once."""
        for link in self.links:
            link.close()

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
            # what is wrong; a second connection continues without verification, and the report warns.
            self.unverified = cause.code
            failed, link = link, self._link(implicit=False, verify=False)
            cause = await link.open(addresses) or await link.converse()
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
        failures: dict[int, Cause] = {}
        shortage: ServiceShortage | None = None
        try:
            while True:
                done, _ = await asyncio.wait(
                    tasks, timeout=None if second else SECOND_TRY, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    link, error = tasks.pop(task), task.exception()
                    if isinstance(error, ServiceShortage) and link is second:
                        shortage = error  # the first may still decide
                        continue
                    cause = task.result()
                    if cause is None or self._conclusive(cause, link is first):
                        link.release()
                        return link, cause
                    failures[id(link)] = cause
                if second is None and not done and first.heard:
                    # A slow greeting has begun (Postfix's postscreen): a second connection would look like spam.
                    await asyncio.wait(tasks)
                elif second is None:
                    second = self._link(implicit=not first.implicit, held=True)
                    tasks[asyncio.create_task(second.open(addresses))] = second
                elif not tasks and shortage is not None:
                    raise shortage
                elif not tasks:
                    # Both failed: the first try's failure counts, unless it only says that the mode is wrong.
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
        """Return whether a failure decides the test; if not, the other mode may still work."""
        if cause.code in _WRONG_MODE:
            return False
        if cause.stage is Stage.CONNECT:
            return is_first  # the second may be refused only because the first one exists
        return cause.code not in _SILENT

    def _link(self, *, implicit: bool, verify: bool = True, held: bool = False) -> Link:
        link = Link(self._context, implicit, verify=verify, held=held)
        self.links.append(link)
        return link
