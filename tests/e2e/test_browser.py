"""A real browser on a page of another origin: what CORS lets it do and see, over REST and grpc-web."""

import html
import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from clock_support.waiting import HANG
from service_support.service import RunningService, running_service
from zitadel.admin.v1 import admin_pb2

# The page does what a console does: a JSON call, a grpc-web call, and one that fails, and writes what it could see.
PAGE = """<!doctype html><meta charset="utf-8"><pre id="result">unfinished</pre><script>
const {url, token, frame} = PARAMETERS;
const authorization = `Bearer ${token}`;
async function seen(path, contentType, body, headers = {authorization}, method = "POST") {
  try {
    const answer = await fetch(url + path, {method, headers: {...headers, "content-type": contentType}, body});
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return {status: answer.status, text: new TextDecoder().decode(bytes), first: bytes[0] ?? null,
            grpcStatus: answer.headers.get("grpc-status"), details: answer.headers.get("grpc-status-details-bin")};
  } catch (error) { return {blocked: String(error)}; }
}
(async () => {
  const message = Uint8Array.from(frame);
  const path = "/zitadel.admin.v1.AdminService/ListSMTPConfigs";
  const result = {
    rest: await seen("/admin/v1/smtp/_search", "application/json", "{}"),
    put: await seen("/smtp/1", "application/json", "{}", {authorization, "x-instance-id": "other",
                    "x-idempotency-key": "k", "x-zitadel-orgid": "1"}, "PUT"),
    removed: await seen("/email/1", "application/json", undefined, {authorization}, "DELETE"),
    grpcWeb: await seen(path, "application/grpc-web+proto", message),
    refused: await seen(path, "application/grpc-web+proto", message, {authorization: "Bearer wrong"}),
  };
  document.getElementById("result").textContent = JSON.stringify(result);
})();
</script>"""


class Page:
    """Serves one page on an origin of its own."""

    def __init__(self) -> None:
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.text.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

        self.text = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    yield page
    page.server.shutdown()
    page.server.server_close()


def visit(page: Page, running: RunningService, profile: Path) -> dict[str, Any]:
    """Open the page in Chromium and return what its script saw."""
    message = admin_pb2.ListSMTPConfigsRequest().SerializeToString()
    frame = list(b"\0" + len(message).to_bytes(4, "big") + message)
    page.text = PAGE.replace(
        "PARAMETERS", json.dumps({"url": running.http_url, "token": running.admin_token, "frame": frame})
    )
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]
    done = subprocess.run(
        ["chromium", *flags, f"--user-data-dir={profile}", "--virtual-time-budget=20000", "--dump-dom", page.origin],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=True,
    )
    found = re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, done.stdout
    seen: dict[str, Any] = json.loads(html.unescape(found[1]))
    return seen


def test_a_page_of_a_configured_origin_calls_and_sees_errors(
    tmp_path: Path, page: Page, needs_debian: Callable[[str], None]
) -> None:
    needs_debian("chromium")
    with running_service(tmp_path / "data", "--cors-origin", page.origin) as running:
        seen = visit(page, running, tmp_path / "profile")
    assert seen["rest"]["status"] == 200
    assert "details" in json.loads(seen["rest"]["text"])
    assert (seen["put"]["status"], "INSTANCE_NOT_FOUND" in seen["put"]["text"]) == (404, True)
    assert (seen["removed"]["status"], "SMTP_CONFIG_NOT_FOUND" in seen["removed"]["text"]) == (404, True)
    assert (seen["grpcWeb"]["status"], seen["grpcWeb"]["first"]) == (200, 0)
    assert "grpc-status: 0" in seen["grpcWeb"]["text"]
    assert (seen["refused"]["status"], seen["refused"]["grpcStatus"]) == (200, "16")
    assert seen["refused"]["details"]


def test_a_page_of_another_origin_is_blocked(
    tmp_path: Path, page: Page, service: RunningService, needs_debian: Callable[[str], None]
) -> None:
    needs_debian("chromium")
    seen = visit(page, service, tmp_path / "profile")
    assert set(seen) == {"rest", "put", "removed", "grpcWeb", "refused"}
    assert all("blocked" in answer for answer in seen.values()), seen
