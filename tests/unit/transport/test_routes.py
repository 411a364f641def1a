"""The table of REST routes, on the real protos and on made-up ones."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

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
        ("GET", "/smtp/%C3%B6%20b", "GetSMTPConfigById", {"id": "ö b"}),
        ("GET", "/smtp/a%2Fb", "GetSMTPConfigById", {"id": "a/b"}),  # an encoded slash divides nothing
        ("GET", "/smtp/%34%32", "GetSMTPConfigById", {"id": "42"}),  # an encoded letter of a value is that letter
        ("GET", "/smtp/a:b", "GetSMTPConfigById", {"id": "a:b"}),  # no route has that verb
        ("GET", "/smtp/a:", "GetSMTPConfigById", {"id": "a:"}),
        ("GET", "/smtp/:test", "GetSMTPConfigById", {"id": ":test"}),
        ("GET", "/smtp/a:test", "GetSMTPConfigById", {"id": "a:test"}),  # a verb of other routes
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
    assert caught.value.message == f"Method Not Allowed: this path takes {', '.join(allowed)}"


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/v1/event", "GET /v1/events"),
        ("/admin/v1/smpt/17", "DELETE or GET or PUT /admin/v1/smtp/{id}"),
        ("/v1/setting:diagnose", "POST /v1/settings:diagnose"),
        ("/wp-login.php", ""),
    ],
)
def test_a_mistyped_path_is_told_the_nearest_route(routes: Routes, path: str, nearest: str) -> None:
    with pytest.raises(RouteNotFound) as caught:
        routes.match("GET", path)
    assert caught.value.metadata.get("nearest", "") == nearest
    assert caught.value.message == (
        f"Not Found: there is no such path; did you mean {nearest}?" if nearest else "Not Found"
    )


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/smtp//",
        "//smtp",
        "/smtp//_test",
        "/SMTP",
        "/admin/v1",
        "/admin/v1/",
        "/admin/v1/smtp/1/2",
        "/smtp/1%2F_activate",
        "/smtp/1/%5Factivate",
        "/%73mtp/1/_activate",
        "/smtp/./_activate",
        "/smtp/../_activate",
        "/smtp/%2E%2e/_activate",
        "/smtp/1/_activate/",
        "/smtp/1/_Activate",
        "/smtp;x/1/_activate",
        "/smtp/1\\_activate",
        "/v1",
    ],
)
def test_each_path_has_one_spelling(routes: Routes, path: str) -> None:
    assert routes.match("POST", "/smtp/1/_activate").bindings == {"id": "1"}
    with pytest.raises((RouteNotFound, MethodNotAllowed)):
        routes.match("POST", path)


@pytest.mark.parametrize(
    ("path", "binding"),
    [("/smtp/", {}), ("/admin/v1/smtp/", {}), ("/smtp/1/", {"id": "1"}), ("/smtp/a:test/", {"id": "a:test"})],
)
def test_a_slash_at_the_end_changes_nothing(routes: Routes, path: str, binding: dict[str, str]) -> None:
    assert routes.match("GET", path) == routes.match("GET", path.removesuffix("/"))
    assert routes.match("GET", path).bindings == binding
    assert routes.verbs(path) == routes.verbs(path.removesuffix("/")) != []


@pytest.mark.parametrize("path", ["/v1/settings:diagnose/", "/v1/providers/1:test/", "/smtp/_search/", "/smtp//"])
def test_a_verb_and_an_empty_id_are_not_reached_by_it(routes: Routes, path: str) -> None:
    assert routes.verbs(path) == []


def test_an_id_left_empty_changes_and_removes_nothing(calls: Calls, routes: Routes) -> None:
    """As `/smtp/` for `/smtp/{id}`: the slash is passed over, so the path above must not take the verb."""
    found = {(route.verb, route.template) for method in calls.methods.values() for route in method.routes}
    of_one = [(verb, template) for verb, template in found if template.endswith("}") and verb != "GET"]
    assert of_one
    for verb, template in of_one:
        assert verb not in routes.verbs(template[: template.rindex("{")]), template


@pytest.fixture
def method(calls: Calls) -> Method:
    return calls.methods[f"{SERVICE}/GetSMTPConfigById"]


@pytest.mark.parametrize(
    "template",
    [
        "/a/{id=*}",
        "/a/{id=a/*}",
        "/a/*",
        "/a/**",
        "/a/{id",
        "/a/{no}",
        "/a/{no}:verb",
        "/a/x:",
        "/a/:verb",
        "/a:verb/x",
        "/a/{id}:one:two",
        "/a/{id}:{id}",
        "/a/x:**",
        "/a%20b",
        "/a//b",
        "/",
        "a",
        "",
    ],
)
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


def table_of(method: Method, *templates: str) -> Routes:
    """Return a table in which each template is an RPC's own: a GET for "/…", another verb for "PUT /…"."""
    made = []
    for template in templates:
        verb, _, path = template.rpartition(" ")
        made.append(replace(method, path=template, routes=(Route(verb or "GET", path, body=False),)))
    return Routes(made)


