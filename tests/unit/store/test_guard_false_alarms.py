"""What operators do, and what a crash leaves, is no reason to refuse a start or to end writes for good."""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any, ParamSpec

import pytest

from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.store.sqlite import guard, note, serving
from mailproof.store.sqlite.note import Note, note_path, read_note, side_path
from mailproof.store.sqlite.serving import ServingLock
from mailproof.store.sqlite.store import open_store
from mailproof.store.sqlite.transfer import SqliteDatabase
from mailproof.store.transfer import transfer

NAME = "x.db"

P = ParamSpec("P")


def in_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test in an event loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


async def open_and_create(database: Path, *names: str, image: Path | None = None) -> None:
    """Commit once for each name; copy the directory into `image` before it is closed, as kill -9 leaves it."""
    store = open_store(database)
    try:
        for name in names:
            await store.create_instance(name)
        if image is not None:
            shutil.copytree(database.parent, image, symlinks=True)
    finally:
        await store.close()


async def instances(database: Path) -> set[str]:
    store = open_store(database)
    try:
        return set(await store.instances()) - {await store.default_instance()}
    finally:
        await store.close()


@in_a_loop
async def test_a_link_to_the_file_has_its_log_beside_the_file(tmp_path: Path) -> None:
    """The log is where the link leads to. Looked for beside the link, all that is in it would seem to be lost."""
    (tmp_path / "data").mkdir()
    (tmp_path / "fast").mkdir()
    link = tmp_path / "data" / NAME
    link.symlink_to(Path("..") / "fast" / NAME)
    store = open_store(link)
    try:
        await store.create_instance("a")
        shutil.copytree(tmp_path, tmp_path.with_name("killed"), symlinks=True)
    finally:
        await store.close()
    killed = tmp_path.with_name("killed") / "data" / NAME
    assert side_path(killed, "-wal").stat().st_size
    assert await instances(killed) == {"a"}


def grow_the_first_page(database: Path) -> None:
    """Move the newest first page of the log into the file, as a checkpoint does first, and nothing else of it."""
    log = side_path(database, "-wal").read_bytes()
    size = int.from_bytes(log[8:12], "big")
    frames = [log[place : place + 24 + size] for place in range(32, len(log), 24 + size)]
    own = [frame for frame in frames if frame[8:16] == log[16:24]]
    first = [frame[24:] for frame in own if int.from_bytes(frame[:4], "big") == 1][-1]
    content = database.read_bytes()
    assert int.from_bytes(first[28:32], "big") * size > len(content), "the file is to be shorter than the page says"
    database.write_bytes(first + content[size:])


@in_a_loop
async def test_a_checkpoint_that_kill_9_cut_short_is_no_damage(tmp_path: Path) -> None:
    await open_and_create(tmp_path / "d" / NAME, "a")
    await open_and_create(
        tmp_path / "d" / NAME, *(f"{number:0200}" for number in range(200)), image=tmp_path / "killed"
    )
    grow_the_first_page(tmp_path / "killed" / NAME)
    assert len(await instances(tmp_path / "killed" / NAME)) == 201


@in_a_loop
async def test_a_file_that_a_checkpoint_left_short_is_still_told_from_another_one(tmp_path: Path) -> None:
    await open_and_create(tmp_path / "d" / NAME, "a")
    await open_and_create(
        tmp_path / "d" / NAME, *(f"{number:0200}" for number in range(200)), image=tmp_path / "killed"
    )
    grow_the_first_page(tmp_path / "killed" / NAME)
    with closing(Note(tmp_path / "killed" / NAME)) as told:
        told.write_identity("other", 1, 2)
    with pytest.raises(StartupError, match="is not the file that was in use here"):
        open_store(tmp_path / "killed" / NAME)


@in_a_loop
async def test_a_directory_that_is_moved_away_ends_writes_until_it_is_back(tmp_path: Path) -> None:
    database = tmp_path / "d" / NAME
    store = open_store(database)
    try:
        await store.create_instance("a")
        (tmp_path / "d").rename(tmp_path / "moved")
        with pytest.raises(StoreUnavailable, match="is not where the service opened it"):
            await store.create_instance("lost")
        (tmp_path / "moved").rename(tmp_path / "d")
        await store.create_instance("b")
        (tmp_path / "d").rename(tmp_path / "moved")
        with pytest.raises(StoreUnavailable, match="is not where the service opened it"):
            await store.ping()
    finally:
        await store.close()
    assert await instances(tmp_path / "moved" / NAME) == {"a", "b"}


@in_a_loop
async def test_another_directory_in_its_place_does_not_condemn_the_first_one(tmp_path: Path) -> None:
    """As where `current` is a symbolic link that is led to another directory while the service runs."""
    for name in ("one", "two"):
        await open_and_create(tmp_path / name / NAME, name)
    (tmp_path / "current").symlink_to("one")
    store = open_store(tmp_path / "current" / NAME)
    try:
        (tmp_path / "current").unlink()
        (tmp_path / "current").symlink_to("two")
        with pytest.raises(StoreUnavailable, match="was exchanged"):
            await store.create_instance("c")
    finally:
        await store.close()
    assert await instances(tmp_path / "one" / NAME) == {"one"}
    assert await instances(tmp_path / "two" / NAME) == {"two"}


