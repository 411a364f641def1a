"""The OpenAPI document is made of the protos, so that nothing which is served is missing in it."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from tools import protos
from tools.openapi import comments, document, examples, schemas
from tools.openapi import errors as refusals
from tools.openapi import operations as made

from mailproof.rpc.calls import Route
from mailproof.rpc.status import HTTP_STATUS, HTTP_STATUS_OF_FAILURE
from mailproof.transport.cors import Cors
from mailproof.transport.http_app import HttpApp
from service_support.failures import failure_types
from service_support.openapi_calls import openapi_document, operations
from service_support.table import Table
from smtpdiag.v1 import options_pb2

DOCUMENT = openapi_document()


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> FileDescriptorSet:
    """The protos with their comments."""
    file: Path = tmp_path_factory.mktemp("protos") / "described.binpb"
    protos.describe(file)
    return FileDescriptorSet.FromString(file.read_bytes())


def test_the_document_is_what_the_protos_say(described: FileDescriptorSet) -> None:
    assert document.document(described) == DOCUMENT, "run `make gen`"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    made = Table(tmp_path_factory.mktemp("table"))
    yield made
    made.close()


def test_every_route_that_is_served_is_in_the_document(table: Table) -> None:
    served = {(route.verb, route.template) for method in table.calls.methods.values() for route in method.routes}
    shown = {
        (it.verb, f"{prefix}{it.path}") for it in operations(DOCUMENT) if it.rpc for prefix in it.prefixes or ("",)
    }
    assert len(served) > 60
    assert shown == served


def test_every_page_that_is_served_is_in_the_document(table: Table) -> None:
    app = HttpApp(table.calls, Cors([]), ready=table.store.ping)
    pages = {it.path for it in operations(DOCUMENT) if not it.rpc}
    assert set(app.pages) - pages == {"/docs.css"}  # a part of /docs
    assert pages - set(app.pages) == {"/sandbox/messages"}  # the service adds it where it has a sandbox


def test_an_rpc_without_an_example_fails(described: FileDescriptorSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(examples.REQUESTS, "GetTest")
    with pytest.raises(LookupError, match="GetTest has no example"):
        document.document(described)


def test_an_example_of_no_rpc_is_noticed() -> None:
    named = {it.rpc for it in operations(DOCUMENT) if it.rpc}
    assert set(examples.REQUESTS) == named
    assert set(examples.answers()) == named


@pytest.mark.parametrize(
    "name",
    [
        "smtpdiag.v1.DiagnosisService.Diagnose",
        "smtpdiag.v1.DiagnoseRequest",
        "smtpdiag.v1.DiagnoseRequest.host",
        "smtpdiag.v1.XOAuth2.source",
        "smtpdiag.v1.Code.CODE_OK",
        "zitadel.v1.ListQuery.limit",
    ],
)
def test_what_has_no_comment_fails(described: FileDescriptorSet, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    found = comments.comments(described)
    assert found[name]
    lacking = {other: text for other, text in found.items() if other != name}
    monkeypatch.setattr(document, "comments", lambda _: lacking)
    with pytest.raises(LookupError, match=f"{name} has no comment"):
        document.document(described)


def test_every_syntax_of_the_protos_has_a_schema() -> None:
    assert set(schemas._FORMATS) == set(options_pb2.Format.values())


def test_the_reasons_have_the_statuses_that_failures_are_answered_with(described: FileDescriptorSet) -> None:
    """What a comment in error_reason.proto says in brackets is what the service does."""
    kinds = {it.name: (it.kind, set(it.statuses)) for it in refusals.reasons(comments.comments(described))}
    failures = [it for it in failure_types() if it.reason in kinds]
    assert len(failures) > 50
    for failure in failures:
        kind, statuses = kinds[failure.reason]
        assert failure.kind is kind, failure
        assert HTTP_STATUS_OF_FAILURE.get(failure, HTTP_STATUS[kind]) in statuses, failure


def test_rules_become_keywords() -> None:
    schema = DOCUMENT["components"]["schemas"]["zitadel.admin.v1.AddSMTPConfigRequest"]
    assert schema["required"] == ["senderAddress", "senderName", "host"]
    sender = schema["properties"]["senderAddress"]
    assert (sender["minLength"], sender["maxLength"], sender["format"]) == (1, 200, "idn-email")
    assert schema["properties"]["password"]["writeOnly"]
    assert "additionalProperties" not in schema  # that API passes over what it does not know
    ours = DOCUMENT["components"]["schemas"]["smtpdiag.v1.DiagnoseRequest"]
    assert ours["additionalProperties"] is False
    assert ours["properties"]["port"]["maximum"] == 65535
    update = DOCUMENT["components"]["schemas"]["zitadel.admin.v1.UpdateSMTPConfigPasswordRequest"]
    assert update["required"] == ["password"]  # though it may be empty
    assert "id" not in update["properties"]  # the path has it
    items = DOCUMENT["components"]["schemas"]["smtpdiag.v1.ConfigsDocument.Request"]["properties"]["providers"]
    assert items["maxItems"] == 1000
    answer = DOCUMENT["components"]["schemas"]["smtpdiag.v1.ListEventsResponse"]
    assert answer["required"] == ["events", "nextPageToken", "thinnedThrough"]  # our own answers have every field
    assert answer["properties"]["thinnedThrough"]["type"] == "string"
    choice = DOCUMENT["components"]["schemas"]["smtpdiag.v1.XOAuth2"]
    assert choice["not"] == {"required": ["accessToken", "clientCredentials"]}


def test_a_call_says_its_headers_and_who_may_make_it() -> None:
    by_name = {it.name: it.described for it in operations(DOCUMENT)}

    def headers(name: str) -> set[str]:
        return {it["$ref"].rpartition("/")[2] for it in by_name[name]["parameters"] if "$ref" in it}

    assert {"x-idempotency-key", "idempotency-key"} <= headers("AddSMTPConfig")
    assert {"if-match", "x-expected-sequence"} <= headers("RemoveSMTPConfig")
    assert not {"if-match", "x-idempotency-key", "x-strict"} & headers("Diagnose")
    assert by_name["Diagnose"]["security"] == [{"token": ["iam.write"]}, {"certificate": ["iam.write"]}]
    assert by_name["PageHealthz"]["security"] == []
    assert {"409", "412"} <= set(by_name["RemoveSMTPConfig"]["responses"])
    assert not {"409", "412", "415"} & set(by_name["GetTest"]["responses"])
    asked = {"$ref": "#/components/parameters/if-none-match"}
    for name, is_get in (("GetTest", True), ("GetSMTPConfig", True), ("RemoveSMTPConfig", False)):
        assert ("304" in by_name[name]["responses"], asked in by_name[name]["parameters"]) == (is_get, is_get)
    refused = by_name["TestSmtpConnection"]["responses"]["400"]["$ref"]
    model = DOCUMENT["components"]["responses"][refused.rpartition("/")[2]]["content"]["application/json"]["schema"]
    assert model == {"$ref": "#/components/schemas/ccadmin.v1.ErrorModel"}


def test_two_routes_that_differ_by_what_stands_before_them_are_one_path() -> None:
    routes = [Route("GET", "/admin/v1/smtp", False), Route("GET", "/smtp", False)]
    assert made.places(routes) == [made.Place(routes[1], "/smtp", ("/admin/v1", "/"), "")]
    routes = [Route("POST", "/v1/diagnose", True), Route("POST", "/v1/settings:diagnose", True)]
    preferred, other = made.places(routes)
    assert preferred == made.Place(routes[1], "/v1/settings:diagnose", (), "")
    assert other == dataclasses.replace(preferred, route=routes[0], path="/v1/diagnose", other_of=preferred.path)
