"""The shared look at the store: few questions to it, and an answer whatever it does."""

import asyncio

import pytest

from mailproof.domain.errors import StoreUnavailable
from mailproof.transport import readiness
from mailproof.transport.readiness import SharedCheck


class Store:
    """A store that can be asked, broken, or stuck."""

    def __init__(self) -> None:
        self.asked = 0
        self.failure: Exception | None = None
        self.stuck = False

    async def ping(self) -> None:
        self.asked += 1
        if self.stuck:
            await asyncio.Event().wait()
        if self.failure is not None:
            raise self.failure


def test_a_thousand_questions_are_one_look() -> None:
    async def main() -> None:
        store = Store()
        check = SharedCheck(store.ping)
        await asyncio.gather(*(check() for _ in range(1000)))
        assert store.asked == 1

    asyncio.run(main())


@pytest.mark.parametrize("failure", [StoreUnavailable("it is away"), OSError("a socket")])
def test_a_broken_store_is_told_and_a_mended_one_too(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "FRESH", -1.0)

    async def main() -> None:
        store = Store()
        check = SharedCheck(store.ping)
        await check()
        store.failure = failure
        with pytest.raises(StoreUnavailable, match=r"it is away|can't be asked"):
            await check()
        store.failure = None
        await check()

    asyncio.run(main())


def test_a_stuck_store_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "FRESH", -1.0)
    monkeypatch.setattr(readiness, "WAIT", 0.001)

    async def main() -> None:
        store = Store()
        check = SharedCheck(store.ping)
        await check()
        store.stuck = True
        await check()  # as it answered last
        monkeypatch.setattr(readiness, "STALE", 0.0)
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match="does not answer"):
                await check()
        assert store.asked == 2

    asyncio.run(main())


def test_a_store_that_never_answered_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "STALE", 0.01)

    async def main() -> None:
        store = Store()
        store.stuck = True
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await SharedCheck(store.ping)()

    asyncio.run(main())
