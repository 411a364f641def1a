"""The REST routes: a table from the `google.api.http` options, never written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.descriptor import FieldDescriptor

from mailproof.domain.errors import MethodNotAllowed, RouteNotFound
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
    """Finds the RPC of a verb and a path. A literal segment wins over a variable, so `_search` is never an id.

    Raises:
        TypeError: Two RPCs share a route, or one is of a kind that is not served.
    """

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
                names.append(_bindable(method, route, variable[1]))
                node.variable = node.variable or _Node()
                node = node.variable
            elif set("{}*:") & set(segment):
                raise TypeError(f"the route {route.template} has a syntax that is not served")
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
        found = _find(self._root, _segments(path), ())
        if found is None:
            raise RouteNotFound("Not Found")
        node, values = found
        if verb not in node.leaf:
            raise MethodNotAllowed(sorted(node.leaf))
        method, route, names = node.leaf[verb]
        return Match(method, route, dict(zip(names, values, strict=True)))


def _bindable(method: Method, route: Route, name: str) -> str:
    field = method.request_type.DESCRIPTOR.fields_by_name.get(name)
    if field is None or field.is_repeated or field.type != FieldDescriptor.TYPE_STRING:
        raise TypeError(f"the route {route.template} binds {name}, which is no string field of the request")
    return name


def _find(node: _Node, rest: list[str], values: tuple[str, ...]) -> tuple[_Node, tuple[str, ...]] | None:
    if not rest:
        return (node, values) if node.leaf else None
    segment, *rest = rest
    found = _find(node.literal[segment], rest, values) if segment in node.literal else None
    if found is None and node.variable is not None and segment:
        found = _find(node.variable, rest, (*values, segment))
    return found


def _segments(path: str) -> list[str]:
    """Return the segments; an empty one matches nothing, so there is one spelling of each path for proxies' rules."""
    return path.removeprefix("/").split("/")
