import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.smtp.message import compose
from mailproof.syntax.mailbox import parse_mailbox

FIELDS = ["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
          "Content-Transfer-Encoding"]  # fmt: skip
SENDER, RECIPIENT = parse_mailbox("a@example.org"), parse_mailbox("b@example.net")


def read(source: bytes) -> EmailMessage:
    return email.message_from_bytes(source, policy=email.policy.default)


def test_the_message_says_what_it_is() -> None:
    now = datetime(2026, 1, 5, 6, 7, 8, tzinfo=UTC)
    message = read(compose(SENDER, RECIPIENT, server="mail.test:587", sender_name="The Service", now=now, unique="u"))
    assert message.keys() == FIELDS
    assert message["From"] == "The Service <a@example.org>"
    assert message["Date"].datetime == now
    assert message["Message-ID"] == "<u@example.org>"
    assert "mail.test:587 at 2026-01-05 06:07:08 UTC" in message.get_content()
    assert not message.defects


def test_each_message_has_an_id_of_its_own() -> None:
    ids = {read(compose(SENDER, RECIPIENT, server="x"))["Message-ID"] for _ in range(10)}
    assert len(ids) == 10


def test_the_null_sender_leaves_the_recipient_in_from() -> None:
    assert read(compose(None, RECIPIENT, server="x"))["From"] == "b@example.net"


@pytest.mark.parametrize("address", ['"a b"@example.org', "a@[IPv6:2001:db8::1]", "a@bücher.example"])
def test_odd_addresses_stay_addresses(address: str) -> None:
    message = read(compose(parse_mailbox(address), RECIPIENT, server="x", sender_name="N"))
    assert message["From"].addresses[0].addr_spec == parse_mailbox(address).wire
    assert message["Message-ID"]


def test_utf8_headers() -> None:
    source = compose(parse_mailbox("jürgen@example.org"), RECIPIENT, server="x", sender_name="Jürgen", utf8=True)
    assert 'From: "Jürgen" <jürgen@example.org>\r\n'.encode() in source


@given(st.text(max_size=250), st.booleans())
def test_no_display_name_makes_a_second_header(name: str, utf8: bool) -> None:
    source = compose(SENDER, RECIPIENT, server="x", sender_name=name, utf8=utf8)
    head = source.partition(b"\r\n\r\n")[0]
    assert [line.split(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith(b" ")] == FIELDS
    assert all(len(line) < 998 for line in source.split(b"\r\n"))
    if not utf8:
        assert source.isascii()


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=150))
def test_a_display_name_survives(name: str) -> None:
    source = compose(SENDER, RECIPIENT, server="x", sender_name=name)
    if name.isascii():
        assert read(source)["From"].addresses[0].display_name == name
        return
    # Not by the modern policy, which keeps the fold between two encoded words (RFC 2047 section 6.2).
    field = email.message_from_bytes(source)["From"]
    assert str(make_header(decode_header(field))).removesuffix(" <a@example.org>") == name
