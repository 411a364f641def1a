"""The sandbox, driven by the standard library's SMTP client."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from clock_support.waiting import HANG
from mailproof.domain.errors import StartupError
from mailproof.domain.secret import Secret
from mailproof.sandbox.server import MAX_KEPT_BYTES, MAX_MESSAGE_BYTES, MAX_MESSAGES, Sandbox

MESSAGE = "From: a@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nbody\r\n"


Connect = Callable[..., smtplib.SMTP]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    server = Sandbox(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def trust(sandbox: Sandbox) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(sandbox.ca_path))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def implicit(sandbox: Sandbox, trust: ssl.SSLContext, host: str = "localhost") -> smtplib.SMTP:
    return smtplib.SMTP_SSL(host, sandbox.tls_port, "client.example", context=trust, timeout=HANG)


def starttls(sandbox: Sandbox, trust: ssl.SSLContext, host: str = "localhost") -> smtplib.SMTP:
    client = smtplib.SMTP(host, sandbox.starttls_port, "client.example", timeout=HANG)
    client.starttls(context=trust)
    return client


@pytest.mark.parametrize("connect", [implicit, starttls])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_message_goes_in_and_is_kept(sandbox: Sandbox, trust: ssl.SSLContext, connect: Connect, host: str) -> None:
    with connect(sandbox, trust, host) as client:
        client.login(sandbox.user, sandbox.password.reveal())
        client.sendmail("a@example.com", ["b@example.com", "c@example.com"], MESSAGE)
    (message,) = sandbox.messages()
    assert (message.sender, message.recipients) == ("a@example.com", ("b@example.com", "c@example.com"))
    assert message.subject == "Grüße"
    assert message.text == MESSAGE
    assert message.size == len(MESSAGE)


@pytest.mark.parametrize("connect", [implicit, starttls])
@pytest.mark.parametrize(("user", "password"), [("sandbox", "wrong"), ("sandbox", ""), ("other", None)])
def test_wrong_credentials_are_refused_with_535(
    sandbox: Sandbox, trust: ssl.SSLContext, connect: Connect, user: str, password: str | None
) -> None:
    with connect(sandbox, trust) as client:
        with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
            client.login(user, sandbox.password.reveal() if password is None else password)
        assert caught.value.smtp_code == 535


def test_auth_is_offered_inside_tls_alone(sandbox: Sandbox, trust: ssl.SSLContext) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.starttls_port, "client.example", timeout=HANG) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.docmd("AUTH", "PLAIN AHNhbmRib3gAeA==")[0] == 530
        client.starttls(context=trust)
        client.ehlo()
        assert client.esmtp_features["auth"].split() == ["LOGIN", "PLAIN"]
        assert not client.has_extn("starttls")
    with implicit(sandbox, trust) as client:
        client.ehlo()
        assert client.has_extn("auth")


@pytest.mark.parametrize("connect", [implicit, starttls])
def test_mail_needs_a_login(sandbox: Sandbox, trust: ssl.SSLContext, connect: Connect) -> None:
    with connect(sandbox, trust) as client:
        client.ehlo()
        assert client.mail("a@example.com")[0] == 530
    assert sandbox.messages() == ()


def test_the_certificate_is_trusted_with_the_pem_alone_and_for_no_other_name(
    sandbox: Sandbox, trust: ssl.SSLContext
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self-signed|unable to get"):
        implicit(sandbox, ssl.create_default_context())
    with (
        socket.create_connection(("127.0.0.1", sandbox.tls_port), timeout=HANG) as raw,
        pytest.raises(ssl.SSLCertVerificationError, match=r"smtp\.example\.com"),
    ):
        trust.wrap_socket(raw, server_hostname="smtp.example.com")


def test_the_last_messages_are_kept_and_long_ones_cut(sandbox: Sandbox, trust: ssl.SSLContext) -> None:
    long = "Subject: long\r\n\r\n" + "x" * 900 + "\r\n" * 3 + ("y" * 76 + "\r\n") * (MAX_KEPT_BYTES // 70)
    with implicit(sandbox, trust) as client:
        client.login(sandbox.user, sandbox.password.reveal())
        for number in range(MAX_MESSAGES + 3):
            client.sendmail("a@example.com", ["b@example.com"], f"Subject: {number}\r\n\r\n")
        client.sendmail("a@example.com", ["b@example.com"], long)
        with pytest.raises(smtplib.SMTPException):
            client.sendmail("a@example.com", ["b@example.com"], ("z" * 76 + "\r\n") * (MAX_MESSAGE_BYTES // 70))
    messages = sandbox.messages()
    assert len(messages) == MAX_MESSAGES
    assert [messages[0].subject, messages[-2].subject, messages[-1].subject] == ["4", str(MAX_MESSAGES + 2), "long"]
    assert messages[-1].size == len(long) > len(messages[-1].text)
    assert len(messages[-1].text) == MAX_KEPT_BYTES


@pytest.mark.parametrize(
    "content",
    ["", "no header at all", "Subject: =?utf-8?q?=FF=FE?=\r\n\r\n", "Subject: =?x?b?%%%?=\r\n\r\n", ": :\r\n\r\n"],
)
def test_malformed_messages_are_kept_too(sandbox: Sandbox, trust: ssl.SSLContext, content: str) -> None:
    with implicit(sandbox, trust) as client:
        client.login(sandbox.user, sandbox.password.reveal())
        client.sendmail("a@example.com", ["b@example.com"], content)
    assert len(sandbox.messages()) == 1


def test_a_fixed_password_may_be_given_and_others_differ(tmp_path: Path) -> None:
    assert Sandbox(tmp_path, password=Secret("fixed")).password == Secret("fixed")
    assert Sandbox(tmp_path / "one").password != Sandbox(tmp_path / "two").password


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        for sandbox in (
            Sandbox(tmp_path, starttls=("127.0.0.1", port)),
            Sandbox(tmp_path, tls=("127.0.0.1", port)),
        ):
            with pytest.raises(StartupError, match=f"127.0.0.1:{port} for .*: Address already in use$"):
                sandbox.start()
            sandbox.stop()


def test_stop_closes_ports_connections_and_the_thread(sandbox: Sandbox, trust: ssl.SSLContext) -> None:
    before = threading.active_count()
    with (
        socket.create_connection(("127.0.0.1", sandbox.starttls_port), timeout=HANG) as idle,
        implicit(sandbox, trust) as client,
    ):
        client.ehlo()
        assert idle.recv(1024).startswith(b"220 ")
        sandbox.stop()
        sandbox.stop()
        with suppress(ConnectionResetError):
            assert idle.recv(1024) == b""
        client.close()
    assert threading.active_count() == before - 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", sandbox.starttls_port), timeout=HANG)
