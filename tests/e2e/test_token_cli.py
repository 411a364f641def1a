"""`mailproof token`, as a process, on a directory that is new, used, or in use."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from clock_support.waiting import HANG
from mailproof.domain.errors import InstanceNotFound, Unauthenticated
from mailproof.domain.model import Caller, Role
from mailproof.store.key_sources import KEY_FILE
from mailproof.store.sqlite.store import open_store
from mailproof.usecases.access import Access

TOKEN = re.compile(r"mp_[A-Za-z0-9_-]{43}\n")


def token(*arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILPROOF_")}
    return subprocess.run(
        [sys.executable, "-m", "mailproof", "token", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
        env=clean | (env or {}),
    )


def caller_of(data_dir: Path, text: str, instance_id: str | None = None) -> Caller:
    async def main() -> Caller:
        store = open_store(data_dir / "mailproof.db")
        try:
            return await Access(store).authenticate(f"Bearer {text.strip()}", "", instance_id)
        finally:
            await store.close()

    return asyncio.run(main())


def test_create_makes_the_directory_and_prints_the_token_alone(tmp_path: Path) -> None:
    done = token("create", "--data-dir", tmp_path / "a" / "b", "--role", "admin")
    assert (done.returncode, done.stderr) == (0, "")
    assert TOKEN.fullmatch(done.stdout)
    caller = caller_of(tmp_path / "a" / "b", done.stdout)
    assert caller.token.role is Role.ADMIN
    assert not (tmp_path / "a" / "b" / KEY_FILE).exists(), "tokens need no key"


def test_an_unknown_instance_is_made_and_said_on_stderr_once(tmp_path: Path) -> None:
    arguments = ("create", "--data-dir", tmp_path, "--role", "viewer", "--instance", "acme", "--name", "Ann's laptop")
    first, second = token(*arguments), token(*arguments)
    assert first.stderr == "mailproof: made the instance acme\n"
    assert second.stderr == ""
    assert TOKEN.fullmatch(first.stdout)
    assert first.stdout != second.stdout
    record = caller_of(tmp_path, first.stdout).token
    assert (record.instance_ids, record.name, record.role) == (("acme",), "Ann's laptop", Role.VIEWER)


def test_a_token_may_be_for_several_instances_in_their_order(tmp_path: Path) -> None:
    names = [part for name in ("two", "one", "two", "three") for part in ("--instance", name)]
    done = token("create", "--data-dir", tmp_path, "--role", "admin", *names)
    assert done.stderr == "".join(f"mailproof: made the instance {name}\n" for name in ("two", "one", "three"))
    caller = caller_of(tmp_path, done.stdout)
    assert caller.token.instance_ids == ("two", "one", "three")
    assert caller.instance_id == "two"
    assert caller_of(tmp_path, done.stdout, "three").instance_id == "three"
    with pytest.raises(InstanceNotFound):
        caller_of(tmp_path, done.stdout, "four")
    [row] = json.loads(token("list", "--data-dir", tmp_path, "--json").stdout)
    assert row["instance"] == "two,one,three"


@pytest.mark.parametrize("name", ["", "a b", "-a", "é", "x" * 101, "a,b"])
def test_an_instance_that_can_not_be_named_is_refused(tmp_path: Path, name: str) -> None:
    done = token("create", "--data-dir", tmp_path, "--role", "admin", f"--instance={name}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_has_the_database_open_sees_a_token_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        store = open_store(tmp_path / "mailproof.db")
        try:
            done = await asyncio.to_thread(token, "create", "--data-dir", tmp_path, "--role", "viewer")
            access = Access(store)
            caller = await access.authenticate(f"Bearer {done.stdout.strip()}", "")
            revoked = await asyncio.to_thread(token, "revoke", caller.token.id, "--data-dir", tmp_path)
            assert revoked.returncode == 0
            with pytest.raises(Unauthenticated):
                await access.authenticate(f"Bearer {done.stdout.strip()}", "")
        finally:
            await store.close()

    asyncio.run(main())


def test_list_shows_records_and_neither_tokens_nor_digests(tmp_path: Path) -> None:
    made = [
        token("create", "--data-dir", tmp_path, "--role", role, "--instance", "i", "--name", f"the {role}").stdout
        for role in ("admin", "viewer")
    ]
    listed = json.loads(token("list", "--data-dir", tmp_path, "--json").stdout)
    assert [(row["name"], row["role"], row["instance"], row["revoked"]) for row in listed] == [
        ("the admin", "admin", "i", None),
        ("the viewer", "viewer", "i", None),
    ]
    assert token("revoke", listed[0]["id"], "--data-dir", tmp_path).returncode == 0
    table = token("list", "--data-dir", tmp_path)
    head, first, second = table.stdout.splitlines()
    assert head.split() == ["id", "name", "role", "instance", "created", "revoked"]
    assert first.startswith(listed[0]["id"])
    assert not first.endswith(" -")
    assert second.endswith(" -")
    shown = table.stdout + table.stderr + json.dumps(listed)
    for text in made:
        assert text.strip() not in shown
    assert not re.search(r"[0-9a-f]{64}", shown)


def test_the_directory_may_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(f"data_dir = {json.dumps(str(tmp_path))}\n")
    assert token("create", "--role", "admin", env={"MAILPROOF_DATA_DIR": str(tmp_path)}).returncode == 0
    assert token("create", "--role", "admin", env={"MAILPROOF_CONFIG": str(tmp_path / "x.toml")}).returncode == 0
    assert len(json.loads(token("list", "--json", "--data-dir", tmp_path).stdout)) == 2


def test_revoking_what_is_not_there_fails(tmp_path: Path) -> None:
    token("create", "--data-dir", tmp_path, "--role", "admin")
    done = token("revoke", "42", "--data-dir", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "mailproof: there is no token with the id 42\n"


@pytest.mark.parametrize("action", [["list"], ["revoke", "42"]])
def test_a_mistyped_directory_is_said_and_not_made(tmp_path: Path, action: list[str]) -> None:
    done = token(*action, "--data-dir", tmp_path / "typo")
    assert done.returncode == 1
    assert done.stderr.startswith("mailproof: there is no database")
    assert not (tmp_path / "typo").exists()


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mailproof.db").write_bytes(b"something else entirely, not SQLite's \n" * 100)
    done = token("create", "--data-dir", tmp_path, "--role", "admin")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("mailproof: the database")
    assert done.stderr.count("\n") == 1
