"""Addresses and hosts as people type them, checked before they come near a command.

The errors are sentences for the person who typed, to be put behind a field's or an argument's name. Pure.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from encodings.idna import nameprep
from functools import lru_cache

# RFC 5321 sections 4.5.3.1.1 to 4.5.3.1.3, in octets.
MAX_LOCAL = 64
MAX_DOMAIN = 255
MAX_PATH = 254  # 256 less the angle brackets
MAX_HOST = 253  # RFC 1035 section 2.3.4 without the root's dot
MAX_LABEL = 63

# RFC 5321 section 4.1.2 and RFC 5322 section 3.2.3; RFC 6531 section 3.3 adds everything beyond ASCII.
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a0-\U0010ffff]+"
_DOT_STRING = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*")
_QUOTED_STRING = re.compile(r'"(?:[ !#-\[\]-~\u00a0-\U0010ffff]|\\[ -~])*"')
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490 section 3.1
_DEVIATION = re.compile("([ß\u1e9eς])")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")  # the underscore is seen in practice


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address: local part as written (quotes kept) and domain (or "[literal]") as written."""

    local: str
    domain: str

    @property
    def ascii_domain(self) -> str:
        """The domain in A-labels."""
        return self.domain if self.domain.startswith("[") else _to_ascii(self.domain)

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a server with SMTPUTF8 can take it (RFC 6531): a domain has an ASCII form, a local part none."""
        return not self.local.isascii()

    @property
    def wire(self) -> str:
        """The address as it goes into a command or header."""
        return f"{self.local}@{self.ascii_domain}"

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def parse_mailbox(text: str) -> Mailbox:
    """Take an address apart (RFC 5321 section 4.1.2, RFC 6531 section 3.3).

    Raises:
        ValueError: A sentence that says what is wrong with it.
    """
    _refuse_controls(text)
    local, at, domain = text.rpartition("@")
    if not at:
        raise ValueError("must be an address with an @, like user@example.com")
    if not local or not domain:
        raise ValueError(f"has nothing {'before' if not local else 'after'} the @")
    if not (_DOT_STRING.fullmatch(local) or _QUOTED_STRING.fullmatch(local)):
        raise ValueError("has characters before the @ that are not allowed there")
    if len(local.encode("utf-8")) > MAX_LOCAL:
        raise ValueError(f"has more than {MAX_LOCAL} bytes before the @")
    mailbox = Mailbox(local, domain)
    if domain.startswith("["):
        _check_literal(domain)
    else:
        _check_name(domain, "the domain after the @")
    if len(mailbox.ascii_domain) > MAX_DOMAIN or len(mailbox.wire.encode("utf-8")) > MAX_PATH:
        raise ValueError(f"is longer than {MAX_PATH} bytes")
    return mailbox


def check_host(text: str) -> str:
    """Check a host name or address literal and return it as it is looked up: ASCII, without brackets.

    Raises:
        ValueError: A sentence that says what is wrong with it.
    """
    _refuse_controls(text)
    host = text.strip()
    if not host:
        raise ValueError("must not be empty")
    return _looked_up(host)


@lru_cache(maxsize=1024)
def _looked_up(host: str) -> str:
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    address, percent, zone = bare.partition("%")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        if bare is not host or ":" in host:
            raise ValueError("is no IPv6 address") from None
        return _check_name(host.removesuffix("."), "the host name")
    if percent and not re.fullmatch(r"[\w.-]{1,32}", zone, re.ASCII):
        raise ValueError("has an invalid zone after the %")
    return bare


def check_ehlo_name(text: str) -> str:
    """Check an argument for EHLO: a domain or an address literal in brackets (RFC 5321 section 4.1.3).

    Raises:
        ValueError: A sentence that says what is wrong with it.
    """
    _refuse_controls(text)
    if text.startswith("["):
        _check_literal(text)
        return text
    return _check_name(text, "the EHLO name")


def address_literal(address: str) -> str:
    """Return an address as an argument for EHLO (RFC 5321 section 4.1.3)."""
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def is_qualified(name: str) -> bool:
    """Return whether a machine's own name may be shown to a server: qualified, and not the local host's."""
    name = name.lower().rstrip(".")
    if "." not in name or name.endswith((".localdomain", ".localhost", ".local")) or name.startswith("localhost."):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        try:
            return bool(check_ehlo_name(name))
        except ValueError:
            return False
    return False


def _refuse_controls(text: str) -> None:
    # Also bidi and zero-width characters, which no honest address needs and every terminal obeys; lone surrogates.
    if not text.isprintable():
        raise ValueError("must not contain control characters or invisible ones")


def _check_literal(domain: str) -> None:
    """Check "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 section 4.1.3)."""
    inner = domain[1:-1] if domain.endswith("]") else ""
    try:
        if inner[:5].lower() == "ipv6:":
            ipaddress.IPv6Address(inner[5:])
        else:
            ipaddress.IPv4Address(inner)
    except ValueError:
        raise ValueError("has an invalid address in the brackets") from None


def _check_name(name: str, what: str) -> str:
    ascii_name = _to_ascii(name)
    if not ascii_name:
        raise ValueError(f"{what} is not valid")
    if len(ascii_name) > MAX_HOST:
        raise ValueError(f"{what} is longer than {MAX_HOST} characters")
    for label in ascii_name.split("."):
        if len(label) > MAX_LABEL or not _LABEL.fullmatch(label):
            raise ValueError(f"{what} is not valid")
    return ascii_name


def _to_ascii(name: str) -> str:
    """Return the A-label form (RFC 5890), "" where there is none. Underscores pass, as in the DNS."""
    if name.isascii():
        return name
    try:
        if _DEVIATION.search(name) is None:
            return name.encode("idna").decode("ascii")
        return ".".join(_a_label(label) for label in _DOTS.split(name))
    except UnicodeError:
        return ""


def _a_label(label: str) -> str:
    """Return a label's ASCII form with ß and ς as the letters that they are since IDNA 2008 (RFC 5894 section 7.2).

    The codec's IDNA 2003 makes "ss" and a plain sigma of them, so a login for straße.example would go to
    strasse.example, which may be somebody else's.
    """
    if _DEVIATION.search(label) is None:
        return label.encode("idna").decode("ascii")
    parts = _DEVIATION.split(label.replace("\u1e9e", "ß"))
    mapped = "".join(part if _DEVIATION.fullmatch(part) else nameprep(part) for part in parts)
    if "." in mapped or mapped.startswith("xn--"):  # RFC 3490 section 4.1
        raise UnicodeError("no label")
    return f"xn--{mapped.encode('punycode').decode('ascii')}"
