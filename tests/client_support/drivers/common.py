"""What the drivers of Python clients share, as tests/e2e/node/common.mjs does for those of JavaScript.

They take their messages from the descriptors that they are given, as a client with generated code of its own would.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
import traceback
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

from google.protobuf import descriptor_pb2, json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from service_support.silent import SilentServer

Json = dict[str, Any]


@dataclass(frozen=True)
class Rpc:
    """An RPC of the descriptors."""

    method: MethodDescriptor

    @property
    def path(self) -> str:
        """The path of gRPC."""
        return f"/{self.method.containing_service.full_name}/{self.method.name}"

    @property
    def stream(self) -> bool:
        """Whether it answers a stream."""
        return bool(self.method.server_streaming)

    @property
    def request(self) -> type[Message]:
        """The class of its request."""
        return GetMessageClass(self.method.input_type)

    @property
    def response(self) -> type[Message]:
        """The class of its answers."""
        return GetMessageClass(self.method.output_type)


@dataclass
class Made:
    """A call to make.

    Attributes:
        message: The request.
        request: The request as JSON.
        rest: Verb, path, body or query, for REST.
        headers: What to send along.
        timeout: The deadline in seconds, None without one.
        take: What is given each answer, as a message or as JSON.
        cancelled: Is set when the call is to be cancelled; None where it never is.
        on_cancel: What the client has put here is run then, by another thread.
    """

    rpc: Rpc
    message: Message
    request: Json
    rest: Json
    headers: dict[str, str]
    timeout: float | None
    take: Callable[[Any], None]
    cancelled: threading.Event | None = None
    on_cancel: Callable[[], object] = lambda: None

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The headers as gRPC takes them."""
        return tuple(self.headers.items())


class Client(Protocol):
    """A client on one way."""

    def call(self, made: Made) -> None:
        """Make a call, or raise."""

    def close(self) -> None:
        """End its connections."""


class Refused(Exception):
    """An error as a client gave it.

    Attributes:
        status: The bytes or the base64 of the google.rpc.Status, None where the client has none.
        document: The body of an error over REST.
    """

    def __init__(self, code: int, message: str | None, status: bytes | str | None = None, document: Json | None = None):
        super().__init__(message)
        self.code = code
        self.message = message or ""
        self.status = status
        self.document = document


@dataclass(frozen=True)
class Limits:
    """What a client can't do, and why; empty where it can.

    Attributes:
        breaks_off: A stream is cancelled by leaving it at its first message, not while one waits for it.
    """

    deadline: str = ""
    cancel: str = ""
    cancel_unary: str = ""
    breaks_off: bool = False


@dataclass
class Task:
    """The task from standard input."""

    given: Json = field(default_factory=lambda: json.load(sys.stdin))

    def __post_init__(self) -> None:
        self.files = descriptor_pb2.FileDescriptorSet.FromString(b64decode(self.given["schema"]))
        self.pool = DescriptorPool()
        self.rpcs: dict[str, Rpc] = {}
        for file in self.files.file:
            self.pool.Add(file)
        for file in self.files.file:
            services = self.pool.FindFileByName(file.name).services_by_name
            self.rpcs |= {method.name: Rpc(method) for service in services.values() for method in service.methods}

    def json(self, answer: Any) -> Json:
        """Return an answer as JSON."""
        if isinstance(answer, dict):
            return answer
        return json_format.MessageToDict(answer, descriptor_pool=self.pool)

    def details(self, refused: Refused) -> list[Json]:
        """Return the details of an error as JSON."""
        if not refused.status:
            return []
        status = GetMessageClass(self.pool.FindMessageTypeByName("google.rpc.Status"))()
        data = refused.status
        status.ParseFromString(b64decode(data + "=" * (-len(data) % 4)) if isinstance(data, str) else data)
        return list(self.json(status)["details"])


def filled(value: Any, kept: Mapping[str, Any]) -> Any:
    """Put what earlier answers said in the places that name it."""
    if isinstance(value, str):
        found = re.fullmatch(r"~(\w+)~", value)
        return kept[found[1]] if found else value
    if isinstance(value, list):
        return [filled(item, kept) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, kept) for name, item in value.items()}
    return value


def drive(task: Task, open_client: Callable[[Json], Client], limits: Limits = Limits()) -> None:
    """Call everything on each way and print what came of it."""
    report = {name: _Way(task, way, open_client(way), limits).run() for name, way in task.given["ways"].items()}
    sys.stdout.write(json.dumps(report))


