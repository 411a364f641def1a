"""The SMTP conversation as a table of states: a reply comes in, an action comes out. No I/O.

Laws: what was learned before TLS is forgotten inside it (RFC 3207 section 4.2); no credentials are sent in clear where
TLS is demanded or STARTTLS was offered, unless the plan's TLS mode is `none`; no reply is taken for the answer to a
command that was sent after it; after a refused password no second mechanism is tried (lockouts). Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret
from mailproof.smtp.actions import Action, Cause, Done, Facts, Secure, Send, Wait
from mailproof.smtp.authentication import Authentication
from mailproof.smtp.refusals.judgement import Circumstances, judge
from mailproof.smtp.report import Plan
from mailproof.smtp.sasl.mechanism import Binding
from mailproof.smtp.transaction import Transaction
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from mailproof.smtp.wire import (
    Ehlo,
    Reply,
    encode_command,
    is_foreign_greeting,
    parse_ehlo,
)

OFFER_WITHDRAWN = say(
    "STARTTLS was offered on the connection before and is not on this one, so nothing was sent over it"
)


class State(Enum):
    """Which command's reply the dialogue waits for."""

    START = auto()
    GREETING = auto()
    EHLO = auto()
    HELO = auto()
    STARTTLS = auto()
    HANDSHAKE = auto()
    AUTH = auto()
    CANCEL = auto()  # the "*" that cancels a SASL exchange (RFC 4954 section 4)
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    MESSAGE = auto()
    QUIT = auto()
    OVER = auto()


