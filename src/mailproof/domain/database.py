"""Where the data is: the database's URL, with its password masked, the engine it names, and bounds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

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


class Engine(Enum):
    """What keeps the data."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A URL whose password only `reveal` tells.

    Attributes:
        shown: The URL as it may be seen.
    """

    engine: Engine
    shown: str
    _text: Secret

    def __str__(self) -> str:
        return self.shown

    def reveal(self) -> str:
        """Return the URL as it was given; for the driver alone."""
        return self._text.reveal()

    @property
    def path(self) -> Path:
        """The SQLite file."""
        if self.engine is not Engine.SQLITE:
            raise ValueError("PostgreSQL has no path")
        return Path(self.shown.removeprefix(_SQLITE))

    @property
    def session_attributes(self) -> str:
        """Which of several servers is wanted: the one that takes writes, unless the URL says otherwise."""
        given = parse_qs(urlsplit(self.reveal()).query).get("target_session_attrs", [])
        return given[0] if given else "primary" if "," in urlsplit(self.reveal()).netloc else "any"


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """Bounds on connections and on time, of a database that is a server.

    Attributes:
        connections: At most, for each event loop; a service has two.
        connect_timeout: Seconds until a connection is ready. call_timeout: seconds for a call with all its repetitions.
        prepared: Statements that each connection keeps prepared; 0 where something in between can't.
    """

    connections: int = 10
    connect_timeout: float = 5.0
    call_timeout: float = 10.0
    prepared: int = 100


def sqlite_url(path: Path) -> DatabaseUrl:
    """Return the URL of a file."""
    text = f"{_SQLITE}{path}"
    return DatabaseUrl(Engine.SQLITE, text, Secret(text))


def parse_url(text: str) -> DatabaseUrl:
    """Parse a database's URL.

    Raises:
        ValueError: A sentence that starts at "must" and quotes nothing.
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
    """Return a URL of PostgreSQL without its password, having checked it: the driver's complaints could quote it."""
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
    user, colon, _ = userinfo.partition(":")
    shown = f"{user}{':' + MASK if colon else ''}{at}{hosts}{parts.path}"
    rest = "&".join(f"{name}={query[name][0]}" for name in sorted(query) if "password" not in name)
    return f"postgresql://{shown}{'?' + rest if rest else ''}"
