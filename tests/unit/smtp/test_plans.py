from typing import Any

import pytest

from mailproof.domain.secret import Secret
from mailproof.smtp.plans import default_port, violations
from mailproof.smtp.report import Credentials, OAuth, Plan
from mailproof.smtp.vocabulary import Depth, TlsMode
from mailproof.syntax.oauth import ClientCredentials, parse_endpoint
from mailproof.syntax.url import Url

USER = Credentials("a", Secret(""))
TOKEN = OAuth(Secret("ya29.x"))
GRANT = ClientCredentials("https://login.test:8443/t/token?x=y", "id", Secret("s"), ("https://mail.test/.default",))


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        ({}, []),
        ({"host": "nonsense host"}, []),
        ({"port": 70000, "timeout": 0.0, "sender": "x"}, ["sender", "port", "timeout"]),
        ({"timeout": float("nan")}, ["timeout"]),
        ({"recipient": "x y@z"}, ["recipient"]),
        ({"ehlo_name": "a\r\nb"}, ["ehlo_name"]),
        ({"depth": Depth.RCPT}, ["recipient"]),
        ({"credentials": Credentials("a\0b", Secret("x"))}, ["user"]),
        ({"credentials": Credentials("a", Secret("\ud800"))}, ["password"]),
        ({"credentials": Credentials("a", Secret("x" * 9001))}, ["password"]),
        ({"mechanism": "NTLM"}, ["mechanism"]),
        ({"mechanism": "scram-sha-256", "credentials": USER}, []),
        ({"mechanism": "XOAUTH2", "credentials": USER}, ["mechanism"]),
        ({"oauth": TOKEN, "credentials": USER}, []),
        ({"oauth": TOKEN, "credentials": USER, "mechanism": "PLAIN"}, ["mechanism"]),
        ({"oauth": TOKEN}, ["user"]),
        ({"oauth": TOKEN, "credentials": Credentials("a\x01b", Secret(""))}, ["user"]),
        ({"oauth": TOKEN, "credentials": Credentials("a\x85b", Secret(""))}, ["user"]),
        ({"oauth": TOKEN, "credentials": Credentials("a", Secret("b"))}, ["password"]),
        ({"oauth": OAuth(), "credentials": USER}, ["access_token"]),
        ({"oauth": OAuth(Secret("x"), GRANT), "credentials": USER}, ["access_token"]),
        ({"oauth": OAuth(Secret("a b")), "credentials": USER}, ["access_token"]),
        ({"oauth": OAuth(Secret("a" * 9001)), "credentials": USER}, ["access_token"]),
        ({"oauth": OAuth(grant=GRANT), "credentials": USER}, []),
        ({"oauth": OAuth(grant=ClientCredentials("http://x/", "", Secret(""), ("a b",))), "credentials": USER},
         ["token_endpoint", "client_id", "client_secret", "scopes"]),
    ],
)  # fmt: skip
def test_violations(settings: dict[str, Any], fields: list[str]) -> None:
    assert [name for name, _ in violations(Plan(**{"host": "x"} | settings))] == fields


def test_default_ports() -> None:
    assert {mode: default_port(mode) for mode in TlsMode} == {
        TlsMode.AUTO: 587,
        TlsMode.IMPLICIT: 465,
        TlsMode.STARTTLS: 587,
        TlsMode.OPPORTUNISTIC: 587,
        TlsMode.NONE: 25,
    }


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://login.test/t/token", Url("https", "login.test", 443, "/t/token")),
        ("https://LOGIN.test:8443?a=b%20c", Url("https", "login.test", 8443, "/?a=b%20c")),
        ("https://[::1]/", Url("https", "::1", 443, "/")),
    ],
)
def test_endpoints(url: str, endpoint: Url) -> None:
    assert parse_endpoint(url) == endpoint


@pytest.mark.parametrize(
    "url",
    ["", "x", "http://a.test/", "ftp://a.test/", "https://", "https:///x", "https://u:p@a.test/", "https://a.test/#x",
     "https://a.test:0/", "https://a.test:99999/", "https://a.test:x/", "https://a b/", "https://a.test/\r\nX: y",
     "https://[::1", "https://ü.test/", "https://a..test/"],
)  # fmt: skip
def test_what_is_no_endpoint(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must "):
        parse_endpoint(url)


def test_no_secret_shows_in_a_plan() -> None:
    grant = ClientCredentials("https://x.test/", "id", Secret("hunter22!"))
    plan = Plan(host="x", oauth=OAuth(Secret("ya29.secret"), grant))
    assert "hunter22!" not in repr(plan)
    assert "ya29" not in repr(plan)
