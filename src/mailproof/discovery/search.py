"""The search for settings: asks what is published about a mail domain, tries it, and yields each finding.

First comes the provider that shipped data knows for the domain: where its server is verified, nobody is asked. Else all
sources are asked at the same time, and guesses begin a second later beside them. The answer is final as soon as nothing
that is still outstanding could be better. Laws: one deadline holds for the whole search; no credentials are sent; every
dial is judged by a guard (the prober's, or the one for the web); closing `run` closes every socket at once; an instance
holds nothing that is bound to an event loop.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mailproof.discovery.candidates import MAX_CANDIDATES, candidates, known_candidates
from mailproof.discovery.certificate_hosts import hosts_of
from mailproof.discovery.collected import Order
from mailproof.discovery.conclusion import conclude, judge
from mailproof.discovery.inquiry import Inquiry
from mailproof.discovery.presets import preset_of_server
from mailproof.discovery.progress import (
    Candidate,
    Clue,
    SearchHeartbeat,
    SearchProgress,
    SearchResult,
    Source,
    TriedCandidate,
    Verdict,
)
from mailproof.discovery.published import CertificateName, Published
from mailproof.discovery.records import Records
from mailproof.discovery.visible_records import VisibleRecords
from mailproof.discovery.web import Web
from mailproof.net.addrinfo import FEW
from mailproof.net.guard import EgressGuard
from mailproof.net.resolver import Resolver
from mailproof.net.shortage import shortages_raised
from mailproof.net.trust import TrustStore
from mailproof.smtp.report import Plan, Report
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from mailproof.syntax.host import join_host_port, take_apart
from mailproof.syntax.mailbox import Mailbox, parse_mailbox

HEARTBEAT = 5.0  # seconds without an event after which a heartbeat is sent
TRIALS = 6  # stated candidates tried at the same time
GUESS_TRIALS = 12  # guessed ones
TRIAL_LIMIT = 10.0  # seconds for one trial
HEAD_START = 1.0  # seconds that a provider of shipped data is tried before anybody is asked
GUESSES_AFTER = 1.0  # seconds after which guesses are tried beside what is still being asked
PATIENCE = 2.5  # seconds from the beginning that a verified answer waits for better sources
GRACE = 0.3  # seconds that it waits at least, where it was verified later
MARGIN = 0.2  # seconds that a trial ends before the deadline, so that its verdict is reported
MAX_TRIALS = MAX_CANDIDATES + 8  # of one search: later findings can displace earlier candidates
MAX_SHOWN_NAMES = 3  # of a certificate in a clue

_GREETING_NAME = re.compile(r"2[0-9]{2}[ -]([A-Za-z0-9.-]{4,253})(?:\s|$)")

Key = tuple[str, int, TlsMode]
"""A trial: host, port, and the TLS mode of its plan."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A question that is outstanding."""

    text: str
    order: Order
    asked_at: float  # on the loop's clock


class CandidateProber(Protocol):
    """Runs the test of a candidate. Cancelling it closes the sockets."""

    async def report(self, plan: Plan) -> Report:
        """Run a plan and return its report."""
        ...


