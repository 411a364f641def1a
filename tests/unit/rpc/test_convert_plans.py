"""What a request of the wire becomes as a plan."""

from __future__ import annotations

import pytest

from mailproof.rpc import convert
from smtpdiag.v1 import diagnosis_pb2


@pytest.mark.parametrize(("given", "wanted"), [({}, True), ({"verify_alternatives": True}, True),
                                               ({"verify_alternatives": False}, False)])  # fmt: skip
def test_alternatives_are_verified_unless_it_is_declined(given: dict[str, bool], wanted: bool) -> None:
    request = diagnosis_pb2.DiagnoseRequest(host="mx.example.com", **given)  # type: ignore[arg-type]
    assert convert.diagnosis_plan(request).verify_alternatives is wanted
