"""Any bytes in any pieces for the reply parser, and its replies for all that reads them.

An input is one byte that says how the rest is cut, and the stream.
"""

from __future__ import annotations

from mailproof.smtp.refusals.judgement import Circumstances, Judgement, judge
from mailproof.smtp.sanitize import MAX_TEXT, Redactor
from mailproof.smtp.vocabulary import Stage
from mailproof.smtp.wire import (
    MAX_COMMAND,
    MAX_LINE,
    MAX_LINES,
    MAX_TOTAL,
    Reply,
    ReplyParser,
    WireError,
    encode_command,
    encode_message,
    is_foreign_greeting,
    parse_ehlo,
)

REDACT = Redactor("hunter22!", "user")

Read = tuple[list[Reply], str, Reply | None]


def check(data: bytes) -> None:
    """Feed one input; an exception is a finding."""
    if not data:
        return
    seed, stream = data[0], data[1:]
    whole = read([stream])
    pieces: list[bytes] = []
    at = 0
    while at < len(stream):
        size = 1 + (seed * (len(pieces) + 1)) % 97
        pieces.append(stream[at : at + size])
        at += size
    assert read(pieces) == whole, "the pieces say something else than the whole"
    replies, _, last = whole
    for reply in [*replies[:4], *([last] if last else [])]:  # each costs more than all the parsing
        check_reply(reply)
    assert last is None or 400 <= last.code < 600, "a cut-off success was taken for one"
    message = encode_message(stream)
    assert message.endswith(b".\r\n")
    assert b"\r\n.\r\n" not in message[:-3]
    assert message.replace(b"\r\n", b"").count(b"\n") == 0


def read(pieces: list[bytes]) -> Read:
    """Return the replies of a stream, the fault in it, and what its end makes of the rest."""
    parser, replies = ReplyParser(), []
    for piece in pieces:
        parser.feed(piece)
        try:
            while reply := parser.next_reply():
                replies.append(reply)
        except WireError as error:
            assert parser.leftover == b""
            assert not parser.mid_reply
            assert parser.final_reply() is None
            return replies, f"{error.fault.name} {error.detail}", None
        assert len(parser.leftover) <= min(MAX_LINE, MAX_TOTAL + 1), "more is held than one line"
    return replies, "", parser.final_reply()


def check_reply(reply: Reply) -> None:
    """Check what the parser lets through, and all that is done with it."""
    assert 200 <= reply.code <= 599
    assert 1 <= len(reply.lines) <= MAX_LINES
    assert all("\n" not in line and len(line) <= MAX_LINE for line in reply.lines)
    assert not reply.enhanced or reply.enhanced[0] == str(reply.code)[0]
    for shown in (REDACT(str(reply), lines=True), REDACT(reply.text)):
        assert shown.replace("\n", "").isprintable()
        assert len(shown) <= MAX_TEXT
    assert "\n" not in shown
    ehlo = parse_ehlo(reply)
    assert ehlo.size_limit >= 0
    assert len(ehlo.extensions) < len(reply.lines)
    assert all(name == name.upper() and not set(name) & set(" \t\r\n") for name in ehlo.mechanisms)
    assert isinstance(is_foreign_greeting(reply), bool)
    for stage in Stage:
        for secure in (True, False):
            assert isinstance(
                judge(reply, Circumstances(stage, secure, anonymous=secure, logged_in=not secure)), Judgement
            )
    try:
        command = encode_command("EHLO", reply.text)
    except ValueError:
        return
    assert command.endswith(b"\r\n")
    assert len(command) <= MAX_COMMAND + 2
    assert not set(command[:-2]) & set(b"\r\n\0\x1b")
