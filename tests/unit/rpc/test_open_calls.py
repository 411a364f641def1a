"""A call does not outlive its caller's token, and a shortage of ours ends no call."""

import asyncio
from datetime import UTC, datetime

import pytest

from clock_support.loop import WaitedClock
from mailproof.domain.caller_errors import Unauthenticated
from mailproof.domain.errors import ServerStopping, StoreUnavailable
from mailproof.domain.model import Caller, Role, Token
from mailproof.rpc.open_calls import INTERVAL, OpenCall, OpenCalls
from mailproof.usecases.access import Access


class Looks(Access):
    """Counts how often it is asked, and answers as a test wants."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.asked: list[Caller] = []
        self._answers = list(answers)

    async def still_valid(self, caller: Caller) -> bool:
        self.asked.append(caller)
        answer = self._answers.pop(0) if self._answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer


def caller(token_id: str = "1") -> Caller:
    token = Token(token_id, "test", Role.ADMIN, ("i",), datetime.now(UTC))
    return Caller(token, "i", digest=token_id.encode())


async def waits(calls: OpenCalls, who: Caller, seconds: float) -> OpenCall:
    """Make a call that takes some seconds, and return how it went."""
    try:
        async with asyncio.timeout(60) as scope:
            call = OpenCall(who, scope)
            calls.add(call)
            try:
                await asyncio.sleep(seconds)
            finally:
                calls.remove(call)
    except TimeoutError:
        assert call.failure is not None
    return call


def run(access: Looks, *made: tuple[str, float]) -> tuple[list[OpenCall], float]:
    """Make calls at once, each of a token and of some seconds; return them and the seconds that all took."""
    clock = WaitedClock(slowness=0.01)

    async def all_of() -> list[OpenCall]:
        calls = OpenCalls(access)
        return await asyncio.gather(*(waits(calls, caller(token), seconds) for token, seconds in made))

    with asyncio.Runner(loop_factory=clock) as runner:
        return runner.run(all_of()), clock.waited


def test_a_call_ends_when_its_token_does() -> None:
    calls, waited = run(Looks(True, False), ("1", 30.0), ("1", 30.0))
    assert [type(call.failure) for call in calls] == [Unauthenticated] * 2
    assert waited == pytest.approx(2 * INTERVAL)


def test_calls_of_other_tokens_go_on() -> None:
    calls, _ = run(Looks(False), ("1", 5.0), ("2", 5.0))
    assert [type(call.failure) for call in calls] == [Unauthenticated, type(None)]


def test_a_server_that_stops_ends_all_calls() -> None:
    async def end() -> list[OpenCall]:
        calls = OpenCalls(Looks())
        loop = asyncio.get_running_loop()
        loop.call_later(1.0, calls.end_all, ServerStopping())
        return await asyncio.gather(*(waits(calls, caller(token), 30.0) for token in ("1", "1", "2")))

    clock = WaitedClock(slowness=0.01)
    with asyncio.Runner(loop_factory=clock) as runner:
        assert [type(call.failure) for call in runner.run(end())] == [ServerStopping] * 3
    assert clock.waited == pytest.approx(1.0)


def test_a_token_is_looked_at_once_for_all_its_calls() -> None:
    access = Looks()
    run(access, *(("1", INTERVAL + 1) for _ in range(10)), ("2", INTERVAL + 1))
    assert [who.token.id for who in access.asked] == ["1", "2"]


@pytest.mark.parametrize("shortage", [StoreUnavailable(), RuntimeError("a defect")])
def test_calls_go_on_while_the_store_is_down(shortage: Exception) -> None:
    access = Looks(shortage, shortage)
    calls, waited = run(access, ("1", 5.0))
    assert calls[0].failure is None
    assert waited == pytest.approx(5.0)
    assert len(access.asked) == 2


def test_short_calls_cost_no_look() -> None:
    access = Looks()
    run(access, ("1", 0.5), ("2", 1.0))
    assert access.asked == []


def test_a_slow_look_is_not_joined_by_another() -> None:
    class Slow(Looks):
        async def still_valid(self, caller: Caller) -> bool:
            self.asked.append(caller)
            await asyncio.sleep(20 * INTERVAL)
            return True

    async def main(access: Looks) -> None:
        calls = OpenCalls(access)
        first = asyncio.ensure_future(waits(calls, caller(), 9 * INTERVAL))
        await asyncio.sleep(2 * INTERVAL)  # the look is under way
        await asyncio.gather(first, waits(calls, caller(), 9 * INTERVAL))
        await asyncio.sleep(INTERVAL)

    access = Slow()
    with asyncio.Runner(loop_factory=WaitedClock(slowness=0.01)) as runner:
        runner.run(main(access))
    assert len(access.asked) == 1
