"""Kept tests at a size: octets on disk, the time of a list and of a keep, and what keeping costs a test call.

Run by `make bench-kept-tests [TESTS=1000000]`; the figures are in docs/performance.md. The reports are those of real
tests of scripted servers, their times moved so that no two are alike.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from mailproof.domain.filters import Comparator, Comparison
from mailproof.domain.kept_test import KeptOutcome, KeptTest, Retention, TestQuery, TestTrigger
from mailproof.domain.limits import Limits
from mailproof.domain.model import Caller, Role, SmtpSettings
from mailproof.domain.secret import Secret
from mailproof.smtp.report import Credentials, Report
from mailproof.smtp.vocabulary import Depth
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite.store import SqliteStore, open_store
from mailproof.usecases.diagnoses import Diagnoses
from mailproof.usecases.kept_reports import pack, unpack
from mailproof.usecases.kept_tests import KeptTests
from mailproof.usecases.noted import Notes
from mailproof.usecases.providers import Providers, SmtpInput
from mailproof.usecases.tokens import Tokens, new_token
from smtp_support import pki
from smtp_support.probing import LOGIN, make_plan, make_probe, run_events
from smtp_support.scripted import free_port, serve, smtp

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
CONFIGS, INSTANCES = 1000, 10
AT_ONCE = 500
ROUNDS = 7
RECEIVER = "admin@example.com"


def reports() -> list[Report]:
    """Return the reports of tests that pass and fail, deep and shallow, of servers as they are met."""
    extensions = ("250-PIPELINING", "250-SIZE 52428800", "250-ETRN", "250-ENHANCEDSTATUSCODES", "250-8BITMIME")
    inside = ("250-mail.test", *extensions, "250-DSN", "250-SMTPUTF8", "250 AUTH PLAIN LOGIN")
    wrong = Credentials("user@example.com", Secret("wrong"))
    addresses = {"sender": "noreply@example.com", "sender_name": "Example", "recipient": "admin@example.com"}
    found = []
    with serve(smtp(context=pki.good(), ehlo_tls=inside)) as served:
        depths = (Depth.EHLO, Depth.AUTH, Depth.DATA, Depth.DATA, Depth.DATA)
        found += [run_events(make_plan(served.port, credentials=LOGIN, depth=d, **addresses))[-1] for d in depths]
        found.append(run_events(make_plan(served.port, credentials=wrong, depth=Depth.DATA, **addresses))[-1])
        found.append(run_events(make_plan(served.port, ca_pem="", depth=Depth.DATA, **addresses))[-1])
    found.append(run_events(make_plan(free_port(), depth=Depth.DATA, **addresses))[-1])
    return [report for report in found if isinstance(report, Report)]


def moved(report: Report, chance: random.Random) -> Report:
    """Return a report as another run would have made it."""
    by = timedelta(microseconds=chance.randrange(10**13))
    steps = tuple(
        dataclasses.replace(step, started_at=step.started_at + by, duration=step.duration * chance.uniform(0.5, 30))
        for step in report.steps
    )
    return dataclasses.replace(report, steps=steps, elapsed_ms=chance.randrange(50, 3000))


def kept_of(store: SqliteStore, report: Report, number: int) -> KeptTest:
    """Return the kept test of a report: the configurations in turn, a minute between their tests."""
    config = number % CONFIGS
    seconds: dict[str, float] = {}
    for step in report.steps:
        seconds[step.stage.value] = seconds.get(step.stage.value, 0) + step.duration
    return KeptTest(
        store.new_test_id(),
        f"3000000000000000{config % INSTANCES:02}",
        f"3000000000000{config:05}",
        17,
        "300000000000000099",
        "192.0.2.117:54321",
        TestTrigger.TEST_CONFIG,
        "data",
        KeptOutcome(report.outcome.value),
        report.stage.value,
        report.code.value,
        BEGINNING + timedelta(seconds=number),
        report.elapsed_ms,
        tuple((stage, round(each * 1000)) for stage, each in seconds.items()),
        report.tls.version if report.tls else "",
        BEGINNING if report.tls else None,
        pack(report),
        (),
        (
            ("host", "smtp.example.com"),
            ("port", "587"),
            ("tls_mode", "auto"),
            ("user", "noreply@example.com"),
            ("login", "password"),
            ("sender", "noreply@example.com"),
            ("recipient", "admin@example.com"),
        ),
        report.evidence.reply_code,
    )


async def fill(store: SqliteStore, real: Sequence[Report], count: int) -> None:
    """Keep so many tests, with 2,000 different reports."""
    chance = random.Random(1)
    ready = [kept_of(store, moved(chance.choice(real), chance), 0) for _ in range(2000)]
    for first in range(0, count, AT_ONCE):
        tests = []
        for number in range(first, min(first + AT_ONCE, count)):
            config = number % CONFIGS
            tests.append(
                dataclasses.replace(
                    ready[number * 7919 % len(ready)],
                    id=store.new_test_id(),
                    instance_id=f"3000000000000000{config % INSTANCES:02}",
                    config_id=f"3000000000000{config:05}",
                    started_at=BEGINNING + timedelta(seconds=number),
                )
            )
        await asyncio.gather(*(store.keep_test(test, most=10**9) for test in tests))


async def timed(work: Callable[[], Awaitable[object]], times: int = 50) -> float:
    """Return the median milliseconds of a call."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def show(name: str, milliseconds: float) -> None:
    print(f"{name:40}: {milliseconds:8.2f} ms")


