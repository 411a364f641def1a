"""What becomes of secrets: which update keeps, replaces or clears them, whom they are used for, and that none shows.

A secret is never read back, so what is stored is proved by tests against servers that take only the right one.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from service_support.families import FAMILIES, INACTIVE, Family
from service_support.wires import WIRES, Client, Refused
from smtp_support import pki
from smtp_support.sasl_server import Sasl, leaf
from smtp_support.scripted import serve, smtp
from smtp_support.token_endpoint import GOOD as TOKEN_ANSWER
from smtp_support.token_endpoint import endpoint, http
from smtpdiag.v1 import vocabulary_pb2

from .conftest import Office

TO = "you@example.com"
CODE_AUTH_REJECTED = vocabulary_pb2.CODE_AUTH_REJECTED
SECOND = {"grpc": "rest", "grpc-web": "bare", "rest": "grpc-web", "bare": "grpc"}


@dataclass
class Server:
    """A mail server that takes one user's password and one token, and the endpoint that gives the token out.

    Attributes:
        bodies: Requests that the endpoint had.
    """

    host: str
    other_host: str  # the same server by another name, so that only the destination differs
    token_endpoint: str
    password: str
    client_secret: str
    sasl: Sasl
    bodies: list[str]

    def plain(self, **changes: Any) -> dict[str, Any]:
        return {
            "sender_address": "a@example.com",
            "sender_name": "A",
            "tls": True,
            "host": self.host,
            "user": "user",
            **changes,
        }

    def xoauth2(self, secret: str | None = None, **changes: Any) -> dict[str, Any]:
        client = {"client_id": "client", "client_secret": self.client_secret if secret is None else secret}
        return {"token_endpoint": self.token_endpoint, "scopes": ["mail"], "client_credentials": client, **changes}


@pytest.fixture(scope="module")
def server(office: Office) -> Iterator[Server]:
    """The server; it must have been sent no secret but the right ones."""
    password, client_secret = office.secret("password"), office.secret("client")
    sasl = Sasl(password=password, token="the-token-of-these-tests")
    office.secrets.add(sasl.token)
    token = TOKEN_ANSWER.replace("ya29.token-of-the-test", sasl.token)
    script = smtp(auth=sasl, ehlo_tls=["250-x", "250 AUTH XOAUTH2 PLAIN"], context=pki.server_context(leaf()))
    with ExitStack() as stack:
        mail = stack.enter_context(serve(script))
        served, bodies = stack.enter_context(endpoint(http("200 OK", token)))
        yield Server(
            f"localhost:{mail.port}",
            f"127.0.0.1:{mail.port}",
            f"https://localhost:{served.port}/token",
            password,
            client_secret,
            sasl,
            bodies,
        )


def passes(call: Any, *args: Any, **values: Any) -> bool:
    """Return whether a test passes; it may fail by the login alone."""
    try:
        call(*args, **values)
    except Refused as refusal:
        if (refusal.code, refusal.reason) != (9, "AUTH_REJECTED"):
            raise
        return False
    return True


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest, client: Client) -> Family:
    return Family(request.param, client)


# What is stored, what an update says, and what follows: "stored" still logs in, "sent" does, "nothing" is stored any
# more, or the field that must be sent.
KEPT, SENT, CLEARED = "stored", "sent", "nothing"
UPDATES: list[tuple[str, str, dict[str, Any], str]] = [
    ("the same without a password", "plain", {}, KEPT),
    ("texts differ", "plain", {"sender_name": "B", "description": "d", "reply_to_address": "b@example.com"}, KEPT),
    ("the sender differs", "plain", {"sender_address": "b@example.com"}, KEPT),
    ("the same password", "plain", {"password": "STORED"}, KEPT),
    ("a new password", "plain", {"password": "NEW"}, SENT),
    ("another host", "plain", {"host": "OTHER"}, "password"),
    ("another host and a password", "plain", {"host": "OTHER", "password": "NEW"}, SENT),
    ("the host in another spelling", "plain", {"host": "RESPELT"}, KEPT),
    ("another port", "plain", {"host": "localhost:1"}, "password"),
    ("tls off", "plain", {"tls": False}, "password"),
    ("another user", "plain", {"user": "someone"}, "password"),
    ("the user in other letters", "plain", {"user": "User"}, "password"),
    ("no user", "plain", {"user": ""}, CLEARED),
    ("no user at another host", "plain", {"user": "", "host": "OTHER"}, CLEARED),
    ("a user and a password where none was", "none", {"password": "NEW"}, SENT),
]
AUTH_UPDATES: list[tuple[str, str, dict[str, Any], str]] = [
    ("plain without a password", "plain", {"plain": {}}, KEPT),
    ("plain with a password", "plain", {"plain": {"password": "NEW"}}, SENT),
    ("plain at another host", "plain", {"plain": {}, "host": "OTHER"}, "plain.password"),
    ("none", "plain", {"none": {}}, CLEARED),
    ("none at another host", "plain", {"none": {}, "host": "OTHER"}, CLEARED),
    ("from plain to xoauth2", "plain", {"xoauth2": {}}, SENT),
    (
        "from plain to xoauth2 with no secret",
        "plain",
        {"xoauth2": {"secret": ""}},
        "xoauth2.client_credentials.client_secret",
    ),
    ("xoauth2 without a secret", "xoauth2", {"xoauth2": {"secret": ""}}, KEPT),
    ("xoauth2 with other scopes", "xoauth2", {"xoauth2": {"secret": "", "scopes": ["other"]}}, KEPT),
    ("the old fields leave xoauth2 as it is", "xoauth2", {"sender_name": "B"}, KEPT),
    (
        "xoauth2 at another endpoint",
        "xoauth2",
        {"xoauth2": {"secret": "", "token_endpoint": "https://localhost:1/token"}},
        "xoauth2.client_credentials.client_secret",
    ),
    (
        "xoauth2 of another client",
        "xoauth2",
        {"xoauth2": {"client_credentials": {"client_id": "other"}}},
        "xoauth2.client_credentials.client_secret",
    ),
    (
        "xoauth2 at another mail server",
        "xoauth2",
        {"xoauth2": {"secret": ""}, "host": "OTHER"},
        "xoauth2.client_credentials.client_secret",
    ),
    ("the old fields at another mail server", "xoauth2", {"host": "OTHER"}, "password"),
    ("from xoauth2 to plain", "xoauth2", {"plain": {"password": "NEW"}}, SENT),
    ("from xoauth2 to plain with no password", "xoauth2", {"plain": {}}, "plain.password"),
    ("from xoauth2 to a password in the old field", "xoauth2", {"password": "NEW"}, SENT),
    ("none instead of xoauth2", "xoauth2", {"none": {}}, CLEARED),
    ("no user instead of xoauth2", "xoauth2", {"user": ""}, CLEARED),
    ("xoauth2 where none was", "none", {"xoauth2": {}}, SENT),
    (
        "xoauth2 where none was, without a secret",
        "none",
        {"xoauth2": {"secret": ""}},
        "xoauth2.client_credentials.client_secret",
    ),
]
TABLE = [(name, row) for name in FAMILIES for row in (UPDATES if name == "smtp" else UPDATES + AUTH_UPDATES)]


def filled(server: Server, values: dict[str, Any], new: str) -> dict[str, Any]:
    """Return what a row of the table means for this server."""
    words = {
        "OTHER": server.other_host,
        "RESPELT": f"smtp://{server.host.upper()}/",
        "STORED": server.password,
        "NEW": new,
    }
    made: dict[str, Any] = {}
    for name, value in values.items():
        if name == "xoauth2":
            made[name] = server.xoauth2(**value)
        elif name == "plain":
            made[name] = {inner: words.get(text, text) for inner, text in value.items()}
        else:
            made[name] = words.get(value, value) if isinstance(value, str) else value
    return made


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("name", "row"), TABLE, ids=[f"{name}: {row[0]}" for name, row in TABLE])
def test_what_an_update_does_to_the_secret(
    office: Office, server: Server, wire: str, name: str, row: tuple[str, str, dict[str, Any], str]
) -> None:
    _, stored, update, then = row
    client = office.client(wire)
    family, email = Family(name, client), Family("email", client)
    secrets: dict[str, dict[str, Any]] = {
        "plain": {"password": server.password},
        "xoauth2": {"xoauth2": server.xoauth2()},
        "none": {"user": ""},
    }
    before = secrets[stored]
    wrong = office.secret("wrong")
    # A password that was not the right one must have been stored to be replaced by the right one.
    if then == SENT and stored == "plain" and ("password" in update or "plain" in update):
        before = {"password": wrong}
    added = email.add(**server.plain(**before))
    sent = server.plain(**filled(server, update, server.password))
    if then in (KEPT, SENT, CLEARED):
        family("update", id=added, **sent)
    else:
        unchanged = email.get(added)
        refusal = family.refused("update", id=added, **sent)
        assert (refusal.code, refusal.reason, refusal.fields) == (3, "PASSWORD_REQUIRED", [then])
        assert "must be sent" in refusal.message or "must not be empty" in refusal.message
        assert email.get(added) == unchanged
    if then == CLEARED:
        assert (email.get(added).auth, email.get(added).smtp["user"]) == ("none", "")
        # It is gone: the user alone does not bring it back.
        family("update", id=added, **server.plain())
        refusal = family.refused("test_stored", id=added, receiver_address=TO)
        assert (refusal.code, refusal.reason) == (9, "PASSWORD_NOT_STORED")
    else:
        assert passes(family, "test_stored", id=added, receiver_address=TO)
    assert email.get(added).state == INACTIVE


def test_xoauth2_needs_a_user_a_client_and_a_secret(client: Client, server: Server) -> None:
    email = Family("email", client)
    bad: list[tuple[dict[str, Any], str, str]] = [
        ({"user": "", "xoauth2": server.xoauth2()}, "FIELD_INVALID", "user"),
        ({"xoauth2": server.xoauth2("")}, "PASSWORD_REQUIRED", "xoauth2.client_credentials.client_secret"),
        ({"xoauth2": server.xoauth2("a\nb")}, "FIELD_INVALID", "xoauth2.client_credentials.client_secret"),
        ({"xoauth2": {"token_endpoint": server.token_endpoint}}, "FIELD_INVALID", "xoauth2.client_credentials"),
        ({"password": "p", "xoauth2": server.xoauth2()}, "FIELD_INVALID", "password"),
        ({"password": "p", "none": {}}, "FIELD_INVALID", "password"),
        ({"password": "p", "plain": {"password": "q"}}, "FIELD_INVALID", "password"),
        ({"plain": {"password": "nul\0"}}, "FIELD_INVALID", "plain.password"),
        ({"password": "nul\0"}, "FIELD_INVALID", "password"),
        ({"password": "\U0001f511" * 2300}, "FIELD_INVALID", "password"),
    ]
    added = email.add(**server.plain())
    for values, reason, field in bad:
        for does, more in (("add", {}), ("update", {"id": added}), ("test", {"receiver_address": TO})):
            refusal = email.refused(does, **server.plain(**values), **more)
            wanted = reason if does != "test" or reason == "FIELD_INVALID" else "PASSWORD_REQUIRED"
            assert (refusal.code, refusal.reason, refusal.fields) == (3, wanted, [field]), (does, values)
    assert email.list()[0].processed_sequence == 1
    assert email.add(**server.plain(password="same", plain={"password": "same"}))


def test_a_password_is_replaced_in_any_state(family: Family, server: Server, office: Office) -> None:
    added = family.add(**server.plain(password=office.secret("old")))
    assert not passes(family, "test_stored", id=added, receiver_address=TO)
    answer = family("password", id=added, password=server.password)
    assert answer.details.sequence == 3  # the first test of an hour is an event too
    assert not answer.details.HasField("creation_date")
    assert passes(family, "test_stored", id=added, receiver_address=TO)
    assert family("password", id=added, password=server.password).details.sequence == 3
    family("activate", id=added)
    assert family("password", id=added, password=office.secret("newer")).details.sequence == 5
    assert not passes(family, "test_stored", id=added, receiver_address=TO)
    assert family("password", id=added, password="").details.sequence == 6
    assert family.refused("test_stored", id=added, receiver_address=TO).reason == "PASSWORD_NOT_STORED"
    assert family("password", id=added).details.sequence == 6


def test_a_password_is_replaced_only_where_one_is_used(family: Family, server: Server) -> None:
    email = Family("email", family.client)
    tokens = email.add(**server.plain(xoauth2=server.xoauth2()))
    refusal = family.refused("password", id=tokens, password=server.password)
    assert (refusal.code, refusal.reason) == (9, "PASSWORD_NOT_USED")
    added = family.add(**server.plain(password="p"))
    refusal = family.refused("password", id=added, password="nul\0")
    assert (refusal.code, refusal.fields) == (3, ["password"])


def test_a_password_without_a_user_is_stored_and_the_test_says_that_no_user_is_set(
    family: Family, server: Server
) -> None:
    email = Family("email", family.client)
    nobody = server.plain(user="", password=server.password)
    empty = family.add(**server.plain(user=""))
    assert str(family("test_stored", id=empty, receiver_address=TO)) == ""
    family("password", id=empty, password=server.password)
    updated = family.add(**server.plain(user=""))
    family("update", id=updated, **nobody)
    for added in (family.add(**nobody), empty, updated):
        assert (email.get(added).auth, email.get(added).smtp["user"]) == ("plain", "")
        tried = len(server.sasl.tried)
        for refusal in (
            family.refused("test_stored", id=added, receiver_address=TO),
            family.refused("test", id=added, receiver_address=TO, **server.plain(user="")),
        ):
            assert (refusal.code, refusal.reason) == (9, "USER_NOT_SET")
            assert "no user is set" in refusal.message
        refusal = family.refused("update", id=added, **server.plain())
        assert (refusal.code, refusal.reason, refusal.fields) == (3, "PASSWORD_REQUIRED", ["password"])
        assert len(server.sasl.tried) == tried
        family("update", id=added, **server.plain(password=server.password))
        assert passes(family, "test_stored", id=added, receiver_address=TO)


def test_a_stored_configuration_is_tested_in_any_state(family: Family, server: Server) -> None:
    for values in ({"password": server.password}, {"user": ""}):
        added = family.add(**server.plain(**values))
        for does in (None, "activate", "deactivate"):
            if does:
                family(does, id=added)
            assert str(family("test_stored", id=added, receiver_address=TO)) == ""


def test_settings_are_tested_without_being_stored(family: Family, server: Server, office: Office) -> None:
    assert passes(family, "test", **server.plain(password=server.password), receiver_address=f" {TO} ")
    assert not passes(family, "test", **server.plain(password=office.secret("tried")), receiver_address=TO)
    assert passes(family, "test", **server.plain(user=""), receiver_address=TO)
    refusal = family.refused("test", **server.plain(), receiver_address=TO)
    assert (refusal.code, refusal.reason, refusal.fields) == (3, "PASSWORD_REQUIRED", ["password"])
    assert refusal.reference.id == "SMTP-p9kj"
    assert family.list()[0].total_result == 0


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"sender_address": "b@example.com", "sender_name": "B"}, True),
        ({"host": "OTHER"}, False),
        ({"host": "localhost:1"}, False),
        ({"tls": False}, False),
        ({"user": "someone"}, False),
        ({"host": "OTHER", "password": "NEW"}, True),
    ],
    ids=str,
)
def test_the_stored_password_serves_its_own_destination_alone(
    family: Family, server: Server, office: Office, changes: dict[str, Any], may: bool
) -> None:
    sent = "password" in changes
    added = family.add(**server.plain(password=office.secret("else") if sent else server.password))
    tested = server.plain(**filled(server, changes, server.password))
    tried = len(server.sasl.tried)
    if may:
        assert passes(family, "test", id=added, receiver_address=TO, **tested)
        return
    refusal = family.refused("test", id=added, receiver_address=TO, **tested)
    assert (refusal.code, refusal.reason, refusal.fields) == (3, "PASSWORD_REQUIRED", ["password"])
    assert len(server.sasl.tried) == tried


@pytest.mark.parametrize(
    ("stored", "update", "kept"),
    [
        (("mx.example.com:25", False), ("mx.example.com:587", True), True),
        (("mx.example.com:587", False), ("mx.example.com:587", True), True),
        (("mx.example.com:587", True), ("MX.example.com.:2465", True), True),
        (("bücher.example:587", False), ("xn--bcher-kva.example:465", True), True),
        (("mx.example.com:25", False), ("mx.example.com:25", True), False),
        (("mx.example.com:587", True), ("mx.example.com:2525", True), False),
        (("mx.example.com:587", True), ("mx.example.com:465", False), False),
        (("smtp.example.com:587", False), ("smtp.example.com.evil.test:587", True), False),
        (("straße.example:587", False), ("strasse.example:587", True), False),
    ],
)
def test_a_stored_secret_serves_a_stricter_setting(
    family: Family, office: Office, stored: tuple[str, bool], update: tuple[str, bool], kept: bool
) -> None:
    password = office.secret("kept")
    login = {"sender_address": "a@example.com", "sender_name": "A", "user": "me"}
    added = family.add(**login, host=stored[0], tls=stored[1], password=password)
    if not kept:
        refusal = family.refused("update", id=added, **login, host=update[0], tls=update[1])
        assert (refusal.code, refusal.reason, refusal.fields) == (3, "PASSWORD_REQUIRED", ["password"])
        return
    assert family("update", id=added, **login, host=update[0], tls=update[1]).details.sequence == 2
    # It is still the same, so setting it is no event.
    assert family("password", id=added, password=password).details.sequence == 2


def diagnosed(client: Client, **values: Any) -> Any:
    """Return the report of a Diagnose."""
    *_, last = client("Diagnose", verify_alternatives=False, **values)
    return last.report


def test_keycloak_39486_a_diagnosis_sends_the_stored_password_nowhere_else(
    client: Client, server: Server, office: Office
) -> None:
    added = Family("email", client).add(**server.plain(password=server.password))
    port = int(server.host.rpartition(":")[2])
    tried = len(server.sasl.tried)
    for override in (
        {"host": "127.0.0.1"},
        {"host": "localhost.evil.test"},
        {"port": port + 1},
        {"user": "someone"},
        {"tls_mode": "TLS_MODE_OPPORTUNISTIC"},
        {"tls_mode": "TLS_MODE_NONE"},
    ):
        refusal = client.refused("Diagnose", config_id=added, **override)
        assert (refusal.code, refusal.reason, refusal.fields) == (3, "PASSWORD_REQUIRED", ["password"]), override
    assert client.refused("Diagnose", config_id=added, ca_pem=pki.authority().pem).fields == ["ca_pem"]
    assert len(server.sasl.tried) == tried
    assert diagnosed(client, config_id=added, host="127.0.0.1", password=server.password).outcome == 1
    assert diagnosed(client, config_id=added, password=office.secret("typed")).code == CODE_AUTH_REJECTED


def test_keycloak_41643_a_diagnosis_without_a_port_is_of_the_stored_one(client: Client, server: Server) -> None:
    added = Family("email", client).add(**server.plain(password=server.password))
    port = int(server.host.rpartition(":")[2])
    for override in ({"port": 0}, {"port": port}, {"host": "LocalHost."}, {"tls_mode": "TLS_MODE_STARTTLS"}):
        tried = len(server.sasl.tried)
        report = diagnosed(client, config_id=added, **override)
        assert (report.outcome, len(server.sasl.tried)) == (1, tried + 1), (override, report.message)


def test_keycloak_41643_a_null_port_in_json_is_a_port_that_is_left_out(office: Office, server: Server) -> None:
    client = office.client("rest")
    added = Family("email", client).add(**server.plain(password=server.password))
    document = {"configId": added, "host": None, "port": None, "tlsMode": None, "user": None, "password": None}
    answer = client.wires.http("POST", "/v1/diagnose", json.dumps(document).encode(), client.headers())
    assert json.loads(answer.body.splitlines()[-1])["report"]["outcome"] == "OUTCOME_OK"


OAUTH_TESTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("a token of the request's own client", "", {"xoauth2": {}}, ""),
    ("the stored client secret", "xoauth2", {"xoauth2": {"secret": ""}}, ""),
    ("the stored way, by the old fields", "xoauth2", {}, ""),
    ("no secret anywhere", "", {"xoauth2": {"secret": ""}}, "xoauth2.client_credentials.client_secret"),
    (
        "a stored password is no client secret",
        "plain",
        {"xoauth2": {"secret": ""}},
        "xoauth2.client_credentials.client_secret",
    ),
    ("a stored client secret is no password", "xoauth2", {"plain": {}}, "plain.password"),
    (
        "the stored secret at another endpoint",
        "xoauth2",
        {"xoauth2": {"secret": "", "token_endpoint": "https://localhost:1/"}},
        "xoauth2.client_credentials.client_secret",
    ),
    (
        "the stored secret with another client",
        "xoauth2",
        {"xoauth2": {"client_credentials": {"client_id": "x"}}},
        "xoauth2.client_credentials.client_secret",
    ),
    ("the stored way at another server", "xoauth2", {"host": "OTHER"}, "password"),
    ("none, though a password is stored", "plain", {"none": {}}, ""),
]


@pytest.mark.parametrize("row", OAUTH_TESTS, ids=[row[0] for row in OAUTH_TESTS])
def test_tests_with_tokens(client: Client, server: Server, row: tuple[str, str, dict[str, Any], str]) -> None:
    _, stored, values, field = row
    email, added = Family("email", client), ""
    if stored:
        secret = {"password": server.password} if stored == "plain" else {"xoauth2": server.xoauth2()}
        added = email.add(**server.plain(**secret))
    tested = server.plain(**filled(server, values, server.password))
    asked, tried = len(server.bodies), len(server.sasl.tried)
    if not field:
        assert passes(email, "test", id=added, receiver_address=TO, **tested)
        assert (len(server.bodies) > asked) == ("none" not in values)
        return
    refusal = email.refused("test", id=added, receiver_address=TO, **tested)
    assert (refusal.code, refusal.reason, refusal.fields) == (3, "PASSWORD_REQUIRED", [field])
    assert (len(server.bodies), len(server.sasl.tried)) == (asked, tried)


def test_the_old_call_tests_what_the_new_one_stored(client: Client, server: Server) -> None:
    email, smtp_family = Family("email", client), Family("smtp", client)
    added = email.add(**server.plain(xoauth2=server.xoauth2()))
    asked = len(server.bodies)
    assert passes(smtp_family, "test_stored", id=added, receiver_address=TO)
    assert passes(smtp_family, "test", id=added, receiver_address=TO, **server.plain())
    assert len(server.bodies) == asked + 2


def test_a_failed_test_says_stage_reason_and_advice_on_every_wire(
    family: Family, server: Server, office: Office
) -> None:
    refusal = family.refused("test", receiver_address=TO, **server.plain(password=office.secret("bad")))
    assert (refusal.code, refusal.reason) == (9, "AUTH_REJECTED")
    assert refusal.http in (None, 400)
    assert (refusal.info.metadata["stage"], refusal.info.metadata["serverCode"]) == ("auth", "535")
    assert refusal.info.metadata["advice"]
    assert refusal.reference.id == "EMAIL-s9kfs"
    assert refusal.message.endswith("(EMAIL-s9kfs)")


def test_a_write_over_one_wire_is_read_over_another(client: Client) -> None:
    elsewhere = Client(client.wires, SECOND[client.wire], client.token, client.instance)
    here, there = Family("smtp", client), Family("email", elsewhere)
    for number in range(5):
        added = here.add(description=str(number))
        assert there.get(added).description == str(number)
        there("remove", id=added)
        assert here.refused("get", id=added).code == 5
