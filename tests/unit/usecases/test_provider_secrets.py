"""What a secret must be, where it is stored and where it is used: the same."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailproof.domain.model import OAuthClient, SmtpSettings
from mailproof.domain.secret import Secret
from mailproof.smtp.plans import violations
from mailproof.smtp.report import Credentials, OAuth, Plan
from mailproof.syntax.credentials import MAX_CREDENTIALS
from mailproof.syntax.oauth import ClientCredentials
from mailproof.usecases.provider_secrets import secret_problem

USERS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=500)  # as the API takes them
ODD = st.sampled_from(["\0", "\x01", "\n", "\x7f", "\x85", "\ud800", "\udfff", "é", "郵"])
SECRETS = st.text(st.characters() | ODD, min_size=1) | st.integers(8400, 9100).map(lambda length: "é" * (length // 2))


def settings_of(user: str, client: OAuthClient | None = None) -> SmtpSettings:
    return SmtpSettings("from@example.com", "From", True, "mx.example.com:587", user, oauth=client)


@given(USERS, SECRETS)
@example("u", "x" * (MAX_CREDENTIALS - 1))
@example("u", "x" * MAX_CREDENTIALS)
@example("é", "x" * (MAX_CREDENTIALS - 1))
@example("u", "\ud800")
def test_a_password_that_can_be_stored_can_be_sent_and_no_other(user: str, password: str) -> None:
    problem = secret_problem(settings_of(user), Secret(password))
    plan = Plan(host="mx.example.com", credentials=Credentials(user, Secret(password)))
    assert violations(plan) == ([("password", problem)] if problem else [])


@given(USERS, SECRETS)
@example("u", "\ud800")
@example("u", "\x85")
def test_a_client_secret_that_can_be_stored_can_be_sent_and_no_other(user: str, secret: str) -> None:
    client = OAuthClient("https://login.example/token", "client", ("scope",))
    problem = secret_problem(settings_of(user, client), Secret(secret))
    grant = ClientCredentials(client.token_endpoint, client.client_id, Secret(secret), client.scopes)
    credentials = Credentials(user, Secret(""))
    plan = Plan(host="mx.example.com", credentials=credentials, oauth=OAuth(grant=grant))
    assert violations(plan) == ([("client_secret", problem)] if problem else [])


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", ""),
        ("correct horse", ""),
        ("tab\tand\x7f", ""),  # SASL takes them (RFC 4616 section 2)
        ("nul\0", "must be text without NUL"),
        ("\ud800", "must be text without NUL"),
        ("x" * (MAX_CREDENTIALS - 2), ""),
        ("x" * (MAX_CREDENTIALS - 1), "must not be longer than 9000 bytes, the user's name included"),
    ],
)
def test_what_a_password_must_be(password: str, problem: str) -> None:
    assert secret_problem(settings_of("me"), Secret(password)) == problem


def test_a_password_without_a_user_is_never_sent_and_has_no_bound() -> None:
    assert secret_problem(settings_of(""), Secret("x" * (MAX_CREDENTIALS + 1))) == ""
    assert secret_problem(settings_of(""), Secret("nul\0")) == "must be text without NUL"


def test_no_client_secret_is_no_problem_where_the_stored_one_is_kept() -> None:
    assert secret_problem(settings_of("me", OAuthClient("https://t", "c")), Secret("")) == ""
