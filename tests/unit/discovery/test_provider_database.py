"""The database of mail providers: how the tool makes its file, what is refused, and what is read from it."""

import importlib.resources
import json
from collections.abc import Iterator

import pytest
from tools.provider_database import contradictions, convert, problems, written

from discovery_support.world import outgoing
from mailproof.discovery import provider_database
from mailproof.discovery.provider_database import FILE, LICENCE, DatabaseServer, servers_of
from mailproof.smtp.vocabulary import TlsMode


def provider(*servers: str, name: str = "Example Mail", domains: tuple[str, ...] = ("example.test",)) -> bytes:
    return (
        '<clientConfig version="1.1"><emailProvider id="example.test">'
        + "".join(f"<domain>{domain}</domain>" for domain in domains)
        + f'<displayName>{name}</displayName><incomingServer type="imap">{outgoing("imap.test", 993, "SSL")}'
        + "</incomingServer>"
        + "".join(f'<outgoingServer type="smtp">{server}</outgoingServer>' for server in servers)
        + "</emailProvider></clientConfig>"
    ).encode()


SSL = outgoing("smtp.example.test", 465, "SSL", authentication="OAuth2")
STARTTLS = outgoing("mail.%EMAILDOMAIN%", 587, "STARTTLS", "%EMAILLOCALPART%")
DOCUMENTS = {
    "b.xml": provider(SSL, STARTTLS, domains=("example.test", "Example.net", "bücher.test")),
    "c.xml": provider(SSL, name="Mail of %EMAILDOMAIN%", domains=("named.test",)),
    "d.xml": provider(SSL, name="%EMAILADDRESS%", domains=("unnamed.test",)),
    "a.xml": provider(outgoing("open.test", 25, "plain", authentication="none"), name="Open", domains=("open.test",)),
}


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    text = written(convert(DOCUMENTS)[0], "2026-01-31", "abc")
    provider_database._database.cache_clear()
    monkeypatch.setattr(provider_database, "_text", lambda: text)
    yield
    provider_database._database.cache_clear()


@pytest.mark.usefixtures("database")
def test_the_servers_of_a_listed_domain() -> None:
    assert servers_of("example.net") == (
        DatabaseServer("smtp.example.test", 465, TlsMode.IMPLICIT, "%EMAILADDRESS%", ("oauth2",), "Example Mail"),
        DatabaseServer(
            "mail.example.net", 587, TlsMode.STARTTLS, "%EMAILLOCALPART%", ("password-cleartext",), "Example Mail"
        ),
    )
    assert servers_of("xn--bcher-kva.test")[1].host == "mail.xn--bcher-kva.test"
    assert servers_of("open.test") == (
        DatabaseServer("open.test", 25, TlsMode.OPPORTUNISTIC, "", ("none",), "Open"),
    )  # fmt: skip
    assert provider_database.DATE == "2026-01-31"


@pytest.mark.usefixtures("database")
def test_a_provider_is_named_for_people() -> None:
    assert servers_of("named.test")[0].provider == "Mail of named.test"
    assert servers_of("unnamed.test")[0].provider == "unnamed.test"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("domain", ["", "test", "mail.example.test", "ample.test", "EXAMPLE.TEST", "servers"])
def test_another_domain_has_none(domain: str) -> None:
    assert servers_of(domain) == ()


def test_a_package_without_the_file_knows_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_database, "FILE", "no such file")
    provider_database._database.cache_clear()
    assert servers_of("example.test") == ()
    assert provider_database.DATE == ""
    provider_database._database.cache_clear()


def test_the_file_is_the_same_each_time_and_has_one_provider_a_line() -> None:
    first, second = (
        written(convert(dict(order))[0], "2026-01-31", "abc")
        for order in (DOCUMENTS.items(), reversed(DOCUMENTS.items()))
    )
    assert first == second
    head, *rows, end = first.splitlines()
    assert f'"licence": "{LICENCE}"' in head
    assert [json.loads(row.rstrip(","))["domains"][0] for row in rows] == [
        "example.net",
        "named.test",
        "open.test",
        "unnamed.test",
    ]
    assert end == "]}"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"<plist/>", "no clientConfig"),
        (provider(SSL, domains=("a b",)), "not valid"),
        (provider(SSL, domains=("com",)), "1 of 1 servers"),  # all of a top-level domain is nobody's mail
        (provider(outgoing("a\u202eb", 465, "SSL")), "1 of 1 servers"),
        (provider(outgoing("a.test", 465, "SSL", "x\ny")), "1 of 1 servers"),
    ],
)
def test_what_our_checks_refuse_is_left_out_and_said(document: bytes, said: str) -> None:
    rows, left_out = convert({"x.xml": document})
    assert rows == []
    assert said in " ".join(left_out)


def test_a_domain_belongs_to_the_first_document_that_names_it() -> None:
    rows, left_out = convert({"a.xml": provider(SSL), "b.xml": provider(SSL, domains=("example.test", "b.test"))})
    assert [row["domains"] for row in rows] == [["b.test"], ["example.test"]]
    assert left_out == ["b.xml: example.test was named before"]


def test_the_check_finds_a_bad_row() -> None:
    rows, _ = convert(DOCUMENTS)
    assert list(problems({"providers": rows})) == []
    spoilt = json.loads(json.dumps(rows))
    spoilt[0]["servers"][0]["host"] = "a b"
    spoilt[2]["domains"] = ["OPEN.test"]
    assert len(list(problems({"providers": spoilt}))) == 2
    assert len(list(problems({"providers": [*rows, rows[0]]}))) == 1


def test_a_preset_that_names_another_host_is_told() -> None:
    rows, _ = convert({"a.xml": provider(SSL, domains=("gmail.com", "fastmail.com"))})
    assert [line.partition(":")[0] for line in contradictions(written(rows, "", ""))] == ["fastmail.com", "gmail.com"]


def test_what_is_shipped_is_valid_and_agrees_with_the_presets() -> None:
    file = importlib.resources.files("mailproof.discovery") / FILE
    text = file.read_text("utf-8") if file.is_file() else written([], "", "")
    assert [*problems(json.loads(text)), *contradictions(text)] == []
    assert json.loads(text)["licence"] == LICENCE
