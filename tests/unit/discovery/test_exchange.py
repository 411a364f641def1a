"""Exchange's autodiscover: the answers of different makers, the question, and documents that mean harm."""

import defusedxml.ElementTree
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_support.makers import ANSWERS, CONFIGS, Sample
from mailproof.discovery import autoconfig
from mailproof.discovery.autoconfig import MAX_SERVERS, MAX_USER, AutoconfigError, OutgoingServer
from mailproof.discovery.exchange import AutodiscoverAnswer, parse, request
from mailproof.syntax.host import check_host
from mailproof.syntax.mailbox import Mailbox

JO = Mailbox("jo", "example.test")


def rows(servers: tuple[OutgoingServer, ...]) -> tuple[tuple[str, int, str, str], ...]:
    return tuple((one.host, one.port, one.tls_mode.value, one.user) for one in servers)


def answer(*protocols: str, account: str = "<Action>settings</Action>") -> bytes:
    inside = "".join(f"<Protocol>{protocol}</Protocol>" for protocol in protocols)
    return f"<Autodiscover><Response><Account>{account}{inside}</Account></Response></Autodiscover>".encode()


def smtp(*fields: str, server: str = "mx.example.test", port: str = "465") -> str:
    return f"<Type>SMTP</Type><Server>{server}</Server><Port>{port}</Port>{''.join(fields)}"


SAMPLES = (*ANSWERS, *CONFIGS)
TRUE = [sample for sample in SAMPLES if not sample.refused]


@pytest.mark.parametrize("sample", TRUE, ids=lambda sample: sample.maker)
def test_a_makers_document(sample: Sample) -> None:
    assert rows(_read(sample, sample.document.encode())) == sample.servers


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.refused], ids=lambda sample: sample.maker)
def test_a_document_without_settings_is_refused(sample: Sample) -> None:
    with pytest.raises(AutoconfigError, match=sample.refused):
        _read(sample, sample.document.encode())


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-8-SIG", "UTF-16", "ISO-8859-1"])
@pytest.mark.parametrize("sample", TRUE, ids=lambda sample: sample.maker)
def test_a_makers_document_in_another_encoding(sample: Sample, encoding: str) -> None:
    _, end, body = sample.document.rpartition("?>")
    declaration = f'<?xml version="1.0" encoding="{encoding.removesuffix("-SIG")}"?>'
    assert rows(_read(sample, f"{declaration}<!-- \xe4 -->{body if end else sample.document}".encode(encoding))) == (
        sample.servers
    )


def _read(sample: Sample, data: bytes) -> tuple[OutgoingServer, ...]:
    return parse(data, JO).servers if sample in ANSWERS else autoconfig.parse(data, JO)


@pytest.mark.parametrize(
    ("port", "fields", "mode"),
    [
        ("465", "", "implicit"),
        ("465", "<SSL>off</SSL>", "implicit"),
        ("465", "<Encryption>TLS</Encryption>", "implicit"),
        ("587", "", "starttls"),
        ("587", "<SSL>on</SSL>", "starttls"),
        ("587", "<Encryption>SSL</Encryption>", "starttls"),
        ("587", "<SSL>off</SSL><Encryption>TLS</Encryption>", "starttls"),
        ("587", "<SSL>off</SSL>", "opportunistic"),
        ("587", "<SSL>false</SSL>", "opportunistic"),
        ("587", "<SSL>off</SSL><Encryption>hm</Encryption>", "opportunistic"),
        ("587", "<SSL>on</SSL><Encryption>None</Encryption>", "opportunistic"),
        ("25", "<Encryption>Auto</Encryption>", "starttls"),
        ("10465", "<SSL>on</SSL>", "implicit"),
        ("10587", "<Encryption>tls</Encryption>", "starttls"),
    ],
)
def test_how_a_server_is_secured(port: str, fields: str, mode: str) -> None:
    (server,) = parse(answer(smtp(fields, port=port)), JO).servers
    assert server.tls_mode == mode


@pytest.mark.parametrize(
    ("document", "port"),
    [
        ("<Type>SMTP</Type><Server>mx.test</Server><Encryption>SSL</Encryption>", 465),
        ("<Type>SMTP</Type><Server>mx.test</Server>", 587),
    ],
)
def test_a_port_that_is_not_said(document: str, port: int) -> None:
    assert parse(answer(document), JO).servers[0].port == port


@pytest.mark.parametrize(
    ("fields", "user"),
    [
        ("", "jo@example.test"),
        ("<LoginName>web1</LoginName>", "web1"),
        ("<LoginName>web1</LoginName><DomainRequired>on</DomainRequired>", "web1@example.test"),
        (
            "<LoginName>web1</LoginName><DomainRequired>on</DomainRequired><DomainName>x.test</DomainName>",
            "web1@x.test",
        ),
        ("<LoginName>a@b.test</LoginName><DomainRequired>on</DomainRequired>", "a@b.test"),
        ("<LoginName>AD\\jo</LoginName><DomainRequired>on</DomainRequired>", "AD\\jo"),
        ("<LoginName>web1</LoginName><AuthRequired>off</AuthRequired>", ""),
        ("<AuthRequired>False</AuthRequired>", ""),
    ],
)  # fmt: skip
def test_who_logs_in(fields: str, user: str) -> None:
    (server,) = parse(answer(smtp(fields)), JO).servers
    assert server.user == user
    assert server.authentication == (("none",) if user == "" else ())


def test_a_local_part_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    (server,) = parse(answer(smtp()), Mailbox("%EMAILDOMAIN%", "example.test")).servers
    assert server.user == "%EMAILDOMAIN%@example.test"


