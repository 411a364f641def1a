"""A real browser on pages of other origins: what CORS lets them do and see, over REST and with grpc-web clients."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser

from client_support.clients import NODE_DIR
from client_support.modules import node_modules
from client_support.scenario import schema
from clock_support.waiting import HANG
from console_support.browser import CHROMIUM, open_browser
from service_support.service import RunningService, running_service

PACKAGES = ("@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-web")


def import_map() -> str:
    """Return where the modules of the packages are, as each says itself: what a bundler would look up."""
    found = {"grpc-web": "/node_modules/grpc-web/index.esm.js"}
    for name in PACKAGES:
        exports = json.loads((NODE_DIR / "node_modules" / name / "package.json").read_text())["exports"]
        for part, files in exports.items():
            found[name + part.removeprefix(".")] = f"/node_modules/{name}/{files['import'].removeprefix('./')}"
    return json.dumps({"imports": found})


class Handler(SimpleHTTPRequestHandler):
    """Serves the page and its modules."""

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        page = (NODE_DIR / "page.html").read_text().replace("IMPORT_MAP", import_map()).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@contextmanager
def site() -> Iterator[str]:
    """Serve the page on an origin of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(NODE_DIR)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def visit(browser: Browser, origin: str, running: RunningService) -> dict[str, Any]:
    """Open the page and return what its script saw."""
    sandbox = running.sandbox
    smtp = {"host": sandbox.host, "port": sandbox.tls_port, "user": sandbox.user, "password": sandbox.password}
    parameters = {
        "url": running.http_url,
        "token": running.admin_token,
        "schema": b64encode(schema()).decode(),
        "smtp": smtp,
    }
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(HANG * 1000)
        page.goto(origin)
        page.wait_for_function("document.title === 'ready'")
        seen: dict[str, Any] = page.evaluate("parameters => window.run(parameters)", parameters)
    return seen


@dataclass(frozen=True)
class Visits:
    """What the script saw on a page of the configured origin, and on one of another."""

    listed: dict[str, Any]
    other: dict[str, Any]


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visits]:
    if not CHROMIUM:
        pytest.skip("chromium is not installed, see debian-packages.txt")
    node_modules()
    folder = tmp_path_factory.mktemp("browser")
    with (
        open_browser() as browser,
        site() as listed,
        site() as other,
        running_service(folder / "data", "--cors-origin", listed) as running,
    ):
        yield Visits(visit(browser, listed, running), visit(browser, other, running))


def test_a_page_of_a_configured_origin_calls_and_sees_errors(visits: Visits) -> None:
    seen = visits.listed
    assert seen["rest"]["answer"]["status"] == 200
    assert "details" in json.loads(seen["rest"]["answer"]["text"])
    put, removed = seen["put"]["answer"], seen["removed"]["answer"]
    assert (put["status"], "INSTANCE_NOT_FOUND" in put["text"]) == (404, True)
    assert (removed["status"], "SMTP_CONFIG_NOT_FOUND" in removed["text"]) == (404, True)
    assert seen["unary"]["answer"]["details"]["viewTimestamp"]
    assert (seen["refused"]["code"], seen["refused"]["reason"]) == ("Unauthenticated", "TOKEN_INVALID")
    assert (seen["missing"]["code"], seen["missing"]["reason"]) == ("NotFound", "SMTP_CONFIG_NOT_FOUND")


def test_a_page_of_a_configured_origin_reads_streams(visits: Visits) -> None:
    for stream in (visits.listed["stream"], visits.listed["officialStream"]):
        assert stream["answer"][-1]["report"]["outcome"] == "OUTCOME_OK"
        assert any("step" in message for message in stream["answer"])
    refused = visits.listed["officialRefused"]
    assert refused["code"] == 3
    assert refused["details"]


def test_a_page_of_another_origin_is_blocked(visits: Visits) -> None:
    """It learns nothing: neither an answer, nor a status, nor a detail of one."""
    refused = visits.other
    assert refused.keys() == visits.listed.keys()
    assert not [name for name, outcome in refused.items() if "answer" in outcome]
    assert all("blocked" in refused[name] for name in ("rest", "put", "removed"))
    assert {refused[name].get("reason") for name in ("unary", "stream", "refused", "missing")} == {None}
    assert refused["officialRefused"] == {"code": 2, "details": None}  # UNKNOWN, the runtime's word for that
