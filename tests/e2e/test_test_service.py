"""Kept tests over each wire of a running service and its command line, and what has changed since the last good one."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from clock_support.waiting import HANG, eventually
from mailproof.syntax.filter import MAX_DEPTH, MAX_TERMS
from service_support.rules import METHODS
from service_support.service import run
from service_support.wires import Client, path_of, request_of
from smtp_support import pki
from smtp_support.scripted import Do, Part, Peer, serve, smtp
from smtpdiag.v1 import diagnosis_pb2, report_pb2, test_pb2, vocabulary_pb2

from .conftest import Office

TO = "you@example.com"
OK, FAIL, CANCELLED = test_pb2.TEST_OUTCOME_OK, test_pb2.TEST_OUTCOME_FAIL, test_pb2.TEST_OUTCOME_CANCELLED


@dataclass
class Server:
    """A mail server whose certificate, password and answers can be exchanged between two tests."""

    port: int
    password: str
    context: ssl.SSLContext
    replies: dict[str, list[Part]]

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"


@pytest.fixture
def server(office: Office) -> Iterator[Server]:
    made = Server(0, office.secret("password"), pki.good(), {})

    async def script(peer: Peer) -> None:
        await smtp(context=made.context, password=made.password, replies=made.replies)(peer)

    with serve(script) as served:
        made.port = served.port
        yield made


def add(client: Client, server: Server, **changes: Any) -> str:
    """Store a configuration of the server and return its id."""
    settings = {"sender_address": "a@example.com", "sender_name": "A", "tls": True, "host": server.host}
    stored: str = client(
        "AddEmailProviderSMTP", **settings | {"user": "user", "password": server.password} | changes
    ).id
    return stored


def diagnose(client: Client, config_id: str, **changes: Any) -> report_pb2.Report:
    *_, last = client("Diagnose", config_id=config_id, **changes)
    report: report_pb2.Report = last.report
    return report


def listed(client: Client, **asked: Any) -> list[str]:
    return [test.id for test in client("ListTests", **asked).tests]


def kinds(since: report_pb2.SinceLastGood) -> list[str]:
    names = vocabulary_pb2.ChangeKind
    return [names.Name(each.kind).removeprefix("CHANGE_KIND_").lower() for each in since.changes if each.likely]


def test_a_test_is_kept_and_a_failing_one_tells_what_has_changed(client: Client, server: Server) -> None:
    config_id = add(client, server)
    good = diagnose(client, config_id)
    assert good.outcome == vocabulary_pb2.OUTCOME_OK
    assert not good.HasField("since_last_good")
    kept = client("GetTest", id=good.test_id).test
    assert kept.report == good
    assert (kept.id, kept.config_id, kept.outcome, kept.stage, kept.code) == (
        good.test_id,
        config_id,
        OK,
        "quit",
        "ok",
    )
    assert (kept.trigger, kept.depth) == (test_pb2.TEST_TRIGGER_DIAGNOSE, vocabulary_pb2.DEPTH_AUTH)
    caller = client("GetCaller")
    assert (kept.actor_token_id, kept.actor_token_name) == (caller.id, caller.name)
    assert (kept.tested["host"], kept.tested["user"], kept.tls_version) == ("localhost", "user", "TLSv1.3")
    assert kept.certificate_expire_time == good.tls.chain[0].not_after
    assert [phase.stage for phase in kept.phases][:3] == ["policy", "resolve", "connect"]

    server.context = pki.bad("other name")
    failed = diagnose(client, config_id)
    since = failed.since_last_good
    assert (since.test_id, since.started_at) == (good.test_id, kept.start_time)
    assert kinds(since) == ["certificate"]
    assert "the server presents another certificate (SHA-256 " in since.sentence
    assert "no more for" in since.sentence
    shown = client("GetTest", id=failed.test_id).test
    assert shown.report == failed
    assert (shown.outcome, shown.stage, shown.code) == (FAIL, "tls", "tls_hostname_mismatch")
    assert not client("GetTest", id=failed.test_id, view="TEST_VIEW_BASIC").test.HasField("report")
    assert listed(client) == [failed.test_id, good.test_id]

    server.context = pki.good()
    client("UpdateEmailProviderSMTPPassword", id=config_id, password="another password")
    refusal = client.refused("TestEmailProviderSMTPById", id=config_id, receiver_address=TO)
    assert refusal.reason == "AUTH_REJECTED"
    facts = refusal.info.metadata
    assert facts["lastGoodTestId"] == good.test_id
    assert facts["lastGood"][:10] == kept.start_time.ToDatetime().strftime("%Y-%m-%d")
    assert facts["changedSince"].startswith("the stored password was replaced at ")
    shown = client("GetTest", id=facts["testId"]).test
    assert shown.trigger == test_pb2.TEST_TRIGGER_TEST_CONFIG
    assert kinds(shown.report.since_last_good) == ["secret"]
    assert shown.config_sequence > kept.config_sequence


def test_lists_are_filtered_ordered_and_paged(client: Client, server: Server) -> None:
    first, second = add(client, server), add(client, server, user="", password="")
    tests = [diagnose(client, config_id).test_id for config_id in (first, second, first)]
    server.replies["EHLO"] = ["421 4.3.2 later", Do.CLOSE]
    tests.append(diagnose(client, first, verify_alternatives=False).test_id)
    newest = tests[::-1]
    assert listed(client) == newest
    assert listed(client, config_id=first) == [tests[3], tests[2], tests[0]]
    assert listed(client, config_id="no such") == []
    for text, found in (
        ("outcome = ok", newest[1:]),
        ("outcome = TEST_OUTCOME_FAIL", newest[:1]),
        (f'config_id = "{second}" OR -code = ok', [tests[3], tests[1]]),
        ("code:service_un*", newest[:1]),
        ("reply_code >= 400 AND trigger = diagnose", newest[:1]),
        ("start_time > 2001-01-01T00:00:00Z AND certificate_expire_time:*", newest[1:]),
        ("NOT (outcome = ok OR outcome = cancelled)", newest[:1]),
        (f"id = {tests[1]}", [tests[1]]),
    ):
        assert listed(client, filter=text) == found, text
    assert listed(client, order_by="start_time") == tests
    assert listed(client, order_by="code desc, start_time") == [tests[3], *tests[:3]]
    for asked in ({}, {"order_by": "certificate_expire_time, outcome desc"}, {"filter": "elapsed_ms >= 0"}):
        whole, token = [], ""
        while True:
            page = client("ListTests", page_size=1, page_token=token, **asked)
            whole += [test.id for test in page.tests]
            token = page.next_page_token
            if not token:
                break
        assert whole == listed(client, **asked), asked
    full = client("ListTests", view="TEST_VIEW_FULL", page_size=2)
    assert [test.report.test_id for test in full.tests] == newest[:2]
    assert not any(test.HasField("report") for test in client("ListTests").tests)


def test_a_test_of_other_settings_says_so_and_is_not_the_last_good_one(office: Office, server: Server) -> None:
    client = office.client("grpc")
    config_id = add(client, server, password="a wrong one")
    own = diagnose(client, config_id, password=server.password)
    assert own.outcome == vocabulary_pb2.OUTCOME_OK
    assert client("GetTest", id=own.test_id).test.overridden == ["password"]
    failed = diagnose(client, config_id)
    assert failed.code == vocabulary_pb2.CODE_AUTH_REJECTED
    assert not failed.HasField("since_last_good")
    assert listed(client, filter="overridden:*") == [own.test_id]
    assert listed(client, filter="NOT overridden:*") == [failed.test_id]


def test_a_test_that_names_no_configuration_is_not_kept(office: Office, server: Server) -> None:
    client = office.client("rest")
    *_, last = client("Diagnose", host="localhost", port=server.port, depth="DEPTH_EHLO")
    assert last.report.outcome == vocabulary_pb2.OUTCOME_OK
    assert last.report.test_id == ""
    assert listed(client) == []


@pytest.mark.parametrize("wire", ["grpc", "rest"])
def test_a_stream_that_is_cut_is_kept_as_cancelled(office: Office, server: Server, wire: str) -> None:
    client = office.client(wire)
    config_id = add(client, server)
    server.replies["AUTH"] = [Do.SILENCE]
    cut_short(client, config_id)
    (test,) = selected(client, "outcome = cancelled")
    assert (test.outcome, test.stage, test.code) == (CANCELLED, "auth", "unfinished")
    assert [phase.stage for phase in test.phases][-2:] == ["tls", "auth"]
    assert not client("GetTest", id=test.id).test.HasField("report")


def cut_short(client: Client, config_id: str) -> None:
    """Begin a test and leave as the login begins."""
    asked = request_of("Diagnose", config_id=config_id)
    if client.wire == "grpc":
        method = METHODS["Diagnose"]
        call: Any = client.wires.channel.unary_stream(path_of(method))(
            asked.SerializeToString(), metadata=tuple(client.headers()), timeout=HANG
        )
        for data in call:
            if diagnosis_pb2.DiagnoseResponse.FromString(data).started.stage == vocabulary_pb2.STAGE_AUTH:
                break
        call.cancel()
        return
    address = urllib.parse.urlsplit(client.wires.service.http_url).netloc
    connection = http.client.HTTPConnection(address, timeout=HANG)
    headers = dict(client.headers(("content-type", "application/json")))
    connection.request("POST", "/v1/diagnose", json.dumps({"configId": config_id}), headers)
    answer = connection.getresponse()
    while b"STAGE_AUTH" not in answer.readline():
        pass
    connection.close()
    answer.close()


def selected(client: Client, filter_: str) -> list[test_pb2.Test]:
    """Return the tests that a filter selects once there are any."""
    found: list[test_pb2.Test] = []

    def look() -> bool:
        found.extend(client("ListTests", filter=filter_).tests)
        return bool(found)

    eventually(look, f"nothing is {filter_}")
    return found


def test_what_another_instance_has_is_not_found(office: Office, client: Client, server: Server) -> None:
    config_id = add(client, server)
    tests = [diagnose(client, config_id, depth="DEPTH_CONNECT").test_id for _ in range(2)]
    token = client("ListTests", page_size=1).next_page_token
    other = office.client(client.wire)
    refusal = other.refused("GetTest", id=tests[0])
    assert (refusal.code, refusal.reason, refusal.message) == (5, "TEST_NOT_FOUND", "no test with this id is kept")
    assert listed(other, filter=f"id = {tests[0]}") == []
    assert listed(other, config_id=config_id) == []
    for caller, asked in (
        (other, {}),
        (client, {"filter": "outcome = ok"}),
        (client, {"order_by": "start_time"}),
        (client, {"config_id": config_id}),
    ):
        refusal = caller.refused("ListTests", page_token=token, **asked)
        assert refusal.message == (
            "invalid request: page_token: must be the next_page_token of a call with the same filter and order_by"
        )
    viewer = Client(office.wires, client.wire, office.viewer, client.instance)
    assert listed(viewer) == tests[::-1]
    assert viewer("GetTest", id=tests[0]).test.id == tests[0]
    stranger = Client(office.wires, client.wire, "mp_unknown", client.instance)
    assert stranger.refused("ListTests").code == 16
    assert stranger.refused("GetTest", id=tests[0]).code == 16


@pytest.mark.parametrize("id_", ["0", "-1", "9" * 30, "1e3", "../1", "%00", "1 OR 1=1", "٣", "'"])
def test_an_id_that_is_none_is_not_found(office: Office, id_: str) -> None:
    for wire in ("grpc", "rest"):
        assert office.client(wire).refused("GetTest", id=id_).reason == "TEST_NOT_FOUND"


HOSTILE = {
    "too long": f'code = "{"x" * 2000}"',
    "deeply nested": "(" * (MAX_DEPTH + 1) + "code = ok" + ")" * (MAX_DEPTH + 1),
    "many terms": " AND ".join(["code = ok"] * (MAX_TERMS + 1)),
    "many parts of texts": " OR ".join(["tls_version:x"] * 11),
    "SQL": "code = ok'; DROP TABLE tests; --",
    "unknown field": "report = x",
    "a column of the table": "number = 1",
    "unclosed": 'code = "ok',
    "no time": "start_time > yesterday",
    "no number": "reply_code = many",
    "an unknown word": "outcome = fine",
    "a half": "code =",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_filter_is_refused(office: Office, text: str) -> None:
    client = office.client("rest")
    refusal = client.refused("ListTests", filter=text)
    assert (refusal.code, refusal.reason) == (3, "FIELD_INVALID")
    assert refusal.message.startswith(
        ("invalid request: filter: is wrong at character", "invalid request: filter: must")
    )
    assert len(refusal.message) < 1000


@pytest.mark.parametrize(
    "asked",
    [{"order_by": "report"}, {"order_by": "code; DROP TABLE tests"}, {"page_size": -1}, {"page_token": "AgAA"}],
    ids=str,
)
def test_what_can_not_be_read_is_refused(office: Office, asked: dict[str, Any]) -> None:
    refusal = office.client("grpc").refused("ListTests", **asked)
    assert (refusal.code, refusal.fields) == (3, list(asked))


def test_the_command_line_lists_and_shows(office: Office, server: Server) -> None:
    client = office.client("grpc")
    config_id = add(client, server)
    good = diagnose(client, config_id).test_id
    server.context = pki.bad("other name")
    failed = diagnose(client, config_id).test_id
    other = diagnose(client, config_id, user="user", password=office.secret("other")).test_id

    def tests(*arguments: str, code: int = 0) -> str:
        where = ("--server", office.service.grpc_address, "--instance", client.instance)
        done = run("tests", *arguments, *where, env={"MAILPROOF_TOKEN": office.viewer})
        assert done.returncode == code, done.stderr
        return done.stderr if code else done.stdout

    head, *rows = tests("list").splitlines()
    assert head.split()[:3] == ["id", "began", "config"]
    assert [row.split()[0] for row in rows] == [other, failed, good]
    assert [row.split()[-1] for row in rows] == ["password", "-", "-"]
    assert "tls_hostname_mismatch" in rows[1]
    shown = tests("list", "--config", config_id, "--filter", "outcome = ok OR code = x", "--since", "1h", "--json")
    assert [test["id"] for test in json.loads(shown)["tests"]] == [good]
    page = tests("show", failed)
    assert f"test              {failed}" in page
    assert "FAILED at tls: tls_hostname_mismatch" in page
    assert f"(test {good}). Since then: the server presents another certificate" in page.replace("\n    ", " ")
    assert tests("show", "999", code=3) == "mailproof tests show: no test with this id is kept\n"
    assert 'there is no field "cod"; did you mean code?' in tests("list", "--filter", "cod = ok", code=2)
