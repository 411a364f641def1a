"""SMTP's bytes: the reply parser, the EHLO parser and the command encoder. No I/O, no order, no judgement.

Laws: whatever bytes come, in whatever pieces, the parser raises nothing but `WireError`, holds no more than its
bounds, and says the same however the bytes were cut. Whatever text goes into a command, no second command comes
out. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from mailproof.syntax.text import fits_command

# RFC 5321 section 4.5.3.1.5 allows 512 octets a reply line; servers with long AUTH lists exceed that.
MAX_LINE = 4096
MAX_LINES = 128  # lines of one reply; the longest EHLO seen in the wild has about 30
MAX_TOTAL = 256 * 1024  # octets of all replies of one connection
MAX_COMMAND = 4096  # octets of one command; AUTH's responses may be longer (RFC 4954 section 4: 12,288)
MAX_RESPONSE = 12288

# What may stand at each of a line's first four places (RFC 5321 section 4.2: codes begin with 2 to 5).
_GOOD = re.compile(rb"[2-5][0-9][0-9][ \-\r\n]")
# A reply from its first line to its last. Possessive: no byte is looked at twice, whoever sent it.
_WHOLE = re.compile(rb"(?=([2-5][0-9][0-9]))(?:\1-[^\n]*+\n)*+\1(?:[ \r][^\n]*+)?+\n")
_HEAD = (frozenset(b"2345"), frozenset(b"0123456789"), frozenset(b"0123456789"), frozenset(b" -\r\n"))


# Greeted with by servers of FTP (RFC 959) and LMTP (RFC 2033), which say 220 as well.
_FOREIGN = frozenset({"FTP", "LMTP", "VSFTPD", "PROFTPD", "PURE-FTPD", "FILEZILLA", "FTPD"})
_BRACKETS = str.maketrans("()[],.", "      ")


class Fault(Enum):
    """What is wrong with the bytes."""

    NOT_SMTP = "not SMTP"  # the very first bytes are no reply
    TLS_RECORD = "a TLS record"  # likewise, but they are TLS: the port speaks implicit TLS
    SYNTAX = "not a reply of RFC 5321"
    TOO_LARGE = "too large"


class WireError(Exception):
    """The peer's bytes are no replies, or too many.

    Attributes:
        fault: What is wrong.
        detail: A phrase for people, without any byte of the peer.
    """

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply (RFC 5321 section 4.2): code, enhanced code (RFC 3463) or "", and the text of each line, raw."""

    code: int
    lines: tuple[str, ...] = ("",)
    enhanced: str = ""

    @property
    def text(self) -> str:
        """The words alone: lines joined by a space, without the enhanced code that each may repeat."""
        if not self.enhanced:
            return " ".join(self.lines)
        return " ".join(line.removeprefix(self.enhanced).lstrip() for line in self.lines)

    def __str__(self) -> str:
        return f"{self.code} {' / '.join(self.lines)}".rstrip()


