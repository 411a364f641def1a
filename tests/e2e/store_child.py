"""A process that writes to a store and says what was acknowledged; killed or left to end by the tests.

Run as `store_child.py DATA_DIR COUNT`: eight writers on two event loops in two threads each make COUNT configurations
(0: without end), activate each, change its password and remove every third. Each line on stdout is "instance id
sequence password", written once the store has acknowledged the last of these; the password of a removed one is "-".
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import threading
from pathlib import Path

from mailproof.domain.model import Caller, Role, SmtpSettings
from mailproof.domain.secret import Secret
from mailproof.store.sealing import open_sealer
from mailproof.store.sqlite.store import open_store
from mailproof.usecases.providers import Providers, SmtpInput
from mailproof.usecases.tokens import Tokens, new_token

INSTANCES = ("default", "other")  # one loop in a thread each
WRITERS_PER_LOOP = 4


async def write(configs: Providers, caller: Caller, count: int) -> None:
    for number in itertools.count() if count == 0 else range(count):
        password = f"pw-{os.getpid()}-{number}-{os.urandom(4).hex()}"
        settings = SmtpSettings("post@example.com", password, True, "smtp.example.com:587", "u")
        event = await configs.add_smtp(caller, SmtpInput(settings, Secret("first")))
        provider_id = event.change.provider_id
        await configs.activate(caller, provider_id)
        details = await configs.update_password(caller, provider_id, Secret(password))
        if number % 3 == 2:
            details, password = await configs.remove(caller, provider_id), "-"
        line = f"{caller.instance_id} {provider_id} {details.sequence} {password}\n"
        os.write(1, line.encode())  # one write below PIPE_BUF: a line is whole or absent


async def writers(tokens: Tokens, configs: Providers, instance: str, count: int) -> None:
    token = await tokens.create(new_token(), role=Role.ADMIN, instance_ids=[instance])
    caller = Caller(token, instance, "192.0.2.1:1")
    await asyncio.gather(*(write(configs, caller, count) for _ in range(WRITERS_PER_LOOP)))


def main(data_dir: Path, count: int) -> None:
    store = open_store(data_dir / "mailproof.db")
    sealer = open_sealer(data_dir, None)
    configs, tokens = Providers(store, sealer), Tokens(store, sealer)

    def run(instance: str) -> None:
        asyncio.run(writers(tokens, configs, instance, count))

    threads = [threading.Thread(target=run, args=[instance]) for instance in INSTANCES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(store.close())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
