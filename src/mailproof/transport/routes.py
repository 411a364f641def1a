"""The REST routes: a table from the `google.api.http` options, never written by hand.

Served are templates of literals and `{field}` segments, and of those that end in a custom verb (AIP-136), as
`/v1/providers/{id}:test` does. A path is matched as it was sent, percent-encoded: the slashes and the colon that are
there divide it, an encoded one (%2F, %3A) is part of a value, and a literal is never encoded. One slash at the end of a
path is passed over, except after a custom verb.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from google.protobuf.descriptor import FieldDescriptor

from mailproof.domain.errors import MethodNotAllowed, RouteNotFound
from mailproof.rpc.calls import Method, Route
from mailproof.transport.nearest import Nearest

_TEMPLATE = re.compile(r"((?:/[^/:]+)+)(?::(\w+))?", re.ASCII)
_VARIABLE = re.compile(r"\{(\w+)\}")
_ID = re.compile(r"/[0-9]+(?=/|:|\Z)", re.ASCII)  # what stands where a template has a variable

_Leaf = dict[str, tuple[Method, Route, tuple[str, ...]]]
"""What a template leads to, by HTTP verb: the RPC, the binding, and the fields that its variables bind."""


@dataclass(frozen=True, slots=True)
class Match:
    """The RPC that a request names, and the fields that its path binds."""

    method: Method
    route: Route
    bindings: dict[str, str]


class _Node:
    __slots__ = ("leaves", "literal", "variable")

    def __init__(self) -> None:
        self.literal: dict[str, _Node] = {}
        self.variable: _Node | None = None
        self.leaves: dict[str, _Leaf] = {}  # by custom verb; "": the templates that end without one


class Routes:
    """Finds the RPC of a verb and a path. A literal segment wins over a variable, so `_search` is never an id.

    A custom verb wins over a variable too: where a template ends in `{id}:test`, the path `x:test` has the id `x`, and
    the id `x:test` is sent as `x%3Atest`.

    Raises:
        TypeError: Two RPCs share a route, or one is of a kind that is not served.
    """

    def __init__(self, methods: Iterable[Method]) -> None:
        self._root = _Node()
        verbs: dict[str, list[str]] = {}
        for method in methods:
            for route in method.routes:
                self._add(method, route)
                verbs.setdefault(route.template, []).append(route.verb)
        shown = {each: f"{' or '.join(sorted(of_it))} {each}" for each, of_it in verbs.items()}
        self._nearest = Nearest({_VARIABLE.sub("", each): answer for each, answer in shown.items()})

    def _add(self, method: Method, route: Route) -> None:
        template = _TEMPLATE.fullmatch(route.template)
        if template is None:
            raise _not_served(route)
        node, names = self._root, []
        for segment in template[1].removeprefix("/").split("/"):
            variable = _VARIABLE.fullmatch(segment)
            if variable:
                names.append(_bindable(method, route, variable[1]))
                node.variable = node.variable or _Node()
                node = node.variable
            elif set("{}*%") & set(segment):
                raise _not_served(route)
            else:
                node = node.literal.setdefault(segment, _Node())
        leaf = node.leaves.setdefault(template[2] or "", {})
        if route.verb in leaf:
            raise TypeError(f"two RPCs share {route.verb} {route.template}")
        leaf[route.verb] = (method, route, tuple(names))

    def match(self, verb: str, path: str) -> Match:
        """Return the RPC.

        Args:
            path: As it was sent, percent-encoded and without the query.

        Raises:
            RouteNotFound: No route has this path.
            MethodNotAllowed: The path has routes for other verbs alone.
        """
        match = self.find(verb, path)
        if match is None:
            raise RouteNotFound(self._nearest(_ID.sub("/", path)))
        return match

    def find(self, verb: str, path: str) -> Match | None:
        """Return the RPC; None if no route has this path. No nearest one is looked for.

        Args:
            path: As it was sent, percent-encoded and without the query.

        Raises:
            MethodNotAllowed: The path has routes for other verbs alone.
        """
        found = self._leaf(path)
        if found is None:
            return None
        leaf, values = found
        if verb not in leaf:
            raise MethodNotAllowed(sorted(leaf))
        method, route, names = leaf[verb]
        return Match(method, route, dict(zip(names, values, strict=True)))

    def verbs(self, path: str) -> list[str]:
        """Return the HTTP verbs of a path's routes; none if no route has this path.

        Args:
            path: As it was sent, percent-encoded and without the query.
        """
        found = self._leaf(path)
        return sorted(found[0]) if found else []

    def _leaf(self, path: str) -> tuple[_Leaf, tuple[str, ...]] | None:
        bare = path.removeprefix("/")
        *above, last = bare.removesuffix("/").split("/")
        stem, _, custom = last.rpartition(":")
        found = self._find((*above, stem), custom) if stem and custom else None
        # No client adds a slash to a verb, and a rule of a proxy may name its path.
        if bare.endswith("/") and (found is not None or last.startswith("_")):
            return None
        return found or self._find((*above, last), "")

    def _find(self, segments: Sequence[str], custom: str) -> tuple[_Leaf, tuple[str, ...]] | None:
        return _find(self._root, list(segments), custom, ())


def _not_served(route: Route) -> TypeError:
    return TypeError(f"the route {route.template} has a syntax that is not served")


def _bindable(method: Method, route: Route, name: str) -> str:
    field = method.request_type.DESCRIPTOR.fields_by_name.get(name)
    if field is None or field.is_repeated or field.type != FieldDescriptor.TYPE_STRING:
        raise TypeError(f"the route {route.template} binds {name}, which is no string field of the request")
    return name


def _find(node: _Node, rest: list[str], custom: str, values: tuple[str, ...]) -> tuple[_Leaf, tuple[str, ...]] | None:
    """Return the leaf below a node, and the variables' values, which alone are decoded.

    A literal matches as it is written, and an empty segment or one of dots nothing, which others take for a step in
    the path (RFC 3986 section 5.2.4). So each route has one spelling, which rules of a proxy can name.
    """
    if not rest:
        return (node.leaves[custom], values) if custom in node.leaves else None
    segment, *rest = rest
    found = _find(node.literal[segment], rest, custom, values) if segment in node.literal else None
    value = unquote(segment)
    if found is None and node.variable is not None and value not in ("", ".", ".."):
        found = _find(node.variable, rest, custom, (*values, value))
    return found
