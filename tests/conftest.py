"""Fixtures that test files of several folders share."""

import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from plain_support.longest_first import LONGEST_FIRST
from postgres_support.server import any_server, database
from service_support.service import ORIGIN, RunningService, running_service

TESTS = Path(__file__).parent

# No test depends on the clock or on luck: no time limit per example, and the same examples in each run.
settings.register_profile(
    "mailproof",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.differing_executors],  # one suite is run by each store
)
settings.load_profile("mailproof")

# Nobody's own defaults are those of a test.
os.environ["MAILPROOF_CLIENT_CONFIG"] = ""

# A shell's background job ignores SIGINT, and so would every program that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


# While 20,000 tests are collected nothing becomes garbage, and later all of them stay: the collector need not look.
gc.set_threshold(100_000, 20, 50)


@pytest.hookimpl(trylast=True)  # pytest itself puts tests of one fixture together
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: what begins last decides when all have ended."""
    ranks = {TESTS / name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_collection_finish() -> None:
    """Exempt what the tests are made of from the collector, which would look at it over and over."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One running service for all end-to-end tests."""
    with running_service(tmp_path_factory.mktemp("service") / "data", "--cors-origin", ORIGIN) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL for all tests that neither stop nor kill it."""
    with any_server() as url:
        yield url


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """A fresh database in it."""
    with database(postgres_url) as fresh:
        yield fresh


@pytest.fixture
def needs_debian() -> Callable[[str], None]:
    """Skip a test where a program of debian-packages.txt is missing (`make test` installs them where it may)."""

    def need(program: str) -> None:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, see debian-packages.txt")

    return need


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run that skipped anything where MAILPROOF_NO_SKIPS is set, as in CI: a skipped test proves nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("MAILPROOF_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
