"""The REST routes: a table from the `google.api.http` options, never written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mailproof.errors import MethodNotAllowed, RouteNotFound
from mailproof.rpc.calls import Method, Route

_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """The RPC that a request names, and the fields that its path binds."""

    method: Method
    route: Route
    bindings: dict[str, str]


class _Node:
    __slots__ = ("leaf", "literal", "variable")

    def __init__(self) -> None:
        self.literal: dict[str, _Node] = {}
        self.variable: _Node | None = None
        self.leaf: dict[str, tuple[Method, Route, tuple[str, ...]]] = {}  # by verb


class Routes:
    """Finds the RPC of a verb and a path. A literal segment wins over a variable, so `_search` is never an id."""

    def __init__(self, methods: Iterable[Method]) -> None:
        self._root = _Node()
        for method in methods:
            for route in method.routes:
                self._add(method, route)

    def _add(self, method: Method, route: Route) -> None:
        node, names = self._root, []
        for segment in _segments(route.template):
            variable = _VARIABLE.fullmatch(segment)
            if variable:
                names.append(variable[1])
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.literal.setdefault(segment, _Node())
        if route.verb in node.leaf:
            raise TypeError(f"two RPCs share {route.verb} {route.template}")
        node.leaf[route.verb] = (method, route, tuple(names))

    def match(self, verb: str, path: str) -> Match:
        """Return the RPC.

        Raises:
            RouteNotFound: No route has this path. MethodNotAllowed: It has, with other verbs.
        """
        found = list(_walk(self._root, _segments(path), ()))
        if not found:
            raise RouteNotFound("Not Found")
        for node, values in found:
            if verb in node.leaf:
                method, route, names = node.leaf[verb]
                return Match(method, route, dict(zip(names, values, strict=True)))
        raise MethodNotAllowed(sorted({allowed for node, _ in found for allowed in node.leaf}))


def _walk(node: _Node, rest: list[str], values: tuple[str, ...]) -> Iterable[tuple[_Node, tuple[str, ...]]]:
    if not rest:
        if node.leaf:
            yield node, values
        return
    if rest[0] in node.literal:
        yield from _walk(node.literal[rest[0]], rest[1:], values)
    if node.variable is not None and rest[0]:
        yield from _walk(node.variable, rest[1:], (*values, rest[0]))


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/") if len(path) > 1 and not path.endswith("//") else [path]
