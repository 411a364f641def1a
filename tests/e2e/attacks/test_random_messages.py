"""Any message to every RPC over each wire: an answer or a refusal of ours, never a defect, and the service lives on.

The seed is fixed; MAILPROOF_RANDOM_SEED and MAILPROOF_RANDOM_ROUNDS choose others.
"""

from __future__ import annotations

import contextlib
import os
import urllib.parse
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor

from clock_support.waiting import HANG
from service_support.framing import BINARY, TEXT, frame, read, text_frame
from service_support.random_messages import TEXTS, Maker
from service_support.rules import METHODS
from service_support.service import RunningService, running_service
from service_support.wires import Wires, open_wires, path_of

SEED = int(os.environ.get("MAILPROOF_RANDOM_SEED", "1"))
ROUNDS = int(os.environ.get("MAILPROOF_RANDOM_ROUNDS", "6"))

DEFECTS = {2, 12, 13, 15}
"""UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS."""


@pytest.fixture(scope="module")
def wires(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wires]:
    """A service that reaches nobody: at its end it must have logged no defect."""
    with (
        running_service(
            tmp_path_factory.mktemp("random") / "data", "--test-timeout=1", env={"MAILPROOF_EGRESS_PROFILE": "internet"}
        ) as service,
        open_wires(service) as opened,
    ):
        yield opened


def headers(service: RunningService) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {service.admin_token}")]


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_any_bytes_over_grpc_are_answered(wires: Wires, method: MethodDescriptor) -> None:
    make = Maker(SEED)
    for _ in range(ROUNDS):
        multicallable: Any = wires.channel.unary_stream(path_of(method))
        call = multicallable(make.octets(method), metadata=headers(wires.service), timeout=HANG)
        with contextlib.suppress(grpc.RpcError):
            list(call)
        assert call.code().value[0] not in DEFECTS, call.details()


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_any_bytes_over_grpc_web_are_answered(wires: Wires, method: MethodDescriptor) -> None:
    make = Maker(SEED + 1)
    for number in range(ROUNDS):
        kind, framed = (TEXT, text_frame) if number % 2 else (BINARY, frame)
        body = framed(make.octets(method))
        if make.chance.random() < 0.2:
            body = body[: make.chance.randrange(len(body) + 1)]
        answer = wires.http("POST", path_of(method), body, headers(wires.service), content_type=kind[1])
        assert answer.status == 200
        assert read(answer).code not in DEFECTS, answer.body


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_any_body_query_and_path_over_rest_is_answered(wires: Wires, method: MethodDescriptor) -> None:
    make = Maker(SEED + 2)
    for verb, template, has_body in routes(method):
        for _ in range(ROUNDS):
            path = template
            while "{" in path:
                text = make.chance.choice([each for each in TEXTS if each and len(each) < 300])
                path = path[: path.index("{")] + urllib.parse.quote(text, safe="") + path[path.index("}") + 1 :]
            if not has_body:
                names = [field.json_name for field in method.input_type.fields] or ["a"]
                pairs = [(make.chance.choice([*names, "a.b", ""]), make.chance.choice(TEXTS[:30])) for _ in range(3)]
                path = f"{path}?{urllib.parse.urlencode(pairs, errors='replace')}"
            answer = wires.http(verb, path, make.document(method) if has_body else None, headers(wires.service))
            assert answer.status < 500 or answer.status in {503, 504}, (path, answer)


def routes(method: MethodDescriptor) -> Iterator[tuple[str, str, bool]]:
    """Yield verb, path template and whether there is a body, of each binding."""
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    for each in (rule, *rule.additional_bindings):
        verb = each.WhichOneof("pattern")
        if verb:
            yield verb.upper(), getattr(each, verb), bool(each.body)


def test_after_all_of_it_the_service_is_well(wires: Wires) -> None:
    assert wires.http("GET", "/readyz", None, ()).status == 200