class _Way:
    """One client on one way."""

    def __init__(self, task: Task, way: Json, client: Client, limits: Limits) -> None:
        self.task = task
        self.scenario = task.given["scenario"]
        self.client = client
        self.limits = limits
        self.instance = {"x-instance-id": way["instance"]}
        self.headers = {"authorization": f"Bearer {task.given['token']}", **self.instance}
        self.kept: dict[str, Any] = {}
        self.outcomes: dict[str, Json] = {rpc: {} for rpc in task.rpcs}

    def run(self) -> dict[str, Json]:
        """Return the outcomes by RPC and cell."""
        with SilentServer() as silent, ThreadPoolExecutor(8) as pool:
            self.kept |= {
                "silent": silent.address,
                "silentPort": str(silent.port),
                "silentPortNumber": silent.port,
            }
            self._successes()
            list(pool.map(self._refusals, self.task.rpcs))
            list(pool.map(self._deadline, self.task.rpcs))
            assert silent.wait_until_all_closed() or self.limits.deadline
            self._cancels(pool, silent)
            self.client.close()
        return self.outcomes

    def _successes(self) -> None:
        for step in self.scenario["steps"]:
            timeout = None if self.limits.deadline else 60.0
            outcome = self._made(step["rpc"], step, self.headers, timeout)
            for name, path in step["keep"].items():
                part: Any = outcome["messages"][0] if outcome["messages"] else {}
                for key in path.split("."):
                    part = part[int(key)] if isinstance(part, list) else part.get(key, {})
                self.kept[name] = part or f"no {name}"
            if "success" not in self.outcomes[step["rpc"]] or "error" in outcome:
                self.outcomes[step["rpc"]]["success"] = outcome

    def _refusals(self, rpc: str) -> None:
        error = self.scenario["errors"][rpc]
        self.outcomes[rpc]["error"] = self._made(rpc, error, {**self.headers, **error["headers"]})
        self.outcomes[rpc]["no token"] = self._made(rpc, error, self.instance)

    def _ending(self, rpc: str) -> Json:
        """Return a request that waits, or the RPC's last one."""
        waiting: Json | None = self.scenario["waiting"].get(rpc)
        return waiting or [step for step in self.scenario["steps"] if step["rpc"] == rpc][-1]

    def _deadline(self, rpc: str) -> None:
        if self.limits.deadline:
            self.outcomes[rpc]["deadline"] = {"impossible": self.limits.deadline}
            return
        seconds = 0.3 if rpc in self.scenario["waiting"] else 0.001
        self.outcomes[rpc]["deadline"] = self._made(rpc, self._ending(rpc), self.headers, seconds)

    def _cancels(self, pool: ThreadPoolExecutor, silent: SilentServer) -> None:
        before = silent.seen
        waiting = []
        for name, rpc in self.task.rpcs.items():
            why = self.limits.cancel or (not rpc.stream and self.limits.cancel_unary)
            if why:
                self.outcomes[name]["cancel"] = {"impossible": why}
            elif name in self.scenario["waiting"] and not self.limits.breaks_off:
                waiting.append(name)
            else:
                cancelled = threading.Event()
                cancelled.set()
                self.outcomes[name]["cancel"] = self._made(name, self._ending(name), self.headers, cancelled=cancelled)
        events = [threading.Event() for _ in waiting]
        made = [
            pool.submit(self._made, name, self._ending(name), self.headers, cancelled=event)
            for name, event in zip(waiting, events, strict=True)
        ]
        silent.wait_for_seen(before + len(waiting))
        for event in events:
            event.set()
        for name, outcome in zip(waiting, made, strict=True):
            self.outcomes[name]["cancel"] = outcome.result()
        assert silent.wait_until_all_closed()

    def _made(
        self,
        rpc: str,
        step: Json,
        headers: dict[str, str],
        timeout: float | None = None,
        cancelled: threading.Event | None = None,
    ) -> Json:
        called = self.task.rpcs[rpc]
        request, rest = filled(step["request"], self.kept), filled(step["rest"], self.kept)
        messages: list[Json] = []

        def take(answer: Any) -> None:
            messages.append(self.task.json(answer))

        outcome: Json = {"messages": messages}
        try:
            message = json_format.ParseDict(request, called.request(), descriptor_pool=self.task.pool)
            made = Made(called, message, request, rest, headers, timeout, take, cancelled)
            if cancelled is not None:
                threading.Thread(target=lambda: cancelled.wait() and made.on_cancel(), daemon=True).start()
            self.client.call(made)
        except Refused as refused:
            parts = {"code": refused.code, "message": refused.message, "details": self.task.details(refused)}
            outcome["error"] = refused.document or parts
        except Exception:
            outcome["error"] = {"thrown": traceback.format_exc()}
        return outcome


class AsyncClient(Protocol):
    """A client of asyncio on one way."""

    async def call(self, made: Made) -> None:
        """Make a call, or raise; it is cancelled as a task is."""

    async def close(self) -> None:
        """End its connections."""


class Threaded:
    """A client of asyncio as the driver calls it: on an event loop of its own."""

    def __init__(self, build: Callable[[], Awaitable[AsyncClient]]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

        async def built() -> AsyncClient:
            return await build()

        self._client = asyncio.run_coroutine_threadsafe(built(), self._loop).result()

    def call(self, made: Made) -> None:
        """Make a call on the loop."""
        asyncio.run_coroutine_threadsafe(self._cancellable(made), self._loop).result()

    async def _cancellable(self, made: Made) -> None:
        task = asyncio.ensure_future(self._client.call(made))
        if made.cancelled is not None:
            made.on_cancel = lambda: self._loop.call_soon_threadsafe(task.cancel)
            if made.cancelled.is_set():
                await asyncio.sleep(0)  # it begins first
                task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            raise Refused(1, "the task was cancelled") from None

    def close(self) -> None:
        """End the client and its loop."""
        asyncio.run_coroutine_threadsafe(self._client.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
