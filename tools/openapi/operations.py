"""The operations: each RPC with its routes, parameters, body, answers and refusals, as its descriptor declares them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from tools.openapi.comments import comment_of, summary_and_rest
from tools.openapi.errors import Refusals
from tools.openapi.examples import REQUESTS
from tools.openapi.schemas import Schema, Schemas, Side, is_mandatory

from mailproof.rpc.call_headers import (
    EXPECTED_SEQUENCE,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    INSTANCE_ID,
    MAX_IDEMPOTENCY_KEY,
    STANDARD_IDEMPOTENCY_KEY,
    STRICT,
    UNKNOWN_FIELDS,
)
from mailproof.rpc.calls import Method, Route
from mailproof.rpc.codec import MAX_REQUEST_BYTES
from mailproof.rpc.plain_text import has_text
from mailproof.rpc.unknown_names import NamePolicy
from mailproof.transport import headers as names

NDJSON, EVENTS = "application/x-ndjson", "text/event-stream"
SECURITY = ("token", "certificate")

_IF_NONE_MATCH = names.IF_NONE_MATCH.decode()

REQUEST_HEADERS: dict[str, tuple[str, Schema]] = {
    INSTANCE_ID: (
        "The instance that the call is about. Without it that is the first one that the caller's token is for.",
        {"type": "string", "minLength": 1},
    ),
    names.ACCEPT_LANGUAGE.decode(): ("The language of sentences: English or German.", {"type": "string"}),
    names.GRPC_TIMEOUT.decode(): (
        "How long the caller waits: digits and a unit (H, M, S, m, u or n), such as 1500m for 1.5 seconds.",
        {"type": "string", "pattern": "^[1-9][0-9]{0,7}[HMSmun]$"},
    ),
    names.REQUEST_ID.decode(): (
        "An id of the caller's own for the log: 64 letters, digits, `.`, `_` or `-`. Any other is replaced.",
        {"type": "string"},
    ),
    STRICT: (
        "Whether names that the request's message does not have refuse the call.",
        {"type": "string", "enum": ["true", "false"]},
    ),
    IDEMPOTENCY_KEY: (
        "The same request with the same key gets the first one's answer.",
        {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY},
    ),
    STANDARD_IDEMPOTENCY_KEY: (
        f"The same as {IDEMPOTENCY_KEY}; the key may be quoted.",
        {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY},
    ),
    EXPECTED_SEQUENCE: (
        "The sequence of the details that the caller has read. With another one by now the call is ABORTED (HTTP 409).",
        {"type": "string", "pattern": "^[0-9]{1,20}$"},
    ),
    IF_MATCH: (
        "The same as an entity tag, as the ETag of a GET has it; the refusal is HTTP 412 then.",
        {"type": "string", "pattern": '^("[0-9]{1,20}"|\\*)$'},
    ),
    _IF_NONE_MATCH: (
        "The tag of an answer that the caller has. While that is the answer, it is HTTP 304 and has no body.",
        {"type": "string"},
    ),
}

RESPONSE_HEADERS: dict[str, tuple[str, Schema]] = {
    names.REQUEST_ID.decode(): ("The id under which the call is logged.", {"type": "string"}),
    names.CONTENT_LANGUAGE.decode(): ("The language of sentences.", {"type": "string"}),
    names.ETAG.decode(): (
        f"The tag of the answer, for {_IF_NONE_MATCH}; of one record also for {IF_MATCH} of a call that changes it.",
        {"type": "string"},
    ),
    names.RETRY_AFTER.decode(): (
        "How many seconds to wait before the same call may succeed. It is absent where waiting does not help.",
        {"type": "integer", "minimum": 1},
    ),
    names.WWW_AUTHENTICATE.decode(): ("How to show who calls.", {"type": "string"}),
    UNKNOWN_FIELDS: (
        "The names of the request that its message does not have, and what is meant by them: a list (RFC 9651).",
        {"type": "string"},
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A path of the document.

    Attributes:
        path: Its template.
        prefixes: Where it is served: below each of these.
        other_of: The path of the same call that is preferred; empty if this is it.
    """

    route: Route
    path: str
    prefixes: tuple[str, ...]
    other_of: str


