"""What a list of configurations costs: pages of ListConfigOverviews, in the process, without a wire.

Run by `make bench-overviews`, on SQLite, and on the PostgreSQL that is named; the figures are in docs/performance.md.
An instance has 1,000 configurations with sealed passwords and 100 kept tests each.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailproof.domain.database import parse_url
from mailproof.domain.kept_test import KeptOutcome, KeptTest, TestTrigger
from mailproof.domain.ledger import Change, EventType
from mailproof.domain.model import Caller, Role, SmtpSettings
from mailproof.domain.overview import DEFAULT_ORDER, OVERVIEW_FIELDS, UNIQUE, OverviewQuery
from mailproof.domain.secret import Secret
from mailproof.rpc.config_messages import overview_page
from mailproof.store.contract import Store
from mailproof.store.postgres import store as postgres
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite import store as sqlite
from mailproof.syntax.order_by import parse_order_by
from mailproof.usecases.overviews import Overviews
from mailproof.usecases.provider_secrets import identity, open_secret
from mailproof.usecases.tokens import Tokens, new_token

CONFIGS, TESTS, RUNS = 1000, 100, 7
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = SmtpSettings("post@example.com", "Post", True, "smtp.example.com:587", "anna")
PHASES = (("resolve", 1), ("connect", 20), ("tls", 60), ("ehlo", 20), ("auth", 22))
TESTED = (("host", "smtp.example.com"), ("port", "587"), ("user", "anna"))


async def fill(store: Store, vault: Sealer, caller: Caller) -> None:
    """Add the configurations and their tests."""
    ids = [store.new_id() for _ in range(CONFIGS)]
    for number, provider_id in enumerate(ids):
        settings = replace(SETTINGS, host=f"smtp{number}.example.com:587", description=f"Configuration {number}")
        sealed = vault.seal(Secret("password"), identity(caller.instance_id, provider_id, settings))
        await store.add(caller, Change(EventType.SMTP_ADDED, provider_id, settings, sealed))
    for number in range(TESTS):
        begun = NOW + timedelta(minutes=number)
        kept = KeptTest(
            "",
            caller.instance_id,
            "",
            1,
            "token",
            "192.0.2.7:4321",
            TestTrigger.DIAGNOSE,
            "auth",
            KeptOutcome.OK if number % 7 else KeptOutcome.FAIL,
            "quit",
            "ok",
            begun,
            123,
            PHASES,
            "TLSv1.3",
            NOW + timedelta(days=90),
            tested=TESTED,
        )
        for place in range(0, CONFIGS, 200):
            each = (replace(kept, id=store.new_test_id(), config_id=config) for config in ids[place : place + 200])
            await asyncio.gather(*(store.keep_test(test, most=TESTS) for test in each))


async def measure(store: Store) -> None:
    """Print what pages cost."""
    vault = Sealer(bytes(32))
    token = await Tokens(store, vault).create(new_token(), role=Role.ADMIN)
    caller = Caller(token, token.instance_ids[0])
    await fill(store, vault, caller)
    overviews = Overviews(store, vault)
    for size, filter_, order_by in (
        (50, "", ""),
        (50, "smtp77", ""),
        (50, "last_test.outcome = ok", "last_test.start_time desc"),
        (50, "", "certificate_expire_time"),
        (200, "", ""),
    ):
        taken = []
        for _ in range(RUNS):
            wall_begun, cpu_begun = time.perf_counter(), time.process_time()
            page = await overviews.list(caller, page_size=size, token="", filter_=filter_, order_by=order_by)
            packed = overview_page(page).SerializeToString()
            taken.append((time.perf_counter() - wall_begun, time.process_time() - cpu_begun))
        wall, cpu = (statistics.median(each) * 1000 for each in zip(*taken, strict=True))
        asked = f"{size:5} {filter_ or '-':26} {order_by or '-':28}"
        print(f"{asked} {wall:7.1f} ms {cpu:7.1f} ms of CPU here {len(packed):8} B")
    order = parse_order_by("", OVERVIEW_FIELDS, default=DEFAULT_ORDER, unique=UNIQUE)
    begun = time.perf_counter()
    rows = (await store.list_overviews(caller.instance_id, OverviewQuery(None, order, (), 1000))).rows
    print(f"all 1,000 from the store {(time.perf_counter() - begun) * 1000:.1f} ms")
    begun = time.perf_counter()
    for row in rows:
        open_secret(vault, row.provider)
    print(f"all 1,000 secrets opened {(time.perf_counter() - begun) * 1000:.1f} ms")


async def main() -> None:
    """Measure each engine."""
    with tempfile.TemporaryDirectory() as folder:
        store: Store = sqlite.open_store(Path(folder) / "bench.db")
        print("SQLite")
        await measure(store)
        await store.close()
    if len(sys.argv) > 1:
        store = await postgres.open_store(parse_url(sys.argv[1]))
        print("PostgreSQL")
        await measure(store)
        await store.close()


if __name__ == "__main__":
    asyncio.run(main())
