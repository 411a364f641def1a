"""Logging on stderr, one line for each record: a JSON object, or a text where a person watches. Standard library only.

Holds no secret: callers log ids, codes and durations; never a request, a header or a transcript.
"""

from __future__ import annotations

import logging
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from json import JSONEncoder
from json.encoder import encode_basestring
from typing import TextIO

from mailproof.domain.trace_context import TraceContext
from mailproof.rpc.call_log import LogCall, log_call
from mailproof.syntax.text import has_invisible

_calls = logging.getLogger("mailproof.calls")

# What every LogRecord has; the rest of a record's attributes are the fields that a caller added.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# The lowest level of libraries that is logged. The HTTP application reports by itself what goes wrong, so uvicorn has
# nothing to add; aiosmtpd, which the sandbox uses, warns of its own deprecations in each session.
_LIBRARIES = {
    "uvicorn": logging.CRITICAL,
    "grpc": logging.WARNING,
    "asyncio": logging.WARNING,
    "mail.log": logging.ERROR,
}

_ENCODE = JSONEncoder(ensure_ascii=False, default=str).encode


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        entry: dict[str, object] = {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {key: value for key, value in vars(record).items() if key not in _STANDARD and value != ""}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return _ENCODE(entry)


class TextFormatter(logging.Formatter):
    """Formats a record as one line for people. What strangers chose can neither break the line nor drive a terminal.

    Nor can it pass for another field, or for another line: a traceback is indented, and may quote them.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and below it a traceback where there is one."""
        added = (
            f"{key}={_quoted(str(value))}"
            for key, value in vars(record).items()
            if key not in _STANDARD and value != ""
        )
        time_of_day = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        line = _visible("  ".join((time_of_day, f"{record.levelname.lower():7}", record.getMessage(), *added)))
        if not record.exc_info:
            return line
        traceback = self.formatException(record.exc_info).split("\n")
        return "\n".join((line, *(f"  {_visible(each)}" for each in traceback)))


def _quoted(text: str) -> str:
    """Return a text in quotation marks if it could be taken for more than one field."""
    if not any(each in text for each in ' "='):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _visible(text: str) -> str:
    """Return a text with escapes in the place of characters that can't be seen."""
    return "".join(each.encode("unicode_escape").decode() if has_invisible(each) else each for each in text)


class JsonHandler(logging.StreamHandler[TextIO]):
    """Writes each record as a line of JSON. Any thread may use it."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.setFormatter(JsonFormatter())

    def log_call(
        self,
        path: str,
        transport: str,
        peer: str,
        request_id: str,
        outcome: str,
        seconds: float,
        trace: TraceContext | None = None,
    ) -> None:
        """Write the line of a call; see `LogCall`. It is the line that the record of `rpc.call_log.log_call` gives."""
        if not _calls.isEnabledFor(logging.INFO):
            return
        # By f-string, which saves 8 % of the CPU of a Get beside a record: bench/shortcuts_bench.py, 2 cores.
        # A path, a transport and an outcome are words of our own, which need no escaping.
        method = f'"method": "{path}", ' if path else ""
        address = f'"peer": {encode_basestring(peer)}, ' if peer else ""
        # What a trace is read as has nothing to escape either.
        traced = f'"trace_id": "{trace.trace_id}", "span_id": "{trace.span_id}", ' if trace else ""
        line = (
            f'{{"time": "{_time(time.time())}", "level": "info", "logger": "mailproof.calls", "message": "call", '
            f'{method}"transport": "{transport}", {address}"request_id": {encode_basestring(request_id)}, '
            f'{traced}"outcome": "{outcome}", "ms": {seconds * 1000:.1f}}}'
        )
        assert self.lock is not None  # noqa: S101 - `logging.Handler` has made it
        with self.lock, suppress(OSError, ValueError):  # the stream is broken or closed: there is no other to log that
            self.stream.write(line + self.terminator)
            self.stream.flush()


def _time(seconds: float) -> str:
    """Return a time of `time.time` as it is written."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def is_text(form: str) -> bool:
    """Return whether the log is for people.

    Args:
        form: "text", "json", or "auto": text where stderr is a terminal.
    """
    return form == "text" or (form == "auto" and sys.stderr.isatty())


def configure(level: str, form: str) -> LogCall:
    """Send log records of this level and above to stderr.

    Args:
        level: A level's name, such as "info".
        form: See `is_text`.

    Returns:
        What logs the end of a call.
    """
    handler: logging.StreamHandler[TextIO]
    if is_text(form):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(TextFormatter())
        ends = log_call
    else:
        handler = json_handler = JsonHandler(sys.stderr)
        ends = json_handler.log_call
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, lowest in _LIBRARIES.items():
        logging.getLogger(name).setLevel(max(lowest, root.level))
    return ends
