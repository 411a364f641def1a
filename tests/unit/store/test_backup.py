"""Backups of SQLite and their restore: whole, checked, and never mixed with what was there."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from contract.sqlite_audit import audit
from mailproof.domain.errors import StartupError
from mailproof.store.backup_file import Manifest, digest_of, read_manifest, write_backup
from mailproof.store.file_lock import locked_directory
from mailproof.store.sqlite import backup, guard, restore
from mailproof.store.sqlite.note import note_path
from mailproof.store.sqlite.store import SqliteStore, open_store

NOW = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)


def commits(path: Path, *names: str, killed_as: Path | None = None) -> None:
    """Make an instance for each name; copy the directory as kill -9 would leave it."""

    async def main() -> None:
        store = open_store(path)
        try:
            for name in names:
                await store.create_instance(name)
            if killed_as is not None:
                shutil.copytree(path.parent, killed_as)
        finally:
            await store.close()

    asyncio.run(main())


def instances(path: Path) -> set[str]:
    async def main() -> set[str]:
        store = open_store(path)
        try:
            return set(await store.instances()) - {await store.default_instance()}
        finally:
            await store.close()

    return asyncio.run(main())


def make(database: Path, target: Path) -> Manifest:
    """Back up as the command does."""
    copy = target.with_name(f"{target.name}.copy")
    with backup.in_use(database):
        backup.copy(database, copy)
    found = backup.examine(copy, "it")
    manifest = Manifest("0.1.0", NOW, prepared=True, size=copy.stat().st_size, sha256=digest_of(copy), contents=found)
    with target.open("wb") as file:
        write_backup(file, manifest, copy)
    copy.unlink()
    return manifest


def put_back(path: Path, database: Path) -> restore.Restored:
    return restore.restore(path, read_manifest(path), database, NOW)


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """A backup with the instances a and b, of a database that has c too."""
    commits(tmp_path / "d" / "x.db", "a", "b")
    make(tmp_path / "d" / "x.db", tmp_path / "b.backup")
    commits(tmp_path / "d" / "x.db", "c")
    return tmp_path / "b.backup"


def test_a_backup_says_what_it_holds(taken: Path) -> None:
    manifest = read_manifest(taken)
    assert (manifest.contents.commits, manifest.contents.rows["instances"]) == (2, 3)
    assert manifest.contents.rows["events"] == 0
    assert set(manifest.contents.sequences) > {"a", "b"}
    assert manifest.contents.keys == ()


def test_a_copy_has_all_that_was_committed_before_it(tmp_path: Path) -> None:
    """Beside a writer that does not stop, of whose commits most lie in the write-ahead log."""
    done: list[str] = []
    ended = threading.Event()

    async def write(store: SqliteStore) -> None:
        for number in count():
            await store.create_instance(f"i{number}")
            done.append(f"i{number}")
            if ended.is_set():
                return

    async def main() -> None:
        store = open_store(tmp_path / "x.db")
        try:
            writing = asyncio.ensure_future(write(store))
            for number in range(5):
                before = list(done)
                await asyncio.to_thread(make, tmp_path / "x.db", tmp_path / f"{number}.backup")
                assert set(before) <= set(read_manifest(tmp_path / f"{number}.backup").contents.sequences)
            ended.set()
            await writing
        finally:
            await store.close()

    asyncio.run(main())
    assert len(done) > 5


def test_a_restore_keeps_what_was_there(taken: Path, tmp_path: Path) -> None:
    database = tmp_path / "d" / "x.db"
    done = put_back(taken, database)
    assert done.aside == tmp_path / "d" / "x.db.before-20261122T060500Z"
    assert instances(database) == {"a", "b"}
    audit(database)
    assert instances(done.aside / "x.db") == {"a", "b", "c"}, "whole, with its note"
    commits(database, "d")
    again = put_back(taken, database)
    assert again.aside == tmp_path / "d" / "x.db.before-20261122T060500Z-2"
    assert instances(database) == {"a", "b"}
    assert {path.name for path in database.parent.iterdir()} == {
        "x.db",
        "x.db.acknowledged",
        done.aside.name,
        again.aside.name,
    }


def test_a_restore_where_nothing_was(taken: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert put_back(taken, tmp_path / "new" / "x.db").aside is None
    assert instances(tmp_path / "new" / "x.db") == {"a", "b"}
    assert (tmp_path / "new" / "x.db").stat().st_mode & 0o777 == 0o600


def test_the_log_of_a_killed_process_goes_aside_with_its_file(taken: Path, tmp_path: Path) -> None:
    commits(tmp_path / "d" / "x.db", "e", killed_as=tmp_path / "killed")
    assert (tmp_path / "killed" / "x.db-wal").stat().st_size
    done = put_back(taken, tmp_path / "killed" / "x.db")
    assert instances(tmp_path / "killed" / "x.db") == {"a", "b"}
    assert done.aside is not None
    assert instances(done.aside / "x.db") == {"a", "b", "c", "e"}


def test_a_damaged_file_is_replaced_and_kept(taken: Path, tmp_path: Path) -> None:
    database = tmp_path / "d" / "x.db"
    database.write_bytes(b"\xa5" * 10_000)
    done = put_back(taken, database)
    assert instances(database) == {"a", "b"}
    assert done.aside is not None
    assert (done.aside / "x.db").read_bytes() == b"\xa5" * 10_000


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.suffix != ".db-shm"}


def refused(path: Path, database: Path) -> str:
    before = files(database.parent)
    with pytest.raises(StartupError) as error:
        put_back(path, database)
    assert files(database.parent) == before, "nothing was changed"
    return str(error.value)


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_a_log_that_belongs_to_nothing_there_is_refused(taken: Path, tmp_path: Path, ending: str) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / f"x.db{ending}").write_bytes(b"of another file")
    assert f"x.db{ending} lies there without its file" in refused(taken, tmp_path / "new" / "x.db")
    (tmp_path / "d" / f"x.db{ending}").write_bytes(b"of another file")
    assert f"x.db{ending} lies there beside x.db, to which it does not belong" in refused(
        taken, tmp_path / "d" / "x.db"
    )


def test_the_log_of_another_database_is_refused(taken: Path, tmp_path: Path) -> None:
    commits(tmp_path / "e" / "x.db", "z", killed_as=tmp_path / "killed")
    shutil.copy(tmp_path / "killed" / "x.db-wal", tmp_path / "d" / "x.db-wal")
    assert "to which it does not belong" in refused(taken, tmp_path / "d" / "x.db")


def test_a_log_beside_a_file_that_was_copied_there_is_refused(taken: Path, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "d" / "x.db", tmp_path / "old.db")
    commits(tmp_path / "d" / "x.db", "e", killed_as=tmp_path / "killed")
    shutil.copy(tmp_path / "old.db", tmp_path / "killed" / "x.db")
    assert "to which it does not belong" in refused(taken, tmp_path / "killed" / "x.db")


def test_a_database_in_use_is_left_alone(taken: Path, tmp_path: Path) -> None:
    async def main() -> None:
        store = open_store(tmp_path / "d" / "x.db")
        try:
            assert "is in use" in await asyncio.to_thread(refused, taken, tmp_path / "d" / "x.db")
        finally:
            await store.close()

    asyncio.run(main())
    assert instances(tmp_path / "d" / "x.db") == {"a", "b", "c"}


def _flip(content: bytes) -> bytes:
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)


def _nest(_: bytes) -> bytes:
    return _zip("[" * 100_000)


def _encrypt(_: bytes) -> bytes:
    content = bytearray(_zip("{}"))
    content[6] |= 1  # the flags of the file, and of its entry in the directory
    content[content.index(b"PK\1\2") + 8] |= 1
    return bytes(content)


def _zip(manifest: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("manifest.json", manifest)
    return written.getvalue()


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize("harm", [_flip, _cut, _nest, _encrypt, lambda _: b"", lambda _: b"something else " * 50])
def test_a_damaged_backup_is_not_restored(taken: Path, tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    taken.write_bytes(harm(taken.read_bytes()))
    assert "backup" in refused(taken, tmp_path / "d" / "x.db")


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Return a backup with another manifest."""
    other = path.with_name("other.backup")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
        document = json.loads(source.read("manifest.json"))
        change(document)
        target.writestr("manifest.json", json.dumps(document))
        target.writestr("mailproof.db", source.read("mailproof.db"))
    return other


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda found: found.update(format="another"), "is no backup of mailproof"),
        (lambda found: found.update(version=2), "a newer release"),
        (lambda found: found.update(size=1), "is damaged"),
        (lambda found: found.update(size=10**12), "is damaged"),
        (lambda found: found.update(sha256="0" * 64), "is damaged"),
        (lambda found: found.pop("contents"), "is damaged"),
        (lambda found: found["contents"].update(commits=float("inf")), "is damaged"),
        (lambda found: found["contents"].update(commits=7), "does not hold what its manifest says"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    taken: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    assert sentence in refused(rewritten(taken, change), tmp_path / "d" / "x.db")


def test_a_copied_database_file_is_no_backup(taken: Path, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "d" / "x.db", tmp_path / "copied")
    assert "may lack what was in its write-ahead log" in refused(tmp_path / "copied", tmp_path / "d" / "x.db")
    assert "can't be read" in refused(tmp_path / "missing", tmp_path / "d" / "x.db")
    assert taken.exists()


def test_a_state_that_differs_from_its_events_makes_no_backup(tmp_path: Path) -> None:
    commits(tmp_path / "x.db", "a")
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("UPDATE instances SET provider_count = 3 WHERE id = 'a'")
    with pytest.raises(StartupError, match="run mailproof rebuild first"):
        make(tmp_path / "x.db", tmp_path / "b.backup")
    assert not (tmp_path / "b.backup").exists()


class Killed(BaseException):
    """Ends a restore as kill -9 does: at a step, with no work after it."""


def cut_at(step: int, patched: pytest.MonkeyPatch) -> None:
    """Have the process killed before the given one of the steps that change files."""
    done = count()

    def counted(run: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*arguments: Any, **named: Any) -> Any:
            if next(done) == step:
                raise Killed
            return run(*arguments, **named)

        return instead

    patched.setattr(shutil, "move", counted(shutil.move))
    for name in ("rename", "mkdir", "unlink"):
        patched.setattr(Path, name, counted(getattr(Path, name)))
    for name in ("_stamp", "_note", "_write_intent", "_sync"):
        patched.setattr(restore, name, counted(getattr(restore, name)))


def test_a_restore_that_is_killed_at_any_step_is_ended_by_the_next_one(taken: Path, tmp_path: Path) -> None:
    """In between a start takes the whole former database, or none."""
    commits(tmp_path / "d" / "x.db", "e", killed_as=tmp_path / "killed")
    halves = 0
    for step in count():
        folder = tmp_path / f"at{step}"
        shutil.copytree(tmp_path / "killed", folder)
        database = folder / "x.db"
        try:
            with pytest.MonkeyPatch.context() as patched:
                cut_at(step, patched)
                put_back(taken, database)
            break
        except Killed:
            pass
        if guard.intent_path(database).exists():
            halves += 1
            with pytest.raises(StartupError, match="was cut short"):
                open_store(database)
        else:
            assert instances(database) in ({"a", "b", "c", "e"}, {"a", "b"})
        put_back(taken, database)
        assert instances(database) == {"a", "b"}
        former = [each for each in folder.iterdir() if each.is_dir()]
        kept = [names for each in former if (names := instances(each / "x.db")) == {"a", "b", "c", "e"}]
        assert len(kept) == 1, "what was there before is kept, once and whole"
    assert (step, halves) > (10, 5)


def test_another_restore_at_once_is_refused(taken: Path, tmp_path: Path) -> None:
    with locked_directory(tmp_path / "d") as free:
        assert free
        assert "another restore" in refused(taken, tmp_path / "d" / "x.db")


def test_a_backup_of_what_was_exchanged_is_refused(taken: Path, tmp_path: Path) -> None:
    database = tmp_path / "d" / "x.db"
    shutil.copy(database, tmp_path / "old.db")
    commits(database, "f")
    shutil.copy(tmp_path / "old.db", database)
    with pytest.raises(StartupError, match="another copy was put in its place"):
        make(database, tmp_path / "other.backup")
    assert put_back(taken, database).aside is not None


def test_the_manifest_survives_the_file(taken: Path) -> None:
    manifest = read_manifest(taken)
    assert replace(manifest) == read_manifest(taken)
    assert manifest.taken_at == NOW
    assert manifest.prepared
    assert not note_path(taken).exists()