class SettingsSearch:
    """Searches for settings. Usable from several event loops in several threads.

    Args:
        prober: Tries candidates; it has its own guard.
        https_guard: Judges the web servers; it must allow port 443.
        trust: TLS contexts for the web servers.
        dns_nameservers: Addresses of the name servers for SRV and MX; None for the system's.
        dns_port: The port of `dns_nameservers`.
        resolver: Looks up the addresses of web servers; None for one of its own, which finds a few of each.
    """

    def __init__(
        self,
        *,
        prober: CandidateProber,
        https_guard: EgressGuard,
        trust: TrustStore,
        dns_nameservers: Sequence[str] | None = None,
        dns_port: int = 53,
        resolver: Resolver | None = None,
    ) -> None:
        self._prober = prober
        resolver = resolver or Resolver(FEW)
        self._records: Records = VisibleRecords(https_guard, resolver, dns_nameservers, dns_port)
        self._web = Web(https_guard, trust, resolver)

    async def run(self, address: str, timeout: float) -> AsyncGenerator[SearchProgress, None]:  # noqa: ASYNC109 - in the result
        """Search for the submission servers of a mail address.

        Args:
            address: The mail address.
            timeout: Seconds for the whole search.

        Yields:
            Clues and tried candidates as they come, heartbeats in between, and exactly one result, last.

        Raises:
            ValueError: The address is invalid, or the timeout is not positive.
            ServiceShortage: Something is used up on this side, so that the result would blame the servers for it.
        """
        mailbox = parse_mailbox(address)
        if not timeout > 0:
            raise ValueError("the timeout must be more than 0")
        search = _OneSearch(mailbox, timeout, self._prober, self._records, self._web)
        task = asyncio.create_task(search.run(), name="mailproof-discovery")
        task.add_done_callback(lambda _: search.new_event.set())
        try:
            while True:
                while search.events:
                    yield search.events.popleft()
                if task.done():
                    break
                search.new_event.clear()
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        await search.new_event.wait()
                except TimeoutError:
                    yield SearchHeartbeat(search.elapsed)
            yield task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])


