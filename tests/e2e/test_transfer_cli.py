"""`mailproof config export` and `import` on a running service: killed in between, gone on with, undone, refused."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest

from clock_support.waiting import HANG
from service_support.service import RunningService, command, create_token, environment, start_service
from smtpdiag.v1 import instance_pb2, instance_pb2_grpc

COUNT = 60
PHRASE = "correct horse battery staple"


@dataclass
class Desk:
    """A service, two instances of it with a token each, and where files are."""

    service: RunningService
    path: Path
    tokens: dict[str, str]

    def start(self, *arguments: str, instance: str, secrets: bool = True) -> subprocess.Popen[str]:
        more = ["--passphrase-file", str(self.path / "phrase")] if secrets else []
        env = {"MAILPROOF_SERVER": self.service.grpc_address, "MAILPROOF_TOKEN": self.tokens[instance]}
        return subprocess.Popen(
            [command(), "config", *arguments, *more],
            env=environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, instance: str, secrets: bool = True) -> tuple[int, str, str]:
        process = self.start(*arguments, instance=instance, secrets=secrets)
        out, err = process.communicate(timeout=HANG)
        return process.returncode, out, err

    def killed(self, *arguments: str, instance: str, once: Callable[[], bool]) -> None:
        """Run a command, and kill -9 it as soon as something is so."""
        process = self.start(*arguments, instance=instance)
        while not once():
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=HANG)

    def exported(self, instance: str) -> tuple[list[instance_pb2.ExportedProvider], int]:
        """Return the instance's providers without what an import changes, and how many secrets they have."""
        with grpc.insecure_channel(self.service.grpc_address) as channel:
            stub = instance_pb2_grpc.InstanceServiceStub(channel)
            metadata = (("authorization", f"Bearer {self.tokens[instance]}"),)
            request = instance_pb2.StreamExportConfigsRequest(passphrase=PHRASE)
            parts = list(stub.StreamExportConfigs(request, metadata=metadata))
        providers = [provider for part in parts for provider in part.page.providers]
        secrets = sum(bool(provider.secret) for provider in providers)
        for provider in providers:
            for name in ("id", "secret", "create_time", "update_time"):
                provider.ClearField(name)
        return providers, secrets


def lines_of(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    path = tmp_path_factory.mktemp("desk")
    service = start_service(path / "data")
    tokens = {
        name: create_token(path / "data", "admin", "--permission", "iam.secrets", "--instance", name)
        for name in ("source", "target", "other")
    }
    (path / "phrase").write_text(PHRASE + "\n")
    made = Desk(service, path, tokens)
    _fill(made)
    yield made
    assert made.service.stop() == 0


def _fill(desk: Desk) -> None:
    """Have the source hold configurations, by the import of a document that was written by hand."""
    header = {"formatVersion": 1, "exportId": "by-hand", "providerCount": COUNT}
    providers: list[dict[str, Any]] = [
        {"id": f"{at}", "http": {"endpoint": f"https://hooks{at}.example.com/", "description": "ä 郵"}}
        for at in range(COUNT)
    ]
    providers[40]["state"] = "PROVIDER_STATE_ACTIVE"
    page = {"exportId": "by-hand", "number": 1, "providers": providers}
    trailer = {"exportId": "by-hand", "pageCount": 1, "providerCount": COUNT}
    parts = ({"header": header}, {"page": page}, {"trailer": trailer})
    file = desk.path / "by-hand"
    file.write_text("".join(json.dumps(part) + "\n" for part in parts))
    code, out, err = desk.run("import", str(file), instance="source", secrets=False)
    assert (code, err) == (0, ""), err
    assert f"imported {COUNT} configurations" in out
    assert f"{COUNT} have a new signing key" in out
    assert "is now the active one" in out


def test_what_kill_9_interrupts_on_both_sides_goes_on_with_nothing_twice_and_nothing_missing(desk: Desk) -> None:
    file = desk.path / "export"
    half = desk.path / "export.partial"
    export = ("export", str(file), "--with-secrets", "--page-size", "1")
    desk.killed(*export, instance="source", once=lambda: lines_of(half) > 5)
    assert not file.exists()
    with half.open("ab") as torn:
        torn.write(b'{"page":{"exportId":')  # what a crash leaves of a line
    code, _, err = desk.run(*export, instance="source")
    assert code == 2
    assert "--resume goes on with it" in err
    code, out, err = desk.run(*export, "--resume", instance="source")
    assert (code, err) == (0, ""), err
    assert f"exported {COUNT} configurations" in out
    assert not half.exists()
    assert lines_of(file) == COUNT + 2
    assert file.stat().st_mode & 0o777 == 0o600

    state = desk.path / "export.importing"
    desk.killed("import", str(file), instance="target", once=lambda: lines_of(state) > 5)
    desk.service.process.send_signal(signal.SIGKILL)
    desk.service.process.wait()
    desk.service.stop()
    desk.service = start_service(desk.path / "data")
    code, _, err = desk.run("import", str(file), instance="target")
    assert code == 2
    assert "--resume goes on with it, --undo takes back" in err
    code, out, err = desk.run("import", str(file), "--resume", instance="target")
    assert (code, err) == (0, ""), err
    assert not state.exists()
    providers, secrets = desk.exported("target")
    assert (len(providers), secrets) == (COUNT, COUNT)
    assert (providers, secrets) == desk.exported("source")


@pytest.fixture(scope="module")
def whole(desk: Desk) -> Path:
    file = desk.path / "whole"
    assert desk.run("export", str(file), "--with-secrets", "--page-size", "1", instance="source")[0] == 0
    return file


def test_an_import_that_broke_off_is_taken_back(desk: Desk, whole: Path) -> None:
    state = desk.path / "whole.importing"
    desk.killed("import", str(whole), instance="other", once=lambda: lines_of(state) > 5)
    code, out, err = desk.run("import", str(whole), "--undo", instance="other", secrets=False)
    assert (code, err) == (0, ""), err
    assert "removed " in out
    assert desk.exported("other") == ([], 0)
    assert not state.exists()


def test_a_changed_file_or_a_wrong_passphrase_adds_nothing(desk: Desk, whole: Path) -> None:
    lines = whole.read_text().splitlines(keepends=True)
    changed = desk.path / "changed"
    changed.write_text("".join([lines[0], lines[1].replace("hooks0.example", "evil.example"), *lines[2:]]))
    code, _, err = desk.run("import", str(changed), "--dry-run", instance="other")
    assert (code, "page: 1 was changed since the export" in err) == (3, True), err
    (desk.path / "phrase").write_text("another passphrase")
    code, _, err = desk.run("import", str(whole), instance="other")
    (desk.path / "phrase").write_text(PHRASE)
    assert (code, "does not open the document's secrets" in err) == (3, True), err
    assert desk.exported("other") == ([], 0)
    assert not (desk.path / "whole.importing").exists()
