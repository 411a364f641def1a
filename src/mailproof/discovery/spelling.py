"""Which known provider's mail domain another domain is easily taken for. Pure."""

from __future__ import annotations

from functools import cache

from mailproof.discovery.preset import Preset
from mailproof.discovery.presets import WELL_KNOWN, preset_of_domain
from mailproof.syntax.edits import distance

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


@cache
def compared_domains() -> dict[str, Preset]:
    """Return the known providers' mail domains that are long enough to be compared with others."""
    return {name: preset for preset in WELL_KNOWN for name in preset.domains if len(name) >= MIN_DOMAIN}
