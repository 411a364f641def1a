from typing import Any

import pytest

from mailproof.secret import Secret
from mailproof.smtp.plans import default_port, violations
from mailproof.smtp.report import Credentials, Plan
from mailproof.smtp.vocabulary import Depth, TlsMode


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        ({}, []),
        ({"host": "nonsense host"}, []),
        ({"port": 70000, "timeout": 0.0, "sender": "x"}, ["sender", "port", "timeout"]),
        ({"timeout": float("nan")}, ["timeout"]),
        ({"recipient": "x y@z"}, ["recipient"]),
        ({"ehlo_name": "a\r\nb"}, ["ehlo_name"]),
        ({"depth": Depth.RCPT}, ["recipient"]),
        ({"credentials": Credentials("a\0b", Secret("x"))}, ["user"]),
        ({"credentials": Credentials("a", Secret("\ud800"))}, ["password"]),
    ],
)
def test_violations(settings: dict[str, Any], fields: list[str]) -> None:
    assert [name for name, _ in violations(Plan(**{"host": "x"} | settings))] == fields


def test_default_ports() -> None:
    assert {mode: default_port(mode) for mode in TlsMode} == {
        TlsMode.AUTO: 587,
        TlsMode.IMPLICIT: 465,
        TlsMode.STARTTLS: 587,
        TlsMode.OPPORTUNISTIC: 587,
        TlsMode.NONE: 25,
    }
