"""Many concurrent tests against a tarpit: what one holds in memory, and how late it ends behind its deadline."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

import uvloop

from mailproof.net.egress import Policy, Profile
from mailproof.net.trust import TrustStore
from mailproof.probe.probe import Probe
from mailproof.service.garbage import tune
from mailproof.smtp.report import Plan
from mailproof.smtp.vocabulary import Code, TlsMode

BATCH = 10  # tests started together where they start apart
WARM_UP = 20  # tests; what they cost is the process's, not a test's


def resident() -> int:
    """Return this process's resident octets."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


async def main(mode: TlsMode, port: int, tests: int, seconds: float, ramp: float, ca_pem: str) -> None:
    """Run them and print one line of JSON: octets a test, lateness in seconds at p50, p99 and worst."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    probe = Probe(guard=Policy(Profile.DEVELOPMENT), trust=TrustStore())

    async def test(allowed: float) -> float:
        plan = Plan("127.0.0.1", port, tls_mode=mode, timeout=allowed, ca_pem=ca_pem, ehlo_name="bench.example.org")
        began = time.perf_counter()
        report = await probe.report(plan)
        if report.code is not Code.TIMEOUT:
            raise RuntimeError(f"{report.code}: {report.message}")
        return time.perf_counter() - began - allowed

    await asyncio.gather(*(test(0.5) for _ in range(WARM_UP)))
    tune()
    before = resident()
    async with asyncio.TaskGroup() as group:
        running = []
        for number in range(tests):
            running.append(group.create_task(test(seconds)))
            if ramp and number % BATCH == 0:
                await asyncio.sleep(BATCH * ramp / tests)
        peak = before
        while not all(task.done() for task in running):
            await asyncio.sleep(0.5)
            peak = max(peak, resident())
    late = sorted(task.result() for task in running)
    figures = {
        "octets": (peak - before) / tests,
        "p50": late[len(late) // 2],
        "p99": late[len(late) * 99 // 100],
        "worst": late[-1],
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    arguments = json.loads(sys.stdin.readline())
    uvloop.run(main(TlsMode(arguments.pop("mode")), **arguments))
