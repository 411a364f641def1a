"""A client for an ASGI application in this process, as strict as a server: one answer, in order, bytes only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

Event = MutableMapping[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]
Headers = Iterable[tuple[str, str | bytes]]


class BrokenAnswer(Exception):
    """The application sent what no server would pass on."""


@dataclass
class Answer:
    """What the application sent."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    complete: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    def header(self, name: str) -> str | None:
        """Return a header's value; several of one name come joined, as a browser sees them."""
        values = [value for key, value in self.headers if key == name]
        return ", ".join(values) if values else None


class Exchange:
    """One request: its events in, its answer out.

    Args:
        chunks: The body; the last one says that there is no more, unless `cut_short`.
        cut_short: The client hangs up after the last chunk instead.
    """

    def __init__(self, scope: Event, chunks: Iterable[bytes] = (), *, cut_short: bool = False) -> None:
        self.scope = scope
        self.answer = Answer()
        self.first_part = asyncio.Event()
        """Set when the first bytes of the answer's body are there."""
        self._events: list[Event] = [
            {"type": "http.request", "body": chunk, "more_body": True} for chunk in (list(chunks) or [b""])
        ]
        self._events[-1]["more_body"] = cut_short
        self._gone = asyncio.Event()
        if cut_short:
            self.hang_up()

    def hang_up(self) -> None:
        """End the connection from the client's side."""
        self._gone.set()

    async def receive(self) -> Event:
        if self._events:
            return self._events.pop(0)
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, event: Event) -> None:
        await asyncio.sleep(0)  # as a server's does, it may let others run
        answer = self.answer
        if event["type"] == "http.response.start":
            if answer.status:
                raise BrokenAnswer("a second answer")
            answer.status = event["status"]
            for name, value in event.get("headers", []):
                if not (isinstance(name, bytes) and isinstance(value, bytes)):
                    raise BrokenAnswer(f"a header that is not bytes: {name!r}: {value!r}")
                if b"\n" in value or b"\r" in value:
                    raise BrokenAnswer(f"no header of HTTP: {name!r}: {value!r}")
                answer.headers.append((name.decode("ascii").lower(), value.decode("latin-1")))
            return
        if not answer.status or answer.complete:
            raise BrokenAnswer("a body outside of an answer")
        if event.get("body"):
            answer.chunks.append(event["body"])
            self.first_part.set()
        if not event.get("more_body", False):
            answer.complete = True
            declared = answer.header("content-length")
            if self.scope["method"] == "HEAD":
                if answer.body:
                    raise BrokenAnswer("an answer to HEAD has a body")
            elif declared is not None and int(declared) != len(answer.body):
                raise BrokenAnswer("the content length is wrong")
            self._gone.set()  # a server's receive() says so once the answer is complete

    async def run(self, app: Application) -> Answer:
        """Run the application on this request to its end."""
        await app(self.scope, self.receive, self.send)
        return self.answer


def scope(
    method: str = "POST", path: str = "/", headers: Headers = (), client: tuple[str, int] | None = ("192.0.2.7", 4711)
) -> Event:
    """Return a request's scope; the path is given as it is sent, percent-encoded, maybe with a query."""
    path, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 8080),
        "client": client,
        "headers": [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers],
    }


def call(
    app: Application,
    method: str = "POST",
    path: str = "/",
    headers: Headers = (),
    chunks: Iterable[bytes] = (),
    *,
    cut_short: bool = False,
) -> Answer:
    """Send one request and return the answer."""

    async def run() -> Answer:
        return await Exchange(scope(method, path, headers), chunks, cut_short=cut_short).run(app)

    return asyncio.run(run())
