"""Reports as they are kept: packed into few bytes, and read again by later and earlier releases. Pure.

A packed report is an octet for its form, then compressed JSON. What has its default is left out. A name that this
release does not know is passed over, and a word that it does not know (a code of a newer release) stays that word.
"""

from __future__ import annotations

from mailproof.smtp.report import Report


def pack(report: Report) -> bytes:
    """Return a report as it is kept."""
    raise NotImplementedError


def unpack(packed: bytes) -> Report:
    """Return a report that `pack` made.

    Raises:
        ValueError: It is none, or of a form that this release does not know.
    """
    raise NotImplementedError
