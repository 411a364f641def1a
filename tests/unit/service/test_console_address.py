"""The console's lines of the greeting."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailproof.service.console_address import console_lines
from mailproof.service.settings_values import Listen


@pytest.mark.parametrize(
    ("host", "scheme", "url"),
    [
        ("127.0.0.1", "http", "http://127.0.0.1:8080/"),
        ("::1", "http", "http://[::1]:8080/"),
        ("192.0.2.7", "https", "https://192.0.2.7:8080/"),
        ("mail.example.com", "https", "https://mail.example.com:8080/"),
        ("0.0.0.0", "http", "http://localhost:8080/"),
        ("::", "https", "https://localhost:8080/"),
    ],
)
def test_the_address_is_one_that_a_browser_can_go_to(host: str, scheme: str, url: str) -> None:
    assert console_lines(Listen(host, 8080), scheme, sandbox=True)[0].split() == ["console", url]


def test_it_says_how_to_sign_in() -> None:
    listens = Listen("127.0.0.1", 8080)
    assert console_lines(listens, "http", sandbox=True)[1] == "  sign in with       the admin token below"
    assert "`mailproof token create --role admin`" in console_lines(listens, "http", sandbox=False)[1]


def test_no_browser_reaches_a_unix_socket() -> None:
    assert console_lines(Listen("", 0, Path("/run/mailproof.sock")), "http", sandbox=True) == []
