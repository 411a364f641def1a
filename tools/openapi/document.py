"""The OpenAPI 3.1 document as a whole: every call of the protos, and the pages that are no calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import FileDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import Default
from tools.openapi.comments import comment_of, comments
from tools.openapi.errors import Refusals
from tools.openapi.examples import answers
from tools.openapi.operations import REQUEST_HEADERS, RESPONSE_HEADERS, SECURITY, Operations, places
from tools.openapi.schemas import Schema, Schemas

from mailproof.domain.errors import Kind
from mailproof.domain.model import Permission
from mailproof.rpc.calls import Method, method_of
from mailproof.rpc.codec import MAX_REQUEST_BYTES
from mailproof.rpc.status import HTTP_STATUS
from mailproof.sandbox.page import PATH as SANDBOX
from mailproof.transport import public_pages as pages
from mailproof.transport.raw_answers import MAX_HEAD_BYTES, MAX_TARGET_BYTES

_ABOUT = f"""\
Stores an organisation's SMTP settings and proves that they work. Every call here is a gRPC call too, and this document
is made of the same protos.

- **JSON** is that of protobuf: names in lowerCamelCase (requests may also say them in snake_case, as comments here do),
  64-bit integers as strings, durations as `"1.5s"`, times as `"2026-01-31T09:30:00Z"`, octets as base64. `null` is the
  same as nothing. A text has no control characters, but for passwords, filters and certificates.
- **Requests** have at most {MAX_REQUEST_BYTES} octets unless a call says otherwise, and may be compressed
  (`content-encoding: gzip`). A field that a request gives wrong is named in the refusal, and so is a misspelt name.
- **Who calls** says so by a bearer token, or by a client certificate where the operator accepts those. Each call names
  the permission that it needs.
- **Errors** are `{{code, message, details}}` (google.rpc.Status) with the HTTP status of the code; what programs read
  is the `reason` of the first detail. Who accepts `text/plain` rather than JSON gets an error as sentences.
- **What is no call** is refused in the same form: 404 and 405 for a path or a method that is none, 414 for a path with
  its query of more than {MAX_TARGET_BYTES} octets, 431 for a head of more than {MAX_HEAD_BYTES}, 408 for a head that
  does not arrive in time, and 400 for what is no HTTP; the last four always as JSON, and they end the connection.
"""


def document(described: FileDescriptorSet) -> dict[str, Any]:
    """Return the document.

    Args:
        described: The protos with their source info.

    Raises:
        LookupError: A call has no example, or something that is shown no comment.
    """
    found = comments(described)
    services = sorted(_services(described), key=lambda it: (not it.full_name.startswith(_OWN), it.full_name))
    methods = [(service, method) for service in services for method in _methods(service)]
    schemas = Schemas(found, [method for _, method in methods])
    refusals = Refusals(found, schemas)
    operations = Operations(found, schemas, refusals, answers())
    paths: dict[str, Schema] = dict(_pages())
    for _, method in methods:
        for place in places(method.routes):
            item = paths.setdefault(place.path, {})
            if place.prefixes:
                item["servers"] = [{"url": prefix} for prefix in place.prefixes]
            item[place.route.verb.lower()] = operations.of(method, place)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mailproof",
            "version": "v1",  # of the API; which release runs is told to callers alone
            "summary": "Stores SMTP settings and proves that they work.",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            *({"name": service.name, "description": comment_of(found, service.full_name)} for service in services),
            {"name": _PAGES, "description": "Pages that are no calls."},
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas.made(),
            "responses": refusals.made(),
            "parameters": {
                name: {"name": name, "in": "header", "required": False, "description": about, "schema": schema}
                for name, (about, schema) in REQUEST_HEADERS.items()
            },
            "headers": {
                name: {"description": about, "schema": schema} for name, (about, schema) in RESPONSE_HEADERS.items()
            },
            "securitySchemes": dict(
                zip(
                    SECURITY,
                    (
                        {
                            "type": "http",
                            "scheme": "bearer",
                            "description": "An access token of this service (`mailproof token create`), or where the "
                            "operator has set an issuer, its JSON Web Token.",
                        },
                        {
                            "type": "mutualTLS",
                            "description": "A client certificate, where the operator accepts those.",
                        },
                    ),
                    strict=True,
                )
            ),
        },
    }


_PAGES = "Pages"
_OWN = "smtpdiag."


def _services(described: FileDescriptorSet) -> Iterator[ServiceDescriptor]:
    """Yield the services of the protos, as they are compiled into this program."""
    for file in described.file:
        compiled: FileDescriptor = Default().FindFileByName(file.name)
        yield from compiled.services_by_name.values()


def _methods(service: ServiceDescriptor) -> Iterator[Method]:
    implementation = dict.fromkeys((rpc.name for rpc in service.methods), _never_run)
    for rpc in service.methods:
        yield method_of(rpc, type("Described", (), implementation))


def _never_run(*_: object) -> None:
    raise NotImplementedError


def _pages() -> Iterator[tuple[str, Schema]]:
    """Yield the pages by path."""
    text = {"text/plain": {"schema": {"type": "string"}}}
    anything = {"schema": {"type": "object"}}
    shown = {
        pages.ROOT: {"application/json": anything, "text/html": {"schema": {"type": "string"}}},
        pages.DOCUMENT: {"application/json": anything},
        pages.PAGE: {"text/html": {"schema": {"type": "string"}}},
        pages.HEALTH: text,
        pages.READINESS: text,
    }
    abouts = {pages.ROOT: "What there is at this address, and for browsers the web console.", **pages.ADDRESSES}
    for path, content in shown.items():
        responses: Schema = {"200": {"description": abouts[path], "content": content}}
        if path == pages.READINESS:
            status = HTTP_STATUS[Kind.UNAVAILABLE]
            responses[str(status)] = {"description": "It can't serve calls now; the text says why.", "content": text}
        yield path, {"get": _page(path, abouts[path], responses, [])}
    sandbox = {"description": "The messages, newest first.", "content": {"application/json": anything}}
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/google.rpc.Status"}}}
    responses = {
        "200": sandbox,
        "401": {"description": "The token is missing or unknown.", "content": refused},
        "403": {"description": "The token lacks the permission.", "content": refused},
        "404": {"description": "The service runs without its sandbox.", "content": refused},
        "503": {"description": "The store does not answer.", "content": refused},
    }
    about = "The messages that the sandbox's SMTP server has received. The page is there with the sandbox alone."
    security = [{scheme: [Permission.READ.value]} for scheme in SECURITY]
    yield SANDBOX, {"get": _page(SANDBOX, about, responses, security)}


def _page(path: str, about: str, responses: Mapping[str, Any], security: list[Schema]) -> Schema:
    words = path.strip("/").replace(".", " ").replace("/", " ").split()
    return {
        "operationId": "Page" + "".join(word.capitalize() for word in words or ["root"]),
        "tags": [_PAGES],
        "summary": about.rstrip("."),
        "responses": dict(responses),
        "security": security,
    }
