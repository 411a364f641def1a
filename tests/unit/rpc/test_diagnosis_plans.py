"""What a request of the wire becomes as a plan."""

from __future__ import annotations

import pytest

from mailproof.domain.errors import InvalidFields
from mailproof.rpc import diagnosis_messages as convert
from smtpdiag.v1 import diagnosis_pb2


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
