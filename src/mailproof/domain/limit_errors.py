"""Failures of limits: too much at once, too often or in all; most say when to try again. Standard library only."""

from __future__ import annotations

import math

from mailproof.domain.errors import Failure, Kind
from mailproof.domain.phrase import Phrase, say

_LONG_WAIT = 120  # seconds from which a wait is told in minutes


_RUNNING = {
    "server": "{limit} SMTP tests are running, as many as this server allows",
    "instance": "{limit} tests of this instance are running, as many as its share allows",
    "token": "{limit} tests of this token are running, as many as a token may have",
    "host": "{limit} tests of this host are running, as many as one host is to bear",
    "login": "{limit} tests log in as this user right now, as many as may fail at once",
}
"""What running tests are counted for -> that there are as many as may be."""


class TooManyTests(Failure):
    """As many tests, searches and posts are running as may.

    Args:
        limit: How many may run at once.
        scope: What they are counted for.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_TESTS"

    def __init__(self, limit: int, scope: str = "server") -> None:
        many = Phrase(_RUNNING[scope], {"limit": limit})
        super().__init__(
            say("{many}; try again in a moment", many=many),
            metadata={"limit": str(limit), "scope": scope},
            retry_after=1.0,
        )


def _wait(seconds: float) -> str:
    """Return a wait in words, rounded up."""
    whole = math.ceil(seconds)
    if whole < _LONG_WAIT:
        return say("a second") if whole <= 1 else say("{seconds} seconds", seconds=whole)
    return say("{minutes} minutes", minutes=math.ceil(seconds / 60))


def _period(seconds: int) -> str:
    known = {60: say("a minute"), 600: say("in ten minutes"), 3600: say("an hour")}
    return known.get(seconds) or say("in {seconds} seconds", seconds=seconds)


_WHOSE = {"all": "this service", "token": "a token", "instance": "an instance", "host": "one host"}
"""What a rate is counted for, in words."""


class RateExceeded(Failure):
    """As many tests, searches, posts, imports or exports were made lately as may be.

    Args:
        name: What was made: "tests".
        limit: How many may be made in the period.
        period: Seconds.
        scope: What they are counted for.
        retry_after: Seconds until the next one may be made.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "RATE_EXCEEDED"

    def __init__(self, name: str, limit: int, period: int, scope: str, retry_after: float) -> None:
        whose = Phrase(_WHOSE[scope], {})
        super().__init__(
            say(
                "{whose} may have {limit} {things} {period}, and they are used up; try again in {wait}",
                whose=whose,
                limit=limit,
                things=Phrase(name.replace("_", " "), {}),
                period=_period(period),
                wait=_wait(retry_after),
            ),
            metadata={"name": name, "limit": str(limit), "period": f"{period}s", "scope": scope},
            retry_after=retry_after,
        )


class TooManyFailedLogins(Failure):
    """Logins of one user, or of one instance, have failed so often that no other one is tried for a while.

    Args:
        limit: How many may fail in the period.
        period: Seconds.
        scope: Whether the user's ("login") or the instance's ("instance") are meant.
        retry_after: Seconds until the next one is tried.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_FAILED_LOGINS"

    def __init__(self, limit: int, period: int, scope: str, retry_after: float) -> None:
        whose = say("logins of this user") if scope == "login" else say("logins that this instance tested")
        super().__init__(
            say(
                "too many {whose} have failed (at most {limit} {period}); nothing was sent, so that the "
                "mail provider does not lock the account; try again in {wait}",
                whose=whose,
                limit=limit,
                period=_period(period),
                wait=_wait(retry_after),
            ),
            metadata={"name": "failed_logins", "limit": str(limit), "period": f"{period}s", "scope": scope},
            retry_after=retry_after,
        )


class TooManyMessages(Failure):
    """The receiver has got as many test messages lately as one may.

    Args:
        limit: How many one may get in the period.
        period: Seconds.
        retry_after: Seconds until the next one is sent.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_MESSAGES"

    def __init__(self, limit: int, period: int, retry_after: float) -> None:
        super().__init__(
            say(
                "this receiver has got {limit} test messages {period}, as many as one may; nothing was "
                "sent; try again in {wait}, or test without a message",
                limit=limit,
                period=_period(period),
                wait=_wait(retry_after),
            ),
            metadata={"name": "messages", "limit": str(limit), "period": f"{period}s", "scope": "receiver"},
            retry_after=retry_after,
        )


class TooManyBadTokens(Failure):
    """So many unknown tokens came from one source lately that no other unknown one is looked up for a while.

    Args:
        limit: How many may come in the period.
        period: Seconds.
        retry_after: Seconds until the next one is looked up.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_BAD_TOKENS"

    def __init__(self, limit: int, period: int, retry_after: float) -> None:
        super().__init__(
            say(
                "too many unknown access tokens have come from this address (at most {limit} {period}); try "
                "again in {wait}",
                limit=limit,
                period=_period(period),
                wait=_wait(retry_after),
            ),
            metadata={"name": "bad_tokens", "limit": str(limit), "period": f"{period}s", "scope": "source"},
            retry_after=retry_after,
        )


class EventQuotaExceeded(Failure):
    """The instance's log would have more events than one may.

    Args:
        limit: How many an instance may have.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "EVENT_QUOTA_EXCEEDED"

    def __init__(self, limit: int) -> None:
        super().__init__(
            say(
                "the log of an instance may have {limit} events, so configurations can only be removed or "
                "deactivated: ask the operator of this service for more",
                limit=limit,
            ),
            metadata={"limit": str(limit), "scope": "instance"},
        )


class ConfigQuotaExceeded(Failure):
    """The instance would have more configurations than one may.

    Args:
        limit: How many an instance may have.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "CONFIG_QUOTA_EXCEEDED"

    def __init__(self, limit: int) -> None:
        super().__init__(
            say(
                "an instance may have {limit} configurations: remove one that is not needed, or ask the "
                "operator of this service for more",
                limit=limit,
            ),
            metadata={"limit": str(limit), "scope": "instance"},
        )


QUOTAS_EXCEEDED = (ConfigQuotaExceeded, EventQuotaExceeded)
"""What an instance would have too much of. Waiting does not help."""


class TooManyBytes(Failure):
    """The bodies of the requests under way hold as much memory as they may, of this token or of all."""

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_BYTES"

    def __init__(self) -> None:
        super().__init__(
            say("the requests that are being sent hold as much memory as this server allows; try again in a moment"),
            retry_after=1.0,
        )


class TooMuchWork(Failure):
    """So much work that takes long waits already (key derivations, large documents) that no more is accepted."""

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MUCH_WORK"

    def __init__(self) -> None:
        super().__init__(
            say("too much work of this kind is waiting, of this instance or of all; try again in a moment"),
            retry_after=5.0,
        )
