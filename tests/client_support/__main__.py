"""`make clients`: run the matrix against a service of its own, print it, and write it into docs/clients.md."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from client_support.clients import CLIENTS
from client_support.matrix import failures, run_matrix, shown, write_page
from client_support.modules import node_modules
from service_support.edge import running_edge
from service_support.service import running_service


def main() -> int:
    """Return 1 where something failed; arguments are names of clients, without any all run."""
    chosen = [client for client in CLIENTS if not sys.argv[1:] or client.name in sys.argv[1:]]
    node_modules()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_service(Path(folder) / "data") as service,
        running_edge(service, Path(folder)) as edge,
    ):
        began = time.monotonic()
        matrix = run_matrix(service, edge, chosen)
        sys.stderr.write(f"{time.monotonic() - began:.1f} s\n")
    sys.stdout.write(shown(matrix))
    wrong = list(failures(matrix))
    if not wrong and not sys.argv[1:]:
        write_page(matrix)
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
