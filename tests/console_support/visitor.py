"""A person before the console: a page of the browser whose every complaint is written down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page

from clock_support.waiting import HANG

AXE = Path(__file__).resolve().parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"

WIDE, NARROW = (1280, 800), (390, 844)
"""The two sizes of the design."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""What axe judges by: WCAG 2.2 AA, and what is good practice beside it."""

_WATCH = """
window.seen = { shifts: [], violations: [], paints: {} };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const nodes = entry.sources.map((source) => source.node && (source.node.outerHTML || source.node.textContent));
    const texts = nodes.map((text) => String(text).slice(0, 120));
    if (!entry.hadRecentInput) window.seen.shifts.push([entry.value, ...texts]);
  }
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.seen.paints[entry.name] = entry.startTime;
}).observe({ type: "paint", buffered: true });
document.addEventListener("securitypolicyviolation", (event) => {
  window.seen.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


@cache
def _axe() -> str:
    return AXE.read_text()


@dataclass
class Visitor:
    """One page.

    Attributes:
        origin: Where the console is.
        complaints: What the browser has written to its console as a warning or error, and what threw.
        elsewhere: Requests to other origins.
        lost: Requests that got no answer; a test that stops the service or cancels expects some.
    """

    page: Page
    origin: str
    _known: tuple[str, str] = ("", "")
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Begin to write down; called before the page is opened."""
        self.page.set_default_timeout(HANG * 1000)
        self.page.add_init_script(_WATCH)
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._requested(request.url))
        self.page.on("requestfailed", lambda request: self.lost.append(request.url))

    def _requested(self, url: str) -> None:
        if urlsplit(url).netloc != urlsplit(self.origin).netloc:
            self.elsewhere.append(url)

    def open(self, place: str = "") -> None:
        """Open the console at a place such as "#/events"."""
        self.page.goto(f"{self.origin}/{place}")

    def go(self, place: str) -> None:
        """Go to a place by the address bar."""
        self.page.evaluate("place => { location.hash = place; }", place)

    def sign_in(self, token: str, place: str = "") -> None:
        """Open the console as the holder of a token and wait for the first screen; it is typed once in a tab."""
        if self._known == (self.origin, token):
            self.page.goto("about:blank")  # a change of the fragment alone would keep the page
            self.open(place)
        else:
            self.forget()
            self.open(place)
            self.page.get_by_label("Access token").fill(token)
            self.page.keyboard.press("Enter")
        self.page.locator("header.bar").wait_for()
        self._known = (self.origin, token)

    def forget(self) -> None:
        """Be as one who has not signed in."""
        if self._known[1]:
            self.page.evaluate("sessionStorage.clear()")
            self.page.goto("about:blank")
        self._known = ("", "")

    def begin(self, origin: str) -> None:
        """Use the tab for something else: nothing of what was written down counts any more."""
        self.origin = origin
        for kept in (self.complaints, self.elsewhere, self.lost):
            kept.clear()
        self.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        self.page.emulate_media(color_scheme="light")

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        """Return the heading of a screen."""
        return self.page.get_by_role("heading", level=1, name=name)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """Return a button by its name."""
        return self.page.get_by_role("button", name=name)

    def shifts(self) -> list[Any]:
        """Return what has moved without the person's doing."""
        moved: list[Any] = self.page.evaluate("window.seen.shifts")
        return moved

    def axe(self, rules: Sequence[str] = ()) -> list[str]:
        """Return what axe finds on what is shown now, each as a line.

        Args:
            rules: The only rules to judge by; empty for all that `RULES` tags.
        """
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(_axe())
        only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": RULES}
        options = {"runOnly": only, "resultTypes": ["violations"], "iframes": False, "preload": False}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{violation['id']}: {node['html'][:160]} {json.dumps(node['any'][:1])[:300]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    def check(self, *expected: str) -> None:
        """Fail if the browser has complained, the policy was violated, or anything left the origin.

        Args:
            expected: Complaints that contain one of these belong to what the test does, such as a lost connection.
        """
        complaints = [text for text in self.complaints if not any(part in text for part in expected)]
        assert (complaints, self.elsewhere) == ([], [])
        assert self.page.evaluate("window.seen.violations") == []


@contextmanager
def visitor(
    browser: Browser,
    origin: str,
    *,
    size: tuple[int, int] = WIDE,
    dark: bool = False,
    language: str = "en",
    still: bool = False,
) -> Iterator[Visitor]:
    """Open a tab of its own, which knows nothing of others.

    Args:
        browser: Whose tab it is.
        origin: Where the console is.
        size: Width and height, in CSS pixels.
        dark: Whether the system's theme is dark.
        language: What the browser asks for.
        still: Whether the person prefers reduced motion.
    """
    width, height = size
    with browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale={"en": "en-GB", "de": "de-DE"}[language],
        reduced_motion="reduce" if still else "no-preference",
        timezone_id="Europe/Berlin",
        permissions=["clipboard-read", "clipboard-write"],
    ) as context:
        visit = Visitor(context.new_page(), origin)
        visit.watch()
        yield visit