class _OneSearch:
    """One search.

    Args:
        mailbox: The address that is searched for.
        limit: Seconds for the whole search.
        prober: Tries candidates.
        records: Looks up DNS records.
        web: Fetches documents.

    Attributes:
        events: Clues and tried candidates that were not yielded yet.
        new_event: Set when there are new events, and when the search has ended.
    """

    def __init__(self, mailbox: Mailbox, limit: float, prober: CandidateProber, records: Records, web: Web) -> None:
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._deadline = self._started + limit
        self._mailbox = mailbox
        self._domain = mailbox.ascii_domain.lower()
        self._prober = prober
        self._inquiry = Inquiry(mailbox, records, web, self)
        self._guess = False
        self._slots = {False: asyncio.Semaphore(TRIALS), True: asyncio.Semaphore(GUESS_TRIALS)}
        self._group: asyncio.TaskGroup | None = None
        self._questions: dict[asyncio.Task[None], _Question] = {}
        self._trials: dict[Key, asyncio.Task[None]] = {}
        self._tried: dict[Key, TriedCandidate] = {}
        self._peers: dict[str, set[str]] = {}  # host -> the addresses at which it was tried
        self._changed = asyncio.Event()
        self._verified_at = math.inf
        self._missed: tuple[_Question, ...] = ()  # what might have found something better, but had no answer
        self._ranked: tuple[Published | None, tuple[Candidate, ...]] = (None, ())
        self.events: deque[SearchProgress] = deque()
        self.new_event = asyncio.Event()

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return self._loop.time() - self._started

    async def run(self) -> SearchResult:
        """Run the search and return its result."""
        complete = True
        try:
            with shortages_raised():
                async with asyncio.timeout_at(self._deadline), asyncio.TaskGroup() as group:
                    self._group = group
                    await self._search()
                    self._leave_the_rest()
        except TimeoutError:
            complete = False
            self._note_unanswered()
        published = self._inquiry.published(guess=self._guess)
        listed = candidates(self._mailbox, published)
        return conclude(
            self._mailbox,
            published,
            listed,
            self._tried,
            complete=complete,
            elapsed=self.elapsed,
            unanswered=len(self._missed),
        )

    async def _search(self) -> None:
        """Try what is known, ask, try what is found, and guess, until the answer is final."""
        known = next(known_candidates(self._mailbox), None)
        if known is not None:
            what = "provider of" if known.source is Source.PROVIDER else "Mozilla's provider database on"
            self.clue(known.source, f"{what} {self._domain}", known.provider)
            self._try_new_candidates()
            await self._until(self._settled, HEAD_START)
            if self._found_encrypted():
                await self._until(self._settled, math.inf)
                return
        asked_at = self._loop.time()
        if not self._domain.startswith("["):  # an address literal has no records
            self._inquiry.begin()
        await self._until(self._settled, asked_at + GUESSES_AFTER - self._loop.time())
        if self._final():
            return
        if not self._found_encrypted():
            self._guess = True
            if not self._domain.startswith("["):
                self._inquiry.begin_guesses()
            self._try_new_candidates()
        await self._until(self._settled, math.inf)

    async def _until(self, condition: Callable[[], bool], limit: float) -> None:
        """Wait until a condition holds or the time is up; what has changed is looked at again each time."""
        end = self._loop.time() + limit
        while not condition():
            now = self._loop.time()
            wake = min((at for at in (end, self._cut_at()) if at > now), default=now)
            if wake <= now:
                return
            self._changed.clear()
            try:
                async with asyncio.timeout_at(wake if wake < math.inf else None):
                    await self._changed.wait()
            except TimeoutError:
                if self._loop.time() >= end:
                    return

    def _settled(self) -> bool:
        """Return whether nothing more is to be waited for: the answer is final, or nothing is outstanding."""
        return self._final() or not (self._questions or self._running())

    def _final(self) -> bool:
        """Return whether an encrypted candidate was verified and no better one can come, or is waited for."""
        best = self._best()
        if best is None:
            return False
        if self._loop.time() >= self._cut_at():
            return True
        running = self._running()
        better_trial = any(
            one.rank < best.rank and (_key(one) in running or _key(one) not in self._trials) for one in self._listed()
        )
        return not (better_trial or self._better_questions())

    def _best(self) -> Candidate | None:
        """Return the best candidate that was verified and is encrypted; None for none yet."""
        return next((one for one in self._listed() if self._is_good(one)), None)

    def _better_questions(self) -> tuple[_Question, ...]:
        """Return the outstanding questions that may find something better than the best verified candidate."""
        best = self._best()
        outstanding = self._questions.values()
        if best is None:
            return tuple(outstanding)
        order = self._inquiry.order_of(best.source)
        return tuple(question for question in outstanding if question.order <= order)

    def _cut_at(self) -> float:
        """Return when what might still be better is no longer waited for, on the loop's clock."""
        if self._verified_at == math.inf:
            return math.inf
        return max(self._started + PATIENCE, self._verified_at + GRACE)

    def _listed(self) -> tuple[Candidate, ...]:
        published = self._inquiry.published(guess=self._guess)
        if published != self._ranked[0]:  # it is asked for after each event, and few of them find anything
            self._ranked = published, candidates(self._mailbox, published)
        return self._ranked[1]

    def _is_good(self, candidate: Candidate) -> bool:
        tried = self._tried.get(_key(candidate))
        return (
            tried is not None
            and tried.verdict is Verdict.VERIFIED
            and tried.candidate.tls_mode is not TlsMode.OPPORTUNISTIC
        )

    def _found_encrypted(self) -> bool:
        """Return whether an encrypted candidate was verified."""
        return any(self._is_good(one.candidate) for one in self._tried.values())

    def _running(self) -> set[Key]:
        return {key for key, task in self._trials.items() if not task.done()}

    def begin(self, work: Coroutine[Any, Any, None], order: Order, question: str) -> None:
        """Ask a question beside the others, and try what it finds. See `discovery.asking.Asker`."""
        assert self._group is not None  # noqa: S101 - nothing is asked before the search runs

        async def then_try() -> None:
            await work
            self._questions.pop(task)
            self._try_new_candidates()
            self._changed.set()

        task = self._group.create_task(then_try())
        task.add_done_callback(lambda _: work.close())  # a task that is cancelled before its first step leaves it open
        self._questions[task] = _Question(question, order, self._loop.time())

    def clue(
        self, source: Source, question: str, answer: str, code: Code = Code.OK, *, found: bool | None = None
    ) -> None:
        """Tell the answer to a question. See `discovery.asking.Asker`."""
        self._emit(Clue(source, question, answer, code, code is Code.OK if found is None else found))

    def _emit(self, event: Clue | TriedCandidate) -> None:
        self.events.append(event)
        self.new_event.set()

    def _leave_the_rest(self) -> None:
        """End what is still outstanding once the answer is final."""
        self._note_unanswered()
        for task in (*self._questions, *self._trials.values()):
            task.cancel()

    def _note_unanswered(self) -> None:
        """Tell which better sources had not answered."""
        self._missed = self._better_questions()
        for question in self._missed:
            source = list(Source)[question.order[0]]
            waited = self._loop.time() - question.asked_at
            self.clue(source, question.text, f"no answer in {waited:.1f} s, and not waited for longer", Code.TIMEOUT)

    def _try_new_candidates(self) -> None:
        """Start a trial of each candidate that was not tried yet."""
        assert self._group is not None  # noqa: S101 - nothing is tried before the search runs
        for candidate in self._listed():
            if _key(candidate) not in self._trials and len(self._trials) < MAX_TRIALS:
                self._trials[_key(candidate)] = self._group.create_task(self._try(candidate))

    async def _try(self, candidate: Candidate) -> None:
        """Try a candidate and emit the result."""
        async with self._slots[candidate.source.rank >= Source.GUESS.rank]:
            remaining = self._deadline - self._loop.time()
            plan = Plan(
                host=candidate.host,
                port=candidate.port,
                tls_mode=candidate.tls_mode,
                depth=Depth.EHLO,
                timeout=min(TRIAL_LIMIT, max(remaining - MARGIN, remaining / 2)),
                verify_alternatives=False,  # the other candidates are the alternatives
            )
            report = await self._prober.report(plan)
        tried = judge(candidate, report)
        self._tried[_key(candidate)] = tried
        self._note_peer(candidate, report)
        if self._is_good(candidate):
            self._verified_at = min(self._verified_at, self._loop.time())
        self._emit(tried)
        self._changed.set()
        if report.code is Code.TLS_HOSTNAME_MISMATCH and candidate.source is not Source.CERTIFICATE:
            question = f"certificate of {join_host_port(candidate.host, candidate.port)}"
            self.begin(self._try_certificate(candidate, report, question), (Source.CERTIFICATE.rank, 0), question)

    def _note_peer(self, candidate: Candidate, report: Report) -> None:
        """Note where a host was found; a certificate's name that leads elsewhere is said to do so."""
        peers = self._peers.setdefault(candidate.host, set())
        peers.update(_peers(report))
        for seen in self._inquiry.published(guess=True).certificates:
            if seen.name == candidate.host and peers and not peers & self._peers.get(seen.seen_at, set()):
                self._inquiry.add_certificate(dataclasses.replace(seen, elsewhere=True))

    async def _try_certificate(self, candidate: Candidate, report: Report, question: str) -> None:
        """Look for the server's own name on the certificate that it has shown; its trial follows."""
        names = report.tls.chain[0].sans if report.tls and report.tls.chain else ()
        if preset_of_server(candidate.host) is not None:  # what stands in a known provider's place is not its server
            return
        known = _names_in_greetings(report)
        for peer in sorted(_peers(report))[:1]:
            known += await self._inquiry.names_of(peer)
        published = self._inquiry.published(guess=self._guess)
        known += (*published.mx, *(alias.target for alias in (*published.mail_aliases, *published.aliases)))
        hosts = hosts_of(names, candidate.host, known)
        self.clue(Source.CERTIFICATE, question, f"is for {', '.join(names[:MAX_SHOWN_NAMES]) or 'no name'}")
        for host in hosts:
            seen = CertificateName(host, candidate.port, candidate.tls_mode, candidate.host)
            if (host, candidate.port) not in {(one.name, one.port) for one in published.certificates}:
                self._inquiry.add_certificate(seen)


def _key(candidate: Candidate) -> Key:
    return candidate.host, candidate.port, candidate.tls_mode


def _names_in_greetings(report: Report) -> list[str]:
    """Return the names that a server gives itself (RFC 5321 sections 4.1.1.1 and 4.3.1)."""
    said = (step.received for step in report.steps if step.stage in (Stage.GREETING, Stage.EHLO))
    return [found[1] for text in said if (found := _GREETING_NAME.match(text)) is not None]


def _peers(report: Report) -> set[str]:
    """Return the addresses that a test has talked to."""
    return {take_apart(step.peer).host for step in report.steps if step.peer}