def places(routes: Iterable[Route]) -> list[Place]:
    """Return the paths of a call's routes, the preferred one first.

    Two routes that differ by what stands before them are one path with two servers: the same call is served below both.
    Of other routes the one with a custom verb (AIP-136) is preferred.
    """
    left = sorted(routes, key=lambda route: ":" not in route.template)
    found: list[Place] = []
    for route in left:
        longer = [other.template for other in left if other is not route and other.template.endswith(route.template)]
        shorter = [other for other in left if other is not route and route.template.endswith(other.template)]
        if shorter:  # it is one of the servers of that one
            continue
        prefixes = tuple(template.removesuffix(route.template) for template in longer)
        preferred = found[0].path if found else ""
        found.append(Place(route, route.template, (*prefixes, "/") if prefixes else (), preferred))
    return found


class Operations:
    """Makes the operations of RPCs.

    Args:
        answers: An example of each RPC's answer.
    """

    def __init__(
        self, comments: Mapping[str, str], schemas: Schemas, refusals: Refusals, answers: Mapping[str, Any]
    ) -> None:
        self._comments = comments
        self._schemas = schemas
        self._refusals = refusals
        self._answers = answers

    def of(self, method: Method, place: Place) -> Schema:
        """Return the operation of an RPC at one of its paths.

        Raises:
            LookupError: The RPC has no example, or something of it no comment.
        """
        name = method.path.rpartition("/")[2]
        if name not in REQUESTS:
            raise LookupError(f"{name} has no example in tools/openapi/examples.py")
        summary, rest = summary_and_rest(comment_of(self._comments, f"{method.service}.{name}"))
        bound = [segment.strip("{}") for segment in place.path.replace(":", "/").split("/") if segment.startswith("{")]
        example = REQUESTS[name]
        about = [rest, f"It needs the permission `{method.permission.value}`."]
        if place.other_of:
            about.append(f"It is the same call as `{place.other_of}`.")
        operation: Schema = {
            "operationId": f"{name}OtherPath" if place.other_of else name,
            "tags": [method.service.rpartition(".")[2]],
            "summary": summary,
            "description": "\n\n".join(part for part in about if part),
            "parameters": [
                *self._parameters(method, place.route, bound, example),
                *_header_references(method, place.route),
            ],
        }
        if place.route.body:
            operation["requestBody"] = self._body(method, bound, example)
        operation["responses"] = {
            "200": self._answer(method, name, place.route),
            **({"304": _UNCHANGED} if place.route.verb == "GET" else {}),
            **self._refusals.of(method, place.path, body=place.route.body),
        }
        operation["security"] = [{scheme: [method.permission.value]} for scheme in SECURITY]
        operation["x-permission"] = method.permission.value
        operation["x-rpc"] = method.path.removeprefix("/")
        return operation

    def _parameters(
        self, method: Method, route: Route, bound: list[str], example: Mapping[str, Any]
    ) -> Iterator[Schema]:
        described: Any = method.request_type.DESCRIPTOR
        for name in bound:
            field = described.fields_by_name[name]
            value = self._schemas.value(field, Side.REQUEST)
            value.setdefault("minLength", 1)
            yield self._parameter(field, field.name, "path", value, example.get(field.json_name))
        if not route.body:
            yield from self._query(described, frozenset(bound), example, "")

    def _query(
        self, described: Descriptor, bound: frozenset[str], example: Mapping[str, Any], prefix: str
    ) -> Iterator[Schema]:
        for field in described.fields:
            if field.name in bound:
                continue
            part, name = field.message_type, f"{prefix}{field.json_name}"
            given = example.get(field.json_name)
            if part is None or part.full_name.startswith("google.protobuf."):
                yield self._parameter(field, name, "query", self._schemas.value(field, Side.REQUEST), given)
            elif not field.is_repeated:
                yield from self._query(part, frozenset(), given or {}, f"{name}.")

    def _parameter(self, field: FieldDescriptor, name: str, where: str, value: Schema, example: Any) -> Schema:
        required = where == "path" or is_mandatory(field)
        parameter: Schema = {
            "name": name,
            "in": where,
            "required": required,
            "description": comment_of(self._comments, field.full_name),
            "schema": value,
        }
        return parameter if example is None else {**parameter, "example": example}

    def _body(self, method: Method, bound: list[str], example: Mapping[str, Any]) -> Schema:
        described: Any = method.request_type.DESCRIPTOR
        schema = self._schemas.message(described, Side.REQUEST, bound)
        given = {name: value for name, value in example.items() if name not in bound}
        body: Schema = {"content": {"application/json": {"schema": schema, "example": given}}}
        # A call that writes and comes without its body is refused, since that was lost on the way.
        body["required"] = method.writes and len(described.fields) > len(bound)
        if method.max_request_bytes != MAX_REQUEST_BYTES:
            body["description"] = f"At most {method.max_request_bytes} octets."
        return body

    def _answer(self, method: Method, name: str, route: Route) -> Schema:
        described: Any = method.response_type.DESCRIPTOR
        item = self._schemas.message(described, Side.ANSWER)
        shown = [names.REQUEST_ID.decode(), names.CONTENT_LANGUAGE.decode()]
        if method.names is not NamePolicy.REFUSE:
            shown.append(UNKNOWN_FIELDS)
        if route.verb == "GET":
            shown.append(names.ETAG.decode())
        example = self._answers.get(name)
        content: Schema
        if method.streaming:
            lines = [] if example is None else example
            about = f"One {described.name} after the other"
            error = 'A stream that breaks off ends with an error: {"error": …} as its last line, or the event "error".'
            content = {
                NDJSON: {
                    "schema": {"type": "string", "description": f"{about}, each a line of JSON. {error}"},
                    "x-itemSchema": item,
                    "example": "".join(f"{_line(line)}\n" for line in lines),
                },
                EVENTS: {
                    "schema": {
                        "type": "string",
                        "description": f"{about}, each the data of an event that is named like its one field. {error}",
                    },
                    "x-itemSchema": item,
                    "example": "".join(_event(line) for line in lines),
                },
            }
        else:
            content = {"application/json": {"schema": item, **({} if example is None else {"example": example})}}
        if has_text(method.response_type):
            content["text/plain"] = {"schema": {"type": "string", "description": "The same as a terminal shows it."}}
        return {
            "description": comment_of(self._comments, described.full_name),
            "headers": {each: {"$ref": f"#/components/headers/{each}"} for each in shown},
            "content": content,
        }


_UNCHANGED: Schema = {
    "description": f"The answer is the one that {_IF_NONE_MATCH} names. There is no body.",
    "headers": {
        each: {"$ref": f"#/components/headers/{each}"} for each in (names.REQUEST_ID.decode(), names.ETAG.decode())
    },
}


def _header_references(method: Method, route: Route) -> Iterator[Schema]:
    wanted = [INSTANCE_ID, names.ACCEPT_LANGUAGE.decode(), names.GRPC_TIMEOUT.decode(), names.REQUEST_ID.decode()]
    if method.names is not NamePolicy.REFUSE:
        wanted.append(STRICT)
    if method.idempotent:
        wanted += [IDEMPOTENCY_KEY, STANDARD_IDEMPOTENCY_KEY]
    if method.conditional:
        wanted += [EXPECTED_SEQUENCE, IF_MATCH]
    if route.verb == "GET":
        wanted.append(_IF_NONE_MATCH)
    for name in wanted:
        yield {"$ref": f"#/components/parameters/{name}"}


def _line(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _event(document: Mapping[str, Any]) -> str:
    name = next(iter(document))
    return f"event: {name}\ndata: {_line(document[name])}\n\n"