@dataclass(slots=True)
class Dialogue:
    """One conversation, following one plan.

    Args:
        ehlo_name: The argument of EHLO.
        implicit: Whether TLS comes before the greeting.
        compose: Writes the test message. Called once, with whether headers may be UTF-8.
        starttls_proven: Whether an earlier connection of the same test was offered STARTTLS, so that nothing may go in
            clear.

    Attributes:
        facts: What the conversation has shown so far.
    """

    plan: Plan
    ehlo_name: str
    implicit: bool
    compose: Callable[[bool], bytes]
    state: State = State.START
    facts: Facts = field(default_factory=Facts)
    starttls_proven: bool = False
    _binding: Callable[[], Binding | None] = lambda: None
    _login: Authentication | None = None
    _mail: Transaction | None = None

    def __post_init__(self) -> None:
        self.facts.ehlo_name = self.ehlo_name

    @property
    def demands_tls(self) -> bool:
        """Whether neither credentials nor mail may be sent outside TLS."""
        return self.starttls_proven or self.plan.tls_mode in (TlsMode.AUTO, TlsMode.STARTTLS, TlsMode.IMPLICIT)

    def begin(self) -> Action:
        """Return the first action on a fresh connection."""
        if not self._reaches(Depth.TLS):
            return self._end(Done())
        if self.implicit:
            self.state = State.HANDSHAKE
            return Secure()
        self.state = State.GREETING
        return _AWAIT_GREETING

    def secured(self, binding: Callable[[], Binding | None] = lambda: None, *, verified: bool = False) -> Action:
        """Return the action after the TLS handshake. Everything learned before it is forgotten.

        Args:
            binding: Returns the TLS session's channel binding.
            verified: Whether the server's certificate was verified.
        """
        self._binding = binding
        self.facts.secure = True
        self.facts.verified = verified
        self.facts.ehlo = None
        if self.implicit:
            if not self._reaches(Depth.EHLO):
                return self._end(Done())
            self.state = State.GREETING
            return _AWAIT_GREETING
        return self._send_ehlo() if self._reaches(Depth.EHLO) else self._send_quit()

    def received(self, reply: Reply, surplus: bytes = b"", *, last: bool = False) -> Action:
        """Return the action after a reply.

        Args:
            surplus: Octets that the server has already sent after the reply, before any further command.
            last: Whether the reply is a refusal after which nothing can be read: the connection has failed or the time
                is over. Then the refusal ends the conversation, whatever could be tried otherwise.
        """
        if self.state is State.QUIT:
            self.facts.quit_answered = reply.code == 221
            return self._end(Done())
        stage = _STAGES[self.state]
        if last and self._login is not None:
            self._login.give_up()
        handler = _TABLE.get((self.state, reply.code))
        action = handler(self, reply) if handler else self._refuse(reply)
        if last and not isinstance(action, Done):
            action = self._end(Done(self._cause_of(stage, reply)))
        if not surplus or isinstance(action, Done):
            return action
        if isinstance(action, Secure):
            # RFC 3207 section 6 and USENIX Security 2021 ("NO STARTTLS"): these bytes would be read as if from TLS.
            return self._fail(Stage.STARTTLS, Code.STARTTLS_INJECTION, send_quit=False)
        if action.stage is Stage.QUIT:
            return action
        if surplus.startswith(b"421"):  # RFC 5321 section 3.8: the one reply that answers no command
            return Wait(action.stage)
        return self._fail(stage, Code.PROTOCOL_ERROR, detail=say("the server sent a reply to no command"))

    def key_derived(self, key: bytes) -> Action:
        """Return the action after a `DeriveKey`, whose key this is."""
        return self._continue_login(self._authentication.key_derived(key))

    def token_fetched(self, token: Secret) -> Action:
        """Return the action after a `FetchToken`, whose token this is."""
        return self._continue_login(self._authentication.token_fetched(token))

    # What follows each reply.

    def _greeted(self, reply: Reply) -> Action:
        if is_foreign_greeting(reply):
            return self._fail(Stage.GREETING, Code.NOT_SMTP, send_quit=False)
        self.facts.greeting = reply.text
        return self._send_ehlo()

    def _ehlo_accepted(self, reply: Reply) -> Action:
        ehlo = self.facts.ehlo = parse_ehlo(reply)
        if self.facts.secure:
            self.facts.mechanisms_inside_tls = ehlo.mechanisms
        else:
            self.facts.mechanisms_before_tls = ehlo.mechanisms
            self.facts.starttls_offered = "STARTTLS" in ehlo.extensions
        return self._after_ehlo()

    def _ehlo_unknown(self, reply: Reply) -> Action:
        """Fall back to HELO (RFC 5321 section 3.2), unless STARTTLS is needed, which HELO does not have."""
        if self.demands_tls and not self.facts.secure:
            if reply.code == 504:
                return self._refuse(reply)  # EHLO is known, its argument is refused
            return self._lacks_starttls(reply)
        self.state = State.HELO
        return self._send_words(Stage.EHLO, "HELO", self.ehlo_name)

    def _helo_accepted(self, reply: Reply) -> Action:
        self.facts.helo_only = True
        self.facts.ehlo = Ehlo()
        return self._after_ehlo()

    def _starttls_accepted(self, reply: Reply) -> Action:
        self.state = State.HANDSHAKE
        return Secure()

    def _challenged(self, reply: Reply) -> Action:
        return self._continue_login(self._authentication.challenged(reply))

    def _authenticated(self, reply: Reply) -> Action:
        cause = self._authentication.accepted(reply)
        if cause:
            return self._end(Done(cause, send_quit=True))
        self.facts.logged_in = True
        return self._after_auth()

    def _login_refused(self, reply: Reply) -> Action:
        return self._continue_login(self._authentication.refused(reply))

    def _mail_accepted(self, reply: Reply) -> Action:
        return self._continue_mail(State.RCPT, self._transaction.rcpt())

    def _rcpt_accepted(self, reply: Reply) -> Action:
        return self._continue_mail(State.DATA, self._transaction.data())

    def _data_accepted(self, reply: Reply) -> Action:
        return self._continue_mail(State.MESSAGE, self._transaction.message())

    def _message_accepted(self, reply: Reply) -> Action:
        return self._send_quit()

    # What is sent next.

    def _send_ehlo(self) -> Action:
        self.state = State.EHLO
        return self._send_words(Stage.EHLO, "EHLO", self.ehlo_name)

    def _after_ehlo(self) -> Action:
        """Return what follows EHLO: STARTTLS, AUTH, or the mail transaction."""
        if not self.facts.secure and self.plan.tls_mode is not TlsMode.NONE:
            if self.facts.starttls_offered:
                self.state = State.STARTTLS
                return _STARTTLS
            if self.demands_tls:
                return self._lacks_starttls()
        if self.plan.credentials is None or not self._reaches(Depth.AUTH):
            return self._after_auth()
        offered = self._ehlo.mechanisms
        self._login = Authentication(self.plan, self.facts, self._binding)
        action = self._login.begin(offered)
        if action is not None:
            return self._continue_login(action)
        if offered:
            return self._fail(Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED)
        if self.facts.starttls_offered and not self.facts.secure:
            return self._fail(Stage.AUTH, Code.AUTH_REQUIRES_TLS)  # offered inside TLS (RFC 4954 section 4)
        return self._fail(Stage.AUTH, Code.AUTH_NOT_OFFERED)

    def _lacks_starttls(self, reply: Reply | None = None) -> Action:
        if self.starttls_proven:  # the same server has offered it a moment ago: something takes the offer away
            return self._fail(Stage.STARTTLS, Code.TLS_HANDSHAKE_FAILED, reply, detail=OFFER_WITHDRAWN)
        return self._fail(Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED, reply)

    def _continue_login(self, action: Action) -> Action:
        if isinstance(action, Done):
            return self._end(action)
        self.state = State.CANCEL if self._authentication.cancelling else State.AUTH
        return action

    def _after_auth(self) -> Action:
        """Return what follows the login, or its omission: the mail transaction, or QUIT."""
        if not self._reaches(Depth.MAIL):
            return self._send_quit()
        self._mail = Transaction(self.plan, self.facts, self._ehlo, self.compose)
        return self._continue_mail(State.MAIL, self._mail.mail())

    def _continue_mail(self, state: State, action: Action | None) -> Action:
        if action is None:
            return self._send_quit()
        if isinstance(action, Done):
            return self._end(action)
        self.state = state
        return action

    def _send_quit(self) -> Action:
        self.state = State.QUIT
        return _QUIT

    def _refuse(self, reply: Reply) -> Action:
        """Return what follows a reply that refuses the command."""
        stage = _STAGES[self.state]
        if stage is Stage.AUTH:
            return self._login_refused(reply)
        cause = self._cause_of(stage, reply)
        return self._end(Done(cause, send_quit=cause.code is not Code.NOT_SMTP))

    def _cause_of(self, stage: Stage, reply: Reply) -> Cause:
        """Return what a refusal means."""
        secure = self.facts.secure
        # Where STARTTLS was offered and not used, AUTH may be offered inside TLS only (RFC 4954 section 4).
        login = bool(self._ehlo.mechanisms) or (self.facts.starttls_offered and not secure)
        anonymous = login and self.plan.credentials is None
        found = judge(reply, Circumstances(stage, secure, anonymous, self.facts.logged_in))
        return Cause(stage, found.code, reply, recognised=found.recognised, words=found.words)

    def _fail(
        self, stage: Stage, code: Code, reply: Reply | None = None, *, detail: str = "", send_quit: bool = True
    ) -> Action:
        return self._end(Done(Cause(stage, code, reply, detail), send_quit and code is not Code.NOT_SMTP))

    def _end(self, done: Done) -> Action:
        self.state = State.OVER
        return done

    def _send_words(self, stage: Stage, *words: str) -> Action:
        return Send(stage, encode_command(*words), " ".join(words))

    def _reaches(self, depth: Depth) -> bool:
        return self.plan.depth.reaches(depth)

    @property
    def _authentication(self) -> Authentication:
        assert self._login is not None  # noqa: S101 - `_after_ehlo` creates it
        return self._login

    @property
    def _transaction(self) -> Transaction:
        assert self._mail is not None  # noqa: S101 - `_after_auth` creates it
        return self._mail

    @property
    def _ehlo(self) -> Ehlo:
        return self.facts.ehlo or Ehlo()


