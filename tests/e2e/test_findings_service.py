"""The page on a code over each wire of a running service, and where reports and errors link to it."""

import json
import urllib.parse

import pytest

from mailproof.diagnosis.finding_pages import finding_page
from mailproof.smtp.vocabulary import Code
from service_support.wires import Client
from smtpdiag.v1 import vocabulary_pb2

from .conftest import Office


@pytest.mark.parametrize("name", ["greylisted", "CODE_GREYLISTED", "Greylisted"])
def test_a_code_has_its_page_over_every_wire(client: Client, name: str) -> None:
    answer = client("GetFinding", code=name)
    page = finding_page(Code.GREYLISTED)
    assert answer.code == vocabulary_pb2.CODE_GREYLISTED
    assert answer.severity == vocabulary_pb2.SEVERITY_ERROR
    assert answer.may_pass_later
    assert (answer.title, answer.markdown) == (page.title, page.markdown)


def test_every_code_but_ok_has_a_page(client: Client) -> None:
    values = vocabulary_pb2.Code.DESCRIPTOR.values
    named = [value for value in values if value.name not in ("CODE_UNSPECIFIED", "CODE_OK")]
    assert [client("GetFinding", code=value.name).code for value in named] == [value.number for value in named]


def test_an_unknown_code_names_its_neighbours(client: Client) -> None:
    refusal = client.refused("GetFinding", code="auth_rejcted")
    assert (refusal.code, refusal.reason) == (5, "FINDING_NOT_FOUND")
    assert refusal.message == "no finding has this code; did you mean auth_rejected?"
    assert dict(refusal.info.metadata) == {"nearest": "auth_rejected"}
    refusal = client.refused("GetFinding", code="../../../etc/passwd")
    assert (refusal.code, refusal.reason) == (5, "FINDING_NOT_FOUND")


def test_who_may_read_may_read_it_and_nobody_else(office: Office, client: Client) -> None:
    reader = Client(office.wires, client.wire, office.viewer, client.instance)
    assert reader("GetFinding", code="timeout").code == vocabulary_pb2.CODE_TIMEOUT
    stranger = Client(office.wires, client.wire, "mp_unknown", client.instance)
    assert stranger.refused("GetFinding", code="timeout").code == 16


def test_a_report_links_to_the_page(office: Office) -> None:
    client = office.client("rest")
    *_, last = client("Diagnose", host="no-such-host.invalid", port=587)
    link = last.report.findings[0].link
    assert link == f"/v1/findings/{vocabulary_pb2.Code.Name(last.report.code).removeprefix('CODE_').lower()}"
    answer = client.wires.http("GET", link, None, client.headers())
    assert answer.status == 200
    assert json.loads(answer.body)["code"] == vocabulary_pb2.Code.Name(last.report.code)


def test_an_error_names_the_path_of_the_page(office: Office) -> None:
    client = office.client("rest")
    refusal = client.refused(
        "TestSMTPConfig",
        sender_address="a@example.com",
        sender_name="A",
        host="no-such-host.invalid:587",
        receiver_address="b@example.com",
        password="x",
        user="u",
    )
    link = refusal.info.metadata["documentation"]
    assert link == f"/v1/findings/{refusal.reason.lower()}"
    assert client.wires.http("GET", urllib.parse.quote(link), None, client.headers()).status == 200
