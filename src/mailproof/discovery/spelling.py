"""How far two names are apart, and which provider's mail domain another domain is easily taken for. Pure."""

from __future__ import annotations

from functools import cache

from mailproof.discovery.preset import Preset
from mailproof.discovery.presets import WELL_KNOWN, preset_of_domain

MIN_DOMAIN = 8  # characters of a domain that is compared: "gmail.com" has 9; in shorter ones a letter is too much
MIN_LABEL = 5  # characters of the provider's label for a host that exists: "gmail"


def meant_domain(domain: str, *, exists: bool) -> str:
    """Return the known provider's mail domain that a mail domain is easily taken for; empty for none.

    Args:
        domain: A mail domain in ASCII.
        exists: Whether it is there; a domain that is not may differ by a letter more.
    """
    domain = domain.lower().rstrip(".")
    if preset_of_domain(domain) is not None:
        return ""
    most = 1 if exists else 2
    near = (
        (distance(domain, known, most), known) for known in compared_domains() if len(known.split(".")[0]) >= MIN_LABEL
    )
    away, known = min(near, default=(most + 1, ""))
    return known if away <= most else ""


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters were left out, put in, exchanged or swapped with the next; more than `most` counts alike.

    That is the distance of Damerau and Levenshtein in the form of optimal string alignment.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    rows = [list(range(len(other) + 1))]
    for place, letter in enumerate(one, 1):
        last, row = rows[-1], [place]
        for at, wanted in enumerate(other, 1):
            cost = min(last[at] + 1, row[at - 1] + 1, last[at - 1] + (letter != wanted))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == wanted:
                cost = min(cost, rows[-2][at - 2] + 1)
            row.append(cost)
        if min(row) > most and min(last) > most - 1:
            return most + 1
        rows.append(row)
    return min(rows[-1][-1], most + 1)


@cache
def compared_domains() -> dict[str, Preset]:
    """Return the known providers' mail domains that are long enough to be compared with others."""
    return {name: preset for preset in WELL_KNOWN for name in preset.domains if len(name) >= MIN_DOMAIN}
