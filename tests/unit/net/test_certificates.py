"""What the report says of a chain: which link is broken, what each certificate is, and what the chain leads to."""

from __future__ import annotations

import contextlib
import errno
import os
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from mailproof.domain.errors import ServiceShortage
from mailproof.net.broken import Broken
from mailproof.net.certificates import read_certificate
from mailproof.net.chain_problems import chain_problems
from mailproof.net.trust import TrustStore
from mailproof.probe.tunnel import Tunnel
from mailproof.smtp.report import CertificateRole, TlsInfo
from mailproof.smtp.vocabulary import Code
from smtp_support import pki

HOST = "mail.example.com"
DAY = pki.DAY


def handshake(
    *chain: pki.Pair, anchors: str | None = None, host: str = HOST, has_anchors: bool = True
) -> tuple[TlsInfo, Code]:
    """Shake hands in memory with a server that presents these certificates; return the session and the verdict."""
    context = pki.server_context(*chain, weak=True)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    trusted = TrustStore().context(pki.authority().pem if anchors is None else anchors)
    tunnel = Tunnel(trusted, host, after_starttls=False, has_anchors=has_anchors)
    code = Code.OK
    try:
        while not tunnel.handshake():
            incoming.write(tunnel.output())
            with contextlib.suppress(ssl.SSLWantReadError):
                server.do_handshake()
            tunnel.feed(outgoing.read())
    except Broken as broken:
        code = broken.code
    assert tunnel.info is not None
    return tunnel.info, code


def problems(info: TlsInfo) -> list[str]:
    return [certificate.problem for certificate in info.chain]


def leaf(issuer: pki.Pair, **more: object) -> pki.Pair:
    return pki.issue("mail", issuer, **({"sans": (HOST,)} | more))  # type: ignore[arg-type]


def day(distance: timedelta) -> str:
    return f"{datetime.now(UTC) + distance:%Y-%m-%d}"


def test_a_verified_chain_has_roles_an_expected_name_and_an_anchor() -> None:
    middle = pki.issue("Middle", pki.authority(), ca=True)
    info, code = handshake(leaf(middle), middle, pki.authority())
    assert code is Code.OK
    assert info.verified
    assert [one.role for one in info.chain] == [
        CertificateRole.LEAF,
        CertificateRole.INTERMEDIATE,
        CertificateRole.ROOT,
    ]
    assert (info.expected_name, info.trust_anchor) == (HOST, "CN=mailproof test authority")
    assert problems(info) == ["", "", ""]


def test_the_anchor_may_be_no_root() -> None:
    middle = pki.issue("Middle", pki.authority(), ca=True)
    info, _ = handshake(leaf(middle), middle, anchors=middle.pem)
    assert info.trust_anchor == "CN=Middle"


def test_a_lone_certificate_of_the_server_is_its_leaf_though_signed_by_itself() -> None:
    own = pki.issue("mail", sans=(HOST,))
    info, code = handshake(own, anchors=own.pem)
    assert (code, info.chain[0].role, info.trust_anchor) == (Code.OK, CertificateRole.LEAF, "CN=mail")


def test_an_expired_intermediate_is_told_from_an_expired_leaf() -> None:
    old = pki.issue("Old", pki.authority(), ca=True, start=-9 * DAY, end=-2 * DAY)
    info, code = handshake(leaf(old), old)
    assert (code, problems(info)) == (Code.TLS_CERT_EXPIRED, ["", f"expired on {day(-2 * DAY)}"])
    assert info.trust_anchor == ""
    info, code = handshake(leaf(pki.authority(), start=-9 * DAY, end=-3 * DAY))
    assert (code, problems(info)) == (Code.TLS_CERT_EXPIRED, [f"expired on {day(-3 * DAY)}"])


def test_an_expired_authority_of_our_own_is_no_fault_of_what_was_sent() -> None:
    root = pki.issue("Old root", ca=True, start=-9 * DAY, end=-2 * DAY)
    info, code = handshake(leaf(root), anchors=root.pem)
    assert code is Code.TLS_CERT_EXPIRED
    assert problems(info) == ["leads to an authority that is trusted here but not valid at the present date"]


def test_a_certificate_of_the_future() -> None:
    info, code = handshake(leaf(pki.authority(), start=2 * DAY, end=9 * DAY))
    assert (code, problems(info)) == (Code.TLS_CERT_NOT_YET_VALID, [f"not valid before {day(2 * DAY)}"])


def test_the_issuer_that_is_missing_is_that_of_the_last_link() -> None:
    root = pki.issue("Root", ca=True)
    first = pki.issue("First", root, ca=True)
    second = pki.issue("Second", first, ca=True)
    info, code = handshake(leaf(second), second)
    words = "its issuer CN=First is not among the certificates sent and not trusted here"
    assert (code, problems(info)) == (Code.TLS_UNTRUSTED, ["", words])


