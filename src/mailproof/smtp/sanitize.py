"""Make a server's words safe to show: for terminals, logs and JSON, and without the secrets it may echo.

Law: no text of a peer reaches a step, a report or a message except through `clean` or a `Redactor`, and a
`Redactor` masks after cleaning and before cutting, so that neither an escape sequence inside a password nor the
cut can let a piece of it through. What may hold a secret goes to a `Redactor` uncleaned and uncut. Pure.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Collection
from urllib.parse import quote, quote_plus

from mailproof.domain.secret import MASK

MAX_TEXT = 500
"""Characters of one shown text; longer ones are cut with an ellipsis."""

ECHO_NOTICE = f"{MASK} (hidden: the server repeated a secret)"

# ECMA-48: whole CSI and OSC sequences go, an OSC within its line; what is left of others loses its ESC below.
_CSI = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*"
_OSC = r"\x1b\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)"
_ESCAPES = re.compile(rf"{_CSI}[@-~]|{_OSC}")
# The same, and what one reader takes for a sequence and another for text: those without an end, two-character ones.
_PERHAPS = re.compile(rf"{_CSI}[@-~]?|{_OSC}|\x1b\]|\x1b[ -/]*[0-~]?")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
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
    if text.isprintable():  # saves 11 % of the CPU of a plain test: bench/shortcuts_bench.py, 2 cores
        return text
    if _has_escapes(text):
        text = _ESCAPES.sub("", text)
    # str.isprintable is false for Unicode's categories C* (controls, bidi and zero-width format characters,
    # surrogates, unassigned) and Z* except the space.
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


def _has_escapes(text: str) -> bool:
    return "\x1b" in text or "\x9b" in text


class Redactor:
    """Cleans texts and masks one test's secrets in them: as they are and encoded, in one piece or split.

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
        encoded |= {text.replace("+", "-").replace("/", "_") for text in encoded}  # RFC 4648 section 5
        encoded |= _spellings(secret, raw) - {secret}
        shown = _printable(secret).lower()
        long = {needle.lower() for needle in encoded if len(needle) >= _WORD_MINIMUM}
        short = {needle.lower() for needle in encoded if len(needle) < _WORD_MINIMUM}
        (long if len(shown) >= _WORD_MINIMUM else short).add(shown)
        # Longest first: masking a part first would leave the rest of a longer needle.
        self._needles = tuple(sorted(long.union(self._needles), key=len, reverse=True))
        self._words = tuple(short.union(self._words) - {""})
        squeezed = (_squeeze(needle) for needle in self._needles)
        self._split = tuple(needle for needle in squeezed if len(needle) >= _SPLIT_MINIMUM)

    def together(self, texts: Collection[str]) -> Callable[[str, int], str]:
        """Return what cleans, masks and cuts each of some texts shown together, also a secret split over them."""
        if self._same([self(text) for text in texts]):
            return self
        self.echoed = self.echoed or self.sent
        return lambda _, limit: cut(ECHO_NOTICE, limit)

    def __call__(self, text: str, limit: int = MAX_TEXT) -> str:
        """Return `text` clean, masked and cut to `limit`."""
        shown = _printable(text)
        if self._needles or self._words:
            masked = ECHO_NOTICE if self._smuggles(text) else self._mask(shown)
            if masked != shown:
                shown = masked
                self.echoed = self.echoed or self.sent
        return cut(shown, limit)

    def _same(self, texts: Collection[str]) -> bool:
        """Return whether there is nothing to mask in these texts, one behind the other."""
        text = " ".join(texts)
        shown = _printable(text)
        return not self._smuggles(text) and self._mask(shown) == shown

    def _smuggles(self, text: str) -> bool:
        """Return whether a text holds a secret in any reading of its escape sequences, if it has such.

        Each character of what may be a sequence is read and passed over at once: a search for all secrets in one pass
        (Baeza-Yates and Gonnet's shift-and), with a bit for each of their characters.
        """
        if not self._needles or not _has_escapes(text):
            return False
        firsts = lasts = length = 0
        places: dict[str, int] = {}
        for needle in {_squeeze(needle) for needle in self._needles}:
            if len(needle) < _WORD_MINIMUM:
                continue
            firsts |= 1 << length
            for character in needle:
                places[character] = places.get(character, 0) | 1 << length
                length += 1
            lasts |= 1 << length - 1
        low = text.lower()
        sequences = {place for found in _PERHAPS.finditer(low) for place in range(*found.span())}
        state = 0
        for place, character in enumerate(low):
            read = (state << 1 | firsts) & places.get(character, 0)
            passed_over = place in sequences or not character.isprintable() or _is_filler(character)
            state = read | state if passed_over else read
            if read & lasts:
                return True
        return False

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


def _spellings(secret: str, raw: bytes) -> set[str]:
    """Return how a secret looks in a URL, in HTML, in JSON, and where Latin-1 is read as UTF-8."""
    latin = secret.encode("latin-1", "replace").decode("utf-8", "replace")
    spellings = {quote(raw), quote(raw, safe=""), quote_plus(raw), secret.translate(_HTML), json.dumps(secret)[1:-1]}
    return spellings | {_printable(latin)} if not secret.isascii() else spellings


def _is_filler(character: str) -> bool:
    return character in _FILLER or character.isspace()


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
