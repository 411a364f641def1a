"""REST over the real table of calls: bodies, statuses, headers, streams, and the client that hangs up."""

import asyncio
import gzip
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from clock_support.frozen import freeze
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.limits import ANSWER_MARGIN
from mailproof.domain.model import Caller, Role, Token
from mailproof.rpc.codec import MAX_REQUEST_BYTES
from mailproof.smtp.report import Alternative, Heartbeat, Report
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.transport.cors import Cors
from mailproof.transport.http_app import HttpApp
from service_support.asgi import Answer, Exchange, call, scope
from service_support.framing import BINARY, frame, read
from service_support.table import FAILED, PASSED, STARTED, STEP, ScriptedProber, Table

ORIGIN = "https://console.example.com"
JSON = ("content-type", "application/json")
CONFIG = {"senderAddress": "a@example.com", "senderName": "Zoë", "host": "mx.example.com:587"}
TARGET = {"host": "mx.example.com"}
COMMERCE = {"emailSMTPHost": "mx.example.com", "emailSMTPPort": "587", "emailSMTPAuthMethod": "TLS"}


def bearer(token: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {token}")


def send(
    app: HttpApp,
    table: Table,
    path: str,
    document: object = None,
    *,
    method: str = "POST",
    headers: Iterable[tuple[str, str | bytes]] = (),
    chunks: list[bytes] | None = None,
) -> Answer:
    """Send a request as the admin."""
    body = [b"" if document is None else json.dumps(document).encode()] if chunks is None else chunks
    kind = [JSON] if method == "POST" and not any(name == "content-type" for name, _ in headers) else []
    return call(app, method, path, [*headers, *kind, bearer(table.admin)], body)


def status(answer: Answer) -> dict[str, Any]:
    """Read an error's body, which has exactly these three members."""
    assert answer.header("content-type") == "application/json"
    document = json.loads(answer.body)
    assert list(document) == ["code", "message", "details"]
    assert all("@type" in detail for detail in document["details"])
    return dict(document)


def reason(answer: Answer) -> str:
    (info,) = (detail for detail in status(answer)["details"] if detail["@type"].endswith("google.rpc.ErrorInfo"))
    return str(info["reason"])


def fields(answer: Answer) -> list[str]:
    return [
        violation["field"]
        for detail in status(answer)["details"]
        if detail["@type"].endswith("google.rpc.BadRequest")
        for violation in detail["fieldViolations"]
    ]


@pytest.mark.parametrize("base", ["/admin/v1", ""])
def test_a_configuration_is_stored_and_read(app: HttpApp, table: Table, base: str) -> None:
    answer = send(app, table, f"{base}/smtp", CONFIG)
    assert (answer.status, answer.header("content-type")) == (200, "application/json")
    assert answer.header("cache-control") == "no-store"
    added = json.loads(answer.body)
    assert added["details"]["sequence"].isdigit()  # int64 as a string
    assert added["details"]["changeDate"].endswith("Z")  # RFC 3339
    read = json.loads(send(app, table, f"{base}/smtp/{added['id']}", method="GET").body)["smtpConfig"]
    assert (read["senderName"], read["state"]) == ("Zoë", "SMTP_CONFIG_INACTIVE")
    assert "tls" not in read  # this API omits defaults
    listed = json.loads(send(app, table, f"{base}/smtp/_search", {}).body)
    assert (listed["details"]["totalResult"], len(listed["result"])) == ("1", 1)


@pytest.mark.parametrize(
    ("method", "path", "http", "code", "why"),
    [
        ("GET", "//", 404, 5, "ROUTE_NOT_FOUND"),
        ("POST", "/admin/v1/nothing", 404, 5, "ROUTE_NOT_FOUND"),
        ("PUT", "/admin/v1/smtp", 405, 12, "METHOD_NOT_ALLOWED"),
        ("PATCH", "/admin/v1/smtp", 405, 12, "METHOD_NOT_ALLOWED"),
        ("TRACE", "/admin/v1/smtp", 405, 12, "METHOD_NOT_ALLOWED"),
        ("GET", "/admin/v1/smtp/1", 404, 5, "SMTP_CONFIG_NOT_FOUND"),
    ],
)
def test_errors_have_their_http_status(
    app: HttpApp, table: Table, method: str, path: str, http: int, code: int, why: str
) -> None:
    answer = send(app, table, path, method=method)
    assert (answer.status, status(answer)["code"], reason(answer)) == (http, code, why)
    assert answer.header("allow") == ("GET, HEAD, OPTIONS, POST" if http == 405 else None)


@pytest.mark.parametrize(
    ("method", "path", "http", "why"),
    [
        ("POST", "/v1/providers/1:test", 404, "SMTP_CONFIG_NOT_FOUND"),
        ("POST", "/v1/providers/a:b:test", 404, "SMTP_CONFIG_NOT_FOUND"),
        ("POST", "/v1/providers/1%3Atest", 404, "ROUTE_NOT_FOUND"),  # an encoded colon begins no verb
        ("POST", "/v1/providers/1:testing", 404, "ROUTE_NOT_FOUND"),
        ("POST", "/v1/providers/:test", 404, "ROUTE_NOT_FOUND"),
        ("GET", "/v1/providers/1:test", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/v1/settings", 404, "ROUTE_NOT_FOUND"),
        ("POST", "/smtp/1:test", 405, "METHOD_NOT_ALLOWED"),  # there it is a part of the id
        ("GET", "/smtp/1:test", 404, "SMTP_CONFIG_NOT_FOUND"),
        ("GET", "/smtp/1%3Atest", 404, "SMTP_CONFIG_NOT_FOUND"),
    ],
)
def test_a_custom_verb_is_a_path_of_its_own(
    app: HttpApp, table: Table, method: str, path: str, http: int, why: str
) -> None:
    answer = send(app, table, path, {} if method == "POST" else None, method=method)
    assert (answer.status, reason(answer)) == (http, why)
    if http == 405:
        assert answer.header("allow") == (
            "OPTIONS, POST" if path.startswith("/v1/") else "DELETE, GET, HEAD, OPTIONS, PUT"
        )


def test_what_a_path_binds_is_decoded_once(app: HttpApp, table: Table) -> None:
    for sent, bound in (("a%3Ab", "a:b"), ("a%2Fb", "a/b"), ("a%253Ab", "a%3Ab"), ("a:b", "a:b")):
        details = status(send(app, table, f"/v1/providers/{sent}:test", {}))["details"]
        assert details[0]["metadata"]["id"] == bound


def test_a_server_that_keeps_no_encoded_path_is_served_too(app: HttpApp, table: Table) -> None:
    exchange = Exchange(scope("POST", "/v1/providers/%C3%B6:test", [JSON, bearer(table.admin)]), [b"{}"])
    del exchange.scope["raw_path"]
    details = status(asyncio.run(exchange.run(app)))["details"]
    assert details[0]["metadata"]["id"] == "ö"


def test_an_unknown_id_has_the_reference_services_detail(app: HttpApp, table: Table) -> None:
    answer = status(send(app, table, "/smtp/1", method="GET"))
    assert answer["message"] == "SMTP configuration not found (QUERY-fwofw)"
    assert answer["details"][-1] == {
        "@type": "type.googleapis.com/zitadel.v1.ErrorDetail",
        "id": "QUERY-fwofw",
        "message": "SMTP configuration not found",
    }


def test_who_may_do_what(app: HttpApp, table: Table) -> None:
    body = [json.dumps(CONFIG).encode()]
    nobody = call(app, "POST", "/smtp", [JSON], body)
    assert (nobody.status, reason(nobody)) == (401, "TOKEN_INVALID")
    assert (nobody.header("www-authenticate") or "").startswith("Bearer ")
    viewer = call(app, "POST", "/smtp", [JSON, bearer(table.viewer)], body)
    assert (viewer.status, reason(viewer)) == (403, "PERMISSION_MISSING")
    assert viewer.header("www-authenticate") is None
    assert call(app, "POST", "/smtp/_search", [JSON, bearer(table.viewer)], [b"{}"]).status == 200
    # Who may not call learns nothing of what is wrong with the call.
    assert call(app, "POST", "/smtp", [JSON], [b"{"]).status == 401
    assert table.count() == 0


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/jsonp", "text/json"])
def test_only_json_is_read(app: HttpApp, table: Table, kind: str) -> None:
    answer = send(app, table, "/smtp", CONFIG, headers=[("content-type", kind)])
    assert (answer.status, reason(answer)) == (415, "MEDIA_TYPE_UNSUPPORTED")
    assert table.count() == 0
    parameters = [("content-type", "Application/JSON; charset=utf-8")]
    assert send(app, table, "/smtp", CONFIG, headers=parameters).status == 200


CURL = ("content-type", "application/x-www-form-urlencoded")


@pytest.mark.parametrize("kind", [[CURL], [("content-type", "")], []])
def test_what_curl_sends_is_read_as_json_by_the_compatible_apis(
    app: HttpApp, table: Table, kind: list[tuple[str, str]]
) -> None:
    headers = [*kind, bearer(table.admin)]
    added = call(app, "POST", "/smtp", headers, [json.dumps(CONFIG).encode()])
    assert added.status == 200
    stored = json.loads(added.body)["id"]
    for path, body in ((f"/admin/v1/smtp/{stored}/_activate", b""), ("/smtp/_search", b'{"query":{"limit":1}}')):
        assert call(app, "POST", path, headers, [body]).status == 200
    assert call(app, "POST", "/ccadmin/v1/email/test", headers, [json.dumps(COMMERCE).encode()]).status == 200
    form = call(app, "POST", "/smtp", headers, [b"senderAddress=a%40example.com"])
    assert (form.status, reason(form)) == (400, "REQUEST_MALFORMED")
    assert table.count() == 1


@pytest.mark.parametrize("kind", [[CURL], [("content-type", "")], []])
def test_our_own_apis_want_the_content_type(app: HttpApp, table: Table, kind: list[tuple[str, str]]) -> None:
    answer = call(app, "POST", "/v1/diagnose", [*kind, bearer(table.admin)], [json.dumps(TARGET).encode()])
    assert (answer.status, reason(answer)) == (415, "MEDIA_TYPE_UNSUPPORTED")


@pytest.mark.parametrize("kind", [[CURL], [("content-type", "")], [], [("content-type", "text/plain")]])
def test_a_browsers_form_with_a_client_certificate_is_refused(
    app: HttpApp, table: Table, monkeypatch: pytest.MonkeyPatch, kind: list[tuple[str, str]]
) -> None:
    """It is sent for any site, and the browser adds the certificate, but never the header authorization."""

    async def authenticate(*_: object, **__: object) -> Caller:
        return Caller(Token("1", "certificate", Role.ADMIN, ("instance",), datetime.now(UTC)), "instance", "peer")

    monkeypatch.setattr(table.calls._access, "authenticate", authenticate)
    answer = call(app, "POST", "/smtp", kind, [json.dumps(CONFIG).encode()])
    assert (answer.status, reason(answer)) == (415, "MEDIA_TYPE_UNSUPPORTED")
    assert table.count() == 0


NO_UTF8 = ["%FF", "%C0%AF", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%C3", "%zz", "%", "%4", "a%f", "%C3%28", "\ufffd"]


@pytest.mark.parametrize("text", NO_UTF8)
def test_a_path_that_is_no_utf8_is_malformed(app: HttpApp, table: Table, text: str) -> None:
    for method, path in (("GET", f"/smtp/{text}"), ("POST", f"/v1/providers/{text}:test"), ("GET", f"/nothing/{text}")):
        answer = send(app, table, path, method=method)
        assert (answer.status, reason(answer)) == (400, "REQUEST_MALFORMED")
    web = read(call(app, "POST", f"/smtp/{text}/_activate", [BINARY, bearer(table.admin)], [frame(b"")]))
    assert (web.code, web.reason) == (3, "REQUEST_MALFORMED")


@pytest.mark.parametrize(
    ("path", "status", "why"),
    [
        ("/smtp/%C3%BC", 404, "SMTP_CONFIG_NOT_FOUND"),
        ("/smtp/%F0%9F%98%80", 404, "SMTP_CONFIG_NOT_FOUND"),
        ("/smtp/%2E%2E%2Fetc", 404, "SMTP_CONFIG_NOT_FOUND"),  # data, and an id that nobody has
        ("/smtp/%252e%252e", 404, "SMTP_CONFIG_NOT_FOUND"),  # decoded once
        ("/smtp/a%2Fb", 404, "SMTP_CONFIG_NOT_FOUND"),
        ("/smtp/%00", 400, "FIELD_INVALID"),
        ("/smtp/1%0D%0Ax", 400, "FIELD_INVALID"),
        ("/smtp/..", 404, "ROUTE_NOT_FOUND"),
        ("/smtp/%2e%2E", 404, "ROUTE_NOT_FOUND"),
        ("/smtp/../smtp/1", 404, "ROUTE_NOT_FOUND"),
        ("/smtp/./1", 404, "ROUTE_NOT_FOUND"),
        ("//smtp/1", 404, "ROUTE_NOT_FOUND"),
        ("/%73mtp/1", 404, "ROUTE_NOT_FOUND"),
        ("/smtp\\1", 404, "ROUTE_NOT_FOUND"),
    ],
)
def test_a_hostile_path_is_an_id_or_nothing(app: HttpApp, table: Table, path: str, status: int, why: str) -> None:
    answer = send(app, table, path, method="GET")
    assert (answer.status, reason(answer)) == (status, why)


def test_a_body_over_the_limit_is_413(app: HttpApp, table: Table) -> None:
    big = json.dumps({**CONFIG, "unknown": "x" * MAX_REQUEST_BYTES}).encode()
    pieces = [big[start : start + 5000] for start in range(0, len(big), 5000)]
    declared = [("content-length", str(len(big)))]
    absurd = [("content-length", "9" * 5000)]
    for answer in (
        send(app, table, "/smtp", chunks=[big], headers=declared),
        send(app, table, "/smtp", chunks=pieces),
        send(app, table, "/smtp", chunks=[b"{}"], headers=absurd),
    ):
        assert (answer.status, reason(answer)) == (413, "REQUEST_TOO_LARGE")
        assert '"limitBytes":"65536"' in answer.body.decode()
    fits = json.dumps(CONFIG).encode()
    fits += b" " * (MAX_REQUEST_BYTES - len(fits))
    assert send(app, table, "/smtp", chunks=[fits[:1000], fits[1000:]]).status == 200
    assert table.count() == 1


def test_a_compressed_body_is_read(app: HttpApp, table: Table) -> None:
    packed = gzip.compress(json.dumps(CONFIG).encode())
    assert send(app, table, "/smtp", chunks=[packed], headers=[("content-encoding", "gzip")]).status == 200
    bomb = gzip.compress(b" " * (MAX_REQUEST_BYTES + 1))
    answer = send(app, table, "/smtp", chunks=[bomb], headers=[("content-encoding", "gzip")])
    assert (answer.status, reason(answer)) == (413, "REQUEST_TOO_LARGE")
    answer = send(app, table, "/smtp", CONFIG, headers=[("content-encoding", "br")])
    assert (answer.status, reason(answer)) == (415, "MEDIA_TYPE_UNSUPPORTED")
    assert answer.header("accept-encoding") == "gzip"
    assert table.count() == 1
    assert send(app, table, "/smtp", CONFIG, headers=[("content-encoding", "UTF-8")]).status == 200
    for coding in ("gzip", "br"):  # without a body nothing is coded
        answer = send(app, table, "/smtp/1/_activate", chunks=[b""], headers=[("content-encoding", coding)])
        assert answer.status == 404


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 5000])
def test_a_malformed_body_is_400(app: HttpApp, table: Table, body: bytes) -> None:
    answer = send(app, table, "/smtp", chunks=[body])
    assert (answer.status, reason(answer)) == (400, "REQUEST_MALFORMED")


def test_every_violated_field_is_named(app: HttpApp, table: Table) -> None:
    answer = send(app, table, "/smtp", {"host": "mx.example.com", "description": "d" * 201})
    assert (answer.status, reason(answer)) == (400, "FIELD_INVALID")
    assert fields(answer) == ["sender_address", "sender_name", "host", "description"]


def test_a_busy_server_says_when_to_come_back(app: HttpApp, table: Table) -> None:
    table.prober = ScriptedProber((StoreUnavailable(retry_after=2.4),))
    answer = send(app, table, "/v1/diagnose", TARGET)
    # Rounded up: who came back after two seconds would be refused again.
    assert (answer.status, answer.header("retry-after"), status(answer)["code"]) == (503, "3", 14)


def test_the_request_id_is_the_callers_where_it_is_harmless(app: HttpApp, table: Table) -> None:
    for path in ("/smtp/_search", "/nothing"):
        assert send(app, table, path, {}, headers=[("x-request-id", "abc-1")]).header("x-request-id") == "abc-1"
        made = send(app, table, path, {}, headers=[("x-request-id", "a b\x7f")]).header("x-request-id")
        assert made is not None
        assert made.isalnum()


def test_a_defect_of_ours_is_a_500_that_says_nothing_but_its_id(app: HttpApp, table: Table) -> None:
    table.prober = ScriptedProber((RuntimeError("the password is hunter2"),))
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[("x-request-id", "abc-1")])
    assert (answer.status, status(answer)["code"]) == (500, 13)
    assert status(answer)["message"] == "internal error (request id abc-1)"
    assert b"hunter2" not in answer.body


