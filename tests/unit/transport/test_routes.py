"""The table of REST routes, on the real protos and on made-up ones."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproof.domain.errors import MethodNotAllowed, RouteNotFound
from mailproof.rpc.calls import Calls, Method, Route
from mailproof.transport.routes import Routes
from service_support.table import Table
from zitadel.admin.v1 import admin_pb2

SERVICE = "/zitadel.admin.v1.AdminService"


@pytest.fixture
def calls(table: Table) -> Calls:
    return table.calls


@pytest.fixture
def routes(calls: Calls) -> Routes:
    return Routes(calls.methods.values())


@pytest.mark.parametrize("base", ["/admin/v1", ""])
@pytest.mark.parametrize(
    ("verb", "path", "rpc", "bindings"),
    [
        ("POST", "/smtp", "AddSMTPConfig", {}),
        ("GET", "/smtp/42", "GetSMTPConfigById", {"id": "42"}),
        ("POST", "/smtp/_search", "ListSMTPConfigs", {}),
        ("POST", "/smtp/_test", "TestSMTPConfig", {}),
        ("POST", "/smtp/42/_test", "TestSMTPConfigById", {"id": "42"}),
        ("POST", "/smtp/_test/_test", "TestSMTPConfigById", {"id": "_test"}),
        ("GET", "/smtp/ö b", "GetSMTPConfigById", {"id": "ö b"}),
    ],
)
def test_both_bases_lead_to_the_rpc(
    routes: Routes, base: str, verb: str, path: str, rpc: str, bindings: dict[str, str]
) -> None:
    match = routes.match(verb, base + path)
    assert (match.method.path, match.bindings) == (f"{SERVICE}/{rpc}", bindings)


@pytest.mark.parametrize("base", ["/admin/v1", ""])
def test_every_route_of_the_contract_leads_to_its_rpc(routes: Routes, base: str) -> None:
    contract = (Path(__file__).parents[1] / "rpc" / "zitadel_admin_v1.txt").read_text()
    listed = re.findall(r"^(\w+) \| (\w+) (\S+)", contract, re.MULTILINE)
    assert len(listed) == 24
    for rpc, verb, template in listed:
        match = routes.match(verb, base + template.replace("{id}", "42"))
        assert match.method.path == f"{SERVICE}/{rpc}"
        assert match.bindings == ({"id": "42"} if "{id}" in template else {})


def test_the_other_services_have_their_routes(routes: Routes) -> None:
    assert routes.match("POST", "/ccadmin/v1/email/test").method.service == "ccadmin.v1.EmailService"
    assert routes.match("POST", "/v1/diagnose").method.streaming


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("PUT", "/smtp", ["GET", "POST"]),
        ("PATCH", "/smtp/42", ["DELETE", "GET", "PUT"]),
        ("POST", "/smtp/42", ["DELETE", "GET", "PUT"]),
        ("GET", "/smtp/42/password", ["PUT"]),
        ("GET", "/email/smtp", ["POST"]),  # a literal is never an id, whatever the verb
        ("GET", "/smtp/_search", ["POST"]),  # a literal is never an id, whatever the verb
        ("GET", "/smtp/_test", ["POST"]),
        ("PUT", "/v1/diagnose", ["POST"]),
        ("DELETE", "/email/_search", ["POST"]),
        ("get", "/smtp/42", ["DELETE", "GET", "PUT"]),  # verbs are case-sensitive (RFC 9110 section 9.1)
    ],
)
def test_another_verb_names_the_right_ones(routes: Routes, verb: str, path: str, allowed: list[str]) -> None:
    with pytest.raises(MethodNotAllowed) as caught:
        routes.match(verb, path)
    assert list(caught.value.allowed) == allowed


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/smtp/",
        "//smtp",
        "/smtp//_test",
        "/SMTP",
        "/admin/v1",
        "/admin/v1/",
        "/admin/v1/smtp/1/2",
        "/v1",
    ],
)
def test_each_path_has_one_spelling(routes: Routes, path: str) -> None:
    with pytest.raises(RouteNotFound):
        routes.match("POST", path)


@pytest.fixture
def method(calls: Calls) -> Method:
    return calls.methods[f"{SERVICE}/GetSMTPConfigById"]


@pytest.mark.parametrize("template", ["/a/{id=*}", "/a/{id}:verb", "/a/*", "/a/**", "/a/x:verb", "/a/{id", "/a/{no}"])
def test_a_template_that_is_not_served_fails_at_start_up(method: Method, template: str) -> None:
    with pytest.raises(TypeError):
        Routes([replace(method, routes=(Route("GET", template, body=False),))])


def test_only_a_string_field_can_be_bound(method: Method) -> None:
    typed = replace(method, request_type=admin_pb2.AddSMTPConfigRequest, routes=(Route("GET", "/a/{tls}", body=False),))
    with pytest.raises(TypeError, match="tls"):
        Routes([typed])


def test_two_rpcs_can_not_share_a_route(method: Method) -> None:
    with pytest.raises(TypeError, match="share"):
        Routes([method, method])


SEGMENTS = st.lists(st.sampled_from(["", "smtp", "admin", "v1", "_test", "_search", "42"]) | st.text(), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the table is only read
@given(st.sampled_from(["GET", "POST", "PUT", ""]) | st.text(max_size=8), SEGMENTS)
def test_any_path_is_matched_or_refused(routes: Routes, verb: str, segments: list[str]) -> None:
    try:
        match = routes.match(verb, "/" + "/".join(segments))
    except (MethodNotAllowed, RouteNotFound):
        return
    assert all(match.bindings.values())
