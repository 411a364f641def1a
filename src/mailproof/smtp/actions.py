"""What a dialogue returns to its caller: the next action, the cause of a failure, and the facts it gathered. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailproof.smtp.sasl.mechanism import KeyDerivation
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Ehlo, Reply


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a test failed: the first thing that went wrong.

    Attributes:
        reply: The reply that reported the failure; None where there was no reply.
        detail: A phrase of our own for the message.
        sasl_error: The server's error message within a SASL exchange, or decoded from the reply, not sanitised.
        recognised: Whether the cause was recognised in the reply, and not only the command that was refused.
        words: The words of the reply that decided; empty where others did.
        waited: Seconds of a wait that was ended although the test had more time, since another setting works; 0 where
            all of its time was waited.
        client_refused: Whether a token endpoint refused the OAuth client, and not only the request.
        may_be_forbidden: Whether there may also be addresses that the egress policy forbids.
    """

    stage: Stage
    code: Code
    reply: Reply | None = None
    detail: str = ""
    sasl_error: str = ""
    recognised: bool = True
    words: str = ""
    waited: float = 0.0
    client_refused: bool = False
    may_be_forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a reply without sending anything."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Send:
    """Send a command, a SASL response or the message, and wait for the reply.

    Attributes:
        data: The octets to send.
        shown: What a transcript may show of `data`.
        credentials: Whether `data` holds credentials.
        secrets: Parts of `data` that are derived from the credentials; masked where the server repeats them.
        expected: What the server derives from the credentials too and has to send; masked, and no echo.
    """

    stage: Stage
    data: bytes = field(repr=False)
    shown: str
    credentials: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)
    expected: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Secure:
    """Make the TLS handshake, then call `Dialogue.secured`."""

    stage: Stage = Stage.TLS


@dataclass(frozen=True, slots=True)
class DeriveKey:
    """Derive a key from the password outside the event loop, then call `Dialogue.key_derived` with it."""

    work: KeyDerivation = field(repr=False)
    stage: Stage = Stage.AUTH


@dataclass(frozen=True, slots=True)
class FetchToken:
    """Request an access token by the plan's grant, then call `Dialogue.token_fetched` with it."""

    stage: Stage = Stage.AUTH


@dataclass(frozen=True, slots=True)
class Done:
    """The conversation has ended.

    Attributes:
        cause: Why the test failed; None where it passed.
        send_quit: Whether the server still understands QUIT. It is sent before closing, and its reply is not awaited.
    """

    cause: Cause | None = None
    send_quit: bool = False


Action = Wait | Send | Secure | DeriveKey | FetchToken | Done


@dataclass(slots=True)
class Facts:
    """What was learned in the conversation, for the findings."""

    ehlo_name: str = ""
    greeting: str = ""  # the text of the greeting, not sanitised
    ehlo: Ehlo | None = None  # the last EHLO reply
    secure: bool = False
    verified: bool = False  # inside TLS whose certificate was verified
    starttls_offered: bool = False
    helo_only: bool = False
    mechanisms_before_tls: tuple[str, ...] = ()
    mechanisms_inside_tls: tuple[str, ...] = ()
    mechanism: str = ""  # the SASL mechanism last begun
    logged_in: bool = False
    credentials_in_clear: bool = False  # set by `probe.link` as it sends them
    message_size: int = 0
    quit_answered: bool | None = None  # None: nobody waited for a reply to QUIT
