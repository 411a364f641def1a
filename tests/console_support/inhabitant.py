"""What places a service in a `World`: its tests and searches reach that world's servers alone."""

from __future__ import annotations

import socket
import stat
import sys
from functools import partial
from pathlib import Path
from typing import Any

from discovery_support.world import World
from mailproof.discovery.search import SettingsSearch

ROOT = Path(__file__).resolve().parents[2]


def settle(ports: dict[tuple[str, int], tuple[str, int]], dns_port: int) -> None:
    """Replace the system's resolver, and whom searches ask."""
    from mailproof.service import app

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        if host not in {"127.0.0.1", None} and (host, port) not in ports:
            raise socket.gaierror(socket.EAI_NONAME, "no such name in this world")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ports.get((host, port), (host, port)))]

    socket.getaddrinfo = getaddrinfo  # type: ignore[assignment] # it asks for less
    app.__dict__["SettingsSearch"] = partial(SettingsSearch, dns_nameservers=["127.0.0.1"], dns_port=dns_port)


def program(world: World, folder: Path) -> str:
    """Return a program that is `mailproof` in this world."""
    paths = [str(ROOT / "tests"), *(path for path in sys.path if path.startswith(str(ROOT)))]
    file = folder / "mailproof"
    file.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path[:0] = {paths!r}\n"
        f"from console_support.inhabitant import settle\nsettle({world.ports!r}, {world.dns.port})\n"
        "from mailproof.__main__ import main\nsys.exit(main())\n"
    )
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)
