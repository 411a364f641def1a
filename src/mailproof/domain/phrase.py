"""A sentence, or a part of one, that can still be told in another language.

A `Phrase` is its English text, a `str` like any other, and remembers the template that it was made from and what the
template's fields held; a `Composed` one remembers the parts that it was put together of. `languages.translation` makes
the text of another language of them. Whoever treats one as text need not know: what was cut or changed on the way is a
plain `str`, and stays English. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, Self

Translate = Callable[[str], str | None]
"""Returns a template in another language; None where there is none."""

_LINK_AT_THE_END = re.compile(r"(https?://\S+)\.$")


class Phrase(str):
    """A text that was made from a template.

    Args:
        template: A `str.format` template in English.
        values: What its fields hold; texts among them may be phrases themselves.

    Attributes:
        template: As above.
        values: What the template's fields hold.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any]) -> Self:
        """Make the English text."""
        self = super().__new__(cls, template.format_map(values))
        self.template = template
        self.values = dict(values)  # of a lazy mapping, what the text needed
        return self

    def __str__(self) -> str:
        """Return itself, so that an exception's text is still a phrase."""
        return self

    def __copy__(self) -> Self:
        """Return itself: a text never changes."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself, likewise."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made anew by pickle."""
        return Phrase, (self.template, dict(self.values))

    def translated(self, translate: Translate) -> str:
        """Return the text in another language: English where the template has no translation."""
        template = translate(self.template)
        if template is None:
            return str.__str__(self)
        return template.format_map({name: translated(value, translate) for name, value in self.values.items()})


class Composed(str):
    """A text that was put together of several, of which each is translated by itself.

    Args:
        compose: Puts the parts together; a function of a module.
        parts: The parts; phrases among them are translated.

    Attributes:
        compose: As above.
        parts: As above.
    """

    __slots__ = ("compose", "parts")

    compose: Callable[[Sequence[str]], str]
    parts: tuple[str, ...]

    def __new__(cls, compose: Callable[[Sequence[str]], str], parts: Sequence[str]) -> Self:
        """Make the English text."""
        self = super().__new__(cls, compose(parts))
        self.compose = compose
        self.parts = tuple(parts)
        return self

    def __str__(self) -> str:
        """Return itself, as `Phrase` does."""
        return self

    def __copy__(self) -> Self:
        """Return itself: a text never changes."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself, likewise."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made anew by pickle."""
        return Composed, (self.compose, self.parts)

    def translated(self, translate: Translate) -> str:
        """Return the text with each part in another language."""
        return self.compose([translated(part, translate) for part in self.parts])


def say(template: str, /, **values: Any) -> str:
    """Return a phrase. A test collects the first argument of each call: it is a literal text.

    Args:
        template: A `str.format` template in English.
        **values: What its fields hold.
    """
    return Phrase(template, values)


def sentences(parts: Sequence[str]) -> str:
    """Return sentences one after the other; empty ones are left out."""
    texts = [part for part in parts if part]
    if len(texts) < 2:
        return texts[0] if texts else ""
    return Composed(_with_blanks, texts)


def listed(parts: Sequence[str]) -> str:
    """Return phrases as a list, divided by semicolons."""
    return Composed(_with_semicolons, parts) if len(parts) > 1 else "".join(parts) and parts[0]


def enumerated(parts: Sequence[str]) -> str:
    """Return phrases as a list, divided by commas."""
    return Composed(_with_commas, parts) if len(parts) > 1 else "".join(parts) and parts[0]


def both(parts: Sequence[str]) -> str:
    """Return phrases as a sentence names them together: "a and b"."""
    return reduce(lambda first, second: say("{first} and {second}", first=first, second=second), parts)


def either(parts: Sequence[str]) -> str:
    """Return phrases as a sentence offers them: "a, or b"."""
    return reduce(lambda first, second: say("{first}, or {second}", first=first, second=second), parts)


def without(text: str, part: str) -> str:
    """Return sentences without one of them."""
    if isinstance(text, Composed):
        return sentences([without(each, part) for each in text.parts])
    return "" if text == part else text


def without_stop(text: str) -> str:
    """Return a sentence without the full stop at its end, and blanks around it."""
    return Composed(_stopless, (text,)) if text.endswith(".") else text


def with_bare_link(text: str) -> str:
    """Return a sentence without the full stop behind a link at its end, of which that would become a part."""
    return Composed(_bare_link, (text,)) if _LINK_AT_THE_END.search(text) else text


def translated(value: Any, translate: Translate) -> Any:
    """Return a value in another language, if it is a phrase; any other as it is."""
    return value.translated(translate) if isinstance(value, (Phrase, Composed)) else value


def _with_blanks(parts: Sequence[str]) -> str:
    return " ".join(parts)


def _with_semicolons(parts: Sequence[str]) -> str:
    return "; ".join(parts)


def _with_commas(parts: Sequence[str]) -> str:
    return ", ".join(parts)


def _stopless(parts: Sequence[str]) -> str:
    return parts[0].strip().rstrip(".")


def _bare_link(parts: Sequence[str]) -> str:
    return _LINK_AT_THE_END.sub(r"\1", parts[0])


COMPOSITIONS: Mapping[str, Callable[[Sequence[str]], str]] = {
    "sentences": _with_blanks,
    "semicolons": _with_semicolons,
    "commas": _with_commas,
    "stopless": _stopless,
    "link": _bare_link,
}
"""How texts are put together, by names that stay: kept reports have them."""