# --- the commerce API --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "passed"), [(PASSED, True), (FAILED, False)])
def test_a_commerce_test_answers_both_fields(app: HttpApp, table: Table, outcome: Any, passed: bool) -> None:
    table.prober = ScriptedProber((STEP, outcome))
    answer = send(app, table, "/ccadmin/v1/email/test", COMMERCE)
    assert (answer.status, json.loads(answer.body)) == (200, {"status": passed, "success": passed})


@pytest.mark.parametrize(
    ("method", "path", "headers", "chunks", "http"),
    [
        ("POST", "/ccadmin/v1/email/test", [JSON], [b"{"], "400"),
        ("POST", "/ccadmin/v1/email/test", [("content-type", "text/plain")], [b"{}"], "415"),
        ("POST", "/ccadmin/v1/email/test", [JSON], [b"x" * (MAX_REQUEST_BYTES + 1)], "413"),
        ("GET", "/ccadmin/v1/email/test", [], [b""], "405"),
        ("POST", "/ccadmin/v1/nothing", [JSON], [b"{}"], "404"),
    ],
)
def test_commerce_errors_have_that_apis_model(
    app: HttpApp,
    table: Table,
    method: str,
    path: str,
    headers: list[tuple[str, str]],
    chunks: list[bytes],
    http: str,
) -> None:
    answer = call(app, method, path, [*headers, bearer(table.admin)], chunks)
    body = json.loads(answer.body)
    assert (str(answer.status), body["status"]) == (http, http)
    assert {"errorCode", "message", "status", "type"} <= set(body)
    assert all(isinstance(value, str) for value in body.values())
    assert "code" not in body


