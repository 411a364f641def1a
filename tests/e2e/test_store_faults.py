"""A running service whose disk is full, and one that may not start: a wrong key, a damaged file."""

from __future__ import annotations

import base64
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import pytest

from clock_support.waiting import HANG
from contract.sqlite_audit import audit
from mailproof.store.sealing import open_sealer
from service_support.service import RunningService, create_token, run, start_service
from zitadel.admin.v1 import admin_pb2 as pb
from zitadel.admin.v1 import admin_pb2_grpc

FULL = "the disk that holds the database is full; nothing was stored"
BROKEN = "the disk that holds the database does not work; nothing was stored"

ADD = pb.AddSMTPConfigRequest(
    sender_address="post@example.com",
    sender_name="n",
    tls=True,
    host="smtp.example.com:587",
    user="u",
    password="p",
    description="x" * 190,
)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Put a file system of 1 MiB there; only root may, and not in every container."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@cache
def may_mount(folder: Path) -> bool:
    with suppress(OSError, subprocess.CalledProcessError), small_disk(folder):
        return True
    return False


def add(service: RunningService) -> str:
    with grpc.insecure_channel(service.grpc_address) as channel:
        stub = admin_pb2_grpc.AdminServiceStub(channel)
        return stub.AddSMTPConfig(ADD, metadata=(("authorization", f"Bearer {service.admin_token}"),)).id


def refused_add(service: RunningService, stored: list[str]) -> tuple[Any, str]:
    """Add until one is refused; return its code and sentence."""
    while len(stored) < 2000:
        try:
            stored.append(add(service))
        except grpc.RpcError as error:
            call: Any = error  # it is a grpc.Call too, of which the stubs know nothing
            return call.code(), call.details()
    raise AssertionError("the disk was never full")


def rest(
    service: RunningService, method: str, path: str, body: object = None, token: str = ""
) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        f"{service.http_url}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {token or service.admin_token}", "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def held_by_a_full_disk(service: RunningService, fill: Callable[[], None], free: Callable[[], None]) -> None:
    """Fill the disk while the service writes, and make room again."""
    stored = [add(service) for _ in range(3)]
    fill()
    code, sentence = refused_add(service, stored)
    assert code is grpc.StatusCode.UNAVAILABLE
    assert sentence in (FULL, BROKEN)
    body = {"senderAddress": "post@example.com", "senderName": "n", "tls": True, "host": "smtp.example.com:587"}
    needs_as_much = {"user": "u", "password": "p", "description": "x" * 200}  # else there might be room for it
    status, answer = rest(service, "POST", "/admin/v1/smtp", {**body, **needs_as_much})
    assert (status, answer["message"]) == (503, sentence)
    assert any("retryDelay" in detail for detail in answer["details"])
    for each in (stored[0], stored[-1]):
        assert rest(service, "GET", f"/admin/v1/smtp/{each}")[0] == 200, "reads go on"
    status, answer = rest(service, "POST", "/admin/v1/smtp/_search", {"query": {"limit": 1}})
    assert status == 200
    assert int(answer["details"]["totalResult"]) == len(stored)
    with urllib.request.urlopen(f"{service.http_url}/readyz", timeout=HANG) as ready:
        assert ready.status == 200
    free()
    stored.append(add(service))
    assert service.stop() == 0
    found = audit(service.data_dir / "mailproof.db", open_sealer(service.data_dir, None))
    assert list(found) == stored, "what was acknowledged is there, and what was refused is not"
    assert set(found.values()) == {"p"}


def test_a_full_file_system(tmp_path: Path) -> None:
    """Where no file system may be mounted, the other test stands for this one."""
    if not may_mount(tmp_path / "may"):
        return
    with small_disk(tmp_path / "disk"):
        service = start_service(tmp_path / "disk")
        ballast = tmp_path / "disk" / "ballast"

        def fill() -> None:
            free = os.statvfs(tmp_path / "disk")
            ballast.write_bytes(bytes(free.f_bavail * free.f_bsize - 40_000))
            service.log_file.unlink()  # the server's log goes on to where nobody reads; it must not need room either

        try:
            held_by_a_full_disk(service, fill, ballast.unlink)
        finally:
            service.process.kill()
            service.stop()


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data")

    def limit(size: int) -> None:
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    try:
        wal = tmp_path / "data" / "mailproof.db-wal"
        held_by_a_full_disk(service, lambda: limit(wal.stat().st_size + 60_000), lambda: limit(resource.RLIM_INFINITY))
    finally:
        service.process.kill()
        service.stop()


def damage(data_dir: Path) -> None:
    """Change a bit or two of each sealed secret."""
    with closing(sqlite3.connect(data_dir / "mailproof.db")) as connection, connection:
        connection.execute("UPDATE providers SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)")


