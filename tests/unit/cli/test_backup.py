"""`mailproof backup`, `restore`, and what other commands make: their sentences and exit codes."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from mailproof.cli.main import main
from mailproof.store.key_sources import KEY_FILE

FILE = "a.backup"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAILPROOF_DATA_DIR", "MAILPROOF_CONFIG", "MAILPROOF_ENCRYPTION_KEY", "MAILPROOF_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The flags for a directory with a database that has a token, and so needs its key."""
    where = ["--data-dir", str(tmp_path / "data")]
    assert main(["token", "create", "--role", "admin", "--init", *where]) == 0
    capsys.readouterr()
    return where


def said(capsys: pytest.CaptureFixture[str]) -> str:
    shown = capsys.readouterr()
    return shown.out + shown.err


def test_a_backup_says_what_it_holds_and_which_key_it_needs(
    tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / FILE
    assert main(["backup", str(backup), *data]) == 0
    made = said(capsys)
    assert "1 tokens" in made
    assert f"keep a copy of {tmp_path / 'data' / KEY_FILE} in another place" in made
    assert backup.stat().st_mode & 0o777 == 0o600
    assert main(["keys", "list", "--json", *data]) == 0
    [key] = json.loads(said(capsys))
    assert f"needs key  {key['id']}, which is not in this file" in made
    assert main(["backup", str(backup), "--verify", "--json"]) == 0
    found = json.loads(said(capsys))
    assert (found["keys"], found["rows"]["tokens"], found["verified"]) == ([key["id"]], 1, True)
    assert (tmp_path / "data" / KEY_FILE).read_bytes().strip() not in backup.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"data", FILE}


