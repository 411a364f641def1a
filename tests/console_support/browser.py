"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The first draws the same pages without a window, for a part of the time."""

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]


@contextmanager
def open_browser(env: Mapping[str, str] | None = None) -> Iterator[Browser]:
    """Run Chromium, with more variables of its environment."""
    variables: dict[str, str | float | bool] = {**os.environ, **(env or {})}
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS, env=variables) as launched,
    ):
        yield launched
