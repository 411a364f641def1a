"""The composition root: the only module that builds the parts of the service and owns their lifetimes.

gRPC and HTTP each have an event loop in a thread; the main thread only waits for signals.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from google.protobuf.descriptor import ServiceDescriptor

import mailproof
from ccadmin.v1 import email_pb2
from mailproof.discovery.host_adviser import KnownHosts
from mailproof.discovery.search import SettingsSearch
from mailproof.domain.database import Engine
from mailproof.domain.errors import AddressUnusable, StartupError, StoreUnavailable
from mailproof.domain.ledger import Quota
from mailproof.domain.limits import Limits
from mailproof.domain.model import Permission
from mailproof.domain.thinning import ThinningPolicy
from mailproof.net.addrinfo import FEW
from mailproof.net.egress import Policy
from mailproof.net.egress_log import LoggingGuard
from mailproof.net.route import is_own
from mailproof.net.trust import TrustStore
from mailproof.probe.probe import Probe
from mailproof.rpc.access_service import AccessService
from mailproof.rpc.admin_service import AdminService
from mailproof.rpc.call_log import LogCall
from mailproof.rpc.calls import Calls
from mailproof.rpc.config_service import ConfigService
from mailproof.rpc.diagnosis_service import DiagnosisService
from mailproof.rpc.discovery_service import DiscoveryService
from mailproof.rpc.email_service import EmailService
from mailproof.rpc.findings_service import FindingsService
from mailproof.rpc.instance_service import InstanceService
from mailproof.rpc.server_service import ServerService
from mailproof.rpc.test_service import TestService
from mailproof.sandbox.kept_files import TOKEN_FILE
from mailproof.sandbox.page import PATH, messages_document
from mailproof.sandbox.server import Sandbox
from mailproof.scheduling.fair_worker import FairWorker
from mailproof.service import descriptors
from mailproof.service.callers import CertificateWatch, open_access, server_tls
from mailproof.service.console_address import console_lines
from mailproof.service.encryption_keys import has_own_key, prepare_secrets
from mailproof.service.garbage import tune
from mailproof.service.listening import address_problem
from mailproof.service.logs import configure, is_text
from mailproof.service.opening import open_data
from mailproof.service.sandbox_access import Tryout, end_sandbox, end_token, sandbox_rules, sandbox_token
from mailproof.service.settings import ServiceSettings
from mailproof.service.settings_values import Listen
from mailproof.service.stop_signal import StopSignal
from mailproof.service.unknown_variables import unknown_variables
from mailproof.smtp.refusals.table import compiled
from mailproof.transport.connections import ConnectionLimits
from mailproof.transport.console_files import console_pages
from mailproof.transport.cors import Cors
from mailproof.transport.grpc_server import GrpcServer
from mailproof.transport.http_app import Application, HttpApp
from mailproof.transport.http_server import HttpServer
from mailproof.transport.loops import LoopThread
from mailproof.transport.pages import JsonPage
from mailproof.transport.readiness import SharedCheck
from mailproof.transport.unix_sockets import UnixAddress
from mailproof.usecases.diagnoses import Diagnoses
from mailproof.usecases.document_keys import DocumentKeys
from mailproof.usecases.explanations import Explanations
from mailproof.usecases.history import History
from mailproof.usecases.import_undo import ImportUndo
from mailproof.usecases.kept_test_pages import KeptTestPages
from mailproof.usecases.kept_tests import KeptTests
from mailproof.usecases.known_providers import KnownProviders
from mailproof.usecases.last_good import LastGood
from mailproof.usecases.noted import Notes
from mailproof.usecases.overviews import Overviews
from mailproof.usecases.paged_export import PAGES_WAITING, PAGES_WAITING_OF_INSTANCE, PagedExport
from mailproof.usecases.paged_import import PagedImport
from mailproof.usecases.passphrase_encryption import PassphraseCipher
from mailproof.usecases.providers import Providers
from mailproof.usecases.retention import TestRetention
from mailproof.usecases.searches import Searches
from mailproof.usecases.server_info import Features, ServerInfo
from mailproof.usecases.thinning import Thinning
from mailproof.usecases.tokens import Tokens
from mailproof.usecases.transfers import Transfers
from mailproof.usecases.webhook_tests import WebhookTests
from mailproof.webhook.poster import WebhookPoster
from smtpdiag.v1 import (
    access_pb2,
    config_overview_pb2,
    diagnosis_pb2,
    discovery_pb2,
    findings_pb2,
    instance_pb2,
    server_pb2,
    test_pb2,
)
from zitadel.admin.v1 import admin_pb2

log = logging.getLogger("mailproof")

CALL_MARGIN = 5.0
"""Seconds that a call may take beyond the longest SMTP test."""

LAST_WORD = 1.0
"""Seconds for the status of calls that are ended as the service stops."""

_LEAST_LAST_WORD = 0.5
"""Seconds for that where a short drain leaves less; a drain of 0 seconds ends the calls at once, and with a status."""

_SETTLING = 2.0
"""Seconds that the end of the service waits for what is written about the last tests."""


def serve(settings: ServiceSettings) -> int:
    """Run the service until SIGTERM or SIGINT, drain it, and return the exit code.

    Raises:
        StartupError: The service can't start; the sentence says why.
    """
    log_call = configure(settings.log_level, settings.log_format)
    for warning in unknown_variables(os.environ):
        log.warning(warning)
    stop = StopSignal()
    with ExitStack() as cleanup:
        service = Service(settings, cleanup, log_call)
        service.start()
        service.renew_certificates_on_hangup(stop)
        service.announce()
        compiled()  # takes 0.1 s, which the first refusal would take of an event loop that serves others too
        tune()
        stop.wait()
        log.info("draining")
        service.drain()
    log.info("stopped")
    return 0


class Service:
    """The service with all its parts.

    Args:
        settings: The settings.
        cleanup: Closes the parts, in the reverse order of their making.
        log_call: Logs the end of each call.
    """

    def __init__(self, settings: ServiceSettings, cleanup: ExitStack, log_call: LogCall) -> None:
        self._settings = settings
        self._cleanup = cleanup
        self._log_call = log_call
        self._draining = False
        self._descriptors = descriptors.raise_limit()
        self._sandbox: Sandbox | None = None
        self._sandbox_token = ""
        self._tls = server_tls(settings)
        if settings.database.engine is Engine.POSTGRES and has_own_key(settings):
            log.warning("other replicas can't open what is sealed here: give all the same MAILPROOF_ENCRYPTION_KEY")
        self._store, self._sealer = asyncio.run(open_data(settings))
        cleanup.callback(lambda: asyncio.run(self._store.close()))
        asyncio.run(prepare_secrets(self._store, self._sealer, settings.data_dir))
        self._tokens = Tokens(self._store, self._sealer)
        anchors = _read_anchors(settings.ca_file)
        if settings.sandbox:
            self._sandbox = self._start_sandbox()
            anchors = "\n".join(part for part in (anchors, self._sandbox.ca_pem) if part)
        else:  # what an earlier one has given out is worth nothing without it
            asyncio.run(end_sandbox(self._tokens, settings.data_dir))
        self._quota = Quota(settings.max_configs_per_instance, settings.max_events_per_instance)
        retention = settings.retention
        notes, last_good = Notes(self._store, self._quota), LastGood(self._store)
        self._kept = KeptTests(notes, self._store, retention, last_good=last_good)
        self._retention = TestRetention(self._store, retention, self._kept.counts)
        self._calls = self._wire(anchors)
        cleanup.callback(self._calls.close)
        self._grpc_loop, self._http_loop = LoopThread("grpc"), LoopThread("http")
        cleanup.callback(self._grpc_loop.close)
        cleanup.callback(self._http_loop.close)
        policy = ThinningPolicy(settings.thin_older_than, settings.thin_keep)
        if policy:
            self._http_loop.submit(Thinning(self._store, policy).run())  # until the loop is closed
        self._store_answers = SharedCheck(self._store.ping)
        self._shares = descriptors.share(
            self._descriptors,
            tests=settings.max_concurrent_tests,
            database=2 * settings.database_pool_size,
            http=settings.max_http_connections,
            grpc=settings.max_grpc_connections,
        )
        cors = Cors(settings.cors_origins)
        grpc_tls = None if settings.grpc_listen.path else self._tls
        http_tls = None if settings.http_listen.path else self._tls
        self._grpc = GrpcServer(self._calls, self._limits(self._shares.grpc), grpc_tls)
        self._http = HttpServer(
            HttpApp(self._calls, cors, ready=self._ready, pages=self._pages(), tls=http_tls is not None),
            self._limits(self._shares.http),
            http_tls,
        )
        self._access.listeners += (self._grpc.note_caller, self._http.note_caller)
        self._grpc_port = self._http_port = 0

    def start(self) -> None:
        """Listen on both addresses.

        Raises:
            StartupError: One of the addresses can't be used; the other is closed again.
        """
        grpc, http = self._settings.grpc_listen, self._settings.http_listen
        name = "grpc_listen"
        try:
            self._grpc_port = self._grpc_loop.submit(self._grpc.start(self._host(grpc), grpc.port)).result()
            name = "http_listen"
            self._http_port = self._http_loop.submit(self._http.start(self._host(http), http.port)).result()
        except StartupError as error:
            self._stop(grace=0)
            raise address_problem(error, self._settings, name) from error
        self._grpc_loop.submit(self._retention.run())  # until the loop ends

    def _host(self, listen: Listen) -> str | UnixAddress:
        return listen.host if listen.path is None else UnixAddress(listen.path, self._settings.unix_socket_mode)

    def renew_certificates_on_hangup(self, stop: StopSignal) -> None:
        """Read the certificate anew when its files change, and on SIGHUP. Does nothing without TLS."""
        if self._tls is not None:
            self._cleanup.callback(CertificateWatch(self._tls).stop)
            stop.on_hangup(self._tls.renew)

    def drain(self) -> None:
        """Refuse new calls and let the running ones end within the configured time."""
        self._draining = True
        self._stop(self._settings.drain_timeout)

    def _stop(self, grace: float) -> None:
        stopping = (
            self._grpc_loop.submit(self._stop_one(self._grpc, grace)),
            self._http_loop.submit(self._stop_one(self._http, grace)),
        )
        for part in stopping:
            part.result()
        for loop in (self._grpc_loop, self._http_loop):  # tests that the end has cut short are kept too
            loop.submit(self._kept.settle(_SETTLING)).result()

    async def _stop_one(self, server: GrpcServer | HttpServer, grace: float) -> None:
        """Stop a server. The calls that are left end with a status, shortly before the server would cut them."""
        ends = grace - min(LAST_WORD, grace / 5)
        ending = asyncio.get_running_loop().call_later(ends, self._calls.end_open)
        try:
            await server.stop(max(grace, ends + _LEAST_LAST_WORD))
        finally:
            ending.cancel()

    def announce(self) -> None:
        """Say that the service is ready: in the log where that is JSON, else on standard output, for people.

        A sandbox is for people to try things on, so its greeting is left out only where JSON is asked for by name.
        """
        form, shares = self._settings.log_format, self._shares
        grpc, http = self._addresses()
        if not is_text(form):
            facts: dict[str, object] = {
                "version": mailproof.__version__,
                "grpc": grpc,
                "http": http,
                "open_files": self._descriptors,
                "grpc_connections": shares.grpc,
                "http_connections": shares.http,
                "data": str(self._settings.data_dir.absolute()),
            }
            if self._sandbox is not None:  # its token is a secret, so the log has the file's name
                facts["sandbox_token_file"] = str((self._settings.data_dir / TOKEN_FILE).absolute())
            log.info("ready", extra=facts)
        if is_text(form) or (self._sandbox is not None and form == "auto"):
            print(self._greeting(grpc, http), flush=True)  # noqa: T201 - what the operator is to see

    def _addresses(self) -> tuple[str, str]:
        """Return where gRPC and HTTP listen, as clients name it."""
        grpc = replace(self._settings.grpc_listen, port=self._grpc_port)
        http = replace(self._settings.http_listen, port=self._http_port)
        return str(grpc), str(http) if http.path else f"{self._scheme}://{http}"

    def _greeting(self, grpc: str, http: str) -> str:
        """Return what people are shown: the addresses, and commands to try the sandbox with."""
        shares = self._shares
        lines = [
            f"mailproof {mailproof.__version__} is ready",
            *self._console_lines(),
            f"  gRPC               {grpc}",
            f"  REST and grpc-web  {http}",
            f"  open files         {self._descriptors}, for {shares.grpc} gRPC and {shares.http} HTTP connections",
            f"  data               {self._settings.data_dir.absolute()}",
        ]
        if self._sandbox is not None:
            lines += Tryout(
                self._sandbox,
                self._sandbox_token,
                self._settings.data_dir / TOKEN_FILE,
                self._settings.sandbox_starttls_listen,
                self._settings.sandbox_tls_listen,
                http,
                self._settings.http_listen.path,
            ).lines()
        return "\n".join(lines)

    def _console_lines(self) -> list[str]:
        if not self._settings.console:
            return []
        listens = replace(self._settings.http_listen, port=self._http_port)
        return console_lines(listens, self._scheme, sandbox=self._sandbox is not None)

    @property
    def _scheme(self) -> str:
        return "http" if self._tls is None else "https"

    def _wire(self, anchors: str) -> Calls:
        settings = self._settings
        try:
            trust = TrustStore(ca_pem=anchors)
        except ValueError as error:
            raise StartupError(f"the file of certificate authorities {settings.ca_file} {error}") from None
        policy = Policy(
            settings.egress_profile,
            settings.egress_allow,
            settings.egress_deny,
            nat64=settings.egress_nat64_prefix,
            is_own=is_own,
        )
        guard, https_guard = LoggingGuard(self._with_sandbox(policy)), LoggingGuard(policy.for_https())
        web_guard = LoggingGuard(policy.for_web())
        probe = Probe(
            guard=guard,
            https_guard=https_guard,
            trust=trust,
            default_ehlo_name=settings.ehlo_name,
            adviser=KnownHosts(policy.for_web()),
        )
        self._cleanup.callback(probe.close)
        limits = Limits(
            max_timeout=settings.test_timeout,
            max_concurrent=settings.max_concurrent_tests,
            bounds=settings.bounds,
            counter=self._store.limit_counter(),
            fingerprint=lambda data: self._sealer.fingerprints(data)[0],
        )
        single = settings.single_config
        quota = self._quota
        providers = Providers(self._store, self._sealer, single=single, quota=quota)
        url = settings.documentation_url
        kept = self._kept
        diagnoses = Diagnoses(self._store, self._sealer, probe, limits, documentation_url=url, kept=kept, quota=quota)
        # Its candidates are guesses themselves: no other host is suggested in their place. One search tries up to 40,
        # whose names and addresses a stranger's domain chooses.
        tries_candidates = Probe(guard=guard, trust=trust, default_ehlo_name=settings.ehlo_name, max_addresses=FEW)
        searcher = SettingsSearch(prober=tries_candidates, https_guard=web_guard, trust=trust)
        searches = Searches(searcher, limits)
        cipher = PassphraseCipher()
        self._cleanup.callback(cipher.close)
        keys = DocumentKeys(cipher)
        worker = FairWorker("mailproof-pages", most=PAGES_WAITING, most_of_share=PAGES_WAITING_OF_INSTANCE)
        self._cleanup.callback(worker.close)
        export = PagedExport(
            self._store,
            self._sealer,
            keys,
            worker,
            quota=quota,
            limits=limits,
            secret_export=settings.secret_export,
        )
        import_ = PagedImport(self._store, self._sealer, keys, worker, single=single, quota=quota, limits=limits)
        instances = InstanceService(
            History(self._store, self._sealer),
            Transfers(
                self._store,
                self._sealer,
                cipher,
                single=single,
                quota=quota,
                limits=limits,
                secret_export=settings.secret_export,
            ),
            (export, import_, ImportUndo(self._store, self._sealer)),
            WebhookTests(self._store, self._sealer, WebhookPoster(https_guard, trust), limits, kept=kept, quota=quota),
        )
        servicers: dict[ServiceDescriptor, object] = {
            admin_pb2.DESCRIPTOR.services_by_name["AdminService"]: AdminService(providers, diagnoses),
            email_pb2.DESCRIPTOR.services_by_name["EmailService"]: EmailService(diagnoses),
            diagnosis_pb2.DESCRIPTOR.services_by_name["DiagnosisService"]: DiagnosisService(diagnoses),
            discovery_pb2.DESCRIPTOR.services_by_name["DiscoveryService"]: DiscoveryService(
                searches, KnownProviders(self._sealer)
            ),
            findings_pb2.DESCRIPTOR.services_by_name["FindingsService"]: FindingsService(Explanations()),
            instance_pb2.DESCRIPTOR.services_by_name["InstanceService"]: instances,
            access_pb2.DESCRIPTOR.services_by_name["AccessService"]: AccessService(),
            config_overview_pb2.DESCRIPTOR.services_by_name["ConfigService"]: ConfigService(
                Overviews(self._store, self._sealer)
            ),
            server_pb2.DESCRIPTOR.services_by_name["ServerService"]: ServerService(self._info()),
            test_pb2.DESCRIPTOR.services_by_name["TestService"]: TestService(
                KeptTestPages(self._store, self._sealer, documentation_url=url)
            ),
        }
        timeout = settings.test_timeout + CALL_MARGIN
        self._access = asyncio.run(open_access(settings, self._store, self._sealer, policy, trust))
        return Calls(
            servicers,
            self._access,
            self._sealer,
            default_timeout=timeout,
            log_call=self._log_call,
            strict_names=settings.strict_names,
        )

    def _with_sandbox(self, policy: Policy) -> Policy:
        """Return the policy of SMTP tests, which may reach the sandbox: it is of this service, and on loopback."""
        if self._sandbox is None:
            return policy
        return replace(policy, allow=(*policy.allow, *sandbox_rules(self._sandbox.addresses)))

    def _info(self) -> ServerInfo:
        settings = self._settings
        features = Features(
            tls=self._tls is not None,
            client_certificates=settings.tls_client_ca_file is not None,
            oidc=bool(settings.oidc_issuer),
            single_config=settings.single_config,
            secret_export=settings.secret_export,
            sandbox=settings.sandbox,
            egress_profile=settings.egress_profile.value,
        )
        return ServerInfo(
            mailproof.__version__,
            settings.test_timeout,
            settings.test_timeout + CALL_MARGIN,
            settings.bounds,
            self._quota,
            settings.retention,
            features,
            settings.documentation_url,
        )

    def _start_sandbox(self) -> Sandbox:
        starttls, tls = self._settings.sandbox_starttls_listen, self._settings.sandbox_tls_listen
        directory = self._settings.data_dir
        sandbox = Sandbox(directory, starttls=(starttls.host, starttls.port), tls=(tls.host, tls.port))
        try:
            sandbox.start()
        except AddressUnusable as error:
            name = "sandbox_tls_listen" if "implicit" in error.wire else "sandbox_starttls_listen"
            raise address_problem(error, self._settings, name) from error
        self._cleanup.callback(sandbox.stop)
        self._sandbox_token = asyncio.run(sandbox_token(self._tokens, directory))
        if self._settings.database.engine is Engine.POSTGRES:  # else it would open the other replicas without this one
            self._cleanup.callback(lambda: asyncio.run(self._end_sandbox_token()))
        return sandbox

    async def _end_sandbox_token(self) -> None:
        """Revoke the token as the service stops. The next start does it where the store can't be reached now."""
        with suppress(StoreUnavailable):
            await end_token(self._tokens, self._sandbox_token)

    def _pages(self) -> dict[str, Application]:
        pages: dict[str, Application] = dict(console_pages()) if self._settings.console else {}
        if self._sandbox is not None:
            sandbox = self._sandbox
            pages[PATH] = JsonPage(self._calls, Permission.READ, lambda: messages_document(sandbox.messages()))
        return pages

    async def _ready(self) -> None:
        if self._draining:
            raise StoreUnavailable("draining")
        await self._store_answers()

    def _limits(self, total: int) -> ConnectionLimits:
        per_source = min(self._settings.max_connections_per_source, total)
        return ConnectionLimits(total, per_source, self._settings.connection_idle_timeout)


def _read_anchors(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise StartupError(f"the file of certificate authorities {path} can't be read: {error}") from None
