"""Small requests and replies that are dear to read: how late the event loops answer everybody else meanwhile."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from bench.attack.lag import measured
from bench.attack.row import Row
from bench.attack.target import Target

from service_support.service import create_token

MAX_LAG = 50.0
"""Milliseconds that the 99th percentile of each loop's answers may take."""

TIMES = 60
AT_ONCE = 30
_HOLD = 3.0  # seconds that an attack of many requests goes on

Say = Callable[[str], bytes]
"""Returns a hostile server's answer to a line; the first is "" for the greeting."""


def run(target: Target) -> Iterator[Row]:
    """Each attack alone, after a look at both loops in peace."""
    yield from _attack(target, "nothing", lambda: _wait(_HOLD), bound=False)
    for name, path, body in _bodies():
        yield from _attack(target, name, partial(_post_on, target, path, body))
    for name, say in HOSTILE.items():
        with hostile_server(say) as port:
            yield from _attack(target, f"{TIMES} tests of a server of {name}", partial(diagnoses, target, port))
    yield from _dear_imports(target)


def _attack(target: Target, name: str, attack: Callable[[], str], *, bound: bool = True) -> Iterator[Row]:
    host, port = target.http_address
    with target.watched(name, max_refused=10**6) as watch, measured(host, port, target.service.grpc_address) as lag:
        watch.tried = attack()
    watch.tried = f"{watch.tried}; answers p50/p99/max: {lag}"
    if bound:
        watch.check(lag.worst_p99() <= MAX_LAG, f"a loop's p99 is {lag.worst_p99():.0f} ms, more than {MAX_LAG:.0f}")
    yield watch.row()


def _wait(seconds: float) -> str:
    time.sleep(seconds)
    return f"{seconds:.0f} s of peace"


