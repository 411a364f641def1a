"""The autoconfig format: what is read, what is skipped, and that no document does more than be refused."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery_support.world import document, outgoing
from mailproof.discovery.autoconfig import (
    MAX_DOCUMENT,
    MAX_SERVERS,
    MAX_USER,
    AutoconfigError,
    OutgoingServer,
    fill,
    parse,
)
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.host import check_host
from mailproof.syntax.mailbox import Mailbox

JO = Mailbox("jo.doe", "example.test")


def read(text: str, mailbox: Mailbox = JO) -> tuple[OutgoingServer, ...]:
    return parse(text.encode(), mailbox)


def test_servers_in_the_documents_order() -> None:
    text = document(
        outgoing("a.example.test", 465, "SSL", authentication="OAuth2"),
        outgoing("b.example.test", 587, "STARTTLS", "%EMAILLOCALPART%"),
        outgoing("c.example.test", 25, "plain"),
    )
    assert read(text) == (
        OutgoingServer("a.example.test", 465, TlsMode.IMPLICIT, "jo.doe@example.test", ("oauth2",)),
        OutgoingServer("b.example.test", 587, TlsMode.STARTTLS, "jo.doe", ("password-cleartext",)),
        OutgoingServer(
            "c.example.test", 25, TlsMode.OPPORTUNISTIC, "jo.doe@example.test", ("password-cleartext",)
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("template", "user"),
    [
        ("%EMAILADDRESS%", "jo.doe@example.test"),
        ("%EMAILLOCALPART%", "jo.doe"),
        ("%EMAILDOMAIN%\\%EMAILLOCALPART%", "example.test\\jo.doe"),
        ("%EMAILLOCALPART%.%EMAILDOMAIN%", "jo.doe.example.test"),
        ("fixed", "fixed"),
        ("%OTHER%", "%OTHER%"),
    ],
)
def test_placeholders_of_the_user(template: str, user: str) -> None:
    assert read(document(outgoing("a.test", 465, "SSL", template)))[0].user == user


def test_a_local_part_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert fill("%EMAILADDRESS%", Mailbox("%EMAILDOMAIN%", "example.test")) == "%EMAILDOMAIN%@example.test"


def test_a_host_is_filled_with_the_ascii_domain() -> None:
    text = document(outgoing("mail.%EMAILDOMAIN%", 465, "SSL"))
    (server,) = read(text, Mailbox("jo", "bücher.test"))
    assert server.host == "mail.xn--bcher-kva.test"
    assert server.user == "jo@bücher.test"


@pytest.mark.parametrize("word", ["none", "client-IP-address", "smtp-after-pop"])
def test_a_server_without_login_has_no_user(word: str) -> None:
    assert read(document(outgoing("a.test", 587, "STARTTLS", authentication=word)))[0].user == ""


def test_a_user_that_is_not_named_is_the_address() -> None:
    text = document("<hostname>a.test</hostname><port>465</port><socketType>SSL</socketType>")
    assert read(text)[0].user == "jo.doe@example.test"


@pytest.mark.parametrize(
    "server",
    [
        outgoing("", 465, "SSL"),
        outgoing("a b", 465, "SSL"),
        outgoing("a.test/path", 465, "SSL"),
        outgoing("a.test", 0, "SSL"),
        outgoing("a.test", 65536, "SSL"),
        outgoing("a.test", -1, "SSL"),
        "<hostname>a.test</hostname><port>x</port><socketType>SSL</socketType>",
        "<hostname>a.test</hostname><port>4²</port><socketType>SSL</socketType>",
        outgoing("a.test", 465, "TLS?"),
        outgoing("a.test", 465, ""),
        outgoing("a.test", 465, "SSL", "x" * (MAX_USER + 1)),
        outgoing("a.test", 465, "SSL", "x\ny"),
        outgoing("a.test", 465, "SSL", "x\u202ey"),
        outgoing("h" * 2000, 465, "SSL"),
        "<deep>" + outgoing("a.test", 465, "SSL") + "</deep>",
    ],
)
def test_an_invalid_server_is_skipped(server: str) -> None:
    assert [one.host for one in read(document(server, outgoing("good.test", 465, "SSL")))] == ["good.test"]
    with pytest.raises(AutoconfigError, match="names no SMTP server"):
        read(document(server))


def test_other_kinds_of_servers_are_skipped() -> None:
    good = outgoing("good.test", 465, "SSL")
    text = document(good).replace(
        "<domain>",
        f'<incomingServer type="imap">{good}</incomingServer><outgoingServer type="x">{good}</outgoingServer><domain>',
    )
    assert len(read(text)) == 1


def test_the_number_of_servers_is_bounded() -> None:
    text = document(*(outgoing(f"h{number}.test", 465, "SSL") for number in range(100)))
    assert len(read(text)) == MAX_SERVERS


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "well-formed"),
        (b"<a>", "well-formed"),
        (b"<a/>", "no clientConfig"),
        (b"\x00" * 100, "well-formed"),
        (b" " * (MAX_DOCUMENT + 1), "larger than 256 KiB"),
        (b"<!DOCTYPE a><a/>", "document type definition"),
        (b"<a>" * 100, "nested too deeply"),
        (b"<clientConfig>" + b"<a/>" * 5001, "too many elements"),
        (b"<?xml version='1.0' encoding='utf-7'?><a/>", "well-formed"),
        (b"<?xml version='1.0' encoding='rot13'?><a/>", "well-formed"),
        (b"<?xml version='1.0' encoding='idna'?><a/>", "well-formed"),
    ],
)
def test_an_invalid_document_is_refused_in_our_words(data: bytes, said: str) -> None:
    with pytest.raises(AutoconfigError, match=said):
        parse(data, JO)


@pytest.mark.parametrize(
    "bomb",
    [
        f'<clientConfig xmlns="{"n" * 200_000}">' + "".join(f"<a{number}/>" for number in range(2000)),
        f'<clientConfig xmlns:n="{"n" * 200_000}" ' + " ".join(f'n:a{number}=""' for number in range(2000)) + ">",
    ],
    ids=["elements", "attributes"],
)
def test_a_long_namespace_is_not_multiplied_by_the_names_in_it(bomb: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(AutoconfigError):
            parse(f"{bomb}</clientConfig>".encode(), JO)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * MAX_DOCUMENT


@pytest.mark.parametrize(
    "name", ['clientConfig xmlns="urn:a"', 'x:clientConfig xmlns:x="urn:a"'], ids=["without prefix", "with prefix"]
)
def test_a_namespace_makes_no_difference(name: str) -> None:
    text = document(outgoing("a.test", 465, "SSL")).replace("<clientConfig", f"<{name}", 1)
    text = text.replace("</clientConfig", f"</{name.partition(' ')[0]}", 1)
    assert read(text)[0].host == "a.test"


def test_a_document_in_another_encoding_is_read() -> None:
    text = document(outgoing("a.test", 465, "SSL", "jö")).replace("UTF-8", "ISO-8859-1")
    assert parse(text.encode("latin-1"), JO)[0].user == "jö"


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="<&>"), max_size=40)
VALUES = st.one_of(TEXT, st.sampled_from(["a.test", "465", "587", "SSL", "STARTTLS", "plain", "%EMAILADDRESS%"]))
FIELD = st.tuples(
    st.sampled_from(["hostname", "port", "socketType", "username", "authentication", "other"]), VALUES
).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>")
DOCUMENTS = st.lists(st.lists(FIELD, max_size=8).map("".join), max_size=12).map(lambda servers: document(*servers))


def check(data: bytes) -> None:
    try:
        servers = parse(data, JO)
    except AutoconfigError:
        return
    assert 1 <= len(servers) <= MAX_SERVERS
    assert len(set(servers)) == len(servers)
    for server in servers:
        assert check_host(server.host) == server.host
        assert 1 <= server.port <= 65535
        assert server.user.isprintable()
        assert len(server.user) <= MAX_USER


@given(DOCUMENTS)
def test_any_document_is_read_within_the_bounds_or_refused(text: str) -> None:
    check(text.encode())


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    check(data)


@given(DOCUMENTS, st.integers(0, 2000), st.binary(min_size=1, max_size=4))
def test_any_broken_document_is_read_or_refused(text: str, place: int, noise: bytes) -> None:
    data = text.encode()
    check(data[:place] + noise + data[place + len(noise) :])
