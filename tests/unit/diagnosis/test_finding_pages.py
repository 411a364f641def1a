"""Pages are found by their code however it is spelled, and say the main things by themselves."""

import pytest

from mailproof.diagnosis.finding_pages import code_named, finding_page, nearest_codes
from mailproof.smtp.vocabulary import Code, Severity

CODES = sorted(set(Code) - {Code.OK})


@pytest.mark.parametrize("code", CODES, ids=str)
def test_a_page_says_the_main_things_in_a_line_each(code: Code) -> None:
    page = finding_page(code)
    assert page.code is code
    assert page.markdown.startswith(f"# {code}\n")
    assert page.title.endswith(".")
    assert page.title[0].isupper() or page.title.startswith("mailproof")
    assert 20 < len(page.title) < 300
    assert page.changes
    assert not any("\n" in text or "](" in text for text in (page.title, *page.changes))


@pytest.mark.parametrize(
    "text",
    ["auth_rejected", "AUTH_REJECTED", "CODE_AUTH_REJECTED", "code_auth_rejected", " Auth-Rejected ", "auth rejected"],
)
def test_a_code_is_found_in_any_spelling(text: str) -> None:
    assert code_named(text) is Code.AUTH_REJECTED


@pytest.mark.parametrize("text", ["", "ok", "CODE_OK", "CODE_", "auth", "auth_rejected\0", "x" * 10_000, "../README"])
def test_what_is_no_code_is_none(text: str) -> None:
    assert code_named(text) is None


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("auth_rejcted", Code.AUTH_REJECTED),
        ("CODE_TIMEOUTS", Code.TIMEOUT),
        ("greylist", Code.GREYLISTED),
        ("app_password", Code.AUTH_APP_PASSWORD_REQUIRED),
        ("conection_refused", Code.CONNECTION_REFUSED),
    ],
)
def test_a_misspelt_code_has_its_neighbour(text: str, nearest: Code) -> None:
    assert nearest_codes(text)[0] is nearest
    assert len(nearest_codes(text)) <= 3


@pytest.mark.parametrize("text", ["", "zzzzzz", "hello world", "q" * 100_000])
def test_what_resembles_no_code_has_no_neighbour(text: str) -> None:
    assert nearest_codes(text) == ()


def test_the_test_that_passed_has_no_page() -> None:
    with pytest.raises(LookupError):
        finding_page(Code.OK)


def test_a_warning_and_what_may_pass_are_told_as_such() -> None:
    assert finding_page(Code.QUIT_IGNORED).severity is Severity.WARNING
    assert finding_page(Code.AUTH_REJECTED).severity is Severity.ERROR
    assert finding_page(Code.GREYLISTED).may_pass_later
    assert not finding_page(Code.AUTH_REJECTED).may_pass_later
