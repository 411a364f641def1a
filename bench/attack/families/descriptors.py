"""More sockets than the process may open files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

from bench.attack.row import Row
from bench.attack.target import Target

from service_support.strangers import connect, is_open, sources

DESCRIPTORS = 1024


def run(target: Target) -> Iterator[Row]:
    """1,100 silent sockets on each port, of a process that may open 1,024 files."""
    for name, address in (("gRPC", target.grpc_address), ("HTTP", target.http_address)):
        with (
            target.watched(f"1100 silent {name} sockets at {DESCRIPTORS} files", max_health=100) as watch,
            ExitStack() as held,
        ):
            turns = (source for _ in range(22) for source in sources(50, net=9))
            silent = [held.enter_context(closing(connect(address, source))) for source in turns]
            time.sleep(8)
            left = sum(map(is_open, silent))
            watch.tried = f"{len(silent)} opened, {left} left after 8 s; {target.descriptors()} files open"
        yield watch.row()
