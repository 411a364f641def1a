"""Our client: `Probe.report` on uvloop, as the server runs a test for who wants its outcome, and with its collector."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import uvloop
from bench.smtp.job import EHLO_NAME, PASSWORD, USER, Job, serve

from mailproof.domain.secret import Secret
from mailproof.net.egress import Policy, Profile
from mailproof.net.trust import TrustStore
from mailproof.probe.probe import Probe
from mailproof.service.garbage import tune
from mailproof.smtp.report import Credentials, Plan
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
        report = await probe.report(plan)
        if report.code is not Code.OK:
            raise RuntimeError(report.message)

    return test


if __name__ == "__main__":
    uvloop.run(serve(prepare, tune))