def test_commerce_errors_name_the_fields_as_its_clients_do(app: HttpApp, table: Table) -> None:
    bad = {"emailSMTPHost": "", "emailSMTPPort": "0", "emailSMTPAuthMethod": "tls"}
    body = json.loads(send(app, table, "/ccadmin/v1/email/test", bad).body)
    paths = [error["o:errorPath"] for error in body["errors"]]
    assert paths == ["emailSMTPHost", "emailSMTPPort", "emailSMTPAuthMethod"]
    assert body["o:errorPath"] == "emailSMTPHost"
    nobody = call(app, "POST", "/ccadmin/v1/email/test", [JSON], [b"{}"])
    assert nobody.header("www-authenticate") is not None
    assert json.loads(nobody.body)["status"] == "401"


# --- streams -----------------------------------------------------------------------------------------------------


def test_a_stream_is_one_json_document_a_line(app: HttpApp, table: Table) -> None:
    answer = send(app, table, "/v1/diagnose", TARGET)
    assert (answer.status, answer.header("content-type")) == (200, "application/x-ndjson")
    assert len(answer.chunks) == 2, "each message is sent as it comes"
    step, report = (json.loads(line) for line in answer.body.splitlines())
    assert step["step"]["stage"] == "STAGE_CONNECT"
    assert step["step"]["duration"] == "0.250s"
    assert report["report"]["outcome"] == "OUTCOME_OK"
    assert report["report"]["advice"] == ""  # this API writes its defaults


