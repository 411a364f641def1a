"""Finds what a text shares with a secret: a run of its characters, as it is or in any usual encoding, cut anywhere.

Law: a text in which a run of a secret can be read after the decoders of this module were applied, one after another, is
found, whatever stands around the run. Runs are as short as they can be without being a coincidence: `_shortest_run`. A
word that ordinary replies are made of, or that the test's own settings hold (a host, a user), is no run by itself.
The work is proportional to the text, which is what is shown, and bounded: a text that takes more is in doubt. Pure.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from contextlib import suppress
from enum import IntEnum

from mailproof.domain.secret import MASK
from mailproof.smtp.reply_words import REPLY_WORDS

MAX_TEXT = 4096
"""Characters of a text that is looked through; a longer one is in doubt."""

_SHORTEST = 4  # characters; a shorter secret is in every other text
_LEAST_HEX = 12  # figures, of six octets: a size and a code have less
_CHANCE = 5e-3  # of a run of a random secret in `_TYPICAL` characters of other words
_TYPICAL = 1000
_LONG_SECRET = 64  # characters, from which on every fourth place of a text is looked up, so runs are three longer
_STRIDE = 4
_FOLDED_RUN = 8  # digits of base64 whose case is lost, which says less of the secret
_MANY = 100  # runs, from which on looking each place up is faster than searching for each run
_DEPTH = 3  # encodings within one another
# Decoded octets for each character of a text, and for all texts together: an ordinary reply has some 10, SCRAM's first
# challenge, which is random, up to 160.
_WORK = 200
_LEAST_WORK = 10_000
_TOTAL_WORK = 500_000
_MEMORY = 64  # texts whose verdict is kept: a reply is shown in several places

_WORD = re.compile(r"[^\W_]+")
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_URL_DIGITS = str.maketrans("-_", "+/")  # RFC 4648 section 5
_NO_BASE32 = re.compile(r"[^a-z2-7]+")
_BASE32 = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv")
_HEX_PREFIX = re.compile(r"0x|[\\&]#?x|[\\%=]|u\+?00|#x", re.IGNORECASE)
_HEX_RUN = re.compile(r"[0-9a-f](?:[^0-9a-z]{0,3}[0-9a-f]){7,}", re.IGNORECASE)
_NO_HEX = re.compile(r"[^0-9a-f]+", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<![0-9])[0-9]{2,3}(?:[^0-9a-z]{1,4}[0-9]{2,3}){3,}(?![0-9])", re.IGNORECASE)
_NUMBER = re.compile("[0-9]+")
_SOFT_BREAK = re.compile(r"=\s+")  # RFC 2045 section 6.7
_ESCAPING = re.compile(r"[%=\\&]|u\+", re.IGNORECASE)
# URLs, quoted-printable, C and Python, JSON and CSS, U+XXXX, octal.
_ESCAPE = re.compile(
    r"%([0-9a-f]{2})|=([0-9a-f]{2})|\\x\{?([0-9a-f]{2})\}?|[\\%]u\{?([0-9a-f]{4})\}?|u\+([0-9a-f]{4})|\\([0-7]{3})",
    re.IGNORECASE,
)
_READABLE = re.compile(rb"(?:[ -~]\x00?){6,}")  # the least that an encoding of a run within another one has
_LONG_WORDS = [word.encode() for word in REPLY_WORDS if len(word) >= 12]
_SIGNS = bytes(octet for octet in range(128) if not chr(octet).isalnum())


class Likeness(IntEnum):
    """How sure it is that a text repeats a secret."""

    NONE = 0
    DOUBT = 1  # a run that may be a coincidence
    ECHO = 2  # an encoded run, or a long one


class _Sought:
    """One secret: its forms, forwards and backwards, and the runs that are looked for.

    Args:
        text: The secret, of at least `_SHORTEST` characters.
    """

    __slots__ = ("_digits", "_forms", "_runs", "_stride", "_text", "joined", "long", "run")

    def __init__(self, text: str) -> None:
        forms = {_fold(text), text.encode("utf-8", "surrogatepass").lower()}
        if not text.isascii():
            forms |= {
                form.encode(codec, "replace") for form in (text, text.lower()) for codec in ("utf-16-le", "cp1252")
            }
        forms |= {_alone(form) for form in forms} | {_fold("".join(_WORD.findall(text)))}
        forms = {form for form in forms if len(form) >= _SHORTEST}
        self._forms = {*forms, *(form[::-1] for form in forms)}
        length = max(map(len, self._forms), default=0)
        self._runs: dict[int, frozenset[bytes]] = {}
        self._text = text.encode("utf-8", "surrogatepass")
        self._digits: frozenset[bytes] | None = None
        self._stride = _STRIDE if length >= _LONG_SECRET else 1
        self.run = _shortest_run(length)
        self.joined = self.run + 1
        """The shortest run where characters were left out between its own."""
        self.long = max(12, 2 * self.run)
        """The run that is none by chance, even where ordinary words hold it."""

    def is_in(self, text: bytes, length: int) -> bool:
        """Return whether a folded text has a run of this length, or all of a shorter form."""
        runs = self._runs.get(length)
        if runs is None:
            runs = frozenset(
                form[place : place + length] for form in self._forms for place in range(max(1, len(form) - length + 1))
            )
            if length == self.long:
                runs = frozenset(run for run in runs if not any(run in word for word in _LONG_WORDS))
            self._runs[length] = runs
        if self._stride == 1:
            for run in runs:  # noqa: SIM110 - half the time of any()
                if run in text:
                    return True
            return False
        return any(text[place : place + length] in runs for place in range(0, len(text) - length + 1, self._stride))

    def is_in_digits(self, alone: bytes) -> bool:
        """Return whether the letters and digits of a folded text have a run of its base64, whose case is lost.

        Keywords of EHLO are shown in upper case.
        """
        if len(alone) < _FOLDED_RUN:
            return False
        if self._digits is None:
            self._digits = frozenset(_folded_base64(self._text, self._stride))
        digits = self._digits
        if len(digits) <= _MANY:
            return any(run in alone for run in digits)
        return any(alone[place : place + _FOLDED_RUN] in digits for place in range(len(alone) - _FOLDED_RUN + 1))


class EchoFinder:
    """Finds runs of secrets in texts."""

    __slots__ = ("_has_number", "_is_wordy", "_known", "_left", "_memory", "_secrets", "_sought")

    def __init__(self) -> None:
        self._secrets: list[str] = []
        self._sought: list[_Sought] = []
        self._known: frozenset[str] = REPLY_WORDS
        self._memory: dict[str, Likeness] = {}
        self._left = _TOTAL_WORK
        self._has_number = False  # whether a secret has one that ordinary codes and sizes may be a part of
        self._is_wordy = False  # whether a secret has ordinary words or hardly anything but signs

    def learn(self, secret: str) -> None:
        """Look for a secret from now on."""
        if len(secret.strip()) >= _SHORTEST and secret not in self._secrets:
            self._secrets.append(secret)  # its runs are made when a text is looked through
            words = _WORD.findall(secret.lower())
            signs = sum(map(len, words)) < _SHORTEST
            self._has_number = self._has_number or re.search("[0-9]{4}", secret) is not None
            self._is_wordy = self._is_wordy or signs or any(len(word) > 2 and word in REPLY_WORDS for word in words)
            self._memory.clear()

    def spare(self, *texts: str) -> None:
        """Take the words of texts that everybody may see for no run by themselves: the plan's host, its user."""
        words = {word.lower() for text in texts for word in _WORD.findall(text)}
        if not words <= self._known:
            self._known |= words
            self._memory.clear()

    def find(self, text: str) -> Likeness:
        """Return how sure it is that a text, as it is shown, repeats a secret."""
        if not self._secrets:
            return Likeness.NONE
        found = self._memory.get(text)
        if found is None:
            found = self._look(text) if len(text) <= MAX_TEXT else Likeness.DOUBT
            if len(self._memory) >= _MEMORY:
                self._memory.clear()
            self._memory[text] = found
        return found

    def _look(self, text: str) -> Likeness:
        known = self._known
        text = text.replace(MASK, "\n").replace("\ufffd", "\0")  # what `sanitize` has put in place of characters
        unknown = [word for word in _WORD.findall(text.lower()) if word not in known]
        figures = sum(len(word) for word in unknown if word.isdigit())
        letters = sum(map(len, unknown)) - figures
        short = letters < _SHORTEST and figures < (_SHORTEST if self._has_number else _LEAST_HEX)
        # An ordinary reply ends here: without this a plain test takes 2 ms of CPU more.
        if short and not self._is_wordy:
            return Likeness.NONE
        self._sought += map(_Sought, self._secrets[len(self._sought) :])
        low = _fold(text)
        if any(sought.is_in(low, sought.long) for sought in self._sought):
            return Likeness.ECHO
        rest = _WORD.sub(lambda word: "\n" if word[0].lower() in known else word[0], text)
        if letters < _SHORTEST and figures < _LEAST_HEX and not _ESCAPING.search(text):
            return Likeness.DOUBT if self._is_in_clear(rest) else Likeness.NONE
        # Short words may be pieces of an encoded secret that others separate.
        pieces = _WORD.sub(lambda word: "\n" if len(word[0]) >= 4 and word[0].lower() in known else word[0], text)
        decoded = self._decode(pieces.replace("\0", ""))
        if decoded is not Likeness.NONE:
            return decoded
        return Likeness.DOUBT if self._is_in_clear(rest) else Likeness.NONE

    def _is_in_clear(self, text: str) -> bool:
        """Return whether a text has a run, in one piece or with something between its characters."""
        low = _fold(text)
        bare = b"".join(low.split())
        alone = _fold("".join(_WORD.findall(text)))
        return (
            any(sought.is_in(low, sought.run) for sought in self._sought)
            or self._is_joined(low)
            or any(sought.is_in(alone, sought.joined) or sought.is_in_digits(alone) for sought in self._sought)
            or any(
                sought.is_in(bare[start::stride], sought.joined)
                for stride in (2, 3)
                for start in range(stride)
                for sought in self._sought
            )
        )

    def _is_joined(self, low: bytes) -> bool:
        """Return whether a folded text has a run once signs, or white space and control characters, are taken out."""
        alone, bare = _alone(low), low.translate(None, b"\0 \t\r\n")
        return any(sought.is_in(alone, sought.joined) or sought.is_in(bare, sought.joined) for sought in self._sought)

    def _is_read(self, low: bytes) -> bool:
        """Return whether decoded octets have a run that is not within an ordinary word: "Password:" is a challenge."""
        if not any(sought.is_in(low, sought.run) for sought in self._sought):
            return False
        rest = self._without_known(low)
        return any(sought.is_in(rest, sought.run) or sought.is_in(low, sought.long) for sought in self._sought)

    def _without_known(self, low: bytes) -> bytes:
        text = low.decode("latin-1")
        return _WORD.sub(lambda word: "\n" if word[0] in self._known else word[0], text).encode("latin-1")

    def _decode(self, text: str) -> Likeness:
        """Return whether a text holds a run in an encoding, or in encodings within one another."""
        work = min(_LEAST_WORK + _WORK * len(text), self._left)
        seen = {text}
        texts = [text]
        for _ in range(_DEPTH):
            deeper = []
            for given in texts:
                for raw in _decoded(given):
                    work -= len(raw)
                    self._left -= len(raw)
                    if work < 0:
                        return Likeness.DOUBT
                    low = raw.lower()
                    if self._is_read(low):
                        return Likeness.ECHO
                    readable = b"\n".join(_READABLE.findall(low))
                    if not readable:
                        continue
                    if self._is_joined(low) and self._is_joined(self._without_known(low)):
                        return Likeness.ECHO
                    inner = b"\n".join(_READABLE.findall(raw)).replace(b"\0", b"").decode("ascii")
                    if inner not in seen and inner[::-1] not in seen:
                        seen.add(inner)
                        deeper.append(inner)
            texts = deeper
        return Likeness.NONE


