"""One word, one notion: no two public classes share a name, and no name is a riddle."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import mailproof
from architecture_support.law import sources

MODULES = sources(Path(mailproof.__file__).parent)

RIDDLES = frozenset(
    {"face", "faces", "lockbox", "part_of", "polite", "stretch", "tell", "told", "unsure", "witness"}
    | {"hurry", "shake", "stuff", "thing", "things"}
)
"""Words that say nothing to somebody from the field, as a whole name or as its first or last word."""


def public_types(text: str) -> Iterator[str]:
    """Yield the classes and type aliases that a module defines for others."""
    for node in ast.parse(text).body:
        name = ""
        if isinstance(node, ast.ClassDef):
            name = node.name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        if name[:1].isupper() and not name.isupper():
            yield name


def shared(modules: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the public types that more than one module defines."""
    places = defaultdict(list)
    for module, text in modules.items():
        for name in public_types(text):
            places[name].append(module)
    return {name: where for name, where in places.items() if len(where) > 1}


def names(text: str) -> Iterator[str]:
    """Yield the functions, arguments, attributes and variables that a module names."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def riddles(text: str) -> set[str]:
    """Return the names of a module that say nothing."""
    found = set()
    for name in names(text):
        words = name.strip("_").lower().split("_")
        if RIDDLES & {"_".join(words), words[0], words[-1]}:
            found.add(name)
    return found


def test_no_two_public_types_share_a_name() -> None:
    assert shared(MODULES) == {}


def test_a_shared_name_would_be_found() -> None:
    planted = {**MODULES, "smtp.wire": f"{MODULES['smtp.wire']}\n\nclass Event:\n    pass\n"}
    assert shared(planted) == {"Event": ["domain.ledger", "smtp.wire"]}


def test_no_name_is_a_riddle() -> None:
    assert {module: found for module, text in MODULES.items() if (found := riddles(text))} == {}


def test_a_riddle_would_be_found() -> None:
    assert riddles("def _tell(told): self._witness = part_told = 1") == {"_tell", "told", "_witness", "part_told"}


def crowded(text: str) -> list[str]:
    """Return the lines of docstrings' sections that hold more than one entry; each is to have a line of its own."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        section = ""
        for line in (ast.get_docstring(node) or "").split("\n"):
            if line in ("Args:", "Attributes:", "Raises:", "Returns:", "Yields:"):
                section = line
            elif line and not line.startswith(" "):
                section = ""
            entry = r"[.;] [A-Z]\w+: " if section == "Raises:" else r"[.;] \*{0,2}[a-z_]+: "
            if section in ("Args:", "Attributes:", "Raises:") and re.search(entry, line):
                found.append(line.strip())
    return found


def test_each_entry_of_a_docstring_has_a_line() -> None:
    assert {module: found for module, text in MODULES.items() if (found := crowded(text))} == {}


def test_two_entries_on_a_line_would_be_found() -> None:
    text = 'def f():\n    """Do it.\n\n    Raises:\n        A: One. Bad: Two.\n        C: Three.\n    """\n'
    assert crowded(text) == ["A: One. Bad: Two."]
