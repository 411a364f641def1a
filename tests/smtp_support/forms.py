"""The forms in which a report leaves the program, and the check of their size."""

from __future__ import annotations

import dataclasses
import json

from mailproof.cli.diagnose_output import as_json
from mailproof.diagnosis.bounds import LINK_OCTETS, MAX_OCTETS
from mailproof.rpc.codec import dump, to_json
from mailproof.rpc.diagnosis_messages import diagnosis_event
from mailproof.smtp.report import Report


def forms(report: Report) -> dict[str, bytes]:
    """Return a report in each form that leaves the program."""
    message = diagnosis_event(report)
    document = to_json(message, defaults=True)
    event = json.dumps(document["report"], separators=(",", ":"))
    return {
        "protobuf": message.SerializeToString(),
        "a line over REST": dump(document) + b"\n",
        "an event over REST": f"event: report\ndata: {event}\n\n".encode(),
        "the command's JSON": json.dumps(as_json(report), indent=2).encode(),
    }


def linked(report: Report) -> Report:
    """Return a report with the longest links that a service makes of its findings'."""
    found = tuple(dataclasses.replace(one, link="x" * LINK_OCTETS + one.link) for one in report.findings)
    return dataclasses.replace(report, findings=found)


def check_size(report: Report) -> None:
    """Check that a report has 16 kB at most in each form."""
    for form, octets in (forms(report) | forms(linked(report))).items():
        assert len(octets) <= MAX_OCTETS, (form, len(octets))
