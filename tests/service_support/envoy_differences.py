"""The lists of differences between our REST gateway and Envoy's transcoder, and our grpc-web and Envoy's filter.

docs/envoy-transcoder.md gives the reasons; tests/e2e/test_transcoder.py finds a difference without a row, and a row
without one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from service_support.side_by_side import Pair


@dataclass(frozen=True)
class Difference:
    """One row of the list.

    Attributes:
        name: What differs, as docs/envoy-transcoder.md has it.
        holds: Says whether a pair of answers differs in this way. The first row that holds counts.
    """

    name: str
    holds: Callable[[Pair], bool]


_LAX: dict[str, frozenset[str]] = {
    "integer": frozenset(('"+7"', "+7", '"07"', "07")),
    "bool": frozenset(('"true"', '"false"', '"1"')),
    "enum": frozenset(('"1"',)),
    "bytes": frozenset(('"YR=="',)),
    "Duration": frozenset(('"+5s"', '"05s"', '"5.s"', '{"seconds":5}', "{}")),
    "Timestamp": frozenset(('"2026-01-02T03:04:60Z"', '"2026-1-2T03:04:05Z"', "{}")),
    "repeated": frozenset(('"a"', "[[]]", "[null]", "{}", "5")),
}
"""Values that Envoy takes and the JSON mapping does not name."""
_WHOLE = {"integer": frozenset(('"1e1"', "1e1", '"7.0"', "7.0", "70e-1")), "enum": frozenset(("1.0",))}
"""Whole numbers as the JSON mapping lets them be written, which Envoy refuses in a string and in a query."""


def row_of(pair: Pair, rows: Sequence[Difference]) -> Difference | None:
    """Return the row that explains a difference; None if none does. None explains a defect of ours."""
    if pair.ours.status >= 500 and pair.ours.reason != "DEADLINE_EXCEEDED":
        return None
    if isinstance(pair.ours.document, dict) and str(pair.ours.document.get("code")) in ("2", "13"):
        return None
    return next((row for row in rows if row.holds(pair)), None)


def _code(document: Any) -> str:
    return str(document["code"]) if document else ""


def _refused_alike(pair: Pair) -> bool:
    return pair.ours.status == pair.theirs.status >= 400


def _colon_in_an_id(pair: Pair) -> bool:
    path = pair.case.target.partition("?")[0]
    return (
        ":" in path
        and pair.ours.reason.endswith("_NOT_FOUND")
        and pair.ours.reason != "ROUTE_NOT_FOUND"
        and (pair.theirs.text.startswith("Could not resolve"))
    )


def _names_twice(body: bytes) -> bool:
    """Return whether an object of a JSON text has a name twice, or in both spellings."""
    found = []

    def take(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        folded = [name.replace("_", "").lower() for name, _ in pairs]
        found.append(len(set(folded)) < len(folded))
        return dict(pairs)

    try:
        json.loads(body, object_pairs_hook=take)
    except ValueError:
        return False
    return any(found)


def _is_json(body: bytes) -> bool:
    """Return whether these bytes are a JSON text by RFC 8259, as Python's parser judges."""
    try:
        json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except ValueError:
        return False
    return True


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _given_twice(pair: Pair) -> bool:
    if pair.ours.status != 400:
        return False
    names = [name.replace("_", "").lower() for name, _ in parse_qsl(pair.case.target.partition("?")[2])]
    return len(set(names)) < len(names) or _names_twice(pair.case.body or b"")


def _badly_encoded(pair: Pair) -> bool:
    """Return whether a percent sign has no two digits, or what is encoded is no UTF-8."""
    target = pair.case.target
    broken = re.search(r"%(?![0-9A-Fa-f]{2})", target) or "\ufffd" in unquote(target)
    return bool(broken) and pair.ours.reason == "REQUEST_MALFORMED"


def _another_spelling_of_a_path(pair: Pair) -> bool:
    path = pair.case.target.partition("?")[0]
    steps = {unquote(segment).partition(":")[0] for segment in path.split("/")[1:]}
    return pair.ours.reason == "ROUTE_NOT_FOUND" and bool(steps & {"", ".", ".."})


def _other_id(pair: Pair) -> bool:
    """Return whether the path names one resource and the body or the query another, which Envoy takes."""
    other = b'"id": "other"' in (pair.case.body or b"") or "?id=other" in pair.case.target
    return other and pair.theirs.status == 404


