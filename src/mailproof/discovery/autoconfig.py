"""A parser of the autoconfig format, in which domains publish their mail settings. The document is not trusted.

The format is Thunderbird's (clientConfig 1.1), see https://www.bucksch.org/1/projects/thunderbird/autoconfiguration/
config-file-format.html. Laws: the document is bounded in bytes, depth, elements and text; no DTD is read, so there are
no entities to expand; no tree is built; a server with an invalid host or port is skipped. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from mailproof.discovery.presets import ADDRESS, DOMAIN, LOCAL_PART
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.host import check_host, read_port
from mailproof.syntax.mailbox import Mailbox
from mailproof.syntax.text import has_invisible

MAX_DOCUMENT = 256 * 1024  # bytes; real ones have 1 to 5 KiB
MAX_DEPTH = 32
MAX_ELEMENTS = 5000
MAX_TEXT = 1000  # characters of one element
MAX_SERVERS = 8  # of one document
MAX_USER = 320  # characters: 64, the @ and 255

_MODES = {"ssl": TlsMode.IMPLICIT, "starttls": TlsMode.STARTTLS, "plain": TlsMode.OPPORTUNISTIC}
_WITHOUT_LOGIN = frozenset({"none", "client-ip-address", "smtp-after-pop"})
_FIELDS = frozenset({"hostname", "port", "socketType", "username", "authentication"})
_SERVER = ["clientConfig", "emailProvider", "outgoingServer"]
_PLACEHOLDER = re.compile("|".join((ADDRESS, LOCAL_PART, DOMAIN)))


class AutoconfigError(ValueError):
    """The document can't be used. The text is a phrase that says why, without any byte of the document."""


@dataclass(frozen=True, slots=True)
class OutgoingServer:
    """One SMTP server of a document, with its placeholders filled in.

    Attributes:
        host: A name or an address literal.
        port: 1 to 65535.
        tls_mode: `OPPORTUNISTIC` where the document says "plain", since STARTTLS may still be offered.
        user: The user to log in with; empty where the server needs no login.
        authentication: The methods that the document lists, in lower case: "oauth2", "password-cleartext" ….
    """

    host: str
    port: int
    tls_mode: TlsMode
    user: str
    authentication: tuple[str, ...]


def parse(document: bytes, mailbox: Mailbox) -> tuple[OutgoingServer, ...]:
    """Return the SMTP servers of a document, in its order.

    Args:
        document: An XML document.
        mailbox: The address that fills in the placeholders.

    Raises:
        AutoconfigError: The document is not in this format, exceeds a bound, or has no usable server.
    """
    if len(document) > MAX_DOCUMENT:
        raise AutoconfigError(f"is larger than {MAX_DOCUMENT // 1024} KiB")
    reader = _Reader()
    parser = DefusedXMLParser(target=reader, forbid_dtd=True)
    try:
        parser.feed(document)
        parser.close()
    except DefusedXmlException:
        raise AutoconfigError("has a document type definition, which the format does not need") from None
    except AutoconfigError:
        raise
    except (ParseError, ValueError, LookupError):  # the last two are raised for encodings that Python does not know
        raise AutoconfigError("is not well-formed XML") from None
    if not reader.recognised:
        raise AutoconfigError("is XML, but no clientConfig")
    found = [server for element in reader.servers if (server := _server(element, mailbox)) is not None]
    if not found:
        raise AutoconfigError("names no SMTP server")
    return tuple(dict.fromkeys(found))[:MAX_SERVERS]


@dataclass(slots=True)
class _ServerElement:
    """The texts of one outgoingServer element."""

    texts: dict[str, str] = field(default_factory=dict)
    authentication: list[str] = field(default_factory=list)


class _Reader:
    """The parser's target: collects the texts of outgoing servers, and enforces the bounds."""

    def __init__(self) -> None:
        self.recognised = False
        self.servers: list[_ServerElement] = []
        self._path: list[str] = []
        self._elements = 0
        self._text = ""
        self._current: _ServerElement | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if len(self._path) >= MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise AutoconfigError("is nested too deeply or has too many elements")
        self._path.append(tag)
        self._text = ""
        if self._path == ["clientConfig"]:
            self.recognised = True
        elif self._path == _SERVER:
            is_smtp = attributes.get("type", "smtp").lower() == "smtp" and len(self.servers) < MAX_SERVERS
            self._current = _ServerElement() if is_smtp else None
            if self._current is not None:
                self.servers.append(self._current)

    def data(self, data: str) -> None:
        if self._current is not None and len(self._text) <= MAX_TEXT:
            self._text += data[: MAX_TEXT + 1]

    def end(self, tag: str) -> None:
        text, self._text = self._text.strip(), ""
        if self._current is not None and self._path[:-1] == _SERVER and tag in _FIELDS and len(text) <= MAX_TEXT:
            if tag == "authentication":
                self._current.authentication.append(text.lower())
            else:
                self._current.texts.setdefault(tag, text)
        if self._path == _SERVER:
            self._current = None
        self._path.pop()

    def close(self) -> None:
        """Do nothing: the parser calls it at the document's end."""


def _server(element: _ServerElement, mailbox: Mailbox) -> OutgoingServer | None:
    """Return the server of an element; None where it can't be used."""
    texts = element.texts
    mode = _MODES.get(texts.get("socketType", "").lower())
    port = read_port(texts.get("port", ""))
    if mode is None or port is None:
        return None
    try:
        host = check_host(fill(texts.get("hostname", ""), mailbox, ascii_domain=True)).lower()
    except ValueError:
        return None
    words = tuple(dict.fromkeys(element.authentication))[:MAX_SERVERS]
    user = "" if words and _WITHOUT_LOGIN.issuperset(words) else fill(texts.get("username", ADDRESS), mailbox)
    if len(user) > MAX_USER or has_invisible(user):
        return None
    return OutgoingServer(host, port, mode, user, words)


def fill(template: str, mailbox: Mailbox, *, ascii_domain: bool = False) -> str:
    """Return a template with its placeholders replaced by the address and its parts.

    Args:
        template: Text that may hold `ADDRESS`, `LOCAL_PART` and `DOMAIN`.
        mailbox: The address.
        ascii_domain: Whether the domain is inserted in ASCII (IDNA).
    """
    domain = mailbox.ascii_domain if ascii_domain else mailbox.domain
    values = {ADDRESS: f"{mailbox.local}@{domain}", LOCAL_PART: mailbox.local, DOMAIN: domain}
    # In one pass: a local part may look like a placeholder.
    return _PLACEHOLDER.sub(lambda found: values[found[0]], template)
