"""The test message: says what it is, and is a good message otherwise (RFC 5322).

Written by hand, for the standard library's header machinery refuses addresses that SMTP allows (quoted and UTF-8 local
parts). Law: whatever the texts are, a header stays one header. Pure, but for the clock and the random Message-ID.
"""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime

from mailproof.smtp.sanitize import clean
from mailproof.syntax.mailbox import Mailbox

SUBJECT = "Test email"
MAX_NAME = 200  # characters of the display name

_TEXT = """\
This is a test email to check if your SMTP provider works fine.

It was sent by mailproof through {server} at {time} UTC.
If you did not expect it: someone entered your address to try the mail settings
of their service. Nothing else will follow, and you need not do anything.
"""
# Not by strftime, whose names follow the locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def compose(
    sender: Mailbox | None,
    recipient: Mailbox,
    *,
    server: str,
    sender_name: str = "",
    utf8: bool = False,
    now: datetime | None = None,
    unique: str = "",
) -> bytes:
    """Write the message.

    Args:
        sender: None for the null reverse-path; the From field then names the recipient (RFC 5322 wants one).
        server: Where the message is sent through, for the text.
        utf8: Whether headers may be UTF-8 (RFC 6532): after SMTPUTF8 was offered, for addresses that need it.
        unique: Left side of the Message-ID; random by default.

    Returns:
        The message with CRLF line ends, not dot-stuffed.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC)
    author = sender or recipient
    name = _phrase(clean(sender_name, MAX_NAME).strip(), utf8)
    domain = author.ascii_domain.strip("[]").replace(":", ".")  # no literal: not every reader takes one
    text = _TEXT.format(server=clean(server, 260), time=f"{now:%Y-%m-%d %H:%M:%S}")
    lines = (
        f"Date: {_DAYS[now.weekday()]}, {now.day} {_MONTHS[now.month - 1]} {now:%Y %H:%M:%S} +0000",
        f"From: {name} <{author.wire}>" if name else f"From: {author.wire}",
        f"To: {recipient.wire}",
        f"Subject: {SUBJECT}",
        f"Message-ID: <{unique or secrets.token_hex(16)}@{domain}>",
        "Auto-Submitted: auto-generated",  # RFC 3834: no out-of-office answer, please
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 7bit",  # the text is ASCII: a checked host name and a date
        "",
        *text.splitlines(),
        "",
    )
    return "\r\n".join(lines).encode()


def _phrase(name: str, utf8: bool) -> str:
    """Return a display name as a header may hold it: a quoted string, or encoded words (RFC 2047 section 5)."""
    if name.isascii() or utf8:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if name else ""
    words, word = [], b""
    for character in name:
        encoded = character.encode()
        if len(word) + len(encoded) > 45:  # 75 characters an encoded word, a character never split
            words.append(word)
            word = b""
        word += encoded
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in words)
