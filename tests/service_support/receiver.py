"""A receiver of webhooks on loopback, over HTTP or HTTPS, that answers what a test wants and keeps what came."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Posted:
    """One request."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers each request with `status` and `headers`, after `gate` where there is one.

    Attributes:
        port: Where it listens, on 127.0.0.1.
    """

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    gate: threading.Event | None = None
    posted: list[Posted] = field(default_factory=list)
    port: int = 0
    scheme: str = "http"

    def url(self, target: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{target}"


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Clients hang up, and refuse certificates: neither is of interest."""


@contextmanager
def receiver(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver."""
    kept = Receiver(scheme="https" if context else "http")

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            if context:  # here and not at the listener: a handshake must not keep others out
                self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            kept.posted.append(Posted(self.command, self.path, dict(self.headers.items()), body))
            if kept.gate is not None:
                kept.gate.wait()
            self.send_response(kept.status)
            for name, value in kept.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(kept.body)))
            self.end_headers()
            self.wfile.write(kept.body)

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the base's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        if kept.gate is not None:
            kept.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
