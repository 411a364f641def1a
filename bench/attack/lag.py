"""How late each of the service's two event loops answers: asks both over open connections, in a process of its own.

Arguments: host and port of HTTP, the address of gRPC. Writes "ready", goes on until a line comes, and then writes the
milliseconds of all answers of each loop as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

PAUSE = 0.01


class Lag:
    """What was measured; empty until the measurement has ended."""

    def __init__(self) -> None:
        self.answers: dict[str, list[float]] = {}

    def worst_p99(self) -> float:
        """Return the 99th percentile of the slower loop in milliseconds."""
        return max(_percentile(answers, 99) for answers in self.answers.values())

    def __str__(self) -> str:
        return ", ".join(
            f"{loop} loop {_percentile(each, 50):.1f}/{_percentile(each, 99):.1f}/{max(each):.1f} ms"
            for loop, each in self.answers.items()
        )


@contextmanager
def measured(host: str, port: int, grpc_address: str) -> Iterator[Lag]:
    """Measure both loops while the block runs."""
    lag = Lag()
    command = [sys.executable, "-m", "bench.attack.lag", host, str(port), grpc_address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield lag
        finally:
            lag.answers = json.loads(process.communicate("end\n", timeout=120)[0])


def _percentile(answers: list[float], percent: int) -> float:
    ordered = sorted(answers)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


async def _repeat(ask: Callable[[], Awaitable[object]], answers: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await ask()
        answers.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE)


async def _main(host: str, port: int, grpc_address: str) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    answers: dict[str, list[float]] = {"HTTP": [], "gRPC": []}

    async def ask_http() -> None:
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))

    async with grpc.aio.insecure_channel(grpc_address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        await stub.Check(health_pb2.HealthCheckRequest())
        tasks = [
            asyncio.create_task(_repeat(ask_http, answers["HTTP"])),
            asyncio.create_task(_repeat(lambda: stub.Check(health_pb2.HealthCheckRequest()), answers["gRPC"])),
        ]
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
