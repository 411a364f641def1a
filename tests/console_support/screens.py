"""Every screen and state of the console by name, and how one gets there: tests judge each, pictures show each."""

from __future__ import annotations

import re
from collections.abc import Callable

from console_support.acme import Acme
from console_support.visitor import Visitor

Way = Callable[[Visitor, Acme], None]
"""Leads a visitor to a state and returns when it is drawn."""

SCREENS: dict[str, Way] = {}
"""By name, in the order in which they are visited: those that change something come last."""


def screen(way: Way) -> Way:
    """Add a screen under its function's name."""
    SCREENS[way.__name__.replace("_", "-")] = way
    return way


def signed_in(visit: Visitor, acme: Acme, place: str = "", token: str = "") -> None:
    """Sign in and go to a place."""
    visit.sign_in(token or acme.token, place)


def test_again(visit: Visitor) -> None:
    """Press the page's button for a test."""
    visit.page.locator(".head").get_by_role("button", name=re.compile("^Test")).click()


def tested(visit: Visitor, acme: Acme, name: str) -> None:
    """Test a stored configuration and wait for the verdict."""
    signed_in(visit, acme, f"#/configs/{acme.ids[name]}")
    visit.heading(name).wait_for()
    test_again(visit)
    visit.page.locator(".verdict.is-run").wait_for()
    visit.page.locator(".verdict.is-ok, .verdict.is-fail").wait_for()


@screen
def sign_in(visit: Visitor, acme: Acme) -> None:
    visit.open()
    visit.page.get_by_label("Access token").wait_for()


@screen
def sign_in_refused(visit: Visitor, acme: Acme) -> None:
    visit.open()
    visit.page.get_by_label("Access token").fill("mp_unknown")
    visit.page.keyboard.press("Enter")
    visit.page.locator(".e, .note.fail").first.wait_for()


@screen
def configurations(visit: Visitor, acme: Acme) -> None:
    signed_in(visit, acme)
    visit.page.locator("[data-config]").first.wait_for()


@screen
def configurations_nothing_found(visit: Visitor, acme: Acme) -> None:
    signed_in(visit, acme, "#/configs?q=nobody")
    visit.button("Clear").wait_for()


@screen
def configurations_viewer(visit: Visitor, acme: Acme) -> None:
    signed_in(visit, acme, token=acme.viewer)
    visit.page.locator("[data-config]").first.wait_for()
