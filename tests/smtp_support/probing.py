"""A short way to run the probe in a test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any

from mailproof.domain.secret import Secret
from mailproof.net.guard import EgressDenied
from mailproof.net.trust import TrustStore
from mailproof.probe.probe import Probe
from mailproof.smtp.report import Credentials, Plan, Progress, Report, Step, StepStarted
from mailproof.smtp.vocabulary import TlsMode

from . import pki

USER, PASSWORD = "user", "secret-word"
LOGIN = Credentials(USER, Secret(PASSWORD))


class Anywhere:
    """A guard that allows everything."""

    conceals_names = False

    def check_name(self, host: str, port: int) -> None:
        pass

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> Sequence[str]:
        return addresses


class Nowhere(Anywhere):
    """A guard that forbids every address, but no name."""

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> Sequence[str]:
        raise EgressDenied("test")


TRUST = TrustStore()


def make_probe() -> Probe:
    return Probe(guard=Anywhere(), trust=TRUST)


def make_plan(port: int, **settings: Any) -> Plan:
    """Return a plan for localhost that trusts the test authority, STARTTLS by default."""
    values: dict[str, Any] = {"host": "127.0.0.1", "tls_mode": TlsMode.STARTTLS, "timeout": 60.0}
    values["verify_alternatives"] = False  # most tests are about the one connection
    values |= {"ca_pem": pki.authority().pem} | settings
    return Plan(port=port, **values)


def run_events(
    plan: Plan, probe: Probe | None = None, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> list[Progress]:
    """Run a plan and return all events, whose order is checked."""

    async def collect() -> list[Progress]:
        async with aclosing((probe or make_probe()).run(plan)) as events:
            return [event async for event in events]

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        events = runner.run(collect())
    check_started(events)
    return events


def check_started(events: Sequence[Progress]) -> None:
    """Check that the beginning of each step came exactly once, and before the step."""
    begun = [event if isinstance(event, StepStarted) else None for event in events]
    for place, event in enumerate(events):
        if isinstance(event, Step):
            announced = StepStarted(event.stage, event.started_at, event.connection)
            assert begun.count(announced) == 1, (event, events)
            assert begun.index(announced) < place, (event, events)


def run_plan(
    plan: Plan, probe: Probe | None = None, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> Report:
    """Run a plan and return its report."""
    report = run_events(plan, probe, loop_factory)[-1]
    assert isinstance(report, Report)
    return report


def run(port: int, *, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None, **settings: Any) -> Report:
    """Test a port of localhost."""
    return run_plan(make_plan(port, **settings), loop_factory=loop_factory)
