"""Every screen and state by WCAG 2.2 AA, in both themes and widths, and that none of them complains or moves."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from console_support.acme import Acme, acme, why_not
from console_support.screens import SCREENS
from console_support.visitor import NARROW, WIDE, Visitor, visitor

LOST = ("net::ERR_", "Failed to load resource")
"""What the browser itself writes where a state is about a lost connection, a refused token or a missing thing."""


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acme]:
    if why_not():
        pytest.skip(why_not())
    with acme(tmp_path_factory.mktemp("acme")) as made:
        yield made


@pytest.fixture(scope="module")
def tab(browser: Browser, organisation: Acme) -> Iterator[Visitor]:
    """One tab for all: to open and sign in to one for each screen would take half of the time."""
    with visitor(browser, organisation.service.http_url, still=True) as visit:
        yield visit


@pytest.mark.parametrize("name", SCREENS)
def test_axe_finds_nothing(tab: Visitor, organisation: Acme, name: str) -> None:
    tab.begin(organisation.service.http_url)
    SCREENS[name](tab, organisation)
    found = {}
    for width, height in (WIDE, NARROW):
        tab.page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            tab.page.emulate_media(color_scheme=theme)
            found[width, theme] = tab.axe(rules=("color-contrast",) if theme == "dark" else ())
    assert {key: lines for key, lines in found.items() if lines} == {}
    tab.check(*LOST)
