"""What the sandbox gives out is worth nothing once it is gone, however it went."""

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


def test_a_clean_stop_ends_the_sandboxs_token_and_authority(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data")
    assert live_tokens(service.data_dir) == 1
    assert service.sandbox.ca_file.exists()
    assert service.stop() == 0
    assert live_tokens(service.data_dir) == 0
    assert not service.sandbox.ca_file.exists()


def test_a_start_without_a_sandbox_ends_what_a_crash_left(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data")
    service.process.send_signal(signal.SIGKILL)
    service.process.wait(HANG)
    service.stop()
    assert live_tokens(service.data_dir) == 1
    listen = [f"--{name}-listen={FREE_PORT}" for name in ("grpc", "http")]
    plain = [command(), "serve", "--data-dir", str(service.data_dir), *listen]
    with subprocess.Popen(
        plain, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as again:
        assert again.stdout is not None
        url = ""
        while not url:
            line = again.stdout.readline()
            assert line
            url = line.split()[-1] if "REST and grpc-web" in line else ""
        request = urllib.request.Request(f"{url}/smtp", headers={"authorization": f"Bearer {service.admin_token}"})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=HANG)
        with caught.value as refusal:
            assert refusal.code == 401
        again.terminate()
        again.communicate(timeout=HANG)
    assert live_tokens(service.data_dir) == 0
    assert not service.sandbox.ca_file.exists()
