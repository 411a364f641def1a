"""Every template has a German one with the same fields, and no sentence is made without a template."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from pathlib import Path

import pytest

import mailproof
from language_support.templates import ENGLISH_ONLY, SOURCES, of_definitions, plain_sentences, said, templates
from mailproof.diagnosis.catalogue import CATALOGUE, WARNING_CODES
from mailproof.diagnosis.definition import Prose
from mailproof.domain.phrase import say
from mailproof.languages import german
from mailproof.languages.german import GERMAN
from mailproof.languages.language import Language
from mailproof.languages.translation import in_language
from mailproof.smtp.vocabulary import Code

WITHOUT_GERMAN: frozenset[str] = frozenset()
"""Templates that are told in English for now. This list only shrinks."""

PLAIN: Mapping[str, int] = {}
"""Module -> how many of its sentences are made without a template. This list only shrinks."""

A_VALUE = re.compile(
    r"\b(25|465|587|2525|2465|2587)\b|\b(auf|Modus) (implicit|starttls|opportunistic|none)\b|CRAM|SCRAM"
)
FOREIGN = re.compile(r"\b(the|and|is|not|set|your|with|from|must)\b")
BRACKETED = re.compile(r"\([^()]*\)|„[^“]*“|\"[^\"]*\"|`[^`]*`|https?://\S+")


def missing(wanted: frozenset[str], catalogue: Mapping[str, str]) -> set[str]:
    return set(wanted) - set(catalogue)


def fields_of(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


def test_each_template_is_in_the_catalogue() -> None:
    assert missing(templates(), GERMAN) == WITHOUT_GERMAN


def test_a_missing_translation_is_found() -> None:
    planted = dict(GERMAN)
    del planted["{server} refuses user and password{reply}."]
    assert missing(templates(), planted) == {"{server} refuses user and password{reply}."}
    new = 'raise MalformedRequest(say("the body is upside down"))'
    assert missing(templates() | set(said(new)), GERMAN) == {"the body is upside down"}


def test_the_catalogue_holds_nothing_that_nobody_says() -> None:
    assert set(GERMAN) - templates() == set()


def test_no_template_stands_in_two_modules() -> None:
    parts = [value for name, value in vars(german).items() if name.isupper() and name != "GERMAN"]
    assert sum(len(part) for part in parts) == len(GERMAN)


def test_a_translation_has_the_same_fields_and_end() -> None:
    for template, translation in GERMAN.items():
        assert fields_of(translation) == fields_of(template)
        assert all(map(str.isidentifier, fields_of(template)))  # kept reports have no others
        assert translation.endswith(".") == template.endswith("."), translation
        assert translation.startswith((":", " ", ",")) == template.startswith((":", " ", ",")), translation
        assert not FOREIGN.search(BRACKETED.sub("", translation)), translation
        assert not re.search(r"\b[Dd](u|ein|eine|einen|ir)\b", translation), translation  # the form of address is Sie


@pytest.mark.parametrize("code", sorted(set(Code) - WARNING_CODES))
def test_german_prose_names_no_value_of_a_setting(code: Code) -> None:
    """Values are compared with what was tried, so they come from `SettingsAdvice` alone, as in English."""
    definition = CATALOGUE[code]
    for wording in (definition.wording, *definition.at.values(), definition.unrecognised or definition.wording):
        for advice in wording.advice:
            if isinstance(advice, Prose):
                for text in filter(None, (advice.text, advice.flag_text)):
                    assert not A_VALUE.search(GERMAN[text]), advice


def test_a_translation_names_no_setting_link_or_command_that_the_english_one_does_not() -> None:
    word = re.compile(r"https?://[^\s),;]+|\b[a-z]+(?:_[a-z]+)+\b|\b(?:Set|Get)-\w+")
    for template in of_definitions():
        if template:
            assert set(word.findall(GERMAN[template])) == set(word.findall(template)), template


def test_no_sentence_is_made_without_a_template() -> None:
    root = Path(mailproof.__file__).parent
    found: dict[str, int] = {}
    for path, text in SOURCES.items():
        parts = path.relative_to(root).with_suffix("").parts
        count = len(list(plain_sentences(text)))
        if count and ENGLISH_ONLY.isdisjoint((parts[0], ".".join(parts))):
            found[".".join(parts)] = count
    assert found == PLAIN


@pytest.mark.parametrize(
    "planted",
    [
        'raise MalformedRequest("the body is upside down")',
        'raise MalformedRequest(f"the body is {how} down")',
        'SENTENCE = "the body is upside down"\nraise MalformedRequest(SENTENCE)',
        'raise InvalidFields([FieldViolation("user", "must be one" if one else "must be two")])',
        'def check():\n    problem = f"must be {one}"\n    raise InvalidFields([FieldViolation("user", problem)])',
        'class UpsideDown(Failure):\n    def __init__(self):\n        super().__init__("the body is upside down")',
        'raise ValueError("must be the token of the call before")',
        'raise _problem(place, f"a value for {name} is missing")',
    ],
)
def test_a_sentence_without_a_template_is_found(planted: str) -> None:
    assert list(plain_sentences(planted))


def test_what_has_no_german_is_told_in_english_sentence_by_sentence() -> None:
    unknown = say("this sentence has no {thing}", thing="translation")
    assert in_language(unknown, Language.GERMAN) == "this sentence has no translation"
    assert in_language("a server's words", Language.GERMAN) == "a server's words"
    assert in_language(say("{first} and {second}", first=unknown, second="x"), Language.GERMAN) == f"{unknown} und x"
