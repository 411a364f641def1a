"""The service on PostgreSQL: replicas on one database, starts at once, keys that do not fit, and no password shown."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from clock_support.waiting import HANG
from contract.postgres_audit import audit
from postgres_support.server import execute, query
from service_support.service import RunningService, command, create_token, environment, run, run_here, running_service

KEY = b64encode(bytes(range(32))).decode()
OTHER_KEY = b64encode(bytes(32)).decode()
REPLICAS = 8


def env(url: str, key: str = KEY) -> dict[str, str]:
    patient = {"MAILPROOF_DATABASE_CONNECT_TIMEOUT": "60", "MAILPROOF_DATABASE_TIMEOUT": "60"}
    return {"MAILPROOF_DATABASE_URL": url, "MAILPROOF_ENCRYPTION_KEY": key, **patient}


def call(service: RunningService, token: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"{service.http_url}/admin/v1{path}",
        method=method,
        data=json.dumps(body).encode() if body is not None else None,
        headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def smtp(name: str) -> dict[str, object]:
    return {
        "senderAddress": "post@example.com",
        "senderName": name,
        "tls": True,
        "host": "smtp.example.com:587",
        "user": "u",
        "password": "correct horse battery",
    }


def test_what_one_replica_writes_the_other_reads_at_once(url: str, tmp_path: Path) -> None:
    with (
        running_service(tmp_path / "one", env=env(url)) as one,
        running_service(tmp_path / "two", env=env(url)) as two,
    ):
        token = create_token(tmp_path / "one", "admin", env=env(url))
        for number in range(10):
            writer, reader = (one, two) if number % 2 else (two, one)
            status, added = call(writer, token, "POST", "/smtp", smtp(f"first {number}"))
            assert status == 200
            path = f"/smtp/{added['id']}"
            status, found = call(reader, token, "GET", path)
            assert (status, found["smtpConfig"]["senderName"]) == (200, f"first {number}")
            assert call(reader, token, "PUT", path, smtp(f"second {number}"))[0] == 200
            assert call(writer, token, "GET", path)[1]["smtpConfig"]["senderName"] == f"second {number}"
            assert call(writer, token, "POST", f"{path}/_activate", {})[0] == 200
            assert call(reader, token, "GET", "/smtp")[1]["smtpConfig"]["id"] == added["id"]
        status, listed = call(one, token, "POST", "/smtp/_search", {})
        assert (status, listed["details"]["totalResult"]) == (200, "10")
        assert run("token", "revoke", "--data-dir", str(tmp_path), token_id(url), env=env(url)).returncode == 0
        assert [call(each, token, "GET", "/smtp")[0] for each in (one, two)] == [401, 401]
    assert len(audit(url)) == 30
    rows = query(url, "SELECT payload FROM events") + query(url, "SELECT settings FROM providers")
    assert all("correct horse" not in row[0] for row in rows)


def token_id(url: str) -> str:
    found: str = query(url, "SELECT id FROM tokens WHERE name = '' AND role = 'admin' ORDER BY created_at DESC")[0][0]
    return found


def test_replicas_that_start_at_once_on_a_new_database_agree(url: str, tmp_path: Path) -> None:
    starting = [
        subprocess.Popen(
            [command(), "token", "create", "--data-dir", str(tmp_path / str(number)), "--role", "admin"],
            env=environment(env(url)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(REPLICAS)
    ]
    done = [process.communicate(timeout=HANG) for process in starting]
    assert [process.returncode for process in starting] == [0] * REPLICAS, done
    assert query(url, "SELECT count(*) FROM instances") == [(1,)]
    assert query(url, "SELECT count(DISTINCT instance_id), count(*) FROM token_instances") == [(1, REPLICAS)]


def test_a_key_that_does_not_fit_is_refused_and_the_record_named(url: str, tmp_path: Path) -> None:
    with running_service(tmp_path, env=env(url)) as service:
        _, added = call(service, service.admin_token, "POST", "/smtp", smtp("n"))
    done = run("serve", "--data-dir", str(tmp_path), env=env(url, OTHER_KEY))
    assert done.returncode == 3
    assert f"does not open the secret of configuration {added['id']}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_replica_with_a_key_of_its_own_is_refused_before_anything_is_stored(url: str, tmp_path: Path) -> None:
    with running_service(tmp_path / "one", env=env(url)):
        done = run("serve", "--data-dir", str(tmp_path / "two"), env=env(url, OTHER_KEY))
    assert done.returncode == 3
    assert "not that of the other replicas" in done.stderr
    with running_service(tmp_path / "two", env=env(url)):
        pass


@pytest.mark.parametrize("what", ["port", "database", "user", "host"])
def test_a_database_that_can_not_be_used_is_said_in_a_line_without_the_password(
    url: str, tmp_path: Path, what: str
) -> None:
    _, _, rest = url.partition("@")
    address, _, name = rest.partition("/")
    host, _, _ = address.partition(":")
    wrong = {
        "port": f"postgresql://postgres:hunter2@{host}:1/{name}",
        "database": f"postgresql://postgres:hunter2@{address}/no_such",
        "user": f"postgresql://nobody_known:hunter2@{address}/{name}",
        "host": f"postgresql://postgres:hunter2@no-such-host.invalid/{name}",
    }[what]
    for arguments in (["serve"], ["token", "list"]):
        done = (run if arguments == ["serve"] else run_here)(*arguments, "--data-dir", str(tmp_path), env=env(wrong))
        assert done.returncode == 3
        assert done.stderr.startswith("mailproof: the database postgresql://")
        assert len(done.stderr.splitlines()) == 1
        assert "hunter2" not in done.stderr


def test_rebuild_compares_and_mends_beside_a_running_service(url: str, tmp_path: Path) -> None:
    def rebuild(*flags: str) -> tuple[int, str]:
        done = run_here("rebuild", "--data-dir", str(tmp_path), *flags, env=env(url))
        return done.returncode, done.stdout + done.stderr

    with running_service(tmp_path, env=env(url)) as service:
        token = service.admin_token
        _, added = call(service, token, "POST", "/smtp", smtp("right"))
        assert rebuild("--check") == (0, "the state is what the events say\n")
        execute(url, "UPDATE providers SET settings = replace(settings, 'right', 'wrong')")
        assert rebuild("--check")[0] == 1
        assert call(service, token, "GET", f"/smtp/{added['id']}")[1]["smtpConfig"]["senderName"] == "wrong"
        assert rebuild()[0] == 0
        assert call(service, token, "GET", f"/smtp/{added['id']}")[1]["smtpConfig"]["senderName"] == "right"
    execute(url, "DELETE FROM events WHERE sequence = 1")
    code, told = rebuild()
    assert code == 3
    assert "event 1 of instance" in told
    assert "is missing; nothing was changed" in told


def test_a_newer_schema_is_refused(url: str, tmp_path: Path) -> None:
    create_token(tmp_path, "admin", env=env(url))
    execute(url, "INSERT INTO schema_version (version, applied_at) VALUES (1000, 0)")
    done = run_here("token", "list", "--data-dir", str(tmp_path), env=env(url))
    assert done.returncode == 3
    assert "newer release" in done.stderr


def test_sqlite_users_import_no_driver_of_postgresql(tmp_path: Path) -> None:
    code = (
        "import sys; from mailproof.cli.main import main; "
        f"main(['token', 'create', '--role', 'admin', '--data-dir', {str(tmp_path)!r}]); "
        "import mailproof.service.app; sys.exit('asyncpg' in sys.modules)"
    )
    import sys

    done = subprocess.run([sys.executable, "-c", code], env=dict(os.environ), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
