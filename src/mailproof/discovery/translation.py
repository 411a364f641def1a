"""Tells what a search streams in a language.

Sentences of ours change: messages, advice, and why a server is named. Questions to the DNS and their answers (`Clue`)
are a record of what was asked, and stay as they are. Pure.
"""

from __future__ import annotations

import dataclasses

from mailproof.discovery.progress import SearchProgress, SearchResult, TriedCandidate
from mailproof.languages.language import Language
from mailproof.languages.translation import in_language


def event_in(event: SearchProgress, language: Language) -> SearchProgress:
    """Return one event of a search with its sentences in a language."""
    if language is Language.ENGLISH:
        return event
    if isinstance(event, SearchResult):
        return result_in(event, language)
    return _tried(event, language) if isinstance(event, TriedCandidate) else event


def result_in(found: SearchResult, language: Language) -> SearchResult:
    """Return a result with its sentences in a language."""
    return dataclasses.replace(
        found,
        message=in_language(found.message, language),
        advice=in_language(found.advice, language),
        tried=tuple(_tried(one, language) for one in found.tried),
    )


def _tried(tried: TriedCandidate, language: Language) -> TriedCandidate:
    candidate = dataclasses.replace(
        tried.candidate,
        advice=in_language(tried.candidate.advice, language),
        reason=in_language(tried.candidate.reason, language),
    )
    return dataclasses.replace(
        tried,
        candidate=candidate,
        message=in_language(tried.message, language),
        advice=in_language(tried.advice, language),
    )
