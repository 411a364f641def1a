"""Logging as one JSON object a line on stderr. Standard library only.

Holds no secret: callers log ids, codes and durations; never a request, a header or a transcript. The line of a call
may wait `FLUSH_AFTER` for others, since writing each by itself would be the dearest part of many calls; any other
record is written at once, behind the lines that wait. What waits is written when the process exits; a killed one loses
it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import TextIO

FLUSH_AFTER = 0.02
"""Seconds that the line of a call may wait for others to be written with."""

_MOST_WAITING = 1000  # lines, of some 250 bytes each

_calls = logging.getLogger("mailproof.calls")

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


class Lines(logging.Handler):
    """Writes records as lines of JSON; those of calls by a shorter way than through a record, in the same form.

    Any thread may use it.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self._stream = stream
        self._writing = threading.Lock()
        self._waiting: list[str] = []
        self._since = 0.0  # when the oldest of them came, on the clock of `time.time`
        self._second = (0, "")  # the last one that had a line, and how it is written

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record now."""
        try:
            self._write(self.format(record) + "\n")
        except Exception:  # noqa: BLE001 - as every handler does
            self.handleError(record)

    def flush(self) -> None:
        """Write what waits."""
        with suppress(OSError, ValueError):  # the stream is broken or closed, and there is no other to say so
            self._write("")

    def call(self, path: str, transport: str, peer: str, request_id: str, outcome: str, seconds: float) -> None:
        """See `LogCall`; what `log_call` makes of it, in a tenth of the time."""
        if not _calls.isEnabledFor(logging.INFO):
            return
        now = time.time()
        # A path, a transport and an outcome are words of our own, which need no escaping.
        method = f'"method": "{path}", ' if path else ""
        address = f'"peer": {encode_basestring(peer)}, ' if peer else ""
        line = (
            f'{{"time": "{self._time(now)}", "level": "info", "logger": "mailproof.calls", "message": "call", {method}'
            f'"transport": "{transport}", {address}"request_id": {encode_basestring(request_id)}, '
            f'"outcome": "{outcome}", "ms": {seconds * 1000:.1f}}}\n'
        )
        with self._writing:
            self._waiting.append(line)
            waiting = len(self._waiting)
            if waiting == 1:
                self._since = now
        if waiting == 1:
            try:
                asyncio.get_running_loop().call_later(FLUSH_AFTER, self.flush)
            except RuntimeError:  # no loop runs here
                self.flush()
        elif waiting >= _MOST_WAITING or not 0 <= now - self._since < 2 * FLUSH_AFTER:  # its loop is busy or has ended
            self.flush()

    def _time(self, now: float) -> str:
        """Return what `JsonFormatter` makes of a time."""
        second, known = int(now), self._second
        if known[0] != second:
            known = self._second = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
        return f"{known[1]}.{int(now % 1 * 1000):03d}+00:00"

    def _write(self, last: str) -> None:
        with self._writing:
            text = "".join(self._waiting) + last
            self._waiting.clear()
            if text:
                self._stream.write(text)
                self._stream.flush()


def configure(level: str) -> Lines:
    """Send log records of this level ("info") and above to stderr, and return what sends them."""
    handler = Lines(sys.stderr)
    # Nothing of ours shows where a record was made, in which process or thread, and finding out is half of what a
    # record costs ("Optimization" in Python's logging HOWTO).
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, least in _LIBRARIES.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    return handler
