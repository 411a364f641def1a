"""The page of each code: what it means, what to change, and how to check it by hand.

The pages are the Markdown files of the folder `pages` beside this module, which are installed with it and need no
network. Nothing else is read here. Pure.
"""

from __future__ import annotations

import difflib
import importlib.resources
import re
from dataclasses import dataclass
from functools import cache

from mailproof.diagnosis.catalogue import CATALOGUE, may_pass_later
from mailproof.smtp.vocabulary import Code, Severity

MAX_NAME = 64
"""Characters of what is compared with the codes; the longest code has 28."""

_PREFIX = "code_"  # of the proto enum's values
_SECTION = re.compile(r"^## What to change\n\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class FindingPage:
    """What there is to know of a code.

    Attributes:
        severity: Whether it fails a test.
        may_pass_later: Whether the same settings may work later.
        title: What it means, in one sentence.
        changes: What to change, the best first.
        markdown: The whole page.
    """

    code: Code
    severity: Severity
    may_pass_later: bool
    title: str
    changes: tuple[str, ...]
    markdown: str


@cache
def finding_page(code: Code) -> FindingPage:
    """Return the page of a code. `Code.OK` has none, since there is nothing to change.

    Raises:
        LookupError: The code has no page.
    """
    if code is Code.OK:
        raise LookupError(code)
    folder = importlib.resources.files("mailproof.diagnosis") / "pages"
    text = (folder / f"{code.value}.md").read_text("utf-8")
    return FindingPage(
        code, CATALOGUE[code].severity, may_pass_later(code), _first_sentence(text), _changes(text), text
    )


def code_named(text: str) -> Code | None:
    """Return the code that a text names, in any case, with or without the prefix CODE_; None for no code."""
    name = _normalised(text)
    return Code(name) if name in _NAMES else None


def nearest_codes(text: str) -> tuple[Code, ...]:
    """Return the codes that a text resembles, the nearest first; at most three."""
    name = _normalised(text)
    similar = difflib.get_close_matches(name, _NAMES, n=3, cutoff=0.75)
    within = [known for known in _NAMES if len(name) >= 4 and name in known]
    return tuple(Code(known) for known in dict.fromkeys((*similar, *within)))[:3]


def published_path(code: Code) -> str:
    """Return the path of a code's page from the project's root."""
    return f"src/mailproof/diagnosis/pages/{code.value}.md"


_NAMES = tuple(code.value for code in Code if code is not Code.OK)


def _normalised(text: str) -> str:
    name = text.strip()[:MAX_NAME].lower()
    return re.sub(r"[\s_-]+", "_", name).removeprefix(_PREFIX).strip("_")


def _first_sentence(text: str) -> str:
    """Return the first sentence of a page's first paragraph."""
    paragraph = text.split("\n\n", 2)[1]
    words = _plain(paragraph).removeprefix("A warning: ")
    end = re.search(r"[.](?= (?:[A-Z]|mailproof))", words)
    sentence = words[: end.end()] if end else words
    return sentence[:1].upper() + sentence[1:]


def _changes(text: str) -> tuple[str, ...]:
    """Return the items of a page's section "What to change"."""
    section = _SECTION.search(text)
    if section is None:
        return ()
    return tuple(_plain(item) for item in re.split(r"^(?:- |\d\. )", section[1], flags=re.MULTILINE) if item.strip())


def _plain(markdown: str) -> str:
    """Return a piece of Markdown on one line, with the text of its links alone."""
    return " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown).split())
