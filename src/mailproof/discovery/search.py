"""The search: asks what is published about a mail domain, tries what it finds, and tells it as it happens.

In order: the provider that the domain belongs to; else SRV, MX and autoconfig side by side; and guesses only where
nothing of that works. Laws: one deadline over everything; no credentials are sent; every dial is judged by a guard (the
prober's, or the one for HTTPS); closing `run` closes every socket at once; an instance holds nothing bound to a loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Coroutine, Sequence
from typing import Any, Protocol
from urllib.parse import quote

from mailproof.discovery.autoconfig import AutoconfigError, OutgoingServer, parse
from mailproof.discovery.candidates import MAX_CANDIDATES, SERVICES, Published, SrvRecord, candidates
from mailproof.discovery.conclusion import conclude, judged
from mailproof.discovery.presets import receiving_at, serving
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
from mailproof.discovery.records import Records
from mailproof.discovery.web import FetchFailed, Web
from mailproof.net.guard import EgressGuard
from mailproof.net.resolver import LookupFailed, Resolver
from mailproof.net.trust import TrustStore
from mailproof.smtp.report import Plan, Report
from mailproof.smtp.vocabulary import Code, Depth, TlsMode
from mailproof.syntax.host import join_host_port
from mailproof.syntax.mailbox import Mailbox, parse_mailbox

HEARTBEAT = 5.0  # seconds without an event
TRIALS = 4  # candidates tried at once
TRIAL_LIMIT = 10.0  # seconds of one trial
FETCH_LIMIT = 8.0  # seconds of one web server
PATIENCE = 2.0  # seconds that web servers can hold up guesses
MARGIN = 0.2  # seconds kept for a trial's own verdict before the deadline
MAX_TRIALS = 2 * MAX_CANDIDATES  # of one search: later evidence can push earlier candidates off the list

# Mozilla's database of providers (ISPDB) is not asked: that would tell a third party which domain is being set up.
# Its rows on the great providers are in `providers`.
_PUBLISHED = (
    ("autoconfig.{domain}", "/mail/config-v1.1.xml?emailaddress={address}"),
    ("{domain}", "/.well-known/autoconfig/mail/config-v1.1.xml"),
)


class CandidateProber(Protocol):
    """Runs a plan to its report. Cancelling that closes the sockets."""

    async def report(self, plan: Plan) -> Report:
        """Run the plan."""
        ...


class SettingsSearch:
    """Searches. Usable from several event loops in several threads.

    Args:
        prober: Tries candidates; brings its own guard.
        https_guard: Judges the web servers; it must allow port 443.
        trust: TLS contexts for the web servers.
        dns_nameservers: Addresses of the name servers for SRV and MX; None: the system's.
        resolver: Looks up the addresses of web servers.
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
        self._records = Records(dns_nameservers, dns_port)
        self._web = Web(https_guard, trust, resolver or Resolver())

    async def run(self, address: str, timeout: float) -> AsyncGenerator[SearchProgress, None]:  # noqa: ASYNC109 - in the result
        """Search for the submission servers of a mail address.

        Yields:
            Clues and tried candidates as they come, heartbeats in between, and exactly one result, last.

        Raises:
            ValueError: The address is none, or the timeout is not positive.
        """
        mailbox = parse_mailbox(address)
        if not timeout > 0:
            raise ValueError("the timeout must be more than 0")
        search = _OneSearch(mailbox, timeout, self._prober, self._records, self._web)
        task = asyncio.create_task(search.run(), name="mailproof-discovery")
        task.add_done_callback(lambda _: search.news.set())
        try:
            while True:
                while search.events:
                    yield search.events.popleft()
                if task.done():
                    break
                search.news.clear()
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        await search.news.wait()
                except TimeoutError:
                    yield SearchHeartbeat(search.elapsed)
            yield task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])


