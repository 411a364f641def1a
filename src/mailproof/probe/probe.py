"""The probe: runs a plan against a server and yields each step as it begins and as it ends.

Laws: one deadline holds for the whole test, also against a server that sends an octet at a time; the guard judges every
name and address before it is dialled, and the judged address is the dialled one; closing or cancelling `run` or
`report` closes the sockets at once; an instance holds nothing that is bound to an event loop.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime

from mailproof.diagnosis.addresses import AddressTable
from mailproof.diagnosis.alternatives import TrialResult
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.suggested_hosts import CheckedHost, HostAdviser
from mailproof.diagnosis.summary import summarize
from mailproof.diagnosis.trial_results import settles
from mailproof.net.guard import EgressGuard
from mailproof.net.resolver import MAX_ADDRESSES, Resolver
from mailproof.net.shortage import shortages_raised
from mailproof.net.trust import TrustStore
from mailproof.probe import destination
from mailproof.probe.address_survey import MAX_TESTS_WITH_SURVEYS, AddressSurvey
from mailproof.probe.attempt import Attempt
from mailproof.probe.feed import Feed, FeedEvent
from mailproof.probe.link import Link
from mailproof.probe.oauth_tokens import OAuthTokens
from mailproof.probe.suggestions import MAX_TESTS_WITH_SUGGESTIONS, Suggestions
from mailproof.probe.transcript import TestContext
from mailproof.probe.trials import MAX_TESTS_WITH_TRIALS, Trials
from mailproof.scheduling.fair_worker import FairWorker
from mailproof.scheduling.turns import Turns
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.message import compose
from mailproof.smtp.plans import default_port, violations
from mailproof.smtp.report import Heartbeat, Plan, Progress, Report, Step, StepStarted
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.sasl.scram import MAX_ITERATIONS
from mailproof.smtp.vocabulary import Stage
from mailproof.syntax.host import check_host, is_qualified, join_host_port
from mailproof.syntax.mailbox import parse_mailbox

_NO_ADDRESSES = AddressTable()

MAX_WAITING = 32  # derivations of the dearest keys that may wait in all, of which each takes a quarter of a second
MAX_WAITING_OF_SERVER = 4

HEARTBEAT = 5.0  # seconds in which no step begins or ends after which a heartbeat is sent


class Probe:
    """Runs tests. Usable from several event loops in several threads.

    Args:
        guard: Judges each destination.
        https_guard: Judges OAuth 2.0 token endpoints; None for `guard`.
        trust: TLS contexts.
        default_ehlo_name: For plans without one; empty for this machine's qualified name, or its address literal.
        adviser: Knows which hosts may be meant by another; None where none is suggested.
        max_addresses: How many addresses of one host are dialled at most.
    """

    def __init__(
        self,
        *,
        guard: EgressGuard,
        trust: TrustStore,
        default_ehlo_name: str = "",
        https_guard: EgressGuard | None = None,
        adviser: HostAdviser | None = None,
        max_addresses: int = MAX_ADDRESSES,
    ) -> None:
        machine = socket.gethostname()  # asks no name server
        self.guard = guard
        self.trust = trust
        self.ehlo_name = default_ehlo_name or (machine if is_qualified(machine) else "")
        self.resolver = Resolver(max_addresses)
        self.adviser = adviser
        self.trial_slots = threading.Semaphore(MAX_TESTS_WITH_TRIALS)
        self.survey_slots = threading.Semaphore(MAX_TESTS_WITH_SURVEYS)
        self.suggestion_slots = threading.Semaphore(MAX_TESTS_WITH_SUGGESTIONS)
        self.tokens = OAuthTokens(https_guard or guard, trust, self.resolver)
        self.derivations = FairWorker(
            "mailproof-scram", most=MAX_WAITING * MAX_ITERATIONS, most_of_share=MAX_WAITING_OF_SERVER * MAX_ITERATIONS
        )
        self.turns = Turns()

    def close(self) -> None:
        """End the thread that derives keys, after the derivation that is running."""
        self.derivations.close()

    async def report(self, plan: Plan, follow: Callable[[Progress], None] | None = None) -> Report:
        """Run a plan and return its report.

        Args:
            plan: A valid plan.
            follow: Called with the steps as they begin and end; None where nobody asks for them before the report.

        Raises:
            ValueError: The plan is invalid; `smtp.plans.violations` lists what is wrong.
            ServiceShortage: Something is used up on this side, so that nothing can be said about the server.
            TooMuchWork: The server demands a dear key derivation, and too many of them wait already.
        """
        _check(plan)
        # Beside `run` it saves 12 % of the CPU of a plain test by itself: bench/shortcuts_bench.py, 2 cores.
        return await _Test(plan, self, follow).run()

    async def run(self, plan: Plan) -> AsyncGenerator[Progress, None]:
        """Run a plan.

        Yields:
            Steps as they begin and as they end, other settings as they were tried, heartbeats during slow steps, and
            exactly one report, last. The beginning of each step comes exactly once, before its end and with the same
            stage, time and connection; a beginning has no end where its step was given up. Each alternative of the
            report comes exactly once before it.

        Raises:
            ValueError: The plan is invalid; `smtp.plans.violations` lists what is wrong.
            ServiceShortage: Something is used up on this side, so that nothing can be said about the server.
            TooMuchWork: The server demands a dear key derivation, and too many of them wait already.
        """
        _check(plan)
        feed = Feed(HEARTBEAT)
        test = _Test(plan, self, feed.put)
        task = asyncio.create_task(test.run(), name="mailproof-test")
        task.add_done_callback(lambda _: feed.wake())
        try:
            while True:
                while event := feed.take():
                    yield event
                if task.done():
                    break
                if not await feed.wait():
                    yield Heartbeat(test.stage, test.elapsed)
            yield task.result()
        finally:
            feed.close()
            if not task.done():
                task.cancel()  # the task closes the sockets; closed before, the loop would watch closed ones
                await asyncio.wait([task])


class _Test:
    """One run of one plan.

    Args:
        plan: A valid plan.
        probe: What all tests share.
        follow: Called with the steps as they begin and end; None where only the report is wanted.
    """

    __slots__ = (
        "_follow",
        "_loop",
        "_plan",
        "_port",
        "_probe",
        "_redact",
        "_started",
        "_steps",
        "_survey",
        "_trials",
        "stage",
    )

    def __init__(self, plan: Plan, probe: Probe, follow: Callable[[FeedEvent], None] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._plan = plan
        self._port = plan.port or default_port(plan.tls_mode)
        self._probe = probe
        self._redact = _redactor(plan)
        self._follow = follow
        self._steps: list[Step] = []
        self._trials: Trials | None = None
        self._survey: AddressSurvey | None = None
        self.stage = Stage.POLICY

    @property
    def elapsed(self) -> float:
        """Seconds since the test began."""
        return self._loop.time() - self._started

    async def run(self) -> Report:
        """Run the plan and return the report."""
        with shortages_raised():
            return await self._run()

    async def _run(self) -> Report:
        probe = self._probe
        context = TestContext(
            plan=self._plan,
            host=self._plan.host,
            port=self._port,
            deadline=self._started + self._plan.timeout,
            trust=probe.trust,
            redact=self._redact,
            ehlo_name=self._plan.ehlo_name or probe.ehlo_name,
            compose=self._compose,
            emit=self._steps.append if self._follow is None else self._emit,
            watch=self._watch,
            started=None if self._follow is None else self._announce,
            tried=self._follow,
            tokens=probe.tokens,
            derivations=probe.derivations,
            turns=probe.turns,
        )
        attempt = Attempt(context)
        link: Link | None = None
        results: tuple[TrialResult, ...] = ()
        suggested: tuple[CheckedHost, ...] = ()
        suggestions = probe.adviser and Suggestions(
            context, probe.adviser, probe.guard, probe.resolver, slots=probe.suggestion_slots
        )
        addresses = _NO_ADDRESSES
        try:
            await probe.turns.next()
            found = await destination.find(context, probe.guard, probe.resolver)
            if suggestions and not isinstance(found, Cause):
                suggestions.begin()
            if isinstance(found, Cause):
                cause: Cause | None = found
            elif self._plan.verify_alternatives:
                survey: AddressSurvey | None = None
                if len(found) > 1:
                    survey = self._survey = AddressSurvey(context, found, attempt, slots=probe.survey_slots)
                trials = self._trials = Trials(
                    context,
                    found,
                    attempt,
                    guard=probe.guard,
                    resolver=probe.resolver,
                    slots=probe.trial_slots,
                    survey=survey,
                )
                link, cause = await trials.accompany(attempt.run(found))
                if survey is not None:
                    survey.attempt_ended(link, cause)
                if cause is not None:
                    cause, results = await trials.conclude(link, cause)
                if survey is not None:
                    addresses = await survey.table()
            else:
                link, cause = await attempt.run(found)
            ended = self._loop.time()
            if suggestions and cause is not None:
                fixed = addresses.working is not None or any(settles(self._plan, result) for result in results)
                suggested = await suggestions.after_failure(cause, fixed=fixed)
            elif suggestions:
                suggested = suggestions.after_success()
        finally:
            try:
                if suggestions:
                    await suggestions.stop()
            finally:
                try:
                    await self._end_trials()
                finally:
                    attempt.close()
        await probe.turns.next()  # as for each exchange
        suggested = tuple(each for each in suggested if self._redact(each.suggested.shown) == each.suggested.shown)
        return self._report(link, cause, attempt, results, suggested, addresses, ended)

    async def _end_trials(self) -> None:
        """End all that runs beside the attempt."""
        trials, survey = self._trials, self._survey
        self._trials = self._survey = None
        try:
            if trials is not None:
                await trials.stop()
        finally:
            if survey is not None:
                await survey.stop()

    def _compose(self, utf8: bool) -> bytes:
        plan = self._plan
        host = check_host(plan.host)
        return compose(
            parse_mailbox(plan.sender) if plan.sender else None,
            parse_mailbox(plan.recipient),
            server=join_host_port(host, self._port),
            sender_name=plan.sender_name,
            utf8=utf8,
        )

    def _emit(self, step: Step) -> None:
        assert self._follow is not None  # noqa: S101 - only called where somebody is told
        self._steps.append(step)
        self._follow(step)

    def _announce(self, stage: Stage, started_at: datetime, connection: int) -> None:
        assert self._follow is not None  # noqa: S101 - only called where somebody is told
        self._follow(StepStarted(stage, started_at, connection))

    def _watch(self, stage: Stage) -> None:
        self.stage = stage
        if self._trials is not None:
            self._trials.watch(stage)
        if self._survey is not None:
            self._survey.watch(stage)

    def _report(
        self,
        link: Link | None,
        cause: Cause | None,
        attempt: Attempt,
        results: Sequence[TrialResult],
        suggested: Sequence[CheckedHost],
        addresses: AddressTable,
        ended: float,
    ) -> Report:
        seen = Observed(
            plan=self._plan,
            port=self._port,
            facts=link.facts if link else Facts(),
            redact=self._redact,
            now=datetime.now(UTC),
            tls=link.tls if link else None,
            cause=cause,
            unverified=attempt.unverified,
            results=results,
            implicit=link.implicit if link else False,
            heard=link.heard if link else False,
            suggested=suggested,
            addresses=addresses,
        )
        ended = link.verdict_at if link and link.verdict_at else ended
        trips = link.round_trips if link else 0
        return summarize(seen, self._steps, elapsed=ended - self._started, round_trips=trips)


def _check(plan: Plan) -> None:
    wrong = violations(plan)
    if wrong:
        raise ValueError("; ".join(f"{name} {must}" for name, must in wrong))


def _redactor(plan: Plan) -> Redactor:
    """Return a `Redactor` that masks the plan's secrets."""
    if plan.credentials is None:
        return Redactor()
    redact = Redactor(plan.credentials.password.reveal(), plan.credentials.user)
    redact.spare(plan.host, plan.sender, plan.sender_name, plan.recipient, plan.ehlo_name)
    if plan.oauth is not None:
        redact.learn(plan.oauth.access_token.reveal())
        if plan.oauth.grant is not None:
            redact.learn(plan.oauth.grant.client_secret.reveal())
            redact.spare(plan.oauth.grant.client_id, plan.oauth.grant.token_endpoint)
    return redact
