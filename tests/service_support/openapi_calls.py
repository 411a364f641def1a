"""Sends the examples of the OpenAPI document to a service, with what is there in the place of what they name."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from tools.openapi import examples

import mailproof
from clock_support.waiting import HANG
from service_support.service import RunningService

FILE = Path(mailproof.__file__).parent / "transport" / "reference" / "openapi.json"
NDJSON = "application/x-ndjson"
NO_HOST = "https://hooks.invalid/mail"  # no name server has it (RFC 6761 section 6.4)
HERE = "me@localhost"
_BANNER = f"localhost mailproof sandbox {mailproof.__version__}"

_ROOT = "urn:document"
_TIME = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|\+00:00)")
_NEEDS_ACTIVE = {"GetSMTPConfig", "DeactivateSMTPConfig", "GetEmailProvider", "DeactivateEmailProvider"}
_NEEDS_ACTIVE |= {"ListConfigOverviews"}
_NEEDS_TEST = {"GetTest", "ListTests", "ListConfigOverviews"}


@cache
def openapi_document() -> dict[str, Any]:
    """Return the document that is installed."""
    read: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return read


@dataclass(frozen=True)
class Operation:
    """One operation at its path."""

    verb: str
    path: str
    prefixes: tuple[str, ...]
    described: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.described["operationId"])

    @property
    def rpc(self) -> str:
        """The name of its RPC, empty for a page."""
        return str(self.described.get("x-rpc", "")).rpartition("/")[2]

    def parameters(self, where: str) -> dict[str, Any]:
        """Return the examples of its parameters of one place."""
        return {
            it["name"]: it["example"]
            for it in self.described["parameters"]
            if it.get("in") == where and "example" in it
        }


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Return the operations of a document."""
    return [
        Operation(verb.upper(), path, tuple(server["url"].rstrip("/") for server in item.get("servers", [])), described)
        for path, item in document["paths"].items()
        for verb, described in item.items()
        if verb != "servers"
    ]


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """Return what judges values by a schema of the document; what the schema does not describe is wrong."""
    moved = json.loads(json.dumps(schema).replace('"#/', f'"{_ROOT}#/'))
    return Draft202012Validator(moved, registry=_closed(), format_checker=Draft202012Validator.FORMAT_CHECKER)


@cache
def _closed() -> Registry[Any]:
    """Return the document, in which no object may have a property that is not described."""
    document = deepcopy(openapi_document())
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    made: Registry[Any] = Registry().with_resource(_ROOT, DRAFT202012.create_resource(document))
    return made


@dataclass(frozen=True)
class HttpAnswer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def documents(self) -> list[Any]:
        """The answer's JSON: one document, or the lines of a stream."""
        return [json.loads(line) for line in self.body.splitlines()]


