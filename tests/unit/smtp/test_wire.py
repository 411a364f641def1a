import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.smtp.wire import (
    MAX_LINE,
    MAX_LINES,
    MAX_REFUSAL,
    MAX_TOTAL,
    Fault,
    Reply,
    ReplyParser,
    WireError,
    encode_command,
    encode_message,
    enhanced_code,
    is_foreign_greeting,
    parse_ehlo,
)


def parse(*chunks: bytes) -> list[Reply | Fault]:
    """Return every reply, and the fault that ended the stream if one did."""
    parser, out = ReplyParser(), []
    for chunk in chunks:
        parser.feed(chunk)
        try:
            while reply := parser.next_reply():
                out.append(reply)
        except WireError as error:
            return [*out, error.fault]
    return [*out]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"220 mail.test ready\r\n", [Reply(220, ("mail.test ready",))]),
        (b"220 bare line feed\n", [Reply(220, ("bare line feed",))]),
        (b"250\r\n", [Reply(250, ("",))]),
        (b"250-a\r\n250 b\r\n221 bye\r\n", [Reply(250, ("a", "b")), Reply(221, ("bye",))]),
        (b"250-a\r\n250\r\n", [Reply(250, ("a", ""))]),
        (b"535-5.7.8 no\r\n535 5.7.8 go\r\n", [Reply(535, ("5.7.8 no", "5.7.8 go"), "5.7.8")]),
        (b"550 \x81\xff\r\n", [Reply(550, ("��",))]),
        (b"550-caf\xe9 ferm\xe9\r\n550 \xe0 jamais\r\n", [Reply(550, ("café fermé", "à jamais"))]),
        (b"550-\xcd\xe5\xf2\r\n550 \xef\xee\xeb\xfc\xe7\xee\xe2\xe0\xf2\xe5\xeb\xff\r\n",
         [Reply(550, ("Нет", "пользователя"))]),
        (b"220 x", []),
        (b"220-a\r\n250 b\r\n", [Fault.SYNTAX]),
        (b"220 a\r\nhello\r\n", [Reply(220, ("a",)), Fault.SYNTAX]),
        (b"220 a\r\n2500 b\r\n", [Reply(220, ("a",)), Fault.SYNTAX]),
        (b"HTTP/1.1 400 Bad\r\n", [Fault.NOT_SMTP]),
        (b"SSH-2.0-x\r\n", [Fault.NOT_SMTP]),
        (b"* OK ready\r\n", [Fault.NOT_SMTP]),
        (b"+OK ready\r\n", [Fault.NOT_SMTP]),
        (b"199 x\r\n", [Fault.NOT_SMTP]),
        (b"999 x\r\n", [Fault.NOT_SMTP]),
        (b"22", []),
        (b"22x", [Fault.NOT_SMTP]),
        (b"220_x", [Fault.NOT_SMTP]),
        (b"\r\n220 x\r\n", [Fault.NOT_SMTP]),
        (b"\x15", []),
        (b"\x15\x03\x01\x00\x02", [Fault.TLS_RECORD]),
        (b"\x16\x02", [Fault.NOT_SMTP]),
        (b"220 a\r\n\x15\x03", [Reply(220, ("a",)), Fault.SYNTAX]),
        (b"220 " + b"x" * (MAX_LINE - 6) + b"\r\n", [Reply(220, ("x" * (MAX_LINE - 6),))]),
        (b"220 " + b"x" * (MAX_LINE - 4), [Fault.TOO_LARGE]),
        (b"220-x\r\n" * (MAX_LINES - 1) + b"220 x\r\n", [Reply(220, ("x",) * MAX_LINES)]),
        (b"220-x\r\n" * MAX_LINES, [Fault.TOO_LARGE]),
        (b"535 " + b"x" * 2 * MAX_LINE, [Reply(535, ("x" * (MAX_LINE - 4),))]),
        (b"535 " + b"x" * MAX_LINE + b"\r\n421 bye\r\n", [Reply(535, ("x" * (MAX_LINE - 4),)), Reply(421, ("bye",))]),
        (b"504-a\r\n504-" + b"x" * MAX_LINE + b"\r\n504-b\r\n504 c\r\n250 y\r\n",
         [Reply(504, ("a", "x" * (MAX_LINE - 4))), Reply(250, ("y",))]),
        (b"504-x\r\n" * 3 * MAX_LINES + b"504\n250 y\r\n", [Reply(504, ("x",) * MAX_LINES), Reply(250, ("y",))]),
        (b"504-x\r\n" * MAX_LINES + b"50", [Reply(504, ("x",) * MAX_LINES)]),
        (b"504-x\r\n" * MAX_LINES + b"250 y\r\n", [Reply(504, ("x",) * MAX_LINES), Reply(250, ("y",))]),
        (b"535-a\r\n421 b\r\n", [Reply(535, ("a",)), Reply(421, ("b",))]),
        (b"535-a\r\nnonsense\r\n", [Reply(535, ("a",)), Fault.SYNTAX]),
        (b"535-a\r\n5350 b\r\n", [Reply(535, ("a",)), Fault.SYNTAX]),
        (b"554-" + b"a" * 90 + b"\r\n\x16\x03", [Reply(554, ("a" * 90,)), Fault.SYNTAX]),
    ],
)  # fmt: skip
def test_a_stream_is_read_the_same_however_it_is_cut(stream: bytes, expected: list[Reply | Fault]) -> None:
    assert parse(stream) == expected
    assert parse(*(stream[i : i + 1] for i in range(len(stream)))) == expected


