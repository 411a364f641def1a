"""The words of the event log: what releases that do not know a type are told by it."""

from datetime import UTC, datetime

import pytest

from mailproof.domain.ledger import NOTED, NOTED_PREFIX, Change, Event, EventType, LogBroken, evolve

BEFORE_THE_PREFIX = {EventType.TESTED, EventType.SECRETS_EXPORTED}
"""All releases know these."""


def unknown(word: str) -> Event:
    change = Change(EventType.UNKNOWN, "1", unknown=word)
    return Event("100", 7, change, "9", "192.0.2.1", datetime(2026, 1, 1, tzinfo=UTC))


def test_a_type_that_changes_no_provider_says_so_in_its_word() -> None:
    prefixed = {each for each in EventType if each.startswith(NOTED_PREFIX)}
    assert prefixed | BEFORE_THE_PREFIX == NOTED


def test_an_unknown_type_changes_nothing_where_its_word_says_so() -> None:
    assert evolve(unknown("noted.seen"), {}) == {}


@pytest.mark.parametrize("word", ["provider.locked", "notedly", "smtp.noted.", ""])
def test_an_unknown_type_that_may_have_changed_something_is_refused(word: str) -> None:
    with pytest.raises(
        LogBroken, match=r"event 7 of instance 100 .* may have changed the state by it: use that release"
    ):
        evolve(unknown(word), {})