@dataclass
class ExampleCalls:
    """Sends examples to one service, each to an instance that nobody has used.

    Attributes:
        answers: What came of each RPC, as an example shows it.
    """

    service: RunningService
    token: str
    unused: Iterator[str]
    answers: dict[str, Any] = field(default_factory=dict)

    def send(self, operation: Operation, prefix: str = "") -> HttpAnswer:
        """Send an operation's example, after what it needs to be there."""
        instance = next(self.unused)
        live = self._prepared(operation.rpc, instance)
        answer = self._send(operation, prefix, live, {"x-instance-id": instance})
        if operation.rpc and answer.status == 200:
            self._keep(operation, answer, {**live, "default": instance, f"{examples.HOST} ESMTP": _BANNER})
        return answer

    def send_as(self, operation: Operation, headers: Mapping[str, str]) -> HttpAnswer:
        """Send an example as it stands, with other headers."""
        return self._send(operation, operation.prefixes[0] if operation.prefixes else "", {}, headers)

    def _send(
        self, operation: Operation, prefix: str, live: Mapping[str, str], headers: Mapping[str, str]
    ) -> HttpAnswer:
        path = operation.path
        for name, value in operation.parameters("path").items():
            path = path.replace(f"{{{name}}}", quote(_replaced(value, live), safe=""))
        query = urlencode({name: _replaced(value, live) for name, value in operation.parameters("query").items()})
        body = None
        if "requestBody" in operation.described:
            document = operation.described["requestBody"]["content"]["application/json"]["example"]
            if "port" in document:
                document = {**document, "port": self.service.sandbox.starttls_port}
            body = _replaced(json.dumps(document), live)
        return self._call(operation.verb, f"{prefix}{path}{'?' * bool(query)}{query}", body, headers)

    def _call(self, verb: str, target: str, body: str | None, headers: Mapping[str, str]) -> HttpAnswer:
        sent = {"authorization": f"Bearer {self.token}", **headers}
        if body is not None:
            sent.setdefault("content-type", "application/json")
        request = urllib.request.Request(
            f"{self.service.http_url}{target}",
            data=body.encode() if body is not None else None,
            headers=sent,
            method=verb,
        )
        try:
            with urllib.request.urlopen(request, timeout=HANG) as answer:
                return HttpAnswer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return HttpAnswer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())

    def _post(self, instance: str, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._call("POST", path, json.dumps(document), {"x-instance-id": instance})
        assert answer.status == 200, answer
        last: dict[str, Any] = answer.documents[-1]
        return last

    def _prepared(self, rpc: str, instance: str) -> dict[str, str]:
        """Make what an RPC's example takes for granted, and return what is there by what the example says."""
        sandbox = self.service.sandbox
        live = {
            f"{examples.HOST}:{examples.PORT}": f"{sandbox.host}:{sandbox.starttls_port}",
            examples.HOST: sandbox.host,
            f'"{examples.PORT}"': f'"{sandbox.starttls_port}"',
            examples.USER: sandbox.user,
            examples.PASSWORD: sandbox.password,
            f'"address": "{examples.ADDRESS}"': f'"address": "{HERE}"',
        }
        if not rpc:
            return live
        added = _replaced(json.dumps(examples.REQUESTS["AddSMTPConfig"]), live)
        smtp = self._post(instance, "/admin/v1/smtp", json.loads(added))["id"]
        live[examples.SMTP_ID] = smtp
        live[examples.HTTP_ID] = self._post(instance, "/admin/v1/email/http", {"endpoint": NO_HOST})["id"]
        if rpc in _NEEDS_ACTIVE:
            self._post(instance, f"/admin/v1/smtp/{smtp}/_activate", {})
        if rpc in _NEEDS_TEST:
            report = self._post(instance, "/v1/settings:diagnose", {"configId": smtp})["report"]
            live[examples.TEST_ID] = report["testId"]
        if "importToken" in examples.REQUESTS[rpc]:
            begun = self._post(instance, "/v1/configs:beginImport", examples.REQUESTS["BeginConfigsImport"])
            live[examples.IMPORT_TOKEN] = begun["nextImportToken"]
        if rpc in {"FinishConfigsImport", "UndoConfigsImport"}:
            page = _replaced(json.dumps(examples.REQUESTS["ContinueConfigsImport"]), live)
            done = self._post(instance, "/v1/configs:continueImport", json.loads(page))
            live[examples.IMPORT_TOKEN] = done["nextImportToken"]
        return live

    def _keep(self, operation: Operation, answer: HttpAnswer, live: Mapping[str, str]) -> None:
        documents = answer.documents
        if answer.media_type == NDJSON:
            documents = documents if len(documents) < 4 else [*documents[:2], documents[-1]]
        kept = _anybodys(documents, live)
        self.answers[operation.rpc] = kept if answer.media_type == NDJSON else kept[0]


_ANYBODYS = {
    "peer": "192.0.2.10:51544",
    "version": "1.2.0",
    "signingKey": "o2B3ww0L3GcMmk8w1KhHayX3Zh3QvMcA4FDQDmGzCE4",
    "nextImportToken": examples.IMPORT_TOKEN,
    "nextPageToken": examples.IMPORT_TOKEN,
    "actorTokenId": "338590415738470400",
    "fingerprint": "a39af238238f",
    "instances": ["default"],
    "egressProfile": "internet",
}
"""What an example shows in the place of values that only say something of the service that answered."""


def _anybodys(value: Any, live: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_anybodys(each, live) for each in value]
    if isinstance(value, dict):
        return {name: _ANYBODYS.get(name, _anybodys(each, live)) if each else each for name, each in value.items()}
    if not isinstance(value, str):
        return value
    for example, there in live.items():
        if value == there or len(there) > len("sandbox"):
            value = value.replace(there, example)
    return _TIME.sub("2026-01-31T09:30:00Z", value)


def _replaced(text: Any, live: Mapping[str, str]) -> str:
    replaced = str(text)
    for example, there in live.items():
        replaced = replaced.replace(example, there)
    return replaced