def test_more_than_the_total_is_an_error_behind_the_last_reply() -> None:
    line = b"250 " + b"x" * 994 + b"\r\n"
    replies = MAX_TOTAL // 1000
    for chunks in ([line * 300], [line] * 300):
        got = parse(*chunks)
        assert got[-1] is Fault.TOO_LARGE
        assert len(got) == replies + 1


@pytest.mark.parametrize("size", [300, 1000])
def test_a_refusal_that_reaches_the_total_counts_and_the_error_follows(size: int) -> None:
    line = b"250 " + b"x" * (size - 6) + b"\r\n"
    stream = line * (MAX_TOTAL // size) + b"535-5.7.8 no\r\n535 " + b"y" * size
    cut = [stream[i : i + 997] for i in range(0, len(stream), 997)]
    whole = parse(stream)
    assert parse(*cut) == whole
    assert isinstance(whole[-2], Reply)
    assert whole[-2].code == 535
    assert whole[-1] is Fault.TOO_LARGE


def test_what_is_passed_over_of_a_refusal_is_no_reply_to_the_next_command() -> None:
    parser = ReplyParser()
    parser.feed(b"504 " + b"x" * MAX_LINE)
    assert parser.next_reply() == Reply(504, ("x" * (MAX_LINE - 4),))
    parser.feed(b"y" * 9000)
    assert parser.leftover == b""
    assert parser.final_reply() is None
    parser.feed(b"\r\n334 \r\n")
    assert parser.next_reply() == Reply(334, ("",))


@pytest.mark.parametrize("stream", [b"250-a\r\n249a", b"250-a\r\n2x0 b\r\n", b"250-a\r\n2500\r\n"])
def test_an_error_is_worded_the_same_however_the_stream_is_cut(stream: bytes) -> None:
    details = set()
    for chunks in ([stream], [stream[i : i + 1] for i in range(len(stream))]):
        parser = ReplyParser()
        with pytest.raises(WireError) as caught:  # noqa: PT012 - where it is raised depends on the pieces
            for chunk in chunks:
                parser.feed(chunk)
                parser.next_reply()
        details.add(caught.value.detail)
    assert len(details) == 1


def test_an_error_is_repeated() -> None:
    parser = ReplyParser()
    parser.feed(b"nonsense")
    for _ in range(2):
        with pytest.raises(WireError):
            parser.next_reply()
        parser.feed(b"220 fine\r\n")


# What is likely to be said, so that the generator finds more than garbage.
pieces = st.sampled_from(
    [
        b"220 ",
        b"250-",
        b"250 ",
        b"535-5.7.8 ",
        b"535 ",
        b"535-x\r\n" * 130,
        b"421 ",
        b"y" * 4100,
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"\x16\x03",
        b"x" * 300,
        b"5",
    ]
)
streams = st.one_of(st.binary(max_size=600), st.lists(pieces, max_size=60).map(b"".join))


@given(streams, st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_any_bytes_in_any_pieces_give_the_same_and_nothing_but_our_error(stream: bytes, cuts: list[int]) -> None:
    chunks: list[bytes] = []
    at = 0
    while at < len(stream):
        size = cuts[len(chunks) % len(cuts)]
        chunks.append(stream[at : at + size])
        at += size
    assert parse(*chunks) == parse(stream)


@given(streams)
def test_memory_is_bounded(stream: bytes) -> None:
    parser = ReplyParser()
    for _ in range(1000):
        parser.feed(stream)
    assert len(parser.leftover) <= MAX_TOTAL + 1


@given(streams)
def test_a_closed_stream_gives_a_refusal_or_nothing(stream: bytes) -> None:
    parser = ReplyParser()
    parser.feed(stream)
    try:
        while parser.next_reply():
            pass
    except WireError:
        assert parser.final_reply() is None
        return
    last = parser.final_reply()
    assert last is None or last.code >= 400


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (b"535-5.7.8 no\r\n", 535),
        (b"535 no", 535),
        (b"421", 421),
        (b"535-no\r\n5", 535),
        (b"250 ok", None),
        (b"250-ok\r\n", None),
        (b"334 ", None),
        (b"53", None),
        (b"", None),
    ],
)
def test_a_refusal_cut_off_by_a_close_is_kept_and_a_success_is_not(stream: bytes, code: int | None) -> None:
    parser = ReplyParser()
    parser.feed(stream)
    assert parser.next_reply() is None
    reply = parser.final_reply()
    assert (reply.code if reply else None) == code


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (535, "5.7.8 no", "5.7.8"),
        (550, "5.7.139 x", "5.7.139"),
        (250, "2.0.0", "2.0.0"),
        (550, "4.7.1 x", ""),  # another class than the reply's
        (220, "2.1 x", ""),
        (550, "5.7.1000 x", ""),
        (550, "5..1 x", ""),
        (550, "5.٣.1 x", ""),
        (354, "3.0.0 x", ""),
        (220, "", ""),
    ],
)
def test_enhanced_codes(code: int, text: str, expected: str) -> None:
    assert enhanced_code(code, text) == expected


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("mail.test ESMTP Postfix", False),
        ("ftp.example.org ESMTP", False),
        ("ftp-gw.example.org ready", False),
        ("mail.test ready", False),
        ("FTP/SMTP gateway ESMTP", False),
        ("(vsFTPd 3.0.5)", True),
        ("ProFTPD Server (x) [192.0.2.1]", True),
        ("---------- Welcome to Pure-FTPd [privsep] [TLS] ----------", True),
        ("mail.test LMTP ready.", True),
        ("ftp.example.org FTP server ready.", True),
    ],
)
def test_greetings_of_others(text: str, foreign: bool) -> None:
    assert is_foreign_greeting(Reply(220, (text,))) is foreign


