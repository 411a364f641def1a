"""Cleaning of a text the plain way: every text goes through all of it."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)")


def printable(text: str) -> str:
    """Return what `mailproof.smtp.sanitize._printable` returns."""
    signs = (sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in _ESCAPES.sub("", text))
    return "".join(signs)
