"""Pictures of the console in both themes and widths, as `make console-shots` takes them.

docs/console keeps one of each screen, as WebP of one pixel for one, so that all together stay small; `all` takes every
state into build/console-shots. Where Debian's fonts-inter is installed its type is used, so that pictures look the same
wherever they are taken.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from console_support.acme import Acme, acme, why_not
from console_support.browser import open_browser
from console_support.screens import SCREENS
from console_support.visitor import NARROW, WIDE, visitor

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "docs" / "console"
REST = ROOT / "build" / "console-shots"
QUALITY = 50

KEPT_SCREENS = (
    "sign-in",
    "configurations",
    "configurations-empty",
    "test-failed",
    "test-running",
    "test-passed",
    "certificate",
    "history",
    "config-settings",
    "config-events",
    "events",
    "form-found",
    "form-failed",
    "quick-test",
    "webhook",
    "settings",
    "shortcuts",
    "finding",
)
"""One of each screen: what docs/console has."""

TALLEST = 2400
"""Pixels of height; a list that goes on is cut there."""

_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include>/etc/fonts/fonts.conf</include>
<match target="pattern"><test qual="any" name="family" compare="not_contains"><string>mono</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match></fontconfig>
"""


def take(page: Page, file: Path) -> None:
    """Write a picture of the whole page, or of the window where a dialog lies over it."""
    page.evaluate("document.activeElement?.blur?.(); scrollTo(0, 0)")
    whole = "Math.max(innerHeight, document.documentElement.scrollHeight)"
    width, height = page.evaluate(f"[innerWidth, document.querySelector('dialog[open]') ? innerHeight : {whole}]")
    session = page.context.new_cdp_session(page)
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST), "scale": 1}
    how = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip}
    file.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", how)["data"]))
    session.detach()


@contextmanager
def _fonts(folder: Path) -> Iterator[dict[str, str]]:
    file = folder / "fonts.conf"
    file.write_text(_FONTS)
    yield {"FONTCONFIG_FILE": str(file)}


def shoot(organisation: Acme, names: Iterable[str], folder: Path, env: dict[str, str]) -> None:
    """Take pictures of the screens."""
    with open_browser(env) as browser:
        for name in names:
            for size in (WIDE, NARROW):
                with visitor(browser, organisation.service.http_url, size=size, still=True) as visit:
                    SCREENS[name](visit, organisation)
                    visit.page.mouse.move(0, 0)
                    for theme in ("light", "dark"):
                        visit.page.emulate_media(color_scheme=theme)
                        take(visit.page, folder / f"{name}-{theme}-{size[0]}.webp")
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()


def main() -> int:
    """Take the pictures of each screen, of those that are named, or of `all` states."""
    if why_not():
        sys.stderr.write(f"{why_not()}\n")
        return 1
    names = sys.argv[1:] or KEPT_SCREENS
    folder = KEPT
    if names == ["all"]:
        names, folder = list(SCREENS), REST
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as text, _fonts(Path(text)) as env, acme(Path(text)) as organisation:
        shoot(organisation, names, folder, env)
    return 0


if __name__ == "__main__":
    sys.exit(main())
