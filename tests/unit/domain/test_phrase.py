"""Phrases: texts like any other, which can still be told in another language."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from mailproof.domain.phrase import Composed, Phrase, both, either, listed, say, sentences, without, without_stop

UPSIDE = {"{who} waits.": "{who} wartet.", "the server": "der Server", "It rains.": "Es regnet."}


def german(text: str) -> str:
    assert isinstance(text, Phrase | Composed)
    return text.translated(UPSIDE.get)


def test_a_phrase_is_its_english_text() -> None:
    text = say("{who} waits.", who=say("the server"))
    assert text == "the server waits."
    assert hash(text) == hash("the server waits.")
    assert json.dumps(text) == '"the server waits."'
    assert german(text) == "der Server wartet."
    assert type(german(text)) is str


@pytest.mark.parametrize("text", [say("{who} waits.", who="x"), sentences((say("It rains."), "y"))])
def test_it_stays_a_phrase_in_an_exception_a_copy_and_a_pickle(text: str) -> None:
    assert str(ValueError(text)) is text
    assert copy.deepcopy(text) is text
    assert copy.copy(text) is text
    assert german(pickle.loads(pickle.dumps(text))) == german(text)


def test_what_is_done_to_it_as_a_text_makes_a_text() -> None:
    text = say("It rains.")
    assert type(text + "!") is str
    assert type(text[:2]) is str
    assert type(f"{text}!") is str


def test_a_template_without_a_translation_is_told_in_english() -> None:
    text = sentences((say("It rains."), say("It snows.")))
    assert text == "It rains. It snows."
    assert german(text) == "Es regnet. It snows."


def test_a_value_with_braces_is_no_template() -> None:
    hostile = "{who.__class__} {0} {"
    text = say("{who} waits.", who=hostile)
    assert text == f"{hostile} waits."
    assert german(text) == f"{hostile} wartet."


def test_a_value_that_is_spelled_like_a_template_is_not_translated() -> None:
    assert german(say("{who} waits.", who="the server")) == "the server wartet."


def test_it_keeps_no_more_than_its_own_values() -> None:
    values = {"who": "x"}
    text = Phrase("{who} waits.", values)
    values["who"] = "y"
    assert german(text) == "x wartet."


def test_sentences_are_put_together_and_taken_apart() -> None:
    rain, server = say("It rains."), say("{who} waits.", who="x")
    assert sentences(()) == ""
    assert sentences(("", rain)) is rain
    assert without(sentences((rain, sentences((server, rain)))), rain) == "x waits."
    assert without(rain, rain) == ""
    assert without("a", "b") == "a"
    assert german(without_stop(rain)) == "Es regnet"
    assert listed((rain,)) is rain
    assert german(listed((rain, server))) == "Es regnet.; x wartet."
    assert both(("a",)) == "a"
    assert both(("a", "b")) == "a and b"
    assert either(("a", "b", "c")) == "a, or b, or c"
