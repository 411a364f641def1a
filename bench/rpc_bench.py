"""CPU of the server per call, beside a bare grpc.aio echo of the same messages (bench/rpc_floor.py).

Run by `make bench-rpc`; the figures are in docs/performance.md. Both servers run as processes of their own and are
called in alternating rounds by the same client with WRITERS calls in flight; what counts is the CPU that each process
used, of all its threads, per call. `mailproof serve` runs with its defaults, its log going to a file; once more without
the line per call, since the echo writes none.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import uvloop

from zitadel.admin.v1 import admin_pb2 as pb
from zitadel.admin.v1 import admin_pb2_grpc

ROUNDS = 9
CALLS = {"Get": 5000, "Add": 3000}
GOALS = {"Get": 1.3, "Add": 1.6}
IN_FLIGHT = 32
BIN = Path(sys.executable).parent
FLOOR = Path(__file__).with_name("rpc_floor.py")

ADD = pb.AddSMTPConfigRequest(
    sender_address="noreply@example.com",
    sender_name="Example",
    tls=True,
    host="smtp.example.com:587",
    user="noreply@example.com",
    password="correct horse battery staple",
    reply_to_address="help@example.com",
    description="the one of the bench",
)

Call = Callable[[], Awaitable[object]]


@dataclass
class Server:
    """A server that is running, and its CPU per call in µs, one figure a round."""

    name: str
    process: subprocess.Popen[str]
    address: str
    token: str = ""
    micros: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in CALLS})

    def cpu(self) -> float:
        """Return the seconds of CPU that all its threads have used."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def ready_address(process: subprocess.Popen[str], log: Path) -> str:
    """Return the address of gRPC by the record that a service logs when it is ready: its log is JSON as in production.

    Raises:
        RuntimeError: The process has ended before.
    """
    if "--log-format=text" in process.args:  # type: ignore[operator] # a list
        assert process.stdout is not None
        return next(line for line in process.stdout if line.startswith("  gRPC ")).split()[-1]
    while True:
        for record in map(json.loads, log.read_text().splitlines()):
            if record["message"] == "ready":
                return str(record["grpc"])
        if process.poll() is not None:
            raise RuntimeError(f"the service ended before it was ready: {log.read_text()}")
        time.sleep(0.01)


@contextmanager
def serving(name: str, folder: Path, *flags: str) -> Iterator[Server]:
    """Run `mailproof serve`."""
    flags = ("--data-dir", str(folder), *flags)
    made = subprocess.run(
        [str(BIN / "mailproof"), "token", "create", "--role", "admin", "--data-dir", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    listen = ["--grpc-listen=127.0.0.1:0", "--http-listen=127.0.0.1:0", "--max-configs-per-instance=0"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(BIN / "mailproof"), "serve", *listen, *flags], stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        yield Server(name, process, ready_address(process, folder / "log"), made.stdout.strip())
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def floor() -> Iterator[Server]:
    """Run the echo."""
    process = subprocess.Popen([sys.executable, str(FLOOR)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Server("echo", process, f"127.0.0.1:{process.stdout.readline().strip()}")
    finally:
        process.terminate()
        process.communicate()


async def many(call: Call, count: int) -> None:
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))


async def measure(servers: list[Server], rounds: int) -> None:
    """Fill in the servers' figures."""
    calls: list[tuple[Server, dict[str, Call]]] = []
    channels = [grpc.aio.insecure_channel(server.address) for server in servers]
    for server, channel in zip(servers, channels, strict=True):
        stub: admin_pb2_grpc.AdminServiceAsyncStub = admin_pb2_grpc.AdminServiceStub(channel)
        metadata = (("authorization", f"Bearer {server.token or 'x' * 46}"),)
        mine = (await stub.AddSMTPConfig(ADD, metadata=metadata)).id
        get = pb.GetSMTPConfigByIdRequest(id=mine)

        def getting(stub=stub, get=get, metadata=metadata) -> Awaitable[object]:  # type: ignore[no-untyped-def]
            answer: Awaitable[object] = stub.GetSMTPConfigById(get, metadata=metadata)
            return answer

        def adding(stub=stub, metadata=metadata) -> Awaitable[object]:  # type: ignore[no-untyped-def]
            answer: Awaitable[object] = stub.AddSMTPConfig(ADD, metadata=metadata)
            return answer

        calls.append((server, {"Get": getting, "Add": adding}))
    for number in range(rounds + 1):
        for name, count in CALLS.items():
            for server, of in calls:
                before = server.cpu()
                await many(of[name], count)
                if number:  # the first one warms up
                    server.micros[name].append((server.cpu() - before) / count * 1e6)
    for channel in channels:
        await channel.close()


def main() -> None:
    """Print the medians and the ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, grpcio {grpc.__version__}, {IN_FLIGHT} in flight")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        one, two = Path(folder) / "one", Path(folder) / "two"
        one.mkdir()
        two.mkdir()
        echo = stack.enter_context(floor())
        servers = [
            echo,
            stack.enter_context(serving("mailproof", one)),
            stack.enter_context(serving("without the log line", two, "--log-level", "warning", "--log-format=text")),
        ]
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(measure(servers, rounds))
    for name, goal in GOALS.items():
        print(f"{name}, µs of the server's CPU a call, median of {rounds} rounds of {CALLS[name]}; goal {goal}")
        for server in servers:
            pairs = zip(server.micros[name], echo.micros[name], strict=True)
            ratios = sorted(mine / its for mine, its in pairs)
            shown = f"{statistics.median(ratios):5.2f} times ({ratios[0]:.2f} to {ratios[-1]:.2f})"
            print(f"  {server.name:22} {statistics.median(server.micros[name]):6.1f}  {shown}")


if __name__ == "__main__":
    main()
