"""Bounds how many unknown access tokens one source may have looked up, before the store is asked.

Several callers may share a source: behind a proxy, all do. So good tokens must be served however many strangers guess
beside them: one that was valid before is always looked up, and beyond the limit any other one is compared with the
digests of all stored tokens, which are read now and then. Counted in this process alone: asking a database whether it
may be asked would be no help to it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

from mailproof.domain.limit_errors import TooManyBadTokens
from mailproof.domain.limits import MINUTE, sha256
from mailproof.domain.shares import SECOND, Demand, LocalCounter, RateLimit, Scope, monotonic
from mailproof.store.contract import TokenStore
from mailproof.syntax.host import take_apart
from mailproof.syntax.source import source_of

_REMEMBERED = 10_000
_RENEWED = 5 * SECOND
"""Microseconds that the digests of all tokens are used for. A token made meanwhile waits, where its source guesses."""


class TokenTries:
    """Counts the lookups of unknown tokens by source.

    Args:
        limit: How many unknown tokens a source may try a minute; 0 for no bound.
        clock: Returns the time in microseconds.
    """

    def __init__(self, limit: int, clock: Callable[[], int] = monotonic) -> None:
        self._limit = limit
        self._counter = LocalCounter(clock)
        self._valid: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()
        self._clock = clock
        self._stored: frozenset[bytes] | None = None  # not read yet
        self._renew_at = clock()

    def begin(self, peer: str, hashed: bytes) -> bool:
        """Count a token that is about to be looked up as unknown, unless it was valid before.

        Args:
            peer: Where it comes from.
            hashed: The token's SHA-256.

        Returns:
            Whether it was counted.

        Raises:
            TooManyBadTokens: As many unknown ones came from this source as may.
        """
        if not self._limit or hashed in self._valid:
            return False
        rate = self._rate(peer)
        denial = self._counter.take_now(Demand((rate,)), "")
        if denial is not None:
            raise TooManyBadTokens(self._limit, MINUTE, denial.retry_after)
        return True

    async def is_stored(self, digests: Iterable[bytes], tokens: TokenStore) -> bool:
        """Return whether there is a token with one of these digests. At most one call in some seconds asks the store.

        Until it has answered once all of them do: without an answer a good token would be refused.

        Raises:
            StoreUnavailable: The store can't be asked now.
        """
        with self._lock:
            now = self._clock()
            stored = self._stored
            renew = stored is None or now >= self._renew_at
            if renew:
                self._renew_at = now + _RENEWED
        if renew or stored is None:
            stored = self._stored = await tokens.token_digests()
        return not stored.isdisjoint(digests)

    def end(self, peer: str, hashed: bytes, *, valid: bool | None, counted: bool) -> None:
        """Note what a lookup has found.

        Args:
            peer: As of `begin`.
            hashed: As of `begin`.
            valid: Whether the token is valid; None if it could not be looked up.
            counted: What `begin` has returned.
        """
        if not self._limit:
            return
        if valid is not None and valid != (hashed in self._valid):
            with self._lock:
                self._valid.pop(hashed, None)
                if valid:
                    self._valid[hashed] = None
                    if len(self._valid) > _REMEMBERED:
                        self._valid.popitem(last=False)
        if counted and valid is not False:
            self._counter.give_back_now(Demand(), "", (self._rate(peer),))

    def _rate(self, peer: str) -> RateLimit:
        return RateLimit(
            "bad_tokens", Scope.SOURCE, self._limit, MINUTE, sha256(source_of(take_apart(peer).host).encode())
        )
