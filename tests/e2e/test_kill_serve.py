"""kill -9 of `mailproof serve` under 32 gRPC writers that add, update, activate and remove: nothing told is lost.

MAILPROOF_CHAOS_ROUNDS says how often (`make chaos`: 50); the figures of a run are printed at its end.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import subprocess
from pathlib import Path

from service_support.load import WRITERS, Acknowledged, Load, check, live, start
from service_support.service import create_token

ROUNDS = int(os.environ.get("MAILPROOF_CHAOS_ROUNDS", "3"))


def test_a_server_that_is_killed_under_load_loses_nothing_acknowledged(tmp_path: Path) -> None:
    token = create_token(tmp_path, "admin")
    chance = random.Random(7)
    told: list[Acknowledged] = []
    ids: list[str] = []
    starts: list[float] = []
    for number in range(ROUNDS):
        process, address, ready = start(tmp_path)
        starts.append(ready)

        async def main(process: subprocess.Popen[str] = process, address: str = address) -> list[Acknowledged]:
            load = Load(None, (("authorization", f"Bearer {token}"),), chance, ids)  # type: ignore[arg-type]
            load.enough = chance.randrange(50, 600)  # another moment each round, counted, not timed
            await live(process, address, load)
            return load.told

        told += asyncio.run(main())
        process.communicate()
        unheard = check(tmp_path, told)
        assert 0 <= unheard <= WRITERS * (number + 1), "each writer may have had one on its way, each round"
    process, _, ready = start(tmp_path)
    starts.append(ready)
    process.terminate()
    process.communicate()
    assert process.returncode == 0
    kinds = {each: sum(one.type is each for one in told) for each in {one.type for one in told}}
    print(  # noqa: T201 - `make chaos` shows it
        f"{ROUNDS} kills, {len(told)} writes acknowledged ({', '.join(f'{k.value} {v}' for k, v in kinds.items())}), "
        f"{unheard} stored and unheard, none lost; ready again after {statistics.median(starts[1:]):.2f} s "
        f"(at most {max(starts[1:]):.2f})"
    )
