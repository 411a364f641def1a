"""A reply's text made ready for comparison: one form for all spellings, and nothing in it but the server's own words.

Law: a word in a link, a mail address, a host name, an IP address or an id never decides; each of them becomes one
placeholder. Case, accents, line ends and the form of quotes make no difference. The cost is linear in the text, which
is bounded. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from mailproof.smtp.refusals.zones import ADDRESS_LISTS, DOMAIN_LISTS, TOP_LEVEL

HEAD = 2000
"""Characters that are read from the beginning of a reply."""

TAIL = 500
"""Characters that are read from the end of a longer reply: the reason often stands last."""

MAX_CLAUSES = 40  # a longer reply's middle is not judged
MAX_HITS = 8  # of one notion in one clause

_MARKS = re.compile("[\u0300-\u036f]")  # accents, also those of Cyrillic; not the voicing marks of Japanese
_QUOTES = str.maketrans(dict.fromkeys("\u2018\u2019`\u00b4", "'") | dict.fromkeys("\u201c\u201d\u00ab\u00bb", '"'))
_LINK = re.compile(r"(?:https?:\s?//|(?<![\w.@-])www\.)[^\s<>\"'\u3000-\u9fff]+")
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,@\"'=]{1,80}@[^\s<>()\[\]:;,@\"'\u3000-\u9fff]{1,255}")
_IPV4 = re.compile(r"(?<![\w.])[0-9x*#]{1,3}(?:\.[0-9x*#]{1,3}){3}(?![\w])")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])")
_ENHANCED = re.compile(r"(?<![\w.])(?:[245]\d\d[- ])?#?([245])\.(\d{1,3})\.(\d{1,3})(?![\w.]*\.\d|\w)")
_HOST = re.compile(
    r"(?<![\w.@-])(?:[a-z0-9_](?:[\w-]{0,61}[a-z0-9_])?\.){1,10}([a-z]{2,18}|xn--[a-z0-9-]{2,40})(?![\w-])"
)
_ID = re.compile(r"(?<!\w)(?=\w{0,60}\d)(?=\w{0,60}[a-z])[a-z0-9_]{16,}")
_EMAIL = re.compile(r"\be-mail")
_NOT = (
    (re.compile(r"\b(?:can't|cannot|cant)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
)
_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff々"
_TOKEN = re.compile(rf"<[a-z]+>|[{_CJK}]|[^\W_{_CJK}]+|[.!?](?=\s|$)|[;。]")
_END = frozenset(".!?;。")


def fold(text: str) -> str:
    """Return `text` in the form in which words are compared: compatible characters, one case, no accents."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_QUOTES)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a character of Chinese or Japanese, or a placeholder, and where it stands."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """A reply's words.

    Attributes:
        text: What the tokens' places refer to.
        clauses: The tokens of each sentence.
        enhanced: The first enhanced code that stands in the text, or "".
    """

    text: str
    clauses: tuple[tuple[Word, ...], ...]
    enhanced: str = ""


def words_of(text: str) -> Words:
    """Return the words of a reply's text, whose lines are joined by spaces."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]} ; {text[-TAIL:]}"
    text = fold(" ".join(text.split()))[: 2 * (HEAD + TAIL)]  # one character may stand for eighteen (U+FDFA)
    text = _LINK.sub(lambda found: _link(found[0]), text)
    text = _ADDRESS.sub(" <address> ", text)
    text = _IPV4.sub(" <ip> ", text)
    code = _ENHANCED.search(text)
    text = _ENHANCED.sub(" ", text)
    text = _IPV6.sub(" <ip> ", text)
    text = _HOST.sub(_host, text)
    text = _EMAIL.sub("email", _ID.sub(" <id> ", text))
    for pattern, replacement in _NOT:
        text = pattern.sub(replacement, text)
    text = " ".join(text.split())
    return Words(text, _clauses(text), ".".join(code.groups()) if code else "")


def split_term(term: str) -> list[tuple[str, bool]]:
    """Return a vocabulary term's words, each with whether it may have any ending, which a star says."""
    parts: list[tuple[str, bool]] = []
    for part in fold(term).split():
        words: list[str] = _TOKEN.findall(part.rstrip("*"))
        parts += [(word, False) for word in words[:-1]]
        parts.append((words[-1], part.endswith("*")))
    return parts


def _link(link: str) -> str:
    """Return the placeholder of a link, with the punctuation that ends the sentence and not the link."""
    end = link[len(link.rstrip(".,;:!?)]")) :]
    host, _, path = link.partition("//")[2].partition("/")
    host = host or link
    if _in(host, DOMAIN_LISTS) or (_in(host, ADDRESS_LISTS) and path.startswith("dbl")):
        return f" <domainlist> {end}"
    return f" <addresslist> {end}" if _in(host, ADDRESS_LISTS) else f" <url> {end}"


def _host(found: re.Match[str]) -> str:
    """Return the placeholder of a host name; two words whose sentence ends without a blank stay words."""
    name = found[0]
    if _in(name, DOMAIN_LISTS):
        return " <domainlist> "
    if _in(name, ADDRESS_LISTS):
        return " <addresslist> "
    known = len(found[1]) == 2 or found[1] in TOP_LEVEL or found[1].startswith("xn--")
    return " <host> " if known else name.replace(".", " ")


def _in(host: str, table: dict[str, str]) -> bool:
    labels = host.rstrip(".").split(".")
    return any(".".join(labels[place:]) in table for place in range(max(len(labels) - 1, 1)))


def _clauses(text: str) -> tuple[tuple[Word, ...], ...]:
    clauses: list[tuple[Word, ...]] = []
    tokens: list[Word] = []
    for found in _TOKEN.finditer(text):
        if found[0] not in _END:
            tokens.append(Word(found[0], found.start(), found.end()))
        elif tokens:
            clauses.append(tuple(tokens))
            tokens = []
    if tokens:
        clauses.append(tuple(tokens))
    if len(clauses) > MAX_CLAUSES:
        clauses = clauses[: MAX_CLAUSES - 10] + clauses[-10:]
    return tuple(clauses)
