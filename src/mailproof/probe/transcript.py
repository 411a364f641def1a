"""The steps of one connection as they are written: when each began, how it ended, and to whom it is told.

Also `TestContext`, what all connections of one test share. Judges nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mailproof.net.trust import TrustStore
from mailproof.probe.oauth_tokens import OAuthTokens
from mailproof.smtp.actions import Cause
from mailproof.smtp.report import Plan, Step
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Stage

# Seconds a step may take within the whole's deadline: RFC 5321 section 4.5.3.2 where it names them.
LIMITS = {
    Stage.CONNECT: 120.0,
    Stage.TLS: 120.0,
    Stage.GREETING: 300.0,
    Stage.EHLO: 300.0,
    Stage.STARTTLS: 300.0,
    Stage.AUTH: 300.0,
    Stage.MAIL: 300.0,
    Stage.RCPT: 300.0,
    Stage.DATA: 600.0,
}

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class TestContext:
    """What all connections of one test share."""

    plan: Plan
    host: str  # ASCII, as looked up
    port: int
    deadline: float  # on the loop's clock
    trust: TrustStore
    redact: Redactor
    ehlo_name: str  # empty: the address literal of our end
    compose: Callable[[bool], bytes]
    emit: Callable[[Step], object]
    watch: Callable[[Stage], object]  # called as a step begins
    tokens: OAuthTokens

    def limit(self, stage: Stage, now: float) -> float:
        """Return until when a step that begins now may last."""
        return min(self.deadline, now + LIMITS[stage])


class Transcript:
    """The steps of one connection.

    Args:
        held: Whether steps are kept back until `release`.

    Attributes:
        stage: The stage last begun. peer: "address:port", once there is a connection.
    """

    __slots__ = ("_context", "_kept", "_tick", "_wall", "held", "peer", "stage")

    def __init__(self, context: TestContext, *, held: bool) -> None:
        self._context = context
        self._kept: list[Step] = []
        self._wall = _NEVER
        self._tick = 0.0
        self.held = held
        self.peer = ""
        self.stage = Stage.CONNECT

    def begin(self, stage: Stage) -> None:
        """Begin a step."""
        self.stage = stage
        self._wall = datetime.now(UTC)
        self._tick = time.perf_counter()  # uvloop's clock knows milliseconds only
        if not self.held:
            self._context.watch(stage)

    def end(self, sent: str = "", received: str = "", code: Code = Code.OK) -> None:
        """End the step; the texts are sanitised already."""
        step = Step(self.stage, self._wall, time.perf_counter() - self._tick, self.peer, sent, received, code)
        if self.held:
            self._kept.append(step)
        else:
            self._context.emit(step)

    def fail(self, cause: Cause, sent: str = "") -> Cause:
        """End the step with why it failed, which is returned."""
        self.stage = cause.stage
        self.end(sent, "" if cause.code is Code.NOT_SMTP else cause.detail, cause.code)
        return cause

    def release(self) -> None:
        """Tell the steps that were kept back, and from now on each as it ends."""
        self.held = False
        for step in self._kept:
            self._context.emit(step)
        self._kept.clear()
