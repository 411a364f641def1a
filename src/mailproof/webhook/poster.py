"""Posts to a webhook within a time limit, with the laws of `net.http`, and returns the result as a value."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from mailproof.net.guard import EgressGuard
from mailproof.net.http import HttpClient, RequestFailed
from mailproof.net.resolver import Resolver
from mailproof.net.trust import TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.url import Trace, Url
from mailproof.webhook.verdict import PostResult


class WebhookPoster:
    """Posts to webhooks. Usable from several event loops.

    Args:
        guard: Judges destinations; it must allow the port of HTTPS. Plain HTTP works where it allows that port.
        trust: TLS contexts.
        resolver: Looks the hosts up; None for one of its own.
    """

    def __init__(self, guard: EgressGuard, trust: TrustStore, resolver: Resolver | None = None) -> None:
        self._client = HttpClient(guard, trust, resolver or Resolver())

    async def post(self, url: Url, headers: Mapping[str, str], body: bytes, limit: float) -> PostResult:
        """Post a body once; see `usecases.webhook_tests.Poster`."""
        started, trace = time.monotonic(), Trace()
        status, code = 0, Code.OK
        try:
            async with asyncio.timeout(limit):
                answer = await self._client.ask("POST", url, headers, body=body, head_only=True, trace=trace)
            status = answer.status
        except RequestFailed as error:
            status, code = error.status, error.code
        except TimeoutError:
            code = Code.TIMEOUT
        return PostResult(trace.phase, code, status, time.monotonic() - started)
