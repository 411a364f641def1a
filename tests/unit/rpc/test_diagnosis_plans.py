"""What a request of the wire becomes as a plan."""

from __future__ import annotations

from typing import Any

import pytest

from mailproof.domain.errors import InvalidFields
from mailproof.rpc import diagnosis_messages as convert
from mailproof.smtp.vocabulary import TlsMode
from smtpdiag.v1 import diagnosis_pb2, vocabulary_pb2


@pytest.mark.parametrize(("given", "wanted"), [({}, True), ({"verify_alternatives": True}, True),
                                               ({"verify_alternatives": False}, False)])  # fmt: skip
def test_alternatives_are_verified_unless_it_is_declined(given: dict[str, bool], wanted: bool) -> None:
    request = diagnosis_pb2.DiagnoseRequest(host="mx.example.com", **given)  # type: ignore[arg-type]
    assert convert.diagnosis_plan(request).verify_alternatives is wanted


@pytest.mark.parametrize("field", ["host", "port", "tls_mode", "user", "password", "ca_pem"])
def test_a_stored_login_goes_nowhere_that_the_caller_names_nor_vouches_for(field: str) -> None:
    value = 1 if field in ("port", "tls_mode") else "x"
    request = diagnosis_pb2.DiagnoseRequest(config_id="7", **{field: value})  # type: ignore[arg-type]
    with pytest.raises(InvalidFields) as refused:
        convert.diagnosis_plan(request)
    assert [violation.field for violation in refused.value.violations] == [field]


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