def test_the_text_of_a_reply_is_free_of_codes() -> None:
    reply = Reply(535, ("5.7.8 no.", "5.7.8 see here"), "5.7.8")
    assert reply.text == "no. see here"
    assert reply.texts == ("no.", "see here")


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (Reply(220, ("mail.test ready",)), "220 mail.test ready"),
        (Reply(250, ("",)), "250"),
        (Reply(250, ("mail.test", "SIZE 1000", "HELP")), "250-mail.test\n250-SIZE 1000\n250 HELP"),
        (Reply(535, ("5.7.8 no.", "", "5.7.8 see here"), "5.7.8"), "535-5.7.8 no.\n535-\n535 5.7.8 see here"),
    ],
)
def test_a_reply_is_shown_as_the_wire_has_it(reply: Reply, shown: str) -> None:
    assert str(reply) == shown


@pytest.mark.parametrize(
    ("lines", "mechanisms", "legacy"),
    [
        (("AUTH PLAIN LOGIN",), ("PLAIN", "LOGIN"), False),
        (("auth plain",), ("PLAIN",), False),
        (("AUTH=LOGIN PLAIN",), ("LOGIN", "PLAIN"), True),
        (("AUTH LOGIN", "AUTH=LOGIN PLAIN"), ("LOGIN",), False),
        (("AUTH PLAIN", "AUTH LOGIN PLAIN"), ("PLAIN", "LOGIN"), False),
        (("AUTH",), (), False),
        ((), (), False),
    ],
)
def test_mechanisms_of_an_ehlo_reply(lines: tuple[str, ...], mechanisms: tuple[str, ...], legacy: bool) -> None:
    ehlo = parse_ehlo(Reply(250, ("mail.test", *lines)))
    assert (ehlo.mechanisms, ehlo.legacy_auth) == (mechanisms, legacy)


