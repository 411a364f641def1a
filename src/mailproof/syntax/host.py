"""Hosts: names and addresses as people type them, as the DNS is asked for them, and with a port.

Each error is a sentence for the person who typed the host, to be put behind the name of a field or argument. Pure.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from encodings.idna import nameprep
from functools import lru_cache
from typing import NamedTuple

from mailproof.domain.phrase import say
from mailproof.syntax.text import has_controls, has_invisible

MAX_HOST = 253  # RFC 1035 section 2.3.4 without the root's dot
MAX_LABEL = 63
MAX_PORT = 65535

_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490 section 3.1
_DEVIATION = re.compile("([ß\u1e9eς])")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")  # the underscore is seen in practice
_INVISIBLE = say("must not contain control characters or invisible ones")
_BRACKETS = re.compile(r"\[([^\[\]]*)\](?::(.*))?", re.DOTALL)
_LITERAL = re.compile(r"[0-9A-Fa-f:.]+(?:%[\w.-]+)?")
_PLAIN_HOST = re.compile("[^\\s:\\[\\]/@\ufe6b\uff20]+")  # the small and the full-width @ are read as one (RFC 3491)
_DIGITS = re.compile(r"[0-9]{1,5}")


def check_host(text: str) -> str:
    """Check a host name or an address and return it as it is looked up: ASCII, without brackets.

    Raises:
        ValueError: It is neither; the message says why.
    """
    refuse_invisible(text)
    host = text.strip()
    if not host:
        raise ValueError(say("must not be empty"))
    return _check_stripped(host)


@lru_cache(maxsize=1024)
def _check_stripped(host: str) -> str:
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    address, percent, zone = bare.partition("%")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        if bare is not host or ":" in host:
            raise ValueError(say("is no IPv6 address")) from None
        return check_name(host.removesuffix("."), "the host name")
    if percent and not re.fullmatch(r"[\w.-]{1,32}", zone, re.ASCII):
        raise ValueError(say("has an invalid zone after the %"))
    return bare


def check_ehlo_name(text: str) -> str:
    """Check an argument for EHLO: a domain name or an address literal in brackets (RFC 5321 section 4.1.3).

    Raises:
        ValueError: It is neither; the message says why.
    """
    refuse_invisible(text)
    if text.startswith("["):
        check_literal(text)
        return text
    return check_name(text, "the EHLO name")


def address_literal(address: str) -> str:
    """Return an address as an argument for EHLO (RFC 5321 section 4.1.3)."""
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def is_qualified(name: str) -> bool:
    """Return whether a machine's own name is fit to be sent to a server: fully qualified, and not the local host's."""
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


def refuse_invisible(text: str) -> None:
    """Check that a text has no invisible characters; `has_invisible` says which these are.

    Raises:
        ValueError: It has some.
    """
    if has_invisible(text):
        raise ValueError(_INVISIBLE)


def check_literal(domain: str) -> None:
    """Check "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 section 4.1.3).

    Raises:
        ValueError: There is no such address in the brackets.
    """
    inner = domain[1:-1] if domain.endswith("]") else ""
    try:
        if inner[:5].lower() == "ipv6:":
            ipaddress.IPv6Address(inner[5:])
        else:
            ipaddress.IPv4Address(inner)
    except ValueError:
        raise ValueError(say("has an invalid address in the brackets")) from None


def check_name(name: str, what: str) -> str:
    """Check a domain name and return it in A-labels.

    Args:
        name: The name.
        what: What to call it in the message, like "the host name".

    Raises:
        ValueError: It is no domain name; the message says why.
    """
    ascii_name = to_ascii(name) if len(name) <= MAX_HOST else name
    if not ascii_name:
        raise ValueError(say("{what} is not valid", what=what))
    if len(ascii_name) > MAX_HOST:
        raise ValueError(say("{what} is longer than {max_host} characters", what=what, max_host=MAX_HOST))
    for label in ascii_name.split("."):
        if len(label) > MAX_LABEL or not _LABEL.fullmatch(label):
            raise ValueError(say("{what} is not valid", what=what))
    return ascii_name


def to_ascii(name: str) -> str:
    """Return a domain name in A-labels (RFC 5890), or "" for a name that has no such form. Underscores are kept."""
    if name.isascii():
        return name
    # Python's codec takes time by the square of the length, and one character may stand for eighteen (U+FDFA).
    if len(name) > MAX_HOST or len(unicodedata.normalize("NFKC", name)) > MAX_HOST:
        return ""
    try:
        if _DEVIATION.search(name) is None:
            return name.encode("idna").decode("ascii")
        return ".".join(_a_label(label) for label in _DOTS.split(name))
    except UnicodeError:
        return ""


def _a_label(label: str) -> str:
    """Return a label's ASCII form; ß and ς are letters of their own, as in IDNA 2008 (RFC 5894 section 7.2).

    Python's codec is IDNA 2003, which turns them into "ss" and a plain sigma: a login for straße.example would go to
    strasse.example, which may be somebody else's.

    Raises:
        UnicodeError: The label has no ASCII form.
    """
    if _DEVIATION.search(label) is None:
        return label.encode("idna").decode("ascii")
    pieces = _DEVIATION.split(label.replace("\u1e9e", "ß"))
    mapped = "".join(piece if _DEVIATION.fullmatch(piece) else nameprep(piece) for piece in pieces)
    if "." in mapped or mapped.startswith("xn--"):  # RFC 3490 section 4.1
        raise UnicodeError("no label")
    return f"xn--{mapped.encode('punycode').decode('ascii')}"


class HostPort(NamedTuple):
    """A host and what stands behind its colon, taken apart and not checked.

    Attributes:
        host: Without brackets.
        port: What is behind the colon; None where there is no colon.
        bracketed: Whether the host stood in brackets.
    """

    host: str
    port: str | None
    bracketed: bool


def take_apart(text: str) -> HostPort:
    """Take "host", "host:port", "[v6]", "[v6]:port" or an IPv6 address without brackets apart.

    This is the only parser of that form (RFC 3986 section 3.2.2). Each caller checks host and port for itself. Brackets
    that don't match stay in the host, where every check refuses them.
    """
    match = _BRACKETS.fullmatch(text) if text.startswith("[") else None
    if match is not None:
        return HostPort(match[1], match[2], bracketed=True)
    host, colon, port = text.partition(":")
    if not colon or ":" in port:  # several colons are an IPv6 address
        return HostPort(text, None, bracketed=False)
    return HostPort(host, port, bracketed=False)


def read_port(text: str, *, least: int = 1) -> int | None:
    """Return the port that a text of ASCII digits names, or None where it is no port.

    Args:
        text: The digits, five at most.
        least: The lowest port; 0 where the system may choose one.
    """
    if _DIGITS.fullmatch(text) is None or not least <= int(text) <= MAX_PORT:
        return None
    return int(text)


def has_host_port_form(found: HostPort) -> bool:
    """Return whether a host, or an address in brackets, is there with a port of digits, which may still be too high."""
    pattern = _LITERAL if found.bracketed else _PLAIN_HOST
    return (
        found.port is not None
        and _DIGITS.fullmatch(found.port) is not None
        and pattern.fullmatch(found.host) is not None
        and not has_invisible(found.host)
    )


def split_host_port(text: str) -> tuple[str, int]:
    """Split "host:port" or "[v6]:port".

    Returns:
        The host without brackets, and the port.

    Raises:
        ValueError: It is neither; the message says why.
    """
    stripped = text.strip()
    if has_controls(text) or has_invisible(stripped):
        raise ValueError(_INVISIBLE)
    found = take_apart(stripped)
    if found.port is None or not has_host_port_form(found):
        if "://" in stripped:
            raise ValueError(say('must be a host and a port without a scheme, like "smtp.example.com:587"'))
        if stripped.count(":") > 1 and "[" not in stripped:
            raise ValueError(
                say('an IPv6 address must be in brackets with the port after it, like "[2001:db8::1]:587"')
            )
        raise ValueError(say('must be a host and a port, like "smtp.example.com:587"'))
    port = read_port(found.port)
    if port is None:
        raise ValueError(say("the port must be between 1 and {max_port}", max_port=MAX_PORT))
    return found.host, port


def bracketed(host: str) -> str:
    """Return a host as it stands before a colon: an IPv6 address in brackets (RFC 3986 section 3.2.2)."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def join_host_port(host: str, port: int) -> str:
    """Return "host:port" or "[v6]:port", as `split_host_port` reads it."""
    return f"{bracketed(host)}:{port}"
