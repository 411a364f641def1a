"""Settings that depend on each other: those that don't fit together are refused before anything is started."""

from __future__ import annotations

from mailproof.service.declaration import SettingError
from mailproof.service.settings import ServiceSettings


def check(settings: ServiceSettings) -> None:
    """Check the settings that depend on each other.

    Raises:
        SettingError: They don't fit together.
    """
    certificate, key, client_ca = settings.tls_certificate_file, settings.tls_key_file, settings.tls_client_ca_file
    _needs(certificate, "--tls-certificate-file", key, "--tls-key-file")
    _needs(key, "--tls-key-file", certificate, "--tls-certificate-file")
    _needs(client_ca, "--tls-client-ca-file", certificate, "--tls-certificate-file")
    _needs(settings.client_certificates, "--client-certificate", client_ca, "--tls-client-ca-file")
    _needs(settings.oidc_issuer, "--oidc-issuer", settings.oidc_audience, "--oidc-audience")
    _needs(settings.oidc_audience, "--oidc-audience", settings.oidc_issuer, "--oidc-issuer")
    _needs(settings.oidc_jwks_url, "--oidc-jwks-url", settings.oidc_issuer, "--oidc-issuer")
    _needs(settings.oidc_algorithms, "--oidc-algorithm", settings.oidc_issuer, "--oidc-issuer")
    _needs(settings.oidc_roles, "--oidc-role", settings.oidc_issuer, "--oidc-issuer")
    _needs(settings.oidc_instance_claim, "--oidc-instance-claim", settings.oidc_issuer, "--oidc-issuer")
    for listen, flag in ((settings.grpc_listen, "--grpc-listen"), (settings.http_listen, "--http-listen")):
        if certificate is None and not settings.insecure and not listen.loopback:
            raise SettingError(
                f"{flag} {listen}: other machines reach this address, and tokens and passwords would cross the network "
                "in the clear: give --tls-certificate-file and --tls-key-file, or say --insecure where a proxy in "
                "front has TLS"
            )


def _needs(given: object, flag: str, other: object, needed: str) -> None:
    if given and not other:
        raise SettingError(f"a setting is missing: {flag} needs {needed}")
