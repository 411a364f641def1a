"""A scripted web site: an answer for each path, over TLS or in clear, and what it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from discovery_support.world import World, page, server_for
from smtp_support.scripted import Peer, Served, serve


@dataclass
class Site:
    """What a site was asked.

    Attributes:
        served: Its connections.
        requests: (method, target, body) of each request.
        heads: The header fields of each request, as one text.
    """

    served: Served
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


@contextmanager
def website(world: World, host: str, answers: Mapping[str, bytes], *, encrypted: bool = True) -> Iterator[Site]:
    """Run a site.

    Args:
        world: Where it is placed.
        host: Its name.
        answers: Path -> the whole answer; other paths are answered 404.
        encrypted: Whether it speaks TLS on 443; else it speaks HTTP on 80.
    """

    async def script(peer: Peer) -> None:
        method, target, _ = (await peer.hear()).split(" ")
        head = []
        while line := await peer.hear():
            head.append(line)
        length = next((int(line.split(":")[1]) for line in head if line.lower().startswith("content-length:")), 0)
        site.requests.append((method, target, await peer.read(length)))
        site.heads.append("\n".join(head))
        await peer.perform([answers.get(target.partition("?")[0], page("", "404 Not Found"))])

    with serve(script, context=server_for(host) if encrypted else None) as served:
        site = Site(served)
        world.place(host, 443 if encrypted else 80, served.port)
        yield site


def redirect(location: str, status: str = "302 Found") -> bytes:
    """Return an answer that redirects."""
    return page("", status, f"Location: {location}")
