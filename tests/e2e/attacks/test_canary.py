"""The canary: every call, in success and in failure, over every wire, at debug level and against a server that repeats
what it learns in every encoding; and all that leaves the process is searched for the password, in every encoding."""

import base64
import itertools
import json
import quopri
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clock_support.waiting import HANG
from mailproof.usecases.kept_reports import unpack
from service_support.rules import METHODS
from service_support.service import RunningService, command, environment, running_service
from service_support.wires import WIRES, Client, Refused, Wires, open_wires, request_of, rest_of
from smtp_support import pki
from smtp_support.scripted import Do, Part, Peer, serve, smtp

PASSWORD = "qZ7vKx2mWb9tRj4pNc"
USER = "bird@example.com"
WIRES_OF = {
    "TestSmtpConnection": ("grpc", "grpc-web"),  # over REST it refuses in a form of its own, which is searched too
    "DiscoverSettings": ("rest",),  # takes seconds
    "ExportConfigs": ("grpc", "rest"),  # takes Argon2's time
}

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda raw: raw,
    "reversed": lambda raw: raw[::-1],
    "base64": base64.b64encode,
    "base64 at another place": lambda raw: base64.b64encode(b"\0" + USER.encode() + b"\0" + raw),
    "base64 at the third place": lambda raw: base64.b64encode(b"xy" + raw),
    "base32": base64.b32encode,
    "hex": lambda raw: raw.hex().encode(),
    "hex with colons": lambda raw: raw.hex(":").encode(),
    "%XX": lambda raw: "".join(f"%{octet:02X}" for octet in raw).encode(),
    "\\u": lambda raw: "".join(f"\\u{octet:04x}" for octet in raw).encode(),
    "\\x": lambda raw: "".join(f"\\x{octet:02x}" for octet in raw).encode(),
    "=XX": lambda raw: "".join(f"={octet:02X}" for octet in raw).encode(),
    "quoted-printable": quopri.encodestring,
    "HTML": lambda raw: "".join(f"&#{octet};" for octet in raw).encode(),
    "decimal": lambda raw: " ".join(map(str, raw)).encode(),
    "UTF-16": lambda raw: raw.decode("latin-1").encode("utf-16-le"),
    "dashes": lambda raw: b"-".join(bytes([octet]) for octet in raw),
    "blanks": lambda raw: b" ".join(bytes([octet]) for octet in raw),
    "letters between": lambda raw: b"w".join(bytes([octet]) for octet in raw),
}


def encoded(secret: str) -> Iterator[bytes]:
    """Yield a secret in each encoding, and in each within each other one."""
    for outer, inner in itertools.product(ENCODINGS.values(), repeat=2):
        yield outer(inner(secret.encode()))


