"""What a client is told to do, and what it answers, as lines of JSON on its standard streams.

The clients: `client_probe.py`, `client_aiosmtplib.py`, `client_nodemailer.mjs`.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

USER, PASSWORD, EHLO_NAME = "bench@example.org", "correct horse", "bench.example.org"


@dataclass(frozen=True)
class Job:
    """`tests` tests, `concurrent` at once, after `warm_up` that don't count."""

    mode: str  # plain | starttls | implicit
    host: str
    port: int
    ca_pem: str
    tests: int
    concurrent: int
    warm_up: int


@dataclass(frozen=True)
class Done:
    """CPU (user and system, all threads) and wall-clock seconds of the tests that count."""

    cpu: float
    wall: float


def cpu() -> float:
    """Return the CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def rounds(test: Callable[[], Awaitable[None]], tests: int, concurrent: int) -> None:
    """Run `tests` tests, `concurrent` at once; one that fails fails all."""
    left = iter(range(tests))

    async def work() -> None:
        for _ in left:
            await test()

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrent):
            group.create_task(work())


async def serve(
    prepare: Callable[[Job], Callable[[], Awaitable[None]]], settle: Callable[[], None] = lambda: None
) -> None:
    """Do the one job on standard input; `settle` is what the client's program does once, before it serves."""
    job = Job(**json.loads(sys.stdin.readline()))
    test = prepare(job)
    await rounds(test, job.warm_up, job.concurrent)
    settle()
    began, used = time.perf_counter(), cpu()
    await rounds(test, job.tests, job.concurrent)
    done = Done(cpu() - used, time.perf_counter() - began)
    sys.stdout.write(json.dumps(asdict(done)) + "\n")
