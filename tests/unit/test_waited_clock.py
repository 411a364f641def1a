"""The tests' own clock counts what was waited out, exactly, and nothing else."""

from __future__ import annotations

import asyncio
import socket

import pytest

from clock_support.loop import WaitedClock


def test_what_is_waited_out_is_counted_exactly() -> None:
    clock = WaitedClock()

    async def main() -> None:
        await asyncio.gather(asyncio.sleep(0.02), asyncio.sleep(0.03))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.04)

    with asyncio.Runner(loop_factory=clock) as runner:
        runner.run(main())
    assert clock.waited == pytest.approx(0.07)


def test_what_comes_before_its_deadline_and_what_is_worked_is_not_counted() -> None:
    clock = WaitedClock(slowness=20)

    async def main() -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            asyncio.get_running_loop().call_soon(theirs.send, b"x")
            async with asyncio.timeout(10):
                assert await asyncio.get_running_loop().sock_recv(ours, 1) == b"x"
            async with asyncio.timeout(10):
                assert await asyncio.to_thread(sum, range(100_000))

    with asyncio.Runner(loop_factory=clock) as runner:
        runner.run(main())
    assert clock.waited == 0
