from __future__ import annotations

from dataclasses import replace

import pytest

from mailproof.domain.model import HttpSettings, OAuthClient, Permission, Role, SmtpSettings
from mailproof.syntax.host import split_host_port


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smtp.example.com:587", ("smtp.example.com", 587)),
        ("  smtp.example.com:587 ", ("smtp.example.com", 587)),
        ("localhost:1", ("localhost", 1)),
        ("192.0.2.1:65535", ("192.0.2.1", 65535)),
        ("[2001:db8::1]:25", ("2001:db8::1", 25)),
        ("[::ffff:192.0.2.1]:25", ("::ffff:192.0.2.1", 25)),
        ("bücher.example:25", ("bücher.example", 25)),
    ],
)
def test_host_and_port(text: str, expected: tuple[str, int]) -> None:
    assert split_host_port(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a host and a port"),
        ("smtp.example.com", "a host and a port"),
        ("smtp.example.com:", "a host and a port"),
        (":587", "a host and a port"),
        ("smtp.example.com:smtp", "a host and a port"),
        ("smtp.example.com:-1", "a host and a port"),
        ("smtp example.com:587", "a host and a port"),
        ("user@smtp.example.com:587", "a host and a port"),
        ("smtp.example.com/x:587", "a host and a port"),
        ("[smtp.example.com]:587", "a host and a port"),
        ("smtp.example.com:0", "between 1 and 65535"),
        ("smtp.example.com:65536", "between 1 and 65535"),
        ("smtp.example.com:99999", "between 1 and 65535"),
        ("smtp.example.com:123456", "a host and a port"),
        ("smtp://smtp.example.com:587", "without a scheme"),
        ("2001:db8::1:587", "brackets"),
        ("smtp.example.com\r\n:587", "control characters"),
        ("smtp.example.com:587\n", "control characters"),
        ("smtp\x00.example.com:587", "control characters"),
        ("smtp\x85.example.com:587", "control characters"),
    ],
)
def test_what_is_no_host_and_port_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        split_host_port(text)


def test_roles() -> None:
    assert Role.ADMIN.permissions == {Permission.READ, Permission.WRITE}
    assert Role.VIEWER.permissions == {Permission.READ}


def test_a_destination_is_what_exports_bind_secrets_to() -> None:
    settings = SmtpSettings("a@example.com", "A", True, "MX.Example.com:587", "u")
    client = OAuthClient("https://t", "c", ("scope",))
    assert settings.destination == ("mx.example.com:587", "tls", "u")
    assert replace(settings, tls=False, user="").destination == ("mx.example.com:587", "", "")
    assert replace(settings, oauth=client).destination == ("mx.example.com:587", "tls", "u", "https://t", "c")
    assert HttpSettings("https://X/").destination == ("https://X/",)
