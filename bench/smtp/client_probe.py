"""Our client: `Probe.run` on uvloop, as the server uses it, through to the report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing

import uvloop
from bench.smtp.job import EHLO_NAME, PASSWORD, USER, Job, serve

from mailproof.egress import Policy, Profile
from mailproof.secret import Secret
from mailproof.smtp.probe import Probe, TrustStore
from mailproof.smtp.report import Credentials, Plan, Report
from mailproof.smtp.vocabulary import Code, Depth, TlsMode

MODES = {"plain": TlsMode.NONE, "starttls": TlsMode.STARTTLS, "implicit": TlsMode.IMPLICIT}


def plan_of(job: Job) -> Plan:
    """Return the plan of a job."""
    return Plan(
        job.host,
        job.port,
        tls_mode=MODES[job.mode],
        credentials=Credentials(USER, Secret(PASSWORD)) if job.mode != "plain" else None,
        depth=Depth.AUTH,
        ca_pem=job.ca_pem if job.mode != "plain" else "",
        ehlo_name=EHLO_NAME,
    )


def prepare(job: Job) -> Callable[[], Awaitable[None]]:
    """Return one test."""
    probe = Probe(guard=Policy(Profile.DEVELOPMENT), trust=TrustStore())
    plan = plan_of(job)

    async def test() -> None:
        async with aclosing(probe.run(plan)) as events:
            async for event in events:
                if isinstance(event, Report) and event.code is not Code.OK:
                    raise RuntimeError(event.message)

    return test


if __name__ == "__main__":
    uvloop.run(serve(prepare))
