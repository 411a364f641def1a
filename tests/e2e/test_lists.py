"""The lists that a console is built on, over each wire of a running service: configurations, the server, presets."""

import json
import urllib.parse
from typing import Any

import pytest

import mailproof
from service_support.wires import Client, Refused
from smtpdiag.v1 import config_overview_pb2, discovery_pb2, instance_pb2, test_pb2, vocabulary_pb2

from .conftest import Office

SMTP = {"sender_address": "a@example.com", "sender_name": "A", "tls": True, "host": "mx.example.com:587"}


def add(client: Client, description: str, password: str = "", **changes: Any) -> str:
    plain = {"plain": {"password": password}} if password else {}
    identity: str = client("AddEmailProviderSMTP", **SMTP | plain | {"description": description} | changes).id
    return identity


def overviews(client: Client, **asked: Any) -> dict[str, config_overview_pb2.ConfigOverview]:
    """Return a page by descriptions."""
    listed = client("ListConfigOverviews", **asked).configs
    return {each.smtp.description or each.http.description: each for each in listed}


def test_one_call_has_all_that_a_list_shows(office: Office, client: Client) -> None:
    sandbox = office.service.sandbox
    host = f"{sandbox.host}:{sandbox.starttls_port}"
    used = add(client, "used", sandbox.password, host=host, user=sandbox.user)
    add(client, "lacks one", user="anna")
    add(client, "needs none")
    client("AddEmailProviderHTTP", endpoint="https://hooks.example.com/x", description="hook")
    client("ActivateEmailProvider", id=used)
    client("Diagnose", config_id=used)
    report = client("Diagnose", config_id=used)[-1].report
    answer = client("ListConfigOverviews")
    assert answer.config_count == 4
    assert [each.smtp.description or each.http.description for each in answer.configs] == [
        "used", "hook", "needs none", "lacks one"
    ]  # fmt: skip
    found = overviews(client)
    states = config_overview_pb2.SecretState
    assert [(name, states.Name(each.secret_state)) for name, each in sorted(found.items())] == [
        ("hook", "SECRET_STATE_STORED"),
        ("lacks one", "SECRET_STATE_MISSING"),
        ("needs none", "SECRET_STATE_NOT_NEEDED"),
        ("used", "SECRET_STATE_STORED"),
    ]
    first = found["used"]
    assert (first.id, first.state, first.smtp.host) == (used, instance_pb2.PROVIDER_STATE_ACTIVE, host)
    assert (first.sequence, first.etag) == (5, '"5"')
    assert first.secret_time == first.create_time != first.update_time
    assert not found["lacks one"].HasField("secret_time")
    assert first.last_test == first.recent_tests[0]
    passed = (test_pb2.TEST_OUTCOME_OK, "ok", vocabulary_pb2.DEPTH_AUTH)
    assert [(each.outcome, each.code, each.depth) for each in first.recent_tests] == [passed] * 2
    assert first.recent_tests[0].id > first.recent_tests[1].id
    assert first.tls_version == report.tls.version
    assert first.HasField("certificate_expire_time")
    assert not found["hook"].HasField("last_test")
    assert found["hook"].http.endpoint == "https://hooks.example.com/x"


def test_pages_by_filter_and_order(client: Client) -> None:
    for name in "dbaec":
        add(client, name, host=f"{name}.example.com:587")
    seen, token = [], ""
    while True:
        page = client("ListConfigOverviews", page_size=2, page_token=token, order_by="description desc")
        seen += [each.smtp.description for each in page.configs]
        token = page.next_page_token
        if not token:
            break
        add(client, "zz")  # moves no row of the pages to come
    assert seen == list("edcba")
    assert list(overviews(client, filter="host:B.EXAMPLE OR description = a", order_by="description")) == ["a", "b"]
    assert overviews(client, filter="last_test.code:*") == {}


