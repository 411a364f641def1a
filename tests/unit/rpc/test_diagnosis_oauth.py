"""OAuth 2.0 and mechanisms in a Diagnose: what becomes of them, and every contradiction by its field."""

from typing import Any

import pytest

from mailproof.domain.errors import InvalidFields
from mailproof.domain.secret import Secret
from mailproof.rpc.diagnosis_messages import diagnosis_plan
from mailproof.smtp.plans import violations
from mailproof.smtp.report import Credentials, OAuth
from mailproof.smtp.sasl.table import MECHANISMS
from mailproof.syntax.oauth import ClientCredentials
from smtpdiag.v1 import diagnosis_pb2

GRANT: dict[str, Any] = {
    "token_endpoint": "https://login.test/token",
    "client_id": "id",
    "client_secret": "hunter22!",
    "scopes": ["a", "b"],
}


def request(**fields: Any) -> diagnosis_pb2.DiagnoseRequest:
    return diagnosis_pb2.DiagnoseRequest(**{"host": "mail.test", "user": "me"} | fields)


def token(text: str) -> diagnosis_pb2.XOAuth2:
    return diagnosis_pb2.XOAuth2(access_token=text)


def grant(**fields: Any) -> diagnosis_pb2.XOAuth2:
    return diagnosis_pb2.XOAuth2(client_credentials=diagnosis_pb2.ClientCredentials(**GRANT | fields))


def test_a_token_takes_the_passwords_place() -> None:
    plan = diagnosis_plan(request(xoauth2=token("ya29.x\n"), mechanism="xoauth2"))
    assert plan.credentials == Credentials("me", Secret(""))
    assert plan.oauth == OAuth(access_token=Secret("ya29.x"))
    assert violations(plan) == []


def test_client_credentials_are_taken_over() -> None:
    plan = diagnosis_plan(request(xoauth2=grant()))
    secret = Secret("hunter22!")
    assert plan.oauth == OAuth(grant=ClientCredentials("https://login.test/token", "id", secret, ("a", "b")))
    assert violations(plan) == []


CLIENT = "xoauth2.client_credentials."


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"xoauth2": token("x"), "user": " "}, ["user"]),
        ({"xoauth2": token("x"), "password": "y"}, ["password"]),
        ({"xoauth2": diagnosis_pb2.XOAuth2()}, ["xoauth2.access_token"]),
        ({"xoauth2": token("a b")}, ["xoauth2.access_token"]),
        ({"xoauth2": token("a" * 9001)}, ["xoauth2.access_token"]),
        ({"xoauth2": token("x"), "config_id": "1", "password": "y"}, ["password"]),
        ({"xoauth2": grant(token_endpoint="http://login.test/")}, [CLIENT + "token_endpoint"]),
        (
            {"xoauth2": grant(token_endpoint="", client_id="", client_secret="", scopes=["a b"])},
            [CLIENT + name for name in ("token_endpoint", "client_id", "client_secret", "scopes")],
        ),
        ({"mechanism": "NTLM"}, ["mechanism"]),
    ],
)
def test_contradictions(fields: dict[str, Any], wrong: list[str]) -> None:
    with pytest.raises(InvalidFields) as failure:
        diagnosis_plan(request(**fields))
    assert [violation.field for violation in failure.value.violations] == wrong
    assert "hunter22!" not in str(failure.value)


def test_an_unknown_mechanism_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidFields) as failure:
        diagnosis_plan(request(mechanism="NTLM"))
    (violation,) = failure.value.violations
    assert all(name in violation.description for name in MECHANISMS)
