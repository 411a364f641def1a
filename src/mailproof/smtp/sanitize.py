"""Make a server's text safe to show in terminals, logs and JSON, and mask the secrets that it may repeat.

Law: no text of a server reaches a step, a report or a message except through `clean` or a `Redactor`. A `Redactor`
masks after cleaning and before cutting, so that no part of a password gets through, neither by an escape sequence
inside it nor by the cut. A text that may hold a secret is given to a `Redactor` uncleaned and uncut. What a `Redactor`
cuts keeps its URLs and its end, which say what to do. What is shown in the end shares no run of characters with a
secret, in no usual encoding (`smtp.echoes`): where that is in doubt, only the reply's code is shown. Pure.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from urllib.parse import quote, quote_plus

from mailproof.domain.secret import MASK
from mailproof.smtp.charset import readings
from mailproof.smtp.echoes import EchoFinder, Likeness
from mailproof.syntax.text import has_invisible, replace_invisible

MAX_TEXT = 500
"""Characters of one shown text; a longer one is cut, with an ellipsis where something is missing."""

MAX_SENTENCE = 500
"""Characters of a server's text within a sentence of ours."""

MAX_ESCAPES = 64
"""Escape sequences of one text beyond which nothing of it is shown: it takes long to find what they may hide."""

FULL_OF_ESCAPES = "(hidden: the server sent a text full of escape sequences)"
ECHO_NOTICE = f"{MASK} (hidden: the server repeated a secret)"

DOUBT_NOTICE = f"{MASK} (hidden: it may repeat a part of a secret)"

# ECMA-48: whole CSI and OSC sequences are removed, an OSC within its line. Of other sequences only the ESC is replaced.
_CSI = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*"
_OSC = r"\x1b\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)"
_ESCAPES = re.compile(rf"{_CSI}[@-~]|{_OSC}")
# The same, and what some terminals take for a sequence and others for text: unfinished and two-character sequences.
_POSSIBLE_ESCAPES = re.compile(rf"{_CSI}[@-~]?|{_OSC}|\x1b\]|\x1b[ -/]*[0-~]?")
# What stands between the texts of two lines of a reply: the next line's code, and the enhanced code that it repeats.
_LINE_START = re.compile(r"\n(?:[2-5][0-9]{2}[- ])?(?:[245]\.[0-9]{1,3}\.[0-9]{1,3} )?")
# What says nothing of a secret at the beginning of a reply: its code and its enhanced code (RFC 3463 section 2).
_CODES = re.compile(r"[2-5][0-9]{2}(?:[- ][245]\.[0-9]{1,3}\.[0-9]{1,3})?(?=[- \n])")
_GAP = " … "
_CUT_MINIMUM = 80  # characters; a text that is cut to fewer is a name, and only its beginning is kept
_MAX_LINKS = 8  # that are kept where a text is cut: the first ones and the last
_NEAR = 24  # characters; a cut is moved to the space between two words if that is nearer
# A link, also where its scheme was left out, as in "aka.ms/smtp_auth_disabled".
_LINK = re.compile(
    r"(?:https?://|(?<![\w.@/-])[\w-]+(?:\.[\w-]+)+/)[\w.~:/?#@!$&()*+,;=%\[\]-]+", re.IGNORECASE | re.ASCII
)
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
# Characters that may stand between the parts of a secret: one that they split is still readable.
_FILLER = "/|�"  # and white space
_SPLIT_MINIMUM = 6  # characters; a shorter secret, found across words, is more often a coincidence than an echo
_WORD_MINIMUM = 4  # characters; a shorter secret is masked as a whole word only, not inside other words


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` without control characters, escape sequences, bidi controls and lone surrogates, cut to `limit`."""
    return cut(_printable(text), limit)


def cut(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shorten(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` in at most `limit` characters, without its middle: the beginning, the links and the end stay.

    A server's text ends with what to do, and its links explain it. A link is kept whole or not at all.
    """
    if len(text) <= limit or limit < _CUT_MINIMUM:
        return cut(text, limit)
    links = _links(text)
    tail = (_begin_near(text, len(text) - limit // 3, links), len(text))
    kept = [(0, limit // 4)]
    for piece in [*links[-1:], tail, *links[:-1]]:
        if len(_joined(text, [*kept, piece])) <= limit:
            kept.append(piece)
    while room := limit - len(_joined(text, kept)):  # the beginning takes what is left
        kept[0] = (0, kept[0][1] + room)
    kept[0] = (0, _end_near(text, kept, links))
    return _joined(text, kept)


def clean_and_shorten(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` as `clean` does, but cut as `shorten` does it."""
    return shorten(_printable(text), limit)


