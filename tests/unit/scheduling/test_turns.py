"""Pieces of work that become ready together are done one in each turn of their loop."""

import asyncio

import pytest

from mailproof.scheduling.turns import Turns


def test_the_loop_has_a_turn_between_two_pieces() -> None:
    log: list[str] = []

    async def piece(turns: Turns) -> None:
        await turns.next()
        log.append("piece")

    async def tick() -> None:
        while log.count("piece") < 5:
            log.append("tick")
            await asyncio.sleep(0)

    async def main() -> None:
        turns = Turns()
        await asyncio.gather(tick(), *(piece(turns) for _ in range(5)))

    asyncio.run(main())
    assert ["piece", "piece"] not in [log[at : at + 2] for at in range(len(log))]


def test_the_first_piece_does_not_wait_and_a_cancelled_one_blocks_nobody() -> None:
    async def main() -> None:
        turns = Turns()
        with pytest.raises(StopIteration):
            turns.next().send(None)
        waiting = asyncio.create_task(turns.next())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await turns.next()

    asyncio.run(main())


def test_each_loop_has_turns_of_its_own() -> None:
    turns = Turns()
    for _ in range(3):
        asyncio.run(turns.next())
