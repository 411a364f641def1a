"""Writes the steps of one connection: when each began, and how it ended.

Law: before a step is emitted, its beginning is announced exactly once, with the step's own stage and time. A beginning
may stay without a step: where the connection is given up, or where its step ends at another stage.

Also holds `TestContext`, what all connections of one test share.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mailproof.net.trust import TrustStore
from mailproof.probe.oauth_tokens import OAuthTokens
from mailproof.scheduling.fair_worker import FairWorker
from mailproof.scheduling.turns import Turns
from mailproof.smtp.actions import Cause
from mailproof.smtp.report import NEVER, Alternative, Plan, Step
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
        started: Called with the stage, the time and the connection's number of each step as it begins, before the step
            is emitted; None where nobody reads that.
        tried: Called with each other setting whose trial has ended; None where nobody reads that.
        tokens: Requests access tokens.
        derivations: Derives keys that are dear.
        turns: Keeps what many tests do at once from blocking the event loop.
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
    started: Callable[[Stage, datetime, int], object] | None
    tried: Callable[[Alternative], object] | None
    tokens: OAuthTokens
    derivations: FairWorker
    turns: Turns

    def of_trial(self, plan: Plan, *, host: str = "", port: int = 0, deadline: float = 0.0) -> TestContext:
        """Return the context of a trial, whose steps are none of the test's.

        Args:
            plan: The trial's plan.
            host: The host to try, in ASCII; empty for the test's.
            port: The port to try; 0 for the test's.
            deadline: The end of the trial, on the loop's clock; 0 for the test's.
        """
        return dataclasses.replace(
            self,
            plan=plan,
            host=host or self.host,
            port=port or self.port,
            deadline=deadline or self.deadline,
            emit=_ignore,
            watch=_ignore,
            started=None,
            tried=None,
        )

    def limit(self, stage: Stage, now: float) -> float:
        """Return when a step that begins at `now` must end, on the loop's clock."""
        return min(self.deadline, now + LIMITS[stage])

    def announce(self, stage: Stage, started_at: datetime, connection: int = 0) -> None:
        """Say that a step begins, where somebody wants to know."""
        if self.started is not None:
            self.started(stage, started_at, connection)


def _ignore(_: object) -> None:
    """Take what nobody reads."""


class Transcript:
    """The steps of one connection.

    Args:
        context: Gets the steps.
        connection: Which of the test's connections it is, from 1.

    Attributes:
        stage: The stage last begun.
        is_open: Whether a step was begun and has not ended.
        peer: "address:port" ("[v6]:port"); empty before there is a connection.
    """

    __slots__ = ("_connection", "_context", "_started_at", "_tick", "is_open", "peer", "stage")

    def __init__(self, context: TestContext, connection: int) -> None:
        self._context = context
        self._connection = connection
        self._tick = 0.0
        self.is_open = False
        self.peer = ""
        self.stage = Stage.CONNECT
        self._started_at = NEVER

    def begin(self, stage: Stage) -> None:
        """Begin a step, or go on with one of the same stage that has not ended: AUTH after a key was derived."""
        if self.is_open and stage is self.stage:
            return
        self.stage = stage
        self.is_open = True
        self._started_at = datetime.now(UTC)
        self._tick = time.perf_counter()  # the clock of uvloop has only milliseconds
        self._context.watch(stage)
        self._context.announce(stage, self._started_at, self._connection)

    def end(self, sent: str = "", received: str = "", code: Code = Code.OK) -> float:
        """End the step, and return the seconds that it took.

        Args:
            sent: What was sent, sanitised.
            received: The reply or the result, sanitised.
            code: Why the step failed, or OK.
        """
        self.is_open = False
        duration = time.perf_counter() - self._tick
        self._context.emit(
            Step(self.stage, self._started_at, duration, self.peer, sent, received, code, self._connection)
        )
        return duration

    def fail(self, cause: Cause, sent: str = "") -> Cause:
        """End the step as failed, and return the cause.

        Where the cause has another stage than was begun, the step has the cause's stage: a client certificate that is
        missed only while EHLO is answered is a failure of TLS. That stage is announced with the time of the begun one,
        which stays without a step.
        """
        if cause.stage is not self.stage:
            self.stage = cause.stage
            self._context.announce(self.stage, self._started_at, self._connection)
        self.end(sent, "" if cause.code is Code.NOT_SMTP else cause.detail, cause.code)
        return cause