def test_what_is_wrong_is_told_by_field_and_place(office: Office, client: Client) -> None:
    add(client, "a"), add(client, "b")
    refusal = client.refused("ListConfigOverviews", filter="stat = x", order_by="nme", page_token="x", page_size=-1)
    assert (refusal.code, refusal.reason) == (3, "FIELD_INVALID")
    assert refusal.fields == ["page_size", "filter", "order_by", "page_token"]
    assert 'character 1: there is no field "stat"; did you mean state?' in refusal.message
    token = client("ListConfigOverviews", page_size=1).next_page_token
    stranger = office.client(client.wire)
    for caller, asked in ((client, {"filter": "state = active"}), (client, {"order_by": "id"}), (stranger, {})):
        assert caller.refused("ListConfigOverviews", page_token=token, **asked).fields == ["page_token"]
    assert client.refused("ListConfigOverviews", filter="a" * 2001).fields == ["filter"]
    for hostile in ("') OR 1 = 1 --", "%", "name:\0", "((((((((((((((((((a))))))))))))))))))", "a " * 60):
        try:
            found = list(client("ListConfigOverviews", filter=hostile).configs)
        except Refused as refused:
            assert refused.fields == ["filter"]  # noqa: PT017
        else:
            assert found == []


def test_an_instance_sees_its_own(office: Office, client: Client) -> None:
    add(client, "mine", office.secret("password"), user="u")
    assert overviews(office.client(client.wire)) == {}
    viewer = Client(office.wires, client.wire, office.viewer, client.instance)
    assert list(overviews(viewer)) == ["mine"]


@pytest.mark.parametrize("rpc", ["ListConfigOverviews", "GetServerInfo", "ListProviderPresets"])
def test_who_may_read_is_answered_and_nobody_else(office: Office, client: Client, rpc: str) -> None:
    Client(office.wires, client.wire, office.viewer, client.instance)(rpc)
    assert Client(office.wires, client.wire, "mp_unknown", client.instance).refused(rpc).code == 16
    assert Client(office.wires, client.wire, office.admin, "no-such-instance").refused(rpc).code == 5


def test_the_server_says_what_it_is_and_allows(client: Client) -> None:
    server = client("GetServerInfo")
    assert server.version == mailproof.__version__
    assert server.HasField("server_time")
    limits, features = server.limits, server.features
    assert (limits.test_timeout.seconds, limits.call_timeout.seconds, limits.request_bytes) == (30, 35, 65536)
    assert (limits.configs_per_instance, limits.imports_per_hour, limits.kept_tests_per_config) == (0, 60, 100)
    assert (features.sandbox, features.tls, features.secret_export) == (True, False, True)
    assert features.egress_profile == "development"
    assert server.documentation.finding_path == "/v1/findings/{code}"


def test_known_providers_by_name_in_pages(client: Client) -> None:
    whole = client("ListProviderPresets").presets
    names = [each.name for each in whole]
    assert names == sorted(names, key=str.casefold)
    gmail = whole[names.index("Gmail")]
    assert gmail.kind == discovery_pb2.PROVIDER_PRESET_KIND_MAILBOX
    assert (gmail.servers[0].host, gmail.servers[0].port) == ("smtp.gmail.com", 465)
    assert gmail.servers[0].tls_mode == vocabulary_pb2.TLS_MODE_IMPLICIT
    assert gmail.user_template == "%EMAILADDRESS%"
    assert list(gmail.wanted_secrets) == [discovery_pb2.WANTED_SECRET_OAUTH, discovery_pb2.WANTED_SECRET_APP_PASSWORD]
    assert "app password" in gmail.advice
    first = client("ListProviderPresets", page_size=100)
    second = client("ListProviderPresets", page_token=first.next_page_token)
    assert [each.name for each in (*first.presets, *second.presets)] == names
    assert not second.next_page_token
    assert client.refused("ListProviderPresets", page_token=first.next_page_token[:-2], page_size=-1).fields == [
        "page_size",
        "page_token",
    ]


def test_lists_by_query(office: Office) -> None:
    client = office.client("rest")
    add(client, "Büro Süd")
    query = urllib.parse.urlencode({"filter": '"büro"', "orderBy": "description", "page_size": 1})
    answer = client.wires.http("GET", f"/v1/configs?{query}", None, client.headers())
    assert answer.status == 200
    (config,) = json.loads(answer.body)["configs"]
    assert config["smtp"]["description"] == "Büro Süd"
    assert config["secretState"] == "SECRET_STATE_NOT_NEEDED"
