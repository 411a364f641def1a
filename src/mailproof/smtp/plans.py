"""What a plan must be, before anything is dialled: every violation at once, and the port where none is named. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mailproof.smtp.mailbox import check_ehlo_name, parse_mailbox
from mailproof.smtp.report import Plan
from mailproof.smtp.vocabulary import Depth, TlsMode


def default_port(mode: TlsMode) -> int:
    """Return the port where a plan names none (RFC 8314 section 3.3, RFC 6409 section 3.1, RFC 5321)."""
    return {TlsMode.IMPLICIT: 465, TlsMode.NONE: 25}.get(mode, 587)


def violations(plan: Plan) -> list[tuple[str, str]]:
    """Return every field of a plan that is wrong, with what it must be; the names are those of `Plan`.

    The host is not among them: an invalid one is a finding of the test (`invalid_host`).
    """
    return list(_violations(plan))


def _violations(plan: Plan) -> Iterator[tuple[str, str]]:
    for name, text, check in (
        ("sender", plan.sender, parse_mailbox),
        ("recipient", plan.recipient, parse_mailbox),
        ("ehlo_name", plan.ehlo_name, check_ehlo_name),
    ):
        if text:
            try:
                check(text)
            except ValueError as error:
                yield name, str(error)
    if not 0 <= plan.port <= 65535:
        yield "port", "must be between 1 and 65535"
    if not plan.timeout > 0:
        yield "timeout", "must be more than 0"
    if plan.depth.reaches(Depth.RCPT) and not plan.recipient:
        yield "recipient", f"is needed for the depth {plan.depth}"
    if plan.credentials:
        # NUL separates the parts of PLAIN (RFC 4616 section 2); a lone surrogate has no UTF-8.
        for name, text in (("user", plan.credentials.user), ("password", plan.credentials.password.reveal())):
            if "\0" in text or any(0xD800 <= ord(c) < 0xE000 for c in text):
                yield name, "must be text without NUL"
