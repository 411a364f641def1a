"""Rates and slots: how much passes in any time, how long a refusal says to wait, and what is given back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.shares import SECOND, SLOT_WAIT, Demand, Denial, LocalCounter, RateLimit, Scope, SlotLimit

SIX = RateLimit("tests", Scope.TOKEN, 6, 600, b"six")
TWO = SlotLimit(Scope.HOST, 2, b"two")


class FakeClock:
    """Microseconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000 * SECOND

    def __call__(self) -> int:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


def made() -> tuple[FakeClock, LocalCounter]:
    clock = FakeClock()
    return clock, LocalCounter(clock)


def test_as_many_as_the_limit_come_at_once_and_then_one_each_part_of_the_period() -> None:
    clock, counter = made()
    demand = Demand((SIX,))
    assert [counter.take_now(demand, "") for _ in range(6)] == [None] * 6
    assert counter.take_now(demand, "") == Denial(SIX, 100.0)
    clock.wait(99.999)
    assert counter.take_now(demand, "") == Denial(SIX, 0.001)
    clock.wait(0.001)
    assert counter.take_now(demand, "") is None
    assert counter.take_now(demand, "") == Denial(SIX, 100.0)


@given(
    limit=st.integers(1, 20),
    period=st.integers(1, 100),
    pauses=st.lists(st.floats(0, 50, allow_nan=False), max_size=60),
)
def test_in_any_time_no_more_pass_than_the_limit_and_what_is_refilled(
    limit: int, period: int, pauses: list[float]
) -> None:
    clock, counter = made()
    rate = RateLimit("tests", Scope.ALL, limit, period, b"k")
    passed: list[int] = []
    for pause in pauses:
        clock.wait(pause)
        if counter.take_now(Demand((rate,)), "") is None:
            passed.append(clock.now)
    for first, start in enumerate(passed):
        for last, end in enumerate(passed[first:], first):
            assert last - first + 1 <= limit + (end - start) / rate.step + 1e-9


@given(limit=st.integers(1, 50), period=st.integers(1, 4000), pause=st.floats(0, 100, allow_nan=False))
def test_the_wait_that_a_refusal_names_is_enough_and_no_longer_than_needed(
    limit: int, period: int, pause: float
) -> None:
    clock, counter = made()
    demand = Demand((RateLimit("tests", Scope.ALL, limit, period, b"k"),))
    while (denial := counter.take_now(demand, "")) is None:
        pass
    clock.wait(min(pause, denial.retry_after / 2))
    denial = counter.take_now(demand, "")
    assert denial is not None
    clock.wait(denial.retry_after - 0.002)
    assert denial.retry_after <= 0.002 or counter.take_now(demand, "") is not None
    clock.wait(0.002)
    assert counter.take_now(demand, "") is None


def test_a_demand_gets_all_that_it_asks_for_or_nothing() -> None:
    _, counter = made()
    other = RateLimit("tests", Scope.ALL, 1, 60, b"other")
    assert counter.take_now(Demand((other,)), "") is None
    for _ in range(10):
        assert counter.take_now(Demand((SIX, other), (TWO,), 9.0), "x") == Denial(other, 60.0)
    assert [counter.take_now(Demand((SIX,), (TWO,), 9.0), name) for name in ("a", "b")] == [None, None]
    assert counter.take_now(Demand((SIX,), (TWO,), 9.0), "c") == Denial(TWO, SLOT_WAIT)
    assert [counter.take_now(Demand((SIX,)), "") for _ in range(4)] == [None] * 4, "the refused ones took nothing"


def test_a_slot_is_free_when_it_is_given_back_or_its_time_is_over() -> None:
    clock, counter = made()
    demand = Demand((), (TWO,), 9.0)
    assert [counter.take_now(demand, name) for name in "ab"] == [None, None]
    assert counter.take_now(demand, "c") == Denial(TWO, SLOT_WAIT)
    counter.give_back_now(demand, "b")
    assert counter.take_now(demand, "c") is None
    clock.wait(9.0)
    assert [counter.take_now(demand, name) for name in "de"] == [None, None]


def test_what_is_given_back_was_never_counted() -> None:
    _, counter = made()
    for _ in range(50):
        assert counter.take_now(Demand((SIX,)), "") is None
        counter.give_back_now(Demand((SIX,)), "", (SIX,))
    assert [counter.take_now(Demand((SIX,)), "") for _ in range(7)] == [None] * 6 + [Denial(SIX, 100.0)]


def test_where_all_is_held_by_what_is_under_way_the_wait_is_short() -> None:
    _, counter = made()
    login = SlotLimit(Scope.LOGIN, 6, SIX.key)
    demand = Demand((SIX,), (login,), 30.0)
    assert [counter.take_now(demand, str(number)) for number in range(6)] == [None] * 6
    assert counter.take_now(demand, "7") == Denial(login, SLOT_WAIT)
    for number in range(6):
        counter.give_back_now(demand, str(number))
    assert counter.take_now(demand, "8") == Denial(SIX, 100.0), "they failed, and the wait is the bucket's"


@pytest.mark.parametrize("kind", ["rate", "slot"])
def test_strangers_that_come_once_are_forgotten(kind: str) -> None:
    clock, counter = made()
    for number in range(5000):
        key = str(number).encode()
        demand = Demand((RateLimit("tests", Scope.ALL, 6, 60, key),))
        if kind == "slot":
            demand = Demand((), (SlotLimit(Scope.HOST, 2, key),), 5.0)
        assert counter.take_now(demand, "x") is None
        clock.wait(0.1)
    assert counter.size <= 1300
