"""What docstrings, comments and documentation call by name is there: modules, classes, functions, fields, files.

A name stands in backticks. In the sources a plain word must be known in its own file (defined, used, or one of its
strings) or be a module of its own folder; anything further away is written with its module or folder: `net.egress`,
`probe.trials.Trials`. In the documentation paths, modules and classes must exist.
"""

from __future__ import annotations

import ast
import builtins
import io
import re
import sys
import tokenize
from functools import cache
from pathlib import Path

import pytest

import mailproof
from architecture_support.law import PACKAGE, sources
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage, TlsMode

ROOT = Path(__file__).parents[2]
FOLDER = Path(mailproof.__file__).parent
MODULES = sources(FOLDER)
FOLDERS = {name for name in MODULES if any(other.startswith(f"{name}.") for other in MODULES if name)}
PROTOS = "\n".join(path.read_text() for path in (ROOT / "proto").rglob("*.proto"))
PROTO_NAMES = frozenset(re.findall(r"[\w.]+", PROTOS)) | {
    f"{package}.{name}"
    for package in re.findall(r"^package ([\w.]+);", PROTOS, re.MULTILINE)
    for name in re.findall(r"^(?:message|enum|service|  rpc) (\w+)", PROTOS, re.MULTILINE)
}
WORDS = frozenset(word.value for words in (Code, Depth, Outcome, Stage, TlsMode) for word in words) | {"localhost"}
"""The vocabulary of a diagnosis, which every text may use."""

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")])

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
CLASS = re.compile(r"(?:[A-Z][a-z0-9]+){2,}")

VALUES = frozenset({"mailproof.test", "mailproof.db", "mailproof.toml", "smtp.DOMAIN"})
"""What looks like a module in a page and is none."""

OF_OTHERS = frozenset(
    {
        "ErrorInfo.reason",  # google.rpc's
        "add_reader",  # an event loop's
        "authorization",  # the header
        "ipaddress.is_global",  # Python's own, named for why it is not used
        "key_witness",  # a table's name
        "schema_version",  # likewise
        "sock_connect",  # uvloop's
    }
)
"""Names that are not of the code, or of a library: a comment speaks of them and the module does not use them."""


@cache
def known(module: str) -> frozenset[str]:
    """Return the names that a module defines or uses, and the words of its strings but docstrings."""
    found: set[str] = set()
    tree = ast.parse(MODULES[module])
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg) or (isinstance(node, ast.keyword) and node.arg):
            found.add(str(node.arg))
        elif isinstance(node, ast.alias):
            found |= {*node.name.split("."), node.asname or node.name}
        elif isinstance(node, ast.ImportFrom):
            found |= set((node.module or "").split("."))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            found |= set(re.findall(r"\w+", node.value))
    return frozenset(found)


def mentions(text: str) -> list[str]:
    """Return what the docstrings and comments of a source name in backticks."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and token.string.startswith('"""')):
            found += re.findall(r"`([^`\n]+)`", token.string)
    return found


def resolves(dotted: str) -> bool:
    """Return whether a dotted name is a module of the package, or something in one."""
    parts = dotted.removeprefix(f"{PACKAGE}.").split(".")
    for cut in range(len(parts), 0, -1):
        module = ".".join(parts[:cut])
        if module in MODULES and module:
            return all(part in known(module) for part in parts[cut:])
    return False


def of_class(name: str) -> bool:
    """Return whether a name is a class of the package, or something of one; their names are unique (test_names.py)."""
    first, _, rest = name.partition(".")
    return any(
        re.search(rf"^(?:class {first}\b|{first} = )", text, re.MULTILINE) and (not rest or rest in known(module))
        for module, text in MODULES.items()
    )


def is_stale(name: str, module: str) -> bool:
    """Return whether a name in backticks of a module's text leads nowhere."""
    first = name.split(".")[0]
    if name in OF_OTHERS | WORDS | PROTO_NAMES or first in sys.stdlib_module_names or hasattr(builtins, first):
        return False
    if name[:1].isupper() and of_class(name):
        return False
    if "." in name:
        sibling = f"{module.rpartition('.')[0]}.{name}".removeprefix(".")
        local = first in known(module) and all(part in known(module) for part in name.split("."))
        return not (local or resolves(name) or resolves(sibling))
    sibling = f"{module.rpartition('.')[0]}.{name}".removeprefix(".")
    return name not in known(module) and sibling not in MODULES and f"{module}.{name}" not in MODULES


def stale(module: str, text: str) -> list[str]:
    """Return the names in a module's text that lead nowhere; what is no name (a command, a value) is passed over."""
    named = [word.partition("(")[0] for word in mentions(text)]
    return [name for name in named if NAME.fullmatch(name) and is_stale(name, module)]


@pytest.mark.parametrize("module", [name for name in MODULES if name])
def test_names_in_docstrings_and_comments_are_todays(module: str) -> None:
    assert stale(module, MODULES[module]) == []


@pytest.mark.parametrize(
    "line",
    [
        "# `probe.remedies` tries them",
        "# `remedies` tries them",
        "# `Discoverer` finds them",
        "# `net.http.NoClient`",
        '"""Uses `smtp.egress`."""',
    ],
)
def test_a_stale_name_would_be_found(line: str) -> None:
    assert len(stale("smtp.wire", f"{MODULES['smtp.wire']}\n{line}\n")) == 1


def page_problems(text: str) -> list[str]:
    """Return the paths, modules and classes that a page names and that are not there."""
    wrong = []
    for word in re.findall(r"`([^`\n]+)`", text):
        name = word.partition("(")[0]
        if (test := re.fullmatch(r"(tests/[\w/]+\.py)::(test_\w+)", word)) is not None:
            path = ROOT / test[1]
            if not path.exists() or f"def {test[2]}(" not in path.read_text():
                wrong.append(word)
        elif re.fullmatch(r"(?:src|tests|bench|tools|docs|proto|gen|console|requirements)/[\w./-]+", word):
            if not (ROOT / word).exists():
                wrong.append(word)
        elif re.fullmatch(r"[\w/]+\.py", word):
            if not any(path.exists() for path in (FOLDER / word, ROOT / word)):
                wrong.append(word)
        elif not NAME.fullmatch(name):
            continue
        elif name.split(".")[0] in FOLDERS | {PACKAGE} and "." in name:
            if not (resolves(name) or name in PROTO_NAMES | VALUES or ".example." in name):
                wrong.append(name)
        elif CLASS.fullmatch(name) and name not in PROTO_NAMES and not any(name in known(m) for m in MODULES):
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_in_the_documentation_are_todays(page: Path) -> None:
    assert page_problems(page.read_text()) == []


@pytest.mark.parametrize(
    "word",
    ["smtp.remedies", "smtp/remedies.py", "src/mailproof/app.py", "RemedyFinder", "tests/unit/test_docs.py::test_none"],
)
def test_a_stale_name_of_a_page_would_be_found(word: str) -> None:
    assert page_problems(f"It is `{word}`.") == [word]
