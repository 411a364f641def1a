"""What the sandbox gives out is worth nothing once it is gone, however it went."""

import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from clock_support.waiting import HANG
from service_support.service import FREE_PORT, command, environment, run, start_service


def live_tokens(data_dir: Path) -> list[str]:
    """Return the lines of `token list` on the sandbox's tokens that still work."""
    listed = run("token", "list", "--data-dir", str(data_dir)).stdout.splitlines()
    return [line for line in listed if "sandbox" in line and "revoked" not in line]


def test_a_clean_stop_ends_the_sandboxs_token_and_authority(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data")
    assert live_tokens(service.data_dir)
    assert service.sandbox.ca_file.exists()
    assert service.stop() == 0
    assert live_tokens(service.data_dir) == []
    assert not service.sandbox.ca_file.exists()


def test_a_start_without_a_sandbox_ends_what_a_crash_left(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data")
    service.process.send_signal(signal.SIGKILL)
    service.process.wait(HANG)
    service.stop()
    assert live_tokens(service.data_dir)
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
    assert live_tokens(service.data_dir) == []
    assert not service.sandbox.ca_file.exists()
