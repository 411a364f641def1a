"""SMTP's bytes: the reply parser, the EHLO parser and the command encoder.

Does no I/O, keeps no order of commands and judges no reply. Laws: whatever bytes come, the parser raises nothing but
`WireError`, holds no more than its bounds, and returns the same replies however the bytes were cut. A refusal (4xx or
5xx) counts from its first line's code on, even if the rest is too large or missing; a success counts only as a whole.
Whatever text goes into a command, no second command comes out. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from mailproof.domain.phrase import say
from mailproof.smtp.charset import decode
from mailproof.syntax.text import fits_command

# RFC 5321 section 4.5.3.1.5 allows 512 octets a reply line; servers with long AUTH lists exceed that.
MAX_LINE = 4096
MAX_LINES = 128  # lines of one reply; the longest EHLO seen in the wild has about 30
# Octets of a refusal that are kept: 128 lines of 128. Each of them is masked and judged several times.
MAX_REFUSAL = 16 * 1024
MAX_TOTAL = 256 * 1024  # octets of all replies of one connection
MAX_COMMAND = 4096  # octets of one command; AUTH's responses may be longer (RFC 4954 section 4: 12,288)
MAX_RESPONSE = 12288

_CODE = re.compile(rb"(?:[2-5](?:[0-9][0-9]?)?)?")  # RFC 5321 section 4.2, or as much of a code as has come
_SEPARATORS = frozenset({b"", b"-", b" ", b"\r", b"\n"})  # what may follow it; b"": nothing has come yet


# Greeted with by servers of FTP (RFC 959) and LMTP (RFC 2033), which say 220 as well.
_FOREIGN = frozenset({"FTP", "LMTP", "VSFTPD", "PROFTPD", "PURE-FTPD", "FILEZILLA", "FTPD"})
_BRACKETS = str.maketrans("()[],.", "      ")


class Fault(Enum):
    """What is wrong with the peer's bytes."""

    NOT_SMTP = "not SMTP"  # the first bytes of the connection are no reply
    TLS_RECORD = "a TLS record"  # the first bytes are TLS: the port speaks implicit TLS
    SYNTAX = "not a reply of RFC 5321"
    TOO_LARGE = "too large"


class _Passing(Enum):
    """Where in the rest of a refusal the parser is that it passes over."""

    LINE = auto()  # inside a line that another one follows
    NEXT = auto()  # before a line that may belong to it
    LAST_LINE = auto()


class WireError(Exception):
    """The peer's bytes are not SMTP replies, or there are too many of them.

    Attributes:
        fault: What is wrong.
        detail: A phrase for people; it repeats none of the peer's bytes.
    """

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply (RFC 5321 section 4.2).

    Attributes:
        code: The three digits.
        lines: The text of each line as the server sent it, without code and line end.
        enhanced: The enhanced status code (RFC 3463), or "".
    """

    code: int
    lines: tuple[str, ...] = ("",)
    enhanced: str = ""

    @property
    def text(self) -> str:
        """The lines joined by a space, without the enhanced code that each line may repeat."""
        return " ".join(self.texts)

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines without the enhanced code that each line may repeat."""
        if not self.enhanced:
            return self.lines
        return tuple(line.removeprefix(self.enhanced).lstrip() for line in self.lines)

    def __str__(self) -> str:
        r"""Return the reply as the wire has it, with "\n" between its lines."""
        last = f"{self.code} {self.lines[-1]}".rstrip()
        return "\n".join([*(f"{self.code}-{line}".rstrip() for line in self.lines[:-1]), last])


