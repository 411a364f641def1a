"""How long until the service is ready, how much memory it then holds, and what `mailproof --help` costs.

Run by `make bench-startup`; the figures are in docs/performance.md. Floors in the same run: an empty Python process,
and one that imports grpc and uvicorn alone.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 7
BIN = Path(sys.executable).parent
FREE = "127.0.0.1:0"


def memory(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def serve(*flags: str) -> tuple[float, float]:
    """Return seconds until the first line, and MiB then."""
    with tempfile.TemporaryDirectory() as folder:
        listen = [f"--grpc-listen={FREE}", f"--http-listen={FREE}"]
        listen += [f"--sandbox-starttls-listen={FREE}", f"--sandbox-tls-listen={FREE}"]
        begun = time.perf_counter()
        process = subprocess.Popen(
            [str(BIN / "mailproof"), "serve", "--log-format=text", "--data-dir", folder, *listen, *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdout is not None
        process.stdout.readline()
        ready = time.perf_counter() - begun
        held = memory(process.pid)
        process.terminate()
        process.communicate()
        return ready, held


def cpu(*command: str) -> float:
    """Return the CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the medians."""
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, median of {RUNS}")
    for name, flags in (("serve", ()), ("serve --sandbox", ("--sandbox",))):
        runs = [serve(*flags) for _ in range(RUNS)]
        ready, held = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"{name:34} ready after {ready:5.2f} s, {held:5.1f} MiB")
    for name, command in (
        ("floor: python -c pass", (sys.executable, "-c", "pass")),
        ("floor: import grpc, uvicorn", (sys.executable, "-c", "import grpc.aio, uvicorn")),
        ("mailproof --help", (str(BIN / "mailproof"), "--help")),
        ("mailproof serve --help", (str(BIN / "mailproof"), "serve", "--help")),
        ("mailproof diagnose --help", (str(BIN / "mailproof"), "diagnose", "--help")),
    ):
        print(f"{name:34} {statistics.median(cpu(*command) for _ in range(RUNS)):5.2f} s of CPU")


if __name__ == "__main__":
    main()
