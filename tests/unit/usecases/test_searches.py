"""The use case and the RPC: bounds, and what the messages say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.duration_pb2 import Duration

from mailproof.discovery.progress import (
    Candidate,
    Clue,
    SearchHeartbeat,
    SearchProgress,
    SearchResult,
    Source,
    TriedCandidate,
    Verdict,
)
from mailproof.domain.errors import InvalidFields
from mailproof.domain.limit_errors import TooManyTests
from mailproof.domain.limits import Limits
from mailproof.domain.model import Caller, Role, Token
from mailproof.rpc.context import Context
from mailproof.rpc.discovery_messages import discovery_event, discovery_request
from mailproof.rpc.discovery_service import DiscoveryService
from mailproof.rpc.validation import violations
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.store.sealing import Sealer
from mailproof.usecases.known_providers import KnownProviders
from mailproof.usecases.searches import Searches
from smtpdiag.v1 import discovery_pb2, vocabulary_pb2

TRIED = TriedCandidate(
    Candidate("a.test", 465, TlsMode.IMPLICIT, "jo", Source.SRV, rank=1, advice="Note.", provider="A"),
    Verdict.VERIFIED,
    stage=Stage.QUIT,
    code=Code.OK,
    message="Works.",
    mechanisms=("PLAIN",),
    tls_version="TLSv1.3",
    elapsed_ms=12,
)
CALLER = Caller(Token("1", "", Role.ADMIN, ("instance",), datetime(2026, 1, 1, tzinfo=UTC)), "instance")
CLUE = Clue(Source.MX, "MX a.test", "no answer", Code.TIMEOUT)
EVENTS: tuple[SearchProgress, ...] = (
    CLUE,
    SearchHeartbeat(5.25),
    TRIED,
    SearchResult((TRIED,), "Use it.", "Note.", elapsed_ms=99),
)


class Searcher:
    """Yields the same events to everyone, and remembers what it was asked.

    Args:
        hangs: Whether it goes on without an event after its first one.
    """

    def __init__(self, *, hangs: bool = False) -> None:
        self.asked: list[tuple[str, float]] = []
        self.closed = 0
        self._hangs = hangs

    async def run(self, address: str, timeout: float) -> AsyncGenerator[SearchProgress, None]:  # noqa: ASYNC109
        self.asked.append((address, timeout))
        try:
            for event in EVENTS:
                yield event
                if self._hangs:
                    await asyncio.Event().wait()
        finally:
            self.closed += 1


def context(remaining: float | None = None) -> Context:
    return Context(CALLER, remaining)


async def bounded(limit: float, remaining: float | None, expected: float) -> None:
    searcher = Searcher()
    use_case = Searches(searcher, Limits(max_timeout=60, max_concurrent=1))
    async with aclosing(use_case.discover(CALLER, "jo@a.test", limit, remaining=remaining)) as events:
        assert [event async for event in events] == list(EVENTS)
    ((address, asked),) = searcher.asked
    assert address == "jo@a.test"
    assert asked == pytest.approx(expected)


@pytest.mark.parametrize(
    ("limit", "remaining", "expected"),
    [(10.0, None, 10.0), (99.0, None, 60.0), (30.0, 5.0, 4.75), (30.0, 0.2, 0.1), (1.0, 5.0, 1.0)],
)
def test_a_search_is_bounded_in_time(limit: float, remaining: float | None, expected: float) -> None:
    asyncio.run(bounded(limit, remaining, expected))


def test_searches_are_bounded_in_number_and_a_cancelled_one_frees_its_slot() -> None:
    async def run() -> None:
        searcher = Searcher(hangs=True)
        use_case = Searches(searcher, Limits(max_timeout=60, max_concurrent=1))
        async with aclosing(use_case.discover(CALLER, "jo@a.test")) as first:
            await anext(first)
            with pytest.raises(TooManyTests):
                await anext(use_case.discover(CALLER, "jo@a.test"))
        assert searcher.closed == 1
        async with aclosing(use_case.discover(CALLER, "jo@a.test")) as second:
            assert await anext(second) == CLUE

    asyncio.run(run())


def test_a_search_does_not_wait_for_its_reader() -> None:
    async def run() -> None:
        searcher = Searcher()
        use_case = Searches(searcher, Limits(max_timeout=60, max_concurrent=1))
        async with aclosing(use_case.discover(CALLER, "jo@a.test")) as slow:
            assert await anext(slow) == CLUE
            await asyncio.sleep(0)  # a turn of the loop
            assert searcher.closed == 1
            async with aclosing(use_case.discover(CALLER, "jo@a.test")) as other:
                assert await anext(other) == CLUE  # the slot is free
            assert [event async for event in slow] == list(EVENTS[1:])

    asyncio.run(run())


def test_the_rpc_streams_every_event() -> None:
    searcher = Searcher()
    known = KnownProviders(Sealer(bytes(32)))
    servicer = DiscoveryService(Searches(searcher, Limits(max_timeout=60, max_concurrent=1)), known)
    request = discovery_pb2.DiscoverSettingsRequest(address=" jo@a.test ", timeout=Duration(seconds=2, nanos=500000000))

    async def run() -> list[discovery_pb2.DiscoverSettingsResponse]:
        return [message async for message in servicer.DiscoverSettings(request, context())]

    messages = asyncio.run(run())
    assert [message.WhichOneof("event") for message in messages] == ["clue", "heartbeat", "candidate", "result"]
    assert searcher.asked == [("jo@a.test", 2.5)]


def test_events_become_messages() -> None:
    clue, beat, candidate, result = (discovery_event(event) for event in EVENTS)
    assert clue.clue.source == discovery_pb2.CANDIDATE_SOURCE_MX
    assert clue.clue.code == vocabulary_pb2.CODE_TIMEOUT
    assert beat.heartbeat.elapsed.ToTimedelta() == timedelta(seconds=5.25)
    assert candidate.candidate == discovery_pb2.TriedCandidate(
        host="a.test",
        port=465,
        tls_mode=vocabulary_pb2.TLS_MODE_IMPLICIT,
        user="jo",
        source=discovery_pb2.CANDIDATE_SOURCE_SRV,
        rank=1,
        notes="Note.",
        provider="A",
        verdict=discovery_pb2.CANDIDATE_VERDICT_VERIFIED,
        stage=vocabulary_pb2.STAGE_QUIT,
        code=vocabulary_pb2.CODE_OK,
        message="Works.",
        mechanisms=["PLAIN"],
        tls_version="TLSv1.3",
        elapsed_ms=12,
    )
    assert result.result.candidates == [candidate.candidate]
    assert result.result.complete


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_timeout_must_be_positive(seconds: int) -> None:
    request = discovery_pb2.DiscoverSettingsRequest(address="jo@a.test", timeout=Duration(seconds=seconds))
    with pytest.raises(InvalidFields):
        discovery_request(request)


def test_a_timeout_that_is_not_given_is_the_default() -> None:
    assert discovery_request(discovery_pb2.DiscoverSettingsRequest(address="jo@a.test")) == ("jo@a.test", 30.0)


@pytest.mark.parametrize("address", ["", " ", "jo", "jo@a b", "x" * 250 + "@a.test"])
def test_the_declared_rules_refuse_what_is_no_address(address: str) -> None:
    (found,) = {field.field for field, _ in violations(discovery_pb2.DiscoverSettingsRequest(address=address))}
    assert found == "address"


@pytest.mark.parametrize("words", [Source, Verdict])
def test_the_vocabulary_is_the_protos(words: type[Source] | type[Verdict]) -> None:
    enum = discovery_pb2.DESCRIPTOR.enum_types_by_name[f"Candidate{words.__name__}"]
    prefix = f"CANDIDATE_{words.__name__.upper()}_"
    # Numbers of a proto are never given anew, so what was added later stands at the end there.
    assert sorted(value.name.removeprefix(prefix) for value in enum.values) == sorted(
        ["UNSPECIFIED", *words.__members__]
    )
