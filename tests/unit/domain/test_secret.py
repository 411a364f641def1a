from __future__ import annotations

import copy
import json
import pickle

import pytest

from mailproof.domain.model import SmtpSettings
from mailproof.domain.secret import RecordIdentity, Secret, associated_data
from mailproof.usecases.providers import SmtpInput

SECRET = Secret("hunter2")


@pytest.mark.parametrize(
    "shown",
    [
        str(SECRET),
        repr(SECRET),
        f"{SECRET}",
        f"{SECRET!r}",
        f"{SECRET:>40}",
        "%s %r" % (SECRET, SECRET),  # noqa: UP031 - the old way is shown too
        "{}".format(SECRET),  # noqa: UP032 - likewise
        repr([SECRET]),
        repr(SmtpInput(SmtpSettings("a@b", "n", True, "h:1"), SECRET)),
    ],
)
def test_a_secret_is_masked_however_it_is_shown(shown: str) -> None:
    assert "hunter2" not in shown
    assert "*" in shown


def test_only_reveal_gives_it() -> None:
    assert SECRET.reveal() == "hunter2"


@pytest.mark.parametrize("carry", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps])
def test_a_secret_is_not_carried_out_of_the_process(carry: object) -> None:
    with pytest.raises(TypeError) as caught:
        carry(SECRET)  # type: ignore[operator]
    assert "hunter2" not in str(caught.value)


def test_secrets_compare_by_text_and_with_nothing_else() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret(" ")


def test_associated_data_has_the_length_of_each_text() -> None:
    assert associated_data("ab", "", "ü") == b"\0\0\0\2ab\0\0\0\0\0\0\0\2\xc3\xbc"
    assert RecordIdentity("ab", "", "ü", "").encode() == associated_data("ab", "", "ü", "")
    assert associated_data("ab", "c") != associated_data("a", "bc")
