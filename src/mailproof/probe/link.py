"""One connection that follows one dialogue: performs the dialogue's actions, bounds each wait, writes the steps.

It decides nothing: `smtp.dialogue` knows what a reply means, `probe.channel` what octets mean. Law: a failure of the
connection never leaves this module as an exception; its step is written, and it is returned as a `Cause`. A
`ServiceShortage` passes through, since it says nothing about the server.
"""

from __future__ import annotations

import asyncio
import dataclasses
import ssl
from collections.abc import Awaitable, Sequence

from mailproof.domain.phrase import say
from mailproof.net.addrinfo import AddrInfo
from mailproof.net.broken import Broken
from mailproof.net.certificates import in_words
from mailproof.net.dial import dial
from mailproof.probe.channel import Channel
from mailproof.probe.oauth_tokens import TokenFailed
from mailproof.probe.transcript import TestContext, Transcript
from mailproof.smtp.actions import Action, Cause, DeriveKey, Done, Facts, FetchToken, Secure, Send, Wait
from mailproof.smtp.dialogue import Dialogue
from mailproof.smtp.refusals.judgement import Circumstances, judge
from mailproof.smtp.report import TlsInfo
from mailproof.smtp.sasl.encoded import reply_in_words
from mailproof.smtp.tls_names import without_echoes
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Fault, Reply, ReplyParser, WireError
from mailproof.syntax.host import address_literal, take_apart

MAX_READ = 4096  # characters of a reply that is no refusal that are cleaned and masked, to show `MAX_SHOWN` of them
MAX_SHOWN = 1000  # characters of a reply in a step; an EHLO reply has many lines

OTHER_CERTIFICATE = say(
    "the server showed another certificate than on the connection before, so nothing was sent to it"
)

_NOTHING = Done()
_PASSED = Done(send_quit=True)
_FAULTS = {
    Fault.NOT_SMTP: Code.NOT_SMTP,
    Fault.TLS_RECORD: Code.WRONG_TLS_MODE_USE_IMPLICIT,
    Fault.SYNTAX: Code.PROTOCOL_ERROR,
    Fault.TOO_LARGE: Code.RESPONSE_TOO_LARGE,
}