class ReplyParser:
    """Turns a stream of bytes into replies. Feed it, then take replies until there is none.

    An error is reported where the stream reaches it: replies in front of it are still given, each later call
    repeats the error.
    """

    __slots__ = ("_buffer", "_code", "_error", "_lines", "_position", "_replies", "_total")

    def __init__(self) -> None:
        self._buffer = b""
        self._position = 0  # where the unread part of the buffer starts
        self._lines: list[bytes] = []  # of the reply under way
        self._code = b""
        self._replies = 0
        self._total = 0
        self._error: WireError | None = None

    def feed(self, data: bytes) -> None:
        """Take bytes from the peer; what exceeds the total is dropped and reported when the stream gets there."""
        room = MAX_TOTAL + 1 - self._total
        if len(data) > room:
            data = data[:room]
        self._total += len(data)
        self._buffer = self._buffer[self._position :] + data if self._position < len(self._buffer) else data
        self._position = 0

    def next_reply(self) -> Reply | None:
        """Return the next complete reply, or None when more bytes are needed.

        Raises:
            WireError: The stream holds no (further) reply.
        """
        if self._error is not None:
            raise self._error
        if self._position == len(self._buffer) and self._total <= MAX_TOTAL:
            return None
        if not self._lines and self._buffer.endswith(b"\n"):
            whole = _WHOLE.match(self._buffer, self._position)  # nearly always there is exactly one
            if whole is not None and whole.end() - self._position <= MAX_LINE:
                text = whole[0].decode("utf-8", "replace")
                lines = tuple([line[4:].rstrip("\r") for line in text[:-1].split("\n")])
                if len(lines) <= MAX_LINES:
                    self._position = whole.end()
                    self._replies += 1
                    code = int(text[:3])
                    return Reply(code, lines, enhanced_code(code, lines[0]))
        return self._next_line_by_line()

    def _next_line_by_line(self) -> Reply | None:
        while True:
            end = self._buffer.find(b"\n", self._position, self._position + MAX_LINE)
            stop = end + 1 if end >= 0 else min(len(self._buffer), self._position + MAX_LINE)
            line = self._buffer[self._position : stop]
            self._check(line)
            if end < 0:
                if len(line) == MAX_LINE:
                    raise self._fail(Fault.TOO_LARGE, f"a reply line is longer than {MAX_LINE} bytes")
                if self._total > MAX_TOTAL:
                    raise self._fail(Fault.TOO_LARGE, f"the server sent more than {MAX_TOTAL} bytes")
                return None
            self._position = stop
            self._code = line[:3]
            self._lines.append(line[4:].rstrip(b"\r\n"))
            if line[3:4] != b"-":
                return self._finish()
            if len(self._lines) >= MAX_LINES:
                raise self._fail(Fault.TOO_LARGE, f"a reply has more than {MAX_LINES} lines")

    def final_reply(self) -> Reply | None:
        """Return the refusal that the peer had begun when it closed the connection, if there is one.

        Its code stands in front of each line, so a cut-off refusal is still a refusal; a cut-off success is nothing.
        """
        line = self._buffer[self._position : self._position + MAX_LINE]
        if (
            self._error is None
            and len(line) >= 3
            and line[:3].isdigit()
            and (not self._lines or line[:3] == self._code)
        ):
            self._code = line[:3]
            self._lines.append(line[4:].rstrip(b"\r\n"))
            self._position = len(self._buffer)
        if self._error is not None or not self._lines or self._code[:1] not in b"45":
            return None
        return self._finish()

    @property
    def leftover(self) -> bytes:
        """The bytes after the last reply given: when nothing was asked yet, bytes that nobody asked for."""
        return self._buffer[self._position :]

    @property
    def mid_reply(self) -> bool:
        """Whether a reply has begun and not ended."""
        return bool(self._lines) or self._position < len(self._buffer)

    def _check(self, line: bytes) -> None:
        """Check the beginning of a line as far as it is known, so that a peer that is no SMTP server shows at once."""
        if _GOOD.match(line) and (not self._lines or line[:3] == self._code):
            return
        # One place after the other, so that the first wrong one decides however the line is cut.
        if any(byte not in allowed for byte, allowed in zip(line[:3], _HEAD, strict=False)):
            self._strange(line)
        elif self._lines and len(line) >= 3 and line[:3] != self._code:
            # RFC 5321 section 4.2.1: the same code on each line. Otherwise two readers see two replies.
            raise self._fail(Fault.SYNTAX, "the lines of one reply have different codes")
        elif len(line) > 3 and line[3] not in _HEAD[3]:
            self._strange(line)

    def _strange(self, line: bytes) -> None:
        """Say what a line is that does not begin like a reply's, as soon as that is certain."""
        if self._replies == 0 and not self._lines:
            if 0x14 <= line[0] <= 0x17:  # a TLS record: type 20 to 23, major version 3 (RFC 8446 section 5.1)
                if len(line) == 1:
                    return  # the next byte decides
                if line[1] == 3:
                    raise self._fail(Fault.TLS_RECORD, "the server speaks TLS from the first byte")
            raise self._fail(Fault.NOT_SMTP, "the first bytes are no SMTP greeting")
        raise self._fail(Fault.SYNTAX, "a reply does not begin with a code of three digits")

    def _finish(self) -> Reply:
        code = int(self._code)
        lines = tuple(line.decode("utf-8", "replace") for line in self._lines)
        self._lines = []
        self._replies += 1
        return Reply(code, lines, enhanced_code(code, lines[0]))

    def _fail(self, fault: Fault, detail: str) -> WireError:
        self._error = WireError(fault, detail)
        self._buffer, self._position, self._lines = b"", 0, []
        return self._error


