"""What a secret looks like where it was pasted badly: shapes that may be told, and nothing else of it. Pure.

Law: a shape says what kind of slip it is, and never which characters, how many, or where: whoever reads the report need
not know the secret.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from mailproof.domain.secret import Secret
from mailproof.syntax.text import has_invisible, has_look_alikes

_APP_PASSWORD = re.compile(r"[a-z0-9]{4}(?:\s[a-z0-9]{4}){3}", re.IGNORECASE)  # a no-break space is one of \s


class SecretShape(Enum):
    """A slip that a secret shows, the surest first."""

    APP_PASSWORD_SPACES = auto()  # four groups of four: as Google and Yahoo show an app password, and do not mean it
    LINE_BREAK = auto()  # at the beginning or the end
    BLANK = auto()  # at the beginning or the end
    INVISIBLE = auto()  # a no-break space, a zero-width character, a tab … within it
    LOOK_ALIKE = auto()  # a curly quotation mark, a long dash, a full-width letter


def secret_shapes(secret: Secret) -> frozenset[SecretShape]:
    """Return which slips a secret shows; none for an ordinary one."""
    text = secret.reveal()
    shapes = set()
    unbroken = text.strip("\r\n")
    if unbroken != text:
        shapes.add(SecretShape.LINE_BREAK)
    core = unbroken.strip(" \t\r\n")
    if core != unbroken:
        shapes.add(SecretShape.BLANK)
    if _APP_PASSWORD.fullmatch(core):
        shapes.add(SecretShape.APP_PASSWORD_SPACES)
    elif has_invisible(core):
        shapes.add(SecretShape.INVISIBLE)
    if has_look_alikes(core):
        shapes.add(SecretShape.LOOK_ALIKE)
    return frozenset(shapes)
