"""What the sandbox gives out lasts as long as the directory is served with it, and is worth nothing without it."""

import signal
import sqlite3
import subprocess
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from clock_support.waiting import HANG
from service_support.service import FREE_PORT, command, environment, start_service


def live_tokens(data_dir: Path) -> int:
    """Return how many of the sandbox's tokens still work."""
    with closing(sqlite3.connect(data_dir / "mailproof.db")) as database:
        rows = database.execute("SELECT count(*) FROM tokens WHERE name = 'sandbox' AND revoked_at IS NULL")
        count: int = rows.fetchone()[0]
        return count


def test_what_worked_before_a_crash_works_after_it_and_ends_in_a_start_without_the_sandbox(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data")
    given_out = (service.admin_token, service.sandbox.password, service.sandbox.ca_file.read_text())
    service.process.send_signal(signal.SIGKILL)
    service.process.wait(HANG)
    service.stop()
    service = start_service(tmp_path / "data")
    assert (service.admin_token, service.sandbox.password, service.sandbox.ca_file.read_text()) == given_out
    assert get(f"{service.http_url}/smtp/_search", service.admin_token) == 405  # it is let in
    assert live_tokens(service.data_dir) == 1
    assert service.stop() == 0
    assert live_tokens(service.data_dir) == 1
    listen = [f"--{name}-listen={FREE_PORT}" for name in ("grpc", "http")]
    plain = [command(), "serve", "--log-format=text", "--data-dir", str(service.data_dir), *listen]
    with subprocess.Popen(
        plain, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as again:
        assert again.stdout is not None
        url = ""
        while not url:
            line = again.stdout.readline()
            assert line
            url = line.split()[-1] if "REST and grpc-web" in line else ""
        assert get(f"{url}/smtp", service.admin_token) == 401
        again.terminate()
        again.communicate(timeout=HANG)
    assert live_tokens(service.data_dir) == 0
    assert not [path.name for path in service.data_dir.iterdir() if path.name.startswith("sandbox-")]


def get(url: str, token: str) -> int:
    """Return the HTTP status of an answer that is an error."""
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=HANG)
    with caught.value as refusal:
        return refusal.code
