"""Each code is one definition, and no part of it is missing or contradicts another."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import pytest

from mailproof.diagnosis.catalogue import CATALOGUE, CERTIFICATE_CODES, WARNING_CODES, may_pass_later
from mailproof.diagnosis.catalogue_webhook import WEBHOOK, WebhookCode
from mailproof.diagnosis.definition import Definition, Prose, SettingsAdvice, Topic, Waiting, Wording
from mailproof.diagnosis.login_hints import LOGIN_HINTS
from mailproof.diagnosis.special_cases import SPECIAL_CASES
from mailproof.smtp.vocabulary import Code, Stage

FIELDS = {"host", "port", "at", "server", "stage", "mechanisms", "spoken", "mechanism", "weaker", "user"}
FIELDS |= {"sender", "recipient", "ehlo", "provider", "proofs", "link", "repair", "family", "detail", "reply"}
FIELDS |= {"in_time", "allowed", "next_fault", "secret", "reachable", "clear_first", "tls_first", "demands"}
WEBHOOK_FIELDS = {"host", "port", "status", "doing", "seconds"}

LATER = re.compile(r"\b(try again|later|wait)\b", re.IGNORECASE)
A_VALUE = re.compile(r"\b(25|465|587|2525|2465|2587)\b|\b(to|mode) (implicit|starttls|opportunistic|none)\b|CRAM|SCRAM")


def wordings(definition: Definition) -> Iterator[Wording]:
    yield definition.wording
    yield from definition.at.values()
    if definition.unrecognised is not None:
        yield definition.unrecognised


def texts(wording: Wording) -> Iterator[str]:
    yield wording.message
    for advice in wording.advice:
        if isinstance(advice, Prose):
            yield advice.text
            yield advice.flag_text or advice.text


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_is_defined() -> None:
    assert set(CATALOGUE) == set(Code)
    assert set(WEBHOOK) == set(WebhookCode)


@pytest.mark.parametrize("code", Code)
def test_the_sentences_of_a_code(code: Code) -> None:
    for wording in wordings(CATALOGUE[code]):
        assert wording.message.endswith(".")
        assert wording.message.count(". ") == 0
        for text in texts(wording):
            assert text.endswith((".", "{link}"))
            assert fields_of(text) <= FIELDS


@pytest.mark.parametrize("code", WebhookCode)
def test_the_sentences_of_a_webhooks_code(code: WebhookCode) -> None:
    for text in texts(WEBHOOK[code].wording):
        assert text.endswith(".")
        assert fields_of(text) <= WEBHOOK_FIELDS
    assert bool(WEBHOOK[code].wording.advice) is (code is not WebhookCode.OK)


@pytest.mark.parametrize("code", sorted(set(Code) - WARNING_CODES))
def test_prose_names_no_value_of_a_setting(code: Code) -> None:
    """Values are compared with what was tried, so they come from `SettingsAdvice` alone."""
    for wording in wordings(CATALOGUE[code]):
        for advice in wording.advice:
            if isinstance(advice, Prose):
                assert not A_VALUE.search(advice.text + advice.flag_text), advice


@pytest.mark.parametrize("code", sorted(set(Code) - WARNING_CODES))
def test_an_advice_keeps_to_the_codes_subject(code: Code) -> None:
    definition = CATALOGUE[code]
    own = [advice for wording in wordings(definition) for advice in wording.advice]
    own += LOGIN_HINTS.get(code, ())
    special = [advice for row in SPECIAL_CASES if code in row.codes for advice in row.advice]
    for advice in own + special:
        assert advice.topic not in definition.excludes, advice


@pytest.mark.parametrize("code", sorted(set(Code) - WARNING_CODES))
def test_a_lasting_cause_never_says_to_try_again(code: Code) -> None:
    definition = CATALOGUE[code]
    if definition.waiting is not Waiting.NEVER:
        return
    for wording in wordings(definition):
        for advice in wording.advice:
            assert advice.topic is not Topic.WAITING
            if isinstance(advice, Prose) and advice.topic is not Topic.SERVER:
                assert not LATER.search(advice.text + advice.flag_text), advice


@pytest.mark.parametrize("row", SPECIAL_CASES, ids=lambda row: row.source[:40])
def test_a_special_case_names_its_source_and_fills_in(row: object) -> None:
    source, message, advice = (getattr(row, name) for name in ("source", "message", "advice"))
    assert source
    assert advice
    for text in texts(Wording(message or "x.", advice)):
        assert text.endswith(".")
        assert fields_of(text) <= FIELDS


def test_waiting_helps_where_the_definition_says_so() -> None:
    assert may_pass_later(Code.GREYLISTED, 450)
    assert may_pass_later(Code.SERVICE_UNAVAILABLE, 421)
    assert not may_pass_later(Code.SERVICE_UNAVAILABLE, 554)
    assert not may_pass_later(Code.CLIENT_IP_BLOCKED, 450)


def test_the_tables_that_derive_from_it() -> None:
    assert {Code.TLS_CERT_EXPIRED, Code.TLS_UNTRUSTED, Code.TLS_HOSTNAME_MISMATCH} <= CERTIFICATE_CODES
    assert {Code.QUIT_IGNORED, Code.LOGIN_NOT_TESTED} <= WARNING_CODES
    assert not CERTIFICATE_CODES & WARNING_CODES


def test_settings_advice_has_what_its_topic_needs() -> None:
    every = [
        advice
        for definition in CATALOGUE.values()
        for wording in wordings(definition)
        for advice in wording.advice
        if isinstance(advice, SettingsAdvice)
    ]
    every += [advice for row in SPECIAL_CASES for advice in row.advice if isinstance(advice, SettingsAdvice)]
    every += [advice for row in LOGIN_HINTS.values() for advice in row if isinstance(advice, SettingsAdvice)]
    assert every
    for advice in every:
        assert advice.topic in (Topic.PORT, Topic.TLS_MODE, Topic.HOST, Topic.MECHANISM, Topic.USER)
        assert (advice.mode is not None) is (advice.topic is Topic.TLS_MODE)
        assert (bool(advice.user) + advice.with_domain) == (advice.topic is Topic.USER)


@pytest.mark.parametrize("code", LOGIN_HINTS)
def test_the_sentences_of_the_hints(code: Code) -> None:
    for text in texts(Wording("x.", LOGIN_HINTS[code])):
        assert text.endswith(".")
        assert text.count(". ") == 0
        assert fields_of(text) <= {"secret", "provider"}


def test_a_stage_may_have_a_wording_of_its_own() -> None:
    definition = CATALOGUE[Code.TIMEOUT]
    assert definition.worded(Stage.AUTH) is definition.at[Stage.AUTH]
    assert definition.worded(Stage.DATA) is definition.wording
    rejected = CATALOGUE[Code.SENDER_REJECTED]
    assert rejected.worded(Stage.MAIL, recognised=False) is rejected.unrecognised