def is_foreign_greeting(reply: Reply) -> bool:
    """Return whether a greeting is of another protocol that greets likewise: NNTP by code, others by their words."""
    if reply.code in (200, 201):  # RFC 3977 section 5.1.1
        return True
    text = reply.text.upper()
    if not ("FTP" in text or "LMTP" in text or "FILEZILLA" in text):  # nearly always: no word of `_FOREIGN`
        return False
    words = text.translate(_BRACKETS).split()
    return not _FOREIGN.isdisjoint(words) and not any("SMTP" in word for word in words)


def enhanced_code(code: int, text: str) -> str:
    """Return the enhanced code at the beginning of a reply's text (RFC 2034, RFC 3463 section 2), or ""."""
    if text[1:2] != ".":  # nearly always told at once
        return ""
    word = text.partition(" ")[0]
    # class.subject.detail: class as the reply's first digit, the others of one to three digits.
    if len(word) < 5 or word[1] != "." or word[0] != str(code)[0] or word[0] not in "245":
        return ""
    subject, _, detail = word[2:].partition(".")
    if word.isascii() and subject.isdigit() and detail.isdigit() and len(subject) <= 3 and len(detail) <= 3:
        return word
    return ""


@dataclass(frozen=True, slots=True)
class Ehlo:
    """What an EHLO reply offers (RFC 5321 section 4.1.1.1).

    Attributes:
        extensions: Keyword (upper case) -> parameters.
        mechanisms: SASL mechanisms (RFC 4954), upper case, in the server's order.
        legacy_auth: Whether only the obsolete `AUTH=LOGIN` form names them.
    """

    extensions: Mapping[str, str] = field(default_factory=dict)
    mechanisms: tuple[str, ...] = ()
    legacy_auth: bool = False

    @property
    def size_limit(self) -> int:
        """The largest message in octets (RFC 1870), 0 where none is named."""
        size = self.extensions.get("SIZE", "").strip()
        return int(size) if size.isascii() and size.isdigit() and len(size) <= 18 else 0


def parse_ehlo(reply: Reply) -> Ehlo:
    """Read the extensions of an EHLO reply; lines that are none are passed over."""
    extensions: dict[str, str] = {}
    standard: list[str] = []
    legacy: list[str] = []
    for line in reply.lines[1:]:
        keyword, _, parameters = line.strip().partition(" ")
        keyword = keyword.upper()
        if keyword.startswith("AUTH="):  # pre-RFC 2554 servers and those kind to Outlook 97
            legacy += f"{keyword[5:]} {parameters}".upper().split()
        elif keyword.isascii() and keyword.replace("-", "").isalnum():
            parameters = parameters.strip()
            if keyword == "AUTH":
                standard += parameters.upper().split()
                parameters = f"{extensions.get(keyword, '')} {parameters}".strip()
            extensions[keyword] = parameters
    mechanisms = tuple(dict.fromkeys(standard or legacy))
    return Ehlo(extensions, mechanisms, legacy_auth=bool(legacy) and not standard)


def encode_command(*words: str, limit: int = MAX_COMMAND) -> bytes:
    """Encode one command line from its words.

    Raises:
        ValueError: A control character would end the line or confuse the server (command injection), or the line is
            too long.
    """
    text = " ".join(words)
    if not fits_command(text):
        raise ValueError("an SMTP command must not contain control characters")
    line = text.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError
    if len(line) > limit:
        raise ValueError(f"an SMTP command must not be longer than {limit} bytes")
    return line + b"\r\n"


def encode_message(message: bytes) -> bytes:
    """Encode a message for DATA: CRLF line ends, dot-stuffing, final dot (RFC 5321 sections 2.3.8 and 4.5.2)."""
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"
