"""The client library on a running service: its documentation's examples, a restart, and what it is installed with."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from clock_support.waiting import HANG, eventually_here
from mailproof.client import Client, DeadlinePassed, FailedTest, NotFound
from service_support.service import create_token, environment, start_service
from smtpdiag.v1 import access_pb2, diagnosis_pb2
from zitadel.admin.v1 import admin_pb2

from .conftest import Office

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "client.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)

PRINTED = (
    r"office-\d+ \['iam\.read'.*\]\n",
    r"Theirs is not stored: .*\n",
    r"(STAGE_[A-Z_]+ \d+ ms\n)+.{20,}\n(\d+ \S+\n)+",
    r"[a-z]+: .*; .*\n\['host'\]\n",
)


def test_every_example_has_its_output_here() -> None:
    assert len(EXAMPLES) == len(PRINTED)


@pytest.mark.parametrize("number", range(len(PRINTED)))
def test_an_example_of_the_documentation_runs(
    number: int, office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.client("grpc")  # so that the token's first instance, which the examples write to, is nobody else's later
    sandbox = f"127.0.0.1:{office.service.sandbox.starttls_port}"
    monkeypatch.setenv("MAILPROOF_TOKEN", office.admin)
    text = EXAMPLES[number].replace("127.0.0.1:50051", office.service.grpc_address)
    exec(compile(text.replace("smtp.example.com:587", sandbox), str(PAGE), "exec"), {})
    shown = capsys.readouterr().out
    assert re.fullmatch(PRINTED[number], shown), shown


def test_errors_deadlines_and_a_cancelled_test(office: Office) -> None:
    async def run() -> None:
        async with Client(office.service.grpc_address, office.admin, language="de") as client:
            with pytest.raises(NotFound, match=r"^SMTP-Konfiguration nicht gefunden") as missing:
                await client.admin.GetSMTPConfigById(admin_pb2.GetSMTPConfigByIdRequest(id="none"))
            assert (missing.value.reason, missing.value.metadata) == ("SMTP_CONFIG_NOT_FOUND", {"id": "none"})
            request = admin_pb2.TestSMTPConfigRequest(
                sender_address="a@example.com", sender_name="A", receiver_address="b@example.com", host="127.0.0.1:1"
            )
            with pytest.raises(FailedTest) as failed:
                await client.admin.TestSMTPConfig(request)
            assert (failed.value.reason, failed.value.metadata["stage"]) == ("CONNECTION_REFUSED", "connect")
            with pytest.raises(DeadlinePassed):
                await client.access.GetCaller(access_pb2.GetCallerRequest(), timeout=0)
            lines = len(office.service.log())
            async for _ in client.diagnosis.Diagnose(diagnosis_pb2.DiagnoseRequest(host="192.0.2.1:25")):
                break

            def ended() -> bool:
                return any("Diagnose" in str(each.get("method")) for each in office.service.log()[lines:])

            await eventually_here(ended)

    asyncio.run(run())


def test_a_read_outlives_a_restart_of_the_service(tmp_path: Path) -> None:
    service = start_service(tmp_path)
    address, token = service.grpc_address, create_token(tmp_path, "viewer")

    async def run() -> None:
        async with Client(address, token, retries=100, timeout=HANG) as client:
            before = await client.access.GetCaller(access_pb2.GetCallerRequest())
            service.process.send_signal(signal.SIGKILL)
            service.process.wait(HANG)
            reading = asyncio.ensure_future(client.access.GetCaller(access_pb2.GetCallerRequest()))
            anew = await asyncio.to_thread(start_service, tmp_path, f"--grpc-listen={address}")
            try:
                assert await reading == before
            finally:
                await asyncio.to_thread(anew.stop)

    try:
        asyncio.run(run())
    finally:
        service.stop()


BLOCKED = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"{name} is of an extra", name=name.split(".")[0])

sys.meta_path.insert(0, Missing())
planted = sys.argv[2]
if planted:
    __import__(planted)
import threading
import mailproof.client
assert threading.active_count() == 1
import asyncio
try:
    asyncio.get_running_loop()
except RuntimeError:
    pass
else:
    raise AssertionError("a loop runs")
from mailproof.cli.main import main

def exits(code, *arguments):
    found = main(arguments)
    assert found == code, (arguments, found)

file = sys.argv[3]
for command in ("whoami", "server", "presets", "config", "tests", "diagnose", "discover", "serve", "token", "backup"):
    exits(0, command, "--help")
own = ("--instance", sys.argv[4])
exits(0, "whoami", *own)
exits(0, "server", "--json")
exits(0, "presets", "gmail")
exits(0, "config", "list", *own)
exits(0, "config", "export", file, *own)
exits(0, "config", "import", file, "--dry-run", *own)
exits(0, "tests", "list", *own)
exits(3, "tests", "show", "none")
exits(3, "whoami", "--server", "127.0.0.1:1")
exits(3, "whoami", "--server", "https://127.0.0.1:1")
exits(3, "diagnose", "localhost:1")
exits(3, "serve", "--data-dir", file + ".d")
"""


def _of_extras() -> set[str]:
    """Return the modules that are installed with an extra and not with the base."""

    def names(requirements: list[str]) -> set[str]:
        found = (re.match(r"[\w.-]+", each) for each in requirements)
        return {match[0].lower().replace("_", "-") for match in found if match}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = set().union(*(names(each) for each in project["optional-dependencies"].values()))
    extras -= names(project["dependencies"]) | {"mailproof"}
    packages = metadata.packages_distributions()
    modules = {
        module for module, owners in packages.items() if {each.lower().replace("_", "-") for each in owners} & extras
    }
    assert {"uvicorn", "h11", "dns", "cryptography", "asyncpg", "sonora", "grpc_health", "jwt", "defusedxml"} <= modules
    return modules


@pytest.mark.parametrize("planted", ["", "h11"])
def test_the_client_and_its_commands_need_the_base_dependencies_alone(
    planted: str, office: Office, tmp_path: Path
) -> None:
    client = office.client("grpc")
    client("AddEmailProviderSMTP", sender_address="a@example.com", sender_name="A", host="mx.example.com:587")
    sources = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'gen'}"}
    caller = {"MAILPROOF_SERVER": office.service.grpc_address, "MAILPROOF_TOKEN": office.admin}
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, ",".join(_of_extras()), planted, str(tmp_path / "file"), client.instance],
        env=environment(sources | caller),
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    if planted:
        assert "h11 is of an extra" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    assert "diagnose needs the extra diagnose, which is not installed (" in done.stderr
    assert "pip install 'mailproof[diagnose]'" in done.stderr
    assert "pip install 'mailproof[server]'" in done.stderr
    assert "exported 1 configurations" in done.stdout
