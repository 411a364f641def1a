"""The keys of an issuer: when it is asked, what is kept, and which of its documents are not believed."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import pytest

from clock_support.waiting import eventually_here
from mailproof.domain.caller_errors import IssuerUnavailable
from mailproof.net.egress import Policy
from mailproof.net.http import Answer, HttpClient, RequestFailed
from mailproof.net.issuer_keys import FRESH, PAUSE, PAUSE_WITHOUT, STALE, AnyDestination, PublishedKeys
from mailproof.net.resolver import Resolver
from mailproof.net.trust import TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.url import Url
from service_support.issuer import DISCOVERY, JWKS, running_issuer
from smtp_support import pki

URL = "https://issuer.example/keys"


@dataclass
class Source:
    """Answers with a set of keys of one name; None: with nothing.

    Attributes:
        gate: Is waited for before an answer.
    """

    name: str | None = "first"
    asked: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    async def ask(self, method: str, url: Url, headers: Mapping[str, str]) -> Answer:
        self.asked += 1
        await asyncio.to_thread(self.gate.wait)
        if self.name is None:
            raise RequestFailed(Code.CONNECTION_REFUSED, "does not answer")
        return Answer(200, json.dumps({"keys": [{"kty": "RSA", "kid": self.name}]}).encode())


@dataclass
class World:
    source: Source
    keys: PublishedKeys
    now: float = 0.0

    async def later(self, seconds: float) -> None:
        """Let time go on, once no fetch is under way."""
        await eventually_here(lambda: not self.keys._fetching)
        self.now += seconds


def run(scenario: Callable[[World], Awaitable[None]], *, open_gate: bool = True) -> None:
    source = Source()
    if open_gate:
        source.gate.set()
    world = World(source, PublishedKeys("https://issuer.example", URL, source, source, now=lambda: world.now))

    async def main() -> None:
        await scenario(world)

    asyncio.run(main())


def test_keys_are_fetched_once_and_kept() -> None:
    async def scenario(world: World) -> None:
        first = await world.keys.current()
        assert [key["kid"] for key in first] == ["first"]
        await world.later(FRESH - 1)
        assert await world.keys.current() is first
        assert world.source.asked == 1

    run(scenario)


def test_many_callers_on_several_loops_wait_for_one_fetch() -> None:
    async def scenario(world: World) -> None:
        here = [asyncio.create_task(world.keys.current()) for _ in range(20)]
        there = [asyncio.create_task(asyncio.to_thread(asyncio.run, world.keys.current())) for _ in range(2)]
        await eventually_here(lambda: len(world.keys._waiting) == 22)
        world.source.gate.set()
        found = await asyncio.gather(*here, *there)
        assert all(keys is found[0] for keys in found)
        assert world.source.asked == 1

    run(scenario, open_gate=False)


def test_old_keys_are_renewed_while_they_go_on_to_count() -> None:
    async def scenario(world: World) -> None:
        first = await world.keys.current()
        await world.later(FRESH)
        world.source.name = "second"
        world.source.gate.clear()
        assert await world.keys.current() is first  # without a wait
        world.source.gate.set()
        await world.later(0)
        assert [key["kid"] for key in await world.keys.current()] == ["second"]

    run(scenario)


def test_the_same_keys_stay_the_same_object() -> None:
    async def scenario(world: World) -> None:
        first = await world.keys.current()
        await world.later(FRESH)
        await world.keys.current()
        await world.later(0)
        assert world.source.asked == 2
        assert await world.keys.current() is first

    run(scenario)


def test_an_unknown_name_asks_at_most_once_a_pause() -> None:
    async def scenario(world: World) -> None:
        first = await world.keys.current()
        for _ in range(50):
            assert await world.keys.newer_than(first) is first
        assert world.source.asked == 1
        await world.later(PAUSE)
        world.source.name = "second"
        found = await asyncio.gather(*(world.keys.newer_than(first) for _ in range(50)))
        assert {key["kid"] for keys in found for key in keys} == {"second"}
        assert world.source.asked == 2

    run(scenario)


def test_while_the_issuer_is_away_keys_count_for_a_day_and_no_longer() -> None:
    async def scenario(world: World) -> None:
        first = await world.keys.current()
        world.source.name = None
        await world.later(STALE - 1)
        assert await world.keys.current() is first
        await world.later(1)
        with pytest.raises(IssuerUnavailable):
            await world.keys.current()
        world.source.name = "second"
        await world.later(PAUSE)
        assert [key["kid"] for key in await world.keys.current()] == ["second"]

    run(scenario)


def test_without_keys_an_issuer_that_is_away_is_asked_at_most_once_a_pause() -> None:
    async def scenario(world: World) -> None:
        world.source.name = None
        for _ in range(20):
            with pytest.raises(IssuerUnavailable):
                await world.keys.current()
        assert world.source.asked == 1
        world.source.name = "first"
        await world.later(PAUSE_WITHOUT)
        assert await world.keys.current()

    run(scenario)


def test_who_stops_waiting_stops_nobody_else() -> None:
    async def scenario(world: World) -> None:
        gone, stays = (asyncio.create_task(world.keys.current()) for _ in range(2))
        await eventually_here(lambda: len(world.keys._waiting) == 2)
        gone.cancel()
        world.source.gate.set()
        assert await stays
        assert gone.cancelled()

    run(scenario, open_gate=False)


def test_no_more_than_some_wait_for_a_silent_issuer() -> None:
    async def scenario(world: World) -> None:
        calls = [asyncio.create_task(world.keys.current()) for _ in range(100)]
        await eventually_here(lambda: sum(call.done() for call in calls) == 36)
        assert all(isinstance(call.exception(), IssuerUnavailable) for call in calls if call.done())
        world.source.gate.set()
        await asyncio.wait(calls)

    run(scenario, open_gate=False)


DOCUMENTS = {
    "another issuer's": (DISCOVERY, 200, b'{"issuer":"https://other.example","jwks_uri":"ISSUER/keys"}'),
    "an issuer with a slash": (DISCOVERY, 200, b'{"issuer":"ISSUER/","jwks_uri":"ISSUER/keys"}'),
    "no place of the keys": (DISCOVERY, 200, b'{"issuer":"ISSUER"}'),
    "keys in the clear": (DISCOVERY, 200, b'{"issuer":"ISSUER","jwks_uri":"http://localhost/keys"}'),
    "keys in a file": (DISCOVERY, 200, b'{"issuer":"ISSUER","jwks_uri":"file:///etc/passwd"}'),
    "keys at a metadata service": (DISCOVERY, 200, b'{"issuer":"ISSUER","jwks_uri":"https://169.254.169.254/keys"}'),
    "keys on another port of this machine": (DISCOVERY, 200, b'{"issuer":"ISSUER","jwks_uri":"https://localhost:9/k"}'),
    "a redirect": (JWKS, 302, b""),
    "an error": (JWKS, 500, b'{"keys":[{"kty":"RSA"}]}'),
    "nested JSON": (JWKS, 200, b"[" * 100_000),
    "a list": (JWKS, 200, b"[]"),
    "no keys": (JWKS, 200, b'{"keys":[]}'),
    "what is no key": (JWKS, 200, b'{"keys":[1]}'),
    "too many keys": (JWKS, 200, json.dumps({"keys": [{"kty": "RSA"}] * 101}).encode()),
    "too many bytes": (JWKS, 200, b'{"keys":[{"kty":"RSA"}' + b" " * 400_000 + b"]}"),
}


def fetched(trusted: str, name: str = "") -> tuple[bool, list[str]]:
    """Return whether there are keys, and what the issuer was asked."""
    trust, resolver = TrustStore(ca_pem=trusted), Resolver()
    with running_issuer(pki.good()) as issuer:
        if name:
            path, status, body = DOCUMENTS[name]
            issuer.answers[path] = status, body.replace(b"ISSUER", issuer.url.encode())
        issuer.headers = {"Location": f"{issuer.url}/elsewhere"}
        named, other = (HttpClient(guard, trust, resolver) for guard in (AnyDestination(), Policy().for_https()))
        keys = PublishedKeys(issuer.url, "", named, other)
        try:
            return bool(asyncio.run(keys.current())), issuer.asked
        except IssuerUnavailable:
            return False, issuer.asked


def test_keys_are_found_by_the_issuers_document() -> None:
    assert fetched(pki.authority().pem) == (True, [DISCOVERY, JWKS])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_is_not_to_be_believed_gives_no_keys(name: str) -> None:
    found, asked = fetched(pki.authority().pem, name)
    assert not found
    assert set(asked) <= {DISCOVERY, JWKS}


def test_an_issuer_whose_certificate_nobody_vouches_for_is_not_asked() -> None:
    assert fetched(pki.issue("another authority", ca=True).pem) == (False, [])
