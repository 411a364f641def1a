"""The server as people type it: a host, "host:port", or a URL like "smtps://host". The parser of every surface.

`syntax.host` has the form "host:port" itself; this module adds what people put around it, and names what they have
typed instead. Each error is a sentence to be put behind the name of a field or argument; none repeats what was typed
before an @, since that may be a password. Pure.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mailproof.domain.phrase import say
from mailproof.syntax.host import (
    MAX_PORT,
    check_host,
    check_name,
    has_host_port_form,
    join_host_port,
    read_port,
    refuse_invisible,
    take_apart,
)
from mailproof.syntax.text import has_controls

MAX_TYPED = 1000  # characters; what is longer is read no further


class SchemeTls(StrEnum):
    """How a URL's scheme says that the connection is secured. The values are those of `smtp.vocabulary.TlsMode`."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"


@dataclass(frozen=True, slots=True)
class TypedHost:
    """A server as it was typed, taken apart.

    Attributes:
        host: The host without brackets: as it is looked up, but of `parse_host_port` as it was typed.
        port: The port that was typed; None where none was.
        tls: What the URL's scheme demands; None where there is no URL or it leaves that open.
        scheme: The URL's scheme in lower case; empty where there is no URL.
    """

    host: str
    port: int | None = None
    tls: SchemeTls | None = None
    scheme: str = ""

    @property
    def wanted_port(self) -> int | None:
        """The port that was typed, or that of the URL's scheme; None where there is neither."""
        return self.port if self.port is not None or not self.scheme else _SCHEMES[self.scheme][0]

    def contradicts(self, *, port: int = 0, mode: str = "") -> tuple[str, str]:
        """Return what is wrong with a port and a TLS mode that are given beside the host; empty for nothing.

        Args:
            port: The port; 0 where none is given.
            mode: The word of the TLS mode; empty where it is left open.
        """
        other_port = port and self.port is not None and port != self.port
        other_mode = mode and self.tls is not None and mode != self.tls
        return (
            say("must not differ from the port of the host, which is {port}", port=self.port) if other_port else "",
            say("must not contradict the host: {scheme}:// means {mode}", scheme=self.scheme, mode=_MEANS[self.tls])
            if other_mode and self.tls is not None
            else "",
        )


class MailAddressTypedError(ValueError):
    """A mail address stands in the place of a server.

    Attributes:
        domain: Its domain in A-labels and lower case; empty where it is no domain name.
    """

    def __init__(self, domain: str) -> None:
        super().__init__(
            say(
                "is a mail address and no server; DiscoverSettings (mailproof discover ADDRESS) finds the server of an "
                "address"
            )
        )
        self.domain = domain


_MEANS = {SchemeTls.IMPLICIT: "implicit TLS", SchemeTls.STARTTLS: "STARTTLS"}

# Scheme -> the port and the TLS mode that it means, None for what it leaves open. None of them is registered with IANA;
# the services submission and submissions are (RFC 8314 section 7.3, RFC 6409 section 3.1), and clients write them so.
_SCHEMES: dict[str, tuple[int | None, SchemeTls | None]] = {
    "smtp": (None, None),
    "smtps": (465, SchemeTls.IMPLICIT),
    "smtp+starttls": (None, SchemeTls.STARTTLS),
    "submission": (587, None),
    "submissions": (465, SchemeTls.IMPLICIT),
    "ssl": (465, SchemeTls.IMPLICIT),  # of PHP's streams; its tls:// is read as STARTTLS by some, so not at all here
}

_WIDE = str.maketrans("\uff20\ufe6b\uff1a", "@@:")  # as some keyboards type them; IDNA reads the first two as an @

_READING = say(
    'is the URL of a server that mail is read from; the one that mail is sent through is meant, like "smtp.example.com"'
)
_WEB = say('is the URL of a web page; the host of a mail server is meant, like "smtp.example.com"')
_OTHER_SCHEMES = {
    "http": _WEB,
    "https": _WEB,
    "imap": _READING,
    "imaps": _READING,
    "pop": _READING,
    "pop3": _READING,
    "pop3s": _READING,
    "pops": _READING,
}


def parse_typed_host(text: str) -> TypedHost:
    """Parse a host, "host:port" or a URL, and check the host.

    Raises:
        MailAddressTypedError: It is a mail address.
        ValueError: It is no server; the message says why.
    """
    return _parse(_stripped(text))


@lru_cache(maxsize=1024)
def _parse(stripped: str) -> TypedHost:
    typed = _taken_apart(stripped)
    if typed.host.count(":") and not _is_literal(typed.host):
        raise ValueError(say('has several colons; only an IPv6 address has them, like "[2001:db8::1]:587"'))
    return TypedHost(check_host(typed.host), typed.port, typed.tls, typed.scheme)


