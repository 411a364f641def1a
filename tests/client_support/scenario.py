"""What each client calls, made from the descriptors: for every RPC a request that succeeds and one that is refused.

A text such as `~smtp~` stands for what an earlier answer said; a driver puts it in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.api import annotations_pb2
from google.protobuf import descriptor_pb2, json_format
from google.protobuf.descriptor import Descriptor, FileDescriptor, MethodDescriptor
from google.rpc import error_details_pb2, status_pb2

from service_support.rules import FILES, METHODS, Case, violations_of
from service_support.service import RunningService
from smtpdiag.v1 import instance_pb2
from zitadel.v1 import message_pb2

Json = dict[str, Any]
Step = tuple[str, Json, dict[str, str]]
"""An RPC, its request as protobuf JSON, and what of its answer is kept under which name (a path into the JSON)."""

CELLS = ("success", "stream", "error", "no token", "deadline", "cancel")
"""`success` is of calls with one answer, `stream` of those with many."""

NOWHERE = "https://127.0.0.1:1/hook"
"""A webhook that nobody listens at."""


def schema() -> bytes:
    """Return a FileDescriptorSet of all services and error details, each file after those that it imports."""
    ordered: dict[str, FileDescriptor] = {}

    def add(file: FileDescriptor) -> None:
        for needed in file.dependencies:
            add(needed)
        ordered.setdefault(file.name, file)

    for file in (*FILES, status_pb2.DESCRIPTOR, error_details_pb2.DESCRIPTOR, message_pb2.DESCRIPTOR):
        add(file)
    made = descriptor_pb2.FileDescriptorSet()
    for file in ordered.values():
        copy = made.file.add()
        file.CopyToProto(copy)
        for message in copy.message_type:
            _name_in_json(message, file.message_types_by_name[message.name])
    return made.SerializeToString()


def _name_in_json(message: descriptor_pb2.DescriptorProto, descriptor: Descriptor) -> None:
    """Put in the names of JSON: protoc writes them, Python's descriptors leave them out."""
    for field in message.field:
        field.json_name = descriptor.fields_by_name[field.name].json_name
    for nested in message.nested_type:
        _name_in_json(nested, descriptor.nested_types_by_name[nested.name])


def scenario(service: RunningService, export: Sequence[instance_pb2.StreamExportConfigsResponse]) -> Json:
    """Return the calls in their order, as JSON for the drivers.

    Args:
        service: The service with its sandbox.
        export: A streamed export, for the imports.
    """
    return {
        "steps": [
            {"rpc": rpc, "request": request, "keep": keep, "rest": rest_of(METHODS[rpc], request)}
            for rpc, request, keep in _ordered(service, export)
        ],
        "errors": {rpc: _error(method, service) for rpc, method in METHODS.items()},
        "waiting": {
            rpc: {"request": request, "rest": rest_of(METHODS[rpc], request)} for rpc, request in _waiting().items()
        },
    }


