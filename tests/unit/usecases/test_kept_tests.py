"""The keeping of tests: which are kept, as what, and that no answer depends on it."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from mailproof.domain.errors import Resource, ServiceShortage, SmtpTestFailed, StoreUnavailable
from mailproof.domain.kept_test import KeptOutcome, KeptTest, Retention, TestTrigger
from mailproof.domain.ledger import CommitResult, Decide
from mailproof.domain.limit_errors import ConfigQuotaExceeded
from mailproof.domain.limits import Limits
from mailproof.domain.model import (
    Caller,
    Details,
    HttpSettings,
    Provider,
    ProviderSettings,
    ProviderState,
    Role,
    SmtpSettings,
    Token,
)
from mailproof.domain.secret import RecordIdentity, Secret
from mailproof.smtp.report import Certificate, Evidence, OAuth, Plan, Progress, Report, Step, StepStarted, TlsInfo
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage, TlsMode
from mailproof.store.contract import ProviderStore
from mailproof.syntax.url import Phase
from mailproof.usecases import kept_tests, noted
from mailproof.usecases.diagnoses import Diagnoses
from mailproof.usecases.diagnosis_plans import Overrides
from mailproof.usecases.kept_reports import unpack
from mailproof.usecases.kept_tests import KeptTests
from mailproof.usecases.last_good import LastGood
from mailproof.usecases.noted import NOTED_EVERY, Notes
from mailproof.usecases.provider_secrets import identity
from mailproof.usecases.providers import Auth, SmtpInput
from mailproof.usecases.webhook_tests import WebhookTests
from mailproof.webhook.verdict import PostResult

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CALLER = Caller(Token("1", "test", Role.ADMIN, ("instance",), NOW), "instance", "192.0.2.9:4711")
OTHER = Caller(Token("2", "other", Role.ADMIN, ("instance",), NOW), "instance", "192.0.2.9:4712")
SETTINGS = SmtpSettings("from@example.com", "From", tls=True, host="mx.example.com:587", user="me")
HTTP = HttpSettings("https://mail.example.com/secret-path")
ENDS = datetime(2026, 9, 1, tzinfo=UTC)
STEPS = (
    Step(Stage.RESOLVE, NOW, 0.0021),
    Step(Stage.EHLO, NOW, 0.25),
    Step(Stage.TLS, NOW, 0.03),
    Step(Stage.EHLO, NOW, 0.25),
)
LEAF = Certificate("CN=mx", ("mx",), "CN=ca", NOW, ENDS, "RSA 2048", "sha256", "00")
PASSED = Report(
    Outcome.OK, Stage.QUIT, Code.OK, "passed", tls=TlsInfo("TLSv1.3", chain=(LEAF,)), steps=STEPS, elapsed_ms=533
)
REFUSED = Report(Outcome.FAIL, Stage.AUTH, Code.AUTH_REJECTED, "refused.", "Change it.", Evidence(535, "5.7.8", "no"))
OWN = SmtpInput(SETTINGS)


class Vault:
    """Seals by writing the identity before the secret."""

    def seal(self, secret: Secret, to: RecordIdentity) -> bytes:
        return to.encode() + secret.reveal().encode()

    def open(self, blob: bytes, of: RecordIdentity) -> Secret:
        return Secret(blob.removeprefix(of.encode()).decode())

    def fingerprints(self, data: bytes) -> tuple[bytes, ...]:
        return (data,)

    def derive(self, label: str) -> tuple[bytes, ...]:
        raise AssertionError("a test derives nothing")


@dataclasses.dataclass
class Store:
    """Has one configuration of each kind, and what was kept and noted."""

    kept: list[KeptTest] = dataclasses.field(default_factory=list)
    most: set[int] = dataclasses.field(default_factory=set)
    noted: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    refuse: Exception | None = None
    slow: asyncio.Event | None = None
    ids: int = 100

    async def get(self, instance_id: str, config_id: str) -> Provider | None:
        stored: dict[str, ProviderSettings] = {"7": SETTINGS, "http": HTTP}
        settings = stored.get(config_id)
        if instance_id != "instance" or settings is None:
            return None
        sealed = Vault().seal(Secret("stored"), identity(instance_id, config_id, settings))
        return Provider(config_id, settings, ProviderState.ACTIVE, Details(42, NOW, NOW, "instance"), 1, sealed)

    async def commit(self, caller: Caller, provider_id: str, decide: Decide) -> CommitResult:
        await self._ready()
        self.noted.append((caller.token.id, provider_id))
        return CommitResult(None, ())

    def new_test_id(self) -> str:
        self.ids += 1
        return str(self.ids)

    async def keep_test(self, test: KeptTest, *, most: int) -> None:
        await self._ready()
        self.kept.append(test)
        self.most.add(most)

    async def _ready(self) -> None:
        if self.slow is not None:
            await self.slow.wait()
        if self.refuse is not None:
            raise self.refuse


class Prober:
    """Begins a stage, and ends with a report, an error, or never."""

    def __init__(self, report: Report | Exception | None = PASSED) -> None:
        self.running = asyncio.Event()
        self._report = report

    async def run(self, plan: Plan) -> AsyncGenerator[Progress, None]:
        yield STEPS[0]
        yield StepStarted(Stage.CONNECT, NOW)
        self.running.set()
        if self._report is None:
            await asyncio.Event().wait()
        if isinstance(self._report, Exception):
            raise self._report
        yield cast("Report", self._report)

    async def report(self, plan: Plan, follow: Callable[[Progress], None] | None = None) -> Report:
        async with aclosing(self.run(plan)) as events:
            async for event in events:
                if isinstance(event, Report):
                    return event
                if follow is not None:
                    follow(event)
        raise AssertionError("a run ends with a report")


class Poster:
    async def post(self, *_: object) -> PostResult:
        return PostResult(Phase.RESPONSE, Code.OK, 503, 0.25)


@dataclasses.dataclass
class World:
    """The use cases on a store."""

    store: Store
    prober: Prober
    kept: KeptTests
    seconds: float = 0.0

    def __init__(self, report: Report | Exception | None = PASSED, retention: Retention | None = None) -> None:
        self.store = Store()
        self.prober = Prober(report)
        notes = Notes(self.store, monotonic=lambda: self.seconds)
        self.kept = KeptTests(notes, self.store, retention or Retention(), clock=lambda: NOW)

    @property
    def limits(self) -> Limits:
        return Limits(max_timeout=30.0, max_concurrent=100)

    @property
    def diagnoses(self) -> Diagnoses:
        return Diagnoses(cast("ProviderStore", self.store), Vault(), self.prober, self.limits, kept=self.kept)

    async def diagnose(self, caller: Caller = CALLER, config_id: str = "7", **overrides: Any) -> Report:
        plan = overrides.pop("plan", Plan(host=""))
        given = Overrides(**overrides)
        found = None
        async for event in self.diagnoses.diagnose(caller, plan, config_id=config_id, overrides=given):
            found = event
        assert isinstance(found, Report)
        return found

    async def webhook(self) -> Any:
        store = cast("ProviderStore", self.store)
        tests = WebhookTests(store, Vault(), Poster(), self.limits, kept=self.kept, clock=lambda: NOW)
        return await tests.test(CALLER, "http", recipient="to@example.com")

    @property
    def only(self) -> KeptTest:
        (test,) = self.store.kept
        return test


def run(scenario: Callable[[World], Awaitable[None]], world: World | None = None) -> World:
    async def main() -> World:
        made = world or World()
        await scenario(made)
        await made.kept.settle(5)
        return made

    return asyncio.run(main())


def test_a_diagnosis_of_a_stored_configuration_is_kept_with_all_there_is_to_say() -> None:
    async def scenario(world: World) -> None:
        report = await world.diagnose()
        assert report.test_id == "101"

    world = run(scenario)
    assert unpack(world.only.report) == PASSED
    assert dataclasses.replace(world.only, report=b"") == KeptTest(
        "101",
        "instance",
        "7",
        42,
        "1",
        "192.0.2.9:4711",
        TestTrigger.DIAGNOSE,
        "auth",
        KeptOutcome.OK,
        "quit",
        "ok",
        NOW,
        533,
        (("resolve", 2), ("ehlo", 500), ("tls", 30)),
        "TLSv1.3",
        ENDS,
        tested=(
            ("host", "mx.example.com"),
            ("port", "587"),
            ("tls_mode", "auto"),
            ("user", "me"),
            ("login", "password"),
            ("sender", "from@example.com"),
        ),
    )
    assert world.only.good
    assert world.store.most == {100}


@pytest.mark.parametrize(
    ("overrides", "names"),
    [
        ({"host": "MX.example.com.", "port": 587, "tls_mode": TlsMode.AUTO, "user": "me"}, ()),
        ({"plan": Plan(host="", depth=Depth.EHLO, sender="from@example.com", timeout=5)}, ()),
        ({"port": 465, "tls_mode": TlsMode.IMPLICIT}, ("port", "tls_mode")),
        ({"host": "other.test", "user": "you", "password": Secret("own")}, ("host", "user", "password")),
        ({"oauth": OAuth(access_token=Secret("t"))}, ("xoauth2",)),
        (
            {"plan": Plan(host="", ca_pem="x", ehlo_name="me.test", mechanism="PLAIN")},
            ("ca_pem", "ehlo_name", "mechanism"),
        ),
        ({"plan": Plan(host="", sender="else@example.com")}, ("sender",)),
    ],
)
def test_a_diagnosis_with_other_settings_names_them_and_is_no_good_test(
    overrides: dict[str, Any], names: tuple[str, ...]
) -> None:
    async def scenario(world: World) -> None:
        await world.diagnose(**overrides)

    test = run(scenario).only
    assert (test.overridden, test.good) == (names, not names)


def test_what_names_no_stored_configuration_is_not_kept() -> None:
    async def scenario(world: World) -> None:
        diagnoses = world.diagnoses
        async for event in diagnoses.diagnose(CALLER, Plan(host="mx.example.com")):
            assert not isinstance(event, Report) or not event.test_id
        await diagnoses.report(CALLER, Plan(host="mx.example.com"))
        own = SmtpInput(SETTINGS, Secret("own"))
        await diagnoses.test_settings(CALLER, own, receiver="to@example.com")
        await diagnoses.test_settings(CALLER, own, receiver="to@example.com", config_id="unknown")

    world = run(scenario)
    assert not world.store.kept
    assert not world.store.noted


@pytest.mark.parametrize(
    ("tested", "names", "noted_too"),
    [
        (OWN, (), True),
        (SmtpInput(dataclasses.replace(SETTINGS, sender_name="Another")), (), True),
        (SmtpInput(dataclasses.replace(SETTINGS, host="mx.example.com:465")), ("port",), True),
        (SmtpInput(SETTINGS, Secret("own")), ("password",), False),
        (SmtpInput(dataclasses.replace(SETTINGS, tls=False), Secret("own")), ("tls_mode", "password"), False),
        (SmtpInput(SETTINGS, auth=Auth.NONE), ("user",), False),
        (SmtpInput(dataclasses.replace(SETTINGS, sender_address="else@example.com")), ("sender",), True),
    ],
)
def test_sent_settings_that_name_a_configuration_are_kept_with_what_they_replace(
    tested: SmtpInput, names: tuple[str, ...], noted_too: bool
) -> None:
    async def scenario(world: World) -> None:
        await world.diagnoses.test_settings(CALLER, tested, receiver="to@example.com", config_id="7")

    world = run(scenario)
    assert (world.only.trigger, world.only.overridden) == (TestTrigger.TEST_SETTINGS, names)
    assert (world.only.depth, dict(world.only.tested)["recipient"]) == ("data", "to@example.com")
    assert bool(world.store.noted) is noted_too, "the event log tells of stored secrets"


def test_a_failed_test_of_what_is_stored_is_kept_and_its_error_names_it() -> None:
    async def scenario(world: World) -> None:
        with pytest.raises(SmtpTestFailed) as caught:
            await world.diagnoses.test_stored(CALLER, "7", receiver="to@example.com")
        assert caught.value.metadata["testId"] == world.only.id

    test = run(scenario, World(REFUSED)).only
    assert (test.trigger, test.outcome, test.stage) == (TestTrigger.TEST_CONFIG, KeptOutcome.FAIL, "auth")
    assert (test.code, test.reply_code, test.good) == ("auth_rejected", 535, False)


def test_a_post_is_kept_without_the_path_that_may_be_a_secret() -> None:
    async def scenario(world: World) -> None:
        assert (await world.webhook()).test_id == world.only.id

    test = run(scenario).only
    assert (test.trigger, test.depth, test.stage) == (TestTrigger.TEST_HTTP_PROVIDER, "", "response")
    assert (test.outcome, test.code, test.reply_code) == (KeptOutcome.FAIL, "server_error", 503)
    assert (test.elapsed_ms, test.report) == (250, b"")
    assert "secret-path" not in repr(test)


@pytest.mark.parametrize("streamed", [True, False])
def test_a_test_whose_caller_leaves_is_kept_as_cancelled(streamed: bool) -> None:
    async def scenario(world: World) -> None:
        calls = world.diagnoses
        work = world.diagnose() if streamed else calls.test_stored(CALLER, "7", receiver="to@example.com")
        task = asyncio.ensure_future(work)
        await world.prober.running.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    world = run(scenario, World(None))
    test = world.only
    assert (test.outcome, test.code, test.report, test.good) == (KeptOutcome.CANCELLED, "unfinished", b"", False)
    assert test.stage == "connect"
    assert [stage for stage, _ in test.phases] == ["resolve", "connect"], "the one that had not ended is among them"
    assert test.phases[0] == ("resolve", 2)
    assert world.store.noted == [("1", "7")]


def test_a_reader_that_closes_the_stream_leaves_a_cancelled_test() -> None:
    async def scenario(world: World) -> None:
        async with aclosing(world.diagnoses.diagnose(CALLER, Plan(host=""), config_id="7")) as events:
            async for _ in events:
                break

    assert run(scenario, World(None)).only.outcome == KeptOutcome.CANCELLED


def test_a_caller_who_leaves_after_the_verdict_leaves_a_test_that_has_it() -> None:
    async def scenario(world: World) -> None:
        comparing = asyncio.Event()

        class Comparing:
            async def compared(self, _report: Report, _test: KeptTest) -> Report:
                comparing.set()
                await asyncio.Event().wait()
                raise AssertionError

        notes = Notes(world.store, monotonic=lambda: world.seconds)
        last_good = cast("LastGood", Comparing())
        world.kept = KeptTests(notes, world.store, Retention(), clock=lambda: NOW, last_good=last_good)
        task = asyncio.ensure_future(world.diagnose())
        await comparing.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    world = run(scenario, World(REFUSED))
    assert (world.only.outcome, world.only.code) == (KeptOutcome.FAIL, "auth_rejected")
    assert unpack(world.only.report).code is Code.AUTH_REJECTED
    assert world.store.noted == [("1", "7")]


def test_the_callers_deadline_and_a_shortage_are_told_apart_from_a_caller_who_left() -> None:
    async def late(world: World) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await world.diagnoses.test_stored(CALLER, "7", receiver="to@example.com", remaining=0.05)

    async def short(world: World) -> None:
        with pytest.raises(ServiceShortage):
            await world.diagnose()

    assert run(late, World(None)).only.code == "deadline_exceeded"
    assert run(short, World(ServiceShortage(Resource.PORTS))).only.code == "resources_short"


@pytest.mark.parametrize("refuse", [StoreUnavailable(), ConfigQuotaExceeded(1), ValueError("a bug")])
def test_an_answer_stands_whether_or_not_its_test_could_be_kept(
    refuse: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(world: World) -> None:
        world.store.refuse = refuse
        with caplog.at_level(logging.WARNING), suppress(ValueError):
            assert await world.diagnose() == PASSED, "it names no test"

    assert not run(scenario).store.kept
    assert "kept" in caplog.text


def test_a_report_that_cant_be_packed_fails_no_test(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Report) -> bytes:
        raise TypeError

    async def scenario(world: World) -> None:
        monkeypatch.setattr(kept_tests, "pack", broken)
        assert await world.diagnose() == PASSED

    assert not run(scenario).store.kept
    assert "can't be kept" in caplog.text


def test_an_answer_waits_for_a_slow_database_no_longer_than_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(world: World) -> None:
        monkeypatch.setattr(kept_tests, "PATIENCE", 0.01)
        world.store.slow = asyncio.Event()
        report = await world.diagnose()
        assert report.test_id == "101", "it is written all the same"
        assert not world.store.kept
        world.store.slow.set()

    assert run(scenario).only.id == "101"


def test_what_waits_to_be_written_is_bounded(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(world: World) -> None:
        monkeypatch.setattr(kept_tests, "PATIENCE", 0.01)
        monkeypatch.setattr(kept_tests, "_MOST_WAITING", 3)
        world.store.slow = asyncio.Event()
        reports = [await world.diagnose() for _ in range(5)]
        assert [bool(report.test_id) for report in reports] == [True, True, True, False, False]
        world.store.slow.set()

    assert len(run(scenario).store.kept) == 3
    assert "3 others wait" in caplog.text


def test_no_test_is_kept_where_the_operator_wants_none() -> None:
    async def scenario(world: World) -> None:
        assert not (await world.diagnose()).test_id
        assert not (await world.webhook()).test_id

    world = run(scenario, World(retention=Retention(per_config=0)))
    assert not world.store.kept
    assert world.store.noted == [("1", "7"), ("1", "http")]


def test_the_first_of_an_hours_tests_is_noted_for_each_caller_and_configuration() -> None:
    async def scenario(world: World) -> None:
        for _ in range(3):
            await world.diagnose()
        await world.diagnose(OTHER)
        await world.webhook()
        await world.webhook()
        world.seconds += NOTED_EVERY - 1
        await world.diagnose()
        assert world.store.noted == [("1", "7"), ("2", "7"), ("1", "http")]
        world.seconds += 1
        await world.diagnose()
        await world.diagnose()

    world = run(scenario)
    assert world.store.noted == [("1", "7"), ("2", "7"), ("1", "http"), ("1", "7")]
    assert len(world.store.kept) == 9


def test_a_note_that_could_not_be_written_is_tried_again_by_the_next_test() -> None:
    async def scenario(world: World) -> None:
        world.store.refuse = StoreUnavailable()
        await world.diagnose()
        world.store.refuse = None
        await world.diagnose()

    assert run(scenario).store.noted == [("1", "7")]


def test_what_is_remembered_of_notes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(world: World) -> None:
        monkeypatch.setattr(noted, "_REMEMBERED", 1)
        for caller in (CALLER, OTHER, CALLER):
            await world.diagnose(caller)

    assert run(scenario).store.noted == [("1", "7"), ("2", "7"), ("1", "7")]


def test_kept_tests_are_counted_for_the_bound_of_their_instance() -> None:
    async def scenario(world: World) -> None:
        for _ in range(3):
            await world.diagnose()
        assert world.kept.counts() == {"instance": 3}
        assert world.kept.counts() == {}

    run(scenario)


def test_the_services_end_waits_for_tests_that_it_has_cut_short() -> None:
    async def main() -> World:
        world = World(None)
        task = asyncio.ensure_future(world.diagnose())
        await world.prober.running.wait()
        world.store.slow = asyncio.Event()
        settling = asyncio.ensure_future(world.kept.settle(5))
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert not settling.done()
        world.store.slow.set()
        await settling
        assert world.only.outcome == KeptOutcome.CANCELLED
        return world

    asyncio.run(main())


def test_a_service_that_ends_waits_for_no_test_for_ever() -> None:
    async def main() -> None:
        world = World(None)
        task = asyncio.ensure_future(world.diagnose())
        await world.prober.running.wait()
        await world.kept.settle(0.05)
        assert not task.done()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(main())