def test_a_file_is_replaced_only_by_force(tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    backup = tmp_path / FILE
    backup.write_text("mine")
    assert main(["backup", str(backup), *data]) == 3
    assert "replace it with --force" in said(capsys)
    assert backup.read_text() == "mine"
    assert main(["backup", str(backup), "--force", *data]) == 0
    assert main(["backup", str(backup), "--verify"]) == 0


@pytest.mark.parametrize(
    "name", ["mailproof.db", "mailproof.db-wal", "mailproof.db.acknowledged", KEY_FILE, "link.backup"]
)
def test_a_backup_takes_the_place_of_nothing_that_the_service_needs(
    tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """`--force` on the wrong line of a shell's history must not cost the database or the key."""
    (tmp_path / "data" / "link.backup").symlink_to(KEY_FILE)
    before = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    assert main(["backup", str(tmp_path / "data" / name), "--force", *data]) == 3
    assert "is a file of the service itself: name another one for the backup" in said(capsys)
    assert {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()} == before


def test_a_backup_takes_the_place_of_no_device(
    tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert main(["backup", str(tmp_path / "pipe"), "--force", *data]) == 3
    assert "is none: name a file" in said(capsys)
    assert (tmp_path / "pipe").is_fifo()
    assert main(["backup", "-", *data]) == 3
    assert "a backup is a file, and - is none" in said(capsys)


def test_a_directory_of_another_user_is_one_sentence(
    tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Path.stat

    def refuse(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.parent == tmp_path / "data":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return looked(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", refuse)
    for command in (["token", "list"], ["backup", str(tmp_path / FILE)], ["rebuild", "--check"], ["thin", "--keep=5"]):
        assert main([*command, *data]) == 3
        database = tmp_path / "data" / "mailproof.db"
        assert said(capsys) == f"mailproof: the database {database} can't be opened: Permission denied\n", command


def test_what_a_killed_run_left_goes_with_the_next(
    tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for ending in ("part", "part-db"):
        (tmp_path / f".{FILE}.{ending}").write_text("half of one")
    assert main(["backup", str(tmp_path / FILE), *data]) == 0
    assert "verified" in said(capsys)
    assert {path.name for path in tmp_path.iterdir()} == {"data", FILE}


@pytest.mark.parametrize("target", ["missing/a.backup", "data"])
def test_a_place_that_can_not_be_written_is_one_sentence(
    tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str], target: str
) -> None:
    assert main(["backup", str(tmp_path / target), "--force", *data]) == 3
    assert said(capsys).startswith(f"mailproof: the backup {tmp_path / target} can't be written: ")


@pytest.mark.parametrize("action", ["backup", "restore"])
def test_postgresql_has_its_own_backups(
    tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str], action: str
) -> None:
    server = ["--database-url", "postgresql://u@127.0.0.1:1/d"]
    if action == "restore":
        main(["backup", str(tmp_path / FILE), *data])
    assert main([action, str(tmp_path / FILE), *data, *server]) == 3
    assert "pg_dump" in said(capsys)


def test_a_restore_needs_the_key(tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["backup", str(tmp_path / FILE), *data])
    new = ["--data-dir", str(tmp_path / "new")]
    capsys.readouterr()
    assert main(["restore", str(tmp_path / FILE), *new]) == 3
    assert f"there is no directory {tmp_path / 'new'}, and nothing was made" in said(capsys)
    (tmp_path / "new").mkdir()
    assert main(["restore", str(tmp_path / FILE), *new]) == 3
    assert "put the key there from where you keep it" in said(capsys)
    assert main(["token", "create", "--role", "admin", "--data-dir", str(tmp_path / "other"), "--init"]) == 0
    (tmp_path / "other" / KEY_FILE).rename(tmp_path / "new" / KEY_FILE)
    assert main(["restore", str(tmp_path / FILE), *new]) == 3
    assert f"which is not in {tmp_path / 'new' / KEY_FILE}" in said(capsys)
    assert [path.name for path in (tmp_path / "new").iterdir()] == [KEY_FILE]
    (tmp_path / "data" / KEY_FILE).replace(tmp_path / "new" / KEY_FILE)
    assert main(["restore", str(tmp_path / FILE), *new]) == 0
    assert "set aside  nothing" in said(capsys)
    assert main(["token", "list", *new]) == 0
    assert "admin" in said(capsys)


def test_a_restore_says_where_the_former_database_is(
    tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["backup", str(tmp_path / FILE), *data])
    main(["instance", "create", "later", *data])
    capsys.readouterr()
    assert main(["restore", str(tmp_path / FILE), *data]) == 0
    shown = said(capsys)
    assert "restored " in shown
    assert f"set aside  {tmp_path / 'data' / 'mailproof.db.before-'}" in shown
    assert main(["instance", "list", *data]) == 0
    assert "later" not in said(capsys)


def test_a_database_that_is_not_there_is_not_backed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", str(tmp_path / FILE), "--data-dir", str(tmp_path / "typo")]) == 3
    assert "there is no database" in said(capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_loss_can_be_accepted_once(tmp_path: Path, data: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "data" / "mailproof.db"
    before = database.read_bytes()
    main(["instance", "create", "later", *data])
    database.write_bytes(before)
    assert main(["instance", "list", *data]) == 3
    assert "mailproof rebuild --accept-loss" in said(capsys)
    assert main(["rebuild", "--accept-loss", *data]) == 0
    assert "taken as it is: 2 commits are there, of 3 that were acknowledged" in said(capsys)
    assert main(["instance", "list", *data]) == 0


def test_commands_say_what_they_make(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data-dir", str(tmp_path / "data")]
    for command_ in (["instance", "create", "a"], ["token", "create", "--role", "admin"]):
        assert main([*command_, *where]) == 3
        assert "make it with --init" in said(capsys)
    assert not (tmp_path / "data").exists()
    (tmp_path / "data").mkdir()
    assert main(["instance", "create", "a", *where]) == 0, "an empty directory that exists is filled"
    assert f"made the database sqlite:///{tmp_path / 'data' / 'mailproof.db'}" in capsys.readouterr().err
    assert main(["token", "create", "--role", "admin", *where]) == 0
    assert f"made the encryption key {tmp_path / 'data' / KEY_FILE}" in capsys.readouterr().err
