"""Which of several forms of an answer a client wants, by the header Accept (RFC 9110 section 12.5.1).

The header is a stranger's: what is malformed in it is passed over, and one that is too long is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

MAX_HEADER = 1000
"""Characters of a header that is read at all; browsers send less than 200."""

_RANGE = re.compile(r"([!#$%&'*+.^_`|~0-9a-z-]+)/([!#$%&'*+.^_`|~0-9a-z-]+)", re.ASCII)
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


def preferred(header: str, offered: Sequence[str]) -> str:
    """Return the media type that a client wants most; the first one where it does not care, or wants none of them.

    Args:
        header: The header's value; "" if it is missing.
        offered: The media types that there are, in lower case.
    """
    return _preferred(header, tuple(offered)) if 0 < len(header) <= MAX_HEADER else offered[0]


@lru_cache(maxsize=256)  # a client sends the same header with each request
def _preferred(header: str, offered: tuple[str, ...]) -> str:
    # Of each type what its closest range says: the weight, how close that is, and where it stands.
    best: dict[str, tuple[int, float, int]] = {}
    for place, element in enumerate(header.lower().split(",")):
        bare, *parameters = (part.strip(" \t") for part in element.split(";"))
        found = _RANGE.fullmatch(bare)
        weights = [weight for weight in map(_WEIGHT.fullmatch, parameters) if weight]
        if found is None or (not weights and any(part.startswith("q=") for part in parameters)):
            continue
        for each in offered:
            close = {"*/*": 0, f"{each.partition('/')[0]}/*": 1, each: 2}.get(bare, -1)
            if close > best.get(each, (-1, 0.0, 0))[0]:
                best[each] = (close, float(weights[0][1]) if weights else 1.0, -place)
    ranked = {each: (weight, close, place) for each, (close, weight, place) in best.items() if weight}
    return max(offered, key=lambda each: ranked.get(each, (0.0, -1, 0)))
