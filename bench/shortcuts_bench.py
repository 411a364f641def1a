"""What each shortcut saves: CPU of a test or a call with it, and with the plain way in its place.

Run by `make bench-shortcuts`; the figures are in docs/performance.md. One process takes both ways by turns, in short
rounds, so that others on the machine disturb both alike; what counts is the median of the rounds' ratios. "no change"
shows how far chance goes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATHS = [str(ROOT), str(ROOT / "tests")]
sys.path[:0] = PATHS

import grpc  # noqa: E402 - the repository's root is no import root of its own
import uvloop  # noqa: E402
from bench import rpc_bench, smtp_bench  # noqa: E402
from bench.shortcuts.plain import SHORTCUTS_OF_CALLS, shortcuts_of_tests  # noqa: E402
from bench.smtp import client_probe, job  # noqa: E402

from mailproof.net.egress import Policy, Profile  # noqa: E402
from mailproof.net.trust import TrustStore  # noqa: E402
from mailproof.probe.probe import Probe  # noqa: E402
from mailproof.service.garbage import tune  # noqa: E402
from zitadel.admin.v1 import admin_pb2 as pb  # noqa: E402
from zitadel.admin.v1 import admin_pb2_grpc  # noqa: E402

NO_CHANGE = "no change"
TESTS, CALLS = 100, 150  # a round

Round = Callable[[str], Awaitable[float]]
"""Returns the CPU, µs, of one test or call where the shortcut of this name is not taken."""


async def compare(title: str, names: list[str], rounds: int, run: Round) -> None:
    """Print what each shortcut saves."""
    ratios: dict[str, list[float]] = {name: [] for name in [NO_CHANGE, *names]}
    taken: list[float] = []
    for _ in range(rounds):
        for name in random.sample(list(ratios), len(ratios)):
            order = [NO_CHANGE, name] if random.random() < 0.5 else [name, NO_CHANGE]
            used = [await run(each) for each in order]
            fast, plain = used if order[1] == name else used[::-1]
            taken.append(fast)
            ratios[name].append(plain / fast)
    print(f"{title}: {statistics.median(taken):.0f} µs", flush=True)
    for name, found in ratios.items():
        low, middle, high = statistics.quantiles(found, n=4)
        error = 1.25 * (high - low) / 1.35 / len(found) ** 0.5
        print(f"  {name:32} saves {100 * (1 - 1 / middle):5.1f} %  (± {100 * error:.1f})", flush=True)


async def tests(mode: str, rounds: int, at_once: int, sink: dict[str, object]) -> None:
    """Compare on tests of the probe."""
    work = job.Job(mode, "127.0.0.1", sink[mode], sink["ca_pem"], TESTS, at_once, 0)  # type: ignore[arg-type]
    policy = Policy(Profile.DEVELOPMENT)
    probe, plan = Probe(guard=policy, trust=TrustStore()), client_probe.plan_of(work)
    shortcuts = shortcuts_of_tests(probe, policy)

    async def test() -> None:
        await probe.report(plan)

    async def run(name: str) -> float:
        with shortcuts[name].off() if name in shortcuts else nullcontext():
            await job.rounds(test, 5, 5)
            used = time.process_time()
            await job.rounds(test, TESTS, at_once)
            return (time.process_time() - used) / TESTS * 1e6

    await job.rounds(test, 300, at_once)
    tune()
    await compare(f"A test, {smtp_bench.LABELS[mode]}, {at_once} at once", list(shortcuts), rounds, run)


async def calls(rounds: int, folder: Path) -> None:
    """Compare on calls of a server."""
    order = folder / "order"
    command = [sys.executable, "-m", "bench.shortcuts.serve", str(order)]
    mailproof = [str(rpc_bench.BIN / "mailproof"), "token", "create", "--role", "admin", "--data-dir", str(folder)]
    made = subprocess.run(mailproof, check=True, capture_output=True, text=True)  # noqa: ASYNC221 - before it begins
    command += [
        "serve",
        "--grpc-listen=127.0.0.1:0",
        "--http-listen=127.0.0.1:0",
        "--max-configs-per-instance=0",
        "--data-dir",
        str(folder),
    ]
    paths = {"PYTHONPATH": os.pathsep.join([*PATHS, os.environ.get("PYTHONPATH", "")])}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(  # noqa: ASYNC220 - likewise
            command, stdout=subprocess.DEVNULL, stderr=log, text=True, cwd=ROOT, env=os.environ | paths
        )
    try:
        server = rpc_bench.Server("mailproof", process, rpc_bench.ready_address(process, folder / "log"))
        metadata = (("authorization", f"Bearer {made.stdout.strip()}"),)
        async with grpc.aio.insecure_channel(server.address) as channel:
            stub: admin_pb2_grpc.AdminServiceAsyncStub = admin_pb2_grpc.AdminServiceStub(channel)
            mine = pb.GetSMTPConfigByIdRequest(id=(await stub.AddSMTPConfig(rpc_bench.ADD, metadata=metadata)).id)
            ways: dict[str, rpc_bench.Call] = {
                "Get": lambda: stub.GetSMTPConfigById(mine, metadata=metadata),
                "Add": lambda: stub.AddSMTPConfig(rpc_bench.ADD, metadata=metadata),
            }
            for title, call in ways.items():

                async def run(name: str, call: rpc_bench.Call = call) -> float:
                    order.write_text(name)
                    process.send_signal(signal.SIGUSR1)
                    while order.read_text():  # noqa: ASYNC110 - another process empties it
                        await asyncio.sleep(0.002)
                    await rpc_bench.many(call, 20)
                    used = server.cpu()
                    await rpc_bench.many(call, CALLS)
                    return (server.cpu() - used) / CALLS * 1e6

                await rpc_bench.many(call, 2000)
                await compare(f"A call, {title}", list(SHORTCUTS_OF_CALLS), rounds, run)
    finally:
        process.terminate()
        process.communicate()


def main() -> None:
    """Compare all, or the parts that are named."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("parts", nargs="*", help="plain, starttls, calls; none: all")
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--at-once", type=int, default=1, help="tests at once")
    chosen = options.parse_args()
    parts = chosen.parts or ["plain", "starttls", "calls"]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, medians of {chosen.rounds} rounds", flush=True)
    with smtp_bench.server("sink.py") as sink:
        for mode in ("plain", "starttls"):
            if mode in parts:
                uvloop.run(tests(mode, chosen.rounds, chosen.at_once, sink))
    if "calls" in parts:
        with tempfile.TemporaryDirectory() as folder:
            uvloop.run(calls(chosen.rounds, Path(folder)))


if __name__ == "__main__":
    main()