@in_a_loop
async def test_a_note_that_is_deleted_beside_a_running_service_stops_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / NAME)
    try:
        note_path(tmp_path / NAME).unlink()
        await store.create_instance("a")
        await store.ping()
    finally:
        await store.close()
    assert await instances(tmp_path / NAME) == {"a"}


@in_a_loop
async def test_two_starts_that_are_killed_one_after_the_other_raise_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first leaves its stamp in the log, for a reader's sake, the second dies before it has given one."""
    database = tmp_path / "d" / NAME
    await open_and_create(database, "a")
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM instances").fetchone()
        await open_and_create(database, "b", image=tmp_path / "killed")
    killed = tmp_path / "killed" / NAME
    noted = read_note(killed)
    assert noted is not None
    assert noted.stamp != noted.next_stamp, "the stamp is still in the log"

    class Killed(BaseException):
        pass

    def kill_after(self: Note, database_id: str, stamp: int, next_stamp: int) -> None:
        write(self, database_id, stamp, next_stamp)
        shutil.copytree(tmp_path / "killed", tmp_path / "twice")
        raise Killed

    write = Note.write_identity
    with monkeypatch.context() as patched:
        patched.setattr(Note, "write_identity", kill_after)
        with pytest.raises(Killed):
            open_store(killed)
    with closing(sqlite3.connect(tmp_path / "twice" / NAME)) as other:  # an older release, or sqlite3: moves the log
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert await instances(tmp_path / "twice" / NAME) == {"a", "b"}


@in_a_loop
async def test_a_service_starts_on_a_full_disk_and_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await open_and_create(tmp_path / "d" / NAME, "a", image=tmp_path / "full")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Note, "write_identity", full)
        patched.setattr(Note, "write_commits", full)
        assert await instances(tmp_path / "full" / NAME) == {"a"}
    assert "the disk is full" in caplog.text
    assert await instances(tmp_path / "full" / NAME) == {"a"}


def test_root_leaves_the_note_to_the_owner_of_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, int, int]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda opened, user, group: given.append((os.fstat(opened).st_ino, user, group)))
    monkeypatch.setattr(note, "_owner", lambda opened: (0, 0) if isinstance(opened, int) else (990, 991))
    (tmp_path / NAME).touch()
    Note(tmp_path / NAME).close()
    assert given == [(note_path(tmp_path / NAME).stat().st_ino, 990, 991)]


@pytest.mark.parametrize("opened", [Note, ServingLock])
def test_a_link_in_the_place_of_a_file_beside_the_database_destroys_no_file(
    tmp_path: Path, opened: type[Note] | type[ServingLock]
) -> None:
    suffix = note.SUFFIX if opened is Note else serving.SUFFIX
    (tmp_path / "precious").write_text("text")
    side_path(tmp_path / NAME, suffix).symlink_to(tmp_path / "precious")
    with pytest.raises((OSError, StartupError), match="Too many levels of symbolic links"):
        opened(tmp_path / NAME)
    side_path(tmp_path / NAME, suffix).unlink()
    os.mkfifo(side_path(tmp_path / NAME, suffix))
    with pytest.raises((OSError, StartupError), match="it is no plain file"):
        opened(tmp_path / NAME)
    assert (tmp_path / "precious").read_text() == "text"


def test_a_root_that_may_give_nothing_away_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", refuse)
    monkeypatch.setattr(note, "_owner", lambda opened: (int(isinstance(opened, int)), 0))
    Note(tmp_path / NAME).close()


@in_a_loop
async def test_a_move_begins_with_nothing_that_lacks_writes(tmp_path: Path) -> None:
    """The other way round: `mailproof migrate` must not carry away what is left, and say that it is all."""
    await open_and_create(tmp_path / "d" / NAME, "a", image=tmp_path / "killed")
    side_path(tmp_path / "killed" / NAME, "-wal").unlink()
    with pytest.raises(StartupError, match="1 commits are missing"):
        await transfer(SqliteDatabase(tmp_path / "killed" / NAME), SqliteDatabase(tmp_path / "target" / NAME))
    assert not (tmp_path / "target").exists()
    assert guard.read_identity(tmp_path / "killed" / NAME).commits == 0


def test_a_database_that_another_process_makes_meanwhile_is_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = guard._remains

    def look_late(database: Path) -> str:
        monkeypatch.setattr(guard, "_remains", look)
        asyncio.run(open_store(database).close())
        problem = look(database)
        assert "there is no database" in problem
        return problem

    monkeypatch.setattr(guard, "_remains", look_late)
    asyncio.run(open_store(tmp_path / "x.db").close())
