"""Which redirects of a web server are followed: a table of places, and any text at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.discovery.redirects import MAX_LOCATION, RedirectRefused, next_url, shown
from mailproof.discovery.sites import is_below
from mailproof.syntax.url import Url

SITE = "example.test"
ASKED = Url("https", "autoconfig.example.test", 443, "/mail/config-v1.1.xml?emailaddress=jo%40example.test")
IN_CLEAR = Url("http", "autoconfig.example.test", 80, "/mail/config-v1.1.xml")


@pytest.mark.parametrize(
    ("url", "location", "expected"),
    [
        (ASKED, "https://example.test/x", Url("https", "example.test", 443, "/x")),
        (ASKED, "https://www.example.test:443/", Url("https", "www.example.test", 443, "/")),
        (ASKED, "HTTPS://WWW.Example.Test", Url("https", "www.example.test", 443, "/")),
        (ASKED, "//mail.example.test/y", Url("https", "mail.example.test", 443, "/y")),
        (ASKED, "/other?a=b", Url("https", "autoconfig.example.test", 443, "/other?a=b")),
        (ASKED, "other", Url("https", "autoconfig.example.test", 443, "/mail/other")),
        (ASKED, "https://example.test./x", Url("https", "example.test", 443, "/x")),
        (IN_CLEAR, "https://autoconfig.example.test/", Url("https", "autoconfig.example.test", 443, "/")),
        (IN_CLEAR, f"http://www.example.test{IN_CLEAR.target}", Url("http", "www.example.test", 80, IN_CLEAR.target)),
    ],
)
def test_a_redirect_within_the_site_is_followed(url: Url, location: str, expected: Url) -> None:
    assert next_url(url, location, SITE) == expected


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml", "autodiscover-s.outlook.com"),
        ("https://test/", ""),  # above the site, and no name of the internet
        ("https://evilexample.test/", "evilexample.test"),
        ("https://example.test.evil.test/", "example.test.evil.test"),
        ("https://example.test@evil.test/", None),
        ("https://evil.test\\@example.test/", None),
        ("https://autoconfig.example.test%2eevil.test/", None),
        ("https://127.0.0.1/", ""),
        ("https://169.254.169.254/latest/meta-data/", ""),
        ("https://[::1]/", ""),
        ("https://[::ffff:127.0.0.1]/", ""),
        ("https://2130706433/", ""),  # decimal, octal and hexadecimal spellings of 127.0.0.1
        ("https://0177.0.0.1/", ""),
        ("https://0x7f.0.0.0x1/", ""),
        ("https://127.1/", ""),
        ("https://localhost/", ""),
        ("https://xn--exmple-cua.test/", "xn--exmple-cua.test"),
    ],
)
def test_another_site_is_not_followed_and_named_where_it_is_a_name(location: str, host: str | None) -> None:
    with pytest.raises(RedirectRefused) as refused:
        next_url(ASKED, location, SITE)
    assert refused.value.host == (host or "")
    if host is not None:
        assert str(refused.value) == f"redirects elsewhere{f' (to {host})' if host else ''}, which is not followed"


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("", "without saying clearly"),
        ("https://example.test/" + "a" * MAX_LOCATION, "without saying clearly"),
        ("https://example.test/\r\nSet-Cookie: a=b", "without saying clearly"),
        ("https://exam\tple.test/", "without saying clearly"),
        ("https://example.test/\u202e", "without saying clearly"),
        ("https://ex\xe4mple.test/", "without saying clearly"),
        ("https://example.test /", "without saying clearly"),
        ("http://example.test/", "without encryption"),
        ("https://example.test:8443/", "another port"),
        ("https://example.test:80/", "another port"),
        ("https://example.test:0/", "no plain web address"),
        ("https://example.test:99999/", "no plain web address"),
        ("https://jo@example.test/", "no plain web address"),
        ("https://jo:secret@example.test/", "no plain web address"),
        ("https://@example.test/", "no plain web address"),
        ("https://example.test/#a", "no plain web address"),
        ("https://[example.test/", "no plain web address"),
        ("https:///etc/passwd", "no plain web address"),
        ("https:/evil.test/", "no plain web address"),
        ("https:evil", "no plain web address"),
        ("///evil.test/", "no plain web address"),
        ("\\\\evil.test/", "no plain web address"),
        ("/\\evil.test/", "no plain web address"),
        ("file:///etc/passwd", "no plain web address"),
        ("ftp://example.test/", "no plain web address"),
        ("gopher://example.test/", "no plain web address"),
        ("javascript:alert(1)", "no plain web address"),
        ("data:text/xml,<clientConfig/>", "no plain web address"),
    ],
)
def test_what_is_not_followed_is_said(location: str, said: str) -> None:
    with pytest.raises(RedirectRefused, match=said):
        next_url(ASKED, location, SITE)


@pytest.mark.parametrize(
    "location",
    [
        "http://router.example.test/reboot",
        f"http://router.example.test{IN_CLEAR.target}?reboot=1",
        "/reboot",
        "?reboot",
    ],
)
def test_in_clear_a_redirect_does_not_choose_the_page(location: str) -> None:
    with pytest.raises(RedirectRefused, match="another page without encryption"):
        next_url(IN_CLEAR, location, SITE)


PIECES = st.sampled_from(
    [
        "https:",
        "http:",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "#",
        "?",
        "..",
        "example.test",
        ".",
        "evil.test",
        "[::1]",
        "443",
        " ",
    ]
)


@given(st.text(max_size=60) | st.lists(PIECES, max_size=8).map("".join), st.sampled_from([ASKED, IN_CLEAR]))
def test_any_text_leads_within_the_site_or_nowhere(location: str, url: Url) -> None:
    try:
        found = next_url(url, location, SITE)
    except RedirectRefused:
        return
    assert is_below(found.host, SITE)
    assert found.port == {"https": 443, "http": 80}[found.scheme]
    assert found.secure or (not url.secure and found.target == url.target)
    assert found.target.startswith("/")
    assert found.target.isascii()
    assert " " not in found.target


def test_a_url_is_shown_without_its_query() -> None:
    assert shown(ASKED) == "https://autoconfig.example.test/mail/config-v1.1.xml"