def test_a_stream_is_server_sent_events_where_accept_asks_for_them(app: HttpApp, table: Table) -> None:
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[("accept", "text/event-stream, */*")])
    assert (answer.status, answer.header("content-type")) == (200, "text/event-stream")
    step, report = answer.body.decode().removesuffix("\n\n").split("\n\n")
    assert step.startswith('event: step\ndata: {"stage":"STAGE_CONNECT"')
    assert report.startswith("event: report\ndata: {")
    assert step.count("\n") == 1


@pytest.mark.parametrize(
    ("accept", "line"),
    [
        ("*/*", '{"started":{"stage":"STAGE_CONNECT","startedAt":"2026-01-02T03:04:05Z","connection":0}}'),
        (
            "text/event-stream",
            'event: started\ndata: {"stage":"STAGE_CONNECT","startedAt":"2026-01-02T03:04:05Z","connection":0}\n',
        ),
    ],
)
def test_a_stream_says_that_a_step_begins(app: HttpApp, table: Table, accept: str, line: str) -> None:
    table.prober.events = (STARTED, STEP, PASSED)
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[("accept", accept)])
    assert answer.chunks[0].decode() == f"{line}\n"
    assert len(answer.chunks) == 3


# --- plain text --------------------------------------------------------------------------------------------------

