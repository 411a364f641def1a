"""Clients that others wrote, each calling every RPC: success, stream, rich error, no token, deadline and cancellation.

Directly and through Envoy with envoy.yaml. One run makes all cells; docs/clients.md shows them, and its lines to copy
are run here too.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from client_support.clients import CLIENTS, NODE, NODE_DIR, Client
from client_support.matrix import DOC, TOGETHER, WAYS, Matrix, run_matrix, shown
from client_support.modules import node_modules
from client_support.scenario import CELLS
from clock_support.waiting import HANG
from service_support.edge import running_edge
from service_support.rules import METHODS
from service_support.service import RunningService, running_service

SNIPPETS = dict(re.findall(r"```(?:js|python|sh)\n(?://|#) (\S+)[^\n]*\n(.*?)```", DOC.read_text(), re.DOTALL))
LIBRARIES = {"status.mjs"}
"""Those that others import."""


@dataclass(frozen=True)
class Place:
    """A service and the edge in front of it."""

    service: RunningService
    edge: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    node_modules()
    folder = tmp_path_factory.mktemp("matrix")
    with running_service(folder / "data") as service, running_edge(service, folder) as edge:
        yield Place(service, edge)


@pytest.fixture(scope="module")
def matrix(place: Place) -> Matrix:
    return run_matrix(place.service, place.edge)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_a_cell(matrix: Matrix, client: Client, way: str, cell: str) -> None:
    found = matrix[client.name, way, cell]
    assert not found.failed
    streams = {name for name, method in METHODS.items() if method.server_streaming}
    expected = {"success": METHODS.keys() - streams, "stream": streams}.get(cell, METHODS.keys())
    assert {*found.passed, *found.impossible} == expected, "each RPC was called, or there is a reason why not"


def test_the_page_shows_the_matrix(matrix: Matrix) -> None:
    assert shown(matrix) in DOC.read_text(), "make clients writes it"


@pytest.fixture(scope="module")
def printed(place: Place, tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """What the snippets of the page printed, by their names."""
    folder = tmp_path_factory.mktemp("snippets")
    (folder / "node_modules").symlink_to(NODE_DIR / "node_modules")
    for name, text in SNIPPETS.items():
        (folder / name).write_text(text)
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "MAILPROOF_URL": place.service.http_url,
        "MAILPROOF_SERVER": place.service.grpc_address,
        "MAILPROOF_TOKEN": place.service.admin_token,
    }
    programs = {".mjs": str(NODE), ".py": sys.executable, ".sh": "sh"}

    def run(name: str) -> subprocess.CompletedProcess[str]:
        command = [programs[Path(name).suffix], str(folder / name)]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=HANG, check=False)

    names = SNIPPETS.keys() - LIBRARIES
    with ThreadPoolExecutor(TOGETHER) as pool:
        return dict(zip(names, pool.map(run, names), strict=True))


@pytest.mark.parametrize("name", sorted(SNIPPETS.keys() - LIBRARIES))
def test_the_lines_to_copy_list_configurations_and_read_an_error(
    printed: dict[str, subprocess.CompletedProcess[str]], name: str
) -> None:
    done = printed[name]
    assert done.returncode == 0, done.stderr
    assert re.search("viewTimestamp|view_timestamp", done.stdout), "what the list answers"
    assert re.search("SMTP_CONFIG_NOT_FOUND|QUERY-", done.stdout), "a typed detail of the error"


def test_each_client_has_lines_to_copy() -> None:
    text = DOC.read_text()
    assert [client.name for client in CLIENTS if f"**{client.name}**" not in text] == []
