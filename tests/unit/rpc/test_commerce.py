"""The errorModel of the commerce API: what is in it, and that all of it is text."""

from typing import Any

import pytest

from mailproof.domain.caller_errors import PermissionDenied, Unauthenticated
from mailproof.domain.errors import (
    DeadlineExceeded,
    Failure,
    FieldViolation,
    InvalidFields,
    MalformedRequest,
    MethodNotAllowed,
    RequestTooLarge,
    RouteNotFound,
    StoreUnavailable,
    UnsupportedMediaType,
)
from mailproof.domain.limit_errors import TooManyTests
from mailproof.rpc.commerce import error_model
from mailproof.rpc.status import StatusError, status_error

NAMES = {"email_smtp_host": "emailSMTPHost", "email_smtp_port": "emailSMTPPort"}
FAILURES: list[tuple[Exception, str, str]] = [
    (MalformedRequest("no JSON"), "400", "40003"),
    (InvalidFields([FieldViolation("email_smtp_host", "must not be empty")]), "400", "40003"),
    (Unauthenticated("no token"), "401", "40116"),
    (PermissionDenied("iam.write"), "403", "40307"),
    (RouteNotFound(), "404", "40405"),
    (MethodNotAllowed(["POST"]), "405", "40512"),
    (RequestTooLarge(1), "413", "41308"),
    (UnsupportedMediaType("text"), "415", "41503"),
    (TooManyTests(1), "429", "42908"),
    (StoreUnavailable(), "503", "50314"),
    (DeadlineExceeded("late"), "504", "50404"),
    (RuntimeError("a secret"), "500", "50013"),
]


def model(error: Exception) -> dict[str, Any]:
    return error_model(status_error(error, request_id="r"), NAMES)


def all_text(body: dict[str, Any]) -> bool:
    return all(
        all(all_text(item) for item in value) if isinstance(value, list) else isinstance(value, str)
        for value in body.values()
    )


@pytest.mark.parametrize(("error", "status", "code"), FAILURES, ids=lambda value: type(value).__name__)
def test_status_code_and_type_of_each_failure(error: Exception, status: str, code: str) -> None:
    body = model(error)
    assert (body["status"], body["errorCode"]) == (status, code)
    assert body["type"].startswith("https://www.rfc-editor.org/rfc/rfc")
    assert body["message"]
    assert body.get("devMessage") == (error.reason if isinstance(error, Failure) else None)
    assert all_text(body)
    assert "errors" not in body
    assert "a secret" not in str(body)


def test_fields_have_the_names_that_this_apis_clients_know() -> None:
    body = model(InvalidFields([FieldViolation("email_smtp_port", "must be a port number")]))
    assert body["message"] == "invalid request: emailSMTPPort: must be a port number"
    assert body["o:errorPath"] == "emailSMTPPort"


def test_several_violations_are_listed() -> None:
    body = model(
        InvalidFields([FieldViolation("email_smtp_host", "is bad"), FieldViolation("email_smtp_port", "is bad too")])
    )
    assert body["errors"] == [
        {"errorCode": "40003", "message": "emailSMTPHost: is bad", "status": "400", "o:errorPath": "emailSMTPHost"},
        {"errorCode": "40003", "message": "emailSMTPPort: is bad too", "status": "400", "o:errorPath": "emailSMTPPort"},
    ]
    assert all_text(body)


def test_a_status_that_no_rfc_section_defines_has_a_type_all_the_same() -> None:
    refusal = StatusError(status_error(Unauthenticated("x")).status, 499, None)
    assert error_model(refusal, {})["type"] == "about:blank"
