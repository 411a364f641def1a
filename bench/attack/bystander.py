"""Somebody who is served meanwhile: asks for health and makes calls with a token, in a process beside the attacker's.

Arguments: host and port of HTTP, the address of gRPC, a token ("" for no calls). Writes "ready", goes on until a line
comes, and then writes what was seen as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import grpc

from zitadel.admin.v1 import admin_pb2, admin_pb2_grpc

PAUSE = 0.03
PATIENCE = 10.0


class Bystander:
    """Asks and counts."""

    def __init__(self, host: str, port: int, grpc_address: str, token: str) -> None:
        self._host, self._port, self._grpc_address, self._token = host, port, grpc_address, token
        self._health: list[float] = []
        self._unhealthy: list[str] = []
        self._calls = 0
        self._refused: list[str] = []

    async def watch(self) -> None:
        """Ask until a line comes from the standard input."""
        tasks = [asyncio.create_task(self._ask_health())]
        if self._token:
            tasks += [asyncio.create_task(self._call_rest()), asyncio.create_task(self._call_grpc())]
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=PATIENCE)  # grpc.aio may not come to an end of a call that is cancelled
        ordered = sorted(self._health) or [0.0]
        health = [ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], ordered[-1]]
        seen = {"health": health, "unhealthy": self._unhealthy, "calls": self._calls, "refused": self._refused}
        print(json.dumps(seen), flush=True)

    async def _get(self, path: str, *headers: str) -> str:
        """Return the status line over a fresh connection."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            head = [f"GET {path} HTTP/1.1", f"host: {self._host}", "connection: close", *headers, "", ""]
            writer.write("\r\n".join(head).encode())
            return (await reader.read()).partition(b"\r\n")[0].decode()
        finally:
            writer.close()

    async def _ask_health(self) -> None:
        paths = ["/healthz", "/readyz"]
        while True:
            paths.reverse()
            started = time.perf_counter()
            try:
                status = await asyncio.wait_for(self._get(paths[0]), PATIENCE)
            except (OSError, TimeoutError) as error:
                status = repr(error)
            self._health.append((time.perf_counter() - started) * 1000)
            if " 200 " not in status:
                self._unhealthy.append(f"{paths[0]}: {status}")
            await asyncio.sleep(PAUSE)

    async def _call_rest(self) -> None:
        while True:
            self._calls += 1
            try:
                path = "/admin/v1/smtp"
                status = await asyncio.wait_for(self._get(path, f"authorization: Bearer {self._token}"), PATIENCE)
                if " 200 " not in status and " 404 " not in status:  # there is no configuration yet
                    self._refused.append(f"REST: {status}")
            except (OSError, TimeoutError) as error:
                self._refused.append(f"REST: {error!r}")
            await asyncio.sleep(PAUSE)

    async def _call_grpc(self) -> None:
        """Call over one channel for 20 calls, then over a new one: both are served."""
        metadata = (("authorization", f"Bearer {self._token}"),)
        while True:
            options = [("grpc.use_local_subchannel_pool", 1)]
            async with grpc.aio.insecure_channel(self._grpc_address, options=options) as channel:
                stub = admin_pb2_grpc.AdminServiceStub(channel)
                for _ in range(20):
                    self._calls += 1
                    try:
                        await stub.ListSMTPConfigs(
                            admin_pb2.ListSMTPConfigsRequest(), metadata=metadata, timeout=PATIENCE
                        )
                    except grpc.aio.AioRpcError as error:
                        self._refused.append(f"gRPC: {error.code().name} {error.details()}")
                    await asyncio.sleep(PAUSE)


if __name__ == "__main__":
    asyncio.run(Bystander(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]).watch())
