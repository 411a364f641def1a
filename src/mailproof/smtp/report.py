"""The input and the output of a test, as frozen values: plan, steps and report.

Only values: `probe` fills the steps, `diagnosis.findings` and `diagnosis.summary` fill the report. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, StrEnum, auto

from mailproof.domain.secret import Secret
from mailproof.smtp.stored_secret import LoginTarget
from mailproof.smtp.vocabulary import ChangeKind, Code, Depth, Outcome, Patience, Severity, Stage, TlsMode
from mailproof.syntax.oauth import ClientCredentials

DEFAULT_TIMEOUT = 30.0
"""Seconds for a whole test where the caller names no timeout."""


GIVEN_UP = "given up: "
"""How the result of a step begins that was ended since another try has shown more."""

NEVER = datetime.min.replace(tzinfo=UTC)
"""The time of what has not begun."""


class Audience(Enum):
    """Which settings the caller has, and so the settings that advice may name."""

    MODES = auto()  # a TLS mode, a port, a mechanism …: our own API and the command line
    FLAG = auto()  # `tls`, a boolean, and `host` with the port in it: the ZITADEL API


@dataclass(frozen=True, slots=True)
class Credentials:
    """What AUTH uses (RFC 4954). An empty password is sent as it is: some relays accept it, others refuse it."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class OAuth:
    """An access token that replaces the password.

    Attributes:
        access_token: The token; empty where `grant` is given.
        grant: The client credentials that a token is requested with.
    """

    access_token: Secret = field(default_factory=lambda: Secret(""))
    grant: ClientCredentials | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One test: which server, how it is secured, with which credentials, and how far it goes.

    Attributes:
        host: Name or address literal without brackets; also used for SNI and the certificate check.
        port: 1 to 65535, or 0 for the default of `tls_mode` (465 implicit, 25 none, otherwise 587).
        tls_mode: How the connection is secured.
        credentials: None where the test must not authenticate.
        mechanism: Name of the only SASL mechanism to use; empty for the order of `sasl.table`.
        sender: Address for MAIL FROM; empty for the null reverse-path.
        sender_name: Display name of the From field.
        recipient: Address for RCPT TO; needed from depth `rcpt` on.
        depth: How far the test goes.
        timeout: Seconds for the whole test, from the lookup to QUIT.
        longest: The seconds that whoever runs the test allows at most; None for any number.
        ca_pem: Extra trust anchors, PEM; the system's stay trusted.
        ehlo_name: Argument of EHLO (RFC 5321 section 4.1.1.1); empty for a default that is never `localhost`.
        verify_alternatives: Whether other TLS modes and ports are tried where these may be the problem, and the host's
            other addresses where it has several.
        oauth: Replaces the password of `credentials`, which then holds only the user.
        audience: Which settings the report's advice may name.
        wait: How long the test waits for a server that says nothing while another setting works.
        password_without_user: Whether a password is stored that no user is set for, so that the test logs in with
            neither.
        secret_entered_for: What the stored secret that the test logs in with was entered for; None where no stored
            secret is used.
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
    wait: Patience = Patience.VERIFIED
    password_without_user: bool = False
    secret_entered_for: LoginTarget | None = None
    longest: float | None = None

    @property
    def has_all_time(self) -> bool:
        """Whether the test may take as long as any test here may."""
        return self.longest is not None and self.timeout >= self.longest


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a test after its end. Its texts are sanitised and their secrets masked.

    Attributes:
        duration: Seconds.
        peer: "address:port" ("[v6]:port"); empty before there is a connection.
        sent: What was sent; empty for nothing.
        received: The server's reply, or the step's result (addresses, TLS version).
        code: `OK`, or why this step failed.
        connection: Which of the test's connections the step belongs to, from 1 in the order of their beginning; 0
            before the first one.
    """

    stage: Stage
    started_at: datetime
    duration: float
    peer: str = ""
    sent: str = ""
    received: str = ""
    code: Code = Code.OK
    connection: int = 0


@dataclass(frozen=True, slots=True)
class StepStarted:
    """Reports that a step begins."""

    stage: Stage
    started_at: datetime
    connection: int = 0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Reports that a slow step is still running."""

    stage: Stage
    elapsed: float  # seconds since the test began


@dataclass(frozen=True, slots=True)
class Evidence:
    """The server's reply that decided the test.

    Attributes:
        reply_code: RFC 5321 section 4.2; 0 for no reply.
        enhanced_code: The enhanced status code (RFC 3463); empty for none.
        text: Sanitised.
    """

    reply_code: int = 0
    enhanced_code: str = ""
    text: str = ""


