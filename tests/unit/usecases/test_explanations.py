"""The use case of explaining a code."""

import pytest

from mailproof.domain.errors import FindingNotFound, Kind
from mailproof.smtp.vocabulary import Code
from mailproof.usecases.explanations import Explanations


def test_a_code_has_its_page() -> None:
    assert Explanations().page("CODE_TIMEOUT").code is Code.TIMEOUT


def test_an_unknown_code_has_its_neighbours() -> None:
    with pytest.raises(FindingNotFound) as caught:
        Explanations().page("auth_rejcted")
    failure = caught.value
    assert (failure.kind, failure.reason) == (Kind.NOT_FOUND, "FINDING_NOT_FOUND")
    assert failure.message == "no finding has this code; did you mean auth_rejected?"
    assert failure.metadata == {"nearest": "auth_rejected"}


@pytest.mark.parametrize("name", ["zzzz", "ok", "CODE_UNSPECIFIED", "../../etc/passwd"])
def test_what_resembles_none_has_none(name: str) -> None:
    with pytest.raises(FindingNotFound) as caught:
        Explanations().page(name)
    assert caught.value.message.startswith("no finding has this code")
    assert name not in caught.value.message
