"""Writers of a running service that add, update, activate and remove over gRPC, and what they were told."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from contract.sqlite_audit import audit
from mailproof.domain.ledger import Event, EventType
from mailproof.domain.model import SmtpSettings
from mailproof.store import rows
from mailproof.store.sealing import open_sealer
from service_support.service import FREE_PORT, command, environment, shown
from zitadel.admin.v1 import admin_pb2 as pb
from zitadel.admin.v1 import admin_pb2_grpc

WRITERS = 32
WARM = 60
"""Writes after which `Load.warm` is set."""
GONE = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED}
"""What a call ends with whose server dies."""
BENIGN = {grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION}
"""What a call ends with that came too late: another writer has removed or activated the same configuration."""


@dataclass(frozen=True)
class Acknowledged:
    type: EventType
    provider_id: str
    sequence: int
    name: str = ""


@dataclass
class Load:
    """The writers of one life of the server, and what they were told."""

    stub: admin_pb2_grpc.AdminServiceAsyncStub
    metadata: tuple[tuple[str, str], ...]
    chance: random.Random
    ids: list[str]
    told: list[Acknowledged] = field(default_factory=list)
    enough: int = 0
    kill: asyncio.Event = field(default_factory=asyncio.Event)
    warm: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self) -> None:
        while True:
            try:
                self.told.append(await self._one())
            except grpc.aio.AioRpcError as error:
                if self.kill.is_set() or error.code() in GONE:
                    return
                if error.code() not in BENIGN:
                    raise
            if len(self.told) >= WARM:
                self.warm.set()
            if len(self.told) >= self.enough:
                self.kill.set()

    async def _one(self) -> Acknowledged:
        name = f"n{self.chance.randrange(10**9)}"
        settings = {
            "sender_address": "post@example.com",
            "sender_name": name,
            "tls": True,
            "host": "smtp.example.com:587",
            "user": "u",
            "password": name,
        }
        kind = self.chance.choice(["add", "add", "update", "activate", "remove"]) if len(self.ids) > 40 else "add"
        if kind == "add":
            added = await self.stub.AddSMTPConfig(
                pb.AddSMTPConfigRequest(**settings),  # type: ignore[arg-type]
                metadata=self.metadata,
            )
            self.ids.append(added.id)
            return Acknowledged(EventType.SMTP_ADDED, added.id, added.details.sequence, name)
        if kind == "remove":
            gone = self.ids.pop(self.chance.randrange(len(self.ids)))
            removed = await self.stub.RemoveSMTPConfig(pb.RemoveSMTPConfigRequest(id=gone), metadata=self.metadata)
            return Acknowledged(EventType.REMOVED, gone, removed.details.sequence)
        mine = self.chance.choice(self.ids)
        if kind == "activate":
            active = await self.stub.ActivateSMTPConfig(pb.ActivateSMTPConfigRequest(id=mine), metadata=self.metadata)
            return Acknowledged(EventType.ACTIVATED, mine, active.details.sequence)
        updated = await self.stub.UpdateSMTPConfig(
            pb.UpdateSMTPConfigRequest(id=mine, **settings),  # type: ignore[arg-type]
            metadata=self.metadata,
        )
        return Acknowledged(EventType.SMTP_CHANGED, mine, updated.details.sequence, name)


def start(data_dir: Path) -> tuple[subprocess.Popen[str], str, float]:
    """Return a server, its address and the seconds until it was ready."""
    begun = time.perf_counter()
    listen = [f"--grpc-listen={FREE_PORT}", f"--http-listen={FREE_PORT}"]
    with (data_dir / "stderr.log").open("a") as log:
        process = subprocess.Popen(
            [command(), "serve", "--log-format=text", "--data-dir", str(data_dir), *listen],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    assert "is ready" in process.stdout.readline(), (data_dir / "stderr.log").read_text()
    ready = time.perf_counter() - begun
    return process, shown(process.stdout, "gRPC"), ready


async def live(process: subprocess.Popen[str], address: str, load: Load) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        load.stub = admin_pb2_grpc.AdminServiceStub(channel)
        writers = [asyncio.ensure_future(load.write()) for _ in range(WRITERS)]
        enough = asyncio.ensure_future(load.kill.wait())
        await asyncio.wait([enough, *writers], return_when=asyncio.FIRST_COMPLETED)  # a writer that ends is a defect
        enough.cancel()
        process.send_signal(signal.SIGKILL)
        await asyncio.gather(*writers)


def events_of(path: Path) -> dict[int, Event]:
    with closing(sqlite3.connect(path)) as connection:
        found = [rows.to_event(row) for row in connection.execute(f"SELECT {rows.EVENT} FROM events")]
    return {event.sequence: event for event in found}


def check(data_dir: Path, told: list[Acknowledged]) -> int:
    """Audit the file and find everything acknowledged in its log; return how many events were not acknowledged."""
    audit(data_dir / "mailproof.db", open_sealer(data_dir, None))
    events = events_of(data_dir / "mailproof.db")
    for each in told:
        event = events[each.sequence]
        assert (event.change.type, event.change.provider_id) == (each.type, each.provider_id)
        if each.name:
            assert isinstance(event.change.settings, SmtpSettings)
            assert event.change.settings.sender_name == each.name
    assert len({each.sequence for each in told}) == len(told)
    return len(events) - len(told)