def found(routes: Routes, verb: str, path: str) -> tuple[str, dict[str, str]]:
    match = routes.match(verb, path)
    return match.method.path, match.bindings


VERBS = (
    "/things",
    "/things:export",
    "POST /things:import",
    "/things/{id}",
    "PUT /things/{id}",
    "POST /things/{id}:test",
    "POST /things/{id}:undelete",
    "POST /things/main:test",
    "/things/{id}/parts",
)


@pytest.mark.parametrize(
    ("verb", "path", "template", "bindings"),
    [
        ("GET", "/things", "/things", {}),
        ("GET", "/things:export", "/things:export", {}),
        ("POST", "/things:import", "POST /things:import", {}),
        ("POST", "/things/1:test", "POST /things/{id}:test", {"id": "1"}),
        ("POST", "/things/1:undelete", "POST /things/{id}:undelete", {"id": "1"}),
        ("POST", "/things/a:b:test", "POST /things/{id}:test", {"id": "a:b"}),  # the last colon divides
        ("POST", "/things/a%3Atest:test", "POST /things/{id}:test", {"id": "a:test"}),
        ("POST", "/things/a%2Fb:test", "POST /things/{id}:test", {"id": "a/b"}),
        ("POST", "/things/%C3%B6:test", "POST /things/{id}:test", {"id": "ö"}),
        ("POST", "/things/main:test", "POST /things/main:test", {}),  # a literal wins over a variable
        ("POST", "/things/main:undelete", "POST /things/{id}:undelete", {"id": "main"}),  # which is there without it
        ("GET", "/things/a:b", "/things/{id}", {"id": "a:b"}),  # no verb of that name: a part of the id
        ("GET", "/things/a:TEST", "/things/{id}", {"id": "a:TEST"}),  # verbs have their case
        ("GET", "/things/a:export", "/things/{id}", {"id": "a:export"}),  # the verb of another template
        ("GET", "/things/a:", "/things/{id}", {"id": "a:"}),
        ("GET", "/things/:test", "/things/{id}", {"id": ":test"}),  # a verb of nothing
        ("GET", "/things/:", "/things/{id}", {"id": ":"}),
        ("GET", "/things/a%3Atest", "/things/{id}", {"id": "a:test"}),  # encoded it is data
        ("PUT", "/things/a%3atest", "PUT /things/{id}", {"id": "a:test"}),
        ("GET", "/things/a:test/parts", "/things/{id}/parts", {"id": "a:test"}),  # a verb comes last
    ],
)
def test_a_custom_verb_is_the_end_of_a_path(
    method: Method, verb: str, path: str, template: str, bindings: dict[str, str]
) -> None:
    assert found(table_of(method, *VERBS), verb, path) == (template, bindings)


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("GET", "/things:import", ["POST"]),
        ("POST", "/things:export", ["GET"]),
        ("GET", "/things/1:test", ["POST"]),  # a verb is never a part of an id, whatever the HTTP verb
        ("POST", "/things", ["GET"]),
        ("POST", "/things/a:b", ["GET", "PUT"]),
    ],
)
def test_another_verb_than_a_custom_verbs_names_the_right_ones(
    method: Method, verb: str, path: str, allowed: list[str]
) -> None:
    with pytest.raises(MethodNotAllowed) as caught:
        table_of(method, *VERBS).match(verb, path)
    assert list(caught.value.allowed) == allowed