class ReplyParser:
    """Turns a stream of bytes into replies: feed it, then call `next_reply` until it returns None.

    Replies in front of an error are still returned; from the error on, each call of `next_reply` raises it again. Of a
    refusal that is too large the beginning is returned, and the rest is passed over.
    """

    __slots__ = ("_buffer", "_code", "_error", "_kept", "_lines", "_passing", "_position", "_replies", "_total")

    def __init__(self) -> None:
        self._buffer = b""
        self._position = 0  # where the unread part of the buffer starts
        self._lines: list[bytes] = []  # of the reply that has begun
        self._kept = 0  # octets of these lines
        self._code = b""
        self._passing: _Passing | None = None  # where in the rest of a refusal that is passed over
        self._replies = 0
        self._total = 0
        self._error: WireError | None = None

    def feed(self, data: bytes) -> None:
        """Add bytes of the peer. Those beyond `MAX_TOTAL` are dropped, and `next_reply` raises when it reaches them."""
        room = MAX_TOTAL + 1 - self._total
        if len(data) > room:
            data = data[:room]
        self._total += len(data)
        self._buffer = self._buffer[self._position :] + data if self._position < len(self._buffer) else data
        self._position = 0
        self._pass_over()

    def next_reply(self) -> Reply | None:
        """Return the next complete reply, or None if more bytes are needed.

        Raises:
            WireError: The next bytes are no reply.
        """
        if self._error is not None:
            raise self._error
        if self._position == len(self._buffer) and self._total <= MAX_TOTAL:
            return None
        while True:
            end = self._buffer.find(b"\n", self._position, self._position + MAX_LINE)
            stop = end + 1 if end >= 0 else min(len(self._buffer), self._position + MAX_LINE)
            line = self._buffer[self._position : stop]
            if self._lines and _refuses(self._code) and not self._belongs(line):
                return self._finish()  # the refusal ends where something else begins
            self._check(line)
            if end < 0:
                if len(line) == MAX_LINE:
                    return self._too_large(line, say("a reply line is longer than {max_line} bytes", max_line=MAX_LINE))
                if self._total <= MAX_TOTAL:
                    return None
                if (reply := self.final_reply()) is not None:
                    return reply
                raise self._fail(
                    Fault.TOO_LARGE, say("the server sent more than {max_total} bytes", max_total=MAX_TOTAL)
                )
            if self._lines and _refuses(self._code) and self._kept + len(line) > MAX_REFUSAL:
                return self._too_large(
                    b"", say("a refusal is longer than {max_refusal} bytes", max_refusal=MAX_REFUSAL)
                )
            self._take(line)
            if line[3:4] != b"-":
                return self._finish()
            if len(self._lines) >= MAX_LINES:
                return self._too_large(b"", say("a reply has more than {max_lines} lines", max_lines=MAX_LINES))

    def final_reply(self) -> Reply | None:
        """Return the refusal that the peer had begun to send when nothing more is read, or None.

        Nothing more is read after a close, a timeout, or too many bytes. The code stands in front of each line, so a
        refusal that was cut off is known to be one; a success that was cut off counts as no reply.
        """
        if self._error is not None or self._passing is not None:
            return None
        line = self._buffer[self._position : self._position + MAX_LINE]
        if len(line) >= 3 and self._belongs(line):
            self._take(line)
        return self._finish(cut_off=True) if self._lines and _refuses(self._code) else None

    @property
    def leftover(self) -> bytes:
        """The bytes after the last reply that was returned. Before the next command they are bytes nobody asked for."""
        return self._buffer[self._position :] if self._passing is None else b""

    @property
    def mid_reply(self) -> bool:
        """Whether a reply has begun and is not complete."""
        return bool(self._lines) or self._position < len(self._buffer)

    def _belongs(self, line: bytes) -> bool:
        """Return whether a line, as far as it has come, may belong to the reply that has begun, or may begin one."""
        code = line[:3]
        if not _CODE.fullmatch(code) or (self._lines and len(code) == 3 and code != self._code):
            return False
        return line[3:4] in _SEPARATORS

    def _take(self, line: bytes) -> None:
        """Read a line of a reply."""
        self._position += len(line)
        self._kept += len(line)
        self._code = line[:3]
        self._lines.append(line[4:].rstrip(b"\r\n"))

    def _too_large(self, line: bytes, detail: str) -> Reply:
        """Return the beginning of a refusal that is too large, and pass over the rest.

        Args:
            line: The beginning of its last line where that is too long; empty where all its lines are too much.
            detail: What is too large, for another reply.

        Raises:
            WireError: The reply is no refusal.
        """
        if not _refuses(line or self._code):
            raise self._fail(Fault.TOO_LARGE, detail)
        if line:
            self._take(line)
        within = _Passing.LINE if line[3:4] == b"-" else _Passing.LAST_LINE
        self._passing = within if line else _Passing.NEXT
        reply = self._finish(cut_off=bool(line))
        self._pass_over()
        return reply

    def _pass_over(self) -> None:
        """Pass over what has come of the rest of a refusal that was too large."""
        while self._passing is not None:
            if self._passing is _Passing.NEXT:
                start = self._buffer[self._position : self._position + 4]
                if len(start) < 4 and (self._code + b"-").startswith(start):
                    return  # more bytes decide
                if start[:3] != self._code or start[3:] not in _SEPARATORS:
                    self._passing = None
                    return
                self._passing = _Passing.LINE if start[3:] == b"-" else _Passing.LAST_LINE
            end = self._buffer.find(b"\n", self._position)
            if end < 0:
                self._position = len(self._buffer)
                return
            self._position = end + 1
            self._passing = _Passing.NEXT if self._passing is _Passing.LINE else None

    def _check(self, line: bytes) -> None:
        """Check the beginning of a line as far as it has come, so that a peer that speaks no SMTP is found out at once.

        The places are checked in their order, so that the first wrong one decides however the line is cut.

        Raises:
            WireError: The line is no reply's, or its code is not that of the reply's first line.
        """
        code = line[:3]
        if not _CODE.fullmatch(code):
            self._refuse(line)
        elif self._lines and len(code) == 3 and code != self._code:
            # RFC 5321 section 4.2.1: the same code on each line. Otherwise two readers see two replies.
            raise self._fail(Fault.SYNTAX, say("the lines of one reply have different codes"))
        elif line[3:4] not in _SEPARATORS:
            self._refuse(line)

    def _refuse(self, line: bytes) -> None:
        """Refuse a line that does not begin like a reply's, as soon as it is certain what it is.

        Raises:
            WireError: It is certain; a first byte of TLS alone is not.
        """
        if self._replies == 0 and not self._lines:
            if 0x14 <= line[0] <= 0x17:  # a TLS record: type 20 to 23, major version 3 (RFC 8446 section 5.1)
                if len(line) == 1:
                    return  # the next byte decides
                if line[1] == 3:
                    raise self._fail(Fault.TLS_RECORD, say("the server speaks TLS from the first byte"))
            raise self._fail(Fault.NOT_SMTP, say("the first bytes are no SMTP greeting"))
        raise self._fail(Fault.SYNTAX, say("a reply does not begin with a code of three digits"))

    def _finish(self, *, cut_off: bool = False) -> Reply:
        """Return the reply whose lines have been read.

        Args:
            cut_off: Whether the end of the last line is missing.
        """
        code = int(self._code)
        lines = tuple(decode(b"\n".join(self._lines), cut_off=cut_off).split("\n"))
        self._lines = []
        self._kept = 0
        self._replies += 1
        return Reply(code, lines, enhanced_code(code, lines[0]))

    def _fail(self, fault: Fault, detail: str) -> WireError:
        self._error = WireError(fault, detail)
        self._buffer, self._position, self._lines = b"", 0, []
        return self._error