def _bodies() -> Iterator[tuple[str, str, bytes]]:
    diagnose, discover, imported = "/v1/settings:diagnose", "/v1/settings:discover", "/v1/configs/import"
    small, large = 64 * 1024 - 100, 1024 * 1024 - 100
    names = ",".join(f'"{number:06x}":0' for number in range(small // 11 - 1))
    yield "one name twice, behind 6,000 others", diagnose, f'{{{names},"{small // 11 - 2:06x}":0}}'.encode()
    yield "one name 11,000 times", diagnose, ("{" + ",".join(['"a":0'] * (small // 6)) + "}").encode()
    yield "a host of 20,000 characters that stand for eighteen", diagnose, _text("host", "\ufdfa", small)
    yield "a host of 30,000 characters to encode", diagnose, _text("host", "\u01c6", small)
    yield "an address of such a domain", discover, _text("address", "a@\u01c6", small)
    yield (
        "1 MiB of unknown names",
        imported,
        ("{" + ",".join(f'"{n:06x}":0' for n in range(large // 11)) + "}").encode(),
    )
    yield "1 MiB of nested objects", imported, _nested(large)
    yield "1 MiB of providers", imported, _providers(large)


def _text(field: str, unit: str, size: int) -> bytes:
    text = unit * ((size - len(field) - 8) // len(unit.encode()))
    return json.dumps({field: text}, ensure_ascii=False).encode()


def _nested(size: int) -> bytes:
    one = '{"a":' * 900 + "1" + "}" * 900
    return ('{"a":[' + ",".join([one] * (size // (len(one) + 1))) + "]}").encode()


def _providers(size: int) -> bytes:
    settings = {"senderAddress": "a@example.com", "host": "smtp.example.com:587", "senderName": "x" * 190}
    settings |= {"description": "y" * 190, "user": "z" * 190}
    one = json.dumps({"id": "1", "smtp": settings})
    many = [one.replace('"1"', f'"{number}"', 1) for number in range(min(1000, size // (len(one) + 6)))]
    return f'{{"document":{{"formatVersion":1,"providers":[{",".join(many)}]}}}}'.encode()


def post(target: Target, path: str, body: bytes, token: str, *headers: tuple[str, str]) -> tuple[int, bytes]:
    """Post a body and return the status and the answer."""
    connection = http.client.HTTPConnection(*target.http_address, timeout=120)
    try:
        connection.request(
            "POST",
            path,
            body,
            {"authorization": f"Bearer {token}", "content-type": "application/json", **dict(headers)},
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def _post_on(target: Target, path: str, body: bytes) -> str:
    """Post a body over and over, from several threads."""
    end = time.monotonic() + _HOLD

    def go_on() -> Counter[int]:
        statuses: Counter[int] = Counter()
        while time.monotonic() < end:
            statuses[post(target, path, body, target.service.admin_token)[0]] += 1
        return statuses

    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(go_on) for _ in range(4)]
        statuses = sum((each.result() for each in running), Counter[int]())
    return f"{len(body)} bytes, {_counted(statuses)}"


def _counted(statuses: Counter[int]) -> str:
    return ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))


def diagnoses(target: Target, port: int, *, times: int = TIMES, at_once: int = AT_ONCE) -> str:
    """Test a hostile server's settings many times at once; return what came of it."""
    plan = {"host": "127.0.0.1", "port": port, "tlsMode": "TLS_MODE_NONE", "user": "user", "password": "Hunter2-Secret"}
    body = json.dumps({**plan, "sender": "a@example.com", "recipient": "b@example.com", "timeout": "20s"}).encode()

    def test(_: int) -> str:
        status, answer = post(target, "/v1/settings:diagnose", body, target.service.admin_token)
        code = re.findall(rb'"code": ?"([A-Z_]+)"', answer)
        return code[-1].decode() if code else f"HTTP {status}"

    began = time.monotonic()
    with ThreadPoolExecutor(at_once) as threads:
        codes = Counter(threads.map(test, range(times)))
    return f"{dict(codes)} in {time.monotonic() - began:.1f} s"


def _many(code: int, unit: bytes, *, lines: int = 60) -> bytes:
    line = (unit * 4080)[:4080]
    return b"".join(b"%d-%s\r\n" % (code, line) for _ in range(lines)) + b"%d end\r\n" % code


def _refusing_login(unit: bytes) -> Say:
    def say(line: str) -> bytes:
        if line.startswith("EHLO"):
            return b"250-a\r\n250 AUTH PLAIN LOGIN\r\n"
        return _many(535, unit) if line.startswith("AUTH") else b"220 a\r\n" if not line else b"250 ok\r\n"

    return say


def _greeting(unit: bytes) -> Say:
    return lambda line: b"" if line else _many(554, unit)


def _ehlo(unit: bytes) -> Say:
    def say(line: str) -> bytes:
        if line.startswith("EHLO"):
            return b"250-a\r\n" + b"".join(b"250-X%d %s\r\n" % (each, unit * 300) for each in range(100)) + b"250 A\r\n"
        return b"250 ok\r\n" if line else b"220 a\r\n"

    return say


def scram(iterations: int) -> Say:
    """Return a server that wants so many iterations of each login."""

    def say(line: str) -> bytes:
        if line.startswith("EHLO"):
            return b"250-a\r\n250 AUTH SCRAM-SHA-256\r\n"
        if line.startswith("AUTH SCRAM-SHA-256 "):
            nonce = base64.b64decode(line.split()[2]).decode().rpartition("r=")[2]
            challenge = f"r={nonce}server,s={base64.b64encode(b'salt' * 4).decode()},i={iterations}"
            return b"334 " + base64.b64encode(challenge.encode()) + b"\r\n"
        return b"535 5.7.8 no\r\n" if line else b"220 a\r\n"

    return say


HOSTILE: dict[str, Say] = {
    "240 KB of escape sequences in the refusal of a login": _refusing_login(b"\x1b[1m"),
    "240 KB of lone escapes": _refusing_login(b"\x1b"),
    "240 KB of unfinished sequences in its greeting": _greeting(b"\x1b]"),
    "240 KB of escape sequences in its extensions": _ehlo(b"\x1b[1m"),
    "240 KB of words that refuse": _refusing_login(b"not own mailbox blocked password spam no "),
    "240 KB of host names": _refusing_login(b"a.b-"),
    "240 KB in another charset": _refusing_login("密码错误".encode("gbk")),
    "240 KB of compatible characters": _refusing_login("\ufdfa".encode()),
    "SCRAM with 600,000 iterations": scram(600_000),
    "SCRAM with 1,000,000 iterations": scram(1_000_000),
}
"""What a hostile server says; each is what another part of the reading is slow with."""


@contextmanager
def hostile_server(say: Say) -> Iterator[int]:
    """Run an SMTP server that answers each line by `say`, on a free port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(say(""))
            while line := await reader.readline():
                writer.write(say(line.decode("utf-8", "replace").strip()))
                await writer.drain()
        except (OSError, ValueError):
            pass
        finally:
            writer.close()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve, "127.0.0.1", 0, backlog=500), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def dear_import() -> bytes:
    """Return an import whose key derivation is the dearest that is allowed; its passphrase is wrong."""
    parameters = {"salt": base64.b64encode(b"s" * 16).decode(), "memoryKib": 131072, "iterations": 8, "lanes": 1}
    smtp = {"senderAddress": "a@example.com", "senderName": "a", "host": "smtp.example.com:587", "user": "user"}
    encryption = {"argon2id": parameters, "check": base64.b64encode(b"c" * 28).decode()}
    provider = {"id": "1", "smtp": smtp, "secret": base64.b64encode(b"x" * 40).decode()}
    document = {"formatVersion": 1, "instanceId": "a", "providers": [provider], "encryption": encryption}
    return json.dumps({"document": document, "passphrase": "correct horse battery"}).encode()


def _dear_imports(target: Target) -> Iterator[Row]:
    """Ask for many dear imports in one instance, and for an export in another one."""
    service = target.service
    token = create_token(service.data_dir, "admin", "--instance", "attacker", "--instance", "other")
    body = dear_import()

    def import_one(_: int) -> int:
        return post(target, "/v1/configs/import", body, token, ("x-instance-id", "attacker"))[0]

    def attack() -> str:
        with ThreadPoolExecutor(TIMES) as threads:
            running = [threads.submit(import_one, number) for number in range(TIMES)]
            time.sleep(0.5)
            began = time.monotonic()
            export = json.dumps({"passphrase": "correct horse battery"}).encode()
            status, _ = post(target, "/v1/configs/export", export, token, ("x-instance-id", "other"))
            waited = time.monotonic() - began
            statuses = Counter(each.result() for each in running)
        return f"{_counted(statuses)}; another instance's export: {status} after {waited:.1f} s"

    yield from _attack(target, f"{TIMES} dear imports of one instance", attack)
