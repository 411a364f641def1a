"""The service as a process: `mailproof serve`, its addresses and tokens, and how it ends.

MAILPROOF_TEST_COMMAND names another `mailproof` to run, e.g. that of a clean environment with the built wheel.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clock_support.waiting import HANG
from service_support.here import carry_out

ORIGIN = "https://console.example.com"
"""The one origin that the shared service lets call from a browser."""

UNBOUNDED = dict.fromkeys(
    (
        "MAILPROOF_MAX_CONCURRENT_TESTS_PER_TOKEN",
        "MAILPROOF_MAX_CONCURRENT_TESTS_PER_HOST",
        "MAILPROOF_MAX_TESTS_PER_MINUTE",
        "MAILPROOF_MAX_TESTS_PER_MINUTE_PER_INSTANCE",
        "MAILPROOF_MAX_TESTS_PER_MINUTE_PER_TOKEN",
        "MAILPROOF_MAX_TESTS_PER_MINUTE_PER_HOST",
        "MAILPROOF_MAX_SEARCHES_PER_MINUTE",
        "MAILPROOF_MAX_MESSAGES_PER_RECEIVER",
        "MAILPROOF_MAX_FAILED_LOGINS",
        "MAILPROOF_MAX_FAILED_LOGINS_PER_INSTANCE",
        "MAILPROOF_MAX_BAD_TOKENS_PER_MINUTE",
        "MAILPROOF_MAX_CONFIGS_PER_INSTANCE",
    ),
    "0",
)
"""No limit that many tests on one service would reach together; those of the limits themselves leave it out."""

DEFAULT_LIMITS = dict.fromkeys(UNBOUNDED, "")
"""For a service that has the limits of its defaults."""

FREE_PORT = "127.0.0.1:0"
STOP_SECONDS = HANG


def command() -> str:
    """Return the `mailproof` to run."""
    return os.environ.get("MAILPROOF_TEST_COMMAND") or str(Path(sys.executable).parent / "mailproof")


def environment(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment for `mailproof` that holds none of the settings of whoever runs the tests.

    Args:
        env: More variables. An empty limit is left out, so that it is the default.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAILPROOF_", "PYTHON"))}
    chosen = {**UNBOUNDED, **(env or {})}
    chosen = {name: text for name, text in chosen.items() if text or name not in UNBOUNDED}
    return {**clean, "MAILPROOF_EGRESS_PROFILE": "development", "MAILPROOF_CLIENT_CONFIG": "", **chosen}


def run(*arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `mailproof` to its end."""
    return subprocess.run(
        [command(), *arguments],
        input=stdin,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )


def run_here(
    *arguments: str, stdin: str | bytes = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Carry out a command of `mailproof` in this process."""
    return carry_out(arguments, environment(env), stdin)


def create_token(data_dir: Path, role: str, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Return a fresh token, which the command has made in this process."""
    create = ("token", "create", "--init", "--data-dir", str(data_dir), "--role", role)
    made = run_here(*create, *arguments, env=env)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@dataclass(frozen=True, slots=True)
class SandboxServer:
    """The SMTP server of `--sandbox`."""

    host: str
    starttls_port: int
    tls_port: int
    user: str
    password: str
    ca_file: Path


@dataclass(slots=True)
class RunningService:
    """A service that is ready."""

    process: subprocess.Popen[str]
    data_dir: Path
    log_file: Path
    grpc_address: str
    http_url: str
    greeting: list[str]
    admin_token: str
    sandbox: SandboxServer
    env: Mapping[str, str] | None = None
    stopped: bool = field(default=False)
    _viewer_token: str = field(default="", repr=False)

    @property
    def viewer_token(self) -> str:
        """A viewer's token, made when it is first asked for: few tests need one."""
        if not self._viewer_token:
            self._viewer_token = create_token(self.data_dir, "viewer", env=self.env)
        return self._viewer_token

    def log(self) -> list[dict[str, Any]]:
        """Return what it has logged so far."""
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]

    def sandbox_messages(self) -> list[dict[str, Any]]:
        """Return the messages that the sandbox holds, newest first."""
        request = urllib.request.Request(
            f"{self.http_url}/sandbox/messages", headers={"authorization": f"Bearer {self.admin_token}"}
        )
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            messages: list[dict[str, Any]] = json.load(answer)["messages"]
            return messages

    def stop(self) -> int:
        """Send SIGTERM and return the exit code; again changes nothing."""
        if not self.stopped:
            self.stopped = True
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def start_service(
    data_dir: Path, *extra_args: str, env: Mapping[str, str] | None = None, program: str = ""
) -> RunningService:
    """Start a service with its sandbox on free ports and return when it is ready.

    Args:
        data_dir: Where its data are.
        extra_args: More of its arguments.
        env: More variables of its environment.
        program: What to run in the place of `mailproof`.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    log_file = data_dir / "stderr.log"
    listen = [f"--{name}-listen={FREE_PORT}" for name in ("grpc", "http", "sandbox-starttls", "sandbox-tls")]
    with log_file.open("a") as log:
        process = subprocess.Popen(
            [program or command(), "serve", "--data-dir", str(data_dir), "--sandbox", *listen, *extra_args],
            env=environment(env),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        return _ready(process, data_dir, log_file, env)
    except BaseException:
        process.kill()
        process.wait()
        raise


def shown(greeting: Iterable[str], label: str) -> str:
    """Return what a greeting says behind a label; no line after that one is read."""
    return next(line[20:].strip() for line in greeting if line.startswith(f"  {label} "))


def _ready(
    process: subprocess.Popen[str], data_dir: Path, log_file: Path, env: Mapping[str, str] | None
) -> RunningService:
    assert process.stdout is not None
    greeting: list[str] = []
    while not greeting or not greeting[-1].startswith("printf "):  # the greeting's last line
        line = process.stdout.readline()
        assert line, f"mailproof ended before it was ready: {log_file.read_text()}"
        greeting.append(line.rstrip("\n"))
    facts = {line[2:20].strip(): line[20:].strip() for line in greeting if line.startswith("  ")}
    starttls, tls = (part.split()[0] for part in facts["sandbox SMTP"].split(", "))
    curl = shlex.split(next(line for line in greeting if line.startswith("curl ")))
    pasted = json.loads(curl[-1])
    host, _, starttls_port = starttls.rpartition(":")
    sandbox = SandboxServer(
        host=host,
        starttls_port=int(starttls_port),
        tls_port=int(tls.rpartition(":")[2]),
        user=pasted["user"],
        password=pasted["password"],
        ca_file=data_dir / "sandbox-ca.pem",
    )
    return RunningService(
        process=process,
        data_dir=data_dir,
        log_file=log_file,
        grpc_address=facts["gRPC"],
        http_url=facts["REST and grpc-web"],
        greeting=greeting,
        admin_token=facts["admin token"],
        sandbox=sandbox,
        env=env,
    )


@contextmanager
def running_service(
    data_dir: Path, *extra_args: str, env: Mapping[str, str] | None = None, program: str = ""
) -> Iterator[RunningService]:
    """Run a service; at the end it must stop in good order, having logged no defect of ours."""
    service = start_service(data_dir, *extra_args, env=env, program=program)
    try:
        yield service
    finally:
        code = service.stop()
    assert code == 0, service.log_file.read_text()
    defects = [entry for entry in service.log() if entry["level"] in {"error", "critical"}]
    assert not defects, defects
