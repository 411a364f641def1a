"""Writes the steps of one connection: when each began, how it ended, and when it is emitted.

Law: before a step is emitted, its beginning is announced exactly once, with the step's own stage and time. A beginning
may stay without a step: where the connection is given up, or where its step ends at another stage.

Also holds `TestContext`, what all connections of one test share.
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

# Seconds that a step may take within the test's deadline; those of RFC 5321 section 4.5.3.2 where it names them.
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
    """What all connections of one test share.

    Attributes:
        plan: What to test.
        host: The plan's host in ASCII, as it is looked up.
        port: The port to dial.
        deadline: The end of the test, on the loop's clock.
        trust: TLS contexts.
        redact: Cleans texts and masks the plan's secrets in them.
        ehlo_name: The argument of EHLO; empty for the address literal of our end of the connection.
        compose: Writes the test message, given whether headers may be UTF-8.
        emit: Called with each step as it ends.
        watch: Called with the stage of each step as it begins.
        started: Called with the stage and the time of each step as it begins, before the step is emitted; None where
            nobody reads that.
        tokens: Requests access tokens.
    """

    plan: Plan
    host: str
    port: int
    deadline: float
    trust: TrustStore
    redact: Redactor
    ehlo_name: str
    compose: Callable[[bool], bytes]
    emit: Callable[[Step], object]
    watch: Callable[[Stage], object]
    started: Callable[[Stage, datetime], object] | None
    tokens: OAuthTokens

    def limit(self, stage: Stage, now: float) -> float:
        """Return when a step that begins at `now` must end, on the loop's clock."""
        return min(self.deadline, now + LIMITS[stage])

    def announce(self, stage: Stage, started_at: datetime) -> None:
        """Say that a step begins, where somebody wants to know."""
        if self.started is not None:
            self.started(stage, started_at)


class Transcript:
    """The steps of one connection.

    Args:
        context: Gets the steps.
        held: Whether steps are kept back until `release`.

    Attributes:
        stage: The stage last begun.
        peer: "address:port" ("[v6]:port"); empty before there is a connection.
    """

    __slots__ = ("_context", "_kept", "_open", "_started_at", "_tick", "held", "peer", "stage")

    def __init__(self, context: TestContext, *, held: bool) -> None:
        self._context = context
        self._kept: list[Step] = []
        self._open = False  # a step was begun and has not ended
        self._started_at = _NEVER
        self._tick = 0.0
        self.held = held
        self.peer = ""
        self.stage = Stage.CONNECT

    def begin(self, stage: Stage) -> None:
        """Begin a step, or go on with one of the same stage that has not ended: AUTH after a key was derived."""
        if self._open and stage is self.stage:
            return
        self.stage = stage
        self._open = True
        self._started_at = datetime.now(UTC)
        self._tick = time.perf_counter()  # the clock of uvloop has only milliseconds
        if not self.held:
            self._context.watch(stage)
            self._context.announce(stage, self._started_at)

    def end(self, sent: str = "", received: str = "", code: Code = Code.OK) -> None:
        """End the step.

        Args:
            sent: What was sent, sanitised.
            received: The reply or the result, sanitised.
            code: Why the step failed, or OK.
        """
        self._open = False
        duration = time.perf_counter() - self._tick
        step = Step(self.stage, self._started_at, duration, self.peer, sent, received, code)
        if self.held:
            self._kept.append(step)
        else:
            self._context.emit(step)

    def fail(self, cause: Cause, sent: str = "") -> Cause:
        """End the step as failed, and return the cause.

        Where the cause has another stage than was begun, the step has the cause's stage: a client certificate that is
        missed only while EHLO is answered is a failure of TLS. That stage is announced with the time of the begun one,
        which stays without a step.
        """
        if cause.stage is not self.stage:
            self.stage = cause.stage
            if not self.held:
                self._context.announce(self.stage, self._started_at)
        self.end(sent, "" if cause.code is Code.NOT_SMTP else cause.detail, cause.code)
        return cause

    def release(self) -> None:
        """Emit the steps that were kept back, each after its announcement, and each later one as it ends."""
        self.held = False
        for step in self._kept:
            self._context.announce(step.stage, step.started_at)
            self._context.emit(step)
        self._kept.clear()
        if self._open:
            self._context.announce(self.stage, self._started_at)