def test_a_secret_that_does_not_open_stops_its_own_calls_alone(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data")
    to, hook = {"receiverAddress": "to@example.com"}, {"endpoint": "https://hooks.example.com/"}
    try:
        smtp = add(service)
        http = rest(service, "POST", "/admin/v1/email/http", hook)[1]["id"]
        damage(service.data_dir)
        status, answer = rest(service, "POST", "/admin/v1/email/_search", {})
        assert (status, [each["id"] for each in answer["result"]]) == (200, [http, smtp])
        assert answer["result"][0]["http"] == {"endpoint": hook["endpoint"]}, "a key that is not there is not shown"
        assert rest(service, "GET", f"/admin/v1/email/{http}")[0] == 200
        secrets = create_token(service.data_dir, "admin", "--permission", "iam.secrets")
        for made, remedy, path, body in (
            (smtp, "set it again", f"/admin/v1/smtp/{smtp}/_test", to),
            (smtp, "set it again", "/v1/diagnose", {"configId": smtp}),
            (smtp, "set it again", "/v1/configs/export", {"passphrase": "a long passphrase"}),
            (http, 'expiration_signing_key "0s"', f"/v1/providers/{http}/test", {}),
        ):
            status, answer = rest(service, "POST", path, body, token=secrets)
            assert (status, answer["code"], answer["details"][0]["reason"]) == (400, 9, "SECRET_UNREADABLE"), path
            assert made in answer["message"]
            assert remedy in answer["message"]
        assert f"of instance {rest(service, 'POST', '/v1/configs/export', {})[1]['document']['instanceId']}" in (
            service.log_file.read_text()
        ), "and the log says whose it is"
        assert rest(service, "PUT", f"/admin/v1/smtp/{smtp}/password", {"password": "new"})[0] == 200
        status, answer = rest(service, "PUT", f"/admin/v1/email/http/{http}", {**hook, "expirationSigningKey": "0s"})
        assert (status, len(answer["signingKey"])) == (200, 43)
        exported = rest(service, "POST", "/v1/configs/export", {"passphrase": "a long passphrase"}, token=secrets)
        assert exported[0] == 200
    finally:
        service.stop()


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The data directory of a service that has ended, and the id of a configuration with a password."""
    service = start_service(tmp_path_factory.mktemp("used") / "data")
    made = add(service)
    assert service.stop() == 0
    return service.data_dir, made


@pytest.fixture
def stopped(used: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """A copy of it."""
    data_dir, made = used
    return shutil.copytree(data_dir, tmp_path / "data"), made


def refusal(data_dir: Path, **env: str) -> str:
    """Start a service that must refuse; return its one sentence."""
    listen = ("--grpc-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0")
    done = run("serve", "--data-dir", str(data_dir), *listen, env=env)
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    sentence = done.stderr.splitlines()[-1]
    assert sentence.startswith("mailproof: ")
    assert "Traceback" not in done.stderr
    return sentence


def test_another_key_is_refused_and_the_record_named(stopped: tuple[Path, str]) -> None:
    data_dir, made = stopped
    other = base64.b64encode(bytes(32)).decode()
    assert f"configuration {made} of instance" in refusal(data_dir, MAILPROOF_ENCRYPTION_KEY=other)
    (data_dir / "secret.key").write_text(other)
    assert f"configuration {made} of instance" in refusal(data_dir)


def test_a_damaged_key_is_refused(stopped: tuple[Path, str]) -> None:
    data_dir, _ = stopped
    (data_dir / "secret.key").write_text("damaged")
    assert "secret.key is not one" in refusal(data_dir)


def test_a_damaged_secret_stops_no_start_and_is_named_in_the_log(stopped: tuple[Path, str]) -> None:
    """Who can write the database must not be able to keep the service from starting by one row."""
    data_dir, made = stopped
    damage(data_dir)
    service = start_service(data_dir)
    try:
        refused = rest(service, "POST", "/v1/diagnose", {"configId": made})[1]
        assert refused["details"][0]["reason"] == "SECRET_UNREADABLE"
    finally:
        service.stop()
    assert made in service.log_file.read_text()


def test_what_is_missing_beside_the_other_is_said_and_not_made(stopped: tuple[Path, str]) -> None:
    data_dir, _ = stopped
    key, database = (data_dir / "secret.key"), (data_dir / "mailproof.db")
    key.rename(data_dir / "kept")
    assert "no key was made" in refusal(data_dir)
    assert not key.exists()
    (data_dir / "kept").rename(key)
    database.unlink()
    assert f"there is no database {database}, though a service has run" in refusal(data_dir)
    assert not database.exists()


def test_a_copy_over_a_running_services_database_is_seen_and_ends_its_readiness(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data")
    try:
        path = service.data_dir / "mailproof.db"
        add(service)
        shutil.copy(path, tmp_path / "copied")
        (tmp_path / "copied").rename(path)
        with pytest.raises(grpc.RpcError):
            add(service)
        with (
            pytest.raises(urllib.error.HTTPError) as answer,
            closing(urllib.request.urlopen(f"{service.http_url}/readyz")),
        ):
            pass
        with answer.value as error:
            assert error.code == 503
    finally:
        service.stop()
    assert "another copy was put in its place" in refusal(service.data_dir)


@pytest.mark.parametrize("place", [0, 4096])
def test_a_damaged_database_is_refused(stopped: tuple[Path, str], place: int) -> None:
    data_dir, _ = stopped
    path = data_dir / "mailproof.db"
    content = bytearray(path.read_bytes())
    content[place:] = b"\xa5" * (len(content) - place)
    path.write_bytes(content)
    assert "database" in refusal(data_dir)
    assert path.read_bytes() == content, "and left as it is"