class CertificateRole(StrEnum):
    """What a certificate is in the chain that the server presented."""

    LEAF = "leaf"
    INTERMEDIATE = "intermediate"
    ROOT = "root"  # signed by itself, and not the server's own


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of the chain that the server presented. Names are sanitised.

    Attributes:
        sans: The subject alternative names that are shown, the expected one first.
        role: What the certificate is in the chain.
        problem: What is wrong with this certificate, as a phrase; empty where nothing is.
        more_sans: How many subject alternative names there are beyond those in `sans`.
    """

    subject: str
    sans: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    key: str  # "RSA 2048", "EC secp256r1"
    signature: str  # "sha256WithRSAEncryption"
    fingerprint: str  # SHA-256 of the DER, lower-case hex
    role: CertificateRole = CertificateRole.LEAF
    problem: str = ""
    more_sans: int = 0


@dataclass(frozen=True, slots=True)
class TlsInfo:
    """A TLS session.

    Attributes:
        version: The negotiated version, as OpenSSL names it.
        cipher: The negotiated cipher suite.
        alpn: The negotiated application protocol; empty for none.
        chain: The certificates that the server presented, leaf first.
        verified: Whether the certificate was verified.
        verify_error: OpenSSL's words on why verification failed.
        expected_name: The name or address that the certificate is to be for.
        trust_anchor: The distinguished name of the trusted authority that the chain leads to; empty for none.
    """

    version: str = ""
    cipher: str = ""
    alpn: str = ""
    chain: tuple[Certificate, ...] = ()
    verified: bool = False
    verify_error: str = ""
    expected_name: str = ""
    trust_anchor: str = ""


@dataclass(frozen=True, slots=True)
class EhloInfo:
    """The EHLO command and its replies.

    Attributes:
        name: The name that was sent.
        extensions: Keyword (upper case) -> parameters, of the last reply.
        mechanisms_before_tls: SASL mechanisms offered outside TLS.
        mechanisms_inside_tls: SASL mechanisms offered inside TLS.
    """

    name: str = ""
    extensions: Mapping[str, str] = field(default_factory=dict)
    mechanisms_before_tls: tuple[str, ...] = ()
    mechanisms_inside_tls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about the server or the settings; only the root cause has the severity ERROR."""

    code: Code
    severity: Severity
    stage: Stage
    message: str
    advice: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another setting that was tried, with its result.

    Attributes:
        code: OK where it works.
        host: The name that was tried in place of the plan's host; empty for the plan's host.
        started_at: When its trial began.
        duration: Seconds that the trial took, or had taken when it was given up.
    """

    port: int
    tls_mode: TlsMode
    code: Code
    message: str = ""
    host: str = ""
    started_at: datetime = NEVER
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class AddressResult:
    """One address of the host, tried to EHLO, with its result.

    Attributes:
        family: "IPv4" or "IPv6".
        stage: Where it failed, or the last stage that was tried.
        code: OK where it answers as the test's own address does, ADDRESSES_DIFFER where it answers otherwise, or why it
            failed.
        message: The result as a phrase that follows the address.
        duration: Seconds until EHLO was answered or the address failed, or that it was waited for.
    """

    address: str
    family: str
    stage: Stage
    code: Code
    message: str = ""
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting to change.

    Attributes:
        setting: The setting's name, in the words of the API that was called (see `Audience`).
        current: Its value now; empty for none.
        to: The value to set.
    """

    setting: str
    current: str
    to: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What to change in the settings.

    Attributes:
        changes: The settings to change, all of them together.
        verified: Whether the changed settings were tried, to EHLO and without credentials, and work.
        needs_secret: Whether the secret must be sent again with the changed settings.
        sentence: The fix as a sentence for an administrator.
    """

    changes: tuple[SettingChange, ...]
    verified: bool = False
    needs_secret: bool = False
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class ObservedChange:
    """What differs between a failing test and the last good one of the same configuration.

    Attributes:
        kind: What kind of thing it is.
        name: Which one of its kind: a setting's name, an extension; empty where the kind has but one.
        before: As the last good test had it; empty for none.
        after: As the failing test has it; empty for none.
        likely: Whether the failure can depend on it.
        sentence: The change as a sentence for an administrator.
    """

    kind: ChangeKind
    name: str = ""
    before: str = ""
    after: str = ""
    likely: bool = False
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class SinceLastGood:
    """What has changed since a configuration last passed a test.

    Attributes:
        test_id: The last good test.
        started_at: When that test began.
        sentence: When it last worked and what has changed since, for an administrator.
        changes: What has changed, the likely cause first.
    """

    test_id: str
    started_at: datetime
    sentence: str
    changes: tuple[ObservedChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a test.

    Attributes:
        stage: The root cause's stage; QUIT where the test passed.
        code: The root cause; OK where the test passed.
        message: A sentence that says what happened.
        advice: What to change; empty where nothing needs to change.
        evidence: The server's reply that decided the test.
        alternatives: Other settings that were tried.
        elapsed_ms: Milliseconds until the verdict.
        round_trips: How often the server was waited for until the verdict.
        fixes: What may be changed so that the test passes, the best first; none names a refuted setting.
        addresses: The host's addresses, the one that the test used first; empty where all answer alike.
        timeout: Seconds that the test might take: those that were asked for, or fewer where less is allowed.
        test_id: Under which id the test is kept; empty where it is not.
        since_last_good: What has changed since the tested configuration last passed; None where the test passed, where
            it was of no configuration, and where none of its kept tests passed.
    """

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
    fixes: tuple[Fix, ...] = ()
    addresses: tuple[AddressResult, ...] = ()
    timeout: float = 0.0
    test_id: str = ""
    since_last_good: SinceLastGood | None = None


Progress = StepStarted | Step | Alternative | Heartbeat | Report
"""What a test streams: steps as they begin and end, other settings as they were tried, heartbeats, one report, last."""
