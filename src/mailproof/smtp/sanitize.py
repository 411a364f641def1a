"""Make a server's words safe to show: for terminals, logs and JSON, and without the secrets it may echo.

Law: no text of a peer reaches a step, a report or a message except through `clean` or a `Redactor`, and a
`Redactor` masks after cleaning and before cutting, so that neither an escape sequence inside a password nor the
cut can let a piece of it through. Pure.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection

from mailproof.secret import MASK

MAX_TEXT = 500
"""Characters of one shown text; longer ones are cut with an ellipsis."""

ECHO_NOTICE = f"{MASK} (hidden: the server repeated a secret)"

# ECMA-48: CSI and OSC sequences go as a whole; what is left of others loses its ESC below.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x9b[0-?]*[ -/]*[@-~]")
# What tells nothing about whether two pieces belong together: a secret split by these is still a secret.
_FILLER = "/|�"  # and white space
_SPLIT_MINIMUM = 6  # a shorter secret, rejoined across words, is more often a coincidence than an echo
_WORD_MINIMUM = 4  # a shorter secret is masked where it stands alone, not inside other words


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` without control characters, escape sequences, bidi controls and lone surrogates, cut to `limit`."""
    return cut(_printable(text), limit)


def cut(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _printable(text: str) -> str:
    if text.isascii() and text.isprintable():  # nearly always
        return text
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPES.sub("", text)
    # str.isprintable is false for Unicode's categories C* (controls, bidi and zero-width format characters,
    # surrogates, unassigned) and Z* except the space.
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


class Redactor:
    """Cleans texts and masks one test's secrets in them: as they are and inside base64, in one piece or split.

    Attributes:
        echoed: Whether a secret was found since `sent` was set.
        sent: Whether the secret has left us; a coincidence before that is masked but is no echo.
    """

    __slots__ = ("_needles", "_split", "_words", "echoed", "sent")

    def __init__(self, password: str = "", user: str = "") -> None:
        self.echoed = False
        self.sent = False
        self._needles: tuple[str, ...] = ()  # found anywhere
        self._words: tuple[str, ...] = ()  # found as words
        self._split: tuple[str, ...] = ()  # found after the filler is taken out
        if password:
            blob = f"\0{user}\0{password}"
            self._hide(password, _base64(blob.encode("utf-8", "surrogatepass")))

    def learn(self, *secrets: str) -> None:
        """Hide more secrets from now on: a token, or what was made of the password for one exchange."""
        for secret in secrets:
            if secret:
                self._hide(secret)

    def _hide(self, secret: str, *more: str) -> None:
        raw = secret.encode("utf-8", "surrogatepass")
        encoded = {_base64(raw), *_base64_cores(raw), *more}
        shown = _printable(secret).lower()
        long = {needle.lower() for needle in encoded if len(needle) >= _WORD_MINIMUM}
        short = {needle.lower() for needle in encoded if len(needle) < _WORD_MINIMUM}
        (long if len(shown) >= _WORD_MINIMUM else short).add(shown)
        # Longest first: masking a part first would leave the rest of a longer needle.
        self._needles = tuple(sorted(long.union(self._needles), key=len, reverse=True))
        self._words = tuple(short.union(self._words) - {""})
        squeezed = (_squeeze(needle) for needle in self._needles)
        self._split = tuple(needle for needle in squeezed if len(needle) >= _SPLIT_MINIMUM)

    def unchanged(self, texts: Collection[str], limit: int = MAX_TEXT) -> bool:
        """Return whether each of the texts may be shown as it is. False may come of a coincidence where they meet."""
        together = " ".join(texts)
        if not (together.isascii() and together.isprintable()):
            return False
        if len(together) > limit and any(len(text) > limit for text in texts):
            return False
        return self._mask(together) == together

    def __call__(self, text: str, limit: int = MAX_TEXT) -> str:
        """Return `text` clean, masked and cut to `limit`."""
        text = _printable(text)
        if self._needles or self._words:
            masked = self._mask(text)
            if masked != text:
                text = masked
                self.echoed = self.echoed or self.sent
        return cut(text, limit)

    def _mask(self, text: str) -> str:
        given, low = text, text.lower()
        for needle in self._needles:
            if needle in low:
                text = re.sub(re.escape(needle), MASK, text, flags=re.IGNORECASE)
        for word in self._words:
            if word in low:
                text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", MASK, text, flags=re.IGNORECASE)
        if self._split:
            low = _squeeze(low if text is given else text.lower())
            for needle in self._split:
                if needle in low:
                    return ECHO_NOTICE
        return text


def _squeeze(text: str) -> str:
    """Return `text` without filler."""
    text = "".join(text.split())
    for sign in _FILLER:
        if sign in text:
            text = text.replace(sign, "")
    return text


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii").rstrip("=")


def _base64_cores(raw: bytes) -> list[str]:
    """Return what base64 makes of `raw` in the middle of a longer text, less the digits its neighbours share."""
    cores = []
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + raw)
        start = (lead * 8 + 5) // 6  # the first digit that depends on `raw` alone
        stop = (lead + len(raw)) * 8 // 6
        core = whole[start:stop].decode("ascii")
        if len(core) >= _SPLIT_MINIMUM:
            cores.append(core)
    return cores
