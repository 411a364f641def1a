"""A hostile server made of the fuzzer's bytes against the whole pure core: parser, dialogue, SASL, findings.

An input is one byte that chooses the plan, one for circumstances, and what the server says: a turn ends at "~". In a
turn {…} becomes base64 of what stands in it, and these become what a server may know: %P the password, %B its base64,
%U the user, %N the client's nonce of SCRAM, %S our last line.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from mailproof.diagnosis.findings import conclude, evidence, passed
from mailproof.diagnosis.knowledge import Observed
from mailproof.domain.secret import Secret
from mailproof.smtp.actions import Action, Cause, DeriveKey, Done, FetchToken, Secure, Send
from mailproof.smtp.dialogue import Dialogue
from mailproof.smtp.report import Credentials, OAuth, Plan
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.sasl.encoded import reply_in_words
from mailproof.smtp.sasl.mechanism import Binding
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from mailproof.smtp.wire import MAX_COMMAND, MAX_RESPONSE, Reply, ReplyParser, WireError
from mailproof.syntax.oauth import ClientCredentials

USER, PASSWORD, TOKEN = "user", "Hunter2-Secret", "token-ya29.Abcdef"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MESSAGE = b"Subject: test\r\n\r\n.a dot\r\n"
MAX_ACTIONS = 200  # more than any input has replies of use for
MAX_SENTENCE = 4000  # characters of a message or an advice

_LOGIN = Credentials(USER, Secret(PASSWORD))
_GRANT = ClientCredentials("https://login.test/token", "id", Secret("client-Secret-77"))
_BASE = Plan(host="mail.test", sender="a@example.org", recipient="b@example.net")
_MODES = (TlsMode.STARTTLS, TlsMode.IMPLICIT, TlsMode.OPPORTUNISTIC, TlsMode.NONE)
DEMAND_TLS = (TlsMode.STARTTLS, TlsMode.IMPLICIT)
_KINDS = (
    replace(_BASE, credentials=_LOGIN, depth=Depth.AUTH),
    replace(_BASE, credentials=_LOGIN, depth=Depth.DATA),
    replace(_BASE, credentials=_LOGIN, depth=Depth.AUTH, mechanism="CRAM-MD5"),
    replace(_BASE, credentials=Credentials(USER, Secret("")), oauth=OAuth(Secret(TOKEN)), depth=Depth.AUTH),
    replace(_BASE, credentials=Credentials(USER, Secret("")), oauth=OAuth(grant=_GRANT), depth=Depth.DATA),
    replace(_BASE, depth=Depth.DATA),
    replace(_BASE, depth=Depth.RCPT, recipient="jürgen@example.net"),
    replace(_BASE, credentials=_LOGIN, depth=Depth.TLS),
)
PLANS = tuple(replace(kind, tls_mode=mode) for kind in _KINDS for mode in _MODES)

_FILLER = re.compile(r"[\s/|\ufffd]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}")
_KNOWN = re.compile(rb"%[PBUNS]")
_ENCODED = re.compile(rb"\{([^{}~]{0,2000})\}")


@dataclass
class Session:
    """One conversation, executed as `link` does, without a network."""

    plan: Plan
    turns: list[bytes]
    cut: int
    binding: Binding | None
    talk: Dialogue = field(init=False)
    redact: Redactor = field(init=False)
    parser: ReplyParser = field(default_factory=ReplyParser)
    last: bytes = b""
    nonce: bytes = b""
    secrets: list[str] = field(default_factory=list)  # those there are by now
    proved: bool = False  # whether a password, a token or a proof of one was sent in a login
    rejected: bool = False  # whether there was a 535, which counts towards a lockout

    def __post_init__(self) -> None:
        self.talk = Dialogue(self.plan, "probe.test", self.plan.tls_mode is TlsMode.IMPLICIT, lambda _utf8: MESSAGE)
        login, oauth = self.plan.credentials, self.plan.oauth
        password = login.password.reveal() if login else ""
        self.redact = Redactor(password, USER)
        self.secrets += [password] if password else []
        if oauth is not None:
            self.learn(oauth.grant.client_secret.reveal() if oauth.grant else TOKEN)

    def learn(self, secret: str) -> None:
        """Hide one more secret."""
        self.redact.learn(secret)
        self.secrets.append(secret)

    def run(self) -> Cause | None:
        """Converse to the end."""
        action = self.talk.begin()
        for _ in range(MAX_ACTIONS):
            if isinstance(action, Done):
                return action.cause
            action = self.perform(action)
        raise AssertionError("the conversation has no end")

    def perform(self, action: Action) -> Action:
        """Carry out one action."""
        if isinstance(action, Secure):
            assert not self.talk.facts.secure, "TLS inside TLS"
            assert self.parser.leftover == b"", "bytes from before TLS are read inside it"
            return self.talk.secured(lambda: self.binding, verified=self.plan.tls_mode in DEMAND_TLS)
        if isinstance(action, DeriveKey):
            return self.talk.key_derived(b"\5" * 32)
        if isinstance(action, FetchToken):
            self.learn(TOKEN)
            return self.talk.token_fetched(Secret(TOKEN))
        assert not isinstance(action, Done)
        if isinstance(action, Send):
            self.check_send(action)
            if action.stage is Stage.QUIT:
                return Done(send_quit=True)
        reply = self.answer()
        if isinstance(reply, Cause):
            return Done(replace(reply, stage=action.stage))
        if action.stage is Stage.AUTH and reply.code == 535:
            self.rejected = True
        words = reply_in_words(reply) if action.stage is Stage.AUTH else ""
        self.check_shown(self.redact(f"{reply} ({words})" if words else str(reply), 1000, lines=True))
        return self.talk.received(reply, self.parser.leftover)

    def answer(self) -> Reply | Cause:
        """Return the server's next reply, or why there is none."""
        try:
            while (reply := self.parser.next_reply()) is None:
                if not self.turns:
                    return self.parser.final_reply() or Cause(Stage.CONNECT, Code.CONNECTION_CLOSED)
                turn = self.know(self.turns.pop(0))
                for at in range(0, len(turn), self.cut):
                    self.parser.feed(turn[at : at + self.cut])
        except WireError as error:
            return Cause(Stage.CONNECT, Code.PROTOCOL_ERROR, detail=error.detail)
        return reply

    def know(self, turn: bytes) -> bytes:
        """Return what the server says, with what it knows by now."""
        blob = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())
        words = {b"%P": PASSWORD.encode(), b"%B": blob, b"%U": USER.encode(), b"%N": self.nonce, b"%S": self.last}
        turn = _KNOWN.sub(lambda found: words[found[0]], turn)
        return _ENCODED.sub(lambda found: base64.b64encode(found[1]), turn)

    def check_send(self, action: Send) -> None:
        """Check what leaves us against the laws of the dialogue, and remember it."""
        data, secure, mode = action.data, self.talk.facts.secure, self.plan.tls_mode
        message = action.stage is Stage.DATA and data != b"DATA\r\n"
        assert data.endswith(b"\r\n")
        assert message or (data.count(b"\n") == 1 and b"\0" not in data), "a second command"
        assert len(data) <= (len(MESSAGE) + 10 if message else max(MAX_COMMAND, MAX_RESPONSE) + 2)
        if mode in DEMAND_TLS and not secure:
            assert data.startswith((b"EHLO ", b"STARTTLS\r\n", b"QUIT\r\n")), "worth something, and in clear"
        proof = self.holds_secret(data.decode()) or bool(action.secrets)
        self.proved = self.proved or (proof and action.stage is Stage.AUTH)
        if action.credentials or proof:
            assert action.credentials, "credentials that are not called so"
            assert secure or mode is TlsMode.NONE or not self.talk.facts.starttls_offered
            self.redact.sent = True
            self.redact.learn(*action.secrets)
            self.secrets += action.secrets
        assert not (self.rejected and data.startswith(b"AUTH")), "a second try after a refused password"
        self.check_shown(action.shown)
        self.last = data.rstrip(b"\r\n")
        for piece in decoded(self.last.rpartition(b" ")[2].decode("ascii", "replace")):
            if found := re.search(rb"r=([A-Za-z0-9_-]{24})$", piece):
                self.nonce = found[1]

    def check_shown(self, text: str) -> None:
        """Check a text that people will see."""
        assert text.replace("\n", "").isprintable(), "a control character reaches the report"
        assert len(text) <= MAX_SENTENCE
        assert not self.holds_secret(text), "a secret reaches the report"

    def holds_secret(self, text: str) -> bool:
        """Return whether a text gives a secret away: as it is, split over lines, or inside base64."""
        low = text.lower()
        if any(secret.lower() in low or secret.lower() in _FILLER.sub("", low) for secret in self.secrets):
            return True
        return any(secret.encode() in piece for piece in decoded(text) for secret in self.secrets)


