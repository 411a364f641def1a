"""What was acknowledged is there: after SIGKILL under load, with two processes at once, after a failing disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from clock_support.waiting import HANG
from contract.sqlite_audit import audit
from mailproof.store.sealing import open_sealer

CHILD = Path(__file__).with_name("store_child.py")
ROUNDS = 8
WRITERS = 8


@dataclass(frozen=True)
class Acknowledged:
    instance_id: str
    config_id: str
    sequence: int
    password: str

    @classmethod
    def parse(cls, line: str) -> Acknowledged:
        instance_id, config_id, sequence, password = line.split()
        return cls(instance_id, config_id, int(sequence), password)


@contextmanager
def child(data_dir: Path, count: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(CHILD), str(data_dir), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def check(data_dir: Path, acknowledged: list[Acknowledged]) -> dict[str, str]:
    """Audit the file and find every acknowledged write in it; return all passwords in it."""
    stored = audit(data_dir / "mailproof.db", open_sealer(data_dir, None))
    assert {each.config_id: stored.get(each.config_id, "-") for each in acknowledged} == {
        each.config_id: each.password for each in acknowledged
    }
    places = {(each.instance_id, each.sequence) for each in acknowledged}
    assert len(places) == len(acknowledged), "no sequence was given twice"
    return stored


def kept(acknowledged: list[Acknowledged]) -> int:
    return sum(each.password != "-" for each in acknowledged)


def test_a_kill_in_the_middle_of_writes_loses_nothing_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[Acknowledged] = []
    for number in range(ROUNDS):
        with child(tmp_path, 0) as process:
            assert process.stdout is not None
            heard = list(islice(process.stdout, 20 + 37 * number))  # another moment each round, counted, not timed
            process.kill()
            heard += [line for line in process.stdout if line.endswith("\n")]
        acknowledged += map(Acknowledged.parse, heard)
        stored = check(tmp_path, acknowledged)
        unheard = len(stored) - kept(acknowledged)
        assert 0 <= unheard <= WRITERS * (number + 1), "each writer may have had one on its way, each round"


def test_two_processes_on_a_new_database_lose_and_duplicate_nothing(tmp_path: Path) -> None:
    with child(tmp_path / "new", 40) as one, child(tmp_path / "new", 40) as two:
        lines = [line for process in (one, two) for line in process.communicate(timeout=HANG)[0].splitlines()]
        assert (one.returncode, two.returncode) == (0, 0)
    acknowledged = [Acknowledged.parse(line) for line in lines]
    assert len(acknowledged) == 2 * WRITERS * 40
    assert len(check(tmp_path / "new", acknowledged)) == kept(acknowledged)


DISK = """
import asyncio, resource, sys
from pathlib import Path
from mailproof.domain.errors import StoreUnavailable
from mailproof.usecases.providers import Providers, SmtpInput
from mailproof.usecases.tokens import Tokens, new_token
from mailproof.domain.model import Caller, Role, SmtpSettings
from mailproof.domain.secret import Secret
from mailproof.store.sealing import open_sealer
from mailproof.store.sqlite.store import open_store

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

async def main(data_dir):
    store = open_store(data_dir / "mailproof.db")
    configs = Providers(store, open_sealer(data_dir, None))
    token = await Tokens(store, open_sealer(data_dir, None)).create(new_token(), role=Role.ADMIN)
    caller = Caller(token, token.instance_ids[0])
    async def add():
        settings = SmtpSettings("a@example.com", "n", True, "h:1", "u", description="x" * 200)
        added = await configs.add_smtp(caller, SmtpInput(settings, Secret("pw")))
        print(added.instance_id, added.change.provider_id, added.sequence, "pw", flush=True)
    for _ in range(3):
        await add()
    wal = data_dir / "mailproof.db-wal"
    limit(wal.stat().st_size + 30_000)
    refused = 0
    for _ in range(40):
        try:
            await asyncio.gather(*(add() for _ in range(4)))
        except StoreUnavailable as error:
            assert error.retry_after and "nothing was stored" in error.message, error.message
            refused += 1
            await store.ping()
    assert refused, "the limit was never met"
    limit(resource.RLIM_INFINITY)
    for _ in range(3):
        await add()
    await store.close()

asyncio.run(main(Path(sys.argv[1])))
"""


def test_a_disk_that_refuses_writes_is_said_and_service_resumes(tmp_path: Path) -> None:
    """The limit on the size of files makes write(2) fail, as a full or broken disk does."""
    done = subprocess.run(
        [sys.executable, "-c", DISK, str(tmp_path)], capture_output=True, text=True, timeout=HANG, check=False
    )
    assert done.returncode == 0, done.stderr
    acknowledged = [Acknowledged.parse(line) for line in done.stdout.splitlines()]
    assert len(check(tmp_path, acknowledged)) == len(acknowledged), "and nothing refused was stored"
