"""HEAD and OPTIONS of every path, compressed answers, entity tags, and what a client may expect (RFC 9110)."""

import asyncio
import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.rpc.shown_secrets import may_show_secrets
from mailproof.transport.content_coding import LEAST_PACKED, StreamPacker, pack, takes_gzip, unpack
from mailproof.transport.cors import Cors
from mailproof.transport.entity_tags import content_tag, is_known
from mailproof.transport.http_app import HttpApp
from mailproof.transport.methods import allow
from mailproof.transport.routes import Routes
from service_support.asgi import Answer, Exchange, call, scope
from service_support.table import FAILED, STARTED, STEP, ScriptedProber, Table

CONFIG = {"senderAddress": "a@example.com", "senderName": "Zoë", "host": "mx.example.com:587"}
TARGET = {"host": "mx.example.com"}
GZIP = ("accept-encoding", "gzip")
VARIES = {"x-request-id", "date"}


def bearer(table: Table) -> tuple[str, str]:
    return ("authorization", f"Bearer {table.admin}")


def get(app: HttpApp, table: Table, path: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
    return call(app, method, path, [bearer(table), *headers])


def post(app: HttpApp, table: Table, path: str, document: object, *headers: tuple[str, str]) -> Answer:
    sent = [("content-type", "application/json"), bearer(table), *headers]
    return call(app, "POST", path, sent, [json.dumps(document).encode()])


def paths(table: Table, verb: str) -> list[str]:
    found = [(route.verb, route.template) for method in table.calls.methods.values() for route in method.routes]
    return [template.replace("{id}", "1").replace("{code}", "timeout") for each, template in found if each == verb]


def test_head_of_every_get_has_its_headers_and_no_body(app: HttpApp, table: Table) -> None:
    stored = json.loads(post(app, table, "/smtp", CONFIG).body)["id"]
    post(app, table, f"/smtp/{stored}/_activate", {})
    steady = [path for path in paths(table, "GET") if path != "/v1/server"]  # that one tells the time
    for path in [*steady, f"/smtp/{stored}", "/smtp/", "/healthz", "/readyz"]:
        whole, head = get(app, table, path), get(app, table, path, method="HEAD")
        shown = [item for item in whole.headers if item[0] not in VARIES]
        assert (head.status, [item for item in head.headers if item[0] not in VARIES]) == (whole.status, shown), path
        assert (head.body, head.complete, head.header("content-length")) == (b"", True, str(len(whole.body)))


def test_head_of_what_has_no_get_is_405(app: HttpApp, table: Table) -> None:
    answer = get(app, table, "/smtp/_search", method="HEAD")
    assert (answer.status, answer.header("allow"), answer.body) == (405, "OPTIONS, POST", b"")


def test_options_of_every_path_lists_its_methods_to_anybody(app: HttpApp, table: Table) -> None:
    routes = Routes(table.calls.methods.values())
    for path in {it for verb in ("GET", "POST", "PUT", "DELETE") for it in paths(table, verb)}:
        answer = call(app, "OPTIONS", path)
        assert (answer.status, answer.body, answer.header("content-length")) == (204, b"", None), path
        assert answer.header("allow") == allow(routes.verbs(path))[1].decode(), path
    for path, methods in {
        "/admin/v1/smtp/1/": "DELETE, GET, HEAD, OPTIONS, PUT",
        "/zitadel.admin.v1.AdminService/GetSMTPConfig": "OPTIONS, POST",
        "/healthz": "GET, HEAD, OPTIONS",
        "*": "DELETE, GET, HEAD, OPTIONS, POST, PUT",
    }.items():
        assert call(app, "OPTIONS", path).header("allow") == methods
    assert call(app, "OPTIONS", "/nothing").status == 404


def test_a_page_has_no_other_methods(app: HttpApp) -> None:
    answer = call(app, "POST", "/healthz")
    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD, OPTIONS")
    (info,) = json.loads(answer.body)["details"]
    assert info["reason"] == "METHOD_NOT_ALLOWED"


def test_cors_is_no_matter_of_options_alone(table: Table) -> None:
    app = HttpApp(table.calls, Cors(["https://a.example"]), ready=table.store.ping)
    plain = call(app, "OPTIONS", "/smtp", [("origin", "https://a.example")])
    assert (plain.header("allow"), plain.header("access-control-allow-origin")) == (
        "GET, HEAD, OPTIONS, POST",
        "https://a.example",
    )
    asked = call(app, "OPTIONS", "/smtp", [("origin", "https://b.example"), ("access-control-request-method", "GET")])
    assert (asked.status, asked.header("access-control-allow-methods")) == (204, None)


@pytest.mark.parametrize(
    ("expected", "status"), [("100-continue", 200), ("100-Continue", 200), ("200-ok", 417), ("", 417)]
)
def test_nothing_else_may_be_expected_than_to_be_asked_for_the_body(
    app: HttpApp, table: Table, expected: str, status: int
) -> None:
    answer = post(app, table, "/smtp/_search", {}, ("expect", expected))
    assert (answer.status, answer.header("connection")) == (status, "close" if status == 417 else None)


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("br, gzip;q=0.5, deflate", True),
        ("gzip ; q=1.000", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("gzip;q=0.2, identity;q=0.8", False),
        ("gzip;q=0.8, identity;q=0.8", True),
        ("*;q=0", False),
        ("br", False),
        ("gzip;q=2", False),  # no weight: the item is passed over
        ("gzip;level=9", False),
        ("gzip\x00", False),
    ],
)
def test_whether_a_client_takes_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_each_item_of_a_packed_stream_can_be_read_at_once(items: list[bytes]) -> None:
    packer, reader = StreamPacker(), zlib.decompressobj(16 + zlib.MAX_WBITS)
    for item in items:
        assert reader.decompress(packer.item(item, last=False)) == item
    assert reader.decompress(packer.item(b"end", last=True)) == b"end"
    assert reader.eof


