"""One browser and one service for a file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from console_support.browser import CHROMIUM, open_browser
from service_support.service import RunningService, running_service
from smtp_support import pki


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser. Playwright's event loop runs while it is open, so no other file's tests could run one."""
    if not CHROMIUM:
        pytest.skip("chromium is not installed, see debian-packages.txt")
    with open_browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The wheel's service, which trusts the tests' authority."""
    folder = tmp_path_factory.mktemp("console")
    (folder / "ca.pem").write_text(pki.authority().pem)
    with running_service(folder / "data", "--ca-file", str(folder / "ca.pem")) as running:
        yield running