def _links(text: str) -> list[tuple[int, int]]:
    """Return where the links of a text are."""
    links: list[tuple[int, int]] = []
    for found in _LINK.finditer(text):
        length = len(found[0].rstrip(".,;:!?)]"))
        if len(links) == _MAX_LINKS:
            links.pop()
        links.append((found.start(), found.start() + length))
    return links


def _joined(text: str, pieces: Collection[tuple[int, int]]) -> str:
    """Return the pieces of a text in their order, with an ellipsis wherever something between them is missing."""
    parts: list[str] = []
    at = 0
    for start, stop in sorted(pieces):
        if stop > at:
            if start > at:
                parts.append(_GAP)
            parts.append(text[max(start, at) : stop])
            at = stop
    return "".join(parts) + ("…" if at < len(text) else "")


def _begin_near(text: str, place: int, links: Collection[tuple[int, int]]) -> int:
    """Return where the end of a text begins that is cut at `place`: behind a link or a space that is cut through."""
    for start, stop in links:
        if start < place < stop:
            return stop
    space = text.find(" ", place, place + _NEAR)
    return place if space < 0 else space + 1


def _end_near(text: str, pieces: Sequence[tuple[int, int]], links: Collection[tuple[int, int]]) -> int:
    """Return where the first piece of a text ends: before a link or a word that is cut through and not kept whole."""
    place = pieces[0][1]
    if place >= len(text) or any(start <= place <= stop for start, stop in pieces[1:]):
        return place
    for start, stop in links:
        if 0 < start < place < stop:
            return start
    space = text.rfind(" ", max(1, place - _NEAR), place + 1)
    return place if space < 0 else space


def _printable(text: str) -> str:
    if not has_invisible(text):  # saves 11 % of the CPU of a plain test: bench/shortcuts_bench.py, 2 cores
        return text
    if _has_escapes(text):
        text = _ESCAPES.sub("", text)
    return replace_invisible(text)


def _has_escapes(text: str) -> bool:
    return "\x1b" in text or "\x9b" in text


