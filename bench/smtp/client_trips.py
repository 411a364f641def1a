"""How long one test takes, from the call to the report, and how long to the verdict as the report itself says."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import aclosing

import uvloop
from bench.smtp.client_probe import plan_of
from bench.smtp.job import Job

from mailproof.net.egress import Policy, Profile
from mailproof.net.trust import TrustStore
from mailproof.probe.probe import Probe
from mailproof.smtp.report import Report
from mailproof.smtp.vocabulary import Code


async def main(job: Job) -> None:
    """Run tests one after another, `concurrent` being 1, and print one line of JSON with two lists of seconds."""
    trust = TrustStore()
    probe = Probe(guard=Policy(Profile.DEVELOPMENT), trust=trust)
    trust.context(job.ca_pem if job.mode != "plain" else "")  # a server has long had it
    verdicts, reports, counted = [], [], []
    for _ in range(job.tests):
        began = time.perf_counter()
        async with aclosing(probe.run(plan_of(job))) as events:
            async for event in events:
                if isinstance(event, Report):
                    reports.append(time.perf_counter() - began)
                    verdicts.append(event.elapsed_ms / 1000)
                    counted.append(event.round_trips)
                    if event.code is not Code.OK:
                        raise RuntimeError(event.message)
        await asyncio.sleep(0)
    sys.stdout.write(json.dumps({"verdicts": verdicts, "reports": reports, "counted": counted}) + "\n")


if __name__ == "__main__":
    uvloop.run(main(Job(**json.loads(sys.stdin.readline()))))
