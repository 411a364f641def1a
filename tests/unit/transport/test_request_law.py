"""The law of the door: `request` alone looks into a scope, and `headers` has each header's name, spelled once.

The checks prove themselves: each line that is planted in a module must be caught there.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailproof import transport
from mailproof.domain import trace_context
from mailproof.rpc import call_headers
from mailproof.transport import headers

FOLDER = Path(transport.__file__).parent
MODULES = {path.stem: path.read_text() for path in FOLDER.glob("*.py")}

NAMES = {name.decode() for key, name in vars(headers).items() if key.isupper() and isinstance(name, bytes)}
"""The names of headers that more than one place needs, or that are read."""


OURS = {
    call_headers.INSTANCE_ID,
    call_headers.IDEMPOTENCY_KEY,
    call_headers.STANDARD_IDEMPOTENCY_KEY,
    call_headers.EXPECTED_SEQUENCE,
    call_headers.IF_MATCH,
    call_headers.STRICT,
    call_headers.UNKNOWN_FIELDS,
    trace_context.TRACEPARENT,
    trace_context.TRACESTATE,
}
"""Those that rpc has, whose guards name them in errors, or domain, since webhooks are sent them too."""


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def scopes_opened(text: str) -> Iterator[str]:
    """Yield each use of a scope other than asking for its type or handing it on whole to `from_scope` or grpc-web."""
    tree = ast.parse(text)
    above = parents(tree)
    arguments = [node for node in ast.walk(tree) if isinstance(node, ast.arg)]
    scopes = {"scope"} | {
        it.arg for it in arguments if it.annotation is not None and "AsgiScope" in ast.unparse(it.annotation)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr):
            continue
        named = (isinstance(node, ast.Name) and node.id in scopes) or (
            isinstance(node, ast.Attribute) and node.attr.strip("_") == "scope"
        )
        if named and not is_handed_on(node, above[node]):
            yield f"line {node.lineno}: {ast.unparse(above[node])}"
        # By whatever name: a mapping that has headers is a scope, or the start of an answer, which is an event.
        if opens_headers(node) and "event" not in ast.unparse(node):
            yield f"line {node.lineno}: {ast.unparse(node)}"


def is_handed_on(node: ast.AST, parent: ast.AST) -> bool:
    if isinstance(parent, ast.Subscript) and parent.value is node:
        if isinstance(parent.ctx, ast.Store):  # the server adds to the scope that it makes
            return True
        return isinstance(parent.slice, ast.Constant) and parent.slice.value == "type"
    return isinstance(parent, ast.Call) and ast.unparse(parent.func) in {"Request.from_scope", "self._grpc_web"}


def opens_headers(node: ast.AST) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == "headers"
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and any(isinstance(it, ast.Constant) and it.value == "headers" for it in node.args)
    )


def names_spelled(text: str) -> Iterator[str]:
    """Yield each header's name that stands in a module's literals, as often as it stands there."""
    tree = ast.parse(text)
    above = parents(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or isinstance(above[node], ast.Expr):  # an expression: a docstring
            continue
        value = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        if not isinstance(value, str):
            continue
        parent = above[node]
        pair = isinstance(parent, ast.Tuple) and len(parent.elts) == 2 and parent.elts[0] is node
        if pair and isinstance(node.value, bytes):
            yield value  # the name of a header that is sent
        elif re.fullmatch(r"[a-z-]+(?:[,\s]+[a-z-]+)*", value.strip(", ")):
            yield from (name for name in re.split(r"[,\s]+", value.strip(", ")) if name in NAMES or name[:2] == "x-")


def test_request_alone_looks_into_a_scope() -> None:
    assert {name: list(scopes_opened(text)) for name, text in MODULES.items() if name != "request"} == {
        name: [] for name in MODULES if name != "request"
    }
    assert list(scopes_opened(MODULES["request"]))


def test_each_headers_name_is_spelled_once() -> None:
    spelled = Counter(name for text in MODULES.values() for name in names_spelled(text))
    assert {name: count for name, count in spelled.items() if count > 1} == {}
    assert set(spelled) >= NAMES - OURS
    assert not OURS & set(spelled)


@pytest.mark.parametrize(
    "line",
    [
        'def planted(scope: AsgiScope) -> object:\n    return scope["headers"]',
        'def planted(scope: AsgiScope) -> object:\n    return scope.get("headers")',
        'def planted(scope: AsgiScope) -> object:\n    return scope["path"]',
        "def planted(scope: AsgiScope) -> object:\n    mine = scope\n    return mine",
        "def planted(scope: AsgiScope) -> object:\n    return dict(scope)",
        "def planted(scope: AsgiScope) -> object:\n    return {**scope}",
        "def planted(given: AsgiScope) -> object:\n    return given['method']",
        "def planted(given: dict[str, Any]) -> object:\n    return given['headers']",
        "def planted(given: dict[str, Any]) -> object:\n    return given.pop('headers', [])",
        "class Planted:\n    def planted(self) -> object:\n        return self._scope['path']",
    ],
)
@pytest.mark.parametrize("module", ["rest", "http_app", "grpc_web"])
def test_a_planted_look_into_a_scope_is_caught(module: str, line: str) -> None:
    assert list(scopes_opened(f"{MODULES[module]}\n\n{line}\n"))


@pytest.mark.parametrize(
    "line",
    [
        '_TYPE = b"content-type"',
        '_TYPE = "content-type"',
        'HEADERS = [(b"content-type", b"text/plain")]',
        'HEADERS = [(b"x-accel-buffering", b"no"), (b"x-accel-buffering", b"no")]',
        '_ALLOWED = b"accept, authorization"',
        '_ID = "x-request-id"',
        '_KEY = "x-idempotency-key"',
        '_KEY = b"x-instance-id"',
    ],
)
@pytest.mark.parametrize("module", ["rest", "cors", "handlers"])
def test_a_name_that_is_planted_a_second_time_is_caught(module: str, line: str) -> None:
    planted = {**MODULES, module: f"{MODULES[module]}\n\n{line}\n"}
    spelled = Counter(name for text in planted.values() for name in names_spelled(text))
    assert [name for name, count in spelled.items() if count > 1 or name in OURS]
