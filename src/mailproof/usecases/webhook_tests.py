"""The use case of testing HTTP providers: posts a signed sample, and judges the response.

As with tests of SMTP, a post that fails is an answer and no error. Laws: posts are bounded in number and in time; of a
receiver's response only the status is shown, so that nobody can use this service to read other servers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.kept_test import Retention, TestTrigger
from mailproof.domain.ledger import UNBOUNDED, Quota
from mailproof.domain.limits import Limits
from mailproof.domain.model import Caller, HttpSettings
from mailproof.domain.provider_errors import ProviderNotFound
from mailproof.domain.secret import Vault
from mailproof.domain.trace_context import trace_headers
from mailproof.store.contract import ProviderStore
from mailproof.syntax.url import Url
from mailproof.usecases.kept_tests import KeptTests, TestSubject
from mailproof.usecases.limited_work import work_of_post
from mailproof.usecases.noted import Notes
from mailproof.usecases.provider_secrets import usable_secret
from mailproof.webhook.format import SIGNATURE, parse_webhook, sample, signature
from mailproof.webhook.verdict import PostResult, WebhookReport, judge

DEFAULT_TIMEOUT = 10.0
"""Seconds for a test where the caller names no limit."""


class Poster(Protocol):
    """Posts to webhooks. A failure is a result and no error."""

    async def post(self, url: Url, headers: Mapping[str, str], body: bytes, limit: float) -> PostResult:
        """Post a body once, within `limit` seconds."""
        ...


class WebhookTests:
    """Tests of HTTP providers, bounded in number and in time.

    Args:
        store: Has the providers.
        vault: Decrypts their signing keys.
        poster: Makes the posts.
        limits: Bounds the tests of the whole process.
        clock: Returns the present.
        kept: Keeps the tests; None where only the event log tells of them.
        quota: How much an instance may have.
    """

    def __init__(
        self,
        store: ProviderStore,
        vault: Vault,
        poster: Poster,
        limits: Limits,
        *,
        clock: Clock = utc_now,
        kept: KeptTests | None = None,
        quota: Quota = UNBOUNDED,
    ) -> None:
        self._store = store
        self._vault = vault
        self._poster = poster
        self._limits = limits
        self._clock = clock
        self._kept = kept or KeptTests(Notes(store, quota), None, Retention())

    async def test(
        self,
        caller: Caller,
        provider_id: str,
        *,
        recipient: str,
        limit: float = DEFAULT_TIMEOUT,
        remaining: float | None = None,
    ) -> WebhookReport:
        """Post a sample to a stored provider's endpoint.

        Args:
            provider_id: The provider to test.
            recipient: The recipient that the sample names.
            limit: Seconds that the caller allows for the test.
            remaining: Seconds until the caller's deadline; None without one.

        Raises:
            ProviderNotFound: No HTTP provider has this id.
            TooManyTests: As many tests run as are allowed.
            RateExceeded: As many were made lately as are allowed.
            SecretUnreadable: Its signing key can't be decrypted.
        """
        provider = await self._store.get(caller.instance_id, provider_id)
        if provider is None or not isinstance(provider.settings, HttpSettings):
            raise ProviderNotFound(provider_id)
        url = parse_webhook(provider.settings.endpoint)
        now = self._clock()
        body = sample(provider, recipient, now)
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature(usable_secret(self._vault, provider), body, now),
            **trace_headers(),
        }
        seconds = self._limits.timeout(limit, remaining)
        subject = TestSubject(caller, provider, TestTrigger.TEST_HTTP_PROVIDER, remaining=remaining)
        async with self._limits.slot(work_of_post(caller, url, seconds)):
            with self._kept.recording(subject) as recording:
                result = await self._poster.post(url, headers, body, seconds)
        return await recording.posted(judge(result, url))
