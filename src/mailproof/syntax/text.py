"""What a text may hold, whoever typed or sent it. Pure."""

from __future__ import annotations

import re

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def has_controls(text: str) -> bool:
    """Return whether a text has control characters: C0, DEL or C1."""
    return _CONTROLS.search(text) is not None
