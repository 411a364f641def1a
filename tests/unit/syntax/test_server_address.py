"""Where a running service is, as it is typed."""

from __future__ import annotations

import pytest

from mailproof.syntax.server_address import DEFAULT_SERVER, ServerAddress, parse_server


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (DEFAULT_SERVER, ServerAddress("127.0.0.1", 50051, secure=False)),
        ("localhost", ServerAddress("localhost", 50051, secure=False)),
        (" localhost:9 ", ServerAddress("localhost", 9, secure=False)),
        ("[::1]:9", ServerAddress("::1", 9, secure=False)),
        ("https://mail.example.org", ServerAddress("mail.example.org", 443, secure=True)),
        ("HTTPS://mail.example.org:50051/", ServerAddress("mail.example.org", 50051, secure=True)),
        ("https://[2001:db8::1]:9", ServerAddress("2001:db8::1", 9, secure=True)),
        ("http://mail.example.org:50051", ServerAddress("mail.example.org", 50051, secure=False)),
        ("unix:/run/mailproof.sock", ServerAddress("", 0, secure=False, path="/run/mailproof.sock")),
        ("unix:///run/mailproof.sock", ServerAddress("", 0, secure=False, path="/run/mailproof.sock")),
        ("https://bücher.example", ServerAddress("xn--bcher-kva.example", 443, secure=True)),
    ],
)
def test_an_address_is_read(text: str, address: ServerAddress) -> None:
    assert parse_server(text) == address
    assert parse_server(address.url) == address


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must name a host"),
        ("mail.example.org", "https://mail.example.org, or http://mail.example.org, by which the token is sent in the"),
        ("10.0.0.1:50051", "https://10.0.0.1:50051"),
        ("localhost.example.org:9", "https://"),
        ("ftp://x", "a URL of https or http, or unix:/path"),
        ("grpc://localhost:9", "a URL of https or http, or unix:/path"),
        ("unix:mailproof.sock", "by its whole path"),
        ("unix:/run/\x1b", "by its whole path"),
        ("localhost:0", "a port between 1 and 65535"),
        ("localhost:x", "a port between 1 and 65535"),
        ("https://localhost/v1", "no path and no user"),
        ("https://mp_token@localhost", "no path and no user"),
        ("https://localhost?x", "no path and no user"),
        ("https://", "must name a host"),
        ("https://a b", "must name a host"),
        ("https://[::1", "must name a host"),
        ("unix:", "by its whole path"),
        ("unix:///", "by its whole path"),
    ],
)
def test_what_is_none_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r"^must") as caught:
        parse_server(text)
    assert problem in str(caught.value)
    assert "mp_token" not in str(caught.value)


def test_host_and_port_are_shown_as_they_are_typed() -> None:
    assert parse_server("[::1]:9").target == "[::1]:9"
    assert parse_server("localhost:9").is_local
    assert parse_server("unix:///run/mailproof.sock").target == "unix:/run/mailproof.sock"
    assert parse_server("unix:/run/mailproof.sock").is_local
    assert not parse_server("https://mail.example.org").is_local
