"""Every code has its page, the pages say what the program says, and the index of docs/findings/ names them all."""

import re
import string
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from mailproof.diagnosis.catalogue import CATALOGUE
from mailproof.diagnosis.definition import Advice, Prose, Topic
from mailproof.diagnosis.finding_pages import finding_page, published_path
from mailproof.diagnosis.findings import page
from mailproof.diagnosis.special_cases import SPECIAL_CASES
from mailproof.smtp.vocabulary import Code, Severity

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "docs" / "findings" / "README.md"
CODES = sorted(set(Code) - {Code.OK})
HEADINGS = ["How it looks", "Likely causes", "What to change", "Check by hand", "Related"]
PORT = r"(?:the TLS mode to \w+ and )?the port to \d+"
CHANGES = {
    Topic.PORT: rf"Try to set {PORT}(?:, or {PORT})?\.",
    Topic.TLS_MODE: r"Set the TLS mode to \w+(?:, if [^.]*)?\.",
    Topic.HOST: r"Try to set the host to [\w.]+(?:, or the host to [\w.]+)?\.",
    Topic.USER: r"Set the user to \w+\.",
    Topic.MECHANISM: r"Set no mechanism \(empty\)\.",
}
"""What `SettingsAdvice` comes to, by its topic."""
FOLDER = resources.files("mailproof.diagnosis") / "pages"


def example_of(code: Code) -> str:
    found = re.search(r"## How it looks\n\n```text\n(.*?)```", finding_page(code).markdown, re.DOTALL)
    assert found is not None
    return found[1]


def wordings(code: Code) -> Iterator[tuple[str, list[str]]]:
    """Yield each message of a code with the advice that may follow it, as regular expressions."""
    known = CATALOGUE[code]
    for wording in (known.wording, *known.at.values(), known.unrecognised):
        if wording is not None:
            yield pattern(wording.message), [advised(item) for item in wording.advice]
    for row in SPECIAL_CASES:
        if code in row.codes:
            yield pattern(row.message or known.wording.message), [advised(item) for item in row.advice]


def advised(item: Advice) -> str:
    """Return a regular expression for what may come of an advice."""
    return pattern(item.text) if isinstance(item, Prose) else CHANGES[item.topic]


def pattern(template: str) -> str:
    """Return a regular expression for what may come from a sentence's template."""
    return "".join(
        re.escape(words) + (".*?" if name is not None else "")
        for words, name, _, _ in string.Formatter().parse(template)
    )


def fits(example: str, code: Code, message: str, advice: list[str]) -> bool:
    """Return whether the example is what the program prints of a message and some of its advice."""
    sentences = " ?".join(f"(?:{text})?" for text in advice)
    if example.startswith("Warning "):
        return re.fullmatch(rf"Warning {code}: {message} ?{sentences}\n", example) is not None
    what_to_do = rf"(?:  What to do: {sentences}\n)?(?:  Certificate: .*\n)?"
    head = rf"FAILED at \w+: {code}\n  {message}\n"
    return re.fullmatch(f"{head}{what_to_do}  More: mailproof explain {code}\n", example) is not None


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    assert {entry.name for entry in FOLDER.iterdir()} == {f"{code}.md" for code in CODES}
    assert all((ROOT / published_path(code)).exists() for code in CODES)
    assert page(Code.TIMEOUT) == "/v1/findings/timeout"


@pytest.mark.parametrize("code", CODES, ids=str)
def test_a_page_has_its_parts_and_its_links_lead_to_pages(code: Code) -> None:
    text = finding_page(code).markdown
    assert text.startswith(f"# {code}\n")
    headings = [heading for heading in re.findall(r"^## (.*)$", text, re.MULTILINE) if heading != "Notes"]
    assert headings == HEADINGS
    assert "\nSource: " in text
    assert ("A warning: " in text) is (finding_page(code).severity is Severity.WARNING)
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / published_path(code)).parent.joinpath(target).exists(), target
        assert target != f"{code}.md"


@pytest.mark.parametrize("code", CODES, ids=str)
def test_the_example_is_what_the_program_says(code: Code) -> None:
    example = example_of(code)
    assert any(fits(example, code, message, advice) for message, advice in wordings(code)), example
    assert example.startswith("Warning ") is (finding_page(code).severity is Severity.WARNING)


@pytest.mark.parametrize("code", CODES, ids=str)
def test_what_never_passes_by_itself_is_not_told_to_be_tried_again_later(code: Code) -> None:
    found = finding_page(code)
    if not found.may_pass_later:
        assert not re.search(r"try (?:it )?again (?:later|in)|wait ", " ".join(found.changes), re.IGNORECASE)


def test_the_index_names_every_page_once() -> None:
    named = re.findall(r"^\| \[(\w+)\]\(\S*/(\w+)\.md\)", INDEX.read_text(), re.MULTILINE)
    assert sorted(named) == [(code.value, code.value) for code in CODES]
