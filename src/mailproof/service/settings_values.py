"""Parsers of the texts of single settings. Each raises ValueError with a sentence that starts with "must".

`settings` declares which settings there are, and adds to an error where the value was found. The parsers look whether
files that a setting names exist, and do no other I/O.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from mailproof.domain.database import DatabaseUrl, parse_url
from mailproof.domain.model import Role
from mailproof.domain.secret import Secret
from mailproof.net.egress import Profile
from mailproof.syntax.host import MAX_PORT, has_host_port_form, join_host_port, read_port, take_apart
from mailproof.syntax.instance_id import check_instance_id
from mailproof.syntax.text import has_nul, is_visible_ascii
from mailproof.syntax.url import parse_url as parse_web_url
from mailproof.usecases.client_certificates import CertificateCaller

DATA_DIRECTORY = "~/.local/share/mailproof"
"""The data directory of who has chosen none."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?")
_AGE = re.compile(r"([1-9][0-9]{0,5})([hdw])", re.ASCII)
_UNIX = "unix:"
_LONGEST_SOCKET_PATH = 107  # bytes, with a NUL after them (unix(7), sun_path)
_MODE = re.compile(r"0?[0246]{3}", re.ASCII)
_LONGEST_AGE = timedelta(days=36525)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DEFAULT_PORTS = {"http": "80", "https": "443"}

SIGNATURE_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What a bearer token may be signed with (RFC 7518 section 3.1, RFC 8037): each needs the issuer's private key."""

DEFAULT_ALGORITHMS = ("RS256", "ES256", "EdDSA")
DEFAULT_ROLES = (("mailproof.admin", Role.ADMIN), ("mailproof.viewer", Role.VIEWER))
"""What of the claim gives which role where no setting says it: words that no other application of an issuer uses."""


@dataclass(frozen=True, slots=True)
class Listen:
    """An address to listen on; with port 0 the system chooses a free port.

    Attributes:
        path: The file of a Unix socket, which has neither host nor port; None for any other address.
    """

    host: str
    port: int
    path: Path | None = None

    def __str__(self) -> str:
        return join_host_port(self.host, self.port) if self.path is None else f"unix:{self.path}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.path is not None:
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"


def listen(text: str) -> Listen:
    """Parse "host:port", "[v6]:port" or "unix:/path"."""
    if text.strip().startswith(_UNIX):
        return _unix_listen(text.strip().removeprefix(_UNIX))
    found = take_apart(text.strip())
    if found.port is None or (found.bracketed and "%" in found.host) or not has_host_port_form(found):
        raise ValueError(
            'must be a host and a port, like "127.0.0.1:8080", "[::1]:8080" or "0.0.0.0:8080", or "unix:" and a path'
        )
    port = read_port(found.port, least=0)
    if port is None:
        raise ValueError(f"must have a port between 0 and {MAX_PORT}")
    if found.bracketed:
        try:
            ip_address(found.host)
        except ValueError:
            raise ValueError("must have an IPv6 address between the brackets") from None
    return Listen(found.host, port)


def _unix_listen(text: str) -> Listen:
    """Parse the path of a Unix socket, which may come as that of a URL: ///run/mailproof.sock."""
    bare = "/" + text.lstrip("/") if text.startswith("//") else text
    if not bare or has_nul(bare) or bare.endswith("/"):
        raise ValueError('must have the path of a file after "unix:", like "unix:/run/mailproof/grpc.sock"')
    path = Path(bare).absolute()
    if len(bytes(path)) > _LONGEST_SOCKET_PATH:
        raise ValueError(f"must have a path of {_LONGEST_SOCKET_PATH} bytes at most after unix:, which the system sets")
    return Listen("", 0, path)


def socket_mode(text: str) -> int:
    """Parse the permissions of a Unix socket, in octal digits."""
    if not _MODE.fullmatch(text):
        raise ValueError("must be the permissions of a file in octal digits, like 0600 or 0660")
    return int(text, 8)


def loopback_listen(text: str) -> Listen:
    """Parse an address that only this machine can reach."""
    address = listen(text)
    if address.path is not None:
        raise ValueError("must be a host and a port, like 127.0.0.1:1587")
    if not address.loopback:
        raise ValueError("must be a loopback address, like 127.0.0.1: the sandbox is not for others")
    return address


def directory(text: str) -> Path:
    """Parse the path of a directory, which need not exist."""
    if not text.strip() or has_nul(text):
        raise ValueError("must be a directory")
    try:
        path = Path(text).expanduser()  # a shell does it, a file and an environment do not
    except RuntimeError:
        raise ValueError(f"must be a directory, and there is no home directory for {text}") from None
    if path.exists() and not path.is_dir():
        raise ValueError("must be a directory, and this is a file")
    return path


def default_directory(environ: Mapping[str, str]) -> Path:
    """Return the data directory of who has chosen none: systemd's, that of the XDG Base Directory Specification.

    Raises:
        ValueError: There is none; the message says why.
    """
    state, data = environ.get("STATE_DIRECTORY", "").partition(":")[0], environ.get("XDG_DATA_HOME", "")
    if Path(state).is_absolute():
        return directory(state)
    if Path(data).is_absolute():  # others are to be ignored, says the specification
        return directory(str(Path(data) / "mailproof"))
    return directory(DATA_DIRECTORY)


def optional_file(text: str) -> Path | None:
    """Parse the path of a file, which must exist; return None for an empty text."""
    if not text:
        return None
    path = Path(text)
    if has_nul(text) or not path.is_file():
        raise ValueError("must be a file, and there is none")
    return path


def database_url(text: str) -> DatabaseUrl | None:
    """Parse the database's URL; return None, which means the file in the data directory, for an empty text."""
    return parse_url(text) if text else None


