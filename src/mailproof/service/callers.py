"""Who may call, as the settings say: TLS, client certificates, the issuer of bearer tokens."""

from __future__ import annotations

import threading

from mailproof.domain.secret import Vault
from mailproof.net.egress import Policy
from mailproof.net.http import HttpClient
from mailproof.net.issuer_keys import AnyDestination, PublishedKeys
from mailproof.net.resolver import Resolver
from mailproof.net.trust import TrustStore
from mailproof.service.noted_access import NotedAccess
from mailproof.service.settings import ServiceSettings
from mailproof.service.settings_values import DEFAULT_ALGORITHMS, DEFAULT_ROLES
from mailproof.store.contract import Store
from mailproof.transport.server_tls import ServerTls, TlsFiles
from mailproof.usecases.client_certificates import CertificateCallers
from mailproof.usecases.oidc import BearerTokens, Terms
from mailproof.usecases.token_tries import TokenTries

POLL = 2.0
"""Seconds between two looks at the files of the certificate."""


def server_tls(settings: ServiceSettings) -> ServerTls | None:
    """Return the certificate that both listeners serve; None for none.

    Raises:
        StartupError: It can't be served.
    """
    if settings.tls_certificate_file is None or settings.tls_key_file is None:
        return None
    return ServerTls(TlsFiles(settings.tls_certificate_file, settings.tls_key_file, settings.tls_client_ca_file))


class CertificateWatch:
    """Looks at the certificate's files until it is stopped."""

    def __init__(self, tls: ServerTls) -> None:
        self._tls = tls
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="certificate-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Return when it looks no more."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(POLL):
            self._tls.poll()


async def open_access(
    settings: ServiceSettings, store: Store, vault: Vault, policy: Policy, trust: TrustStore
) -> NotedAccess:
    """Return what finds out who calls. Instances that a setting names are made when unknown."""
    for caller in settings.client_certificates:
        for instance_id in caller.instance_ids:
            await store.create_instance(instance_id)
    default = await store.default_instance()
    certificates = CertificateCallers(settings.client_certificates, default) if settings.tls_client_ca_file else None
    bearer_tokens = _bearer_tokens(settings, store, default, policy, trust) if settings.oidc_issuer else None
    return NotedAccess(
        store,
        vault,
        bearer_tokens=bearer_tokens,
        certificates=certificates,
        tries=TokenTries(settings.max_bad_tokens_per_minute),
    )


def _bearer_tokens(
    settings: ServiceSettings, store: Store, default_instance: str, policy: Policy, trust: TrustStore
) -> BearerTokens:
    resolver = Resolver()
    keys = PublishedKeys(
        settings.oidc_issuer,
        settings.oidc_jwks_url,
        named=HttpClient(AnyDestination(), trust, resolver),
        other=HttpClient(policy.for_https(), trust, resolver),
    )
    terms = Terms(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        algorithms=settings.oidc_algorithms or DEFAULT_ALGORITHMS,
        skew=settings.oidc_skew,
        role_claim=settings.oidc_role_claim or "roles",
        roles=dict(settings.oidc_roles or DEFAULT_ROLES),
        instance_claim=settings.oidc_instance_claim,
    )
    return BearerTokens(terms, keys, store, default_instance)
