"""Every code has its page in docs/findings/, and the pages say what the program says."""

import re
import string
from pathlib import Path

import pytest
from mailproof.diagnosis.advice_rows import ADVICES
from mailproof.diagnosis.sentences import AT_STAGE, SENTENCES

from mailproof.diagnosis.findings import page
from mailproof.smtp.vocabulary import WARNINGS, Code

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "findings"
CODES = sorted(set(Code) - {Code.OK})
HEADINGS = ["How it looks", "Likely causes", "What to change", "Check by hand", "Related"]


def text_of(code: Code) -> str:
    return (ROOT / page(code)).read_text()


def example_of(code: Code) -> str:
    found = re.search(r"## How it looks\n\n```text\n(.*?)```", text_of(code), re.DOTALL)
    assert found is not None
    return found[1]


def fits(template: str, text: str) -> bool:
    """Return whether a text may have come from a sentence's template."""
    parts = (re.escape(words) + (".*" if name is not None else "") for words, name, _, _ in
             string.Formatter().parse(template))  # fmt: skip
    return re.search("".join(parts), text) is not None


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} - {"README"} == {code.value for code in CODES}
    assert not [path for path in PAGES.iterdir() if path.suffix != ".md"]


@pytest.mark.parametrize("code", CODES, ids=str)
def test_a_page_has_its_parts_and_its_links_lead_to_pages(code: Code) -> None:
    text = text_of(code)
    assert text.startswith(f"# {code}\n")
    headings = [heading for heading in re.findall(r"^## (.*)$", text, re.MULTILINE) if heading != "Notes"]
    assert headings == HEADINGS
    assert "\nSource: " in text
    assert ("A warning: " in text) is (code in WARNINGS)
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (PAGES / target).exists(), target
        assert target != f"{code}.md"


@pytest.mark.parametrize("code", CODES, ids=str)
def test_the_example_is_what_the_program_says(code: Code) -> None:
    sentences = [SENTENCES[code], *(pair for (of, _), pair in AT_STAGE.items() if of is code)]
    for row in ADVICES:
        if code in row.codes:
            sentences += [(row.message or message, row.advice) for message, _ in sentences[:1]]
    example = example_of(code)
    assert any(fits(message, example) and fits(advice, example) for message, advice in sentences), example
    assert example.startswith(f"Warning {code}: " if code in WARNINGS else "FAILED at ")
    assert code in WARNINGS or f"More: {page(code)}" in example


def test_the_index_names_every_page_once() -> None:
    named = re.findall(r"^\| \[(\w+)\]\((\w+)\.md\)", (PAGES / "README.md").read_text(), re.MULTILINE)
    assert sorted(named) == [(code.value, code.value) for code in CODES]
