"""Which names on a server's certificate may be the server's own, for a server that was tried by another name.

At shared hosting mail.DOMAIN is a name that the customer has, and the certificate is the hoster's: for server12 of the
hoster, for all of its servers by a wildcard, or for many customers. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailproof.discovery.sites import host_name

MAX_NAMES = 3  # of one certificate

_OF_OTHER_SERVICES = ("www.", "cpanel.", "webmail.", "webdisk.", "autodiscover.", "autoconfig.", "ftp.", "cpcontacts.")


def hosts_of(names: Sequence[str], tried: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names that are worth trying, best first; at most `MAX_NAMES`.

    Args:
        names: The names on the certificate, those that resemble the tried one first.
        tried: The host that was tried.
        known: Names that the server is known to have: of its address, its MX record or an alias. Those that the
            certificate covers come first.
    """
    covered = [name for name in map(host_name, known) if any(_covers(pattern, name) for pattern in names)]
    written = list(map(host_name, names))
    written.sort(key=lambda name: name.startswith(_OF_OTHER_SERVICES))  # stable
    found = dict.fromkeys(name for name in (*covered, *written) if "." in name and name != tried.rstrip(".").lower())
    return tuple(found)[:MAX_NAMES]


def _covers(pattern: str, name: str) -> bool:
    """Return whether a name of a certificate, perhaps with a wildcard, is for a host (RFC 9525 section 6.3)."""
    pattern = pattern.rstrip(".").lower()
    if pattern.startswith("*."):
        return bool(name) and name.partition(".")[2] == pattern[2:]
    return bool(name) and pattern == name