TEXT = ("accept", "text/plain")
VARY = "accept, accept-language, accept-encoding"
TEXT_TYPE = "text/plain; charset=utf-8"


def test_a_test_is_told_in_lines_as_its_steps_end(app: HttpApp, table: Table) -> None:
    beat = Heartbeat(Stage.EHLO, 5.0)
    other = Alternative(465, TlsMode.IMPLICIT, Code.OK, "it offers AUTH PLAIN", duration=0.02)
    table.prober.events = (STARTED, STEP, beat, other, replace(FAILED, alternatives=(other,)))
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[TEXT])
    assert (answer.status, answer.header("content-type")) == (200, TEXT_TYPE)
    assert answer.header("x-accel-buffering") == "no"
    assert [chunk.decode().splitlines() for chunk in answer.chunks] == [
        ["  ok    connect     250.0 ms"],
        ["  ...   ehlo      waiting, 5 s"],
        ["  ok    tried        20.0 ms  465 implicit: works"],
        [
            "",
            "FAILED at auth: auth_rejected  (0 ms, 0 round trips)",
            "  The server refused the login.",
            "  What to do: Check the password.",
            "    verified  465 implicit: it offers AUTH PLAIN",
        ],
    ]


def test_a_test_is_told_with_labels_in_its_callers_language(app: HttpApp, table: Table) -> None:
    table.prober.events = (FAILED,)
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[TEXT, ("accept-language", "de")])
    assert "  Was zu tun ist: Check the password." in answer.body.decode()


def test_nothing_in_a_text_drives_a_terminal(app: HttpApp, table: Table) -> None:
    hostile = "a\x1b[2Jb\x9b31mc\rd\x07e\u202ef"
    table.prober.events = (
        replace(STEP, sent=hostile, received=hostile),
        replace(FAILED, message=hostile, advice=hostile),
    )
    text = send(app, table, "/v1/diagnose", TARGET, headers=[TEXT]).body.decode()
    assert "a\ufffd[2Jb" in text
    assert not [c for c in text if not c.isprintable() and c != "\n"]


def test_an_error_in_a_text_is_its_last_line(app: HttpApp, table: Table) -> None:
    table.prober = ScriptedProber((STEP, StoreUnavailable()))
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[TEXT])
    assert (answer.status, answer.complete) == (200, True)
    assert answer.chunks[-1] == b"\nthe database can't be used right now\n"


@pytest.mark.parametrize(
    ("path", "document", "http", "text"),
    [
        ("/v1/diagnose", {"host": "a b"}, 400, "invalid request: host: the host name is not valid\n"),
        ("/v1/diagnoze", {}, 404, "did you mean POST /v1/diagnose"),
        ("/ccadmin/v1/email/test", {}, 400, "emailSMTPHost: "),
        ("/smtp/404/_test", {"receiverAddress": "me@example.com"}, 404, "SMTP configuration not found"),
    ],
)
def test_an_error_is_a_sentence_for_who_reads_text_alone(
    app: HttpApp, table: Table, path: str, document: object, http: int, text: str
) -> None:
    answer = send(app, table, path, document, headers=[TEXT])
    assert (answer.status, answer.header("content-type"), answer.header("vary")) == (http, TEXT_TYPE, VARY)
    assert text in answer.body.decode()
    assert b"{" not in answer.body
    both = send(app, table, path, document, headers=[("accept", "application/json, text/plain, */*")])
    assert (both.status, both.header("content-type"), both.header("vary")) == (http, "application/json", VARY)


@pytest.mark.parametrize("outcome", [PASSED, FAILED])
def test_a_compatible_test_is_told_in_a_sentence(app: HttpApp, table: Table, outcome: Report) -> None:
    settings = {**CONFIG, "receiverAddress": "me@example.com"}
    table.prober = ScriptedProber((STEP, outcome))
    answer = send(app, table, "/admin/v1/smtp/_test", settings, headers=[TEXT])
    commerce = send(app, table, "/ccadmin/v1/email/test", COMMERCE, headers=[TEXT])
    assert (answer.header("content-type"), commerce.header("content-type")) == (TEXT_TYPE, TEXT_TYPE)
    if outcome is PASSED:
        assert answer.body == b"The test passed: the server accepted the message.\n"
    else:
        assert answer.status == 400
        assert answer.body.decode().splitlines()[-1] == "  What to do: Check the password."
        assert "The server refused the login." in answer.body.decode()
        assert commerce.body == b"The test failed.\n"


