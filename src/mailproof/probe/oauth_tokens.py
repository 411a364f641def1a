"""Requests access tokens by the client-credentials grant (RFC 6749 section 4.4): one for each test, never kept."""

from __future__ import annotations

import asyncio

from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret
from mailproof.net.guard import EgressGuard
from mailproof.net.resolver import Resolver
from mailproof.net.trust import TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.oauth import ClientCredentials, TokenRefused, parse_endpoint, read_token, request

LIMIT = 15.0
"""Seconds for both requests, within the test's deadline."""


class TokenFailed(Exception):
    """No token could be fetched.

    Attributes:
        detail: A phrase for people; it may hold text of the endpoint, not sanitised.
        denied: Whether the egress policy forbids the endpoint.
        client: Whether the endpoint refused the client.
    """

    def __init__(self, detail: str, *, denied: bool = False, client: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.denied = denied
        self.client = client


class OAuthTokens:
    """Requests tokens from token endpoints. Usable from several event loops.

    Args:
        guard: Judges the endpoints; it must allow the port of HTTPS.
        trust: TLS contexts.
        resolver: Looks the endpoints up.
    """

    def __init__(self, guard: EgressGuard, trust: TrustStore, resolver: Resolver) -> None:
        self._guard = guard
        self._trust = trust
        self._resolver = resolver

    async def fetch(self, grant: ClientCredentials, *, ca_pem: str = "") -> Secret:
        """Return a new access token.

        Args:
            grant: The token endpoint and the client's credentials.
            ca_pem: Extra trust anchors, PEM.

        Raises:
            TokenFailed: No token could be fetched.
        """
        host = parse_endpoint(grant.token_endpoint).host
        try:
            async with asyncio.timeout(LIMIT):
                try:
                    return await self._request_token(grant, ca_pem, basic=True)
                except TokenRefused as error:
                    if not error.client:
                        raise
                # RFC 6749 section 2.3.1 demands that servers support the header; those that want the secret in the
                # body answer invalid_client. Go's x/oauth2 finds it out in the same way.
                return await self._request_token(grant, ca_pem, basic=False)
        except TokenRefused as error:
            raise TokenFailed(say("{host}: {detail}", host=host, detail=error.detail), client=error.client) from None
        except TimeoutError:
            raise TokenFailed(say("{host} did not answer in time", host=host)) from None

    async def _request_token(self, grant: ClientCredentials, ca_pem: str, *, basic: bool) -> Secret:
        from mailproof.net.http import HttpClient, RequestFailed  # imports h11, which only tests with a grant need

        endpoint = parse_endpoint(grant.token_endpoint)
        headers, body = request(grant, basic=basic)
        try:
            client = HttpClient(self._guard, self._trust, self._resolver)
            answer = await client.ask("POST", endpoint, headers, body=body, ca_pem=ca_pem)
        except RequestFailed as error:
            denied = error.code is Code.EGRESS_DENIED
            raise TokenFailed(
                say("the token endpoint") if denied else say("{host} {error}", host=endpoint.host, error=str(error)),
                denied=denied,
            ) from None
        return Secret(read_token(answer.status, answer.body))
