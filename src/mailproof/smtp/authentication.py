"""The AUTH part of a conversation (RFC 4954): which mechanism is tried, its responses, and what a refusal means.

Laws: the mechanisms are tried in the order of `sasl.table`; the next one is tried only where the mechanism was refused
and not the account; none is tried after a 535, whatever its reason, since it counts towards a lockout; a login has
succeeded only when the password or token was sent (or a proof of it), and when the server has given the proof that the
mechanism demands of it. Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

from mailproof.domain.phrase import say
from mailproof.domain.secret import MASK, Secret
from mailproof.smtp.actions import Action, Cause, DeriveKey, Done, Facts, FetchToken, Send
from mailproof.smtp.plans import default_port
from mailproof.smtp.refusals.judgement import Circumstances, judge
from mailproof.smtp.report import Plan
from mailproof.smtp.sasl import table
from mailproof.smtp.sasl.encoded import reply_in_words
from mailproof.smtp.sasl.mechanism import INLINE_ITERATIONS, Binding, ExchangeError, Identity, KeyDerivation, Mechanism
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import MAX_RESPONSE, Reply, encode_command

MAX_INITIAL_RESPONSE = 512
"""Octets of an AUTH command with its initial response (RFC 4954 section 4); a longer response is sent after the 334."""

_CANCELLED = frozenset({500, 501, 504})  # replies to "*": 501 (RFC 4954 section 4); the others in practice


@dataclass(slots=True)
class Authentication:
    """The SASL exchanges of one conversation, one after another.

    Args:
        binding: Returns the TLS session's channel binding.

    Attributes:
        cancelling: Whether "*" was sent, which cancels an exchange.
    """

    plan: Plan
    facts: Facts
    binding: Callable[[], Binding | None]
    cancelling: bool = False
    _identity: Identity = field(default_factory=lambda: Identity(""))
    _remaining: list[str] = field(default_factory=list)  # mechanisms that were not tried yet
    _exchange: Mechanism = field(default_factory=Mechanism)
    _refusal: Cause | None = None  # why the last mechanism was given up

    def begin(self, offered: tuple[str, ...]) -> Action | None:
        """Return the first action.

        Args:
            offered: The mechanisms in the EHLO reply.

        Returns:
            None where none of the offered mechanisms can be used.
        """
        plan = self.plan
        assert plan.credentials is not None  # noqa: S101 - the dialogue has checked it
        scram = any(name.startswith("SCRAM-") for name in offered)
        binding = self.binding() if scram and plan.oauth is None else None
        default_binding = binding is None or binding.is_default
        self._remaining = list(
            table.choose(
                offered,
                plan.mechanism,
                token=plan.oauth is not None,
                has_binding=binding is not None,
                default_binding=default_binding,
                verified=self.facts.verified,
            )
        )
        if not self._remaining:
            return None
        self._identity = Identity(
            user=plan.credentials.user,
            password=plan.credentials.password,
            token=plan.oauth.access_token if plan.oauth else Secret(""),
            host=plan.host,
            port=plan.port or default_port(plan.tls_mode),
            binding=binding,
            plus_offered=any(table.is_bound(name) for name in offered),
        )
        if plan.oauth is not None and plan.oauth.grant is not None:
            return FetchToken()
        return self._next()

    def token_fetched(self, token: Secret) -> Action:
        """Start the first exchange with the access token that was fetched."""
        old = self._identity
        self._identity = Identity(old.user, token=token, host=old.host, port=old.port)
        return self._next()

    def challenged(self, reply: Reply) -> Action:
        """Return the action that answers a challenge (334)."""
        try:
            response = self._exchange.respond(table.decode(reply.text))
        except ExchangeError as error:
            if error.final:
                return Done(Cause(Stage.AUTH, Code.PROTOCOL_ERROR, reply, error.detail, self._exchange.sasl_error))
            return self._cancel(error.detail)
        if isinstance(response, KeyDerivation):
            if response.iterations > INLINE_ITERATIONS:
                return DeriveKey(response)
            response = self._exchange.key_derived(response())
        if response is None:
            return self._cancel(
                say("the server asked for more than {mechanism} has to say", mechanism=self.facts.mechanism)
            )
        return self._respond(response)

    def key_derived(self, key: bytes) -> Action:
        """Return the response that uses the derived key."""
        return self._respond(self._exchange.key_derived(key))

    def accepted(self, reply: Reply) -> Cause | None:
        """Return why a login fails in spite of a 235; None where it has succeeded."""
        problem = self._exchange.missing_proof()
        return Cause(Stage.AUTH, Code.PROTOCOL_ERROR, reply, problem) if problem else None

    def give_up(self) -> None:
        """Try no other mechanism."""
        self._remaining.clear()

    def refused(self, reply: Reply) -> Action:
        """Try the next mechanism, unless the refusal is about the account and not the mechanism."""
        exchange, cancelled = self._exchange, self.cancelling
        judgement = judge(reply, Circumstances(Stage.AUTH, self.facts.secure))
        code, recognised, words = judgement.code, judgement.recognised, judgement.words
        if exchange.proof_rejected and code is Code.AUTH_MECHANISM_UNSUPPORTED:
            # The server's last challenge said so; this reply only ends the exchange.
            code, recognised, words = Code.AUTH_REJECTED, True, ""
        if code is Code.AUTH_REJECTED and exchange.binding_may_be_refused and not exchange.proof_sent:
            # Nothing derived from the password was sent, so it was not refused: most probably the server does not
            # support our type of channel binding (Dovecot and mox answer 535 then).
            code, recognised, words = Code.AUTH_MECHANISM_UNSUPPORTED, True, ""
        cause = Cause(
            Stage.AUTH,
            code,
            reply,
            sasl_error=exchange.sasl_error or reply_in_words(reply),
            recognised=recognised,
            words=words,
        )
        if (
            cancelled
            and self._refusal
            and (reply.code in _CANCELLED or (reply.code >= 500 and not exchange.proof_sent))
        ):
            self._refusal = dataclasses.replace(self._refusal, reply=reply)
        elif code is Code.AUTH_MECHANISM_UNSUPPORTED:
            self._refusal = cause
        else:
            return Done(cause, send_quit=code is not Code.NOT_SMTP)
        return Done(self._refusal, send_quit=True) if reply.code == 535 else self._next()

    def _next(self) -> Action:
        """Return the AUTH command of the next mechanism, or the end where none is left."""
        self.cancelling = False
        if not self._remaining:
            return Done(self._refusal, send_quit=True)
        name = self.facts.mechanism = self._remaining.pop(0)
        self._exchange = table.MECHANISMS[name](self._identity)
        initial = self._exchange.initial()
        if initial is not None:
            line = encode_command("AUTH", name, table.encode(initial) or "=", limit=MAX_RESPONSE)
            if len(line) <= MAX_INITIAL_RESPONSE:
                return Send(Stage.AUTH, line, f"AUTH {name} {MASK}", credentials=True, secrets=self._exchange.secrets)
            self._exchange = table.MECHANISMS[name](self._identity)  # a fresh exchange: its response was not sent
        return Send(Stage.AUTH, encode_command("AUTH", name), f"AUTH {name}")

    def _respond(self, response: bytes) -> Action:
        """Return the action that sends a response."""
        if not response:
            return Send(Stage.AUTH, b"\r\n", "(an empty line)")
        line = encode_command(table.encode(response), limit=MAX_RESPONSE)
        exchange = self._exchange
        return Send(Stage.AUTH, line, MASK, credentials=True, secrets=exchange.secrets, expected=exchange.expected)

    def _cancel(self, detail: str) -> Action:
        """Cancel the exchange with "*" (RFC 4954 section 4)."""
        self.cancelling = True
        self._refusal = Cause(
            Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED, detail=detail, sasl_error=self._exchange.sasl_error
        )
        return Send(Stage.AUTH, b"*\r\n", "*")