def _smtp(service: RunningService, **changes: Any) -> Json:
    sandbox = service.sandbox
    made = {
        "senderAddress": "noreply@example.com",
        "senderName": "Zoë",
        "tls": True,
        "host": f"{sandbox.host}:{sandbox.starttls_port}",
        "user": sandbox.user,
        "password": sandbox.password,
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def _first(service: RunningService) -> Iterator[Step]:
    """What the calls without a request of their own need: configurations, one of them active, and a kept test."""
    sandbox = service.sandbox
    receiver = {"receiverAddress": "you@example.com"}
    yield "AddSMTPConfig", _smtp(service), {"smtp": "id"}
    yield "AddEmailProviderSMTP", _smtp(service, description="second"), {"provider": "id"}
    yield "AddEmailProviderHTTP", {"endpoint": NOWHERE, "description": "hook"}, {"http": "id"}
    yield "UpdateSMTPConfig", _smtp(service, id="~smtp~", description="changed"), {}
    yield "UpdateSMTPConfigPassword", {"id": "~smtp~", "password": sandbox.password}, {}
    yield "UpdateEmailProviderSMTP", _smtp(service, id="~provider~", description="changed"), {}
    yield "UpdateEmailProviderSMTPPassword", {"id": "~provider~", "password": sandbox.password}, {}
    yield "UpdateEmailProviderHTTP", {"id": "~http~", "endpoint": NOWHERE, "description": "changed"}, {}
    yield "ActivateSMTPConfig", {"id": "~smtp~"}, {}
    yield "GetSMTPConfigById", {"id": "~smtp~"}, {}
    yield "GetEmailProviderById", {"id": "~provider~"}, {}
    yield "TestSMTPConfig", _smtp(service, **receiver), {}
    yield "TestEmailProviderSMTP", _smtp(service, **receiver), {}
    yield "TestSMTPConfigById", {"id": "~smtp~", **receiver}, {}
    yield "TestEmailProviderSMTPById", {"id": "~provider~", **receiver}, {}
    yield (
        "TestSmtpConnection",
        {
            "email_smtp_host": sandbox.host,
            "email_smtp_port": str(sandbox.tls_port),
            "email_smtp_auth_method": "SSL",
            "email_smtp_username": sandbox.user,
            "email_smtp_password": sandbox.password,
        },
        {},
    )
    yield "ListTests", {}, {"test": "tests.0.id"}
    yield "GetTest", {"id": "~test~"}, {}
    yield "TestHTTPProvider", {"id": "~http~"}, {}
    yield "GetFinding", {"code": "AUTH_REJECTED"}, {}
    yield (
        "Diagnose",
        {"host": sandbox.host, "port": sandbox.tls_port, "user": sandbox.user, "password": sandbox.password},
        {},
    )
    # No domain of this name is looked up anywhere (RFC 6761 section 6.3).
    yield "DiscoverSettings", {"address": "me@localhost", "timeout": "5s"}, {}


def _last(export: Sequence[instance_pb2.StreamExportConfigsResponse]) -> Iterator[Step]:
    """Imports, one of them finished and one undone, and then what ends configurations."""
    header, *pages, trailer = [json_format.MessageToDict(part) for part in export]
    (page,) = pages
    document = {"formatVersion": 1, "providers": page["page"]["providers"]}
    yield "ImportConfigs", {"document": document}, {}
    begin = {"header": header["header"], "skipSecrets": True}
    for end, more in (("FinishConfigsImport", {"trailer": trailer["trailer"]}), ("UndoConfigsImport", {})):
        yield "BeginConfigsImport", begin, {"import": "nextImportToken"}
        proceed = {"importToken": "~import~", "page": page["page"]}
        yield "ContinueConfigsImport", proceed, {"import": "nextImportToken"}
        yield end, {"importToken": "~import~", **more}, {}
    yield "DeactivateSMTPConfig", {"id": "~smtp~"}, {}
    yield "RemoveSMTPConfig", {"id": "~smtp~"}, {}
    yield "ActivateEmailProvider", {"id": "~provider~"}, {}
    yield "DeactivateEmailProvider", {"id": "~provider~"}, {}
    yield "RemoveEmailProvider", {"id": "~provider~"}, {}


def _ordered(service: RunningService, export: Sequence[instance_pb2.StreamExportConfigsResponse]) -> Iterator[Step]:
    first, last = list(_first(service)), list(_last(export))
    named = {rpc for rpc, _, _ in (*first, *last)}
    yield from first
    yield from ((rpc, {}, {}) for rpc in METHODS if rpc not in named)  # an empty request has to do, also of a new RPC
    yield from last


def _waiting() -> dict[str, Json]:
    """Requests whose answer waits for an SMTP server that says nothing, which is the driver's."""
    settings = {
        "senderAddress": "noreply@example.com",
        "senderName": "Zoë",
        "host": "~silent~",
        "receiverAddress": "you@example.com",
    }
    address = {"email_smtp_host": "127.0.0.1", "email_smtp_port": "~silentPort~"}
    return {
        "TestSMTPConfig": settings,
        "TestEmailProviderSMTP": settings,
        "TestSmtpConnection": address,
        "Diagnose": {"host": "127.0.0.1", "port": "~silentPortNumber~"},
    }


def _error(method: MethodDescriptor, service: RunningService) -> Json:
    """Return a request that is refused with typed details, and what they have to say."""
    headers: dict[str, str] = {}
    if method.name == "TestSMTPConfig":  # a failed SMTP test is refused too, and says why
        request = _smtp(service, password="not-the-password", receiverAddress="you@example.com")
        expected = {"code": 9, "reason": "AUTH_REJECTED", "metadata": {"stage": "auth", "serverCode": "535"}}
    else:
        case = next(filter(_plain, violations_of(method)), None)
        if case is None:  # a request without a rule
            request, headers = {}, {"x-instance-id": "nobodys"}
            expected = {"code": 5, "reason": "INSTANCE_NOT_FOUND"}
        else:
            request = json_format.MessageToDict(case.request)
            expected = {"code": 3, "reason": "FIELD_INVALID", "fields": [case.path]}
    return {"request": request, "rest": rest_of(method, request), "headers": headers, "expected": expected}


def _plain(case: Case) -> bool:
    """Return whether a broken rule can be sent over each wire, also as a part of a path."""
    return case.what in {"too long by one", "bad syntax", "too big by one"} and "." not in case.path


def rest_of(method: MethodDescriptor, request: Mapping[str, Any]) -> Json:
    """Return verb, path, query and body of a request: the parts of the path as they are, for the driver to encode."""
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern")
    path: str = getattr(rule, verb)
    names = {field.name: field.json_name for field in method.input_type.fields}
    in_path = {names[name] for name in re.findall(r"\{(\w+)\}", path)}
    rest = {name: value for name, value in request.items() if name not in in_path}
    parts = re.sub(r"\{(\w+)\}", lambda match: "{" + names[match[1]] + "}", path)
    return {"verb": verb.upper(), "path": parts, **({"body": rest} if rule.body else {"query": rest})}
