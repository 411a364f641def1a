"""grpc-web requests, the same in each run: what our grpc-web and Envoy's filter are asked, and their answers."""

from __future__ import annotations

import base64
import random
import re
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from google.rpc import status_pb2

from service_support.framing import TRAILERS, frame
from service_support.random_messages import Maker
from service_support.rules import METHODS
from service_support.service import SandboxServer
from service_support.side_by_side import Reply
from service_support.transcoded_requests import Case, good_documents
from service_support.wires import path_of

BINARY, TEXT = "application/grpc-web+proto", "application/grpc-web-text"
_BINARY = {"content-type": BINARY, "accept": BINARY}
_TEXT = {"content-type": TEXT, "accept": TEXT}
CONNECTING = re.compile("Test(SMTP|Smtp|Email|HTTP)|Diagnose|Discover")
"""RPCs that connect to hosts, so they get no message of chance."""

_TIMEOUTS = ("0n", "20S", "1500000000n", "abc", "-1S", "1")
_KINDS = ("application/grpc-web", BINARY, TEXT, f"{TEXT}+proto", f"{BINARY};charset=utf-8", "application/json", "")


def web_requests(sandbox: SandboxServer, seed: int = 12) -> list[Case]:
    """Return all requests, in an order that mixes them."""
    chance = random.Random(seed)
    maker = Maker(seed)
    good = good_documents(sandbox)
    made = [case for method in METHODS.values() for case in _of_method(method, good, maker)]
    made += [case for name in ("ListSMTPConfigs", "UndoConfigsImport") for case in _malformed(METHODS[name])]
    chance.shuffle(made)
    return made


def _of_method(method: MethodDescriptor, good: dict[str, dict[str, Any]], maker: Maker) -> Iterator[Case]:
    request = json_format.ParseDict(good.get(method.name, {}), GetMessageClass(method.input_type)())
    yield from _both("good", method, request.SerializeToString())
    yield from _both("no token", method, request.SerializeToString(), {"authorization": ""})
    yield from _both("another instance", method, request.SerializeToString(), {"x-instance-id": "nobody"})
    yield from _both("x-request-id", method, b"", {"x-request-id": "1"})
    if CONNECTING.search(method.name):
        return
    for _ in range(4):
        yield from _both("message", method, maker.message(method).SerializeToString())
    for _ in range(3):
        yield from _both("octets", method, maker.octets(method))


def _malformed(method: MethodDescriptor) -> Iterator[Case]:
    """Yield requests that are no message in one frame, of an RPC that changes nothing."""
    data = b"\x0a\x02t1" if method.input_type.fields[0].type == 9 else b"\x0a\x04\x08\x00\x10\x05"
    whole = frame(data)
    bodies = [whole[:end] for end in range(len(whole))]
    bodies += [whole + whole, whole + b"\0", frame(data, 0x01), frame(data, 0x02), frame(data, 0x10)]
    bodies += [whole + frame(b"x: y\r\n", TRAILERS), frame(b"x: y\r\n", TRAILERS), frame(b"x", TRAILERS) + whole]
    bodies += [
        struct.pack(">BI", 0, size) + data for size in (0, len(data) - 1, len(data) + 1, 2**16, 2**31, 2**32 - 1)
    ]
    for body in bodies:
        yield Case("frames", method, "POST", path_of(method), body, {**_BINARY, "grpc-timeout": "10S"})
        text = base64.b64encode(body)
        yield Case("frames", method, "POST", path_of(method), text, {**_TEXT, "grpc-timeout": "10S"})
    text = base64.b64encode(whole)
    half = base64.b64encode(whole[:4]) + base64.b64encode(whole[4:])
    for body in (
        text.rstrip(b"="),
        text + b"=",
        text + b"!",
        b" " + text,
        text[:5] + b"\n" + text[5:],
        half,
        text[:-1],
    ):
        yield Case("base64", method, "POST", path_of(method), body, {**_TEXT, "grpc-timeout": "10S"})
    for kind in _KINDS:
        yield Case(
            "content type", method, "POST", path_of(method), text if "text" in kind else whole, {"content-type": kind}
        )
    for timeout in _TIMEOUTS:
        yield from _both("deadline", method, data, {"grpc-timeout": timeout})
    for value in ("YQ==", "YQ", "YQ=", "%%", "YQ,Yg"):
        yield from _both("binary header", method, data, {"x-some-bin": value})
    for path in (f"{path_of(method)}s", "/no.Service/Method", f"{path_of(method)}/", "/no.Service"):
        yield Case("path", method, "POST", path, whole, _BINARY)
    for verb in ("GET", "PUT", "DELETE"):
        yield Case("verb", method, verb, path_of(method), None, _BINARY)


def _both(kind: str, method: MethodDescriptor, data: bytes, headers: dict[str, str] | None = None) -> Iterator[Case]:
    """Yield a request in the binary and in the text mode."""
    more = headers or {}
    yield Case(kind, method, "POST", path_of(method), frame(data), {**_BINARY, **more})
    yield Case(kind, method, "POST", path_of(method), base64.b64encode(frame(data)), {**_TEXT, **more})


def web_document(case: Case, reply: Reply) -> Any:
    """Return what a client reads in an answer, as JSON: kind, messages, status, details; None: it can't read it."""
    kind = reply.headers.get("content-type", "")
    body, trailers = reply.body, dict(reply.headers)
    if not kind.startswith("application/grpc-web"):
        return None
    if "text" in kind:
        body = b"".join(base64.b64decode(part) for part in re.findall(rb"[^=]+={0,2}", body))
    messages = []
    while len(body) >= 5:
        flags, length = struct.unpack_from(">BI", body)
        data, body = body[5 : 5 + length], body[5 + length :]
        if flags & TRAILERS:
            lines = (line.partition(":") for line in data.decode().split("\r\n") if line)
            trailers |= {name.strip(): value.strip() for name, _, value in lines}
        else:
            message = GetMessageClass(case.method.output_type).FromString(data)
            messages.append(json_format.MessageToDict(message))
    status = status_pb2.Status()
    if details := trailers.get("grpc-status-details-bin"):
        status.ParseFromString(base64.b64decode(details + "=" * (-len(details) % 4)))
    return {
        "kind": "text" if "text" in kind else "binary",
        "messages": messages,
        "code": trailers.get("grpc-status"),
        "message": unquote(trailers.get("grpc-message", "")),
        "details": json_format.MessageToDict(status).get("details", []),
    }
