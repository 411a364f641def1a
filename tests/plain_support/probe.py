"""A report the plain way: as the last event of a run that is watched."""

from __future__ import annotations

from contextlib import aclosing

from mailproof.probe.probe import Probe
from mailproof.smtp.report import Plan, Report


async def report(probe: Probe, plan: Plan) -> Report:
    """Return what `Probe.report` returns."""
    async with aclosing(probe.run(plan)) as events:
        reports = [event async for event in events if isinstance(event, Report)]
    (only,) = reports
    return only
