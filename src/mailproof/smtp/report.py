"""What goes into a test and what comes out: plan, steps and report as frozen values.

No I/O and no judgement here: `dialogue` and `probe` fill the steps, `findings` judges them. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from mailproof.domain.secret import Secret
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Severity, Stage, TlsMode
from mailproof.syntax.oauth import ClientCredentials

DEFAULT_TIMEOUT = 30.0
"""Seconds for a whole test where the caller names none."""


class Audience(Enum):
    """In which settings advice is given: those that the caller has."""

    MODES = auto()  # a TLS mode, a port, a mechanism …: our own API and the command line
    FLAG = auto()  # `tls`, a flag, and `host` with the port in it: the ZITADEL API


@dataclass(frozen=True, slots=True)
class Credentials:
    """What AUTH uses (RFC 4954). An empty password is sent as such: some relays accept it, the others say so."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class OAuth:
    """An access token in the password's place: one that is given, or the grant that gets one."""

    access_token: Secret = field(default_factory=lambda: Secret(""))
    grant: ClientCredentials | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One test: where, how secured, as whom, and how far.

    Attributes:
        host: Name or address literal without brackets; kept for SNI and the certificate check.
        port: 1 to 65535, or 0 for the default of `tls_mode` (465 implicit, 25 none, otherwise 587).
        credentials: None where the test must not authenticate.
        oauth: Replaces the password of `credentials`, which then holds the user alone.
        mechanism: A SASL mechanism's name to use that one alone; empty: the strongest first.
        sender: Address for MAIL FROM; sender_name: display name of the From field.
        recipient: Address for RCPT TO; needed from depth `rcpt` on.
        timeout: Seconds for everything together, resolve to quit.
        ca_pem: Extra trust anchors, PEM; the system's stay trusted.
        ehlo_name: Argument of EHLO (RFC 5321 section 4.1.1.1); empty: a default that is never `localhost`.
        verify_alternatives: Whether other modes and ports are tried where one of these may be the problem.
        audience: In which settings the report's advice is given.
    """

    host: str
    port: int = 0
    tls_mode: TlsMode = TlsMode.AUTO
    credentials: Credentials | None = None
    mechanism: str = ""
    sender: str = ""
    sender_name: str = ""
    recipient: str = ""
    depth: Depth = Depth.AUTH
    timeout: float = DEFAULT_TIMEOUT
    ca_pem: str = ""
    ehlo_name: str = ""
    verify_alternatives: bool = True
    oauth: OAuth | None = None
    audience: Audience = Audience.MODES


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a test as it ended. Texts are sanitised and secrets masked before they get here.

    Attributes:
        duration: Seconds.
        peer: "address:port" ("[v6]:port"), empty before there is a connection.
        sent: What was sent, empty for none. received: The server's words or the result (addresses, TLS version).
        code: `OK`, or why this step failed.
    """

    stage: Stage
    started_at: datetime
    duration: float
    peer: str = ""
    sent: str = ""
    received: str = ""
    code: Code = Code.OK


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Says that a slow step is still under way."""

    stage: Stage
    elapsed: float  # seconds since the test began


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the server said: reply code (RFC 5321), enhanced code (RFC 3463), sanitised text."""

    reply_code: int = 0
    enhanced_code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of the presented chain, leaf first. Names are sanitised."""

    subject: str
    sans: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    key: str  # "RSA 2048", "EC secp256r1"
    signature: str  # "sha256WithRSAEncryption"
    fingerprint: str  # SHA-256 of the DER, lower-case hex


@dataclass(frozen=True, slots=True)
class TlsInfo:
    """A TLS session: what was agreed, what was presented, and whether it was verified or why not."""

    version: str = ""
    cipher: str = ""
    alpn: str = ""
    chain: tuple[Certificate, ...] = ()
    verified: bool = False
    verify_error: str = ""


@dataclass(frozen=True, slots=True)
class EhloInfo:
    """What EHLO said: the name we sent, the extensions last heard, AUTH mechanisms outside and inside TLS."""

    name: str = ""
    extensions: Mapping[str, str] = field(default_factory=dict)  # keyword (upper case) -> parameters
    mechanisms_before_tls: tuple[str, ...] = ()
    mechanisms_inside_tls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth knowing; severity ERROR on the root cause alone."""

    code: Code
    severity: Severity
    stage: Stage
    message: str
    advice: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another setting that was probed, and what came of it."""

    port: int
    tls_mode: TlsMode
    code: Code
    message: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of a test: the root cause's stage and code (or quit/ok), a sentence, and what to change."""

    outcome: Outcome
    stage: Stage
    code: Code
    message: str
    advice: str = ""
    evidence: Evidence = Evidence()
    tls: TlsInfo | None = None
    ehlo: EhloInfo | None = None
    findings: tuple[Finding, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    steps: tuple[Step, ...] = ()
    elapsed_ms: int = 0
    round_trips: int = 0


Progress = Step | Heartbeat | Report
"""What a test streams while it runs: steps as they end, heartbeats, and one report, last."""
