"""From addresses to the end of a conversation, with as many connections as that takes.

Finds out the TLS mode where the plan leaves it open, and goes on without the certificate's check where that is
tolerated. Dials nothing but the addresses it is given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mailproof.diagnosis.findings import CERTIFICATE_CODES
from mailproof.net.resolver import AddrInfo
from mailproof.probe.link import Link
from mailproof.probe.transcript import TestContext
from mailproof.smtp.actions import Cause
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode

SECOND_TRY = 0.3  # seconds of silence after which `auto` tries the other TLS mode beside the first

IMPLICIT_PORTS = frozenset({465, 2465})  # where `auto` guesses implicit TLS first; a wrong guess costs SECOND_TRY

# Of `auto`'s two tries: what says that the port speaks the other mode, and what says nothing about the mode.
_WRONG_MODE = frozenset({Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.WRONG_TLS_MODE_USE_STARTTLS})
_SILENT = frozenset({Code.TIMEOUT, Code.CONNECTION_CLOSED, Code.CONNECTION_RESET})


class Attempt:
    """The connections that one setting leads to.

    Attributes:
        links: All that were begun, the current one last. Whoever made the attempt closes it.
        unverified: Why the certificate could not be verified where that was tolerated.
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
        """Go to the end; return the connection that decided, and why the test failed if it did."""
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
            self.unverified = cause.code
            failed, link = link, self._link(implicit=False, verify=False)
            cause = await link.open(addresses) or await link.converse()
            if link.tls and failed.tls:
                link.note_verify_error(failed.tls.verify_error)
        return link, cause

    async def _find_mode(self, addresses: Sequence[AddrInfo]) -> tuple[Link, Cause | None]:
        """Find out whether the port speaks TLS first, by trying both: the second beside the first where that is silent.

        Implicit TLS is proven by a handshake, good or bad certificate alike; the plain start by a greeting.
        """
        first = self._link(implicit=self._context.port in IMPLICIT_PORTS)
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

    def _link(self, *, implicit: bool, verify: bool = True, held: bool = False) -> Link:
        link = Link(self._context, implicit, verify=verify, held=held)
        self.links.append(link)
        return link
