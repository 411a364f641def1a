"""The names of a certificate, and which of them are shown: the expected one first, then those that most resemble it.

A certificate may have hundreds of names. Law: among the shown ones are the names that are worth trying as the host
(`diagnosis.alternatives`), if there are any. No I/O.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailproof.syntax.host import check_host

if TYPE_CHECKING:
    from cryptography import x509

MAX_SHOWN = 10  # names of one certificate
MAX_COMPARED = 2000  # names; public authorities issue certificates with at most a few hundred
USABLE = 3  # of the shown names, those that could be the host

# Second-level labels below which others register names, as in "co.uk".
_SHARED_LEVELS = frozenset({"ac", "co", "com", "edu", "gov", "gv", "ne", "net", "or", "org"})
_OF_MAIL = ("smtp", "mail", "mx", "submission", "relay", "out", "send")


def alternative_names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the DNS names and addresses of a certificate, each once, as they are in it: not sanitised."""
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(dict.fromkeys(str(name.value) for name in names if isinstance(name, x509.DNSName | x509.IPAddress)))


def choose(names: Sequence[str], expected: str) -> tuple[str, ...]:
    """Return the names to show, at most `MAX_SHOWN`: the expected one first, then the most similar ones.

    Args:
        names: The DNS names and addresses of a certificate.
        expected: The name or address that the certificate is to be for, without zone and root dot.
    """
    distinct = list(dict.fromkeys(names[:MAX_COMPARED]))
    wanted = _plain(expected)
    labels = wanted.split(".")
    ranked = sorted(distinct, key=lambda name: _rank(name, wanted, labels))
    usable: list[str] = []
    for name in ranked:
        if len(usable) < USABLE and _can_be_host(name):
            usable.append(name)
    others = [name for name in ranked if name not in usable]
    chosen = {*usable, *others[: MAX_SHOWN - len(usable)]}
    return tuple(name for name in ranked if name in chosen)


def matches(name: str, expected: str) -> bool:
    """Return whether a name of a certificate is for a host (RFC 9525 section 6.3) or an address (section 6.4).

    Args:
        name: A DNS name, perhaps with a wildcard as its first label, or an address.
        expected: The host's name or address.
    """
    name, expected = _plain(name), _plain(expected)
    if name == expected:
        return True
    first, _, rest = name.partition(".")
    return first == "*" and bool(rest) and expected.partition(".")[2] == rest and not _is_address(expected)


def _plain(name: str) -> str:
    name = name.rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).compressed
    except ValueError:
        return name


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _rank(name: str, wanted: str, labels: list[str]) -> tuple[bool, int, int, bool]:
    """Return by what names are sorted; those that resemble the wanted one more come first, else the order stays."""
    if _is_address(wanted) or _is_address(name):  # their parts are no labels
        return (not matches(name, wanted), 0, 0, True)
    own = name.rstrip(".").lower().split(".")
    shared = 0
    for ours, theirs in zip(reversed(labels), reversed(own), strict=False):
        if ours != theirs:
            break
        shared += 1
    near = shared if shared > _levels_above(labels) else 0
    common = len(set(own[:-1]) & set(labels[:-1]))
    return (not matches(name, wanted), -near, -common, not own[0].startswith(_OF_MAIL))


def _levels_above(labels: list[str]) -> int:
    """Guess how many labels of a name belong to the registry: 1 as in "com", or 2 as in "co.uk"."""
    return 2 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED_LEVELS else 1


def _can_be_host(name: str) -> bool:
    if "*" in name or "." not in name or _is_address(name):
        return False
    try:
        check_host(name)
    except ValueError:
        return False
    return True
