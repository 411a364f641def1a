"""The keys of an OpenID Connect issuer, fetched when they are needed and kept.

Laws: https alone, no redirects, bounded in octets and seconds; one request at a time whoever asks, and a pause between
two, so that tokens with invented key names cost the issuer nothing; keys that are old still count for a day where the
issuer does not answer. What the operator's settings name may be dialled wherever it is; where the issuer's own document
leads to another host, the egress policy decides.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from mailproof.domain.caller_errors import IssuerUnavailable
from mailproof.domain.errors import ServiceShortage
from mailproof.net.http import Answer, RequestFailed
from mailproof.syntax.url import Url, parse_url

log = logging.getLogger("mailproof.issuer")

FRESH = 600.0
"""Seconds after which the keys are fetched again, while those that are known go on to count."""

STALE = 24 * 3600.0
"""Seconds for which keys count where the issuer can't be asked."""

PAUSE = 30.0
"""Seconds between two requests while keys are known."""

PAUSE_WITHOUT = 5.0
"""Seconds between two requests while none are."""

TIMEOUT = 5.0
"""Seconds for a fetch, the issuer's document included."""

_MAX_KEYS = 100
_MAX_WAITING = 64
"""Calls that wait for a fetch; more are answered with what is known."""

_CONFIGURATION = "/.well-known/openid-configuration"

_JwkSet = tuple[Mapping[str, Any], ...]


class Requester(Protocol):
    """Makes requests, as `net.http.HttpClient` does."""

    async def ask(self, method: str, url: Url, headers: Mapping[str, str]) -> Answer:
        """Make one request."""
        ...


class AnyDestination:
    """The guard of what the operator's own settings name: it forbids nothing."""

    conceals_names = False

    def check_name(self, host: str, port: int) -> None:
        """See `net.guard.EgressGuard`."""

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> Sequence[str]:
        """See `net.guard.EgressGuard`."""
        return addresses


class _Unusable(Exception):
    """An answer of the issuer can't be used; the text says why."""


class PublishedKeys:
    """Fetches and keeps the keys. Usable from several event loops.

    Args:
        issuer: The issuer, a URL of https.
        jwks_url: Where its keys are; "" if its document says it (OpenID Connect Discovery section 4).
        named: Asks what the settings name.
        other: Asks where the issuer's document leads.
        now: The clock, in seconds.
    """

    def __init__(
        self,
        issuer: str,
        jwks_url: str,
        named: Requester,
        other: Requester,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._named = named
        self._other = other
        self._now = now
        self._lock = threading.Lock()
        self._keys: _JwkSet = ()
        self._fetched_at = self._asked_at = float("-inf")
        self._fetching = False
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def current(self) -> _JwkSet:
        """Return the keys that are known, fetching them first where none are.

        Raises:
            IssuerUnavailable: None are known, and they can't be fetched now.
        """
        keys, age = self._known()
        if keys and age < FRESH:
            return keys
        ticket = self._begin(PAUSE if keys else PAUSE_WITHOUT)
        if keys and age < STALE:  # nobody waits for what is only to be renewed
            return keys
        await self._wait(ticket)
        keys, age = self._known()
        if not keys or age >= STALE:
            raise IssuerUnavailable
        return keys

    async def newer_than(self, seen: _JwkSet) -> _JwkSet:
        """Return newer keys if there are some; where the issuer was asked a moment ago, those that are known."""
        keys, _ = self._known()
        if keys is not seen:
            return keys
        await self._wait(self._begin(PAUSE))
        return self._known()[0]

    def _known(self) -> tuple[_JwkSet, float]:
        with self._lock:
            return self._keys, self._now() - self._fetched_at

    def _begin(self, pause: float) -> bool:
        """Begin a fetch, unless one was begun a moment ago. Return whether one is under way."""
        with self._lock:
            if not self._fetching and self._now() - self._asked_at >= pause:
                self._fetching, self._asked_at = True, self._now()
                # A thread with a loop of its own: the loops of the callers may end first.
                threading.Thread(target=self._run, name="issuer-keys", daemon=True).start()
            return self._fetching

    async def _wait(self, under_way: bool) -> None:
        if not under_way:
            return
        ticket = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            if not self._fetching or len(self._waiting) >= _MAX_WAITING:
                return
            self._waiting.append(ticket)
        try:
            await ticket[1].wait()
        finally:
            with self._lock:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)

    def _run(self) -> None:
        keys: _JwkSet = ()
        try:
            keys = asyncio.run(self._fetch())
        except (_Unusable, RequestFailed, ServiceShortage, TimeoutError, OSError) as error:
            reason = str(error) or "no answer in time"
            log.warning("the keys of the issuer %s can't be fetched: %s", self._issuer, reason)
        except Exception:
            log.exception("the keys of the issuer %s can't be fetched", self._issuer)
        finally:
            self._end(keys)

    def _end(self, keys: _JwkSet) -> None:
        with self._lock:
            if keys:
                self._fetched_at = self._now()
                if keys != self._keys:  # else the same object stays, and with it what it has verified
                    self._keys = keys
            self._fetching = False
            waiting, self._waiting = self._waiting, []
            for loop, event in waiting:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(event.set)

    async def _fetch(self) -> _JwkSet:
        async with asyncio.timeout(TIMEOUT):
            client, url = self._named, self._jwks_url
            if not url:
                client, url = await self._discover()
            document = await self._document(client, _https(url, "jwks_uri"))
        keys = document.get("keys")
        if not isinstance(keys, list) or not keys or len(keys) > _MAX_KEYS:
            raise _Unusable(f"its set does not hold 1 to {_MAX_KEYS} keys")
        if not all(isinstance(key, dict) for key in keys):
            raise _Unusable("its set holds what is no key")
        return tuple(keys)

    async def _discover(self) -> tuple[Requester, str]:
        place = _https(self._issuer.rstrip("/") + _CONFIGURATION, "issuer")
        document = await self._document(self._named, place)
        if document.get("issuer") != self._issuer:  # section 4.3: exactly equal
            raise _Unusable("its document names another issuer")
        found = document.get("jwks_uri")
        if not isinstance(found, str):
            raise _Unusable("its document has no jwks_uri")
        url = _https(found, "jwks_uri")
        own = (url.host, url.port) == (place.host, place.port)
        return self._named if own else self._other, found

    async def _document(self, client: Requester, url: Url) -> dict[str, Any]:
        answer = await client.ask("GET", url, {"Accept": "application/json"})
        if answer.status != 200:
            raise _Unusable(f"it answers {answer.status} for {url.target}")
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise _Unusable(f"what it answers for {url.target} is no JSON object")
        return found


def _https(text: str, name: str) -> Url:
    try:
        return parse_url(text, {"https"})
    except ValueError as error:
        raise _Unusable(f"its {name} {error}") from None