def _shortest_run(length: int) -> int:
    """Return the length of the shortest run of a secret that is hardly ever a coincidence in other words.

    A long secret has many runs, so they must be longer for that.
    """
    run = _SHORTEST
    while (length - run + 1) * _TYPICAL > _CHANCE * 36**run:
        run += 1
    return min(run, length)


def _folded_base64(raw: bytes, stride: int) -> Iterator[bytes]:
    """Yield runs of what a secret is in base64 at each alignment, without case and signs, in both directions."""
    for text in (raw, raw[::-1]):
        for lead in range(3):
            digits = binascii.b2a_base64(b"\0" * lead + text, newline=False).rstrip(b"=")[(lead * 8 + 5) // 6 :]
            core = digits.lower().translate(None, b"+/")
            for place in range(0, len(core) - _FOLDED_RUN + 1, stride):
                run = core[place : place + _FOLDED_RUN]
                yield run
                yield run[::-1]


def _fold(text: str) -> bytes:
    return text.lower().encode("utf-8", "surrogatepass")


def _alone(text: bytes) -> bytes:
    """Return a text without the signs of ASCII."""
    return text.translate(None, _SIGNS)


def _decoded(text: str) -> Iterator[bytes]:
    """Yield what a text may mean, by each decoder, forwards and backwards."""
    for given in (text, text[::-1]):
        if _ESCAPING.search(given):
            plain = _unescaped(given)
            if plain != given:
                yield plain.encode("utf-8", "surrogatepass")
                with suppress(UnicodeEncodeError):
                    yield plain.encode("latin-1")
        yield from _from_base64(given)
        yield from _from_hex(given)
        yield from _from_base32(given)
        yield from _from_numbers(given)


def _unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        *hexadecimal, octal = found.groups()
        if octal:
            return chr(int(octal, 8))
        return chr(int(next(filter(None, hexadecimal)), 16))

    text = _ESCAPE.sub(character, _SOFT_BREAK.sub("", text))
    return html.unescape(text) if "&" in text else text


def _from_base64(text: str) -> Iterator[bytes]:
    digits = _NO_BASE64.sub("", text.translate(_URL_DIGITS))
    yield from _aligned_base64(digits)
    if "+" in digits or "/" in digits:  # they may stand between digits and be none
        yield from _aligned_base64(digits.replace("+", "").replace("/", ""))


def _aligned_base64(digits: str) -> Iterator[bytes]:
    """Yield what base64 means whose beginning and end may be cut off."""
    if len(digits) < 6:  # of `_SHORTEST` characters
        return
    for start in range(4):
        aligned = digits[start:]
        yield binascii.a2b_base64(aligned[: -1 if len(aligned) % 4 == 1 else None] + "===")


def _from_hex(text: str) -> Iterator[bytes]:
    for run in _HEX_RUN.findall(_HEX_PREFIX.sub(" ", text)):
        digits = _NO_HEX.sub("", run)
        for start in range(2):
            yield bytes.fromhex(digits[start : start + (len(digits) - start) // 2 * 2])


def _from_base32(text: str) -> Iterator[bytes]:
    digits = _NO_BASE32.sub("", text.lower())
    if len(digits) < 7:
        return
    number = int(digits.translate(_BASE32), 32)  # linear, since 32 is a power of 2
    size = (len(digits) * 5 + 7) // 8
    for shift in range(8):
        yield (number << shift).to_bytes(size + 1, "big")


def _from_numbers(text: str) -> Iterator[bytes]:
    for run in _NUMBERS.findall(text):
        yield bytes(number for number in map(int, _NUMBER.findall(run)) if number < 256)
