"""Finds stopwatches in tests: upper bounds on measured time, which a machine under load exceeds.

What is measured: a reading of a clock (`time.monotonic()` and its kin, an event loop's `time()`), what is computed or
stored from one within the same function, an attribute set from one or a function that returns one within the same file,
and attributes that are durations by their name. An upper bound: that it is less than something, or about as long as
something.

What it does not see: time that comes from another file or process under another name, a measured list that is sorted or
summed by a helper, an equality without `approx`, and whatever only depends on time, as a sleep in place of a wait.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

_CLOCKS = frozenset({"monotonic", "perf_counter", "process_time", "thread_time", "getrusage", "times"})
_CLOCKS_NS = frozenset({f"{name}_ns" for name in _CLOCKS})
_DURATIONS = frozenset({"elapsed", "elapsed_ms", "duration", "ru_utime", "ru_stime"})
_LOOPS = frozenset({"loop", "get_running_loop", "get_event_loop"})  # whose `time()` is a clock, as the module's is


@dataclass
class _File:
    """What is known to be measured all over one file."""

    attributes: set[str] = field(default_factory=lambda: set(_DURATIONS))
    functions: set[str] = field(default_factory=set)


def stopwatches(source: str) -> list[int]:
    """Return the lines of a test file that assert an upper bound on measured time."""
    tree = ast.parse(source)
    known = _File()
    while True:  # a name may be measured by way of one that comes later in the file
        before = len(known.attributes), len(known.functions)
        found = {line for scope in _scopes(tree) for line in _look(scope, known)}
        if (len(known.attributes), len(known.functions)) == before:
            return sorted(found)


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the outermost functions and methods, and what is outside of all of them."""
    outside: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from node.body
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        else:
            outside.append(node)
    yield ast.Module(body=outside, type_ignores=[])


def _look(scope: ast.AST, known: _File) -> Iterator[int]:
    names: set[str] = set()
    before = -1
    while before != len(names) + len(known.attributes):
        before = len(names) + len(known.attributes)
        for node in ast.walk(scope):
            _learn(node, names, known)
    for node in ast.walk(scope):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            isinstance(inner, ast.Return) and inner.value is not None and _measured(inner.value, names, known)
            for inner in ast.walk(node)
        ):
            known.functions.add(node.name)
        if isinstance(node, ast.Compare) and _is_bound(node, names, known):
            yield node.lineno


def _learn(node: ast.AST, names: set[str], known: _File) -> None:
    """Add the names and attributes that a statement sets from a measured value."""
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        targets, value = [node.target], node.value
    else:
        return
    if not _measured(value, names, known):
        return
    for target in targets:
        for each in target.elts if isinstance(target, ast.Tuple) else [target]:
            place = each.value if isinstance(each, ast.Subscript) else each
            if isinstance(place, ast.Name):
                names.add(place.id)
            elif isinstance(place, ast.Attribute):
                known.attributes.add(place.attr)


def _is_bound(node: ast.Compare, names: set[str], known: _File) -> bool:
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        if isinstance(operator, ast.Lt | ast.LtE) and _measured(left, names, known):
            return True
        if isinstance(operator, ast.Gt | ast.GtE) and _measured(right, names, known):
            return True
        if isinstance(operator, ast.Eq):
            for one, other in ((left, right), (right, left)):
                if _measured(one, names, known) and _is_approx(other):
                    return True
    return False


def _is_approx(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) == "approx"


def _measured(node: ast.expr, names: set[str], known: _File) -> bool:
    """Return whether an expression holds measured time anywhere."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id in names:
            return True
        if isinstance(each, ast.Attribute) and each.attr in known.attributes:
            return True
        if isinstance(each, ast.Call) and (_is_clock(each.func) or _name(each.func) in known.functions):
            return True
    return False


def _is_clock(called: ast.expr) -> bool:
    name = _name(called)
    if name in _CLOCKS or name in _CLOCKS_NS:
        return True
    if name not in {"time", "time_ns"} or not isinstance(called, ast.Attribute):
        return False
    owner = called.value.func if isinstance(called.value, ast.Call) else called.value
    return _name(owner).lstrip("_") in {"time", *_LOOPS}


def _name(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
