"""The URL of the database, with its password masked, the engine that it names, and bounds on its use. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qs, unquote, unquote_plus, urlsplit

from mailproof.domain.secret import MASK, Secret

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")
_FORMS = "sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full"
_PARAMETERS = frozenset(  # others would be sent to the server as its settings
    {
        "host",
        "port",
        "user",
        "password",
        "passfile",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "sslcrl",
        "sslpassword",
        "target_session_attrs",
        "application_name",
        "search_path",
    }
)
_CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "primary", "standby", "prefer-standby", "read-write", "read-only"),
}
"""What these parameters may be, as libpq has them (libpq, section 34.1.2)."""

_PASSWORDS = frozenset({"password", "sslpassword"})


class Engine(Enum):
    """The kinds of databases that can hold the data."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """The URL of a database. Only `reveal` returns its password.

    Attributes:
        engine: The kind of database that it names.
        shown: The URL with its password masked.
    """

    engine: Engine
    shown: str
    _text: Secret

    def __str__(self) -> str:
        return self.shown

    def reveal(self) -> str:
        """Return the URL with its password; only the driver may be given it."""
        return self._text.reveal()

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        if self.engine is not Engine.SQLITE:
            raise ValueError("PostgreSQL has no path")
        return Path(self.shown.removeprefix(_SQLITE))

    @property
    def session_attributes(self) -> str:
        """Which of several servers is connected to: the one that takes writes, unless the URL says otherwise."""
        return self.parameter("target_session_attrs") or ("primary" if "," in urlsplit(self.reveal()).netloc else "any")

    def parameter(self, name: str) -> str:
        """Return a parameter of the query; "" where there is none of that name. Not for one that holds a secret."""
        return parse_qs(urlsplit(self.reveal()).query).get(name, [""])[0]

    def holds(self, sentence: str) -> bool:
        """Return whether a sentence may quote a password of the URL, as it stands there or as it is meant."""
        parts = urlsplit(self.reveal())
        query = (part.partition("=") for part in parts.query.split("&"))
        written = [parts.password or "", *(value for name, _, value in query if unquote(name) in _PASSWORDS)]
        secrets = {read(secret) for secret in written for read in (str, unquote, unquote_plus)} - {""}
        return any(secret in sentence for secret in secrets)


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """Bounds on the connections and the time of a database server.

    Attributes:
        connections: How many each event loop has at most; a service has two loops.
        connect_timeout: Seconds until a connection is ready.
        call_timeout: Seconds for a call with all its repetitions.
        prepared: Statements that each connection keeps prepared; 0 if a pooler in between can't keep any.
    """

    connections: int = 10
    connect_timeout: float = 5.0
    call_timeout: float = 10.0
    prepared: int = 100


def sqlite_url(path: Path) -> DatabaseUrl:
    """Return the URL of a SQLite file."""
    text = f"{_SQLITE}{path}"
    return DatabaseUrl(Engine.SQLITE, text, Secret(text))


def parse_url(text: str) -> DatabaseUrl:
    """Parse the URL of a database.

    Raises:
        ValueError: It is malformed. The sentence begins with "must" and quotes nothing of the URL.
    """
    text = text.strip()
    if text.startswith(_SQLITE):
        if len(text) > len(_SQLITE) and not set("?#\0") & set(text):
            return DatabaseUrl(Engine.SQLITE, text, Secret(text))
        raise ValueError("must name a SQLite file without a query: sqlite:///PATH")
    if text.startswith(_POSTGRES):
        return DatabaseUrl(Engine.POSTGRES, _shown(text), Secret(text))
    raise ValueError(f"must be {_FORMS}")


def _shown(text: str) -> str:
    """Return a URL of PostgreSQL with its password masked.

    Raises:
        ValueError: It is malformed. It is checked here since the driver's own complaints could quote the password.
    """
    if not text.isprintable() or " " in text:
        raise ValueError("must not contain spaces or control characters; write them percent-encoded")
    try:
        parts = urlsplit(text)
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(f"must be a URL: {_FORMS}") from None
    userinfo, at, hosts = parts.netloc.rpartition("@")
    if "@" in userinfo or parts.fragment:
        raise ValueError("must have the characters @ and # in a password percent-encoded, as %40 and %23")
    for host in hosts.split(","):
        port = host.rpartition("]")[2].partition(":")[2]
        if port and not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
            raise ValueError("must have a port between 1 and 65535")
    if not hosts and "host" not in query:
        raise ValueError("must name a host")
    if len(parts.path) < 2 or "/" in parts.path[1:]:
        raise ValueError(f"must name a database: {_FORMS}")
    unknown = sorted(query.keys() - _PARAMETERS)
    if unknown:
        raise ValueError(f"must have no parameters but {', '.join(sorted(_PARAMETERS))}")
    for name, choices in _CHOICES.items():
        if query.get(name, choices)[0] not in choices:
            raise ValueError(f"must have one of these as {name}: {', '.join(choices)}")
    user, colon, _ = userinfo.partition(":")
    shown = f"{user}{':' + MASK if colon else ''}{at}{hosts}{parts.path}"
    rest = "&".join(f"{name}={query[name][0]}" for name in sorted(query) if "password" not in name)
    return f"postgresql://{shown}{'?' + rest if rest else ''}"