def test_an_answer_is_packed_where_that_pays(app: HttpApp, table: Table) -> None:
    for number in range(12):
        post(app, table, "/smtp", {**CONFIG, "description": f"number {number}"})
    plain, packed = post(app, table, "/smtp/_search", {}), post(app, table, "/smtp/_search", {}, GZIP)
    assert len(plain.body) > LEAST_PACKED
    assert (plain.header("content-encoding"), packed.header("content-encoding")) == (None, "gzip")
    assert json.loads(gzip.decompress(packed.body))["result"] == json.loads(plain.body)["result"]
    for answer in (plain, packed, get(app, table, "/smtp/1")):
        assert answer.header("vary") == "accept, accept-language, accept-encoding"
    assert get(app, table, "/v1/caller", GZIP).header("content-encoding") is None  # too small


def test_what_may_show_a_secret_is_never_packed(app: HttpApp, table: Table) -> None:
    for number in range(12):
        post(app, table, "/email/http", {"endpoint": f"https://{number}.example/", "description": "x" * 100})
    answer = post(app, table, "/email/_search", {}, GZIP)
    assert len(answer.body) > LEAST_PACKED
    assert answer.header("content-encoding") is None
    assert "signingKey" in json.loads(answer.body)["result"][0]["http"]
    shown = {path.rpartition("/")[2] for path, it in table.calls.methods.items() if may_show_secrets(_answer(it))}
    assert shown == {
        "AddEmailProviderHTTP",
        "ExportConfigs",
        "GetEmailProvider",
        "GetEmailProviderById",
        "ListEmailProviders",
        "StreamExportConfigs",
        "UpdateEmailProviderHTTP",
    }


def _answer(method: object) -> object:
    return method.response_type.DESCRIPTOR  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["application/x-ndjson", "text/event-stream"])
def test_each_item_of_a_stream_leaves_at_once_packed_or_not(app: HttpApp, table: Table, kind: str) -> None:
    table.prober = ScriptedProber((STARTED, STEP, FAILED))
    plain = post(app, table, "/v1/settings:diagnose", TARGET, ("accept", kind))
    packed = post(app, table, "/v1/settings:diagnose", TARGET, ("accept", kind), GZIP)
    for answer in (plain, packed):
        assert answer.header("cache-control") == "no-store, no-transform"
        assert answer.header("x-accel-buffering") == "no"
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    items = [item for item in map(reader.decompress, packed.chunks) if item]
    assert [item.split(b":")[0] for item in items] == [item.split(b":")[0] for item in plain.chunks]
    assert reader.eof


