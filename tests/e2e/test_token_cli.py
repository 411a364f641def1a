"""`mailproof token` on a directory that is new, used, or in use."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from mailproof.domain.caller_errors import Unauthenticated
from mailproof.domain.errors import InstanceNotFound
from mailproof.domain.model import Caller, Permission, Role
from mailproof.store.key_sources import KEY_FILE
from mailproof.store.sealing import open_sealer
from mailproof.store.sqlite.store import open_store
from mailproof.usecases.access import Access
from service_support.service import run, run_here

TOKEN = re.compile(r"mp_[A-Za-z0-9_-]{43}\n")


MADE = re.compile(r"mailproof: the token \d+ \(fingerprint [0-9a-f]{12}\) (is good until .*Z|never expires)\n")
"""The line on stderr about a token that was made."""


def token(*arguments: object, stdin: str = "", env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return run_here("token", *map(str, arguments), stdin=stdin, env=env)


def process(*arguments: object) -> subprocess.CompletedProcess[str]:
    return run("token", *map(str, arguments))


def caller_of(data_dir: Path, text: str, instance_id: str | None = None) -> Caller:
    async def main() -> Caller:
        store = open_store(data_dir / "mailproof.db")
        try:
            access = Access(store, open_sealer(data_dir, None))
            return await access.authenticate(f"Bearer {text.strip()}", "", instance_id)
        finally:
            await store.close()

    return asyncio.run(main())


def test_create_makes_the_directory_if_it_shall_and_prints_the_token_alone(tmp_path: Path) -> None:
    where = ("--data-dir", tmp_path / "a" / "b", "--role", "admin")
    done = process("create", *where)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"mailproof: there is no directory {tmp_path / 'a' / 'b'}, and nothing was made: check its spelling, or make "
        "it with --init\n"
    )
    assert not list(tmp_path.iterdir())
    done = process("create", *where, "--init")
    assert done.returncode == 0
    database, key, made = done.stderr.splitlines(keepends=True)
    assert database == f"mailproof: made the database sqlite:///{tmp_path / 'a' / 'b' / 'mailproof.db'}\n"
    assert key.startswith(f"mailproof: made the encryption key {tmp_path / 'a' / 'b' / KEY_FILE}: keep a copy")
    assert MADE.fullmatch(made)
    assert TOKEN.fullmatch(done.stdout)
    caller = caller_of(tmp_path / "a" / "b", done.stdout)
    assert caller.token.role is Role.ADMIN
    assert (tmp_path / "a" / "b" / KEY_FILE).stat().st_mode & 0o777 == 0o600, "a service that starts there uses it"


def test_an_unknown_instance_is_made_and_said_on_stderr_once(tmp_path: Path) -> None:
    arguments = ("create", "--data-dir", tmp_path, "--role", "viewer", "--instance", "acme", "--name", "Ann's laptop")
    first, second = token(*arguments), token(*arguments)
    assert "mailproof: made the instance acme\n" in first.stderr
    assert MADE.fullmatch(second.stderr)
    assert TOKEN.fullmatch(first.stdout)
    assert first.stdout != second.stdout
    record = caller_of(tmp_path, first.stdout).token
    assert (record.instance_ids, record.name, record.role) == (("acme",), "Ann's laptop", Role.VIEWER)


def test_a_token_may_be_for_several_instances_in_their_order(tmp_path: Path) -> None:
    names = [part for name in ("two", "one", "two", "three") for part in ("--instance", name)]
    token("create", "--data-dir", tmp_path, "--role", "viewer")
    done = token("create", "--data-dir", tmp_path, "--role", "admin", *names)
    made = "".join(f"mailproof: made the instance {name}\n" for name in ("two", "one", "three"))
    assert MADE.fullmatch(done.stderr.removeprefix(made))
    caller = caller_of(tmp_path, done.stdout)
    assert caller.token.instance_ids == ("two", "one", "three")
    assert caller.instance_id == "two"
    assert caller_of(tmp_path, done.stdout, "three").instance_id == "three"
    with pytest.raises(InstanceNotFound):
        caller_of(tmp_path, done.stdout, "four")
    _, row = json.loads(token("list", "--data-dir", tmp_path, "--json").stdout)
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
            done = await asyncio.to_thread(process, "create", "--data-dir", tmp_path, "--role", "viewer")
            access = Access(store, open_sealer(tmp_path, None))
            caller = await access.authenticate(f"Bearer {done.stdout.strip()}", "")
            revoked = await asyncio.to_thread(process, "revoke", caller.token.id, "--data-dir", tmp_path)
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
    assert [(row["name"], row["role"], row["permissions"], row["instance"], row["revoked"]) for row in listed] == [
        ("the admin", "admin", "iam.read,iam.write", "i", None),
        ("the viewer", "viewer", "iam.read", "i", None),
    ]
    assert [row["fingerprint"] for row in listed] == [
        hashlib.sha256(text.strip().encode()).hexdigest()[:12] for text in made
    ]
    assert token("revoke", listed[0]["id"], "--data-dir", tmp_path).returncode == 0
    table = token("list", "--data-dir", tmp_path)
    head, first, second = table.stdout.splitlines()
    assert head.split() == list(listed[0])
    assert first.startswith(listed[0]["id"])
    assert first.endswith(" revoked")
    assert second.endswith(" active")
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
    assert done.returncode == 3
    assert done.stderr.startswith("mailproof: there is no database")
    assert not (tmp_path / "typo").exists()


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mailproof.db").write_bytes(b"something else entirely, not SQLite's \n" * 100)
    done = token("create", "--data-dir", tmp_path, "--role", "admin")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("mailproof: the database")
    assert done.stderr.count("\n") == 1


def test_a_leaked_token_is_identified_and_revoked_by_standard_input(tmp_path: Path) -> None:
    first, second = (token("create", "--data-dir", tmp_path, "--role", "admin", "--name", n).stdout for n in "ab")
    found = json.loads(token("identify", "--json", "--data-dir", tmp_path, stdin=f"Bearer {second}").stdout)
    assert (found["name"], found["state"]) == ("b", "active")
    assert token("revoke", "--token-stdin", "--data-dir", tmp_path, stdin=second).returncode == 0
    states = {row["name"]: row["state"] for row in json.loads(token("list", "--json", "--data-dir", tmp_path).stdout)}
    assert states == {"a": "active", "b": "revoked"}
    assert "revoked" in token("identify", "--data-dir", tmp_path, stdin=second).stdout
    for action in (["identify"], ["revoke", "--token-stdin"]):
        for text in ("", "mp_unknown", first[:-2], "é\0" * 9000):
            done = token(*action, "--data-dir", tmp_path, stdin=text)
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr == "mailproof: that is no token of this database\n"


def test_a_token_as_an_argument_is_refused_and_not_repeated(tmp_path: Path) -> None:
    text = token("create", "--data-dir", tmp_path, "--role", "admin").stdout.strip()
    done = token("revoke", text, "--data-dir", tmp_path)
    assert done.returncode == 2
    assert "--token-stdin" in done.stderr
    assert text not in done.stderr
    for both in (["42", "--token-stdin"], []):
        assert token("revoke", *both, "--data-dir", tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("when", "ends"),
    [
        ("never", None),
        ("2099-12-31", "2100-01-01T00:00:00+00:00"),
        ("2099-12-31T12:00Z", "2099-12-31T12:00:00+00:00"),
        ("2099-12-31T12:00:30+02:00", "2099-12-31T10:00:30+00:00"),
    ],
)
def test_a_token_ends_when_it_is_said_to(tmp_path: Path, when: str, ends: str | None) -> None:
    done = token("create", "--data-dir", tmp_path, "--role", "viewer", "--expires", when)
    assert ("never expires" in done.stderr) is (ends is None)
    [row] = json.loads(token("list", "--data-dir", tmp_path, "--json").stdout)
    assert row["expires"] == ends


def test_permissions_beyond_the_role_are_kept_with_the_token(tmp_path: Path) -> None:
    done = token("create", "--data-dir", tmp_path, "--role", "admin", "--permission", "iam.secrets")
    assert caller_of(tmp_path, done.stdout).token.extra_permissions == {Permission.SECRETS}
    refused = token("create", "--data-dir", tmp_path, "--role", "admin", "--permission", "iam.everything")
    assert refused.returncode == 2
    assert "iam.secrets" in refused.stderr


def test_another_key_or_none_is_said_and_no_key_is_made(tmp_path: Path) -> None:
    token("create", "--data-dir", tmp_path, "--role", "admin")
    other = {"MAILPROOF_ENCRYPTION_KEY": base64.b64encode(b"x" * 32).decode()}
    for action in (["list"], ["identify"], ["revoke", "42"], ["create", "--role", "admin"]):
        done = token(*action, "--data-dir", tmp_path, env=other)
        assert (done.returncode, done.stdout) == (3, "")
        assert "not the one that the access tokens are kept under" in done.stderr
    (tmp_path / KEY_FILE).unlink()
    for action in (["list"], ["create", "--role", "admin"]):
        done = token(*action, "--data-dir", tmp_path)
        assert (done.returncode, done.stdout) == (3, "")
        assert "the encryption key of the service is needed" in done.stderr
    assert not (tmp_path / KEY_FILE).exists(), "a new key would be another one"


def test_a_name_that_drives_a_terminal_is_shown_as_what_it_is(tmp_path: Path) -> None:
    token("create", "--data-dir", tmp_path, "--role", "admin", "--name", "x")
    with closing(sqlite3.connect(tmp_path / "mailproof.db")) as connection, connection:
        connection.execute("UPDATE tokens SET name = ?", ("\x1b]0;owned\x07",))
    shown = token("list", "--data-dir", tmp_path).stdout
    assert "\x1b" not in shown
    assert shown.splitlines()[1].endswith(" altered")
