"""A real SMTP server (aiosmtpd) in a process of its own: STARTTLS and implicit TLS, AUTH inside TLS alone.

Prints one line of JSON with its two ports and the authority's PEM, keeps what it gets in DIR/messages, and lives until
its standard input closes.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USER, PASSWORD = "user@example.org", "correct horse"


@dataclass(frozen=True)
class RealServer:
    starttls: int
    implicit: int
    ca_pem: str
    directory: Path

    @property
    def messages(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.directory.glob("*.eml"))]


@contextmanager
def real_server(directory: Path) -> Iterator[RealServer]:
    """Run the server as a child process."""

    command = [sys.executable, str(Path(__file__)), str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield RealServer(**json.loads(child.stdout.readline()), directory=directory)
        finally:
            child.communicate()


async def main(directory: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

    from smtp_support import pki

    numbers = itertools.count()

    class Handler:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
            directory.joinpath(f"{next(numbers):04}.eml").write_bytes(envelope.content)
            return "250 2.0.0 kept"

        async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
            self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
        ) -> str:
            if address.endswith("@elsewhere.example"):
                return "554 5.7.1 Relay access denied"
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 ok"

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    def session(*, implicit: bool) -> SMTP:
        return SMTP(
            Handler(),
            tls_context=None if implicit else pki.good(),
            require_starttls=not implicit,
            authenticator=check,
            auth_required=True,
            auth_require_tls=not implicit,
            enable_SMTPUTF8=True,
            ident="real server",
        )

    loop = asyncio.get_running_loop()
    starttls = await loop.create_server(lambda: session(implicit=False), "127.0.0.1", 0)
    implicit = await loop.create_server(lambda: session(implicit=True), "127.0.0.1", 0, ssl=pki.good())
    ports = [server.sockets[0].getsockname()[1] for server in (starttls, implicit)]
    sys.stdout.write(json.dumps({"starttls": ports[0], "implicit": ports[1], "ca_pem": pki.authority().pem}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
