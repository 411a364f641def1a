"""The use case on HTTP providers: a signed sample out, a verdict back.

As with tests of SMTP, that the post failed is an answer and no error. The laws kept here: posts are bounded in number
and in time, and a receiver's answer shows nothing of itself but the status, so that nothing can be read through us.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import ProviderNotFound
from mailproof.domain.limits import Limits
from mailproof.domain.model import Caller, HttpSettings
from mailproof.domain.secret import Vault
from mailproof.store.contract import ProviderStore
from mailproof.syntax.url import Url
from mailproof.usecases.provider_secrets import usable_secret
from mailproof.webhook.format import SIGNATURE, parse_webhook, sample, signature
from mailproof.webhook.verdict import PostResult, WebhookReport, judge

DEFAULT_TIMEOUT = 10.0
"""Seconds of a test where the caller names none."""


class Poster(Protocol):
    """Posts once, whatever comes of it."""

    async def post(self, url: Url, headers: Mapping[str, str], body: bytes, limit: float) -> PostResult:
        """Post a body; `limit` is in seconds, for everything together."""
        ...


class WebhookTests:
    """Tests of the providers that mail is posted to."""

    def __init__(
        self,
        store: ProviderStore,
        vault: Vault,
        poster: Poster,
        limits: Limits,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._vault = vault
        self._poster = poster
        self._limits = limits
        self._clock = clock

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
            recipient: Whom the sample names.
            limit: Seconds for everything together, as the caller wants it.
            remaining: Seconds until the caller's deadline, None without one.

        Raises:
            ConfigNotFound: No HTTP provider has this id. TooManyTests: As many tests run as allowed.
            SecretUnreadable: Its signing key does not open.
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
        }
        with self._limits.slot():
            attempt = await self._poster.post(url, headers, body, self._limits.timeout(limit, remaining))
        return judge(attempt, url)
