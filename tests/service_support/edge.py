"""An Envoy with envoy.yaml as shipped in front of a running service: only its ports differ."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clock_support.waiting import HANG
from service_support.service import RunningService

ROOT = Path(__file__).parents[2]
ENVOY = Path(sys.executable).parent / "envoy"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_edge(service: RunningService, directory: Path, *, without: str = "") -> Iterator[str]:
    """Run an Envoy, and yield its address.

    Args:
        without: What is taken out of envoy.yaml; it must be there.
    """
    port, admin = free_port(), free_port()
    ports = {
        "50051": service.grpc_address.rpartition(":")[2],
        "8080": service.http_url.rpartition(":")[2],
        "10000": str(port),
        "9901": str(admin),
    }
    text = (ROOT / "envoy.yaml").read_text()
    assert without in text
    text = text.replace(without, "")
    text = re.sub(r"(port_value: )(\d+)", lambda match: match[1] + ports[match[2]], text)
    with running_envoy(text, directory / "envoy.yaml", f"http://127.0.0.1:{port}/readyz"):
        yield f"127.0.0.1:{port}"


@contextmanager
def running_envoy(text: str, config: Path, ready: str) -> Iterator[None]:
    """Run an Envoy.

    Args:
        text: Its configuration.
        config: The file that is made of it; the log is beside it.
        ready: What answers 200 as soon as Envoy is ready.
    """
    config.write_text(text)
    log = config.with_suffix(".log")
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [ENVOY, "-c", config, "--log-level", "warning", "--concurrency", "1", "--use-dynamic-base-id"],
            stdout=sink,
            stderr=sink,
        )
        try:
            _until_ready(ready, process, log)
            yield
        finally:
            process.terminate()
            process.wait(HANG)


def _until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask until the edge and both clusters answer; Envoy has no other signal of that."""
    for _ in range(400):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=HANG):
                return
        except (urllib.error.URLError, OSError):
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError(log.read_text())
