"""Attacks on stored secrets, on a running service: by who can write its database, read its files, or cut a rotation."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clock_support.waiting import HANG
from service_support.service import RunningService, command, environment, run, run_here, running_service, start_service

SMTP = {
    "senderAddress": "post@example.com",
    "senderName": "n",
    "tls": True,
    "host": "smtp.example.com:587",
    "user": "u",
}


def call(service: RunningService, method: str, path: str, body: object = None) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"{service.http_url}{path}",
        method=method,
        data=json.dumps(body).encode() if body is not None else None,
        headers={"authorization": f"Bearer {service.admin_token}", "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            return answer.status, json.loads(answer.read().splitlines()[-1])  # the last message of a stream
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def add(service: RunningService, password: str) -> str:
    status, made = call(service, "POST", "/admin/v1/smtp", SMTP | {"password": password})
    assert status == 200, made
    identity: str = made["id"]
    return identity


def sealed_of(service: RunningService, provider_id: str) -> bytes:
    with closing(sqlite3.connect(service.data_dir / "mailproof.db")) as connection:
        blob: bytes = connection.execute("SELECT sealed FROM providers WHERE id = ?", (provider_id,)).fetchone()[0]
        return blob


def on_disk(service: RunningService) -> bytes:
    return b"".join(path.read_bytes() for path in service.data_dir.iterdir() if path.name.startswith("mailproof.db"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningService]:
    with running_service(tmp_path / "data") as running:
        yield running


def test_a_host_that_was_changed_in_the_database_gets_no_password(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data", "--egress-profile", "development")
    try:
        box = service.sandbox
        settings = SMTP | {"tls": False, "host": f"127.0.0.1:{box.starttls_port}", "user": box.user}
        _, made = call(service, "POST", "/admin/v1/smtp", settings | {"password": box.password})
        path = f"/admin/v1/smtp/{made['id']}/_test"
        status, answer = call(service, "POST", path, {"receiverAddress": "you@example.com"})
        assert "SECRET_UNREADABLE" not in json.dumps(answer), "before the attack it opens"
        with closing(sqlite3.connect(service.data_dir / "mailproof.db")) as attacker, attacker:
            attacker.execute("UPDATE providers SET settings = replace(settings, '127.0.0.1:', '127.0.0.2:')")
        status, answer = call(service, "POST", path, {"receiverAddress": "you@example.com"})
        assert (status, "SECRET_UNREADABLE" in json.dumps(answer)) == (400, True), answer
        status, answer = call(service, "POST", "/v1/settings:diagnose", {"configId": made["id"]})
        assert "SECRET_UNREADABLE" in json.dumps(answer)
    finally:
        assert service.stop() == 0


def test_nothing_of_a_removed_or_replaced_secret_is_left_in_the_files(service: RunningService) -> None:
    kept, replaced, removed = (add(service, word) for word in ("kept", "replaced", "removed"))
    blobs = {each: sealed_of(service, each) for each in (kept, replaced, removed)}
    for blob in blobs.values():
        assert blob in on_disk(service)
        assert b64encode(blob) in on_disk(service), "the event has it too"
    assert call(service, "PUT", f"/admin/v1/smtp/{replaced}/password", {"password": "new"})[0] == 200
    assert call(service, "DELETE", f"/admin/v1/smtp/{removed}")[0] == 200
    files = on_disk(service)
    for each in (replaced, removed):
        assert blobs[each] not in files
        assert b64encode(blobs[each])[:40] not in files
    assert blobs[kept] in files
    assert run_here("rebuild", "--check", "--data-dir", str(service.data_dir)).returncode == 0
    _, events = call(service, "GET", "/v1/events")
    assert len(events["events"]) == 5


def test_a_test_of_what_is_stored_is_in_the_log(service: RunningService) -> None:
    mine = add(service, "pw")
    call(service, "POST", f"/admin/v1/smtp/{mine}/_test", {"receiverAddress": "you@example.com"})
    call(service, "POST", "/v1/settings:diagnose", {"configId": mine})
    _, log = call(service, "GET", "/v1/events")
    (test,) = [event for event in log["events"] if event["type"] == "CONFIG_EVENT_TYPE_TESTED"]  # once an hour
    assert test["providerId"] == mine
    assert test["testCode"]
    assert test["actorTokenName"]


def test_an_administrator_without_the_permission_exports_no_secret(service: RunningService) -> None:
    add(service, "pw")
    status, answer = call(service, "POST", "/v1/configs:export", {"passphrase": "long enough, surely"})
    assert (status, "iam.secrets" in json.dumps(answer)) == (403, True)
    status, answer = call(service, "POST", "/v1/configs:export", {})
    assert (status, answer["document"]["providers"][0].get("secret", "")) == (200, "")


def test_a_rotation_that_is_killed_is_finished_by_the_next_while_clients_write(service: RunningService) -> None:
    made = [add(service, f"pw {number}") for number in range(60)]
    ending = threading.Event()
    answers: list[int] = []

    def write() -> None:
        number = 0
        while not ending.is_set():
            number += 1
            each = made[number % len(made)]
            answers.append(call(service, "PUT", f"/admin/v1/smtp/{each}", SMTP | {"description": str(number)})[0])
            answers.append(call(service, "PUT", f"/admin/v1/smtp/{each}/password", {"password": str(number)})[0])

    client = threading.Thread(target=write)
    client.start()
    try:
        killed = subprocess.Popen(
            [command(), "keys", "rotate", "--data-dir", str(service.data_dir)],
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert killed.stdout is not None
        killed.stdout.readline()  # the new key is made
        killed.send_signal(signal.SIGKILL)
        killed.wait(HANG)
        killed.stdout.close()
        newest = run_here("keys", "list", "--json", "--data-dir", str(service.data_dir)).stdout
        unfinished = json.loads(newest)[1]["secrets"] > 0
        finished = run("keys", "rotate", "--data-dir", str(service.data_dir))
    finally:
        ending.set()
        client.join(HANG)
    assert finished.returncode == 0, finished.stderr
    assert "0 secrets left under old keys" in finished.stdout
    assert not unfinished or "made the key" not in finished.stdout, "it goes on with the key of the run that was killed"
    assert set(answers) == {200}
    uses = json.loads(run_here("keys", "list", "--json", "--data-dir", str(service.data_dir)).stdout)
    assert [(use["secrets"], use["event_secrets"]) for use in uses][:2] == [(60, 60), (0, 0)]
    assert run("keys", "retire", "--data-dir", str(service.data_dir)).returncode == 0
    add(service, "after")
    assert len((service.data_dir / "secret.key").read_text().split()) == 1
    for each in made[::20]:  # the running service opens them with the new key alone
        _, answer = call(service, "POST", f"/admin/v1/smtp/{each}/_test", {"receiverAddress": "you@example.com"})
        assert "SECRET_UNREADABLE" not in json.dumps(answer)
    assert run_here("rebuild", "--check", "--data-dir", str(service.data_dir)).returncode == 0


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo hunter2hunter2hunter2; exit 0", "must be base64"),
        ("yes hunter2hunter2hunter2", "prints more than keys"),
        ("echo hunter2hunter2hunter2hunter2 no access >&2; exit 3", "ended with 3: ... no access"),
    ],
)
def test_a_key_command_that_misbehaves_ends_the_start_and_is_not_quoted(
    tmp_path: Path, script: str, problem: str
) -> None:
    done = run("serve", "--data-dir", str(tmp_path), "--encryption-key-command", f"sh -c '{script}'")
    assert (done.returncode, problem in done.stderr) == (3, True), done.stderr
    assert "hunter2" not in done.stderr + done.stdout
    assert not (tmp_path / "secret.key").exists()