def parse_host_port(text: str) -> TypedHost:
    """Parse "host:port", or a URL that names a port or whose scheme has one; the host's name is not checked.

    The host stays as it was typed: a test says whether it is one.

    Raises:
        MailAddressTypedError: It is a mail address.
        ValueError: It is no server with a port; the message says why.
    """
    stripped = _stripped(text)
    typed = _taken_apart(stripped) if stripped else None
    port = typed.wanted_port if typed is not None else None
    if typed is not None and port is None and not typed.scheme and ":" in typed.host and "[" not in stripped:
        raise ValueError(say('an IPv6 address must be in brackets with the port after it, like "[2001:db8::1]:587"'))
    if typed is not None and port is not None:
        if not has_host_port_form(take_apart(join_host_port(typed.host, port))):
            raise ValueError(say('must be a host and a port, like "smtp.example.com:587"'))
        return TypedHost(typed.host, port, typed.tls, typed.scheme)
    likely = "smtp.example.com"
    if typed is not None:
        try:
            likely = check_host(typed.host)
        except ValueError:
            likely = "smtp.example.com"
    raise ValueError(say('must be a host and a port, like "{server}"', server=join_host_port(likely, 587)))


def normal_host_port(text: str) -> str:
    """Return a server as it is kept: "host:port" as it was typed, or made of a URL. Other texts stay as they are."""
    stripped = text.strip()
    if has_host_port_form(take_apart(stripped)):
        return stripped
    try:
        typed = parse_host_port(stripped)
    except ValueError:
        return stripped
    return join_host_port(typed.host, typed.port) if typed.port is not None else stripped


def demands_tls(text: str) -> bool:
    """Return whether a text is a URL whose scheme demands TLS."""
    scheme, separator, _ = text.strip().partition("://")
    return bool(separator) and _SCHEMES.get(scheme.lower(), (None, None))[1] is not None


def looked_up_host(text: str) -> str:
    """Return a host as it is looked up, in lower case: two spellings of one server are equal then.

    A text that is no host stays as it is.
    """
    try:
        host = check_host(text).lower()
    except ValueError:
        return text
    return str(ipaddress.ip_address(host)) if _is_literal(host) else host  # one spelling of "::1" and "0::1"


def _stripped(text: str) -> str:
    """Return a text without white space around it.

    Raises:
        ValueError: It is longer than any host, or has characters that can't be seen.
    """
    if len(text) > MAX_TYPED:
        raise ValueError(say("is too long for a host"))
    stripped = text.strip()
    refuse_invisible(text if has_controls(text) else stripped)
    return stripped


def _taken_apart(stripped: str) -> TypedHost:
    """Take a text apart, without white space around it; the host is not checked.

    Raises:
        ValueError: It is no host, or something stands around it that is not understood; the message says why.
    """
    if not stripped:
        raise ValueError(say("must not be empty"))
    scheme, rest = _scheme(stripped)
    if "@" in (plain := rest.translate(_WIDE)):
        _refuse_what_stands_before_an_at(plain, is_url=bool(scheme))
    authority = rest.removesuffix("/")
    if "/" in authority or "?" in authority or "#" in authority:
        raise ValueError(say("must be a host without a path or query"))
    host, given, bracketed = take_apart(authority)
    if authority.startswith("[") and (not bracketed or given == ""):
        raise ValueError(say("must be like [::1] or [::1]:587"))
    if bracketed and not _is_literal(host):
        raise ValueError(say("only an IPv6 address stands in brackets"))
    if given == "":
        raise ValueError(say("has no port behind the colon"))
    port = None if given is None else read_port(given)
    if given is not None and port is None:
        raise ValueError(say("the port must be a number between 1 and {max_port}", max_port=MAX_PORT))
    return TypedHost(host, port, _SCHEMES[scheme][1] if scheme else None, scheme)


def _scheme(text: str) -> tuple[str, str]:
    """Return the scheme of a URL, and what follows it; no scheme where the text is no URL.

    Raises:
        ValueError: It is a scheme of something else.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        return "", text
    scheme = scheme.lower()
    if scheme in _SCHEMES:
        return scheme, rest
    unknown = say(
        'begins with a scheme that is not read here; smtp:// and smtps:// are, or a host alone, like "smtp.example.com"'
    )
    raise ValueError(_OTHER_SCHEMES.get(scheme, unknown))


def _refuse_what_stands_before_an_at(text: str, *, is_url: bool) -> None:
    """Refuse a text with an @, and repeat nothing of it: a password may stand before the @.

    Raises:
        MailAddressTypedError: It is a mail address.
        ValueError: There is a user or password before the host.
    """
    local, _, domain = text.rpartition("@")
    if local[:7].lower() == "mailto:":
        local = local[7:]
    if is_url or ":" in local:
        raise ValueError(say("must not hold a user or password; they are given beside it, and never in a URL"))
    try:
        name = check_name(take_apart(domain.removesuffix("/")).host.removesuffix("."), "the domain").lower()
    except ValueError:
        name = ""
    raise MailAddressTypedError(name)


def _is_literal(host: str) -> bool:
    """Return whether a host is an address, with or without a zone."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
        return bool(check_host(host))
    except ValueError:
        return False
