"""The server as people type it: what is understood, what is refused with which sentence, and what is kept of it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailproof.syntax.host import bracketed, join_host_port
from mailproof.syntax.typed_host import (
    MailAddressTypedError,
    SchemeTls,
    TypedHost,
    demands_tls,
    looked_up_host,
    normal_host_port,
    parse_host_port,
    parse_typed_host,
)

IMPLICIT, STARTTLS = SchemeTls.IMPLICIT, SchemeTls.STARTTLS

UNDERSTOOD: list[tuple[str, tuple[str, int | None, SchemeTls | None]]] = [
    ("smtp.example.com", ("smtp.example.com", None, None)),
    ("  smtp.example.com ", ("smtp.example.com", None, None)),
    ("\u00a0smtp.example.com\u3000", ("smtp.example.com", None, None)),
    ("smtp.example.com.", ("smtp.example.com", None, None)),
    ("smtp.example.com/", ("smtp.example.com", None, None)),
    ("SMTP.Example.COM", ("SMTP.Example.COM", None, None)),
    ("localhost", ("localhost", None, None)),
    ("my_host.example.com:25", ("my_host.example.com", 25, None)),
    ("smtp.example.com:587", ("smtp.example.com", 587, None)),
    ("smtp.example.com:587/", ("smtp.example.com", 587, None)),
    ("smtp.example.com.:587", ("smtp.example.com", 587, None)),
    ("smtp.example.com:00587", ("smtp.example.com", 587, None)),
    ("smtp。example\uff0ecom", ("smtp.example.com", None, None)),
    ("smtp。example。com:587", ("smtp.example.com", 587, None)),
    ("\uff53\uff4d\uff54\uff50.example.com", ("smtp.example.com", None, None)),
    ("bücher.example:25", ("xn--bcher-kva.example", 25, None)),
    ("straße.example", ("xn--strae-oqa.example", None, None)),
    ("почта.рф:465", ("xn--80a1acny.xn--p1ai", 465, None)),
    ("メール.例え", ("xn--4dkua4c.xn--r8jz45g", None, None)),
    ("smtp.gm\u0430il.com", ("smtp.xn--gmil-63d.com", None, None)),  # Cyrillic
    ("192.0.2.1", ("192.0.2.1", None, None)),
    ("192.0.2.1:25", ("192.0.2.1", 25, None)),
    ("[192.0.2.1]:25", ("192.0.2.1", 25, None)),
    ("2001:db8::1", ("2001:db8::1", None, None)),
    ("[2001:db8::1]", ("2001:db8::1", None, None)),
    ("[2001:db8::1]:587", ("2001:db8::1", 587, None)),
    ("[fe80::1%eth0]:25", ("fe80::1%eth0", 25, None)),
    ("smtp://smtp.example.com", ("smtp.example.com", None, None)),
    ("smtp://smtp.example.com:2525/", ("smtp.example.com", 2525, None)),
    ("smtp://[2001:db8::1]:25", ("2001:db8::1", 25, None)),
    ("smtps://smtp.example.com", ("smtp.example.com", 465, IMPLICIT)),
    ("SMTPS://smtp.example.com/", ("smtp.example.com", 465, IMPLICIT)),
    ("smtps://smtp.example.com:2465", ("smtp.example.com", 2465, IMPLICIT)),
    ("smtps://[::1]", ("::1", 465, IMPLICIT)),
    ("smtp+starttls://smtp.example.com", ("smtp.example.com", None, STARTTLS)),
    ("submission://smtp.example.com", ("smtp.example.com", 587, None)),
    ("submissions://smtp.example.com", ("smtp.example.com", 465, IMPLICIT)),
    ("ssl://smtp.example.com", ("smtp.example.com", 465, IMPLICIT)),
]

REFUSED: list[tuple[str, str]] = [
    ("", "must not be empty"),
    ("   ", "must not be empty"),
    ("smtp://", "must not be empty"),
    ("/", "must not be empty"),
    ("smtp.example.com:", "has no port behind the colon"),
    ("smtp.example.com:0", "the port must be a number between 1 and 65535"),
    ("smtp.example.com:65536", "the port must be a number between 1 and 65535"),
    ("smtp.example.com:smtp", "the port must be a number between 1 and 65535"),
    ("smtp.example.com:-1", "the port must be a number between 1 and 65535"),
    ("smtp.example.com:\uff15\uff18\uff17", "the port must be a number between 1 and 65535"),
    ("smtp.example.com\uff1a587", "is not valid"),
    ("smtp.example.com:٢٥", "the port must be a number between 1 and 65535"),
    ("smtp.example.com:587:465", "has several colons"),
    ("2001:db8::zz", "has several colons"),
    ("[2001:db8::1", r"must be like \[::1\]"),
    ("[::1]:", r"must be like \[::1\]"),
    ("[::1]25", r"must be like \[::1\]"),
    ("[smtp.example.com]:25", "only an IPv6 address stands in brackets"),
    ("smtp.example.com/mail", "without a path or query"),
    ("smtp://smtp.example.com/mail", "without a path or query"),
    ("smtps://smtp.example.com?tls=1", "without a path or query"),
    ("smtps://smtp.example.com#x", "without a path or query"),
    ("192.0.2.0/24", "without a path or query"),
    ("//smtp.example.com", "without a path or query"),
    ("http://mail.example.com", "URL of a web page"),
    ("HTTPS://mail.example.com:587", "URL of a web page"),
    ("imap://mail.example.com", "mail is read from"),
    ("imaps://imap.example.com:993", "mail is read from"),
    ("pop3://pop.example.com", "mail is read from"),
    ("pop3s://pop.example.com", "mail is read from"),
    ("ldap://mail.example.com", "a scheme that is not read here"),
    ("tls://mail.example.com", "a scheme that is not read here"),
    ("://mail.example.com", "a scheme that is not read here"),
    ("user@example.com", "is a mail address and no server"),
    ("mailto:user@example.com", "is a mail address and no server"),
    ("user@example.com:587", "is a mail address and no server"),
    ("@example.com", "is a mail address and no server"),
    ("smtps://user@smtp.example.com", "must not hold a user or password"),
    ("smtps://user:pass-word@smtp.example.com", "must not hold a user or password"),
    ("smtps://user:pass/word@smtp.example.com", "must not hold a user or password"),
    ("user:pass-word@smtp.example.com:587", "must not hold a user or password"),
    ("a b", "is not valid"),
    ("a..b", "is not valid"),
    ("smtp.example.com,smtp.example.net", "is not valid"),
    ("<smtp.example.com>", "is not valid"),
    ("a" * 254, "longer than 253"),
    ("a" * 64 + ".example", "is not valid"),
    ("smtp.example.com\n", "control characters"),
    ("smtp.example.com\r\nQUIT", "control characters"),
    ("smtp\0.example.com", "control characters"),
    ("smtp\x85.example.com", "control characters"),
    ("smtp\u200b.example.com", "invisible"),
    ("smtp.\u202emoc.elpmaxe", "invisible"),  # it is shown from right to left
    ("\ufeffsmtp.example.com", "invisible"),
    ("smtp.example.com\ud800", "invisible"),
    ("x" * 10_000_000, "too long"),
    # An @ as it is typed in full width, or small: IDNA reads it as a plain one.
    ("pass\uff20mail.example", "is a mail address and no server"),
    ("pass\uff20mail.example:587", "is a mail address and no server"),
    ("pass\ufe6bmail.example:587", "is a mail address and no server"),
    ("user\uff1apass\uff20mail.example:587", "must not hold a user or password"),
    ("smtps://user:pass\uff20mail.example", "must not hold a user or password"),
]


@pytest.mark.parametrize(("text", "expected"), UNDERSTOOD)
def test_what_is_understood(text: str, expected: tuple[str, int | None, SchemeTls | None]) -> None:
    typed = parse_typed_host(text)
    assert (typed.host, typed.wanted_port, typed.tls) == expected


@pytest.mark.parametrize(("text", "sentence"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_what_is_refused_gets_a_sentence_that_repeats_no_password(text: str, sentence: str) -> None:
    for parse in (parse_typed_host, parse_host_port):
        with contextlib.suppress(ValueError):
            parse(text)
    with pytest.raises(ValueError, match=sentence) as caught:
        parse_typed_host(text)
    assert "pass" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize("row", [row for row in REFUSED if set(row[0]) & set("@\uff20\ufe6b")])
def test_with_a_port_too_nothing_before_an_at_is_repeated(row: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=row[1]) as caught:
        parse_host_port(row[0])
    assert "pass" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("user@Gmail.com", "gmail.com"),
        ("MAILTO:user@gmail.com", "gmail.com"),
        ("user@gmail.com:587", "gmail.com"),
        ("user@bücher.example.", "xn--bcher-kva.example"),
        ("user@", ""),
        ("user@a b", ""),
    ],
)
def test_the_domain_of_a_mail_address(text: str, domain: str) -> None:
    with pytest.raises(MailAddressTypedError) as caught:
        parse_typed_host(text)
    assert caught.value.domain == domain


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("smtp.example.com:587", "smtp.example.com:587"),
        (" SMTP.example.com:00587 ", "SMTP.example.com:00587"),  # as it was typed
        ("bücher.example:25", "bücher.example:25"),
        ("x" * 300 + ":25", "x" * 300 + ":25"),  # no host, as a test of it says
        ("smtp.example.com:587/", "smtp.example.com:587"),
        ("smtp://smtp.example.com:587", "smtp.example.com:587"),
        ("smtps://smtp.example.com", "smtp.example.com:465"),
        ("smtps://[::1]/", "[::1]:465"),
    ],
)
def test_what_is_kept_of_a_server_with_a_port(text: str, kept: str) -> None:
    parse_host_port(text)
    assert normal_host_port(text) == kept


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("smtp.example.org", "smtp.example.org:587"),
        ("smtp://smtp.example.org", "smtp.example.org:587"),
        ("192.0.2.1", "192.0.2.1:587"),
        ("[::1]", "[::1]:587"),
        ("a b", "smtp.example.com:587"),
        ("", "smtp.example.com:587"),
    ],
)
def test_without_a_port_the_sentence_names_the_likely_value(text: str, likely: str) -> None:
    with pytest.raises(ValueError, match="must be a host and a port") as caught:
        parse_host_port(text)
    assert str(caught.value) == f'must be a host and a port, like "{likely}"'


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("smtp.example.com", "SMTP.Example.com.", True),
        ("bücher.example", "BÜCHER.example", True),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("::1", "0:0::1", True),
        ("::1", "[::1]", True),
        ("βολος.example", "ΒΟΛΟΣ.example", False),  # a final sigma is a letter of its own
        ("straße.example", "strasse.example", False),
        ("smtp.gmail.com", "smtp.gm\u0430il.com", False),
        ("::ffff:192.0.2.1", "192.0.2.1", False),
        ("not a host", "not a host ", False),
    ],
)
def test_two_spellings_of_one_server(one: str, other: str, same: bool) -> None:
    assert (looked_up_host(one) == looked_up_host(other)) is same


@pytest.mark.parametrize(
    ("text", "port", "mode", "wrong"),
    [
        ("smtp.example.com", 25, "none", ("", "")),
        ("smtp.example.com:25", 25, "none", ("", "")),
        ("smtp.example.com:25", 26, "", ("must not differ from the port of the host, which is 25", "")),
        ("smtps://smtp.example.com", 587, "implicit", ("", "")),  # 465 is only the scheme's default
        ("smtps://smtp.example.com", 0, "none", ("", "must not contradict the host: smtps:// means implicit TLS")),
        ("smtp+starttls://h", 0, "implicit", ("", "must not contradict the host: smtp+starttls:// means STARTTLS")),
        ("smtp://smtp.example.com", 465, "implicit", ("", "")),
    ],
)
def test_what_contradicts_a_typed_host(text: str, port: int, mode: str, wrong: tuple[str, str]) -> None:
    assert parse_typed_host(text).contradicts(port=port, mode=mode) == wrong


def test_urls_that_demand_tls() -> None:
    assert [demands_tls(text) for text in ("smtps://h", "SMTP+STARTTLS://h", "smtp://h", "smtps:1", "h:1")] == [
        True, True, False, False, False
    ]  # fmt: skip


typed_texts = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from("smtps://[]:%@.?#1af ü。ß١а\u200b\n"), max_size=30),
    st.sampled_from([text for text, _ in UNDERSTOOD]),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "smtp://", "smtps://", "SUBMISSION://", "imap://"]),
        st.text(max_size=20),
        st.sampled_from(["", "/", ":25", ":", ":99999"]),
    ),
)


@given(typed_texts)
@example("smtps://[fe80::1%eth0]")
def test_what_is_accepted_is_read_the_same_again(text: str) -> None:
    try:
        typed = parse_typed_host(text)
    except ValueError:
        return
    assert typed.host.isascii()
    assert typed.host.isprintable()
    port = typed.wanted_port
    shown = join_host_port(typed.host, port) if port else bracketed(typed.host)
    assert parse_typed_host(shown) == TypedHost(typed.host, port)


@given(typed_texts)
def test_what_is_kept_is_a_host_and_a_port_and_is_kept_the_same_again(text: str) -> None:
    try:
        typed = parse_host_port(text)
    except ValueError:
        assert normal_host_port(text) == text.strip()
        return
    kept = normal_host_port(text)
    assert kept.isprintable()
    assert normal_host_port(kept) == kept
    again = parse_host_port(kept)
    assert (again.host, again.port, again.scheme) == (typed.host, typed.port, "")
