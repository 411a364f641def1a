"""The test message: a well-formed message (RFC 5322) that says that it is a test.

Written without the standard library's `email`, which refuses addresses that SMTP allows (quoted and UTF-8 local parts).
Law: no text, whatever it holds, ends its header field or begins another. Pure, but for the clock and the random
Message-ID.
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
# Not from strftime, whose names depend on the locale.
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
        sender: The From address; None for the null reverse-path, where the From field names the recipient, since
            RFC 5322 section 3.6 requires one.
        recipient: The To address.
        server: The server that the message is sent through, for the text.
        sender_name: The display name of the From field; empty for none.
        utf8: Whether headers may be UTF-8 (RFC 6532): where SMTPUTF8 is offered and an address needs it.
        now: The time of the Date field; None for the present.
        unique: The left side of the Message-ID; empty for a random one.

    Returns:
        The message with CRLF line ends, not dot-stuffed.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC)
    author = sender or recipient
    name = _phrase(clean(sender_name, MAX_NAME).strip(), utf8)
    domain = author.ascii_domain.strip("[]").replace(":", ".")  # not as a literal, which not every mail program accepts
    text = _TEXT.format(server=clean(server, 260), time=f"{now:%Y-%m-%d %H:%M:%S}")
    lines = (
        f"Date: {_DAYS[now.weekday()]}, {now.day} {_MONTHS[now.month - 1]} {now:%Y %H:%M:%S} +0000",
        f"From: {name} <{author.wire}>" if name else f"From: {author.wire}",
        f"To: {recipient.wire}",
        f"Subject: {SUBJECT}",
        f"Message-ID: <{unique or secrets.token_hex(16)}@{domain}>",
        "Auto-Submitted: auto-generated",  # RFC 3834 section 5: prevents out-of-office replies
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 7bit",  # the text is ASCII: a checked host name and a date
        "",
        *text.splitlines(),
        "",
    )
    return "\r\n".join(lines).encode()


def _phrase(name: str, utf8: bool) -> str:
    """Encode a display name for a header: as a quoted string, or as encoded words (RFC 2047 section 5)."""
    if name.isascii() or utf8:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if name else ""
    words, word = [], b""
    for character in name:
        encoded = character.encode()
        if len(word) + len(encoded) > 45:  # an encoded word has at most 75 characters, and whole ones (RFC 2047)
            words.append(word)
            word = b""
        word += encoded
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in words)
