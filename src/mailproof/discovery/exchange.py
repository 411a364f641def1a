"""Exchange's autodiscover in plain XML ("POX"): the question, and a parser of the answer, which is not trusted.

The format is that of [MS-OXDSCLI] section 2.2; many hosters that have no Exchange answer in it with IMAP and SMTP, and
without a login. Makers disagree on namespaces, so elements are told by their local names. Laws: those of
`discovery.autoconfig`, whose bounds hold here as well; a redirect is returned for the caller to judge. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from mailproof.discovery.autoconfig import (
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_SERVERS,
    MAX_TEXT,
    AutoconfigError,
    OutgoingServer,
    feed,
    usable,
)
from mailproof.discovery.preset import ADDRESS, DOMAIN
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.host import read_port
from mailproof.syntax.mailbox import Mailbox, parse_mailbox
from mailproof.syntax.text import has_invisible
from mailproof.syntax.url import PORTS, parse_url

HOSTS = ("autodiscover.{domain}", "{domain}")
"""The hosts that are asked, by HTTPS alone, since the question holds the mail address."""

TARGET = "/autodiscover/autodiscover.xml"

_REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
_RESPONSE = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"

_MAX_PROTOCOLS = 32  # of one answer, the other kinds included
_ACCOUNT = ("autodiscover", "response", "account")
_PROTOCOL = (*_ACCOUNT, "protocol")
_ERROR_CODE = ("autodiscover", "response", "error", "errorcode")
_FIELDS = frozenset(
    {"type", "server", "port", "ssl", "encryption", "authrequired", "loginname", "domainrequired", "domainname", "spa"}
)
_ACCOUNT_FIELDS = frozenset({"action", "redirectaddr", "redirecturl"})
_MAILBOX_PROTOCOLS = frozenset({"imap", "pop3"})

_ON, _OFF = frozenset({"on", "true"}), frozenset({"off", "false"})  # the second of each is no word of the format
_IMPLICIT_PORTS = frozenset({465, 2465})
_STARTTLS_PORTS = frozenset({25, 587, 2525, 2587})


@dataclass(frozen=True, slots=True)
class AutodiscoverAnswer:
    """What a server answers. At least one field is not empty.

    Attributes:
        servers: The SMTP servers, in the answer's order.
        redirect_address: The mail address that the client shall ask for instead.
        redirect_url: The URL of HTTPS that the client shall ask instead, which may be on any site.
    """

    servers: tuple[OutgoingServer, ...] = ()
    redirect_address: str = ""
    redirect_url: str = ""


def request(mailbox: Mailbox) -> bytes:
    """Return the document that asks for the settings of an address."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{_REQUEST}"><Request>'
        f"<EMailAddress>{escape(mailbox.wire)}</EMailAddress>"
        f"<AcceptableResponseSchema>{_RESPONSE}</AcceptableResponseSchema></Request></Autodiscover>"
    ).encode()


def parse(document: bytes, mailbox: Mailbox) -> AutodiscoverAnswer:
    """Return what an answer says.

    Args:
        document: An XML document.
        mailbox: The address that was asked for.

    Raises:
        AutoconfigError: The document is not in this format, exceeds a bound, or has neither a server nor a redirect.
    """
    reader = _AnswerReader()
    feed(document, reader)
    if not reader.recognised:
        raise AutoconfigError("is XML, but no Autodiscover answer")
    if reader.error is not None:
        number = reader.error if reader.error.isascii() and reader.error.isdigit() and len(reader.error) < 6 else ""
        raise AutoconfigError(f"says that there is an error{f' ({number})' if number else ''}")
    redirect_address, redirect_url = _redirects(reader.account)
    try:
        servers = usable(_servers(reader.protocols), mailbox)
    except AutoconfigError:
        if redirect_address or redirect_url:
            return AutodiscoverAnswer((), redirect_address, redirect_url)
        if any(protocol.get("type", "").startswith("EX") for protocol in reader.protocols):
            raise AutoconfigError("names Exchange's own protocols, but no SMTP server") from None
        raise
    return AutodiscoverAnswer(servers, redirect_address, redirect_url)