def test_what_has_no_text_stays_json(app: HttpApp, table: Table) -> None:
    answer = send(app, table, "/v1/server", method="GET", headers=[TEXT])
    assert (answer.status, answer.header("content-type")) == (200, "application/json")


def test_a_stream_that_is_refused_has_its_status(app: HttpApp, table: Table) -> None:
    answer = send(app, table, "/v1/diagnose", {"host": "a b"}, headers=[("accept", "text/event-stream")])
    assert (answer.status, fields(answer)) == (400, ["host"])


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
def test_an_error_after_the_start_is_the_streams_last_item(app: HttpApp, table: Table, accept: str) -> None:
    table.prober = ScriptedProber((STEP, StoreUnavailable()))
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[("accept", accept)])
    assert (answer.status, answer.complete) == (200, True)
    last = answer.chunks[-1].decode()
    if accept == "*/*":
        document = json.loads(last)["error"]
    else:
        assert last.startswith("event: error\ndata: ")
        document = json.loads(last.removeprefix("event: error\ndata: "))
    assert (document["code"], list(document)) == (14, ["code", "message", "details"])


def test_an_empty_stream_is_an_answer_all_the_same(app: HttpApp, table: Table) -> None:
    table.prober = ScriptedProber(())
    answer = send(app, table, "/v1/diagnose", TARGET)
    assert (answer.status, answer.body, answer.complete) == (200, b"", True)


# --- deadlines and hanging up ------------------------------------------------------------------------------------


def test_grpc_timeout_is_honoured(app: HttpApp, table: Table) -> None:
    table.prober = ScriptedProber(("hang",))
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[("grpc-timeout", "20m")])
    assert (answer.status, reason(answer)) == (504, "DEADLINE_EXCEEDED")
    assert table.prober.closed == 1
    table.prober = ScriptedProber((STEP, "hang"))
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[("grpc-timeout", "2S")])  # the step comes before
    assert answer.status == 200
    assert json.loads(answer.body.splitlines()[-1])["error"]["code"] == 4


def test_a_timeout_that_is_none_is_refused(app: HttpApp, table: Table) -> None:
    answer = send(app, table, "/v1/diagnose", TARGET, headers=[("grpc-timeout", "soon")])
    assert (answer.status, fields(answer)) == (400, ["grpc-timeout"])


