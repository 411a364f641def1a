"""Mail addresses as people type them, checked before a command is made of them.

Each error is a sentence for the person who typed the address, to be put behind the name of a field or argument. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailproof.domain.phrase import say
from mailproof.syntax.host import check_literal, check_name, refuse_invisible, to_ascii

# RFC 5321 sections 4.5.3.1.1 to 4.5.3.1.3, in octets.
MAX_LOCAL = 64
MAX_DOMAIN = 255
MAX_PATH = 254  # 256 less the angle brackets

# RFC 5321 section 4.1.2 and RFC 5322 section 3.2.3; RFC 6531 section 3.3 adds everything beyond ASCII.
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a0-\U0010ffff]+"
_DOT_STRING = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*")
_QUOTED_STRING = re.compile(r'"(?:[ !#-\[\]-~\u00a0-\U0010ffff]|\\[ -~])*"')


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mail address.

    Attributes:
        local: What stands before the @, as written: quotes are kept.
        domain: What stands behind it, as written: a domain name, or an address literal in brackets.
    """

    local: str
    domain: str

    @property
    def ascii_domain(self) -> str:
        """The domain in A-labels."""
        return self.domain if self.domain.startswith("[") else to_ascii(self.domain)

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a server with SMTPUTF8 takes it (RFC 6531): unlike a domain, a local part has no ASCII form."""
        return not self.local.isascii()

    @property
    def wire(self) -> str:
        """The address as it goes into a command or header."""
        return f"{self.local}@{self.ascii_domain}"

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def parse_typed_mailbox(text: str) -> Mailbox:
    """Parse a mail address as people type it: also "mailto:…", "<…>" and "Name <…>" (RFC 5322 section 3.4).

    Raises:
        ValueError: It is none; the message says why, and of a domain alone what to type instead.
    """
    address = text.strip()
    if address.endswith(">"):
        address = address[address.rfind("<") + 1 : -1]
    if address[:7].lower() == "mailto:":
        address = address[7:].partition("?")[0]  # RFC 6068 section 2: header fields follow
    try:
        return parse_mailbox(address)
    except ValueError:
        if "@" not in address and "." in address:
            domain = check_name(address.removesuffix("."), "it has no @, and the domain")
            raise ValueError(
                say("must be an address with an @: for a whole domain any will do, like me@{domain}", domain=domain)
            ) from None
        raise


def parse_mailbox(text: str) -> Mailbox:
    """Parse a mail address (RFC 5321 section 4.1.2, RFC 6531 section 3.3).

    Raises:
        ValueError: It is none; the message says why.
    """
    refuse_invisible(text)
    local, at, domain = text.rpartition("@")
    if not at:
        raise ValueError(say("must be an address with an @, like user@example.com"))
    if not local or not domain:
        raise ValueError(say("has nothing after the @") if local else say("has nothing before the @"))
    if not (_DOT_STRING.fullmatch(local) or _QUOTED_STRING.fullmatch(local)):
        raise ValueError(say("has characters before the @ that are not allowed there"))
    if len(local.encode("utf-8")) > MAX_LOCAL:
        raise ValueError(say("has more than {max_local} bytes before the @", max_local=MAX_LOCAL))
    mailbox = Mailbox(local, domain)
    if domain.startswith("["):
        check_literal(domain)
    else:
        check_name(domain, "the domain after the @")
    if len(mailbox.ascii_domain) > MAX_DOMAIN or len(mailbox.wire.encode("utf-8")) > MAX_PATH:
        raise ValueError(say("is longer than {max_path} bytes", max_path=MAX_PATH))
    return mailbox