def needles(secret: str) -> set[bytes]:
    """Return what no output may hold: runs of 6 characters, and the middle of each encoding of the secret."""
    runs = {secret[place : place + 6].lower().encode() for place in range(len(secret) - 5)}
    found = runs | {run[::-1] for run in runs}
    for raw in encoded(secret):
        third = max(len(raw) // 3, 1)
        found.add(raw[third : third + max(10, third)].lower())
    return {needle for needle in found if len(needle) >= 6}


NEEDLES = needles(PASSWORD)
SIGNS = bytes(octet for octet in range(256) if not chr(octet).isalnum())


def leaks(data: bytes) -> list[bytes]:
    """Return the parts of the secret that stand in data, also with all signs taken out."""
    low = data.lower()
    bare = low.translate(None, SIGNS)
    return [needle for needle in NEEDLES if needle in low or (needle.isalnum() and needle in bare)]


@dataclass
class Thief:
    """An SMTP server that repeats what it has learned: in the reply to AUTH, in greetings, in EHLO."""

    stolen: str = ""
    turn: int = 0
    asked: list[str] = field(default_factory=list)

    def said(self) -> str:
        """Return what was stolen, in the next encoding, sometimes cut."""
        forms = list(ENCODINGS.values())
        raw = forms[self.turn % len(forms)](self.stolen.encode())
        cut = (0, len(raw) // 4, 0)[self.turn // len(forms) % 3]
        self.turn += 1
        return raw.decode("latin-1").replace("\n", "").replace("\0", "\x7f")[cut:]

    async def script(self, peer: Peer) -> None:
        """Serve one connection."""
        greeting: list[Part] = [f"220 mail.test {self.said() if self.stolen else 'ready'}"]
        extra = f"250-X{self.said()}" if self.stolen else "250-SIZE 1000000"
        await smtp(
            greeting=greeting,
            ehlo=("250-mail.test", extra, "250 STARTTLS"),
            ehlo_tls=("250-mail.test", extra, "250 AUTH LOGIN PLAIN"),
            context=pki.good(),
            auth=self.steal,
        )(peer)

    async def steal(self, peer: Peer, line: str) -> Sequence[Part]:
        """Take what AUTH sends."""
        words = line.split(" ")
        if len(words) == 3:
            self.stolen = base64.b64decode(words[2]).decode().split("\0")[-1]
        else:
            await peer.perform(["334 VXNlcm5hbWU6"])
            await peer.hear()
            await peer.perform(["334 UGFzc3dvcmQ6"])
            self.stolen = base64.b64decode(await peer.hear()).decode()
        self.asked.append(self.stolen)
        verdict = "535" if self.turn % 5 else "454"
        return [f"{verdict}-5.7.8 no {self.said()} here", f"{verdict} 5.7.8 {self.said()}", Do.CLOSE]


@dataclass
class Cage:
    """A service at debug level with the thief as its mail server."""

    service: RunningService
    wires: Wires
    thief: Thief
    port: int
    printed: list[bytes] = field(default_factory=list)
    read: int = 0  # octets of the log that were searched


@pytest.fixture(scope="module")
def cage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cage]:
    folder = tmp_path_factory.mktemp("canary")
    (folder / "ca.pem").write_text(pki.authority().pem)
    arguments = ("--log-level", "debug", "--ca-file", str(folder / "ca.pem"))
    thief = Thief()
    with (
        serve(thief.script) as served,
        running_service(folder / "data", *arguments) as service,
        open_wires(service) as wires,
    ):
        made = Cage(service, wires, thief, served.port)
        yield made
        files = [path for path in service.data_dir.iterdir() if path.is_file()]
        assert len(files) > 2
        found = {path.name: leaks(path.read_bytes()) for path in files}
        assert found == {path.name: [] for path in files}
        reports = kept_reports(service)
        assert reports
        assert not [(leaked, text[:1500]) for text in reports if (leaked := leaks(text))]


def kept_reports(service: RunningService) -> list[bytes]:
    """Return the reports of all kept tests, which are compressed in the database."""
    with closing(sqlite3.connect(service.data_dir / "mailproof.db")) as connection:
        packed = [row[0] for row in connection.execute("SELECT report FROM test_reports")]
    return [repr(unpack(each)).encode("utf-8", "surrogatepass") for each in packed]


def request_for(cage: Cage, rpc: str, record: str) -> dict[str, Any]:
    """Return good values for a call, with the canary wherever a secret may stand."""
    host = f"localhost:{cage.port}"
    settings = {"sender_address": "a@example.com", "sender_name": "A", "host": host, "user": USER, "tls": True}
    fields = {
        **settings,
        "id": record,
        "config_id": "",
        "password": PASSWORD,
        "receiver_address": "you@example.com",
        "recipient_address": "you@example.com",
        "endpoint": f"http://localhost:{cage.port}/",
        "passphrase": PASSWORD,
        "email_smtp_host": "localhost",
        "email_smtp_port": str(cage.port),
        "email_smtp_auth_method": "STARTTLS",
        "email_smtp_username": USER,
        "email_smtp_password": PASSWORD,
        "address": "a@localhost",
        "code": "auth_rejected",
        "skip_secrets": False,
    }
    if rpc == "Diagnose":
        fields = {"host": "localhost", "port": cage.port, "user": USER, "password": PASSWORD}
    known = request_of(rpc).DESCRIPTOR.fields_by_name
    return {name: value for name, value in fields.items() if name in known}


def failures(cage: Cage, rpc: str, record: str) -> Iterator[dict[str, Any]]:
    """Yield values with which a call fails, each with the canary."""
    good = request_for(cage, rpc, record)
    known = request_of(rpc).DESCRIPTOR.fields_by_name
    if "id" in known:
        yield {**good, "id": "404"}
    if "sender_address" in known:
        yield {**good, "sender_address": "nobody"}
        yield {**good, "tls": False}
    if "xoauth2" in known:
        secret = {"client_id": "c", "client_secret": PASSWORD}
        path: dict[str, Any] = {"client_credentials": {**secret, "token_endpoint": f"https://localhost:{cage.port}/"}}
        if rpc != "Diagnose":
            path = {"client_credentials": secret, "token_endpoint": f"https://localhost:{cage.port}/"}
        good.pop("password", None)
        yield {**good, "xoauth2": path}
    if rpc == "ImportConfigs":
        yield {**good, "document": {"format_version": 1, "encryption": {"check": PASSWORD.encode()}}}


def attempt(client: Client, rpc: str, values: dict[str, Any]) -> bool:
    """Make a call, and return whether it succeeded."""
    try:
        client(rpc, **values)
    except Refused:
        return False
    return True


def searched(cage: Cage) -> None:
    """Search all that has left the process since the last search; what it stores is searched in the end."""
    logged = cage.service.log_file.read_bytes()
    outputs = [*cage.wires.answers, *cage.printed, logged[cage.read :]]
    outputs += [path.read_bytes() for path in Path("/proc").glob(f"{cage.service.process.pid}/cmdline")]
    cage.read = len(logged)
    cage.wires.answers.clear()
    cage.printed.clear()
    assert outputs
    assert not [(found, data[:1500]) for data in outputs if (found := leaks(data))]


@pytest.mark.parametrize("rpc", METHODS)
def test_no_call_shows_a_secret(cage: Cage, rpc: str) -> None:
    """Each of the contract's calls, those that come to it too, is made in success and failure over each wire."""
    for wire in WIRES_OF.get(rpc, WIRES):
        client = Client(cage.wires, wire, cage.service.admin_token)
        record = client("AddSMTPConfig", **request_for(cage, "AddSMTPConfig", "")).id
        if "HTTP" in rpc:
            record = client("AddEmailProviderHTTP", **request_for(cage, "AddEmailProviderHTTP", "")).id
        good = request_for(cage, rpc, record)
        attempt(client, rpc, good)
        for bad in failures(cage, rpc, record):
            attempt(client, rpc, bad)
        stranger = Client(cage.wires, wire, PASSWORD)
        assert not attempt(stranger, rpc, good)
        elsewhere = Client(cage.wires, wire, cage.service.admin_token, PASSWORD)
        attempt(elsewhere, rpc, good)
    method = METHODS[rpc]
    verb, path, body = rest_of(method, "rest", request_of(rpc, **request_for(cage, rpc, "1")))
    token = [("authorization", f"Bearer {cage.service.admin_token}")]
    document = json.loads(body or b"{}")
    for broken in (
        {**document, PASSWORD: 1},  # the canary as a name
        {**document, PASSWORD: {PASSWORD: [PASSWORD]}},
        {**document, "password": {PASSWORD: 1}, "tls": PASSWORD, "id": [PASSWORD]},
        {**document, "password": [PASSWORD]},
        {**document, "port": PASSWORD, "timeout": PASSWORD, "depth": PASSWORD},
        PASSWORD,
    ):
        if body is not None:
            cage.wires.http(verb, path, json.dumps(broken).encode(), token)
            cage.wires.http(verb, path, json.dumps(broken).encode()[:-2], token)
    cage.wires.http(verb, f"{path}?{PASSWORD}={PASSWORD}&password={PASSWORD}", body, token)
    cage.wires.http(verb, path, PASSWORD.encode(), token)
    cage.wires.http(verb, path, body, [*token, ("grpc-timeout", PASSWORD), ("x-idempotency-key", "k")])
    searched(cage)


def test_no_encoding_of_a_secret_passes_a_diagnosis(cage: Cage) -> None:
    """Of a stored configuration, so that the reports are kept too."""
    client = Client(cage.wires, "rest", cage.service.admin_token)
    record = client("AddSMTPConfig", **request_for(cage, "AddSMTPConfig", "")).id
    before = len(kept_reports(cage.service))
    for _ in range(len(ENCODINGS) * 3):
        client("Diagnose", config_id=record)
    assert set(cage.thief.asked) == {PASSWORD}
    assert len(kept_reports(cage.service)) == before + len(ENCODINGS) * 3
    searched(cage)


@pytest.mark.parametrize("how", [(), ("--json",), ("--tls", "starttls", "--mechanism", "LOGIN"), ("--stream",)])
def test_the_command_line_shows_no_secret(cage: Cage, how: tuple[str, ...]) -> None:
    target = f"localhost:{cage.port}"
    authority = str(cage.service.data_dir.parent / "ca.pem")
    asked = [command(), "diagnose", target, "--user", USER, "--password-stdin", "--ca-file", authority, *how]
    for _ in range(4):
        with subprocess.Popen(
            asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment()
        ) as process:
            cage.printed.append(Path(f"/proc/{process.pid}/cmdline").read_bytes())
            cage.printed.append(process.communicate(PASSWORD.encode(), timeout=HANG)[0])
    searched(cage)


def test_the_search_finds_each_encoding() -> None:
    """So what it does not find is not there."""
    for raw in encoded(PASSWORD):
        assert leaks(b"535 no " + raw + b" here")
        assert leaks(b"535 no " + raw[len(raw) // 4 :] + b" here")
    assert not leaks(b"535 5.7.8 Error: authentication failed")
