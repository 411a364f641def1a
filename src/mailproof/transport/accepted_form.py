"""Which form of an answer its client reads: the header accept, with quality values (RFC 9110 section 12.5.1). Pure.

Who accepts anything, or says nothing, gets JSON: that is what clients are written for. So does who accepts none of the
forms that there are, which the RFC leaves to the server: an error says more than a bare 406.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache

MAX_HEADER = 1000
"""Characters of a header that is read at all; browsers send less than 200."""

_RANGE = re.compile(r"\s*([^\s;,/]+)/([^\s;,/]+)\s*((?:;[^,]*)?)\s*")
_QUALITY = re.compile(r";\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|\Z)")


class Form(Enum):
    """A form of an answer, with the media types that ask for it."""

    JSON = ("application/json",)
    LINES = ("application/x-ndjson", "application/ndjson", "application/json")
    EVENTS = ("text/event-stream",)
    TEXT = ("text/plain",)
    PAGE = ("text/html",)


def accepted_form(accept: str, *, stream: bool, text: bool) -> Form:
    """Return the form in which an answer is sent.

    Args:
        accept: The header; "" if there is none.
        stream: Whether the answer is a stream.
        text: Whether it can be plain text.
    """
    offered = ([Form.LINES, Form.EVENTS] if stream else [Form.JSON]) + ([Form.TEXT] if text else [])
    return _best(accept, tuple(offered))


def wants_text(accept: str) -> bool:
    """Return whether plain text is accepted rather than JSON, so that an error is told in it too."""
    return _best(accept, (Form.JSON, Form.TEXT)) is Form.TEXT


def wants_page(accept: str) -> bool:
    """Return whether a page is accepted rather than JSON."""
    return _best(accept, (Form.JSON, Form.PAGE)) is Form.PAGE


def _best(accept: str, offered: tuple[Form, ...]) -> Form:
    return _best_of(accept, offered) if 0 < len(accept) <= MAX_HEADER else offered[0]


@lru_cache(maxsize=256)  # a client sends the same header with each request
def _best_of(accept: str, offered: tuple[Form, ...]) -> Form:
    """Return the form of the highest quality; of equal ones one that is named wins over one that a wildcard means.

    Named alike, events come before lines, as whoever names them knows of them; and JSON comes before text, since axios
    sends "application/json, text/plain, */*" unless it is told otherwise.
    """
    ranges = _ranges(accept)
    if not ranges:
        return offered[0]
    named = sorted(offered, key=lambda form: form is not Form.EVENTS)

    def merit(form: Form) -> tuple[float, int, int]:
        quality, exactness = max(_quality(ranges, media_type) for media_type in form.value)
        order = named if exactness == _NAMED else offered
        return quality, exactness, -order.index(form)

    best = max(offered, key=merit)
    return best if merit(best)[0] > 0 else offered[0]


_NAMED = 2
"""How exact a range is that names a type and its subtype; one for all subtypes is 1, one for everything 0."""


def _ranges(accept: str) -> list[tuple[str, str, float]]:
    """Return the media ranges, each with its quality; what is malformed is passed over."""
    found = []
    for part in accept.split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        quality = _QUALITY.search(match[3])
        if quality is None and re.search(r";\s*[qQ]\s*=", match[3]):
            continue
        found.append((match[1].lower(), match[2].lower(), float(quality[1]) if quality else 1.0))
    return found


def _quality(ranges: Sequence[tuple[str, str, float]], media_type: str) -> tuple[float, int]:
    """Return the quality of a media type, by the most exact range that means it, and how exact that is."""
    main, _, sub = media_type.partition("/")
    exact = {(main, sub): _NAMED, (main, "*"): 1, ("*", "*"): 0}
    fitting = [(exact[each[:2]], each[2]) for each in ranges if each[:2] in exact]
    if not fitting:
        return 0.0, 0
    exactness = max(each for each, _ in fitting)
    return max(quality for each, quality in fitting if each == exactness), exactness
