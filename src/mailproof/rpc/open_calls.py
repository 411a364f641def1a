"""The calls that are open, and the look at their tokens: a call does not outlive its caller's token.

There is one look for each token that has open calls, whichever their number, and none while no call is open for long
enough to be looked at. Each event loop looks after its own calls.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from mailproof.domain.caller_errors import Unauthenticated
from mailproof.domain.errors import Failure
from mailproof.domain.model import Caller
from mailproof.domain.phrase import say
from mailproof.usecases.access import Access

INTERVAL = 2.0
"""Seconds between two looks at the token of an open call."""

log = logging.getLogger("mailproof.calls")

_Key = tuple[str, bytes, datetime | None]


class OpenCall:
    """One open call.

    Args:
        caller: Who makes it.
        scope: Bounds the time of the call.

    Attributes:
        failure: Why the call was made to end; None while it was not.
    """

    __slots__ = ("caller", "failure", "scope")

    def __init__(self, caller: Caller, scope: asyncio.Timeout) -> None:
        self.caller = caller
        self.scope = scope
        self.failure: Failure | None = None

    def end(self, failure: Failure) -> None:
        """Make the call end at once with a failure, whatever it waits for; a call that is ending goes on to."""
        if self.failure is None and not self.scope.expired():
            self.failure = failure
            self.scope.reschedule(asyncio.get_running_loop().time())


class OpenCalls:
    """The open calls of all event loops.

    Args:
        access: Says whether a caller is still valid.
        interval: Seconds between two looks.
    """

    def __init__(self, access: Access, interval: float = INTERVAL) -> None:
        self._access = access
        self._interval = interval
        self._watches: dict[asyncio.AbstractEventLoop, _Watch] = {}

    def add(self, call: OpenCall) -> None:
        """Look at a call's token from now on."""
        loop = asyncio.get_running_loop()
        watch = self._watches.get(loop)
        if watch is None:
            watch = self._watches[loop] = _Watch(self._access, self._interval)
        watch.add(call)

    def end_all(self, failure: Failure) -> None:
        """Make the open calls of the current event loop end with a failure."""
        watch = self._watches.get(asyncio.get_running_loop())
        if watch is not None:
            watch.end_all(failure)

    def remove(self, call: OpenCall) -> None:
        """Look at it no more."""
        self._watches[asyncio.get_running_loop()].remove(call)


class _Watch:
    """The open calls of one event loop."""

    def __init__(self, access: Access, interval: float) -> None:
        self._access = access
        self._interval = interval
        self._calls: dict[_Key, set[OpenCall]] = {}
        self._armed = False
        self._look: asyncio.Task[None] | None = None

    def add(self, call: OpenCall) -> None:
        self._calls.setdefault(_key(call.caller), set()).add(call)
        if not self._armed:
            self._arm()

    def remove(self, call: OpenCall) -> None:
        key = _key(call.caller)
        calls = self._calls[key]
        calls.discard(call)
        if not calls:
            del self._calls[key]

    def end_all(self, failure: Failure) -> None:
        for calls in self._calls.values():
            for call in calls:
                call.end(failure)

    def _arm(self) -> None:
        self._armed = True
        asyncio.get_running_loop().call_later(self._interval, self._on_time)

    def _on_time(self) -> None:
        if self._calls:  # armed until the look is over: a slow one is not joined by another
            self._look = asyncio.get_running_loop().create_task(self._look_at_all())
        else:
            self._armed = False

    async def _look_at_all(self) -> None:
        try:
            for key, calls in list(self._calls.items()):
                caller = next(iter(calls), None)  # calls of one key have one credential
                if caller is not None and not await self._is_valid(caller.caller):
                    for call in list(self._calls.get(key, ())):
                        call.end(Unauthenticated(say("the access token was revoked or has expired while the call ran")))
        finally:
            self._armed = False
            if self._calls:
                self._arm()

    async def _is_valid(self, caller: Caller) -> bool:
        try:
            return await self._access.still_valid(caller)
        except Failure:  # a shortage of ours is no refusal
            return True
        except Exception:
            log.exception("the token of an open call can't be looked at")
            return True


def _key(caller: Caller) -> _Key:
    return caller.token.id, caller.digest, caller.token.expires_at
