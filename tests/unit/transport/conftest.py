"""What the transport's tests share: the real table of calls."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailproof.transport.cors import Cors
from mailproof.transport.http_app import HttpApp
from service_support.table import Table


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Table(tmp_path)
    yield made
    made.close()


@pytest.fixture
def app(table: Table) -> HttpApp:
    return HttpApp(table.calls, Cors([]), ready=table.store.ping)