REST_DIFFERENCES: tuple[Difference, ...] = (
    Difference("A colon in an id", _colon_in_an_id),
    Difference("Envoy's own refusals are text", lambda pair: _refused_alike(pair) and pair.theirs.document is None),
    Difference("Unknown names", lambda pair: pair.ours.reason == "FIELD_UNKNOWN"),
    Difference(
        "The commerce API's errors",
        lambda pair: _refused_alike(pair) and pair.case.target.startswith("/ccadmin/") and bool(pair.theirs.reason),
    ),
    Difference("Default values in errors", lambda pair: pair.ours.status >= 400 and pair.equal_but_for_defaults()),
    Difference("Another verb", lambda pair: pair.ours.status == 405 and pair.theirs.status in (400, 404)),
    Difference("What is badly encoded", _badly_encoded),
    Difference("Other spellings of a path", _another_spelling_of_a_path),
    Difference("The path wins", _other_id),
    Difference("A name given twice", _given_twice),
    Difference(
        "What is no JSON",
        lambda pair: pair.ours.reason == "REQUEST_MALFORMED" and not _is_json(pair.case.body or b"{}"),
    ),
    Difference(
        "Values that the mapping does not name",
        lambda pair: pair.ours.reason == "FIELD_INVALID" and pair.case.literal in _LAX.get(pair.case.of, ()),
    ),
    Difference(
        "Whole numbers",
        lambda pair: (
            pair.ours.reason != "FIELD_INVALID"
            and pair.theirs.status == 400
            and pair.case.literal in _WHOLE.get(pair.case.of, ())
        ),
    ),
    Difference("Content types and codings", lambda pair: pair.ours.status == 415),
    Difference("gzip", lambda pair: pair.case.kind == "gzip" and pair.theirs.status == 400),
    Difference(
        "A deadline that is over or malformed",
        lambda pair: "grpc-timeout" in pair.case.headers and pair.ours.status in (400, 504),
    ),
    Difference(
        "A call that writes without a body",
        lambda pair: pair.ours.status == 400 and pair.case.body is not None and not pair.case.body.strip(),
    ),
    Difference("A body of white space", lambda pair: pair.case.body == b" " and pair.theirs.status == 400),
    Difference(
        "A password that is not sent",
        lambda pair: "must be sent" in pair.ours.text and pair.case.method.name.endswith("Password"),
    ),
    Difference("Too large", lambda pair: pair.ours.status == 413),
    Difference(
        "Requests that say they are gRPC",
        lambda pair: pair.case.headers.get("content-type") == "application/grpc" and pair.theirs.body == b"",
    ),
)

WEB_DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "Frames",
        lambda pair: pair.case.kind == "frames" and (pair.ours.reason == "REQUEST_MALFORMED" or _has_trailers(pair)),
    ),
    Difference("Text in pieces", lambda pair: pair.case.kind == "base64" and pair.theirs.status == 400),
    Difference(
        "Binary headers",
        lambda pair: (
            "x-some-bin" in pair.case.headers
            and (pair.ours.reason == "REQUEST_MALFORMED" or _code(pair.theirs.document) == "13")
        ),
    ),
    Difference(
        "A deadline that is over or malformed, over grpc-web",
        lambda pair: "grpc-timeout" in pair.case.headers and _code(pair.ours.document) in ("3", "4"),
    ),
    Difference(
        "The kind of the answer",
        lambda pair: (
            "accept" not in pair.case.headers
            and bool(pair.ours.document and pair.theirs.document)
            and {**pair.ours.document, "kind": ""}.keys() == pair.theirs.document.keys()
            and pair.theirs.document["kind"] == "binary"
            and pair.ours.document["kind"] == "text"
        ),
    ),
    Difference(
        "Content types that are nearly grpc-web",
        lambda pair: pair.case.kind == "content type" and pair.theirs.status == 404 and pair.theirs.document is None,
    ),
    Difference("Another verb, over grpc-web", lambda pair: pair.ours.status == 405),
)


def _has_trailers(pair: Pair) -> bool:
    """Return whether a request has a frame of trailers before its message."""
    body = pair.case.body or b""
    return body.startswith((b"\x80", b"gA"))
