"""The test message: says what it is, and is a good message otherwise (RFC 5322).

Addresses are checked mailboxes and other texts go through the standard library's header machinery, so that no text
becomes a second header. Pure, but for the clock and the random part of the Message-ID that the caller may pass.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from mailproof.smtp.mailbox import Mailbox
from mailproof.smtp.sanitize import clean

SUBJECT = "Test email"

_TEXT = """\
This is a test email to check if your SMTP provider works fine.

It was sent by mailproof through {server} at {time}.
If you did not expect it: someone entered your address to try the mail settings
of their service. Nothing else will follow, and you need not do anything.
"""


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
        utf8: Whether headers may be UTF-8 (RFC 6532): after SMTPUTF8 was offered, for addresses that need it.
        unique: Left side of the Message-ID; random by default.

    Returns:
        The message with CRLF line ends, not dot-stuffed.
    """
    # Imported here: 20 ms that only a test that sends needs to pay.
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import SMTP, SMTPUTF8
    from email.utils import format_datetime

    now = now or datetime.now(UTC)
    author = sender or recipient
    message = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
    message["Date"] = format_datetime(now)
    message["From"] = Address(clean(sender_name, 200), addr_spec=author.wire)
    message["To"] = Address(addr_spec=recipient.wire)
    message["Subject"] = SUBJECT
    domain = author.ascii_domain.strip("[]").replace(":", ".")
    message["Message-ID"] = f"<{unique or secrets.token_hex(16)}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer, please
    text = _TEXT.format(server=clean(server, 260), time=now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))
    message.set_content(text, charset="utf-8", cte="7bit" if text.isascii() else "quoted-printable")
    return message.as_bytes()
