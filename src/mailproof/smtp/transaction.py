"""The mail transaction of a conversation (RFC 5321 section 3.3): MAIL, RCPT and DATA; `dialogue` knows their order.

Laws: an address that needs SMTPUTF8 is sent to no server without it; no mail transaction is begun for a message that is
larger than the server's limit. Pure.
"""

from __future__ import annotations

from collections.abc import Callable

from mailproof.domain.phrase import say
from mailproof.smtp.actions import Action, Cause, Done, Facts, Send
from mailproof.smtp.report import Plan
from mailproof.smtp.vocabulary import Code, Depth, Stage
from mailproof.smtp.wire import Ehlo, encode_command, encode_message
from mailproof.syntax.mailbox import Mailbox, parse_mailbox


class Transaction:
    """One message to one recipient, as far as the plan's depth goes.

    Args:
        plan: The test.
        facts: Gets the size of the message.
        ehlo: The server's EHLO reply.
        compose: Writes the test message. Called once, with whether headers may be UTF-8.
    """

    __slots__ = ("_compose", "_ehlo", "_facts", "_message", "_plan", "_recipient", "_sender")

    def __init__(self, plan: Plan, facts: Facts, ehlo: Ehlo, compose: Callable[[bool], bytes]) -> None:
        self._plan = plan
        self._facts = facts
        self._ehlo = ehlo
        self._compose = compose
        self._sender: Mailbox | None = parse_mailbox(plan.sender) if plan.sender else None
        self._recipient: Mailbox | None = parse_mailbox(plan.recipient) if plan.recipient else None
        self._message = b""

    def mail(self) -> Action:
        """Return MAIL FROM, or the end where the server's EHLO reply shows that it can't take the message."""
        extensions = self._ehlo.extensions
        utf8 = any(address is not None and address.needs_smtputf8 for address in (self._sender, self._recipient))
        if utf8 and "SMTPUTF8" not in extensions:
            return _refused(Code.SMTPUTF8_NOT_SUPPORTED)
        parameters = [f"MAIL FROM:<{self._sender.wire if self._sender else ''}>"]
        if self._plan.depth.reaches(Depth.DATA):
            self._message = self._compose(utf8)
            size = self._facts.message_size = len(self._message)
            limit = self._ehlo.size_limit
            if limit and size > limit:
                return _refused(
                    Code.MESSAGE_TOO_LARGE, say("{size} bytes, and it takes {limit}", size=size, limit=limit)
                )
            if "SIZE" in extensions:
                parameters.append(f"SIZE={size}")  # RFC 1870 section 6
        if utf8:
            parameters += ["BODY=8BITMIME", "SMTPUTF8"] if "8BITMIME" in extensions else ["SMTPUTF8"]  # RFC 6531 3.1
        return Send(Stage.MAIL, encode_command(*parameters), " ".join(parameters))

    def rcpt(self) -> Action | None:
        """Return RCPT TO; None where the plan's depth ends before."""
        if not self._plan.depth.reaches(Depth.RCPT) or self._recipient is None:
            return None
        line = f"RCPT TO:<{self._recipient.wire}>"
        return Send(Stage.RCPT, encode_command(line), line)

    def data(self) -> Action | None:
        """Return DATA; None where the plan's depth ends before."""
        return Send(Stage.DATA, encode_command("DATA"), "DATA") if self._plan.depth.reaches(Depth.DATA) else None

    def message(self) -> Action:
        """Return the message itself."""
        return Send(Stage.DATA, encode_message(self._message), f"(a message of {len(self._message)} bytes)")


def _refused(code: Code, detail: str = "") -> Done:
    return Done(Cause(Stage.MAIL, code, detail=detail), send_quit=True)
