"""What a dialogue says to whoever carries it out: actions, the cause of an end, and the facts it gathered. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Ehlo, Reply


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a test failed: the first thing that went wrong, and the reply that said so, if one did."""

    stage: Stage
    code: Code
    reply: Reply | None = None
    detail: str = ""  # a phrase of our own, for the message
    sasl_error: str = ""  # what the server sasl_error within a SASL exchange, raw


@dataclass(frozen=True, slots=True)
class Wait:
    """Await a reply; nothing is to be sent."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Send:
    """Send `data` and await the reply. `shown` is what a transcript may show of it."""

    stage: Stage
    data: bytes = field(repr=False)
    shown: str
    credentials: bool = False  # whether they are in `data`
    secrets: tuple[str, ...] = field(default=(), repr=False)  # what derives from them in it, to be hidden in echoes


@dataclass(frozen=True, slots=True)
class Secure:
    """Make the TLS handshake."""

    stage: Stage = Stage.TLS


@dataclass(frozen=True, slots=True)
class DeriveKey:
    """Do long work off the event loop, and hand over what comes of it."""

    work: Callable[[], bytes] = field(repr=False)
    stage: Stage = Stage.AUTH


@dataclass(frozen=True, slots=True)
class FetchToken:
    """Get an access token by the plan's grant, and hand it over."""

    stage: Stage = Stage.AUTH


@dataclass(frozen=True, slots=True)
class Done:
    """The conversation is over: passed where `cause` is None.

    Attributes:
        send_quit: Whether the server still understands a QUIT, which is sent and not waited for.
    """

    cause: Cause | None = None
    send_quit: bool = False


Action = Wait | Send | Secure | DeriveKey | FetchToken | Done


@dataclass(slots=True)
class Facts:
    """What the conversation brought to light, for the findings."""

    ehlo_name: str = ""
    ehlo: Ehlo | None = None  # the last one heard
    secure: bool = False
    starttls_offered: bool = False
    helo_only: bool = False
    mechanisms_before_tls: tuple[str, ...] = ()
    mechanisms_inside_tls: tuple[str, ...] = ()
    mechanism: str = ""  # the SASL mechanism last begun
    credentials_in_clear: bool = False  # set by whoever sends them
    message_size: int = 0
    quit_answered: bool | None = None  # None: no QUIT was waited for