def encryption_key(text: str) -> Secret | None:
    """Wrap a key, which its user checks later; return None for an empty text."""
    return Secret(text) if text else None


def command(text: str) -> tuple[str, ...]:
    """Take a command apart as a shell does, without running one; return none for an empty text."""
    try:
        parts = tuple(shlex.split(text))
    except ValueError:
        raise ValueError("must be a command whose quotation marks come in pairs") from None
    if has_nul(text) or (parts and not parts[0]):
        raise ValueError("must be a command")
    return parts


def profile(text: str) -> Profile:
    """Parse an egress profile."""
    return Profile(one_of(*Profile)(text))


def origin(text: str) -> str:
    """Parse a web origin (RFC 6454 section 6.2) and return it as browsers send it."""
    if text.strip() == "*":
        raise ValueError("must name one origin; every page in the world may not use a token that a browser holds")
    written = text.strip().lower()
    match = _ORIGIN.fullmatch(written)
    if match is None:
        if written.endswith("/") and _ORIGIN.fullmatch(written.rstrip("/")):
            raise ValueError("must be an origin without a path; leave the slash at the end off")
        if not written.isascii():
            raise ValueError("must be an origin in ASCII; write the domain in its xn-- form")
        raise ValueError('must be an origin, a scheme and a host, like "https://console.example.com"')
    scheme, _, port = match.groups()
    urlsplit(written)  # ValueError for a broken literal
    if port is None:
        return written
    if read_port(port) is None:
        raise ValueError(f"must have a port between 1 and {MAX_PORT}")
    return written.removesuffix(f":{port}") if port == _DEFAULT_PORTS[scheme] else written


def documentation_url(text: str) -> str:
    """Check the URL below which the project's files can be read, and return it without a slash at the end."""
    url = text.strip().rstrip("/")
    if not url:
        return ""
    parts = urlsplit(url)  # ValueError for a broken literal
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError('must be a URL of http or https without a query, like "https://git.example.com/mailproof"')
    if not is_visible_ascii(url) or len(url) > 500:
        raise ValueError("must be at most 500 characters of printable ASCII without a space")
    return url


def ehlo_name(text: str) -> str:
    """Check the argument of EHLO (RFC 5321 section 4.1.1.1); an empty text means this host's name."""
    name = text.strip()
    if not name:
        return ""
    if name.lower() in {"localhost", "localhost.localdomain"}:
        raise ValueError("must not be localhost: many servers refuse it")
    if name.startswith("[") and name.endswith("]"):
        try:
            ip_address(name[1:-1].removeprefix("IPv6:"))
        except ValueError:
            raise ValueError('must be an address literal, like "[192.0.2.1]" or "[IPv6:2001:db8::1]"') from None
        return name
    if len(name) > 253 or _NAME.fullmatch(name) is None:
        raise ValueError('must be a domain name in ASCII, like "mail.example.com", or an address literal')
    return name


def https_url(text: str) -> str:
    """Check a URL of https; an empty text stays empty. It is kept to the letter, since issuers are compared so."""
    if text:
        parse_web_url(text, {"https"})
    return text


def claim(text: str) -> str:
    """Check the name of a claim, or a text that a claim must be."""
    name = text.strip()
    if not is_visible_ascii(name) or len(name) > 500:
        raise ValueError("must be at most 500 characters of printable ASCII without a space")
    return name


def signature_algorithm(text: str) -> str:
    """Check the name of a signature algorithm, whose case counts."""
    if text.strip() not in SIGNATURE_ALGORITHMS:
        raise ValueError(f"must be one of {', '.join(SIGNATURE_ALGORITHMS)}")
    return text.strip()


def role_of_claim(text: str) -> tuple[str, Role]:
    """Parse "VALUE=ROLE"."""
    value, equals, role = text.strip().rpartition("=")
    if not equals or not value or not is_visible_ascii(value) or role not in set(Role):
        raise ValueError(f'must be a value and one of {", ".join(Role)}, like "mail-operators=admin"')
    return value, Role(role)


def certificate_caller(text: str) -> CertificateCaller:
    """Parse "NAME=ROLE" or "NAME=ROLE:INSTANCE+INSTANCE"."""
    name, _, what = text.strip().rpartition("=")
    role, colon, listed = what.partition(":")
    instances = tuple(dict.fromkeys(listed.split("+"))) if colon else ()
    if not name or not is_visible_ascii(name) or len(name) > 500 or role not in set(Role):
        raise ValueError(
            f"must be a name of a certificate, one of {', '.join(Role)} and maybe instances, like "
            '"spiffe://example.org/billing=admin:one+two" or "billing.example.org=viewer"'
        )
    return CertificateCaller(name, Role(role), tuple(map(check_instance_id, instances)))


def switch(text: str) -> bool:
    """Parse a boolean."""
    word = text.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    raise ValueError("must be true or false")


def number(least: float, most: float) -> Callable[[str], float]:
    """Return a parser of numbers within bounds."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:  # NaN is in no range
            raise ValueError(f"must be a number between {least:g} and {most:g}")
        return value

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers within bounds."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text.strip()) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number between {least} and {most}")
        return int(text)

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    """Return a parser that accepts only these words."""

    def parse(text: str) -> str:
        word = text.strip().lower()
        if word not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return word

    return parse


def age(text: str) -> timedelta | None:
    """Parse a length of time, such as 12h, 365d or 52w, of a hundred years at most; return None for an empty text."""
    if not text:
        return None
    found = _AGE.fullmatch(text)
    if found is None:
        raise ValueError("must be a length of time such as 12h, 365d or 52w")
    length = int(found[1]) * _UNITS[found[2]]
    if length > _LONGEST_AGE:
        raise ValueError("must be a hundred years at most")
    return length
