"""One server at most has a SQLite database; commands are not kept out, and a lock ends with its process."""

import asyncio
import os
import platform
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mailproof.domain.errors import StartupError
from mailproof.store.sqlite.serving import SUFFIX, ServingLock
from mailproof.store.sqlite.store import open_store

HOLD = "import sys, time; from pathlib import Path; from mailproof.store.sqlite.serving import ServingLock\n"
HOLD += "held = ServingLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(1000)"


def test_a_second_server_is_refused_and_told_who_has_the_database(tmp_path: Path) -> None:
    database = tmp_path / "mailproof.db"
    store = open_store(database, serving=True)
    with pytest.raises(StartupError, match=f"process {os.getpid()}\\) already serves .*mailproof.db: stop that one"):
        open_store(database, serving=True)
    beside = open_store(database)  # as commands do
    asyncio.run(beside.close())
    asyncio.run(store.close())
    again = open_store(database, serving=True)
    asyncio.run(again.close())
    assert (tmp_path / f"mailproof.db{SUFFIX}").stat().st_mode & 0o777 == 0o600


def test_a_link_to_a_database_is_that_database(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "linked.db").symlink_to(tmp_path / "mailproof.db")
    store = open_store(tmp_path / "mailproof.db", serving=True)
    with pytest.raises(StartupError, match="already serves"):
        open_store(tmp_path / "other" / "linked.db", serving=True)
    asyncio.run(store.close())


def test_a_server_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    database = tmp_path / "mailproof.db"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StartupError, match=f"process {other.pid}"):
            ServingLock(database)
        other.send_signal(signal.SIGKILL)
    ServingLock(database).close()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"41 {platform.node()}\n", r" \(process 41\)"),
        ("41 elsewhere\n", r" \(process 41 on elsewhere\)"),
        ("", ""),
        ("\x1b[2J evil\n", ""),
        ("9" * 400, ""),
    ],
)
def test_what_stands_in_the_file_is_told_if_it_is_what_a_server_writes(tmp_path: Path, said: str, shown: str) -> None:
    with closing(ServingLock(tmp_path / "mailproof.db")):
        (tmp_path / f"mailproof.db{SUFFIX}").write_text(said)
        with pytest.raises(StartupError, match=f"^another mailproof{shown} already serves"):
            ServingLock(tmp_path / "mailproof.db")


def test_a_lock_that_can_not_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / f"mailproof.db{SUFFIX}").mkdir()
    with pytest.raises(StartupError, match=r"the lock .*serving can't be opened: Is a directory"):
        ServingLock(tmp_path / "mailproof.db")


def test_a_refused_server_has_migrated_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "mailproof.db"
    store = open_store(database, serving=True)
    monkeypatch.setattr("mailproof.store.sqlite.schema.migrate", lambda *_, **__: pytest.fail("it migrates"))
    with pytest.raises(StartupError, match="already serves"):
        open_store(database, serving=True)
    asyncio.run(store.close())
