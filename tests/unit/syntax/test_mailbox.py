import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.syntax.host import check_ehlo_name, check_host, is_qualified
from mailproof.syntax.mailbox import Mailbox, parse_mailbox, parse_typed_mailbox


@pytest.mark.parametrize(
    ("text", "local", "domain"),
    [
        ("user@example.org", "user", "example.org"),
        ("first.last+tag@example.org", "first.last+tag", "example.org"),
        ("!#$%&'*+/=?^_`{|}~-@example.org", "!#$%&'*+/=?^_`{|}~-", "example.org"),
        ('"a b@c\\""@example.org', '"a b@c\\""', "example.org"),
        ('""@example.org', '""', "example.org"),
        ("user@localhost", "user", "localhost"),
        ("user@[192.0.2.1]", "user", "[192.0.2.1]"),
        ("user@[IPv6:2001:db8::1]", "user", "[IPv6:2001:db8::1]"),
        ("jürgen@bücher.example", "jürgen", "bücher.example"),
        ("x" * 64 + "@example.org", "x" * 64, "example.org"),
    ],
)
def test_mailboxes(text: str, local: str, domain: str) -> None:
    assert parse_mailbox(text) == Mailbox(local, domain)
    assert str(parse_mailbox(text)) == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "with an @"),
        ("user", "with an @"),
        ("@example.org", "nothing before the @"),
        ("user@", "nothing after the @"),
        ("a b@example.org", "not allowed there"),
        ("a..b@example.org", "not allowed there"),
        (".a@example.org", "not allowed there"),
        ("a<b@example.org", "not allowed there"),
        ('"a"b@example.org', "not allowed there"),
        ("a@b@example.org", "not allowed there"),
        ("x" * 65 + "@example.org", "more than 64 bytes"),
        ("ü" * 33 + "@example.org", "more than 64 bytes"),
        ("x" * 9 + "@" + ".".join(["x" * 60] * 4) + ".example", "longer than 254"),
        ("a@" + ".".join(["x" * 60] * 5), "longer than 253"),
        ("a@exa mple.org", "not valid"),
        ("a@example..org", "not valid"),
        ("a@-example.org", "not valid"),
        ("a@" + "x" * 64 + ".org", "not valid"),
        ("a@[300.1.1.1]", "in the brackets"),
        ("a@[192.0.2.1", "in the brackets"),
        ("a@[IPv6:1::2::3]", "in the brackets"),
        ("a\r\nRCPT TO:<b>@example.org", "control characters"),
        ("a@example.org\n", "control characters"),
        ("a\0@example.org", "control characters"),
        ("a\x85@example.org", "control characters"),
        ("a\ud800@example.org", "control characters"),
        ("a\u202e@example.org", "invisible"),
        ("a\u200b@example.org", "invisible"),
        ("a@example.org>", "not valid"),
    ],
)
def test_what_is_no_mailbox(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_mailbox(text)


def test_a_domain_has_an_ascii_form_and_a_local_part_has_none() -> None:
    assert parse_mailbox("a@bücher.example").wire == "a@xn--bcher-kva.example"
    assert not parse_mailbox("a@bücher.example").needs_smtputf8
    assert parse_mailbox("ü@example.org").needs_smtputf8


@given(st.text(max_size=80))
def test_any_text_is_a_mailbox_or_a_value_error(text: str) -> None:
    try:
        mailbox = parse_mailbox(text)
    except ValueError:
        return
    assert not any(c in mailbox.wire for c in "\r\n\0<>") or mailbox.local.startswith('"')
    assert mailbox.wire.encode()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("mail.example.org", "mail.example.org"),
        (" mail.example.org ", "mail.example.org"),
        ("mail.example.org.", "mail.example.org"),
        ("my_host.example.org", "my_host.example.org"),
        ("localhost", "localhost"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),  # not fass.example, which may be somebody else's
        ("MX。Straße.EXAMPLE", "MX.xn--strae-oqa.EXAMPLE"),
        ("STRA\u1e9eE.example", "xn--strae-oqa.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("ΒΌΛΟΣ.example", "xn--nxasmq6b.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
    ],
)
def test_hosts(text: str, host: str) -> None:
    assert check_host(text) == host


@pytest.mark.parametrize(
    "text",
    ["", " ", "a b", "a..b", ".a", "http://a", "a/b", "a:25", "[a]", "[192.0.2.1", "a\nb", "a\0", "x" * 254, "a" * 64,
     "-a", "fe80::1%et h", "user@a", "1:2", "ü" * 80,
     "ß" * 80, "ß\ufe52a", "xn--ß", "ß b", "ß..a"],
)  # fmt: skip
def test_what_is_no_host(text: str) -> None:
    with pytest.raises(ValueError):
        check_host(text)


@given(st.text(max_size=300))
def test_any_text_is_a_host_or_a_value_error(text: str) -> None:
    try:
        host = check_host(text)
    except ValueError:
        return
    assert host.isascii()
    assert host.isprintable()
    assert check_host(host) == host


@pytest.mark.parametrize("name", ["mail.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]"])
def test_ehlo_names(name: str) -> None:
    assert check_ehlo_name(name) == name


@pytest.mark.parametrize("name", ["", "a b", "[x]", "a\r\nRSET"])
def test_what_is_no_ehlo_name(name: str) -> None:
    with pytest.raises(ValueError):
        check_ehlo_name(name)


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("mail.example.org", True),
        ("localhost", False),
        ("localhost.localdomain", False),
        ("box.local", False),
        ("box", False),
        ("192.0.2.1", False),
        ("a b.example", False),
        ("", False),
    ],
)
def test_which_machine_names_may_be_shown(name: str, fit: bool) -> None:
    assert is_qualified(name) is fit


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("me@example.com", "me@example.com"),
        (" me@example.com ", "me@example.com"),
        ("mailto:me@example.com", "me@example.com"),
        ("MAILTO:me@example.com?subject=x", "me@example.com"),
        ("<me@example.com>", "me@example.com"),
        ("Me <me@example.com>", "me@example.com"),
        ("<mailto:me@example.com>", "me@example.com"),
    ],
)
def test_addresses_as_people_type_them(text: str, address: str) -> None:
    assert str(parse_typed_mailbox(text)) == address


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("example.com", "for a whole domain any will do, like me@example.com"),
        ("bücher.example.", "like me@xn--bcher-kva.example"),
        ("nobody", "must be an address with an @"),
        ("", "must be an address with an @"),
        ("a..b", "the domain is not valid"),
        ("https://example.com", "the domain is not valid"),
        ("mailto:", "must be an address with an @"),
        ("me@example.com\n@x", "control characters"),
    ],
)
def test_what_is_no_typed_address_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_typed_mailbox(text)
