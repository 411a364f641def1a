"""The real table of calls over a real SQLite store, with a prober whose tests go as a test case wants.

Searches and posts end at once; what they find is their own tests' business.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from google.protobuf.descriptor import ServiceDescriptor

from ccadmin.v1 import email_pb2
from mailproof.discovery.progress import SearchProgress, SearchResult
from mailproof.domain.kept_test import Retention
from mailproof.domain.ledger import Quota
from mailproof.domain.limits import Bounds, Limits
from mailproof.domain.model import Page, Role
from mailproof.rpc.access_service import AccessService
from mailproof.rpc.admin_service import AdminService
from mailproof.rpc.calls import Calls
from mailproof.rpc.config_service import ConfigService
from mailproof.rpc.diagnosis_service import DiagnosisService
from mailproof.rpc.discovery_service import DiscoveryService
from mailproof.rpc.email_service import EmailService
from mailproof.rpc.findings_service import FindingsService
from mailproof.rpc.instance_service import InstanceService
from mailproof.rpc.server_service import ServerService
from mailproof.rpc.test_service import TestService
from mailproof.scheduling.fair_worker import FairWorker
from mailproof.smtp.report import Plan, Progress, Report, Step, StepStarted
from mailproof.smtp.vocabulary import Code, Outcome, Stage
from mailproof.store.sealing import open_sealer
from mailproof.store.sqlite.store import SqliteStore, open_store
from mailproof.syntax.url import Phase, Url
from mailproof.usecases.access import Access
from mailproof.usecases.diagnoses import Diagnoses
from mailproof.usecases.document_keys import DocumentKeys
from mailproof.usecases.explanations import Explanations
from mailproof.usecases.history import History
from mailproof.usecases.import_undo import ImportUndo
from mailproof.usecases.kept_test_pages import KeptTestPages
from mailproof.usecases.known_providers import KnownProviders
from mailproof.usecases.overviews import Overviews
from mailproof.usecases.paged_export import PagedExport
from mailproof.usecases.paged_import import PagedImport
from mailproof.usecases.passphrase_encryption import PassphraseCipher
from mailproof.usecases.providers import Providers
from mailproof.usecases.searches import Searches
from mailproof.usecases.server_info import Features, ServerInfo
from mailproof.usecases.tokens import Tokens, new_token
from mailproof.usecases.transfers import Transfers
from mailproof.usecases.webhook_tests import WebhookTests
from mailproof.webhook.verdict import PostResult
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

INFO = ServerInfo(
    "1.2.3",
    30.0,
    35.0,
    Bounds(tests_per_token=300, failed_logins=9),
    Quota(1000, 1_000_000),
    Retention(),
    Features(
        tls=True,
        client_certificates=False,
        oidc=True,
        single_config=False,
        secret_export=True,
        sandbox=False,
        egress_profile="internet",
    ),
)

STEP = Step(Stage.CONNECT, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), 0.25, peer="192.0.2.1:587")
STARTED = StepStarted(STEP.stage, STEP.started_at)
PASSED = Report(Outcome.OK, Stage.QUIT, Code.OK, "The test passed.", steps=(STEP,))
FAILED = Report(Outcome.FAIL, Stage.AUTH, Code.AUTH_REJECTED, "The server refused the login.", "Check the password.")


@dataclass
class ScriptedProber:
    """Yields its events; an exception among them is raised, and after "hang" nothing comes any more."""

    events: tuple[Progress | Exception | str, ...] = (STEP, PASSED)
    plans: list[Plan] = field(default_factory=list)
    running: asyncio.Event | None = None
    """Set (where there is one) when a test hangs."""
    closed: int = 0

    async def run(self, plan: Plan) -> AsyncGenerator[Progress, None]:
        self.plans.append(plan)
        try:
            for event in self.events:
                if isinstance(event, Exception):
                    raise event
                if isinstance(event, str):
                    if self.running is not None:
                        self.running.set()
                    await asyncio.Event().wait()
                else:
                    yield event
        finally:
            self.closed += 1


class EmptySearcher:
    """Finds nothing."""

    async def run(self, address: str, timeout: float) -> AsyncGenerator[SearchProgress, None]:  # noqa: ASYNC109
        yield SearchResult((), f"Nothing was found for {address}.")


class WillingPoster:
    """Posts nothing, and says that the receiver took it."""

    async def post(self, url: Url, headers: Mapping[str, str], body: bytes, limit: float) -> PostResult:
        return PostResult(Phase.RESPONSE, Code.OK, 204, 0.1)


class Table:
    """The table, its store, and a token of each role."""

    def __init__(self, data_dir: Path, *, default_timeout: float = 30.0, max_concurrent: int = 10) -> None:
        self.prober = ScriptedProber()
        self.store: SqliteStore = open_store(data_dir / "mailproof.db")
        vault = open_sealer(data_dir, None)
        self.admin, self.viewer = new_token(), new_token()
        asyncio.run(self._create_tokens(Tokens(self.store, vault)))
        limits = Limits(max_timeout=20.0, max_concurrent=max_concurrent)
        diagnoses = Diagnoses(self.store, vault, self, limits)
        self._cipher = PassphraseCipher()
        self._worker = FairWorker("mailproof-pages", most=100, most_of_share=10)
        keys = DocumentKeys(self._cipher)
        instances = InstanceService(
            History(self.store, vault),
            Transfers(self.store, vault, self._cipher),
            (
                PagedExport(self.store, vault, keys, self._worker),
                PagedImport(self.store, vault, keys, self._worker),
                ImportUndo(self.store, vault),
            ),
            WebhookTests(self.store, vault, WillingPoster(), limits),
        )
        servicers: dict[ServiceDescriptor, object] = {
            admin_pb2.DESCRIPTOR.services_by_name["AdminService"]: AdminService(
                Providers(self.store, vault), diagnoses
            ),
            email_pb2.DESCRIPTOR.services_by_name["EmailService"]: EmailService(diagnoses),
            diagnosis_pb2.DESCRIPTOR.services_by_name["DiagnosisService"]: DiagnosisService(diagnoses),
            discovery_pb2.DESCRIPTOR.services_by_name["DiscoveryService"]: DiscoveryService(
                Searches(EmptySearcher(), limits), KnownProviders(vault)
            ),
            findings_pb2.DESCRIPTOR.services_by_name["FindingsService"]: FindingsService(Explanations()),
            instance_pb2.DESCRIPTOR.services_by_name["InstanceService"]: instances,
            access_pb2.DESCRIPTOR.services_by_name["AccessService"]: AccessService(),
            config_overview_pb2.DESCRIPTOR.services_by_name["ConfigService"]: ConfigService(
                Overviews(self.store, vault)
            ),
            server_pb2.DESCRIPTOR.services_by_name["ServerService"]: ServerService(INFO),
            test_pb2.DESCRIPTOR.services_by_name["TestService"]: TestService(KeptTestPages(self.store, vault)),
        }
        self.calls = Calls(servicers, Access(self.store, vault), vault, default_timeout=default_timeout)

    async def run(self, plan: Plan) -> AsyncGenerator[Progress, None]:
        """Run a plan as the prober of the moment does."""
        async with aclosing(self.prober.run(plan)) as events:
            async for event in events:
                yield event

    async def report(self, plan: Plan, follow: Callable[[Progress], None] | None = None) -> Report:
        """Run a plan to its report."""
        async with aclosing(self.prober.run(plan)) as events:
            async for event in events:
                if isinstance(event, Report):
                    return event
        raise AssertionError("a run ends with a report")

    async def _create_tokens(self, tokens: Tokens) -> None:
        for token, role in ((self.admin, Role.ADMIN), (self.viewer, Role.VIEWER)):
            await tokens.create(token, name=role.value, role=role)

    def count(self) -> int:
        """Return how many configurations are stored."""

        async def read() -> int:
            instance = await self.store.default_instance()
            return (await self.store.list(instance, Page())).total

        return asyncio.run(read())

    def close(self) -> None:
        self._cipher.close()
        self._worker.close()
        asyncio.run(self.store.close())


__all__ = ["FAILED", "PASSED", "STEP", "ScriptedProber", "Table"]
