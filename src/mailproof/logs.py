"""Logging as one JSON object a line on stderr. Standard library only.

Holds no secret: callers log ids, codes and durations; never a request, a header or a transcript.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

# What every LogRecord has; the rest of a record's attributes are the fields that a caller added.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# The least that libraries log. The HTTP application has a boundary of its own for what goes wrong, so uvicorn has
# nothing to add; aiosmtpd, the sandbox's, warns of its own deprecations in each session.
_LIBRARIES = {
    "uvicorn": logging.CRITICAL,
    "grpc": logging.WARNING,
    "asyncio": logging.WARNING,
    "mail.log": logging.ERROR,
}


_ENCODE = json.JSONEncoder(ensure_ascii=False, default=str).encode


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {key: value for key, value in vars(record).items() if key not in _STANDARD and value != ""}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return _ENCODE(entry)


def configure(level: str) -> None:
    """Send log records of this level ("info") and above to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    # Nothing of ours shows where a record was made, in which process or thread, and finding out is half of what a
    # record costs ("Optimization" in Python's logging HOWTO).
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, least in _LIBRARIES.items():
        logging.getLogger(name).setLevel(max(least, root.level))
