"""The search for settings: looks up what is published about a mail domain, tries it, and yields each finding.

First comes the known provider that the domain belongs to; where that does not work SRV, MX and autoconfig at the same
time; then guesses, only where nothing else works. Laws: one deadline holds for the whole search; no credentials are
sent; every dial is judged by a guard (the prober's, or the one for HTTPS); closing `run` closes every socket at once;
an instance holds nothing that is bound to an event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Coroutine, Sequence
from typing import Any, Protocol
from urllib.parse import quote

from mailproof.discovery.autoconfig import AutoconfigError, OutgoingServer, parse
from mailproof.discovery.candidates import MAX_CANDIDATES, SERVICES, Published, SrvRecord, candidates
from mailproof.discovery.conclusion import conclude, judge
from mailproof.discovery.presets import preset_of_domain, preset_of_mx
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
from mailproof.net.shortage import shortages_raised
from mailproof.net.trust import TrustStore
from mailproof.smtp.report import Plan, Report
from mailproof.smtp.vocabulary import Code, Depth, TlsMode
from mailproof.syntax.host import join_host_port
from mailproof.syntax.mailbox import Mailbox, parse_mailbox

HEARTBEAT = 5.0  # seconds without an event after which a heartbeat is sent
TRIALS = 4  # candidates tried at the same time
TRIAL_LIMIT = 10.0  # seconds for one trial
FETCH_LIMIT = 8.0  # seconds for one autoconfig document
PATIENCE = 2.0  # seconds that guesses wait for autoconfig documents
MARGIN = 0.2  # seconds that a trial ends before the deadline, so that its verdict is reported
MAX_TRIALS = 2 * MAX_CANDIDATES  # of one search: later findings can displace earlier candidates

# Mozilla's database of providers (ISPDB) is not asked: that would tell a third party which domain is being set up.
# `discovery.presets` has its rows on the large providers. Host and target of each URL, the preferred one first:
_AUTOCONFIG_URLS = (
    ("autoconfig.{domain}", "/mail/config-v1.1.xml?emailaddress={address}"),
    ("{domain}", "/.well-known/autoconfig/mail/config-v1.1.xml"),
)


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
        resolver: Looks up the addresses of web servers; None for one of its own.
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
        records: Looks up SRV and MX.
        web: Fetches autoconfig documents.

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
        self._records = records
        self._web = web
        self._srv: tuple[SrvRecord, ...] = ()
        self._mx: tuple[str, ...] = ()
        self._autoconfig: dict[int, tuple[OutgoingServer, ...]] = {}  # by index of _AUTOCONFIG_URLS: the first counts
        self._guess = False
        self._slots = asyncio.Semaphore(TRIALS)
        self._trials: dict[tuple[str, int, TlsMode], asyncio.Task[None]] = {}
        self._tried: dict[tuple[str, int, TlsMode], TriedCandidate] = {}
        self.events: deque[SearchProgress] = deque()
        self.new_event = asyncio.Event()

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return self._loop.time() - self._started

    @property
    def _published_so_far(self) -> Published:
        published = self._autoconfig[min(self._autoconfig)] if self._autoconfig else ()
        return Published(self._srv, published, self._mx, self._guess)

    async def run(self) -> SearchResult:
        """Run the search and return its result."""
        complete = True
        try:
            with shortages_raised():
                async with asyncio.timeout_at(self._deadline), asyncio.TaskGroup() as group:
                    await self._search(group)
        except TimeoutError:
            complete = False
        published = self._published_so_far
        listed = candidates(self._mailbox, published)
        return conclude(self._mailbox, published, listed, self._tried, complete=complete, elapsed=self.elapsed)

    async def _search(self, group: asyncio.TaskGroup) -> None:
        """Look up, try, and guess where nothing else works."""
        preset = preset_of_domain(self._domain)
        if preset is not None:
            self._add_clue(Source.PROVIDER, f"provider of {self._domain}", preset.name)
            self._try_new_candidates(group)
            await self._wait_for_trials()
        if self._found_encrypted():
            return
        if not self._domain.startswith("["):  # an address literal has no DNS records
            await self._ask(group)
        if not self._found_encrypted():
            self._guess = True
            self._try_new_candidates(group)
        # The task group waits for the documents and trials that are still running.

    async def _ask(self, group: asyncio.TaskGroup) -> None:
        """Ask SRV, MX and autoconfig at the same time, and try what they name."""

        async def then_try(work: Coroutine[Any, Any, None]) -> None:
            await work
            self._try_new_candidates(group)

        questions = [group.create_task(then_try(self._ask_srv(service))) for service in SERVICES]
        questions.append(group.create_task(then_try(self._ask_mx())))
        documents = [group.create_task(then_try(self._ask_web(index))) for index in range(len(_AUTOCONFIG_URLS))]
        await asyncio.wait(questions)
        await asyncio.wait(documents, timeout=PATIENCE)
        await self._wait_for_trials()

    async def _wait_for_trials(self) -> None:
        """Wait for every trial that is running, also those that begin meanwhile."""
        while running := [task for task in self._trials.values() if not task.done()]:
            await asyncio.wait(running)

    def _found_encrypted(self) -> bool:
        """Return whether an encrypted candidate was verified."""
        return any(
            one.verdict is Verdict.VERIFIED and one.candidate.tls_mode is not TlsMode.OPPORTUNISTIC
            for one in self._tried.values()
        )

    async def _ask_srv(self, service: str) -> None:
        question = f"SRV {service}._tcp.{self._domain}"
        try:
            found = await self._records.srv(service, self._domain)
        except LookupFailed as error:
            self._add_clue(Source.SRV, question, "no answer", error.code)
            return
        self._srv += found
        shown = (join_host_port(record.target, record.port) if record.offered else "not offered" for record in found)
        self._add_clue(Source.SRV, question, ", ".join(shown) or "none")

    async def _ask_mx(self) -> None:
        question = f"MX {self._domain}"
        try:
            self._mx = await self._records.mx(self._domain)
        except LookupFailed as error:
            self._add_clue(Source.MX, question, "no answer", error.code)
            return
        answer = ", ".join(self._mx) or "none"
        preset = preset_of_mx(self._mx[0]) if self._mx else None
        self._add_clue(Source.MX, question, f"{answer} ({preset.name})" if preset else answer)

    async def _ask_web(self, index: int) -> None:
        """Fetch an autoconfig document, and note its servers."""
        host, target = _AUTOCONFIG_URLS[index]
        host = host.format(domain=self._domain)
        question = f"https://{host}{target.partition('?')[0]}"
        target = target.format(address=quote(str(self._mailbox), safe=""))
        code, answer = Code.OK, ""
        try:
            async with asyncio.timeout(FETCH_LIMIT):
                document = await self._web.get(host, target, site=self._domain)
            found = self._autoconfig[index] = parse(document.body, self._mailbox)
            answer = ", ".join(join_host_port(server.host, server.port) for server in found)
        except TimeoutError:
            code, answer = Code.TIMEOUT, "no answer in time"
        except FetchFailed as error:
            code, answer = error.code, str(error)
        except AutoconfigError as error:
            code, answer = Code.PROTOCOL_ERROR, f"the document {error}"
        self._add_clue(Source.AUTOCONFIG, question, answer, code)

    def _add_clue(self, source: Source, question: str, answer: str, code: Code = Code.OK) -> None:
        self._emit(Clue(source, question, answer, code))

    def _emit(self, event: Clue | TriedCandidate) -> None:
        self.events.append(event)
        self.new_event.set()

    def _try_new_candidates(self, group: asyncio.TaskGroup) -> None:
        """Start a trial of each candidate that was not tried yet."""
        for candidate in candidates(self._mailbox, self._published_so_far):
            key = (candidate.host, candidate.port, candidate.tls_mode)
            if key not in self._trials and len(self._trials) < MAX_TRIALS:
                self._trials[key] = group.create_task(self._try(candidate))

    async def _try(self, candidate: Candidate) -> None:
        """Try a candidate and emit the result."""
        async with self._slots:
            remaining = self._deadline - self._loop.time()
            plan = Plan(
                host=candidate.host,
                port=candidate.port,
                tls_mode=candidate.tls_mode,
                depth=Depth.EHLO,
                timeout=min(TRIAL_LIMIT, max(remaining - MARGIN, remaining / 2)),
                verify_alternatives=False,  # the other candidates are the alternatives
            )
            tried = judge(candidate, await self._prober.report(plan))
        self._tried[candidate.host, candidate.port, candidate.tls_mode] = tried
        self._emit(tried)