@dataclass(slots=True)
class _AnswerReader:
    """The parser's target: collects the texts of protocols and of the account, and enforces the bounds."""

    recognised: bool = False
    error: str | None = None  # the code, as the server says it
    account: dict[str, str] = field(default_factory=dict)
    protocols: list[dict[str, str]] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _elements: int = 0
    _text: str = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if len(self._path) >= MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise AutoconfigError("is nested too deeply or has too many elements")
        self._path.append(tag.lower())
        self._text = ""
        path = tuple(self._path)
        if path == _ACCOUNT[:2]:
            self.recognised = True
        elif path == _PROTOCOL:
            if len(self.protocols) == _MAX_PROTOCOLS:
                raise AutoconfigError("names too many protocols")
            # Newer answers say the type in an attribute.
            self.protocols.append({"type": attributes.get("Type", "")[:MAX_TEXT].strip()})
        elif path == _ERROR_CODE[:3]:
            self.error = ""

    def data(self, data: str) -> None:
        if len(self._text) <= MAX_TEXT:
            self._text += data[: MAX_TEXT + 1]

    def end(self, tag: str) -> None:
        text, self._text = self._text.strip(), ""
        name, inside = self._path[-1], tuple(self._path[:-1])
        if text and len(text) <= MAX_TEXT:
            if inside == _PROTOCOL and name in _FIELDS:
                self.protocols[-1][name] = self.protocols[-1].get(name) or text
            elif inside == _ACCOUNT and name in _ACCOUNT_FIELDS:
                self.account.setdefault(name, text)
            elif tuple(self._path) == _ERROR_CODE:
                self.error = text
        self._path.pop()


def _redirects(account: Mapping[str, str]) -> tuple[str, str]:
    """Return the address and the URL that an answer redirects to; empty for none, and for what is no such thing."""
    action = account.get("action", "").lower()
    address = url = ""
    try:
        if action == "redirectaddr":
            address = str(parse_mailbox(account.get("redirectaddr", "")))
        elif action == "redirecturl":
            text = account.get("redirecturl", "")
            if parse_url(text, ("https",)).port == PORTS["https"]:
                url = text
    except ValueError:
        return "", ""
    return address, url


def _servers(protocols: list[dict[str, str]]) -> list[OutgoingServer]:
    """Return the SMTP servers of an answer; hosts and users may hold placeholders and were not checked."""
    # UsePOPAuth or not: an SMTP server without a user of its own has that of the mailbox.
    users = (one["loginname"] for one in protocols if one["type"].lower() in _MAILBOX_PROTOCOLS and "loginname" in one)
    user_of_mailbox = next(users, "")
    found: list[OutgoingServer] = []
    for texts in protocols:
        if texts["type"].lower() != "smtp" or len(found) == MAX_SERVERS:
            continue
        encryption, uses_ssl = texts.get("encryption", "").lower(), texts.get("ssl", "").lower()
        port = read_port(texts.get("port", "465" if encryption == "ssl" else "587"))
        if port is None or has_invisible(texts.get("server", "")):
            continue
        user = ""
        methods: tuple[str, ...] = ("none",)
        if texts.get("authrequired", "").lower() not in _OFF:
            user = _user(texts, user_of_mailbox)
            methods = ("ntlm",) if texts.get("spa", "").lower() in _ON else ()
        found.append(OutgoingServer(texts.get("server", ""), port, _mode(port, encryption, uses_ssl), user, methods))
    return found


def _mode(port: int, encryption: str, uses_ssl: str) -> TlsMode:
    """Return how a server is secured. Encryption wins over SSL, which is on where it is not said."""
    if port in _IMPLICIT_PORTS:
        return TlsMode.IMPLICIT
    if encryption == "none" or (uses_ssl in _OFF and encryption not in ("ssl", "tls", "starttls", "auto")):
        return TlsMode.OPPORTUNISTIC
    # Many documents say "SSL on" of port 587, where servers speak STARTTLS (RFC 8314 section 3.3).
    if port in _STARTTLS_PORTS or encryption in ("tls", "starttls"):
        return TlsMode.STARTTLS
    return TlsMode.IMPLICIT


def _user(texts: Mapping[str, str], user_of_mailbox: str) -> str:
    """Return the user to log in with: that of the server, else of the mailbox, else the address."""
    user = texts.get("loginname") or user_of_mailbox
    if not user:
        return ADDRESS
    if texts.get("domainrequired", "").lower() in _ON and "@" not in user and "\\" not in user:
        return f"{user}@{texts.get('domainname') or DOMAIN}"
    return user