async def sizes(folder: Path, count: int, real: Sequence[Report]) -> None:
    packed = [len(pack(report)) for report in real]
    print(f"packed reports: {min(packed)} to {max(packed)} octets, mean {statistics.mean(packed):.0f}")
    begun = time.perf_counter()
    for report in [*real] * 25:
        pack(report)
    print(f"pack: {(time.perf_counter() - begun) / len(real) / 25 * 1e6:.0f} µs", end="; ")
    begun = time.perf_counter()
    for data in [pack(report) for report in real] * 25:
        unpack(data)
    print(f"unpack: {(time.perf_counter() - begun) / len(real) / 25 * 1e6:.0f} µs with a pack in 25")
    path = folder / "tests.db"
    store = open_store(path)
    begun = time.perf_counter()
    await fill(store, real, count)
    took = time.perf_counter() - begun
    await store.close()
    store = open_store(path)
    octets = path.stat().st_size
    print(f"{count:,} tests of {CONFIGS} configurations: {octets / 2**20:,.0f} MiB, {octets / count:.0f} octets a test")
    print(f"filled at {count / took:,.0f} a second, {AT_ONCE} at once")
    instance, config = "300000000000000000", "300000000000000000"
    failing = Comparison("code", Comparator.EQUAL, "auth_rejected")
    for name, query in (
        ("list of 100, newest of an instance", TestQuery()),
        ("list of 100 of a configuration", TestQuery(config)),
        ("list of 100 of a code", TestQuery(condition=failing)),
        ("list of 100 of a code that none has", TestQuery(condition=dataclasses.replace(failing, value="none"))),
    ):
        show(name, await timed(partial(store.list_tests, instance, query)))
    show("the last good one, with its report", await timed(lambda: store.last_good_test(instance, config)))
    chance = random.Random(9)
    fresh = iter([kept_of(store, moved(chance.choice(real), chance), count + n) for n in range(400)])
    show("keep, one at a time", await timed(lambda: store.keep_test(next(fresh), most=10**9)))
    most = max(count // CONFIGS, 1)
    show("keep, and one that goes", await timed(lambda: store.keep_test(next(fresh), most=most)))
    bound = count // INSTANCES * 9 // 10
    show("500 deleted beyond the bound", await timed(lambda: store.delete_tests_beyond(instance, bound, 500), 7))
    batch = BEGINNING + timedelta(days=365)
    show("500 deleted by age", await timed(lambda: store.delete_tests_before(batch, 500), 7))
    await store.close()


async def cost(folder: Path) -> None:
    """Measure the CPU of test calls that are kept beside such that are not, in turns of one run."""
    store = open_store(folder / "cost.db")
    token = await Tokens(store, Sealer(bytes(32))).create(new_token(), role=Role.ADMIN)
    caller, vault = Caller(token, token.instance_ids[0], "192.0.2.1:1"), Sealer(bytes(32))
    with serve(smtp(ehlo=("250-mail.test", "250 AUTH PLAIN"))) as served:  # the cheapest test, beside which it is most
        settings = SmtpSettings("noreply@example.com", "Example", False, f"127.0.0.1:{served.port}", "user")
        made = await Providers(store, vault).add_smtp(caller, SmtpInput(settings, Secret("secret-word")))
        config = made.change.provider_id
        uses = []
        for retention in (Retention(), Retention(per_config=0)):
            kept = KeptTests(Notes(store), store, retention)
            uses.append(Diagnoses(store, vault, make_probe(), Limits(max_timeout=30, max_concurrent=1000), kept=kept))
        ratios, found = [], []
        for _ in range(ROUNDS):
            taken = []
            for calls in uses:
                begun = time.process_time()
                for _ in range(6):
                    await asyncio.gather(*(calls.test_stored(caller, config, receiver=RECEIVER) for _ in range(50)))
                taken.append((time.process_time() - begun) / 300 * 1e6)
            ratios.append(taken[0] / taken[1])
            found.append(taken)
    kept_us, bare_us = (statistics.median(column) for column in zip(*found, strict=True))
    ratio = statistics.median(ratios)
    print(f"CPU of a test call and its server: kept {kept_us:.0f} µs, not kept {bare_us:.0f} µs, {ratio:.2f} times")
    await store.close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    real = reports()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        asyncio.run(cost(Path(folder)))
        asyncio.run(sizes(Path(folder), count, real))
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
