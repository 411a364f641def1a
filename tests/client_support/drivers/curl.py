"""REST by curl; a call is cancelled by ending it, as Ctrl+C does."""

from __future__ import annotations

import subprocess

from client_support.drivers.common import Json, Made, Refused, Task, drive
from client_support.drivers.rest import body_of, headers_of, take_answer, url_of


class Client:
    """A command."""

    def __init__(self, way: Json) -> None:
        self._url = way["http"]

    def call(self, made: Made) -> None:
        """Make a call."""
        command = ["curl", "-sS", "-N", "-X", made.rest["verb"], "-w", "\n%{http_code}", url_of(self._url, made)]
        for name, value in headers_of(made).items():
            command += ["-H", f"{name}: {value}"]
        body = body_of(made)
        if body is not None:
            command += ["--data-binary", "@-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            made.on_cancel = process.terminate
            if made.cancelled is not None and made.cancelled.is_set():
                process.terminate()
            out, _ = process.communicate(body)
        if process.returncode == -15:
            raise Refused(1, "ended")
        text, _, status = out.decode().rpartition("\n")
        for line in text.splitlines() if made.rpc.stream else [text]:
            take_answer(made, int(status), line)

    def close(self) -> None:
        """There is nothing to close."""


if __name__ == "__main__":
    drive(Task(), Client)