def test_a_stranger_among_the_sent_certificates_is_not_blamed() -> None:
    stranger = pki.issue("Stranger", ca=True, start=-9 * DAY, end=-2 * DAY)
    info, code = handshake(leaf(pki.issue("Nobody", ca=True)), stranger)
    assert code is Code.TLS_UNTRUSTED
    assert problems(info)[0].startswith("its issuer CN=Nobody")
    assert problems(info)[1] == ""


def test_a_root_that_is_sent_and_not_trusted() -> None:
    root = pki.issue("Their own", ca=True)
    info, code = handshake(leaf(root), root)
    assert (code, problems(info)) == (Code.TLS_UNTRUSTED, ["", "not trusted here"])


def test_what_is_wrong_besides_is_told_too() -> None:
    own = pki.issue("mail", sans=("www.example.com",), start=-9 * DAY, end=-2 * DAY)
    info, code = handshake(own)
    assert code is Code.TLS_SELF_SIGNED
    expired = f"expired on {day(-2 * DAY)}"
    assert problems(info) == [f"signed by itself and not trusted here; {expired}; is not for {HOST}"]


def test_a_weak_key_of_an_intermediate() -> None:
    weak = pki.issue("Weak", pki.authority(), ca=True, key=rsa.generate_private_key(65537, 1024))
    info, code = handshake(leaf(weak), weak)
    assert (code, problems(info)) == (Code.TLS_CERT_WEAK, ["", "key of 1024 bits"])


def test_an_intermediate_for_other_purposes() -> None:
    other = pki.issue("Other", pki.authority(), ca=True, purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
    info, code = handshake(leaf(other), other)
    assert (code, problems(info)) == (Code.TLS_CERT_WRONG_PURPOSE, ["", "not meant for servers"])


def test_an_issuer_that_may_not_sign() -> None:
    plain = pki.issue("Plain", pki.authority())
    info, code = handshake(leaf(plain), plain)
    assert (code, problems(info)) == (Code.TLS_UNTRUSTED, ["", "not allowed to sign other certificates"])


def test_a_signature_that_is_not_the_issuers() -> None:
    real, forged = pki.issue("Twin", pki.authority(), ca=True), pki.issue("Twin", pki.authority(), ca=True)
    info, code = handshake(leaf(forged), real)
    assert (code, problems(info)) == (Code.TLS_UNTRUSTED, ["its signature is not that of its issuer", ""])


def test_without_any_anchor_here_the_chain_is_not_blamed_for_it() -> None:
    root = pki.issue("Public authority", ca=True)
    for chain in ([leaf(root)], [leaf(root), root], [pki.issue("mail", sans=(HOST,))]):
        info, code = handshake(*chain, has_anchors=False)
        assert code is Code.TRUST_STORE_EMPTY
        assert info.verify_error
        assert not any(problems(info))
    info, _ = handshake(leaf(root, start=-9 * DAY, end=-2 * DAY), has_anchors=False)
    assert problems(info) == [f"expired on {day(-2 * DAY)}"]  # which anybody can see


def test_an_issuer_is_not_called_missing_where_its_file_could_not_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_descriptor(*_: object, **__: object) -> int:
        raise OSError(errno.EMFILE, "x")

    chain = leaf(pki.issue("Nobody", ca=True))
    original = TrustStore.context

    def context(trust: TrustStore, ca_pem: str = "") -> ssl.SSLContext:
        built = original(trust, ca_pem)
        monkeypatch.setattr(os, "open", no_descriptor)
        return built

    monkeypatch.setattr(TrustStore, "context", context)
    with pytest.raises(ServiceShortage):
        handshake(chain)


def test_a_weak_digest_is_named() -> None:
    root = pki.issue("Root", ca=True, key=rsa.generate_private_key(65537, 2048))
    der = leaf(root).certificate.public_bytes(serialization.Encoding.DER)
    with_sha256, with_sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    assert der.count(with_sha256) == 2  # nothing signs with SHA-1 any more, so the certificate only says that it is
    assert chain_problems(68, [der.replace(with_sha256, with_sha1)], HOST) == ("signed with SHA-1",)


def test_texts_and_lists_are_bounded() -> None:
    names = tuple(f"host{number}.example.net" for number in range(150))
    pair = pki.issue("x" * 64, sans=(*names, HOST))
    read = read_certificate(pair.certificate.public_bytes(serialization.Encoding.DER), HOST)
    assert read.sans[0] == HOST
    assert (len(read.sans), read.more_sans) == (10, 141)
    assert len(read.subject) <= 200


@pytest.mark.parametrize("chain", [[], [b"nonsense"], [b"nonsense", b""]])
def test_certificates_that_can_not_be_read_have_no_problem_told(chain: list[bytes]) -> None:
    assert chain_problems(20, chain, HOST) == ("",) * len(chain)