@pytest.mark.parametrize(
    ("line", "limit"),
    [
        ("SIZE 1000", 1000),
        ("size 5", 5),
        ("SIZE", 0),
        ("SIZE x", 0),
        ("SIZE -5", 0),
        ("SIZE ٣", 0),
        ("SIZE " + "9" * 99, 0),
    ],
)
def test_the_size_limit_of_an_ehlo_reply(line: str, limit: int) -> None:
    assert parse_ehlo(Reply(250, ("x", line))).size_limit == limit


def test_the_first_line_of_an_ehlo_reply_is_no_extension() -> None:
    assert parse_ehlo(Reply(250, ("STARTTLS", "8BITMIME", "not an/extension?", "X-Y z"))).extensions.keys() == {
        "8BITMIME",
        "NOT",
        "X-Y",
    }


@given(st.lists(st.text(max_size=300), max_size=30))
def test_any_ehlo_reply_can_be_read(lines: list[str]) -> None:
    parse_ehlo(Reply(250, ("x", *lines)))


@given(st.text())
def test_no_text_makes_a_second_command(text: str) -> None:
    try:
        line = encode_command("MAIL", text)
    except ValueError:
        return
    assert line.endswith(b"\r\n")
    assert not set(line[:-2]) & {0, 10, 13}


@pytest.mark.parametrize(
    "text", ["a\r\nRSET", "a\nb", "a\rb", "a\0b", "a\x7fb", "a\x85b", "a\u2028b", "\ud800", "x" * 5000]
)
def test_command_injection_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        encode_command("EHLO", text)


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (b"a\r\n.b\r\n", b"a\r\n..b\r\n.\r\n"),
        (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\rb", b"a\r\nb\r\n.\r\n"),
        (b"", b".\r\n"),
    ],
)
def test_messages_are_dot_stuffed(message: bytes, wire: bytes) -> None:
    assert encode_message(message) == wire


@given(st.binary(max_size=200))
def test_the_end_of_a_message_is_at_its_end(message: bytes) -> None:
    wire = encode_message(message)
    assert (b"\r\n" + wire).find(b"\r\n.\r\n") == len(wire) - 3


@pytest.mark.parametrize("size", [1, 100, 4096, MAX_TOTAL])
def test_a_refusal_is_kept_to_its_bound_and_the_rest_is_passed_over(size: int) -> None:
    line = b"550-" + b"x" * 1018 + b"\r\n"
    stream = line * 20 + b"550 end\r\n250 next\r\n"
    chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
    kept = MAX_REFUSAL // len(line)
    assert parse(*chunks) == [Reply(550, ("x" * 1018,) * kept), Reply(250, ("next",))]


def test_a_success_may_be_longer() -> None:
    line = b"250-" + b"x" * 1018 + b"\r\n"
    (reply,) = parse(line * 40 + b"250 AUTH PLAIN\r\n")
    assert isinstance(reply, Reply)
    assert reply.lines[-1] == "AUTH PLAIN"
