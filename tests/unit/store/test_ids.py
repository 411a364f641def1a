from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from mailproof.store.ids import IdSource

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def test_ids_are_decimal_and_of_18_digits_for_years() -> None:
    for year in (2022, 2026, 2038):
        first = IdSource(lambda year=year: datetime(year, 1, 1, tzinfo=UTC)).next()  # type: ignore[misc]
        assert first.isdecimal()
        assert len(first) == 18


def test_ids_fit_63_bits_until_2194() -> None:
    assert int(IdSource(lambda: datetime(2194, 1, 1, tzinfo=UTC), process=2**16 - 1).next()) < 2**63


def test_more_ids_than_one_tick_holds_still_grow() -> None:
    source = IdSource(lambda: NOW)
    made = [int(source.next()) for _ in range(2000)]
    assert made == sorted(set(made))


def test_a_clock_that_steps_back_does_not_repeat_ids() -> None:
    moments = iter([NOW, NOW - timedelta(hours=1), NOW - timedelta(days=9000), NOW])
    source = IdSource(lambda: next(moments))
    made = [int(source.next()) for _ in range(4)]
    assert made == sorted(set(made))


def test_later_ids_of_another_process_are_larger() -> None:
    early = IdSource(lambda: NOW, process=2**16 - 1)
    late = IdSource(lambda: NOW + timedelta(milliseconds=10), process=0)
    assert int(early.next()) < int(late.next())


def test_processes_differ_at_the_same_moment() -> None:
    assert IdSource(lambda: NOW, process=1).next() != IdSource(lambda: NOW, process=2).next()


def test_threads_share_a_source() -> None:
    source = IdSource(lambda: NOW)
    made: list[str] = []

    def work() -> None:
        made.extend(source.next() for _ in range(500))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 2000
