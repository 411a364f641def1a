"""The end of a token as it is typed: a length, a date, a moment, or never."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, time, timedelta

DEFAULT = "365d"

_LENGTH = re.compile(r"([1-9][0-9]{0,6})([hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_FORMS = (
    "must be a length such as 12h, 90d or 52w, a date such as 2027-01-31, a time such as 2027-01-31T12:00Z or never"
)


def parse(text: str, now: datetime) -> datetime | None:
    """Return when a token ends, in UTC; None for never.

    Args:
        text: What was typed. Of a date its whole day counts; a time without a zone is UTC.
        now: The time.

    Raises:
        argparse.ArgumentTypeError: It is none of the forms, or lies in the past.
    """
    if text == "never":
        return None
    length = _LENGTH.fullmatch(text)
    try:
        if length is not None:
            ends = now + int(length[1]) * _UNITS[length[2]]
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            ends = datetime.combine(datetime.fromisoformat(text), time(), UTC) + timedelta(days=1)
        else:
            typed = datetime.fromisoformat(text)
            ends = (typed if typed.tzinfo else typed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(_FORMS) from None
    if ends <= now:
        raise argparse.ArgumentTypeError("must lie in the future")
    return ends.replace(microsecond=0)