def _refuses(code: bytes) -> bool:
    return code[:1] in (b"4", b"5")


def is_foreign_greeting(reply: Reply) -> bool:
    """Return whether a greeting belongs to another protocol: NNTP by its code, FTP and LMTP by their words."""
    if reply.code in (200, 201):  # RFC 3977 section 5.1.1
        return True
    words = reply.text.upper().translate(_BRACKETS).split()
    return not _FOREIGN.isdisjoint(words) and not any("SMTP" in word for word in words)


def enhanced_code(code: int, text: str) -> str:
    """Return the enhanced code at the beginning of a reply's text (RFC 2034, RFC 3463 section 2), or ""."""
    word = text.partition(" ")[0]
    # class.subject.detail: the class is the reply's first digit, subject and detail have one to three digits.
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
        extensions: The parameters of each keyword; keywords are in upper case.
        mechanisms: SASL mechanisms (RFC 4954), in upper case and in the server's order.
        legacy_auth: Whether the server names them only in the obsolete form `AUTH=LOGIN`.
    """

    extensions: Mapping[str, str] = field(default_factory=dict)
    mechanisms: tuple[str, ...] = ()
    legacy_auth: bool = False

    @property
    def size_limit(self) -> int:
        """The size of the largest message in octets (RFC 1870), 0 if the server names none."""
        size = self.extensions.get("SIZE", "").strip()
        return int(size) if size.isascii() and size.isdigit() and len(size) <= 18 else 0


def parse_ehlo(reply: Reply) -> Ehlo:
    """Return the extensions of an EHLO reply; lines that are not extensions are ignored."""
    extensions: dict[str, str] = {}
    standard: list[str] = []
    legacy: list[str] = []
    for line in reply.lines[1:]:
        keyword, _, parameters = line.strip().partition(" ")
        keyword = keyword.upper()
        if keyword.startswith("AUTH="):  # servers from before RFC 2554, and those that support Outlook 97
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
    """Return the words as one command line.

    Args:
        words: The command and its arguments; a space is put between them.
        limit: Octets at most, without the line end.

    Raises:
        ValueError: The line is too long, or has a control character (command injection).
    """
    text = " ".join(words)
    if not fits_command(text):
        raise ValueError("an SMTP command must not contain control characters")
    line = text.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError
    if len(line) > limit:
        raise ValueError(f"an SMTP command must not be longer than {limit} bytes")
    return line + b"\r\n"


def encode_message(message: bytes) -> bytes:
    """Return a message as DATA sends it: CRLF, dot-stuffing and the final dot (RFC 5321 sections 2.3.8 and 4.5.2)."""
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"