class Redactor:
    """Cleans texts and masks one test's secrets in them: plain or encoded, in one piece or split.

    Args:
        password: The password; empty for none.
        user: The user, for the response of PLAIN in base64.

    Attributes:
        echoed: Whether a secret was found after `sent` was set.
        sent: Whether a secret was sent to the server; what is found before is masked, but is a coincidence and no echo.
    """

    __slots__ = ("_concealed", "_finder", "_needles", "_split", "_words", "echoed", "sent")

    def __init__(self, password: str = "", user: str = "") -> None:
        self.echoed = False
        self.sent = False
        self._finder = EchoFinder()
        self._finder.spare(user)
        self._concealed: tuple[str, ...] = ()
        self._needles: tuple[str, ...] = ()  # found anywhere
        self._words: tuple[str, ...] = ()  # found as words
        self._split: tuple[str, ...] = ()  # found after the filler is taken out
        if password:
            blob = f"\0{user}\0{password}"
            self._hide(password, _base64(blob.encode("utf-8", "surrogatepass")))

    def learn(self, *secrets: str) -> None:
        """Mask more secrets from now on: a token, or what a SASL exchange derived from the password."""
        for secret in secrets:
            if secret:
                self._hide(secret)

    def conceal(self, *texts: str) -> None:
        """Mask what the server derives from the password and has to send, which is no echo: SCRAM's signature.

        Whoever knows it can guess the password offline.
        """
        for text in filter(None, texts):
            cores = _base64_cores(text.encode("utf-8", "surrogatepass"))
            self._concealed += (text, *cores)

    def spare(self, *texts: str) -> None:
        """Take the words of texts that everybody may see for no part of a secret, unless they are all of it."""
        self._finder.spare(*texts)

    def _hide(self, secret: str, *more: str) -> None:
        self._finder.learn(secret)
        raw = secret.encode("utf-8", "surrogatepass")
        encoded = {_base64(raw), *_base64_cores(raw), *more}
        encoded |= {text.replace("+", "-").replace("/", "_") for text in encoded}  # RFC 4648 section 5
        encoded |= _spellings(secret, raw) - {secret}
        shown = _printable(secret).lower()
        long = {needle.lower() for needle in encoded if len(needle) >= _WORD_MINIMUM}
        short = {needle.lower() for needle in encoded if len(needle) < _WORD_MINIMUM}
        (long if len(shown) >= _WORD_MINIMUM else short).add(shown)
        # Longest first: masking a part of a longer needle first would leave its rest.
        self._needles = tuple(sorted(long.union(self._needles), key=len, reverse=True))
        self._words = tuple(short.union(self._words) - {""})
        squeezed = (_squeeze(needle) for needle in self._needles)
        self._split = tuple(needle for needle in squeezed if len(needle) >= _SPLIT_MINIMUM)

    def together(self, texts: Collection[str]) -> Callable[[str, int], str]:
        """Return a function that cleans, masks and cuts each of some texts that are shown together.

        It also masks a secret that is split over several of them.
        """
        plain = " ".join(map(_printable, texts))
        if not self._concealed and self._finder.find(plain) is Likeness.NONE and self._has_nothing_to_mask(texts):
            return clean_and_shorten
        shown = [self(text) for text in texts]
        likeness = self._finder.find(" ".join(shown))
        if likeness is Likeness.NONE and self._has_nothing_to_mask(shown):
            return self
        if likeness is not Likeness.DOUBT:
            self.echoed = self.echoed or self.sent
        notice = DOUBT_NOTICE if likeness is Likeness.DOUBT else ECHO_NOTICE
        return lambda _, limit: cut(notice, limit)

    def __call__(self, text: str, limit: int = MAX_TEXT, *, lines: bool = False) -> str:
        """Return `text` cleaned, masked and cut to `limit` characters.

        Args:
            text: The text.
            limit: Characters at most.
            lines: Whether the text may have several lines, which are kept. A secret is also masked where one line has
                its beginning and the next one, behind its reply code, its end. Where all is hidden the codes stay.
        """
        shown = self._shown(text, limit, lines=lines)
        return text if shown == text else shown  # a phrase in which there is nothing to hide stays one

    def _shown(self, text: str, limit: int, *, lines: bool) -> str:
        if self._needles and text.count("\x1b") + text.count("\x9b") > MAX_ESCAPES:
            return cut(FULL_OF_ESCAPES, limit)
        parted = lines and "\n" in text
        shown = "\n".join(_printable(line) for line in text.split("\n")) if parted else _printable(text)
        for concealed in self._concealed:
            shown = shown.replace(concealed, MASK)
        if not self._needles and not self._words:
            return shorten(shown, limit)
        masked = ECHO_NOTICE if self._hides_secret_in_escapes(text) else self._mask(shown)
        if parted and self._is_split_over_lines(masked, text):
            masked = ECHO_NOTICE
        if masked != shown:
            shown = masked
            self.echoed = self.echoed or self.sent
        shown = shorten(shown, limit)
        likeness = self._finder.find(_LINE_START.sub(" ", shown) if parted else shown)
        if likeness is Likeness.ECHO:
            shown = ECHO_NOTICE
            self.echoed = self.echoed or self.sent
        elif likeness is Likeness.DOUBT:
            shown = DOUBT_NOTICE
        if lines and shown in (ECHO_NOTICE, DOUBT_NOTICE) and (codes := _CODES.match(text)):
            shown = f"{codes[0]} {shown}"
        return cut(shown, limit)

    def _is_split_over_lines(self, masked: str, text: str) -> bool:
        """Return whether a masked text still has a secret, begun in one line and ended in the next."""
        bare = _LINE_START.sub(" ", masked)
        return self._mask(bare) != bare or self._hides_secret_in_escapes(_LINE_START.sub(" ", text))

    def _has_nothing_to_mask(self, texts: Collection[str]) -> bool:
        """Return whether these texts, joined, hold nothing to mask."""
        text = " ".join(texts)
        shown = _printable(text)
        return not self._hides_secret_in_escapes(text) and self._mask(shown) == shown

    def _hides_secret_in_escapes(self, text: str) -> bool:
        """Return whether a text with escape sequences holds a secret, whichever of its characters a terminal hides.

        Each character of a possible sequence is both matched and skipped: a search for all secrets in one pass
        (Baeza-Yates and Gonnet's shift-and), with a bit for each of their characters.
        """
        if not self._needles or not _has_escapes(text):
            return False
        needles = {needle for each in self._needles if len(needle := _squeeze(each)) >= _WORD_MINIMUM}
        firsts = lasts = length = 0
        places: dict[str, int] = {}
        for needle in needles:
            firsts |= 1 << length
            for character in needle:
                places[character] = places.get(character, 0) | 1 << length
                length += 1
            lasts |= 1 << length - 1
        state, find = 0, places.get
        for piece, is_sequence in _around_sequences(text.lower(), max(map(len, needles), default=0)):
            for character in piece:
                read = (state << 1 | firsts) & find(character, 0)
                state = read | state if is_sequence else read
                if read & lasts:
                    return True
        return False

    def _mask(self, text: str) -> str:
        """Replace each secret in a cleaned text by `MASK`, or the whole text where a secret is split."""
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
    """Return how a secret looks in a URL, in HTML, in JSON, and where it is decoded in another charset than its own."""
    latin = secret.encode("latin-1", "replace").decode("utf-8", "replace")
    spellings = {
        quote(raw),
        quote(raw, safe=""),
        quote_plus(raw),
        secret.translate(_HTML),
        json.dumps(secret)[1:-1],
    }
    if secret.isascii():
        return spellings
    return spellings | {_printable(reading) for reading in (latin, *readings(secret))}


def _is_filler(character: str) -> bool:
    return character in _FILLER or character.isspace()


def _around_sequences(text: str, reach: int) -> Iterator[tuple[str, bool]]:
    """Yield the possible escape sequences of a text and what stands around them, each with whether it is a sequence.

    Of the text between two sequences, the characters that never matter are left out, and its middle: what is hidden by
    a sequence stands within `reach` characters of it. A server chooses how long the text is.
    """
    at = 0
    for found in chain(_POSSIBLE_ESCAPES.finditer(text), (None,)):
        start, end = found.span() if found else (len(text), len(text))
        between = "".join(filter(str.isprintable, _squeeze(text[at:start])))
        yield f"{between[:reach]}\0{between[-reach:]}" if len(between) > 2 * reach else between, False
        yield text[start:end], True
        at = end


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
    """Return `raw` as base64 has it inside longer data, at each alignment, without digits shared with neighbours."""
    cores = []
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + raw)
        start = (lead * 8 + 5) // 6  # the first digit that depends on `raw` alone
        stop = (lead + len(raw)) * 8 // 6
        core = whole[start:stop].decode("ascii")
        if len(core) >= _SPLIT_MINIMUM:
            cores.append(core)
    return cores
