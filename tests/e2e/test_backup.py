"""The rehearsal: backups under load, kill -9 of the service, of the backup and of the restore, and all is there again.

MAILPROOF_CHAOS_ROUNDS says how often (`make chaos`: 50); the figures of a run are printed at its end.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import statistics
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from service_support.load import Acknowledged, Load, check, live, start
from service_support.service import (
    command,
    create_token,
    environment,
    run,
)

ROUNDS = int(os.environ.get("MAILPROOF_CHAOS_ROUNDS", "2"))
LONGEST = 1.5
"""Seconds within which a backup or a restore is killed; where it has ended by then, nothing is."""


@dataclass
class Rehearsal:
    """A data directory, a backup beside it, and what was acknowledged."""

    data_dir: Path
    backup: Path
    token: str
    chance: random.Random
    told: list[Acknowledged] = field(default_factory=list)
    in_backup: list[Acknowledged] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    killed: dict[str, int] = field(default_factory=lambda: {"service": 0, "backup": 0, "restore": 0})

    async def killed_under_load(self, process: subprocess.Popen[str], address: str) -> None:
        """Write, back up while writers go on, and kill the service."""
        load = Load(None, (("authorization", f"Bearer {self.token}"),), self.chance, [])  # type: ignore[arg-type]
        load.enough = 10**9
        living = asyncio.ensure_future(live(process, address, load))
        await load.warm.wait()
        if self.chance.random() < 0.5:
            await asyncio.to_thread(self.cut_short, "backup")
            if self.backup.exists():  # the former one, or the new one; never a part of one
                done = await asyncio.to_thread(run, "backup", str(self.backup), "--verify")
                assert done.returncode == 0, done.stderr
        self.in_backup = [*self.told, *load.told]
        begun = time.perf_counter()
        done = await asyncio.to_thread(self.command, "backup", "--force")
        self.seconds.append(time.perf_counter() - begun)
        assert done.returncode == 0, done.stderr
        load.kill.set()
        self.killed["service"] += 1
        await living
        self.told += load.told

    def command(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(name, str(self.backup), "--data-dir", str(self.data_dir), *arguments)

    def cut_short(self, name: str) -> bool:
        """Run a command and kill it at some moment; return whether it was done before that."""
        arguments = ["--force"] if name == "backup" else []
        process = subprocess.Popen(
            [command(), name, str(self.backup), "--data-dir", str(self.data_dir), *arguments],
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            process.communicate(timeout=self.chance.random() * LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.killed[name] += 1
            return False
        return process.returncode == 0


def test_the_rehearsal_of_a_restore_loses_nothing_acknowledged_before_the_backup(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    rehearsal = Rehearsal(data_dir, tmp_path / "a.backup", create_token(data_dir, "admin"), random.Random(11))
    acknowledged = 0
    sizes = 0
    for _ in range(ROUNDS):
        process, address, _ = start(data_dir)
        asyncio.run(rehearsal.killed_under_load(process, address))
        process.communicate()
        acknowledged = max(acknowledged, len(rehearsal.told))
        if rehearsal.chance.random() < 0.6 and not rehearsal.cut_short("restore"):
            refused = run("instance", "list", "--data-dir", str(data_dir))
            assert refused.returncode == 0 or "restore" in refused.stderr, "the whole old one, or none yet"
        done = rehearsal.command("restore")
        assert done.returncode == 0, done.stderr
        check(data_dir, rehearsal.in_backup)
        kept = {each.sequence for each in rehearsal.in_backup}
        with closing(sqlite3.connect(data_dir / "mailproof.db")) as connection:
            last = connection.execute("SELECT max(sequence) FROM events").fetchone()[0]
        rehearsal.told = [each for each in rehearsal.told if each.sequence in kept or each.sequence <= last]
        check(data_dir, rehearsal.told)
        sizes = (data_dir / "mailproof.db").stat().st_size
    process, _, _ = start(data_dir)
    process.terminate()
    process.communicate()
    assert process.returncode == 0
    print(  # noqa: T201 - `make chaos` shows it
        f"{ROUNDS} rounds, {acknowledged} writes acknowledged in the longest log, none lost that was acknowledged "
        f"before its backup; killed: {rehearsal.killed}; a backup took {statistics.median(rehearsal.seconds):.2f} s "
        f"(at most {max(rehearsal.seconds):.2f}) beside 32 writers, of a database of {sizes / 2**20:.1f} MiB at the end"
    )
