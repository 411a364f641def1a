import os
import ssl
from pathlib import Path

import pytest

from mailproof.net.certificates import read_certificate, verification_code
from mailproof.net.trust import MAX_CONTEXTS, TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.pem import check_ca_pem
from smtp_support import pki


def test_a_context_is_made_once_for_the_same_anchors() -> None:
    trust = TrustStore()
    assert trust.cached() is None
    context = trust.context()
    assert trust.context() is context is trust.cached()
    other = trust.context(pki.authority().pem)
    assert other is not context
    assert trust.context(pki.authority().pem) is other


def test_contexts_check_and_demand_tls_1_2() -> None:
    context = TrustStore().context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not context.hostname_checks_common_name
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_kept_contexts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrustStore, "_build", lambda _self, _pem: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    trust = TrustStore()
    for number in range(3 * MAX_CONTEXTS):
        trust.context(str(number))
    assert len(trust._contexts) == MAX_CONTEXTS


@pytest.mark.parametrize(
    "text",
    ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----" * 20000],
)
def test_unreadable_anchors(text: str) -> None:
    with pytest.raises(ValueError, match=r"holds|longer"):
        check_ca_pem(text)


def test_readable_anchors() -> None:
    check_ca_pem(pki.authority().pem * 2)


def test_an_unreadable_certificate_keeps_its_fingerprint() -> None:
    certificate = read_certificate(b"nonsense")
    assert certificate.subject == "(unreadable)"
    assert len(certificate.fingerprint) == 64


@pytest.mark.parametrize(
    ("number", "code"), [(10, Code.TLS_CERT_EXPIRED), (66, Code.TLS_CERT_WEAK), (999, Code.TLS_UNTRUSTED)]
)
def test_verification_codes(number: int, code: Code) -> None:
    assert verification_code(number, ()) is code


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any certificate authority, as a slim container is; return its directory of anchors."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nonexistent"))
    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path / 'neither'}{os.pathsep}{tmp_path}")
    return tmp_path


def test_a_store_without_any_anchor_is_known_as_such(bare: Path) -> None:
    trust = TrustStore()
    assert trust.is_empty(trust.context())
    assert not trust.is_empty(trust.unverified())
    with_extra = trust.context(pki.authority().pem)
    assert not trust.is_empty(with_extra)
    operated = TrustStore(ca_pem=pki.authority().pem)
    assert not operated.is_empty(operated.context())


def test_an_empty_file_of_anchors_holds_none(bare: Path) -> None:
    (bare / "nonexistent").write_text("")
    trust = TrustStore()
    assert trust.is_empty(trust.context())


def test_a_directory_of_anchors_counts_though_it_is_read_only_later(bare: Path) -> None:
    (bare / "README").write_text("no anchor")
    empty = TrustStore()
    assert empty.is_empty(empty.context())
    (bare / "5e5ff31a.0").write_text(pki.authority().pem)
    trust = TrustStore()
    assert not trust.is_empty(trust.context())


def test_a_servers_own_certificate_as_the_only_anchor_is_one(bare: Path) -> None:
    (bare / "nonexistent").write_text(pki.issue("mail", sans=("mail.example.com",)).pem)
    trust = TrustStore()
    assert not trust.is_empty(trust.context())