@pytest.mark.parametrize(
    "path",
    [
        "/things:",
        "/things:test",
        "/things%3Aexport",
        "/things:export:export",
        "/things:export/",
        "/things/1/:test",
        "/things/1/parts:test",
        "/:export",
        "/things:export:",
        "//things:export",
    ],
)
def test_a_custom_verb_is_served_only_where_a_template_has_it(method: Method, path: str) -> None:
    routes = table_of(method, *VERBS)
    for verb in ("GET", "POST"):
        with pytest.raises(RouteNotFound):
            routes.match(verb, path)


def test_two_rpcs_can_not_share_a_custom_verb(method: Method) -> None:
    with pytest.raises(TypeError, match="share"):
        table_of(method, "/things/{id}:test", "/things/{id}:test")


def test_each_route_with_a_custom_verb_leads_to_its_rpc(calls: Calls, routes: Routes) -> None:
    methods = calls.methods.values()
    served = [(method, route) for method in methods for route in method.routes if ":" in route.template]
    assert {method.path.rpartition("/")[2] for method, _ in served} == {
        "Diagnose",
        "DiscoverSettings",
        "ExportConfigs",
        "ImportConfigs",
        "StreamExportConfigs",
        "BeginConfigsImport",
        "ContinueConfigsImport",
        "FinishConfigsImport",
        "UndoConfigsImport",
        "TestHTTPProvider",
    }
    for method, route in served:
        assert routes.match(route.verb, route.template.replace("{id}", "42")).method is method


IDS = st.text(min_size=1) | st.lists(st.sampled_from(["a", ":", "test", "%", "/", "%3A", "%2F", "."]), min_size=1).map(
    "".join
).filter(lambda identity: identity not in (".", ".."))
"""Steps in a path are no ids."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the method is only read
@given(IDS)
def test_any_id_can_be_sent_percent_encoded(method: Method, identity: str) -> None:
    encoded = quote(identity, safe="")
    routes = table_of(method, "/things/{id}", "POST /things/{id}:test", "/things/{id}/parts")
    bound = {"id": identity}
    assert found(routes, "GET", f"/things/{encoded}") == ("/things/{id}", bound)
    assert found(routes, "POST", f"/things/{encoded}:test") == ("POST /things/{id}:test", bound)
    assert found(routes, "GET", f"/things/{encoded}/parts") == ("/things/{id}/parts", bound)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(IDS)
def test_colons_are_an_ids_own_where_no_template_has_a_verb(method: Method, identity: str) -> None:
    sent = quote(identity, safe=":")
    assert found(table_of(method, "/things/{id}"), "GET", f"/things/{sent}") == ("/things/{id}", {"id": identity})


SEGMENTS = st.lists(
    st.sampled_from(["", "smtp", "admin", "v1", "_test", "_search", "42", "configs:export", "42:test", ":", "%3A"])
    | st.text(),
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the table is only read
@given(st.sampled_from(["GET", "POST", "PUT", ""]) | st.text(max_size=8), SEGMENTS)
def test_any_path_is_matched_or_refused(routes: Routes, verb: str, segments: list[str]) -> None:
    try:
        match = routes.match(verb, "/" + "/".join(segments))
    except (MethodNotAllowed, RouteNotFound):
        return
    assert all(match.bindings.values())
