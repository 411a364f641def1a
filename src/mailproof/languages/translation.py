"""Tells phrases in a language. A template without a translation is told in English, each for itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mailproof.domain.phrase import translated
from mailproof.languages.language import Language


def in_language(text: str, language: Language) -> str:
    """Return a text in a language; one that is no phrase, or has no translation, as it is.

    Args:
        text: A phrase, or any other text.
        language: The language.
    """
    if language is Language.ENGLISH:
        return text
    translation: str = translated(text, catalogue(language).get)
    return translation


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return the templates of a language by the English ones, loaded when they are first asked for."""
    if language is Language.GERMAN:
        from mailproof.languages.german import GERMAN

        return GERMAN
    return {}
