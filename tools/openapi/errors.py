"""The answers that refuse a call: google.rpc.Status with its details, the errorModel of the commerce API, the reasons.

Which codes an RPC can answer is read from its comment and its service's, what HTTP makes of them is from
`mailproof.rpc.status`, and which reasons there are, with an example of each, stands in the enum ErrorReason.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from google.protobuf.descriptor import EnumDescriptor
from google.rpc import error_details_pb2
from tools.openapi.comments import comment_of
from tools.openapi.schemas import Schema, Schemas, Side

from mailproof.domain.errors import Kind, MethodNotAllowed, RouteNotFound, UnknownRpc
from mailproof.rpc import commerce
from mailproof.rpc.calls import Method
from mailproof.rpc.status import DOMAIN, HTTP_STATUS, REFERENCE_SERVICE
from smtpdiag.v1 import error_reason_pb2
from zitadel.v1 import message_pb2

_KIND = re.compile(r"\b(" + "|".join(kind.name for kind in Kind) + r")\b")
_WHEN = re.compile(r"\((?P<kind>[A-Z_]+)(?P<http>[^()]*)\)")
_STATUS = re.compile(r"\b[45][0-9]{2}\b")
_PREFIX = "ERROR_REASON_"
_NEVER = {failure.reason for failure in (RouteNotFound, MethodNotAllowed, UnknownRpc)}
"""Reasons to find no call at all, which no call answers."""

_TYPE_URL = "type.googleapis.com/"
_DETAILS = (
    error_details_pb2.ErrorInfo,
    error_details_pb2.BadRequest,
    error_details_pb2.RetryInfo,
    error_details_pb2.RequestInfo,
    error_details_pb2.Help,
    message_pb2.ErrorDetail,
)
"""The details that `mailproof.rpc.status` adds."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of ErrorReason.

    Attributes:
        name: Without the enum's prefix.
        statuses: The HTTP statuses that it comes with.
        example: Its ErrorInfo.
    """

    name: str
    kind: Kind
    statuses: tuple[int, ...]
    about: str
    example: Mapping[str, Any]


def reasons(comments: Mapping[str, str]) -> list[Reason]:
    """Return the reasons in the order of the enum.

    Raises:
        ValueError: The comment of one names no code, or has no example.
    """
    enum: EnumDescriptor = error_reason_pb2.ErrorReason.DESCRIPTOR
    found = []
    for value in enum.values[1:]:
        about, brace, example = comment_of(comments, f"{enum.full_name}.{value.name}").partition('{"reason"')
        when = _WHEN.search(about)
        if when is None or not brace:
            raise ValueError(f"the comment of {value.name} must name its code in brackets, and have an example")
        kind = Kind[when["kind"]]
        statuses = tuple(int(status) for status in _STATUS.findall(when["http"])) or (HTTP_STATUS[kind],)
        info = json.loads(brace + example)
        found.append(Reason(value.name.removeprefix(_PREFIX), kind, statuses, about.strip(), info))
    return found


def codes(method: Method, comments: Mapping[str, str]) -> frozenset[Kind]:
    """Return the codes that an RPC can answer, by its comment and what its service's says of every RPC."""
    service = comment_of(comments, method.service)
    name = method.path.rpartition("/")[2]
    named = comment_of(comments, f"{method.service}.{name}")
    shared = " ".join(each for each in re.split(r"(?<=\.)\s+", service) if "Every RPC can answer" in each)
    kinds = {Kind[word] for word in _KIND.findall(f"{named} {shared}")} | {Kind.INTERNAL}
    return frozenset(kinds | ({Kind.ABORTED} if method.conditional else set()))


