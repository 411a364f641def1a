"""Collects every template that a sentence is made from, and every sentence that is made without one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import mailproof
from mailproof.diagnosis import address_words, fixes, trial_results
from mailproof.diagnosis.catalogue import CATALOGUE
from mailproof.diagnosis.catalogue_webhook import WEBHOOK
from mailproof.diagnosis.definition import Advice, Prose
from mailproof.diagnosis.interceptors import InterceptorKind
from mailproof.diagnosis.login_hints import LOGIN_HINTS
from mailproof.diagnosis.special_cases import SPECIAL_CASES
from mailproof.discovery import conclusion
from mailproof.discovery.presets import PRESETS
from mailproof.domain import errors, limit_errors
from mailproof.domain.filters import FieldKind
from mailproof.domain.limits import Activity
from mailproof.domain.phrase import Composed, Phrase
from mailproof.smtp.report import CertificateRole, Report
from mailproof.webhook import verdict
from service_support.failures import failure_types

SOURCES = {path: path.read_text() for path in sorted(Path(mailproof.__file__).parent.rglob("*.py"))}

ENGLISH_ONLY = frozenset({"cli", "service", "domain.database", "net.egress", "net.egress_rules"}) | {
    "syntax.server_address"
}
"""Folders and modules whose sentences are for operators: the start's errors, settings, and the commands' usage."""


def said(text: str) -> Iterator[str]:
    """Yield the templates that a source's calls of `say` name.

    Raises:
        AssertionError: One is no literal text, so that nobody could find it.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            template = node.args[0]
            assert isinstance(template, ast.Constant), ast.unparse(node)
            assert isinstance(template.value, str)
            yield template.value


def of_advice(advice: Iterable[Advice]) -> Iterator[str]:
    """Yield the templates of an advice, for each kind of caller."""
    for item in advice:
        yield from (item.text, item.flag_text) if isinstance(item, Prose) else (item.reason,)


def of_definitions() -> Iterator[str]:
    """Yield the templates of every code, for each stage and caller, and those of the special cases and hints."""
    for definition in (*CATALOGUE.values(), *WEBHOOK.values()):
        wordings = [definition.wording, *definition.at.values()]
        for wording in wordings if definition.unrecognised is None else [*wordings, definition.unrecognised]:
            yield wording.message
            yield from of_advice(wording.advice)
    for row in SPECIAL_CASES:
        yield row.message
        yield from of_advice(row.advice)
    for hints in LOGIN_HINTS.values():
        yield from of_advice(hints)


def of_tables() -> Iterator[str]:
    """Yield the templates that stand in tables."""
    tables: tuple[Mapping[Any, str], ...] = (
        fixes._REASONS,
        fixes._SET,
        fixes._SET_FLAG,
        trial_results._SECURED_BY,
        address_words._CERTIFICATES,
        address_words._PHRASES,
        limit_errors._RUNNING,
        limit_errors._WHOSE,
        verdict._DOING,
        conclusion._MODES,
    )
    for table in tables:
        yield from table.values()
    yield from (kind.value for kind in (*InterceptorKind, *CertificateRole, FieldKind.WORD, FieldKind.BOOLEAN))
    yield from (word.value.replace("_", " ") for word in (*Activity, *errors.Resource))
    for preset in PRESETS:
        yield from templates_of(preset.advice)


@cache
def templates() -> frozenset[str]:
    """Return every template of the sources."""
    of_calls = {template for text in SOURCES.values() if "say(" in text for template in said(text)}
    return frozenset(of_calls.union(of_definitions(), of_tables()) - {""})


def templates_of(text: Any) -> Iterator[str]:
    """Yield the templates that a text was made from, with those of its parts."""
    if isinstance(text, Phrase):
        yield text.template
        for value in text.values.values():
            yield from templates_of(value)
    elif isinstance(text, Composed):
        for part in text.parts:
            yield from templates_of(part)


def is_phrase(text: str) -> bool:
    """Return whether each sentence of a text can be told in another language."""
    if isinstance(text, Composed):
        return all(is_phrase(part) for part in text.parts)
    return isinstance(text, Phrase) or not text


def plain_sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a source's failures and violations that are made without a template."""
    tree = ast.parse(text)
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
    own = {id(call) for node in ast.walk(tree) if _is_failure(node) for call in ast.walk(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not (_called(node) in _FAILURES or (id(node) in own and _is_base(node))):
            continue
        texts = [text for argument in node.args for text in _texts(argument, assigned)]
        if any(" " in text for text in texts) and (_called(node) != "ValueError" or any(map(_VIOLATION, texts))):
            yield ast.unparse(node)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_failure(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any(isinstance(it, ast.Name) and it.id in _FAILURES for it in node.bases)


def _is_base(node: ast.Call) -> bool:
    """Return whether a call is `super().__init__`, by which a failure says its own sentence."""
    return ast.unparse(node.func) == "super().__init__"


def _texts(argument: ast.expr, assigned: Mapping[str, Sequence[ast.expr]]) -> Iterator[str]:
    """Yield the literal texts of an argument, and of what is assigned to the variable that it is."""
    for value in assigned.get(argument.id, ()) if isinstance(argument, ast.Name) else (argument,):
        for found in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
            pieces = found.values if isinstance(found, ast.JoinedStr) else [found]
            yield from (
                piece.value for piece in pieces if isinstance(piece, ast.Constant) and isinstance(piece.value, str)
            )


_FAILURES = frozenset(failure.__name__ for failure in failure_types()) | {
    "FieldViolation",
    "RequestFailed",
    "Broken",
    "TokenFailed",
    "TokenRefused",
    "ExchangeError",
    "WireError",
    "FilterSyntaxError",
    "ObservedChange",
    "SinceLastGood",
    "ValueError",
    "_change",
    "_problem",
}

_VIOLATION = re.compile(r"(must|is|has) ").match
"""How the text of a ValueError begins that becomes a violation. Others are for programmers."""


def english_only(report: Report) -> list[str]:
    """Return the sentences of a report that can be told in English alone."""
    texts = [report.message, report.advice, *(fix.sentence for fix in report.fixes)]
    texts += [text for finding in report.findings for text in (finding.message, finding.advice)]
    texts += [row.message for row in report.addresses] + [other.message for other in report.alternatives]
    return [text for text in texts if not is_phrase(text)]
