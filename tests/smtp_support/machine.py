"""A machine with mail servers on its usual ports, for tests of what the probe dials beside the setting to test."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from clock_support.loop import WaitedClock
from mailproof.smtp.report import Report
from mailproof.smtp.vocabulary import Code, TlsMode
from smtp_support import pki
from smtp_support.names import own_address
from smtp_support.probing import LOGIN, make_plan, run_plan
from smtp_support.scripted import Do, Script, Served, raw, serve, smtp

USUAL = (25, 465, 587, 2465, 2525, 2587)


@dataclass
class Machine:
    """One address with servers on several ports, known as mail.test."""

    address: str
    stack: ExitStack
    served: dict[int, Served] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.context = pki.server_context(pki.issue("x", pki.authority(), sans=("mail.test",)))

    def submission(self, port: int, **settings: Any) -> None:
        """Serve STARTTLS."""
        self.script(port, smtp(context=settings.pop("context", self.context), **settings))

    def implicit(self, port: int, **settings: Any) -> None:
        """Serve implicit TLS."""
        context = settings.pop("context", self.context)
        self.served[port] = self.stack.enter_context(
            serve(smtp(secure=True, **settings), context=context, host=self.address, port=port)
        )

    def script(self, port: int, script: Script) -> None:
        self.served[port] = self.stack.enter_context(serve(script, host=self.address, port=port))

    def tarpits(self, *but: int) -> None:
        """Serve silence on every usual port."""
        for port in USUAL:
            if port not in but:
                self.script(port, raw(Do.SILENCE))

    @property
    def dialled(self) -> dict[int, int]:
        return {port: len(served.peers) for port, served in self.served.items() if served.peers}

    def heard(self, port: int) -> list[str]:
        return [line for peer in self.served[port].peers for line in peer.heard]


def plan(port: int, mode: TlsMode = TlsMode.STARTTLS, **settings: Any) -> Any:
    values = {"host": "mail.test", "tls_mode": mode, "verify_alternatives": True, "credentials": LOGIN} | settings
    return make_plan(port, **values)


def run(port: int, mode: TlsMode = TlsMode.STARTTLS, clock: WaitedClock | None = None, **settings: Any) -> Report:
    return run_plan(plan(port, mode, **settings), loop_factory=clock)


def rows(report: Report) -> list[tuple[int, TlsMode, Code]]:
    return [(other.port, other.tls_mode, other.code) for other in report.alternatives]


@contextmanager
def black_hole(port: int, address: str = "") -> Iterator[str]:
    """Yield an address that answers no SYN: the queue of a listener that accepts nothing is full.

    Args:
        port: The port that does not answer.
        address: The address; empty for a new one.
    """
    address = address or own_address()
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((address, port), backlog=0))
        for _ in range(2):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield address