class Refusals:
    """Makes the responses that refuse calls, each once for all calls that can answer it."""

    def __init__(self, comments: Mapping[str, str], schemas: Schemas) -> None:
        self._comments = comments
        self._reasons = [reason for reason in reasons(comments) if reason.name not in _NEVER]
        self._status = self._status_schema(schemas)
        self._error_model = schemas.add("ccadmin.v1.ErrorModel", _error_model())
        self._made: dict[str, Schema] = {}

    def made(self) -> dict[str, Schema]:
        """Return the responses by name."""
        return dict(sorted(self._made.items()))

    def of(self, method: Method, path: str, *, body: bool) -> dict[str, Schema]:
        """Return the references to the refusals of a call by HTTP status.

        Args:
            path: The template of its path.
            body: Whether it has a body.
        """
        kinds = codes(method, self._comments)
        found: dict[int, set[Kind]] = defaultdict(set)
        for reason in self._reasons:
            if reason.kind in kinds:
                for status in reason.statuses:
                    if _fits(status, method, body=body):
                        found[status].add(reason.kind)
        for kind in kinds:  # a failed test has a code of the diagnosis in the place of these reasons
            found[HTTP_STATUS[kind]].add(kind)
        commercial = path.startswith(commerce.PATH_PREFIX)
        return {str(status): self._response(status, frozenset(found[status]), commercial) for status in sorted(found)}

    def _response(self, status: int, kinds: frozenset[Kind], commercial: bool) -> Schema:
        named = sorted(kind.name for kind in kinds)
        words = "Or".join("".join(word.capitalize() for word in name.split("_")) for name in named)
        name = f"{'commerce.' if commercial else ''}{status}.{words}"
        if name not in self._made:
            self._made[name] = self._made_response(status, named, kinds, commercial)
        return {"$ref": f"#/components/responses/{name}"}

    def _made_response(self, status: int, named: list[str], kinds: frozenset[Kind], commercial: bool) -> Schema:
        fitting = [it for it in self._reasons if status in it.statuses and it.kind in kinds]
        lines = [f"{HTTPStatus(status).phrase}: {' or '.join(f'`{name}`' for name in named)}."]
        if fitting:
            lines += ["", *(f"- `{reason.name}`: {reason.about}" for reason in fitting)]
        content: Schema
        if commercial:
            content = {"schema": self._error_model}
        else:
            examples = {it.name: {"summary": it.about.partition(" (")[0], "value": _example(it)} for it in fitting}
            content = {"schema": self._status, **({"examples": examples} if examples else {})}
        headers = {"x-request-id": {"$ref": "#/components/headers/x-request-id"}}
        if status == HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = {"$ref": "#/components/headers/www-authenticate"}
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            headers["retry-after"] = {"$ref": "#/components/headers/retry-after"}
        forms = {"application/json": content, "text/plain": {"schema": {"type": "string"}}}
        return {"description": "\n".join(lines), "headers": headers, "content": forms}

    def _status_schema(self, schemas: Schemas) -> Schema:
        listed = "\n".join(f"- `{reason.name}`: {reason.about}" for reason in self._reasons)
        enum = error_reason_pb2.ErrorReason.DESCRIPTOR
        known = schemas.add(
            enum.full_name,
            {
                "type": "string",
                "enum": [reason.name for reason in self._reasons],
                "description": f"Why a call was refused.\n\n{listed}",
            },
        )
        details = []
        for detail in _DETAILS:
            described = detail.DESCRIPTOR
            reference = schemas.message(described, Side.ANSWER)
            url = {"type": "string", "const": f"{_TYPE_URL}{described.full_name}"}
            made = schemas.made()[described.full_name]
            made["properties"] = {"@type": url, **made["properties"]}
            made["required"] = ["@type"]
            details.append(reference)
        info = schemas.made()[error_details_pb2.ErrorInfo.DESCRIPTOR.full_name]
        info["properties"]["domain"]["const"] = DOMAIN
        info["properties"]["reason"] = {
            "description": "Why the call was refused; of a failed test the code of the diagnosis in upper case.",
            "anyOf": [known, {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"}],
        }
        status = {
            "type": "object",
            "description": "Why a call was refused (google.rpc.Status). The first detail is a google.rpc.ErrorInfo.",
            "properties": {
                "code": {
                    "type": "integer",
                    "enum": [kind.value for kind in Kind],
                    "description": "The canonical code: "
                    + ", ".join(f"{kind.value} is {kind.name}" for kind in Kind)
                    + ".",
                },
                "message": {
                    "type": "string",
                    "description": "A sentence, in the language that was asked for.",
                },
                "details": {
                    "type": "array",
                    "items": {"anyOf": details},
                    "description": "What programs read. Which there are depends on the code: INVALID_ARGUMENT may have "
                    "google.rpc.BadRequest, what passes by itself google.rpc.RetryInfo, INTERNAL RequestInfo, "
                    f"a failed test google.rpc.Help, and {REFERENCE_SERVICE} always has zitadel.v1.ErrorDetail.",
                },
            },
            "required": ["code", "message", "details"],
        }
        return schemas.add("google.rpc.Status", status)


def _fits(status: int, method: Method, *, body: bool) -> bool:
    """Return whether a call can answer a status that HTTP alone has."""
    if status == HTTPStatus.PRECONDITION_FAILED:
        return method.conditional
    return body or status != HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def _example(reason: Reason) -> Schema:
    sentence = reason.about.partition(" (")[0].rstrip(".")
    info = {"@type": f"{_TYPE_URL}{error_details_pb2.ErrorInfo.DESCRIPTOR.full_name}", **reason.example}
    return {"code": reason.kind.value, "message": sentence, "details": [info]}


def _error_model() -> Schema:
    text = {"type": "string"}
    one = {
        "errorCode": {**text, "description": "The HTTP status and two digits of the canonical code."},
        "message": {**text, "description": "A sentence for people."},
        "status": {**text, "description": "The HTTP status, as a text."},
    }
    path = {"o:errorPath": {**text, "description": "The field that is wrong, by its name in JSON."}}
    return {
        "type": "object",
        "description": "Why a call of the commerce API was refused.",
        "properties": {
            **one,
            "type": {**text, "format": "uri", "description": "The section of the standard that defines the status."},
            "devMessage": {**text, "description": "The reason, a name of ErrorReason."},
            **path,
            "errors": {
                "type": "array",
                "items": {"type": "object", "properties": {**one, **path}, "required": [*one, *path]},
                "description": "Each field that is wrong, where several are.",
            },
        },
        "required": [*one, "type"],
    }
