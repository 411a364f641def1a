"""The service under attack: a real `mailproof serve` on loopback, and what it costs it to be attacked."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from bench.attack.row import Row

from service_support.service import RunningService, start_service
from service_support.strangers import grpc_address, http_address, limited_descriptors

MIB = 1024 * 1024
_SAMPLE = 0.05


@dataclass
class Target:
    """The running service."""

    service: RunningService
    calm: float = 0.0
    """Milliseconds of the 99th percentile about health while nobody attacks: what else this machine has to do."""

    @property
    def grpc_address(self) -> tuple[str, int]:
        """Host and port of gRPC."""
        return grpc_address(self.service)

    @property
    def http_address(self) -> tuple[str, int]:
        """Host and port of REST and grpc-web."""
        return http_address(self.service)

    def rss(self) -> float:
        """Return the resident memory of the service in MiB."""
        pages = int(Path(f"/proc/{self.service.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / MIB

    def descriptors(self) -> int:
        """Return how many files and sockets it has open."""
        return sum(1 for _ in Path(f"/proc/{self.service.process.pid}/fd").iterdir())

    @contextmanager
    def watched(
        self,
        attack: str,
        *,
        max_rss: float | None = None,
        max_health: float | None = None,
        max_refused: int = 0,
        calls: bool = True,
    ) -> Iterator[Watch]:
        """Watch the service while it is attacked.

        Args:
            attack: The attack's name.
            max_rss: MiB that the service may have at most.
            max_health: Milliseconds that the 99th percentile of the answers about health may take beyond what it
                takes while nobody attacks.
            max_refused: How many calls with a token may fail.
            calls: Whether calls with a token are made.
        """
        watch = Watch(self, attack, max_rss, max_health, max_refused, calls)
        watch.begin()
        try:
            yield watch
        finally:
            watch.end()

    @contextmanager
    def serving(self, *flags: str, descriptors: int | None = None) -> Iterator[Target]:
        """Run another service beside this one."""
        folder = self.service.data_dir.parent / f"other-{len(list(self.service.data_dir.parent.iterdir()))}"
        with serving(folder, *flags, descriptors=descriptors) as target:
            yield target


@dataclass
class Watch:
    """What is seen of the service during an attack. `tried` is for the attack to fill."""

    target: Target
    attack: str
    max_rss: float | None
    max_health: float | None
    max_refused: int
    calls: bool
    tried: str = ""
    broken: list[str] = field(default_factory=list)
    _rss: list[float] = field(default_factory=list)

    def check(self, holds: object, what: str) -> None:
        """Add a bound of the attack's own.

        Args:
            holds: Whether it held.
            what: What had to be true.
        """
        if not holds:
            self.broken.append(what)

    def begin(self) -> None:
        """Start the bystander's process and the samples of memory."""
        service = self.target.service
        token = service.admin_token if self.calls else ""
        host, port = self.target.http_address
        self._bystander = subprocess.Popen(
            [sys.executable, "-m", "bench.attack.bystander", host, str(port), service.grpc_address, token],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._bystander.stdout is not None
        assert self._bystander.stdout.readline() == "ready\n"
        self._rss = [self.target.rss()]
        self._stop = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def _sample(self) -> None:
        while not self._stop.wait(_SAMPLE):
            try:
                self._rss.append(self.target.rss())
            except OSError:  # the service has ended; its calls fail, which is what is told
                return

    def end(self) -> None:
        """Stop both and judge the bounds."""
        self._stop.set()
        self._sampler.join()
        output, _ = self._bystander.communicate("end\n", timeout=120)
        self._seen = json.loads(output)
        peak = max(self._rss)
        if self.max_rss is not None:
            self.check(peak <= self.max_rss, f"RSS {peak:.0f} MiB, more than {self.max_rss:.0f}")
        self.p99 = self._seen["health"][1]
        if self.max_health is not None:
            most = self.max_health + self.target.calm
            self.check(self.p99 <= most, f"health p99 {self.p99:.0f} ms, more than {most:.0f}")
        self.check(not self._seen["unhealthy"], f"health was no 200: {self._seen['unhealthy'][:3]}")
        refused = self._seen["refused"]
        self.check(len(refused) <= self.max_refused, f"{len(refused)} calls with a token failed: {refused[:2]}")

    def row(self) -> Row:
        """Return the line of the table; call it after the `with`."""
        median, p99, longest = self._seen["health"]
        served = f"{self._seen['calls'] - len(self._seen['refused'])} of {self._seen['calls']}" if self.calls else ""
        rss = (self._rss[0], max(self._rss), self.target.rss())
        return Row(self.attack, self.tried, rss, (median, p99, longest), served, self.broken)


@contextmanager
def serving(
    folder: Path, *flags: str, descriptors: int | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Target]:
    """Run a service.

    Args:
        folder: Its data directory is made in it.
        flags: Further flags of `mailproof serve`.
        descriptors: Its limit of open files; None for that of this process.
        env: Further variables of its environment.
    """
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[0] < before[1]:  # the attacker needs as many as it can have
        resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    folder.mkdir(parents=True, exist_ok=True)
    with limited_descriptors(folder, descriptors) if descriptors else nullcontext():
        service = start_service(folder / "data", *flags, env=env)
    try:
        yield Target(service)
    finally:
        service.stop()
