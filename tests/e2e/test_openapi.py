"""The OpenAPI document is true: an independent validator passes it, and a real service answers its examples as it says.

OPENAPI_ANSWERS names a file that the answers are written to, which tools/openapi keeps as examples.
"""

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from clock_support.waiting import HANG
from service_support.openapi_calls import (
    NDJSON,
    ExampleCalls,
    HttpAnswer,
    Operation,
    openapi_document,
    operations,
    validator,
)
from service_support.service import RunningService, create_token

DOCUMENT = openapi_document()
OPERATIONS = operations(DOCUMENT)
CALLS = [operation for operation in OPERATIONS if operation.rpc]
INSTANCES = [f"openapi-{number:03}" for number in range(2 * len(CALLS))]


@pytest.fixture(scope="module")
def calls(service: RunningService) -> Iterator[ExampleCalls]:
    instances = [part for name in INSTANCES for part in ("--instance", name)]
    token = create_token(service.data_dir, "admin", *instances)
    made = ExampleCalls(service, token, iter(INSTANCES))
    yield made
    if "OPENAPI_ANSWERS" in os.environ:
        text = json.dumps(dict(sorted(made.answers.items())), indent=1, ensure_ascii=False)
        Path(os.environ["OPENAPI_ANSWERS"]).write_text(f"{text}\n", "utf-8")


def named(operation: Operation) -> str:
    return operation.name


def described(operation: Operation, status: int) -> dict[str, Any]:
    """Return what the document says of an answer."""
    response: dict[str, Any] = operation.described["responses"][str(status)]
    while "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return response


def check(operation: Operation, answer: HttpAnswer) -> None:
    """See that an answer is what the document says."""
    response = described(operation, answer.status)
    content = response["content"][answer.media_type]
    schema = content.get("x-itemSchema", content["schema"])
    if answer.media_type in ("application/json", NDJSON):
        documents = answer.documents
        assert documents
        for document in documents:
            validator(schema).validate(document)
    own = {"etag", "retry-after", "www-authenticate", "x-unknown-fields", "x-request-id", "content-language"}
    if operation.rpc:
        assert own & set(answer.headers) <= {*response["headers"], "content-language"}


def test_the_service_serves_it(service: RunningService) -> None:
    with urllib.request.urlopen(f"{service.http_url}/openapi.json", timeout=HANG) as answer:
        assert json.load(answer) == DOCUMENT


def test_an_independent_validator_passes_it() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


@pytest.mark.parametrize("operation", CALLS, ids=named)
def test_an_example_is_answered_as_the_document_says(calls: ExampleCalls, operation: Operation) -> None:
    for prefix in operation.prefixes or ("",):
        answer = calls.send(operation, prefix)
        assert answer.status == 200, answer.body
        check(operation, answer)
        shows_tag = "etag" in described(operation, 200)["headers"]
        assert ("etag" in answer.headers) == shows_tag


@pytest.mark.parametrize("operation", CALLS, ids=named)
def test_a_refusal_is_what_the_document_says(calls: ExampleCalls, operation: Operation) -> None:
    """Of a wrong token, an unknown instance, and headers and a body that are not valid."""
    refused = [
        ({"authorization": "Bearer wrong"}, 401),
        ({"x-instance-id": "nobody's"}, 404),
        ({"grpc-timeout": "soon"}, 400),
        ({"x-instance-id": INSTANCES[0], "x-instanceid": "other"}, 400),
    ]
    if "requestBody" in operation.described:
        refused.append(({"x-instance-id": INSTANCES[0], "content-type": "text/plain"}, 415))
    for headers, status in refused:
        answer = calls.send_as(operation, headers)
        assert answer.status == status, answer.body
        check(operation, answer)


def contents() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every content of the document, with where it is."""
    for operation in CALLS:
        yield f"{operation.name} is answered", "", operation.described["responses"]["200"]["content"]
        if "requestBody" in operation.described:
            yield f"{operation.name} is sent", "", operation.described["requestBody"]["content"]
    for name, response in DOCUMENT["components"]["responses"].items():
        yield name, "examples", response["content"]


@pytest.mark.parametrize(
    ("where", "kind", "content"), list(contents()), ids=lambda it: it if isinstance(it, str) else ""
)
def test_the_examples_fit_their_schemas(where: str, kind: str, content: dict[str, Any]) -> None:
    for media_type, described in content.items():
        shown = [example["value"] for example in described.get("examples", {}).values()]
        if media_type == NDJSON:
            shown += [json.loads(line) for line in described["example"].splitlines()]
        elif media_type == "application/json" and "example" in described:
            shown.append(described["example"])
        assert shown or kind or media_type not in (NDJSON, "application/json"), "there is no example"
        for example in shown:
            validator(described.get("x-itemSchema", described["schema"])).validate(example)


def test_the_examples_of_parameters_fit() -> None:
    for parameter in (it for operation in CALLS for it in operation.described["parameters"]):
        if "example" in parameter:
            validator(parameter["schema"]).validate(parameter["example"])