class Link:
    """One connection.

    Args:
        context: What all connections of the test share.
        implicit: Whether TLS comes before the greeting.
        number: Which of the test's connections it is, from 1.
        verify: Whether the certificate is verified.
        before: An earlier connection of the same test, whose proofs bind this one: it is to be offered STARTTLS again,
            and to see the same certificate; None where there was none.

    Attributes:
        facts: What the conversation has shown so far.
        connect_took: Seconds that the connect took, about one round trip; 0 before it has ended.
        stage_began: When the stage last begun began, on the loop's clock.
        verdict_at: When the verdict was known, on the loop's clock; 0 before.
    """

    __slots__ = (
        "_before",
        "_channel",
        "_dialogue",
        "_loop",
        "_next_action",
        "_parser",
        "_transcript",
        "_verify",
        "connect_took",
        "context",
        "facts",
        "implicit",
        "stage_began",
        "verdict_at",
    )

    def __init__(
        self,
        context: TestContext,
        implicit: bool,
        *,
        number: int = 1,
        verify: bool = True,
        before: Link | None = None,
    ) -> None:
        self.context = context
        self.implicit = implicit
        self.facts = Facts()
        self.connect_took = 0.0
        self.stage_began = 0.0
        self.verdict_at = 0.0
        self._verify = verify
        self._before = before
        self._loop = asyncio.get_running_loop()
        self._transcript = Transcript(context, number)
        self._channel: Channel | None = None
        self._dialogue: Dialogue | None = None
        self._parser = ReplyParser()
        self._next_action: Action = _NOTHING

    @property
    def tls(self) -> TlsInfo | None:
        """The TLS session, or a failed handshake in which a certificate was presented; else None."""
        return self._channel.tls if self._channel else None

    @property
    def heard(self) -> bool:
        """Whether the server has sent anything."""
        return self._channel is not None and self._channel.heard

    @property
    def stage(self) -> Stage:
        """The stage last begun."""
        return self._transcript.stage

    @property
    def is_waiting(self) -> bool:
        """Whether a step was begun and has not ended."""
        return self._transcript.is_open

    @property
    def address(self) -> str:
        """The address that the connection was made to; empty before."""
        return take_apart(self._transcript.peer).host

    @property
    def round_trips(self) -> int:
        """How often the server was waited for until the verdict; the connect counts."""
        if self._channel is None:
            return 0
        return self._channel.waits

    async def open(self, addresses: Sequence[AddrInfo]) -> Cause | None:
        """Connect, and make the handshake or read the greeting, which proves the TLS mode.

        Args:
            addresses: What to dial; already judged by the guard.

        Returns:
            Why it failed; None where the conversation can go on.
        """
        cause = await self._connect(addresses)
        if cause is None:
            if not isinstance(self._next_action, Done):
                self._next_action = await self._perform(self._next_action)
            cause = self._next_action.cause if isinstance(self._next_action, Done) else None
        if cause is not None:
            self._hang_up()
        return cause

    async def converse(self) -> Cause | None:
        """Go on to the end and close the connection; return why the test failed, None where it passed."""
        while not isinstance(self._next_action, Done):
            self._next_action = await self._perform(self._next_action)
        self._hang_up()
        return self._next_action.cause

    def abandon(self, cause: Cause) -> Cause:
        """Close the connection during a step, and return the cause, with which the step ends."""
        if self._transcript.is_open:
            self._transcript.fail(cause)
        self._hang_up()
        return cause

    def note_rejection(self, rejected: TlsInfo) -> None:
        """Add to the TLS session why it could not be verified, which an earlier handshake has shown."""
        if self._channel is not None and self._channel.tls is not None:
            tls = self._channel.tls
            same = [one.fingerprint for one in tls.chain] == [one.fingerprint for one in rejected.chain]
            chain = rejected.chain if same else tls.chain
            self._channel.tls = dataclasses.replace(tls, verify_error=rejected.verify_error, chain=chain)

    def close(self) -> None:
        """Close the socket at once."""
        if self._channel is not None:
            self._channel.close()

    def _hang_up(self) -> None:
        self.verdict_at = self.verdict_at or self._loop.time()
        if self._channel is not None:
            send_quit = isinstance(self._next_action, Done) and self._next_action.send_quit
            self._channel.end(b"QUIT\r\n" if send_quit else b"")  # RFC 5321 section 4.1.1.10

    async def _connect(self, addresses: Sequence[AddrInfo]) -> Cause | None:
        """Connect, and begin the dialogue."""
        self._begin(Stage.CONNECT)
        try:
            connected, readiness, peer = await dial(addresses, self.context.limit(Stage.CONNECT, self._loop.time()))
        except TimeoutError:
            return self._transcript.fail(Cause(Stage.CONNECT, Code.TIMEOUT))
        except Broken as error:
            return self._transcript.fail(Cause(Stage.CONNECT, error.code, detail=error.detail))
        channel = self._channel = Channel(connected, readiness)
        context = self.context
        name = context.ehlo_name or address_literal(channel.local_address)
        self._dialogue = Dialogue(
            context.plan,
            name,
            self.implicit,
            context.compose,
            facts=self.facts,
            starttls_proven=self._before is not None and self._before.facts.starttls_offered,
        )
        self._transcript.peer = peer
        self.connect_took = self._transcript.end(received="connected")
        self._next_action = self._dialogue.begin()
        return None

    def _perform(self, action: Action) -> Awaitable[Action]:
        if isinstance(action, Send | Wait):
            return self._exchange(action) if action.stage is not Stage.QUIT else self._quit()
        if isinstance(action, Secure):
            return self._secure()
        if isinstance(action, DeriveKey):
            return self._derive_key(action)
        assert isinstance(action, FetchToken)  # noqa: S101 - a `Done` is not performed
        return self._fetch_token()

    async def _quit(self) -> Action:
        """Write the step QUIT without waiting for the reply: the verdict is known, and `_hang_up` sends QUIT."""
        assert self._channel is not None  # noqa: S101 - `_connect` creates it
        self.verdict_at = self._loop.time()
        self._transcript.begin(Stage.QUIT)
        gone = self._channel.gone
        self.facts.quit_answered = False if gone else None
        self._transcript.end("QUIT", code=Code.QUIT_IGNORED if gone else Code.OK)
        return _PASSED

    async def _exchange(self, action: Wait | Send) -> Action:
        """Perform an action that waits for a reply, write its step, and return the next action."""
        assert self._dialogue is not None  # noqa: S101 - `_connect` creates it
        stage = action.stage
        sent = action.shown if isinstance(action, Send) else ""
        self._begin(stage)
        try:
            reply, last = await self._send_and_read(action)
        except TimeoutError:
            return Done(self._transcript.fail(Cause(stage, Code.TIMEOUT), sent))
        except Broken as error:
            # In TLS 1.3 the alert that demands a client certificate comes after the handshake.
            at_tls = error.in_tls and error.code is not Code.CONNECTION_CLOSED
            cause = Cause(Stage.TLS if at_tls else stage, error.code, detail=error.detail)
            return Done(self._transcript.fail(cause, sent))
        except WireError as error:
            code = _FAULTS[error.fault]
            if code is Code.WRONG_TLS_MODE_USE_IMPLICIT and self.facts.secure:
                code = Code.NOT_SMTP
            return Done(self._transcript.fail(Cause(stage, code, detail=error.detail), sent))
        await self.context.turns.next()  # a large reply takes milliseconds, and many may come at once
        following = self._dialogue.received(reply, self._parser.leftover, last=last)
        self._write_step(stage, sent, reply, following)
        return following

    async def _send_and_read(self, action: Wait | Send) -> tuple[Reply, bool]:
        """Send what the action has to send, and read the reply.

        Returns:
            The reply, and whether it is a refusal that was cut off, after which nothing can be read.

        Raises:
            TimeoutError: There was no reply in time.
            Broken: The connection has failed before the reply.
            WireError: What the server has sent is no reply.
        """
        assert self._channel is not None  # noqa: S101 - `_connect` creates it
        failure: Broken | TimeoutError | None = None
        reply: Reply | None = None
        if isinstance(action, Send):
            if action.credentials:
                self.context.redact.sent = True
                self.context.redact.learn(*action.secrets)
                self.context.redact.conceal(*action.expected)
                self.facts.credentials_in_clear = not self.facts.secure
            try:
                rest = self._channel.send(action.data)
                if rest:
                    await self._channel.push(rest)
            except Broken as error:
                failure = error  # the server may have sent the reason before it closed: a 421
        try:
            while (reply := self._parser.next_reply()) is None:
                data = await self._channel.receive()
                if not data:
                    break
                self._parser.feed(data)
        except (Broken, TimeoutError) as error:
            failure = failure or error
        if reply is not None:
            return reply, False
        reply = self._parser.final_reply()
        if reply is None:
            raise failure or Broken(Code.CONNECTION_CLOSED)
        return reply, True

    def _write_step(self, stage: Stage, sent: str, reply: Reply, following: Action) -> None:
        """Write the step of a command and its reply, and one more where the test has ended at another stage."""
        secure = self.facts.secure
        cause = following.cause if isinstance(following, Done) else None
        code = Code.OK
        if cause is not None and cause.stage is stage:
            code = cause.code
        elif reply.code >= 400:  # the conversation goes on: with the next mechanism, or HELO
            code = judge(reply, Circumstances(stage, secure, logged_in=self.facts.logged_in)).code
        received = ""
        if code is not Code.NOT_SMTP:
            words = reply_in_words(reply) if stage is Stage.AUTH else ""
            shown = str(reply if reply.code >= 400 else _beginning(reply))
            said = f"{shown} ({words})" if words else shown
            received = self.context.redact(said, MAX_SHOWN, lines=True)
        self._transcript.end(sent, received, code)
        if cause is not None and cause.stage is not stage:
            self._begin(cause.stage)
            self._transcript.end(code=cause.code)

    async def _derive_key(self, action: DeriveKey) -> Action:
        """Derive the key on a thread, and return the next action.

        Raises:
            TooMuchWork: Too many derivations wait already, for this server or in all.
        """
        assert self._dialogue is not None  # noqa: S101 - `_connect` creates it
        self._begin(Stage.AUTH)
        try:
            async with asyncio.timeout_at(self.context.limit(Stage.AUTH, self._loop.time())):
                work = action.work
                key = await self.context.derivations.run(self.address, work, cost=work.iterations)
        except TimeoutError:
            return Done(self._transcript.fail(Cause(Stage.AUTH, Code.TIMEOUT)))
        return self._dialogue.key_derived(key)

    async def _fetch_token(self) -> Action:
        """Request an access token, which is a step of its own at the stage auth."""
        assert self._dialogue is not None  # noqa: S101 - `_connect` creates it
        plan, redact = self.context.plan, self.context.redact
        assert plan.oauth is not None  # noqa: S101 - the dialogue asks for a token only then
        assert plan.oauth.grant is not None  # noqa: S101
        self._begin(Stage.AUTH)
        sent = "(a request to the token endpoint)"
        try:
            async with asyncio.timeout_at(self.context.limit(Stage.AUTH, self._loop.time())):
                token = await self.context.tokens.fetch(plan.oauth.grant, ca_pem=plan.ca_pem)
        except TimeoutError:
            cause = Cause(Stage.AUTH, Code.AUTH_TOKEN_FAILED, detail=say("it did not answer in time"))
            return Done(self._transcript.fail(cause, sent), send_quit=True)
        except TokenFailed as error:
            # A denial by the egress policy has the stage policy, wherever it happens.
            stage, code = (Stage.AUTH, Code.AUTH_TOKEN_FAILED)
            if error.denied:
                stage, code = (Stage.POLICY, Code.EGRESS_DENIED)
            cause = Cause(stage, code, detail=redact(error.detail), client_refused=error.client)
            return Done(self._transcript.fail(cause, sent), send_quit=True)
        redact.learn(token.reveal())
        self._transcript.end(sent, "an access token")
        return self._dialogue.token_fetched(token)

    async def _secure(self) -> Action:
        """Make the TLS handshake, write its step, and return the next action."""
        assert self._channel is not None  # noqa: S101 - `_connect` creates both
        assert self._dialogue is not None  # noqa: S101
        self._begin(Stage.TLS)
        try:
            context = await self._context()
            try:
                await self._channel.handshake(
                    context,
                    self.context.host,
                    after_starttls=not self.implicit,
                    verified=self._verify,
                    has_anchors=not self.context.trust.is_empty(context),
                )
            finally:  # another connection may have given the server what it names here
                if self._channel.tls is not None:
                    self._channel.tls = without_echoes(self._channel.tls, self.context.redact)
        except TimeoutError:
            return Done(self._transcript.fail(Cause(Stage.TLS, Code.TIMEOUT)))
        except Broken as error:
            stage = Stage.STARTTLS if error.code is Code.STARTTLS_INJECTION else Stage.TLS
            return Done(self._transcript.fail(Cause(stage, error.code, detail=error.detail)))
        if self._before is not None and _leaf(self._before) != _leaf(self):
            return Done(self._transcript.fail(Cause(Stage.TLS, Code.TLS_HANDSHAKE_FAILED, detail=OTHER_CERTIFICATE)))
        self._transcript.end(received=in_words(self._channel.tls))
        return self._dialogue.secured(self._channel.binding, verified=self._verify)

    async def _context(self) -> ssl.SSLContext:
        trust, anchors = self.context.trust, self.context.plan.ca_pem
        if not self._verify:
            return trust.unverified()
        context = trust.cached(anchors)
        if context is None:
            try:
                async with asyncio.timeout_at(self.context.limit(Stage.TLS, self._loop.time())):
                    context = await self._loop.run_in_executor(None, trust.context, anchors)
            except ValueError as error:
                raise Broken(
                    Code.TLS_UNTRUSTED, say("the extra trust anchors can't be used: {error}", error=str(error))
                ) from None
        return context

    def _begin(self, stage: Stage) -> None:
        now = self.stage_began = self._loop.time()
        self._transcript.begin(stage)
        if self._channel is not None:
            self._channel.bound(self.context.limit(stage, now))


def _leaf(link: Link) -> str:
    """Return the fingerprint of the certificate that the server presented; empty where it presented none."""
    return link.tls.chain[0].fingerprint if link.tls and link.tls.chain else ""


def _beginning(reply: Reply) -> Reply:
    """Return a reply without the lines behind its first `MAX_READ` characters, but for the last one."""
    size = 0
    for place, line in enumerate(reply.lines):
        size += len(line)
        if size > MAX_READ and 0 < place < len(reply.lines) - 1:
            return dataclasses.replace(reply, lines=(*reply.lines[:place], reply.lines[-1]))
    return reply
