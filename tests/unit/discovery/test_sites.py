"""Which domain a host belongs to, and what is a host name at all."""

import pytest

from mailproof.discovery.sites import host_name, is_below, parents, site_of


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("mx1.mail.hoster.example", "hoster.example"),
        ("hoster.example", "hoster.example"),
        ("MX.Hoster.Example.", "hoster.example"),
        ("mail.shop.co.uk", "shop.co.uk"),
        ("mail.shop.com.br", "shop.com.br"),
        ("shop.co.uk", "shop.co.uk"),
        ("co.uk", "co.uk"),
        ("mail.co.example", "co.example"),  # only below a country's code
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_the_site_of_a_host(host: str, site: str) -> None:
    assert site_of(host) == site


def test_the_names_above_a_host() -> None:
    assert list(parents("a.b.shop.co.uk")) == ["a.b.shop.co.uk", "b.shop.co.uk", "shop.co.uk"]


@pytest.mark.parametrize(
    ("host", "domain", "below"),
    [
        ("mail.example.test", "example.test", True),
        ("Example.Test.", "example.test", True),
        ("a.b.example.test", "example.test", True),
        ("test", "example.test", False),
        ("badexample.test", "example.test", False),
        ("example.test.evil.test", "example.test", False),
        ("", "example.test", False),
    ],
)
def test_a_host_of_a_domain(host: str, domain: str, below: bool) -> None:
    assert is_below(host, domain) is below


@pytest.mark.parametrize(
    "text", ["192.0.2.1", "2001:db8::1", "[::1]", "a.b.7", "", ".", "a b.test", "a\u202eb.test", "a\nb.test", "x" * 300]
)
def test_what_is_no_host_name(text: str) -> None:
    assert host_name(text) == ""


def test_a_host_name_is_in_lower_case_and_ascii() -> None:
    assert host_name("Mail.Bücher.Test.") == "mail.xn--bcher-kva.test"