_AWAIT_GREETING = Wait(Stage.GREETING)
_STARTTLS = Send(Stage.STARTTLS, encode_command("STARTTLS"), "STARTTLS")
_QUIT = Send(Stage.QUIT, encode_command("QUIT"), "QUIT")

_STAGES = {
    State.GREETING: Stage.GREETING,
    State.EHLO: Stage.EHLO,
    State.HELO: Stage.EHLO,
    State.STARTTLS: Stage.STARTTLS,
    State.AUTH: Stage.AUTH,
    State.CANCEL: Stage.AUTH,
    State.MAIL: Stage.MAIL,
    State.RCPT: Stage.RCPT,
    State.DATA: Stage.DATA,
    State.MESSAGE: Stage.DATA,
    State.QUIT: Stage.QUIT,
}

_TABLE: dict[tuple[State, int], Callable[[Dialogue, Reply], Action]] = {
    (State.GREETING, 200): Dialogue._greeted,  # only NNTP servers greet so
    (State.GREETING, 201): Dialogue._greeted,
    (State.GREETING, 220): Dialogue._greeted,
    (State.EHLO, 250): Dialogue._ehlo_accepted,
    (State.EHLO, 500): Dialogue._ehlo_unknown,
    (State.EHLO, 502): Dialogue._ehlo_unknown,
    (State.EHLO, 504): Dialogue._ehlo_unknown,
    (State.HELO, 250): Dialogue._helo_accepted,
    (State.STARTTLS, 220): Dialogue._starttls_accepted,
    (State.AUTH, 235): Dialogue._authenticated,
    (State.AUTH, 334): Dialogue._challenged,
    (State.CANCEL, 501): Dialogue._login_refused,  # RFC 4954 section 4
    (State.MAIL, 250): Dialogue._mail_accepted,
    (State.RCPT, 250): Dialogue._rcpt_accepted,
    (State.RCPT, 251): Dialogue._rcpt_accepted,  # RFC 5321 section 3.4: will forward
    (State.RCPT, 252): Dialogue._rcpt_accepted,
    (State.DATA, 354): Dialogue._data_accepted,
    (State.MESSAGE, 250): Dialogue._message_accepted,
}
"""(state, reply code) -> what to do; any other reply is a refusal, which `smtp.refusals` interprets."""
