"""A database file that was exchanged, or that lost writes, is not served; nothing is changed by saying so."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.store.sqlite import acceptance, guard
from mailproof.store.sqlite.note import Note, note_path, read_note
from mailproof.store.sqlite.store import SqliteStore, open_store

NAME = "x.db"


def write(folder: Path, *names: str, image: Path | None = None) -> None:
    """Commit once for each name; copy the files into `image` before the database is closed, as kill -9 leaves them."""

    async def main() -> None:
        store = open_store(folder / NAME)
        try:
            for name in names:
                await store.create_instance(name)
            if image is not None:
                shutil.copytree(folder, image)
        finally:
            await store.close()

    asyncio.run(main())


def instances(folder: Path) -> set[str]:
    async def main() -> set[str]:
        store = open_store(folder / NAME)
        try:
            return set(await store.instances()) - {await store.default_instance()}
        finally:
            await store.close()

    return asyncio.run(main())


def contents(folder: Path) -> dict[str, bytes]:
    # What SQLite keeps in -shm it makes anew from the others.
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


def refused(folder: Path) -> str:
    """Open a database that must be refused, twice: the first time must not make it acceptable."""
    before = contents(folder)
    with pytest.raises(StartupError) as first:
        open_store(folder / NAME)
    with pytest.raises(StartupError) as second:
        open_store(folder / NAME)
    assert str(first.value) == str(second.value)
    assert contents(folder) == before, "nothing was changed"
    return str(first.value)


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """The files of a process that was killed after 12 commits."""
    write(tmp_path / "live", *(f"i{number}" for number in range(12)), image=tmp_path / "crashed")
    return tmp_path / "crashed"


def test_what_a_killed_process_leaves_is_whole(crashed: Path) -> None:
    assert (crashed / f"{NAME}-wal").stat().st_size
    assert len(instances(crashed)) == 12


def test_one_flipped_bit_in_the_write_ahead_log_is_not_passed_over(crashed: Path) -> None:
    log = crashed / f"{NAME}-wal"
    whole = log.read_bytes()
    damaged = bytearray(whole)
    damaged[len(damaged) // 2] ^= 1
    log.write_bytes(damaged)
    with closing(sqlite3.connect(f"file:{crashed / NAME}?mode=ro", uri=True)) as connection:
        left = connection.execute("SELECT count(*) FROM instances").fetchone()[0] - 1
    assert left < 12, "SQLite itself drops what follows without a word"
    assert f"{12 - left} commits are missing" in refused(crashed)
    log.write_bytes(whole)
    assert len(instances(crashed)) == 12, "since the log was left as it was, it can be mended"


def test_a_write_ahead_log_that_is_gone_is_not_passed_over(crashed: Path) -> None:
    (crashed / f"{NAME}-wal").unlink()
    assert "commits are missing" in refused(crashed)


def test_an_old_copy_over_the_file_is_recognised(tmp_path: Path) -> None:
    write(tmp_path / "d", "a")
    shutil.copy(tmp_path / "d" / NAME, tmp_path / "old.db")
    write(tmp_path / "d", "b")
    shutil.copy(tmp_path / "old.db", tmp_path / "d" / NAME)
    assert "another copy was put in its place; nothing was changed: put a backup" in refused(tmp_path / "d")


def test_an_old_copy_beside_the_log_of_the_new_file_is_not_mixed_with_it(tmp_path: Path) -> None:
    write(tmp_path / "live", "a")
    shutil.copy(tmp_path / "live" / NAME, tmp_path / "old.db")
    write(tmp_path / "live", "b", "c", image=tmp_path / "d")
    shutil.copy(tmp_path / "old.db", tmp_path / "d" / NAME)
    assert f"beside {NAME}-wal of the former one" in refused(tmp_path / "d")
    with pytest.raises(StartupError, match="belongs to the file that was here before"):
        acceptance.accept(tmp_path / "d" / NAME)
    (tmp_path / "d" / f"{NAME}-wal").unlink()
    assert acceptance.accept(tmp_path / "d" / NAME) == (1, 3)
    assert instances(tmp_path / "d") == {"a"}


def test_another_database_in_its_place_is_recognised(tmp_path: Path) -> None:
    write(tmp_path / "d", "a")
    write(tmp_path / "other", *"abcdef")
    with closing(sqlite3.connect(tmp_path / "other" / NAME)) as connection:
        stamp = guard.file_stamp(tmp_path / "d" / NAME)
        connection.execute(f"PRAGMA user_version = {stamp}")
        connection.execute("PRAGMA journal_mode = DELETE")
    (tmp_path / "other" / NAME).replace(tmp_path / "d" / NAME)
    assert "is another database" in refused(tmp_path / "d")


def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    write(tmp_path / "d", "a")
    (tmp_path / "d" / NAME).unlink()
    assert f"there is no database {tmp_path / 'd' / NAME}, but {NAME}.acknowledged says" in refused(tmp_path / "d")


def test_a_log_without_its_file_is_not_taken_for_that_of_a_new_one(crashed: Path) -> None:
    (crashed / NAME).unlink()
    note_path(crashed / NAME).unlink()
    assert f"{NAME}-wal lies there" in refused(crashed)


def test_a_directory_that_is_moved_or_copied_as_a_whole_is_taken(crashed: Path) -> None:
    shutil.copytree(crashed, crashed.parent / "moved")
    assert len(instances(crashed.parent / "moved")) == 12


def test_a_file_alone_is_taken_where_nothing_is_noted(tmp_path: Path) -> None:
    write(tmp_path / "d", "a")
    (tmp_path / "new").mkdir()
    shutil.copy(tmp_path / "d" / NAME, tmp_path / "new" / NAME)
    assert instances(tmp_path / "new") == {"a"}


def test_a_damaged_note_is_said_and_stops_no_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path / "d", "a")
    note_path(tmp_path / "d" / NAME).write_bytes(b"\xff" * 136)
    assert instances(tmp_path / "d") == {"a"}
    assert "is damaged: whether writes are missing can't be said" in caplog.text
    noted = read_note(tmp_path / "d" / NAME)
    assert noted is not None
    assert noted.commits == 1


@pytest.mark.parametrize("reached", [0, 1, 2])
def test_a_start_that_is_cut_short_raises_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reached: int
) -> None:
    """The stamp stands in two files; whichever of them was written, the next start takes both."""
    write(tmp_path / "d", "a")
    with monkeypatch.context() as patched:
        steps = _cut_after(reached, Note.write_identity)
        patched.setattr(Note, "write_identity", steps)
        if reached < 2:
            with pytest.raises(KeyboardInterrupt):
                open_store(tmp_path / "d" / NAME)
        else:
            write(tmp_path / "d")
    assert instances(tmp_path / "d") == {"a"}


def _cut_after(count: int, step: Callable[..., None]) -> Callable[..., None]:
    done = iter(range(count))

    def run(*arguments: object) -> None:
        if next(done, None) is None:
            raise KeyboardInterrupt
        step(*arguments)

    return run


async def _refused_write(store: SqliteStore) -> None:
    with pytest.raises(StoreUnavailable, match="was exchanged while the service runs"):
        await store.create_instance("c")
    with pytest.raises(StoreUnavailable, match="was exchanged while the service runs"):
        await store.ping()


@pytest.mark.parametrize("in_place", [False, True], ids=["moved there", "written over"])
def test_a_file_that_is_exchanged_under_a_running_store_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_place: bool
) -> None:
    monkeypatch.setattr(guard, "_LOOK_AGAIN", 0)
    write(tmp_path / "d", "a")
    shutil.copy(tmp_path / "d" / NAME, tmp_path / "old.db")

    async def main() -> None:
        store = open_store(tmp_path / "d" / NAME)
        try:
            await store.create_instance("b")
            if in_place:
                (tmp_path / "d" / NAME).write_bytes((tmp_path / "old.db").read_bytes())
            else:
                (tmp_path / "old.db").rename(tmp_path / "d" / NAME)
            await _refused_write(store)
        finally:
            await store.close()

    asyncio.run(main())
    assert "another copy was put in its place" in refused(tmp_path / "d"), "and the next start knows of it"


def test_commits_are_counted_once_and_refused_ones_are_not(tmp_path: Path) -> None:
    write(tmp_path / "d", "a", "b", "b")
    noted = read_note(tmp_path / "d" / NAME)
    assert noted is not None
    assert noted.commits == 2, "what changes nothing is no commit"
    assert guard.read_identity(tmp_path / "d" / NAME).commits == 2


def test_two_that_have_it_open_count_together(tmp_path: Path) -> None:
    async def main() -> None:
        one, other = open_store(tmp_path / NAME), open_store(tmp_path / NAME)
        try:
            for number in range(4):
                await (one, other)[number % 2].create_instance(f"i{number}")
        finally:
            await one.close()
            await other.close()

    asyncio.run(main())
    assert guard.read_identity(tmp_path / NAME).commits == 4
    assert len(instances(tmp_path)) == 4


def test_what_is_damaged_is_not_accepted(tmp_path: Path) -> None:
    write(tmp_path / "d", *(f"i{number}" for number in range(400)))
    path = tmp_path / "d" / NAME
    noted = note_path(path).read_bytes()
    content = bytearray(path.read_bytes())
    place = content.rindex(b"i399")
    start = place - place % 4096
    content[start : start + 2048] = b"\xa5" * 2048
    path.write_bytes(content)
    with pytest.raises(StartupError, match="damaged"):
        acceptance.accept(path)
    assert note_path(path).read_bytes() == noted


def test_what_is_in_use_is_not_accepted(tmp_path: Path) -> None:
    async def main() -> None:
        store = open_store(tmp_path / NAME)
        try:
            with pytest.raises(StartupError, match="in use"):
                acceptance.accept(tmp_path / NAME)
        finally:
            await store.close()

    asyncio.run(main())
