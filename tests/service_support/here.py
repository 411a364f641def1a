"""A command in this process, with streams and an environment of its own: that takes a tenth of a process's time.

For tests of what commands do and say. That they do it as processes too is held by the tests of the guard, the wheel and
serve, and by those calls of `service_support.service.run` that most files of commands keep.
"""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from mailproof.cli.main import main


def carry_out(
    arguments: Sequence[str], env: Mapping[str, str], stdin: str | bytes = ""
) -> subprocess.CompletedProcess[str]:
    """Carry out a command.

    Args:
        arguments: Those of `mailproof`.
        env: All variables that there are.
        stdin: What standard input holds.

    Returns:
        What a process that carries it out would leave.
    """
    given = io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode()), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with (
        mock.patch.dict(os.environ, dict(env), clear=True),
        mock.patch.multiple(sys, stdin=given, stdout=out, stderr=err),
    ):
        code = _code_of(arguments)
    shown, said = (stream.buffer.getvalue().decode() for stream in (out, err))
    return subprocess.CompletedProcess(arguments, code, shown, said)


def _code_of(arguments: Sequence[str]) -> int:
    """Return the exit code. A thread with an event loop of its own, as a browser's tests are, runs no other one."""
    if asyncio._get_running_loop() is None:
        return main(arguments)
    with ThreadPoolExecutor(1) as other:
        return other.submit(main, arguments).result()
