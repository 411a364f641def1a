"""The bytes of bodies under way, and how a body that is too slow or one too many ends its call."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from mailproof.domain.errors import Failure, MalformedRequest
from mailproof.domain.limit_errors import TooManyBytes
from mailproof.domain.model import Caller, Role, Token
from mailproof.rpc.intake import BODY_TIMEOUT, Budget, Intake
from mailproof.rpc.open_calls import OpenCall
from mailproof.transport.handlers import MAX_MESSAGE_BYTES, read_message


def caller(token_id: str = "1") -> Caller:
    return Caller(Token(token_id, "test", Role.ADMIN, ("i",), datetime.now(UTC)), "i")


def intake(budget: Budget, token_id: str = "1") -> Intake:
    return Intake(budget, OpenCall(caller(token_id), asyncio.Timeout(None)))


def test_bytes_are_bounded_for_a_token_and_for_all() -> None:
    budget = Budget(total=100, each=60)
    mine, other = intake(budget), intake(budget, "2")
    mine.take(60)
    with pytest.raises(TooManyBytes) as caught:
        intake(budget).take(1)
    assert caught.value.retry_after
    other.take(40)
    with pytest.raises(TooManyBytes):
        other.take(1)
    mine.close()
    mine.close()  # again changes nothing
    intake(budget).take(60)


async def reads(budget: Budget, context: Any) -> Failure | None:
    """Take in a message as a call does; return what the call ends with."""
    try:
        async with asyncio.timeout(60) as scope:
            call = OpenCall(caller(), scope)
            body = Intake(budget, call)
            try:
                await read_message(context, body)
            except MalformedRequest as failure:
                return failure
            finally:
                body.close()
    except TimeoutError:
        return call.failure
    return None


class Sender:
    """A context of grpc.aio whose message comes after some seconds; None: its client sends none."""

    def __init__(self, seconds: float, message: bytes | None = b"x") -> None:
        self._seconds = seconds
        self._message = message

    async def read(self) -> object:
        await asyncio.sleep(self._seconds)
        return object() if self._message is None else self._message


@pytest.mark.parametrize(
    ("seconds", "message", "ends"),
    [
        (0.0, b"x", None),
        (5.0, b"", None),
        (5.0, None, "the body must hold one message, not 0"),
        (BODY_TIMEOUT + 5, b"x", "the body did not arrive within 10 seconds"),
    ],
)
def test_a_half_sent_grpc_message_is_bounded_in_time(seconds: float, message: bytes | None, ends: str | None) -> None:
    clock = WaitedClock(slowness=0.01)
    with asyncio.Runner(loop_factory=clock) as runner:
        failure = runner.run(reads(Budget(), Sender(seconds, message)))
    assert (failure and failure.message) == ends
    assert clock.waited == pytest.approx(min(seconds, BODY_TIMEOUT))


def test_slow_grpc_messages_are_bounded_in_number() -> None:
    budget = Budget(total=10 * MAX_MESSAGE_BYTES, each=2 * MAX_MESSAGE_BYTES)

    async def run() -> list[Failure | None]:
        return await asyncio.gather(*(reads(budget, Sender(5.0)) for _ in range(3)))

    with asyncio.Runner(loop_factory=WaitedClock(slowness=0.01)) as runner:
        ends = runner.run(run())
        assert [type(end) for end in ends] == [type(None), type(None), TooManyBytes]
        assert runner.run(reads(budget, Sender(5.0))) is None
