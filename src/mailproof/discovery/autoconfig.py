"""A parser of the autoconfig format, in which domains publish their mail settings. The document is not trusted.

The format is Thunderbird's (clientConfig 1.1), see https://www.bucksch.org/1/projects/thunderbird/autoconfiguration/
config-file-format.html. Laws: the document is bounded in bytes, depth, elements and text; no DTD is read, so there are
no entities to expand; no namespace is put before the names in it; no tree is built; a server with an invalid host or
port is skipped. Pure.
"""

from __future__ import annotations

import codecs
import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from xml.sax import ContentHandler, SAXException
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from mailproof.discovery.preset import ADDRESS, DOMAIN, LOCAL_PART
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.host import MAX_HOST, check_host, read_port
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
_PROVIDER = ["clientConfig", "emailProvider"]
_SERVER = [*_PROVIDER, "outgoingServer"]
_DOMAIN = [*_PROVIDER, "domain"]
_NAME = [*_PROVIDER, "displayName"]
_PLACEHOLDER = re.compile("|".join((ADDRESS, LOCAL_PART, DOMAIN)))


# What a server sends for every address that it does not know: a start page, a page of a parked domain.
_WEB_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)


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


@dataclass(frozen=True, slots=True)
class ProviderDocument:
    """What a document says, before an address fills it in.

    Attributes:
        name: The provider's name, for people; empty where it is not stated.
        domains: The mail domains that the document says it is for.
        servers: The SMTP servers; hosts and users may hold placeholders and were not checked.
    """

    name: str
    domains: tuple[str, ...]
    servers: tuple[OutgoingServer, ...]


def parse(document: bytes, mailbox: Mailbox) -> tuple[OutgoingServer, ...]:
    """Return the SMTP servers of a document, in its order.

    Args:
        document: An XML document.
        mailbox: The address that fills in the placeholders.

    Raises:
        AutoconfigError: The document is not in this format, exceeds a bound, or has no usable server.
    """
    return usable(read(document).servers, mailbox)


def read(document: bytes) -> ProviderDocument:
    """Return what a document says, with its placeholders.

    Raises:
        AutoconfigError: The document is not in this format, or exceeds a bound.
    """
    reader = _Reader()
    feed(document, reader)
    if not reader.recognised:
        raise AutoconfigError("is XML, but no clientConfig")
    servers = [server for element in reader.servers if (server := _template(element)) is not None]
    return ProviderDocument(reader.name, tuple(dict.fromkeys(reader.domains)), tuple(servers))


def usable(servers: Iterable[OutgoingServer], mailbox: Mailbox) -> tuple[OutgoingServer, ...]:
    """Return servers with their placeholders filled in, without duplicates and without those that can't be used.

    Raises:
        AutoconfigError: None can be used.
    """
    found = [server for template in servers if (server := _filled(template, mailbox)) is not None]
    if not found:
        raise AutoconfigError("names no SMTP server")
    return tuple(dict.fromkeys(found))[:MAX_SERVERS]


class XmlTarget(Protocol):
    """What `feed` gives the parts of a document to. The tags are local names, without a prefix."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""

    def data(self, data: str) -> None:
        """Take a piece of text."""

    def end(self, tag: str) -> None:
        """End an element."""


class _Handler(ContentHandler):
    """Hands what the parser reads on to a target."""

    def __init__(self, target: XmlTarget) -> None:
        super().__init__()
        self._target = target

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX names it
        self._target.start(name.rpartition(":")[2], dict(attrs))

    def characters(self, content: str) -> None:
        self._target.data(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX names it
        self._target.end(name.rpartition(":")[2])


def feed(document: bytes, target: XmlTarget) -> None:
    """Parse an XML document that is not trusted.

    Args:
        document: Any bytes.
        target: Is given the elements; it bounds their depth, number and text.

    Raises:
        AutoconfigError: It is no XML, has a document type definition, is too large, or the target raised this.
    """
    if len(document) > MAX_DOCUMENT:
        raise AutoconfigError(f"is larger than {MAX_DOCUMENT // 1024} KiB")
    if _WEB_PAGE.match(document):
        raise AutoconfigError("is a web page")
    # Namespaces stay off: a parser that knows them puts the whole name of one before each name in it, so that 256 KiB
    # with a long one become gigabytes.
    parser = DefusedExpatParser(namespaceHandling=0, forbid_dtd=True)
    parser.setContentHandler(_Handler(target))
    try:
        # Scripts often print a blank line before the XML declaration, where XML 1.0 section 2.8 wants nothing.
        parser.feed(document.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n"))
        parser.close()
    except DefusedXmlException:
        raise AutoconfigError("has a document type definition, which the format does not need") from None
    except AutoconfigError:
        raise
    except (SAXException, ValueError, LookupError):  # the last two are raised for encodings that Python does not know
        raise AutoconfigError("is not well-formed XML") from None


@dataclass(slots=True)
class _ServerElement:
    """The texts of one outgoingServer element."""

    texts: dict[str, str] = field(default_factory=dict)
    authentication: list[str] = field(default_factory=list)


class _Reader:
    """The parser's target: collects the texts of outgoing servers, and enforces the bounds."""

    def __init__(self) -> None:
        self.recognised = False
        self.name = ""
        self.domains: list[str] = []
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
        if len(self._text) <= MAX_TEXT:
            self._text += data[: MAX_TEXT + 1]

    def end(self, tag: str) -> None:
        text, self._text = self._text.strip(), ""
        if self._path == _DOMAIN and 0 < len(text) <= MAX_HOST:
            self.domains.append(text)
        elif self._path == _NAME and len(text) <= MAX_TEXT and not self.name:
            self.name = text
        if self._current is not None and self._path[:-1] == _SERVER and tag in _FIELDS and len(text) <= MAX_TEXT:
            if tag == "authentication":
                self._current.authentication.append(text.lower())
            else:
                self._current.texts.setdefault(tag, text)
        if self._path == _SERVER:
            self._current = None
        self._path.pop()


def _template(element: _ServerElement) -> OutgoingServer | None:
    """Return the server of an element, with its placeholders; None where its port or TLS mode can't be used."""
    texts = element.texts
    mode = _MODES.get(texts.get("socketType", "").lower())
    port = read_port(texts.get("port", ""))
    if mode is None or port is None:
        return None
    words = tuple(dict.fromkeys(element.authentication))[:MAX_SERVERS]
    user = "" if words and _WITHOUT_LOGIN.issuperset(words) else texts.get("username", ADDRESS)
    return OutgoingServer(texts.get("hostname", ""), port, mode, user, words)


def _filled(template: OutgoingServer, mailbox: Mailbox) -> OutgoingServer | None:
    """Return a server with its placeholders filled in; None where its host or user can't be used."""
    try:
        host = check_host(fill(template.host, mailbox, ascii_domain=True)).lower()
    except ValueError:
        return None
    user = fill(template.user, mailbox)
    if len(user) > MAX_USER or has_invisible(user):
        return None
    return dataclasses.replace(template, host=host, user=user)


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
