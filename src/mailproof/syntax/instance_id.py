"""Ids of instances, as settings and tokens name them. Pure."""

from __future__ import annotations

import re

from mailproof.domain.phrase import say

_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def is_instance_id(text: str) -> bool:
    """Return whether a text is 1 to 100 letters, digits, dots, dashes or underscores, the first no sign."""
    return _FORM.fullmatch(text) is not None


def check_instance_id(text: str) -> str:
    """Return the id of an instance.

    Raises:
        ValueError: It is none; the message begins with "must".
    """
    if not is_instance_id(text):
        raise ValueError(say("must be 1 to 100 letters, digits, dots, dashes or underscores"))
    return text