def check(data: bytes) -> None:
    """Run one conversation; an exception is a finding."""
    if len(data) < 2:
        return
    binding = Binding("tls-exporter" if data[1] & 2 else "tls-unknown", b"\7" * 32) if data[1] & 1 else None
    cut = (4096, 1, 7, 60)[data[1] >> 2 & 3]
    session = Session(PLANS[data[0] % len(PLANS)], data[2:].split(b"~"), cut, binding)
    cause = session.run()
    facts, plan = session.talk.facts, session.plan
    if cause is None:
        assert not session.rejected
        assert facts.secure or plan.tls_mode not in DEMAND_TLS
        logged_in = plan.credentials is not None and plan.depth.reaches(Depth.AUTH)
        assert session.proved or not logged_in, "a login without a password"
        assert not (logged_in and facts.mechanism.startswith("SCRAM")), "a server that can't know the password"
    seen = Observed(plan, 587, facts, session.redact, NOW, cause=cause)
    sentences = [text for found in conclude(seen).findings for text in (found.message, found.advice)]
    sentences.append(passed(seen) if cause is None else sentences[0])
    said = evidence(seen)
    extensions = facts.ehlo.extensions if facts.ehlo else {}
    told = [session.redact(text, 300) for pair in extensions.items() for text in pair]
    told += [session.redact(name, 64) for name in (*facts.mechanisms_before_tls, *facts.mechanisms_inside_tls)]
    for text in [*sentences, *told, said.text, said.enhanced_code]:
        session.check_shown(text)


def decoded(text: str) -> list[bytes]:
    """Return what the base64 in a text says, from each of its digits' four places."""
    pieces = []
    for found in _BASE64.findall(text):
        for start in range(4):
            digits = found[start:]
            digits = digits[: len(digits) - (len(digits) % 4 == 1)]
            pieces.append(base64.b64decode(digits + "=" * (-len(digits) % 4)))
    return pieces
