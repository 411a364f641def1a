"""No test asserts that something was quick: speed is measured in bench/, and a machine under load is never wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from clock_support.law import stopwatches

TESTS = Path(__file__).parents[1]
WAITS = TESTS / "clock_support" / "waiting.py"
"""The one place that ends a wait by the clock, where nothing but a hang is left."""

FUZZER = TESTS / "fuzz" / "slow.py"
"""Times the inputs of `make fuzz`, and of nothing else."""


def test_no_test_holds_a_stopwatch() -> None:
    files = [path for path in TESTS.rglob("*.py") if "node_modules" not in path.parts and path not in (WAITS, FUZZER)]
    assert WAITS.exists()
    timed = [path.name for path in files if "fuzz.slow" in path.read_text() and path != Path(__file__)]
    assert timed == ["__main__.py"]
    assert len(files) > 100
    assert [f"{path.relative_to(TESTS)}:{line}" for path in files for line in stopwatches(path.read_text())] == []


PLANTED = {
    "a difference": "began = time.monotonic()\nwork()\nassert time.monotonic() - began < 1",
    "a name for it": "began = perf_counter()\nwork()\ntook = perf_counter() - began\nassert took <= 1",
    "two-sided": "began = time.time()\nwork()\nassert 0.7 < time.time() - began < 1.2",
    "turned round": "began = time.monotonic_ns()\nassert 10**9 > time.monotonic_ns() - began",
    "processor time": "used = time.process_time()\nassert time.process_time() - used < 0.15",
    "a deadline": "end = time.monotonic() + 5\nwhile not done():\n    assert time.monotonic() < end",
    "a loop's clock": "loop = asyncio.get_running_loop()\nbegan = loop.time()\nassert loop.time() - began < 1",
    "about as long as": "began = time.monotonic()\nassert time.monotonic() - began == pytest.approx(1, abs=0.1)",
    "a report's duration": "assert run().elapsed_ms < 300",
    "the best of several": "t = time.perf_counter()\nbest = min(best, time.perf_counter() - t)\nassert best < 1",
    "an attribute": "self.at['x'] = time.monotonic()\nassert self.at['x'] - other < 1",
    "a pair": "began, n = time.monotonic(), 1\nassert began < LIMIT",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_planted_stopwatch_is_found(planted: str) -> None:
    inside = "\n".join(f"    {line}" for line in planted.splitlines())
    assert stopwatches(f"def test() -> None:\n{inside}\n")
    assert stopwatches(f"class Test:\n  def test(self) -> None:\n{inside}\n")


def test_a_function_that_measures_is_a_clock() -> None:
    helper = "def seconds() -> float:\n    began = time.monotonic()\n    work()\n    return time.monotonic() - began\n"
    assert stopwatches(f"def test() -> None:\n    assert seconds() < 1\n\n{helper}") == [2]
    assert stopwatches(f"{helper}\ndef test() -> None:\n    assert asyncio.run(seconds()) < 1\n") == [7]


@pytest.mark.parametrize(
    "allowed",
    [
        "began = time.monotonic()\nwork()\nassert time.monotonic() - began > 0.3",
        "began = time.monotonic()\nwork()\nassert 0.3 <= time.monotonic() - began",
        "assert report.elapsed_ms >= 300",
        "assert clock.waited == pytest.approx(0.3)",
        "call(deadline=time.monotonic() + 0.05)",
        "assert len(steps) < 10",
    ],
)
def test_a_lower_bound_and_a_count_are_none(allowed: str) -> None:
    inside = "\n".join(f"    {line}" for line in allowed.splitlines())
    assert stopwatches(f"def test() -> None:\n{inside}\n") == []
