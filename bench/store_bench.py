"""The SQLite store's promises as ratios of one run: group commit, long lists, memory; and what a rebuild costs.

Run by `make bench-store`; the figures are in docs/performance.md. The floors beside it: the
same store with one writer at a time, which is one commit for each write, and bare sqlite3 (bench/store_floor.py).
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mailproof.domain.ledger import Change, EventType
from mailproof.domain.model import Caller, Page, Role, SmtpSettings
from mailproof.domain.secret import Secret, Vault
from mailproof.store.sealing import Sealer, open_sealer
from mailproof.store.sqlite.store import SqliteStore, open_store
from mailproof.usecases.providers import Providers, SmtpInput
from mailproof.usecases.tokens import Tokens, new_token

WRITERS, WRITES, ROUNDS = 32, 1600, 7
FEW, MANY, PAGE = 1_000, 100_000, 100
FLOOR = Path(__file__).with_name("store_floor.py")
BIN = Path(sys.executable).parent
SETTINGS = SmtpSettings(
    "noreply@example.com", "Example", True, "smtp.example.com:587", "noreply@example.com", "help@example.com", "bench"
)


async def caller_of(store: SqliteStore) -> Caller:
    token = await Tokens(store, Sealer(bytes(32))).create(new_token(), role=Role.ADMIN)
    return Caller(token, token.instance_ids[0])


async def writes(configs: Providers, caller: Caller, writers: int, count: int) -> float:
    """Return the writes a second."""
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            await configs.add_smtp(caller, SmtpInput(SETTINGS, Secret("correct horse")))

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(writers)))
    return count / (time.perf_counter() - begun)


def floor(path: Path, count: int) -> float:
    done = subprocess.run([sys.executable, FLOOR, path, str(count)], check=True, capture_output=True, text=True)
    return float(done.stdout)


async def group_commit(folder: Path) -> None:
    store = open_store(folder / "group.db")
    configs, caller = Providers(store, Sealer(bytes(32))), await caller_of(store)
    together, alone, bare = [], [], []
    for _ in range(ROUNDS):
        before = store.writer.commits, store.writer.writes
        together.append(await writes(configs, caller, WRITERS, WRITES))
        size = (store.writer.writes - before[1]) / (store.writer.commits - before[0])
        alone.append(await writes(configs, caller, 1, WRITES // 8))
        bare.append(floor(folder / "bare.db", WRITES // 8))
    await store.close()
    ratio = statistics.median(one / other for one, other in zip(together, alone, strict=True))
    print(f"{WRITERS} writers, {size:.0f} to a commit: {statistics.median(together):6.0f} writes a second")
    print(f"one commit each                 : {statistics.median(alone):6.0f}; group commit is {ratio:.1f} times that")
    print(f"floor: bare INSERT, one commit  : {statistics.median(bare):6.0f}")


async def fill(path: Path, count: int, sealer: Vault) -> Caller:
    store = open_store(path)
    configs, caller = Providers(store, sealer), await caller_of(store)
    await writes(configs, caller, 256, count)
    await store.close()
    return caller


async def lists(few: tuple[Path, Caller], many: tuple[Path, Caller]) -> None:
    stores = [(open_store(path), caller) for path, caller in (few, many)]
    for name, page in (
        ("newest first", Page(limit=PAGE)),
        ("oldest first", Page(limit=PAGE, ascending=True)),
        ("from the 900th", Page(offset=900, limit=PAGE)),
    ):
        found: list[list[float]] = [[], []]
        for _ in range(ROUNDS * 3):
            for times, (store, caller) in zip(found, stores, strict=True):
                begun = time.perf_counter()
                for _ in range(50):
                    await store.list(caller.instance_id, page)
                times.append((time.perf_counter() - begun) / 50 * 1e6)
        ratio = statistics.median(large / small for small, large in zip(*found, strict=True))
        small, large = map(statistics.median, found)
        print(f"List of {PAGE} {name:15}: of {FEW} {small:5.0f} µs, of {MANY} {large:5.0f} µs, {ratio:.2f} times")
    for store, _ in stores:
        await store.close()


def memory(folder: Path) -> tuple[float, float]:
    """Return the seconds until a server is ready on this folder and the MiB that it then holds after some calls."""
    listen = ["--grpc-listen=127.0.0.1:0", "--http-listen=127.0.0.1:0"]
    begun = time.perf_counter()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(BIN / "mailproof"), "serve", "--log-format=text", *listen, "--data-dir", str(folder)],
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert process.stdout is not None
    process.stdout.readline()
    ready = time.perf_counter() - begun
    grpc = next(line for line in process.stdout if line.startswith(b"  gRPC ")).decode().split()[-1]
    made = subprocess.run(
        [str(BIN / "mailproof"), "token", "create", "--role", "admin", "--data-dir", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    subprocess.run([sys.executable, __file__, "lists", grpc, made.stdout.strip()], check=True)
    status = Path(f"/proc/{process.pid}/status").read_text()
    held = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
    process.terminate()
    process.communicate()
    return ready, held


def call_lists(address: str, token: str) -> None:
    """List a hundred pages over gRPC, from the newest on, as the client of `memory`."""
    import grpc

    from zitadel.admin.v1 import admin_pb2, admin_pb2_grpc
    from zitadel.v1 import object_pb2

    with grpc.insecure_channel(address) as channel:
        stub = admin_pb2_grpc.AdminServiceStub(channel)
        for number in range(100):
            query = object_pb2.ListQuery(offset=number * 9, limit=PAGE)
            stub.ListSMTPConfigs(
                admin_pb2.ListSMTPConfigsRequest(query=query), metadata=(("authorization", f"Bearer {token}"),)
            )


async def rebuild(path: Path) -> None:
    store = open_store(path)
    caller = await caller_of(store)
    slowest, done = 0.0, False

    async def write() -> None:
        nonlocal slowest
        while not done:
            begun = time.perf_counter()
            await store.add(caller, Change(EventType.SMTP_ADDED, store.new_id(), SETTINGS))
            slowest = max(slowest, time.perf_counter() - begun)
            await asyncio.sleep(0.01)

    writing = asyncio.ensure_future(write())
    with sqlite3.connect(path) as other:
        other.execute("UPDATE providers SET changed_at = changed_at + 1")
    other.close()
    slowest = 0.0
    for name, check in (("check", True), ("repair of all", False), ("with nothing to repair", False)):
        begun = time.perf_counter()
        differ = await store.rebuild(check=check)
        took = time.perf_counter() - begun
        print(f"rebuild, {name:23}: {took:5.1f} s, {differ} differed; the slowest write beside it {slowest:.2f} s")
        slowest = 0.0
    done = True
    await writing
    await store.close()


def main() -> None:
    if sys.argv[1:2] == ["lists"]:
        call_lists(*sys.argv[2:])
        return
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    with tempfile.TemporaryDirectory(dir=os.environ.get("MAILPROOF_BENCH_DIR")) as name:
        folder = Path(name)
        asyncio.run(group_commit(folder))
        filled: list[tuple[Path, Caller]] = []
        for count in (FEW, MANY):
            (folder / str(count)).mkdir()
            path = folder / str(count) / "mailproof.db"
            sealer = open_sealer(path.parent, None)
            filled.append((path, asyncio.run(fill(path, count, sealer))))
        asyncio.run(lists(*filled))
        for count in (FEW, MANY):
            runs = [memory(folder / str(count)) for _ in range(3)]
            ready, held = (statistics.median(column) for column in zip(*runs, strict=True))
            print(f"serve with {count:6} records: ready after {ready:.2f} s, {held:.1f} MiB after 100 lists")
        asyncio.run(rebuild(filled[1][0]))


if __name__ == "__main__":
    main()
