"""Which language a caller wants: the header Accept-Language (RFC 9110 section 12.5.4), and a terminal's locale.

The header is a stranger's: what is malformed in it is passed over, and one that is too long is not read. Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mailproof.languages.language import Language

MAX_HEADER = 500
"""Characters of a header that is read at all; browsers send less than 100."""

MAX_RANGES = 30
"""Language ranges of it that are looked at."""

_RANGE = re.compile(
    r"(?P<range>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,8})"
    r"(?:[ \t]*;[ \t]*q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?",
    re.IGNORECASE | re.ASCII,
)


def accepted(header: str | None) -> Language:
    """Return the language that an Accept-Language header asks for: English where it asks for none that we have.

    A range with a region stands for its language, as in RFC 4647 section 3.4: "de-AT" is German.

    Args:
        header: The header's value; None if it is missing.
    """
    return _best(header) if header and len(header) <= MAX_HEADER else Language.ENGLISH


@lru_cache(maxsize=256)  # a browser sends the same header with each request
def _best(header: str) -> Language:
    weights: dict[str, float] = {}
    for element in header.split(",", MAX_RANGES)[:MAX_RANGES]:
        found = _RANGE.fullmatch(element.strip(" \t"))
        if found is None:
            continue
        name, weight = found["range"].lower().partition("-")[0], float(found["weight"] or 1)
        # A region that is not wanted ("de-CH;q=0") says nothing of the language.
        if weight or "-" not in found["range"]:
            weights[name] = max(weight, weights.get(name, 0.0))
    others = weights.get("*", 0.0)
    order = list(weights)
    wanted = [
        (weights.get(language.value, others), -order.index(language.value) if language.value in order else -len(order))
        for language in Language
    ]
    best = max(wanted)  # of equal weight, the one that stands first
    return list(Language)[wanted.index(best)] if best[0] > 0 else Language.ENGLISH


def of_locale(name: str) -> Language:
    """Return the language of a locale such as "de_AT.UTF-8", or of a tag; English for any that we don't have."""
    language = re.split(r"[_.@-]", name.strip().lower()[:64], maxsplit=1)[0]
    return Language(language) if language in set(Language) else Language.ENGLISH
