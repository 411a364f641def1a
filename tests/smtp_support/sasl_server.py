"""The server's side of SASL for the scripted peer: every mechanism that we speak, right or wrong as a test wants it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.serialization import Encoding

from . import pki
from .scripted import Part, Peer

TOKEN = "ya29.token-of-the-test"
REFUSED: Sequence[Part] = ("535 5.7.8 wrong",)
WELCOME: Sequence[Part] = ("235 2.7.0 welcome",)


@cache
def leaf() -> pki.Pair:
    return pki.issue("localhost", pki.authority(), sans=pki.LOCAL)


def end_point() -> bytes:
    """Return the tls-server-end-point binding of `leaf`, which is signed with SHA-256."""
    return hashlib.sha256(leaf().certificate.public_bytes(Encoding.DER)).digest()


def encode(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


class Cancelled(Exception):
    """The client said "*"."""


@dataclass
class Sasl:
    """A server's logins.

    Attributes:
        answers: Mechanism -> the reply to its AUTH command, in place of an exchange.
        first, final: SCRAM messages to send in place of the right ones; "{nonce}" is the combined one.
        bindings: Types of channel binding that it takes.
        error: JSON of the challenge that refuses a token.
    """

    user: str = "user"
    password: str = "secret-word"
    token: str = TOKEN
    answers: dict[str, Sequence[Part]] = field(default_factory=dict)
    iterations: int = 4096
    first: str = ""
    final: str | None = None
    bindings: tuple[str, ...] = ("tls-server-end-point", "tls-unique")
    plus: bool = False  # whether it offers mechanisms with channel binding
    refused: Sequence[Part] = REFUSED
    error: str = '{"status":"401","schemes":"bearer","scope":"https://mail.test/\x1b[31m"}'
    tried: list[str] = field(default_factory=list)
    gs2: list[str] = field(default_factory=list)
    bound: list[bytes] = field(default_factory=list)  # proofs that came, decoded
    last: str = ""  # the answer to an error's challenge

    async def __call__(self, peer: Peer, line: str) -> Sequence[Part]:
        try:
            return await self._login(peer, line)
        except Cancelled:
            return ["501 5.0.0 cancelled"]

    async def _login(self, peer: Peer, line: str) -> Sequence[Part]:
        _, name, *initial = line.split(" ")
        self.tried.append(name)
        if name in self.answers:
            return self.answers[name]
        if name.startswith("SCRAM-"):
            return await self._scram(peer, name, initial)
        if name == "CRAM-MD5":
            return await self._cram(peer)
        if name in ("XOAUTH2", "OAUTHBEARER"):
            return await self._token(peer, name, initial)
        first = await self._message(peer, initial)
        if name == "LOGIN":
            second = await self._ask(peer, "Password:")
            return WELCOME if (first, second) == (self.user.encode(), self.password.encode()) else self.refused
        return WELCOME if first == f"\0{self.user}\0{self.password}".encode() else self.refused

    async def _ask(self, peer: Peer, challenge: str | bytes) -> bytes:
        await peer.perform([f"334 {encode(challenge)}"])
        answer = await peer.hear()
        if answer == "*":
            raise Cancelled
        return base64.b64decode(answer)

    async def _message(self, peer: Peer, initial: list[str]) -> bytes:
        if initial:
            return base64.b64decode(initial[0]) if initial[0] != "=" else b""
        return await self._ask(peer, "")

    async def _cram(self, peer: Peer) -> Sequence[Part]:
        challenge = "<1896.697170952@mail.test>"
        answer = await self._ask(peer, challenge)
        digest = hmac.new(self.password.encode(), challenge.encode(), "md5").hexdigest()
        self.bound.append(answer)
        return WELCOME if answer == f"{self.user} {digest}".encode() else self.refused

    async def _token(self, peer: Peer, name: str, initial: list[str]) -> Sequence[Part]:
        message = (await self._message(peer, initial)).split(b"\x01")
        want = f"user={self.user}" if name == "XOAUTH2" else f"n,a={self.user},"
        if (
            message[0] == want.encode()
            and f"auth=Bearer {self.token}".encode() in message
            and message[-2:] == [b""] * 2
        ):
            return WELCOME
        await peer.perform([f"334 {encode(self.error)}"])
        self.last = await peer.hear()
        return self.refused

    async def _scram(self, peer: Peer, name: str, initial: list[str]) -> Sequence[Part]:
        digest = "sha256" if "256" in name else "sha1"
        message = (await self._message(peer, initial)).decode()
        flag, _, rest = message.partition(",")
        bare = rest.partition(",")[2]
        gs2 = message[: len(message) - len(bare)]
        self.gs2.append(flag)
        kind = flag.removeprefix("p=")
        if name.endswith("-PLUS") and kind not in self.bindings:
            return self.refused
        if flag == "y" and self.plus:
            return self.refused
        attributes = dict(part.split("=", 1) for part in bare.split(","))
        nonce = attributes["r"] + "server"
        salt = b"salt of the test"
        first = self.first.replace("{nonce}", nonce) or f"r={nonce},s={encode(salt)},i={self.iterations}"
        final = (await self._ask(peer, first)).decode()
        if not final:  # the client took an error
            return self.refused
        without, _, proof = final.rpartition(",p=")
        data = gs2.encode()
        if name.endswith("-PLUS"):
            data += end_point() if kind == "tls-server-end-point" else peer.binding(kind)
        told = f"{bare},{first},{without}".encode()
        key = hashlib.pbkdf2_hmac(digest, self.password.encode(), salt, self.iterations)
        client = hmac.new(key, b"Client Key", digest).digest()
        stored = hashlib.new(digest, client).digest()
        signature = hmac.new(stored, told, digest).digest()
        right = bytes(a ^ b for a, b in zip(client, signature, strict=True))
        self.bound.append(base64.b64decode(proof))
        if dict(part.split("=", 1) for part in without.split(","))["c"] != encode(data):
            return await self._fail(peer, "e=channel-bindings-dont-match")
        if base64.b64decode(proof) != right or attributes["n"] != self.user:
            return await self._fail(peer, "e=invalid-proof")
        server = hmac.new(hmac.new(key, b"Server Key", digest).digest(), told, digest).digest()
        if self.final == "":
            return WELCOME
        await self._ask(peer, self.final or f"v={encode(server)}")
        return WELCOME

    async def _fail(self, peer: Peer, error: str) -> Sequence[Part]:
        await self._ask(peer, error)
        return self.refused


def secrets_of(sasl: Sasl) -> list[str]:
    """Return what must not show: the password, the token, and what was made of them."""
    made = [encode(proof) for proof in sasl.bound] + [proof.decode() for proof in sasl.bound if proof.isascii()]
    return [sasl.password, encode(sasl.password), sasl.token, encode(sasl.token)[:-4], *made]


def json_of(**values: object) -> bytes:
    return json.dumps(values).encode()
