"""The languages that sentences can be told in."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language with a catalogue; the values are the tags of RFC 5646."""

    ENGLISH = "en"  # the templates themselves
    GERMAN = "de"