def test_the_deadline_reaches_the_test_itself(app: HttpApp, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(monkeypatch)
    send(app, table, "/v1/diagnose", TARGET, headers=[("grpc-timeout", "4S")])
    (plan,) = table.prober.plans
    assert plan.timeout == pytest.approx(4 - ANSWER_MARGIN)


def test_a_body_that_is_too_slow_meets_the_deadline(app: HttpApp, table: Table) -> None:
    async def run() -> Answer:
        headers = [JSON, bearer(table.admin), ("grpc-timeout", "20m")]
        exchange = Exchange(scope("POST", "/v1/diagnose", headers), [b"{"])
        exchange._events[0]["more_body"] = True  # and nothing more comes
        return await exchange.run(app)

    assert asyncio.run(run()).status == 504


@pytest.mark.parametrize("path", ["/v1/diagnose", "/admin/v1/smtp/_test", "/ccadmin/v1/email/test"])
def test_a_client_that_hangs_up_ends_its_test_at_once(app: HttpApp, table: Table, path: str) -> None:
    documents: dict[str, dict[str, Any]] = {
        "/v1/diagnose": TARGET,
        "/admin/v1/smtp/_test": {**CONFIG, "receiverAddress": "you@example.com"},
        "/ccadmin/v1/email/test": COMMERCE,
    }

    async def run() -> Answer:
        running = asyncio.Event()
        table.prober = ScriptedProber((STEP, "hang"), running=running)
        body = json.dumps(documents[path]).encode()
        exchange = Exchange(scope("POST", path, [JSON, bearer(table.admin)]), [body])
        task = asyncio.create_task(exchange.run(app))
        await running.wait()
        assert table.prober.closed == 0
        exchange.hang_up()
        return await task

    answer = asyncio.run(run())
    assert table.prober.closed == 1
    assert not answer.complete


def test_a_body_cut_short_runs_nothing(app: HttpApp, table: Table) -> None:
    whole = json.dumps(CONFIG).encode()
    answer = call(app, "POST", "/smtp", [JSON, bearer(table.admin)], [whole], cut_short=True)
    assert not answer.status
    assert table.count() == 0


# --- health and CORS ---------------------------------------------------------------------------------------------


def test_health_and_readiness(table: Table) -> None:
    ready: list[str] = []

    async def check() -> None:
        if not ready:
            raise StoreUnavailable("draining")

    app = HttpApp(table.calls, Cors([]), ready=check)
    assert (call(app, "GET", "/healthz").status, call(app, "GET", "/healthz").body) == (200, b"ok\n")
    assert (call(app, "GET", "/readyz").status, call(app, "GET", "/readyz").body) == (503, b"draining\n")
    ready.append("now")
    assert call(app, "GET", "/readyz").status == 200
    assert (call(app, "HEAD", "/readyz").status, call(app, "HEAD", "/readyz").body) == (200, b"")


def test_errors_can_be_read_by_a_page_of_a_configured_origin(table: Table) -> None:
    app = HttpApp(table.calls, Cors([ORIGIN]), ready=table.store.ping)
    for path, http in (("/smtp", 401), ("/nothing", 404)):
        answer = call(app, "POST", path, [JSON, ("origin", ORIGIN)], [b"{}"])
        assert (answer.status, answer.header("access-control-allow-origin")) == (http, ORIGIN)
        exposed = (answer.header("access-control-expose-headers") or "").split(", ")
        assert {"www-authenticate", "x-unknown-fields", "etag"} <= set(exposed)
    wanted = [("origin", ORIGIN), ("access-control-request-method", "PUT")]
    allowed = (call(app, "OPTIONS", "/smtp/1", wanted).header("access-control-allow-headers") or "").split(", ")
    assert {"idempotency-key", "x-expected-sequence", "if-match", "x-strict", "content-encoding"} <= set(allowed)
    preflight = [("origin", ORIGIN), ("access-control-request-method", "POST")]
    assert call(app, "OPTIONS", "/smtp", preflight).status == 204


def test_cors_is_off_unless_an_origin_is_named(app: HttpApp) -> None:
    preflight = [("origin", ORIGIN), ("access-control-request-method", "POST")]
    for answer in (call(app, "OPTIONS", "/smtp", preflight), call(app, "POST", "/smtp", [JSON, preflight[0]], [b"{}"])):
        assert not [name for name, _ in answer.headers if name.startswith("access-control")]
        assert "origin" not in [value for name, value in answer.headers if name == "vary"]


def stored(app: HttpApp, table: Table) -> str:
    """Add a configuration with a password, and make it the active one."""
    document = {**CONFIG, "tls": True, "user": "me", "password": "hunter2"}
    added: str = json.loads(send(app, table, "/smtp", document).body)["id"]
    send(app, table, f"/smtp/{added}/_activate", {})
    return added


MISSPELT: list[tuple[str, str, object, str, list[str], str | None]] = [
    # verb, path, body, reason, fields, x-unknown-fields
    ("PUT", "/smtp/{}/password", {"passwort": "x"}, "FIELD_UNKNOWN", ["passwort", "password"],
     '"passwort";did-you-mean="password"'),
    ("PUT", "/smtp/{}/password", {"Password": "x"}, "FIELD_UNKNOWN", ["Password", "password"],
     '"Password";did-you-mean="password"'),
    ("PUT", "/email/smtp/{}/password", {"pass_word": "x"}, "FIELD_UNKNOWN", ["pass_word", "password"],
     '"pass_word";did-you-mean="password"'),
    ("PUT", "/smtp/{}/password", {"geheim": "x"}, "FIELD_INVALID", ["password"], '"geheim"'),
    ("PUT", "/smtp/{}/password", {}, "FIELD_INVALID", ["password"], None),
    ("PUT", "/smtp/{}/password", {"password": None}, "FIELD_INVALID", ["password"], None),
    ("PUT", "/smtp/{}/password", None, "FIELD_INVALID", ["password"], None),
    ("PUT", "/smtp/{}/password?password=x", {}, "FIELD_UNKNOWN", ["?password", "password"], '"?password"'),
    ("POST", "/smtp", {**CONFIG, "TLS": True}, "FIELD_UNKNOWN", ["TLS"], '"TLS";did-you-mean="tls"'),
    ("POST", "/smtp", {**CONFIG, "ssl": True}, "FIELD_UNKNOWN", ["ssl"], '"ssl";did-you-mean="tls"'),
    ("POST", "/smtp?tls=true", CONFIG, "FIELD_UNKNOWN", ["?tls"], '"?tls"'),
    ("POST", "/smtp", None, "FIELD_INVALID", ["sender_address", "sender_name", "host"], None),
    ("PUT", "/smtp/{}", {**CONFIG, "user": "me", "tsl": True}, "FIELD_UNKNOWN", ["tsl"], '"tsl";did-you-mean="tls"'),
    ("PUT", "/smtp/{}", {**CONFIG, "tls": True, "username": "me"}, "FIELD_UNKNOWN", ["username"],
     '"username";did-you-mean="user"'),
    ("PUT", "/smtp/{}", {**CONFIG, "tls": True}, "FIELD_INVALID", ["user"], None),
    ("PUT", "/email/smtp/{}", {**CONFIG, "tls": True, "user": "me", "plain": {"passwort": "x"}}, "FIELD_UNKNOWN",
     ["plain.passwort"], '"plain.passwort";did-you-mean="plain.password"'),
    ("POST", "/v1/settings:diagnose", {**TARGET, "tls": True}, "FIELD_UNKNOWN", ["tls"],
     '"tls";did-you-mean="tlsMode"'),
    ("POST", "/v1/settings:diagnose", {**TARGET, "color": 1}, "FIELD_UNKNOWN", ["color"], '"color"'),
    ("POST", "/v1/settings:diagnose?host=a", TARGET, "FIELD_UNKNOWN", ["?host"], '"?host"'),
    ("GET", "/v1/events?pageSise=5", None, "FIELD_UNKNOWN", ["pageSise"], '"pageSise";did-you-mean="pageSize"'),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "path", "document", "why", "named", "header"), MISSPELT)
