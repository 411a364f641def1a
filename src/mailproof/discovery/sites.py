"""The site of a host: the domain that somebody has registered, by which hosts of one owner are recognised.

The complete rule would be a list of all registries (the public suffix list), which is not shipped. This is a guess: so
it decides which names are worth asking for, and never what is trusted. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailproof.syntax.host import check_host

_SHARED_LEVELS = frozenset(
    {"ac", "asso", "asn", "co", "com", "con", "ed", "edu", "firm", "gen", "go", "gob", "gop", "gouv", "gov", "govt"}
    | {"gv", "id", "in", "ind", "inf", "info", "judge", "ltd", "me", "mil", "net", "ngo", "nhs", "nic", "nom", "ne"}
    | {"ner", "or", "org", "plc", "police", "pro", "pub", "sch", "school", "web"}
)
"""Second-level labels below which others register names, as in "co.uk"; only under country codes, with two letters."""


def site_of(host: str) -> str:
    """Return the registered domain that a host name belongs to: its last two labels, or three as in "co.uk"."""
    labels = host.lower().rstrip(".").split(".")
    shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED_LEVELS
    return ".".join(labels[-3:] if shared else labels[-2:])


def is_below(host: str, domain: str) -> bool:
    """Return whether a host is a domain itself or a name in it."""
    host, domain = host.lower().rstrip("."), domain.lower().rstrip(".")
    return host == domain or host.endswith(f".{domain}")


def parents(host: str) -> Iterator[str]:
    """Yield a host name and the names above it, the longest first, down to its site."""
    site = site_of(host)
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels)):
        name = ".".join(labels[start:])
        if is_below(name, site):
            yield name


def host_name(text: str) -> str:
    """Return a name that somebody else has written as a host in lower case; "" for what is no host name.

    An address is none: a record that needs a name can't hold it (RFC 1035 section 3.3.9, RFC 2782), and a certificate
    for it is not to be had.
    """
    try:
        host = check_host(text).lower()
    except ValueError:
        return ""
    last = host.rpartition(".")[2]
    # RFC 6943 section 3.1.1: a name whose last label is a number is read as an address.
    return "" if ":" in host or last.isdigit() or not last else host
