"""The service's certificate: which files are served, and when new ones are."""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mailproof.domain.errors import StartupError
from mailproof.transport import handshakes
from mailproof.transport.http_app import HttpApp
from mailproof.transport.http_server import HttpServer
from mailproof.transport.server_tls import ServerTls, TlsFiles
from smtp_support import pki

PAIR, OTHER = (pki.issue(name, pki.authority(), sans=pki.LOCAL) for name in ("first", "second"))


def put(files: TlsFiles, pair: pki.Pair) -> None:
    files.certificate.write_text(pair.pem)
    files.key.write_text(pair.key_pem)


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    made = TlsFiles(tmp_path / "a.pem", tmp_path / "a.key")
    put(made, PAIR)
    return made


def locked_key() -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    return PAIR.key.private_bytes(*form, serialization.BestAvailableEncryption(b"secret")).decode()


WEAK = pki.issue("weak", pki.authority(), key=rsa.generate_private_key(65537, 1024))
BAD: dict[str, tuple[str, str, str]] = {
    "the key of another": (PAIR.pem, OTHER.key_pem, "is not that of the certificate"),
    "no certificate": (PAIR.key_pem, PAIR.key_pem, "holds no certificate"),
    "no key": (PAIR.pem, PAIR.pem, "holds no private key"),
    "an encrypted key": (PAIR.pem, locked_key(), "is encrypted"),
    "empty files": ("", "", "holds no certificate"),
    "a huge file": ("a" * 1_100_000, PAIR.key_pem, "is longer than"),
    "a weak key": (WEAK.pem, WEAK.key_pem, "can't be served"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_pair_that_cannot_be_served_is_refused_at_the_start_and_keeps_the_old_one_later(
    files: TlsFiles, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    certificate, key, sentence = BAD[kind]
    tls = ServerTls(files)
    served = tls.current
    files.certificate.write_text(certificate)
    files.key.write_text(key)
    with pytest.raises(StartupError, match=sentence):
        ServerTls(files)
    tls.renew()
    assert tls.current is served
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert sentence in record.getMessage()
    assert "BEGIN" not in caplog.text


def test_authorities_of_clients_that_cannot_be_read_are_refused(files: TlsFiles, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nonsense")
    with pytest.raises(StartupError, match=r"ca\.pem holds no certificates"):
        ServerTls(TlsFiles(files.certificate, files.key, tmp_path / "ca.pem"))


def test_changed_files_are_read_once_they_were_left_alone(files: TlsFiles, caplog: pytest.LogCaptureFixture) -> None:
    tls = ServerTls(files)
    tls.poll()
    files.certificate.write_text(OTHER.pem)
    tls.poll()
    files.key.write_text(OTHER.key_pem)
    tls.poll()
    assert tls.current.certificate == PAIR.pem.encode()
    tls.poll()
    assert tls.current.certificate == OTHER.pem.encode()
    assert not [record for record in caplog.records if record.levelno == logging.ERROR]


def test_a_link_that_leads_elsewhere_is_a_change(tmp_path: Path) -> None:
    """Kubernetes replaces a secret by turning one link."""
    for name, pair in (("one", PAIR), ("two", OTHER)):
        (tmp_path / name).mkdir()
        put(TlsFiles(tmp_path / name / "a.pem", tmp_path / name / "a.key"), pair)
    link = tmp_path / "now"
    link.symlink_to("one")
    tls = ServerTls(TlsFiles(link / "a.pem", link / "a.key"))
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").replace(link)
    tls.poll()
    tls.poll()
    assert tls.current.certificate == OTHER.pem.encode()


def test_what_is_broken_is_said_once(files: TlsFiles, caplog: pytest.LogCaptureFixture) -> None:
    tls = ServerTls(files)
    files.key.unlink()
    for _ in range(5):
        tls.poll()
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1
    files.key.write_text(PAIR.key_pem)
    tls.poll()
    tls.poll()
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


def test_an_expired_certificate_is_served_where_there_is_no_better_one_and_said(
    files: TlsFiles, caplog: pytest.LogCaptureFixture
) -> None:
    late = pki.issue("late", pki.authority(), sans=pki.LOCAL, start=-9 * pki.DAY, end=-pki.DAY)
    tls = ServerTls(files)
    put(files, late)
    tls.renew()
    assert tls.current.certificate == PAIR.pem.encode()
    assert "has expired" in caplog.text
    caplog.clear()
    assert ServerTls(files).current.certificate == late.pem.encode()
    assert "has expired: clients refuse it" in caplog.text


@pytest.mark.parametrize(("days", "said"), [(13, 1), (20, 0)])
def test_the_end_is_said_two_weeks_ahead_and_once_a_day(
    files: TlsFiles, days: int, said: int, caplog: pytest.LogCaptureFixture
) -> None:
    put(files, pki.issue("x", pki.authority(), sans=pki.LOCAL, end=days * pki.DAY))
    tls = ServerTls(files)
    for _ in range(3):
        tls.poll()
    assert len([record for record in caplog.records if "ends at" in record.getMessage()]) == said


def test_a_key_is_shown_by_nobody(files: TlsFiles) -> None:
    assert "PRIVATE" not in repr(ServerTls(files).current)


def test_a_connection_that_begins_no_handshake_is_ended(
    files: TlsFiles, app: HttpApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "HANDSHAKE_TIMEOUT", 0.2)

    async def scenario() -> bytes:
        server = HttpServer(app, tls=ServerTls(files))
        port = await server.start("127.0.0.1", 0)
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            ended = await reader.read()
            writer.close()
            return ended
        finally:
            await server.stop(5.0)

    assert asyncio.run(scenario()) == b""


def test_a_new_certificate_is_for_new_connections(files: TlsFiles, app: HttpApp) -> None:
    trust = ssl.create_default_context(cadata=pki.authority().pem)

    async def ask(writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> bytes:
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        return await reader.readuntil(b"ok\n")

    async def scenario() -> list[bytes]:
        tls = ServerTls(files)
        server = HttpServer(app, tls=tls)
        port = await server.start("127.0.0.1", 0)
        seen = []
        writers = []
        try:
            for pair in (PAIR, OTHER):
                put(files, pair)
                tls.renew()
                reader, writer = await asyncio.open_connection("localhost", port, ssl=trust)
                writers.append((writer, reader))
                for open_writer, open_reader in writers:
                    assert (await ask(open_writer, open_reader)).startswith(b"HTTP/1.1 200")
                seen.append(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
        finally:
            for writer, _ in writers:
                writer.transport.abort()
            await server.stop(5.0)
        return seen

    encoded = [pair.certificate.public_bytes(serialization.Encoding.DER) for pair in (PAIR, OTHER)]
    assert asyncio.run(scenario()) == encoded