def test_nothing_is_lost_by_a_misspelling(
    app: HttpApp, table: Table, verb: str, path: str, document: object, why: str, named: list[str], header: str | None
) -> None:
    added = stored(app, table)
    before = send(app, table, "/v1/events", method="GET").body
    content = [JSON] if document is not None else []
    answer = send(app, table, path.format(added), document, method=verb, headers=content)
    assert (answer.status, reason(answer), fields(answer)) == (400, why, named)
    assert answer.header("x-unknown-fields") == header
    assert send(app, table, "/v1/events", method="GET").body == before


def test_an_unknown_name_that_loses_nothing_is_named_on_the_compatible_apis(app: HttpApp, table: Table) -> None:
    for path, document, header in (
        ("/smtp", {**CONFIG, "color": 1}, '"color"'),
        ("/smtp", {**CONFIG, "tls": True, "TLS": False}, '"TLS";did-you-mean="tls"'),
        ("/smtp/_search", {"query": {"limt": 1}}, '"query.limt";did-you-mean="query.limit"'),
        ("/ccadmin/v1/email/test", {**COMMERCE, "siteId": "1"}, '"siteId"'),
    ):
        answer = send(app, table, path, document)
        assert (answer.status, answer.header("x-unknown-fields")) == (200, header)
        strict = send(app, table, path, document, headers=[("x-strict", "true")])
        assert (strict.status, strict.header("x-unknown-fields")) == (400, header)
        assert send(app, table, path, document, headers=[("x-strict", "false")]).status == 200
    answer = send(app, table, "/smtp?utm=1", method="GET")
    assert (answer.status, answer.header("x-unknown-fields")) == (404, '"utm"')  # none is active
    assert reason(send(app, table, "/smtp", CONFIG, headers=[("x-strict", "yes")])) == "FIELD_INVALID"


def test_a_missing_body_that_says_nothing_is_none(app: HttpApp, table: Table) -> None:
    added = stored(app, table)
    for path in (f"/smtp/{added}/_deactivate", "/smtp/_search", "/v1/configs:export"):
        assert send(app, table, path, headers=[JSON]).status == 200


def test_a_tag_names_the_sequence_that_an_update_is_based_on(app: HttpApp, table: Table) -> None:
    added = stored(app, table)
    for path in (f"/smtp/{added}", "/smtp", f"/email/{added}", "/email"):
        assert send(app, table, path, method="GET").header("etag") == '"2"'
    assert send(app, table, "/smtp/_search", {}).header("etag") is None
    one, document = f"/smtp/{added}", {**CONFIG, "tls": True, "user": "me", "description": "new"}

    def update(*headers: tuple[str, str]) -> Answer:
        return send(app, table, one, document, method="PUT", headers=[JSON, *headers])

    for headers, http in (
        ([("x-expected-sequence", "1")], 409),
        ([("if-match", '"1"')], 412),
        ([("x-expected-sequence", "1"), ("if-match", "*")], 409),
    ):
        answer = update(*headers)
        assert (answer.status, reason(answer)) == (http, "SEQUENCE_MISMATCH")
        assert status(answer)["code"] == 10
        assert status(answer)["details"][0]["metadata"] == {"expectedSequence": "1", "sequence": "2"}
    for headers in (
        [("x-expected-sequence", "two")],
        [("x-expected-sequence", "2"), ("x-expected-sequence", "2")],
        [("if-match", "2")],
        [("x-expected-sequence", "2"), ("if-match", '"1"')],
    ):
        assert reason(update(*headers)) == "FIELD_INVALID"
    answer = update(("if-match", '"2"'))
    assert (answer.status, answer.header("etag")) == (200, None)  # RFC 9110 section 9.3.4: it was transformed
    assert send(app, table, one, method="DELETE", headers=[("x-expected-sequence", "2")]).status == 409
    assert send(app, table, one, method="GET", headers=[("x-expected-sequence", "3")]).status == 400
    assert send(app, table, one, method="DELETE", headers=[("x-expected-sequence", "3")]).status == 200


def test_a_misspelt_header_that_decides_is_refused(app: HttpApp, table: Table) -> None:
    for name, meant in (("x-instanceid", "x-instance-id"), ("x-expected-seqence", "x-expected-sequence")):
        answer = send(app, table, "/smtp", CONFIG, headers=[(name, "1")])
        assert (answer.status, reason(answer), fields(answer)) == (400, "FIELD_UNKNOWN", [name])
        assert status(answer)["details"][0]["metadata"]["nearest"] == meant
    assert "result" not in json.loads(send(app, table, "/smtp/_search", {}).body)


def test_the_standard_idempotency_key_is_the_same_key(app: HttpApp, table: Table) -> None:
    answers = [
        send(app, table, "/smtp", CONFIG, headers=[header]).body
        for header in (("idempotency-key", '"k"'), ("idempotency-key", "k"), ("x-idempotency-key", "k"))
    ]
    assert len(set(answers)) == 1
    both = send(app, table, "/smtp", CONFIG, headers=[("idempotency-key", "k"), ("x-idempotency-key", "l")])
    assert (both.status, fields(both)) == (400, ["idempotency-key"])
