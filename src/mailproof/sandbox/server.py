"""A small SMTP server on loopback (`serve --sandbox`), so that a first test works offline and shows what it sent.

Two ports: STARTTLS required and implicit TLS, both with AUTH required and offered inside TLS alone. It delivers
nothing; it keeps the last messages in memory. Not a load-test sink, and not for others than this machine. Runs in a
thread of its own on asyncio's own loop: aiosmtpd's STARTTLS reaches into that loop's transports.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import ssl
import threading
import weakref
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from mailproof import __version__
from mailproof.domain.errors import AddressUnusable
from mailproof.domain.secret import Secret
from mailproof.sandbox.kept_files import CA_FILE, kept_password, kept_server_context
from mailproof.syntax.host import join_host_port

USER = "sandbox"
MAX_MESSAGES = 100
MAX_MESSAGE_BYTES = 10 * 1024 * 1024
MAX_KEPT_BYTES = 64 * 1024

_IDLE_SECONDS = 60.0
_HANDSHAKE_SECONDS = 10.0

for _name in ("mail.log", "mail.debug"):  # aiosmtpd's: details can quote what AUTH sends, warnings are about itself
    logging.getLogger(_name).setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class SandboxMessage:
    """A message that the sandbox accepted.

    Attributes:
        received_at: When.
        sender: The address of MAIL FROM.
        recipients: The addresses of RCPT TO.
        subject: Its Subject field, decoded.
        size: Bytes of the whole message.
        text: Its source, of which only the first MAX_KEPT_BYTES are kept.
    """

    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    size: int
    text: str


class Sandbox:
    """The server. `start` and `stop` may be called once each, from any thread.

    Args:
        directory: Where its password, its key and the PEM of its authority are kept (`sandbox.kept_files`).
        starttls: Host and port to listen on for STARTTLS; port 0 lets the system choose.
        tls: Host and port to listen on for implicit TLS; likewise.
        password: The password to accept; None for the one that is kept.

    Attributes:
        user: The user to accept.
        password: The password to accept.
        starttls_port: The port for STARTTLS that is in use, 0 before `start`.
        tls_port: The port for implicit TLS that is in use, 0 before `start`.
        addresses: All addresses and ports that it listens on, none before `start`: a name may have several addresses,
            each with a port of its own where the system chooses.
        ca_path: The file with the certificate authority's PEM.
        ca_pem: The trust anchor that clients need.

    Raises:
        StartupError: What is kept can't be read or written.
    """

    def __init__(
        self,
        directory: Path,
        *,
        starttls: tuple[str, int] = ("127.0.0.1", 0),
        tls: tuple[str, int] = ("127.0.0.1", 0),
        password: Secret | None = None,
    ) -> None:
        self.user = USER
        self.password = password or kept_password(directory)
        self.starttls_port = 0
        self.tls_port = 0
        self.addresses: tuple[tuple[str, int], ...] = ()
        self.ca_path = directory / CA_FILE
        self._starttls = starttls
        self._tls = tls
        self._context, self.ca_pem = kept_server_context(directory)
        self._messages: deque[SandboxMessage] = deque(maxlen=MAX_MESSAGES)
        self._sessions: weakref.WeakSet[SMTP] = weakref.WeakSet()
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="mailproof-sandbox", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    def start(self) -> None:
        """Listen.

        Raises:
            AddressUnusable: Nothing can listen on one of the addresses.
        """
        self._thread.start()
        self._ready.result()

    def stop(self) -> None:
        """Close the ports and all connections. A second call changes nothing."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: the thread ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.ident is not None:
            self._thread.join()

    def messages(self) -> tuple[SandboxMessage, ...]:
        """Return the last messages, oldest first."""
        return tuple(self._messages)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            try:
                runner.run(self._serve())
            except Exception as error:  # noqa: BLE001 - `start` raises it
                if not self._ready.done():
                    self._ready.set_exception(error)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        starttls = await self._listen(self._starttls, None)
        try:
            tls = await self._listen(self._tls, self._context)
        except AddressUnusable:
            starttls.close()
            raise
        self.starttls_port, self.tls_port = (server.sockets[0].getsockname()[1] for server in (starttls, tls))
        names = [listener.getsockname() for server in (starttls, tls) for listener in server.sockets]
        self.addresses = tuple((host, port) for host, port, *_ in names)
        self._ready.set_result(None)
        await self._stop.wait()
        for server in (starttls, tls):
            server.close()
        for session in tuple(self._sessions):
            if isinstance(session.transport, asyncio.Transport):
                session.transport.abort()
        await asyncio.sleep(0)  # one turn of the loop, in which the connections end

    async def _listen(self, address: tuple[str, int], context: ssl.SSLContext | None) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        handshake = _HANDSHAKE_SECONDS if context is not None else None
        try:
            return await loop.create_server(
                lambda: self._session(implicit=context is not None),
                *address,
                ssl=context,
                ssl_handshake_timeout=handshake,
            )
        except OSError as error:
            wire = "the sandbox's STARTTLS" if context is None else "the sandbox's implicit TLS"
            raise AddressUnusable(join_host_port(*address), wire, _words(error)) from error

    def _session(self, *, implicit: bool) -> SMTP:
        session = SMTP(
            _MessageHandler(self._messages),
            hostname="localhost",
            ident=f"mailproof sandbox {__version__}",
            data_size_limit=MAX_MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            tls_context=None if implicit else self._context,
            require_starttls=not implicit,
            auth_required=True,
            authenticator=self._authenticate,
            timeout=_IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )
        if implicit:
            session._auth_require_tls = False  # aiosmtpd knows of the TLS of STARTTLS alone
        self._sessions.add(session)
        return session

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        user = hmac.compare_digest(data.login, self.user.encode())
        password = hmac.compare_digest(data.password, self.password.reveal().encode())
        return AuthResult(success=user and password, handled=False)  # not handled: aiosmtpd answers 535 5.7.8


class _MessageHandler:
    """aiosmtpd's handler: keeps each message that DATA brings."""

    def __init__(self, messages: deque[SandboxMessage]) -> None:
        self._messages = messages

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message and accept it."""
        content: bytes = envelope.content
        self._messages.append(
            SandboxMessage(
                received_at=datetime.now(UTC),
                sender=envelope.mail_from,
                recipients=tuple(envelope.rcpt_tos),
                subject=_subject(content),
                size=len(content),
                text=content[:MAX_KEPT_BYTES].decode("utf-8", "replace"),
            )
        )
        return "250 2.0.0 kept in memory, delivered to nobody"


def _words(error: OSError) -> str:
    """Return the system's words, without asyncio's; the errors of a lookup have negative numbers."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)


def _subject(content: bytes) -> str:
    try:
        return str(message_from_bytes(content[:MAX_KEPT_BYTES], policy=policy.default).get("subject", ""))
    except Exception:  # noqa: BLE001 - the email package raises all sorts on malformed headers
        return ""
