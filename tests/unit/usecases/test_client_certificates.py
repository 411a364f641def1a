"""Callers by client certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailproof.domain.caller_errors import ClientCertificateExpired, ClientCertificateUnknown
from mailproof.domain.model import ClientCertificate, Role
from mailproof.usecases.client_certificates import CertificateCaller, CertificateCallers

NOW = datetime(2026, 1, 1, tzinfo=UTC)
END = NOW + timedelta(hours=1)
CALLERS = CertificateCallers(
    [
        CertificateCaller("spiffe://example.org/Billing", Role.ADMIN, ("one", "two")),
        CertificateCaller("Reader.example.org", Role.VIEWER),
        CertificateCaller("ann@example.org", Role.VIEWER, ("one",)),
        CertificateCaller("reader.example.org", Role.ADMIN),
    ],
    "default",
    clock=lambda: NOW,
)


@pytest.mark.parametrize(
    ("names", "role", "instances"),
    [
        (("spiffe://example.org/Billing",), Role.ADMIN, ("one", "two")),
        (("reader.example.org",), Role.VIEWER, ("default",)),
        (("READER.EXAMPLE.ORG",), Role.VIEWER, ("default",)),
        (("x.example.org", "Ann@Example.org"), Role.VIEWER, ("one",)),
        (("ann@example.org", "spiffe://example.org/Billing"), Role.ADMIN, ("one", "two")),
    ],
)
def test_a_name_is_a_caller(names: tuple[str, ...], role: Role, instances: tuple[str, ...]) -> None:
    token = CALLERS.token_of(ClientCertificate(names, END))
    assert (token.role, token.instance_ids, token.expires_at) == (role, instances, END)
    assert token.id == f"certificate:{token.name}"


@pytest.mark.parametrize(
    "name",
    [
        "spiffe://example.org/billing",
        "spiffe://example.org/Billing/x",
        "spiffe://example.org/",
        "sub.reader.example.org",
        "example.org",
        "*.example.org",
        "",
    ],
)
def test_any_other_name_is_nobody(name: str) -> None:
    with pytest.raises(ClientCertificateUnknown):
        CALLERS.token_of(ClientCertificate((name,), END))


def test_a_connection_that_outlives_its_certificate_is_no_caller_any_more() -> None:
    with pytest.raises(ClientCertificateExpired):
        CALLERS.token_of(ClientCertificate(("reader.example.org",), NOW))


def test_two_long_names_have_two_ids() -> None:
    names = [f"spiffe://example.org/{'a' * 300}{end}" for end in "xy"]
    callers = CertificateCallers([CertificateCaller(name, Role.VIEWER) for name in names], "d", clock=lambda: NOW)
    ids = {callers.token_of(ClientCertificate((name,), END)).id for name in names}
    assert len(ids) == 2
    assert all(len(each) < 200 for each in ids)
