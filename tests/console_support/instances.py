"""Instances that tests of the console make while a browser is open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from service_support.service import RunningService, create_token


def administrator(service: RunningService, instance: str) -> str:
    """Return an administrator's token of a new instance.

    The command runs an event loop of its own, and that of Playwright runs in the thread of the tests.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(create_token, service.data_dir, "admin", "--instance", instance).result()
