"""What a request of the wire becomes as a plan."""

from __future__ import annotations

from typing import Any

import pytest

from mailproof.domain.errors import InvalidFields
from mailproof.domain.secret import Secret
from mailproof.rpc import diagnosis_messages as convert
from mailproof.smtp.report import OAuth
from mailproof.smtp.vocabulary import TlsMode
from mailproof.usecases.diagnosis_plans import Overrides
from smtpdiag.v1 import diagnosis_pb2, vocabulary_pb2


@pytest.mark.parametrize(("given", "wanted"), [({}, True), ({"verify_alternatives": True}, True),
                                               ({"verify_alternatives": False}, False)])  # fmt: skip
def test_alternatives_are_verified_unless_it_is_declined(given: dict[str, bool], wanted: bool) -> None:
    request = diagnosis_pb2.DiagnoseRequest(host="mx.example.com", **given)  # type: ignore[arg-type]
    assert convert.diagnosis_plan(request).verify_alternatives is wanted


def test_a_stored_login_goes_to_nobody_that_the_caller_vouches_for() -> None:
    with pytest.raises(InvalidFields) as refused:
        convert.diagnosis_plan(diagnosis_pb2.DiagnoseRequest(config_id="7", password="own", ca_pem="x"))
    assert [violation.field for violation in refused.value.violations] == ["ca_pem"]


def overrides(**fields: Any) -> Overrides:
    request = diagnosis_pb2.DiagnoseRequest(config_id="7", **fields)
    return convert.stored_overrides(request, convert.diagnosis_plan(request))


def test_what_a_request_leaves_out_is_the_stored_one_and_no_default() -> None:
    """A port of 0 is not 587, nor is a mode that is left out `auto`: keycloak/keycloak#41643."""
    assert overrides() == Overrides()
    assert overrides(port=0, tls_mode=0, host=" ", user=" ") == Overrides()


def test_what_a_request_has_in_place_of_stored_settings() -> None:
    given = overrides(host=" mx.example.com ", port=465, tls_mode=1, user=" me ", password=" p ")
    assert given == Overrides("mx.example.com", 465, TlsMode.AUTO, "me", Secret(" p "))
    assert overrides(host="smtps://mx.example.com") == Overrides("mx.example.com", 465, TlsMode.IMPLICIT)
    token = diagnosis_pb2.XOAuth2(access_token="t")
    assert overrides(xoauth2=token).oauth == OAuth(access_token=Secret("t"))


@pytest.mark.parametrize(
    ("values", "plan"),
    [
        ({"host": " mx.example.com "}, ("mx.example.com", 0, TlsMode.AUTO)),
        ({"host": "mx.example.com:2525"}, ("mx.example.com", 2525, TlsMode.AUTO)),
        ({"host": "mx.example.com:25", "port": 25}, ("mx.example.com", 25, TlsMode.AUTO)),
        ({"host": "[::1]:25"}, ("::1", 25, TlsMode.AUTO)),
        ({"host": "smtps://mx.example.com"}, ("mx.example.com", 465, TlsMode.IMPLICIT)),
        (
            {"host": "smtps://mx.example.com", "tls_mode": vocabulary_pb2.TLS_MODE_IMPLICIT},
            ("mx.example.com", 465, TlsMode.IMPLICIT),
        ),
        ({"host": "smtps://mx.example.com", "port": 2465}, ("mx.example.com", 2465, TlsMode.IMPLICIT)),
        ({"host": "smtp://mx.example.com", "port": 26}, ("mx.example.com", 26, TlsMode.AUTO)),
    ],
)
def test_a_host_as_it_is_typed(values: dict[str, Any], plan: tuple[str, int, TlsMode]) -> None:
    made = convert.diagnosis_plan(diagnosis_pb2.DiagnoseRequest(**values))
    assert (made.host, made.port, made.tls_mode) == plan


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"host": "mx.example.com:25", "port": 26}, ["port"]),
        ({"host": "smtps://mx.example.com:465", "port": 587}, ["port"]),
        ({"host": "smtps://mx.example.com", "tls_mode": vocabulary_pb2.TLS_MODE_STARTTLS}, ["tls_mode"]),
        (
            {"host": "smtps://mx.test:465", "port": 25, "tls_mode": vocabulary_pb2.TLS_MODE_NONE},
            ["port", "tls_mode"],
        ),
    ],
)
def test_what_contradicts_the_host_is_named(values: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(InvalidFields) as refused:
        convert.diagnosis_plan(diagnosis_pb2.DiagnoseRequest(**values))
    assert [violation.field for violation in refused.value.violations] == fields