def test_a_packed_stream_that_fails_ends_as_gzip_does(app: HttpApp, table: Table) -> None:
    table.prober = ScriptedProber((STEP, RuntimeError("a defect")))
    answer = post(app, table, "/v1/settings:diagnose", TARGET, GZIP)
    assert b'"error"' in gzip.decompress(answer.body).splitlines()[-1]


def test_a_client_that_leaves_a_packed_stream_ends_it(app: HttpApp, table: Table) -> None:
    async def run() -> None:
        table.prober = ScriptedProber((STEP, "hang"))
        headers = [bearer(table), ("content-type", "application/json"), GZIP]
        exchange = Exchange(scope("POST", "/v1/settings:diagnose", headers), [json.dumps(TARGET).encode()])
        running = asyncio.create_task(exchange.run(app))
        await exchange.first_part.wait()
        exchange.hang_up()
        await running

    asyncio.run(run())
    assert table.prober.closed == 1


@pytest.mark.parametrize(
    "path", ["/v1/caller", "/v1/configs", "/v1/provider-presets", "/v1/findings/timeout", "/v1/events", "/v1/tests"]
)
def test_every_get_has_a_tag_and_what_is_known_is_not_sent_again(app: HttpApp, table: Table, path: str) -> None:
    first = get(app, table, path)
    tag = first.header("etag")
    assert first.status == 200
    assert tag is not None
    assert tag.startswith('W/"')
    for method in ("GET", "HEAD"):
        again = get(app, table, path, ("if-none-match", f'"other", {tag}'), method=method)
        assert (again.status, again.body, again.header("etag")) == (304, b"", tag)
        assert (again.header("content-length"), again.header("content-type")) == (None, None)
        assert again.header("cache-control") == first.header("cache-control")
        assert again.header("vary") == first.header("vary")
    assert get(app, table, path, ("if-none-match", 'W/"other"')).status == 200


def test_a_tag_is_the_same_packed_or_not_but_for_that_of_one_configuration(app: HttpApp, table: Table) -> None:
    stored = json.loads(post(app, table, "/smtp", {**CONFIG, "description": "x" * 200}).body)["id"]
    presets = get(app, table, "/v1/provider-presets", GZIP)
    assert presets.header("content-encoding") == "gzip"
    assert presets.header("etag") == get(app, table, "/v1/provider-presets").header("etag")
    assert presets.header("cache-control") == "private, no-cache"  # to be kept, and asked about
    one = get(app, table, f"/smtp/{stored}", GZIP)
    assert (one.header("etag"), one.header("content-encoding"), one.header("cache-control")) == (
        '"1"',
        None,
        "no-store",
    )
    assert get(app, table, f"/smtp/{stored}", ("if-none-match", 'W/"1"')).status == 304
    assert get(app, table, f"/smtp/{stored}", ("if-none-match", '"2"')).status == 200
    assert get(app, table, "/smtp/9", ("if-none-match", "*")).status == 404  # there is nothing that it could have


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("*", True),
        ('"a"', True),
        ('W/"a"', True),
        ('"b","a"', True),
        ('"b" , W/"a"', True),
        ("", False),
        ("a", False),
        ('"b"', False),
        ('w/"A"', False),
        ('"' * 5000, False),
        (",".join(f'"{number}"' for number in range(200)) + ',"a"', False),  # so many are not looked at
    ],
)
def test_which_tags_are_known(header: str, known: bool) -> None:
    assert is_known('W/"a"', header) is known
    assert is_known('"a"', header) is known


def test_tags_of_other_texts_are_others() -> None:
    assert content_tag(b"a") == content_tag(b"a") != content_tag(b"b")


@given(st.binary(max_size=2000))
def test_what_is_packed_is_gzip(body: bytes) -> None:
    assert unpack(pack(body), 2000) == body
