"""Bounds how many unknown access tokens one source may have looked up, before the store is asked.

Several callers may share a source: behind a proxy, all do. So a token that was valid before is looked up however many
strangers guess beside it, and a new one waits for a second at most. Counted in this process alone: asking a
database whether it may be asked would be no help to it.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable

from mailproof.domain.errors import TooManyBadTokens
from mailproof.domain.limits import MINUTE, sha256
from mailproof.domain.shares import Demand, LocalCounter, RateLimit, Scope, monotonic

_REMEMBERED = 10_000
_IPV6_PREFIX = 64
"""Bits of an IPv6 address that one customer has at least (RFC 6177)."""


def source_of(peer: str) -> str:
    """Return what the addresses of one customer have in common: an IPv4 address, or the first 64 bits of an IPv6 one.

    Args:
        peer: "address:port", "[v6]:port", or whatever else a transport knows.
    """
    host = peer.rpartition(":")[0].strip("[]").partition("%")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))


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

    def begin(self, peer: str, digest: bytes) -> None:
        """Count a token that is about to be looked up as unknown, unless it was valid before.

        Raises:
            TooManyBadTokens: As many unknown ones came from this source as may.
        """
        if not self._limit or digest in self._valid:
            return
        rate = self._rate(peer)
        denial = self._counter.take_now(Demand((rate,)), "")
        if denial is not None:
            raise TooManyBadTokens(self._limit, MINUTE, denial.retry_after)

    def end(self, peer: str, digest: bytes, *, valid: bool | None) -> None:
        """Note what a lookup has found.

        Args:
            peer: As of `begin`.
            digest: As of `begin`.
            valid: Whether the token is valid; None if it could not be looked up.
        """
        if not self._limit or (valid is not False and digest in self._valid):
            return  # nothing was counted
        with self._lock:
            if valid:
                self._valid[digest] = None
                if len(self._valid) > _REMEMBERED:
                    self._valid.popitem(last=False)
            elif valid is False:
                self._valid.pop(digest, None)
        if valid is not False:
            self._counter.give_back_now(Demand(), "", (self._rate(peer),))

    def _rate(self, peer: str) -> RateLimit:
        return RateLimit("bad_tokens", Scope.SOURCE, self._limit, MINUTE, sha256(source_of(peer).encode()))