class _OneSearch:
    """One search."""

    def __init__(self, mailbox: Mailbox, limit: float, prober: CandidateProber, records: Records, web: Web) -> None:
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._deadline = self._started + limit
        self._mailbox = mailbox
        self._domain = mailbox.ascii_domain.lower()
        self._prober = prober
        self._records = records
        self._web = web
        self._srv: tuple[SrvRecord, ...] = ()
        self._mx: tuple[str, ...] = ()
        self._published: dict[int, tuple[OutgoingServer, ...]] = {}  # by place in _PUBLISHED: the first one counts
        self._guess = False
        self._slots = asyncio.Semaphore(TRIALS)
        self._trials: dict[tuple[str, int, TlsMode], asyncio.Task[None]] = {}
        self._tried: dict[tuple[str, int, TlsMode], TriedCandidate] = {}
        self.events: deque[SearchProgress] = deque()
        self.news = asyncio.Event()

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return self._loop.time() - self._started

    @property
    def _evidence(self) -> Published:
        published = self._published[min(self._published)] if self._published else ()
        return Published(self._srv, published, self._mx, self._guess)

    async def run(self) -> SearchResult:
        """Search to the result."""
        complete = True
        try:
            async with asyncio.timeout_at(self._deadline), asyncio.TaskGroup() as group:
                await self._search(group)
        except TimeoutError:
            complete = False
        evidence = self._evidence
        listed = candidates(self._mailbox, evidence)
        return conclude(self._mailbox, evidence, listed, self._tried, complete=complete, elapsed=self.elapsed)

    async def _search(self, group: asyncio.TaskGroup) -> None:
        provider = serving(self._domain)
        if provider is not None:
            self._tell(Source.PROVIDER, f"provider of {self._domain}", provider.name)
            self._offer(group)
            await self._settled()
        if self._works():
            return
        if not self._domain.startswith("["):  # an address literal has no records
            await self._ask(group)
        if not self._works():
            self._guess = True
            self._offer(group)
        # The group waits for what is still under way: web servers, trials.

    async def _ask(self, group: asyncio.TaskGroup) -> None:
        async def then_offer(work: Coroutine[Any, Any, None]) -> None:
            await work
            self._offer(group)

        questions = [group.create_task(then_offer(self._ask_srv(service))) for service in SERVICES]
        questions.append(group.create_task(then_offer(self._ask_mx())))
        pages = [group.create_task(then_offer(self._ask_web(place))) for place in range(len(_PUBLISHED))]
        await asyncio.wait(questions)
        await asyncio.wait(pages, timeout=PATIENCE)
        await self._settled()

    async def _settled(self) -> None:
        """Wait for every trial that is under way."""
        while running := [task for task in self._trials.values() if not task.done()]:
            await asyncio.wait(running)

    def _works(self) -> bool:
        """Return whether a candidate was verified that encrypts."""
        return any(
            one.verdict is Verdict.VERIFIED and one.candidate.tls_mode is not TlsMode.OPPORTUNISTIC
            for one in self._tried.values()
        )

    async def _ask_srv(self, service: str) -> None:
        question = f"SRV {service}._tcp.{self._domain}"
        try:
            found = await self._records.srv(service, self._domain)
        except LookupFailed as error:
            self._tell(Source.SRV, question, "no answer", error.code)
            return
        self._srv += found
        shown = (join_host_port(record.target, record.port) if record.offered else "not offered" for record in found)
        self._tell(Source.SRV, question, ", ".join(shown) or "none")

    async def _ask_mx(self) -> None:
        question = f"MX {self._domain}"
        try:
            self._mx = await self._records.mx(self._domain)
        except LookupFailed as error:
            self._tell(Source.MX, question, "no answer", error.code)
            return
        answer = ", ".join(self._mx) or "none"
        provider = receiving_at(self._mx[0]) if self._mx else None
        self._tell(Source.MX, question, f"{answer} ({provider.name})" if provider else answer)

    async def _ask_web(self, place: int) -> None:
        host, target = _PUBLISHED[place]
        host = host.format(domain=self._domain)
        question = f"https://{host}{target.partition('?')[0]}"
        target = target.format(address=quote(str(self._mailbox), safe=""))
        code, answer = Code.OK, ""
        try:
            async with asyncio.timeout(FETCH_LIMIT):
                document = await self._web.get(host, target)
            found = self._published[place] = parse(document, self._mailbox)
            answer = ", ".join(join_host_port(server.host, server.port) for server in found)
        except TimeoutError:
            code, answer = Code.TIMEOUT, "no answer in time"
        except FetchFailed as error:
            code, answer = error.code, str(error)
        except AutoconfigError as error:
            code, answer = Code.PROTOCOL_ERROR, f"the document {error}"
        self._tell(Source.AUTOCONFIG, question, answer, code)

    def _tell(self, source: Source, question: str, answer: str, code: Code = Code.OK) -> None:
        self._emit(Clue(source, question, answer, code))

    def _emit(self, event: Clue | TriedCandidate) -> None:
        self.events.append(event)
        self.news.set()

    def _offer(self, group: asyncio.TaskGroup) -> None:
        """Start to try what the evidence now leads to and was not tried yet."""
        for candidate in candidates(self._mailbox, self._evidence):
            key = (candidate.host, candidate.port, candidate.tls_mode)
            if key not in self._trials and len(self._trials) < MAX_TRIALS:
                self._trials[key] = group.create_task(self._try(candidate))

    async def _try(self, candidate: Candidate) -> None:
        async with self._slots:
            remaining = self._deadline - self._loop.time()
            plan = Plan(
                host=candidate.host,
                port=candidate.port,
                tls_mode=candidate.tls_mode,
                depth=Depth.EHLO,
                timeout=min(TRIAL_LIMIT, max(remaining - MARGIN, remaining / 2)),
                verify_alternatives=False,  # the other candidates are those
            )
            tried = judged(candidate, await self._prober.report(plan))
        self._tried[candidate.host, candidate.port, candidate.tls_mode] = tried
        self._emit(tried)
