"""A token endpoint (RFC 6749) on loopback, over HTTPS, that answers what a test wants."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from . import pki
from .sasl_server import TOKEN, leaf
from .scripted import Do, Part, Peer, Served, serve

ID, SECRET = "client id", "client:secret/1"
GOOD = json.dumps({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3599})


def http(status: str, body: str, *headers: str) -> Sequence[Part]:
    length = f"Content-Length: {len(body.encode())}"
    return ["\r\n".join([f"HTTP/1.1 {status}", "Content-Type: application/json", length, *headers, "", body]).encode()]


@contextmanager
def endpoint(*answers: Sequence[Part], context: ssl.SSLContext | None = None) -> Iterator[tuple[Served, list[str]]]:
    """Run a token endpoint that gives these answers in turn, the last one again; also yield the bodies that came."""
    bodies: list[str] = []

    async def script(peer: Peer) -> None:
        length = 0
        while line := await peer.hear():
            if line.lower().startswith("content-length:"):
                length = int(line.split(":")[1])
        bodies.append(await peer.read(length))
        await peer.perform([*answers[min(len(bodies), len(answers)) - 1], Do.CLOSE])

    with serve(script, context=context or pki.server_context(leaf())) as served:
        yield served, bodies
