"""Settings that depend on each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailproof.domain.model import Role
from mailproof.service.declaration import SettingError
from mailproof.service.settings import ServiceSettings
from mailproof.service.settings_check import check
from mailproof.service.settings_values import listen
from mailproof.usecases.client_certificates import CertificateCaller

TLS: dict[str, Any] = {"tls_certificate_file": Path("a"), "tls_key_file": Path("b")}
OIDC: dict[str, Any] = {"oidc_issuer": "https://issuer.example", "oidc_audience": "mailproof"}
CALLER = (CertificateCaller("a.example", Role.ADMIN),)


def settings(**given: Any) -> ServiceSettings:
    return ServiceSettings(data_dir=Path("/data"), **given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        TLS,
        OIDC,
        TLS | {"tls_client_ca_file": Path("c"), "client_certificates": CALLER},
        TLS | {"http_listen": listen("0.0.0.0:1"), "grpc_listen": listen("[::]:1")},
        {"insecure": True, "http_listen": listen("0.0.0.0:1"), "grpc_listen": listen("192.0.2.1:1")},
        {"http_listen": listen("localhost:1"), "grpc_listen": listen("[::1]:1")},
        OIDC | {"oidc_algorithms": ("ES256",), "oidc_instance_claim": "tenant", "oidc_roles": (("a", Role.ADMIN),)},
    ],
)
def test_what_fits_together_is_accepted(given: dict[str, Any]) -> None:
    check(settings(**given))


@pytest.mark.parametrize("name", ["grpc_listen", "http_listen"])
@pytest.mark.parametrize(
    "address", ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "mail.example.com:0", "[::ffff:192.0.2.1]:0"]
)
def test_an_address_that_others_reach_needs_tls_or_the_word_insecure(name: str, address: str) -> None:
    with pytest.raises(SettingError, match=r"in the clear.*--tls-certificate-file.*--insecure") as caught:
        check(settings(**{name: listen(address)}))
    assert str(caught.value).startswith(f"--{name.replace('_', '-')} {address}: ")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"tls_certificate_file": Path("a")}, "--tls-certificate-file needs --tls-key-file"),
        ({"tls_key_file": Path("a")}, "--tls-key-file needs --tls-certificate-file"),
        ({"tls_client_ca_file": Path("a")}, "--tls-client-ca-file needs --tls-certificate-file"),
        (TLS | {"client_certificates": CALLER}, "--client-certificate needs --tls-client-ca-file"),
        ({"oidc_issuer": "https://issuer.example"}, "--oidc-issuer needs --oidc-audience"),
        ({"oidc_audience": "a"}, "--oidc-audience needs --oidc-issuer"),
        ({"oidc_jwks_url": "https://issuer.example"}, "--oidc-jwks-url needs --oidc-issuer"),
        ({"oidc_algorithms": ("ES256",)}, "--oidc-algorithm needs --oidc-issuer"),
        ({"oidc_roles": (("a", Role.ADMIN),)}, "--oidc-role needs --oidc-issuer"),
        ({"oidc_instance_claim": "a"}, "--oidc-instance-claim needs --oidc-issuer"),
    ],
)
def test_a_setting_that_lacks_another_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        check(settings(**given))