def test_secure_password_authentication_is_ntlm() -> None:
    assert parse(answer(smtp("<SPA>on</SPA>")), JO).servers[0].authentication == ("ntlm",)


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("<Action>redirectAddr</Action><RedirectAddr>jo@b.test</RedirectAddr>", AutodiscoverAnswer((), "jo@b.test")),
        (
            "<Action>redirectUrl</Action><RedirectUrl>https://b.test/autodiscover/autodiscover.xml</RedirectUrl>",
            AutodiscoverAnswer((), "", "https://b.test/autodiscover/autodiscover.xml"),
        ),
    ],
)
def test_a_redirect_is_returned(account: str, expected: AutodiscoverAnswer) -> None:
    assert parse(answer(account=account), JO) == expected


@pytest.mark.parametrize(
    "account",
    [
        "<Action>redirectAddr</Action><RedirectAddr>nobody</RedirectAddr>",
        "<Action>redirectAddr</Action><RedirectAddr>jo\u202e@b.test</RedirectAddr>",
        "<Action>redirectAddr</Action>",
        "<Action>redirectUrl</Action><RedirectUrl>http://b.test/</RedirectUrl>",
        "<Action>redirectUrl</Action><RedirectUrl>https://jo:x@b.test/</RedirectUrl>",
        "<Action>redirectUrl</Action><RedirectUrl>https://b.test:8443/</RedirectUrl>",
        "<Action>redirectUrl</Action><RedirectUrl>file:///etc/passwd</RedirectUrl>",
        "<Action>settings</Action><RedirectUrl>https://b.test/</RedirectUrl>",
    ],
)
def test_a_redirect_that_is_none_is_refused(account: str) -> None:
    with pytest.raises(AutoconfigError, match="names no SMTP server"):
        parse(answer(account=account), JO)


@pytest.mark.parametrize(
    "protocol",
    [
        smtp(server="a b"),
        smtp(server="a\u202eb.test"),
        smtp(server="a\u200bb.test"),
        smtp(server="mx.test\nx"),
        smtp(server="mx.test/path"),
        smtp(server="https://mx.test/"),
        smtp(server=""),
        smtp(server="h" * 2000),
        smtp(port="0"),
        smtp(port="65536"),
        smtp(port="\uff14\uff16\uff15"),
        smtp("<LoginName>a\nb</LoginName>"),
        smtp("<LoginName>a\u202eb</LoginName>"),
        smtp(f"<LoginName>{'u' * (MAX_USER + 1)}</LoginName>"),
        "<Type>IMAP</Type><Server>mx.test</Server><Port>465</Port>",
        "<Server>mx.test</Server><Port>465</Port>",
    ],
)
def test_an_invalid_server_is_skipped(protocol: str) -> None:
    good = smtp(server="good.test")
    assert [one.host for one in parse(answer(protocol, good), JO).servers] == ["good.test"]
    with pytest.raises(AutoconfigError):
        parse(answer(protocol), JO)


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {n} "{f"&{p};" * 10}">' for p, n in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><Autodiscover><Response>&i;</Response></Autodiscover>"
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "well-formed"),
        (LAUGHS.encode(), "document type definition"),
        (LAUGHS.encode("utf-16"), "document type definition"),
        (b'<!DOCTYPE a SYSTEM "http://169.254.169.254/"><a/>', "document type definition"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><a/>', "document type definition"),
        (b"<Autodiscover/>", "no Autodiscover answer"),
        (b"<a>" * 100, "nested too deeply"),
        (b"<Autodiscover><Response>" + b"<a/>" * 5001, "too many elements"),
        (answer(*["<Type>SMTP</Type>"] * 33), "too many protocols"),
        (b" " * (autoconfig.MAX_DOCUMENT + 1), "larger than 256 KiB"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (
            b"<Autodiscover><Response><Error><ErrorCode>\xe2\x80\xae6</ErrorCode></Error></Response></Autodiscover>",
            "error$",
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_hostile_answer_is_refused_in_our_words(data: bytes, said: str) -> None:
    with pytest.raises(AutoconfigError, match=said):
        parse(data, JO)


def test_the_number_of_servers_is_bounded() -> None:
    found = parse(answer(*(smtp(server=f"h{number}.test") for number in range(32))), JO)
    assert len(found.servers) == MAX_SERVERS


@pytest.mark.parametrize("local", ["jo", "a&b", "a<b>", '"a]]>b"', "a'b", "jö"])
def test_the_question_holds_the_address_whatever_it_is(local: str) -> None:
    root = defusedxml.ElementTree.fromstring(request(Mailbox(local, "bücher.test")))
    texts = [element.text for element in root.iter() if element.text]
    assert texts[0] == f"{local}@xn--bcher-kva.test"
    assert len(texts) == 2


NAMES = st.sampled_from(["Type", "Server", "Port", "SSL", "Encryption", "LoginName", "DomainRequired", "AuthRequired"])
VALUES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="<&>"), max_size=30
) | st.sampled_from(["SMTP", "mx.test", "465", "on", "off", "TLS"])
PROTOCOLS = st.lists(
    st.lists(st.tuples(NAMES, VALUES), max_size=8).map(
        lambda fields: "<Type>SMTP</Type>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields)
    ),
    max_size=10,
)


@given(PROTOCOLS, st.integers(0, 600), st.binary(max_size=3))
def test_any_answer_is_read_within_the_bounds_or_refused(protocols: list[str], place: int, noise: bytes) -> None:
    data = answer(*protocols)
    try:
        found = parse(data[:place] + noise + data[place + len(noise) :], JO)
    except AutoconfigError:
        return
    assert found.servers or found.redirect_address or found.redirect_url
    for server in found.servers:
        assert check_host(server.host) == server.host
        assert 1 <= server.port <= 65535
        assert server.user.isprintable()
        assert len(server.user) <= MAX_USER
