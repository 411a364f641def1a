"""An OpenID Connect issuer on loopback, over HTTPS: its documents, its keys, and what it was asked."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/keys"
AUDIENCE = "mailproof"


@dataclass
class Issuer:
    """Answers with what a test puts here.

    Attributes:
        keys: Those it has, by name; all of them are published.
        answers: Status and body by path, where a test wants others.
        asked: The paths of all requests.
        down: Whether it ends each connection without an answer.
    """

    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=lambda: {"first": rsa.generate_private_key(65537, 2048)})
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    port: int = 0

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of a good token, changed; None leaves one out."""
        now = int(time.time())
        good = {"iss": self.url, "aud": AUDIENCE, "sub": "ann", "iat": now, "exp": now + 3600}
        made = good | {"roles": ["mailproof.admin"]} | changes
        return {name: value for name, value in made.items() if value is not None}

    def token(self, kid: str = "first", **changes: Any) -> str:
        """Return a token, signed with a key of its own."""
        return jwt.encode(self.claims(**changes), self.keys[kid], "RS256", headers={"kid": kid})

    def answer(self, path: str) -> tuple[int, bytes]:
        """Return what a path is answered with."""
        if path in self.answers:
            return self.answers[path]
        if path == DISCOVERY:
            return 200, json.dumps({"issuer": self.url, "jwks_uri": self.url + JWKS}).encode()
        if path == JWKS:
            return 200, json.dumps({"keys": [published(key, kid) for kid, key in self.keys.items()]}).encode()
        return 404, b""


def published(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    """Return the public half of a key as an issuer publishes it."""
    made: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {"kty": "RSA", "n": made["n"], "e": made["e"], "kid": kid, "use": "sig"}


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Clients hang up, which is of no interest."""


@contextmanager
def running_issuer(context: ssl.SSLContext) -> Iterator[Issuer]:
    """Run an issuer whose certificate is that of a context."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            if issuer.down:
                return
            status, body = issuer.answer(self.path)
            self.send_response(status)
            for name, value in issuer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    issuer.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
