"""Mozilla's database of mail providers: which submission servers Thunderbird knows for a mail domain.

The data is a file of the package, so that no third party learns whose settings are searched. It is made and checked by
tools/provider_database.py, and read when it is first asked for; a package without the file knows no provider. Pure.
"""

from __future__ import annotations

import importlib.resources
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from mailproof.discovery.preset import DOMAIN
from mailproof.smtp.vocabulary import TlsMode

FILE = "provider_database.json"
"""The file beside this module, with one provider a line. docs/discovery.md describes it."""

LICENCE = "MPL-2.0"
"""The licence of the data: https://mozilla.org/MPL/2.0/."""

DATE: str
"""The day of the data, like "2026-03-12"; empty where the package has none. It is read at its first use."""


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """One submission server.

    Attributes:
        host: A name.
        port: 1 to 65535.
        tls_mode: `TlsMode.OPPORTUNISTIC` where the database says "plain", since STARTTLS may still be offered.
        user: A template with the placeholders of `discovery.preset`; empty where the server needs no login.
        authentication: The methods that the database lists, in lower case: "oauth2", "password-cleartext" ….
        provider: The provider's name, for people.
    """

    host: str
    port: int
    tls_mode: TlsMode
    user: str
    authentication: tuple[str, ...]
    provider: str


def servers_of(domain: str) -> tuple[DatabaseServer, ...]:
    """Return the servers of a mail domain, in the database's order; none for a domain that it does not list.

    Args:
        domain: A domain in ASCII and lower case. A domain below a listed one is not listed by that.
    """
    provider = _database()[1].get(domain)
    if provider is None:
        return ()
    return tuple(
        DatabaseServer(
            server["host"].replace(DOMAIN, domain),
            server["port"],
            TlsMode(server["tls_mode"]),
            server["user"],
            tuple(server["authentication"]),
            provider["name"].replace(DOMAIN, domain),
        )
        for server in provider["servers"]
    )


def __getattr__(name: str) -> str:
    if name == "DATE":
        return _database()[0]
    raise AttributeError(name)


@cache
def _database() -> tuple[str, dict[str, Any]]:
    """Return the date, and each domain's row."""
    text = _text()
    if not text:
        return "", {}
    data = json.loads(text)
    return data["date"], {domain: row for row in data["providers"] for domain in row["domains"]}


def _text() -> str:
    """Return the file's text; empty where the package has no such file."""
    try:
        return (importlib.resources.files("mailproof.discovery") / FILE).read_text("utf-8")
    except FileNotFoundError:
        return ""
