"""Run every client directly and through the edge, and judge what each of their calls brought."""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.message_factory import GetMessageClass

from client_support.clients import CLIENTS, Client
from client_support.scenario import CELLS, Json, scenario, schema
from clock_support.waiting import HANG
from service_support.rules import METHODS
from service_support.service import RunningService, create_token
from smtpdiag.v1 import instance_pb2, instance_pb2_grpc

WAYS = ("direct", "envoy")
ROOT = Path(__file__).parents[2]
DOC = ROOT / "docs" / "clients.md"
BEGIN, END = "<!-- the matrix, by make clients -->\n", "<!-- the end of the matrix -->\n"
SOURCE = "matrix-source"
TOGETHER = 3
"""How many drivers run at a time: one more than the cores that a small machine has."""

# What a call may end with that was given a thousandth of a second: it made it, it did not, or it came second.
ANY_END = {0, 4, 5, 6, 9, 10}

CAME_SECOND = {1, 0, 5, 9}
"""A call that was cancelled at once may have been answered sooner, or refused: what it is about is gone by then."""


@dataclass
class Cell:
    """What one client did on one way in one respect.

    Attributes:
        passed: The RPCs that did as they should.
        impossible: Why the client can't do it with some RPCs.
        failed: What was wrong, by RPC.
    """

    passed: list[str] = field(default_factory=list)
    impossible: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What the matrix shows: how many RPCs, of how many."""
        if self.failed:
            return f"{len(self.failed)} FAILED"
        return str(len(self.passed)) if self.passed else "none"


Matrix = dict[tuple[str, str, str], Cell]
"""By client, way and cell."""


def run_matrix(service: RunningService, edge: str, clients: Sequence[Client] = CLIENTS) -> Matrix:
    """Run clients against a service and an edge in front of it."""
    instances = {(client.name, way): f"matrix-{number}-{way}" for number, client in enumerate(clients) for way in WAYS}
    allowed = [part for name in (SOURCE, *instances.values()) for part in ("--instance", name)]
    token = create_token(service.data_dir, "admin", *allowed)
    shared: Json = {
        "schema": b64encode(schema()).decode(),
        "scenario": scenario(service, _export(service, token)),
        "token": token,
    }
    addresses = {
        "direct": {"grpc": service.grpc_address, "http": service.http_url},
        "envoy": {"grpc": edge, "http": f"http://{edge}"},
    }
    tasks = [
        {
            **shared,
            "format": client.format,
            "ways": {way: {**addresses[way], "instance": instances[client.name, way]} for way in WAYS},
        }
        for client in clients
    ]
    with ThreadPoolExecutor(TOGETHER) as pool:
        reports = list(pool.map(_drive, clients, tasks))
    errors = shared["scenario"]["errors"]
    waiting = set(shared["scenario"]["waiting"])
    made: Matrix = {}
    for client, report in zip(clients, reports, strict=True):
        trouble = report.get("stderr", "")
        for way in WAYS:
            for name in CELLS:
                made[client.name, way, name] = _cell(name, report.get(way, {}), errors, waiting, trouble)
    return made


def _export(service: RunningService, token: str) -> list[instance_pb2.StreamExportConfigsResponse]:
    """Return a streamed export of an instance with one configuration."""
    metadata = (("authorization", f"Bearer {token}"), ("x-instance-id", SOURCE))
    with grpc.insecure_channel(service.grpc_address) as channel:
        add: Any = channel.unary_unary("/zitadel.admin.v1.AdminService/AddEmailProviderHTTP")
        request = GetMessageClass(METHODS["AddEmailProviderHTTP"].input_type)(endpoint="https://127.0.0.1:1/exported")
        add(request.SerializeToString(), metadata=metadata, timeout=HANG)
        stub = instance_pb2_grpc.InstanceServiceStub(channel)
        export = instance_pb2.StreamExportConfigsRequest()
        return list(stub.StreamExportConfigs(export, metadata=metadata, timeout=HANG))


def _drive(client: Client, task: Json) -> Json:
    try:
        done = subprocess.run(
            client.command,
            input=json.dumps(task),
            capture_output=True,
            text=True,
            timeout=HANG,
            check=False,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "tests")},
        )
    except subprocess.TimeoutExpired as hung:
        return {"stderr": f"it hung: {hung.stderr!r}"}  # all its cells fail with that
    if done.returncode != 0:
        return {"stderr": done.stderr}  # likewise
    report: Json = json.loads(done.stdout)
    return report


def _cell(name: str, outcomes: Json, errors: Json, waiting: set[str], trouble: str) -> Cell:
    cell = Cell()
    judges: dict[str, Callable[[str, Json], None]] = {
        "success": _success,
        "error": partial(_refused, errors),
        "no token": _no_token,
        "deadline": partial(_deadline, waiting),
        "cancel": partial(_cancelled, waiting),
    }
    for rpc, method in METHODS.items():
        if name in ("success", "stream") and method.server_streaming != (name == "stream"):
            continue
        key = "success" if name == "stream" else name
        outcome = _readable(rpc, outcomes.get(rpc, {}).get("all") or outcomes.get(rpc, {}).get(key))
        if outcome is None:
            cell.failed[rpc] = f"was not called {trouble}"
        elif "impossible" in outcome:
            cell.impossible[rpc] = outcome["impossible"]
        else:
            try:
                judges[key](rpc, outcome)
            except (AssertionError, LookupError, ValueError, json_format.ParseError) as wrong:
                cell.failed[rpc] = f"{wrong!r}: {json.dumps(outcome)[:600]}"
            else:
                cell.passed.append(rpc)
    return cell


def _readable(rpc: str, outcome: Json | None) -> Json | None:
    """Return an outcome with the errorModel of the commerce API, which its REST has, as code and details."""
    if outcome is None or "errorCode" not in outcome.get("error", {}):
        return outcome
    model = outcome["error"]
    details: list[Json] = [{"@type": ".ErrorInfo", "reason": model["devMessage"]}]
    if "o:errorPath" in model:
        names = {field.json_name: field.name for field in METHODS[rpc].input_type.fields}
        details.append({"@type": ".BadRequest", "fieldViolations": [{"field": names[model["o:errorPath"]]}]})
    return {**outcome, "error": {**model, "code": int(model["errorCode"][3:]), "details": details}}


def _success(rpc: str, outcome: Json) -> None:
    method = METHODS[rpc]
    assert "error" not in outcome
    messages = outcome["messages"]
    assert messages if method.server_streaming else len(messages) == 1
    parsed = [json_format.ParseDict(message, GetMessageClass(method.output_type)()) for message in messages]
    if method.output_type.fields:
        assert all(message.ListFields() for message in parsed)
    last = {"Diagnose": "report", "DiscoverSettings": "result", "StreamExportConfigs": "trailer"}.get(rpc)
    assert last is None or parsed[-1].HasField(last)


def _refused(errors: Json, rpc: str, outcome: Json) -> None:
    expected = errors[rpc]["expected"]
    error = outcome["error"]
    assert outcome["messages"] == []
    assert error["code"] == expected["code"]
    assert error["message"]
    info = _detail(error, "ErrorInfo")
    assert info["reason"] == expected["reason"]
    assert expected.get("metadata", {}).items() <= info.get("metadata", {}).items()
    if "fields" in expected:
        violations = _detail(error, "BadRequest")["fieldViolations"]
        assert [violation["field"] for violation in violations] == expected["fields"]


def _no_token(rpc: str, outcome: Json) -> None:
    error = outcome["error"]
    assert outcome["messages"] == []
    assert (error["code"], _detail(error, "ErrorInfo")["reason"]) == (16, "TOKEN_INVALID")


def _deadline(waiting: set[str], rpc: str, outcome: Json) -> None:
    code = outcome["error"]["code"] if "error" in outcome else 0
    if rpc not in waiting:
        assert code in ANY_END
    elif rpc == "Diagnose" and code == 0:  # a report on how far it came in its time
        assert outcome["messages"][-1]["report"]["outcome"] == "OUTCOME_FAIL"
    elif rpc == "TestSmtpConnection" and code == 0:  # likewise: a test that ran and failed
        assert not outcome["messages"][0].get("status")
    else:
        assert code == 4


def _cancelled(waiting: set[str], rpc: str, outcome: Json) -> None:
    error = outcome.get("error", {"code": 0})
    if error.get("name") != "AbortError":
        assert error["code"] in ({1} if rpc in waiting else CAME_SECOND)


def _detail(error: Json, name: str) -> Json:
    (found,) = (item for item in error["details"] if item["@type"].endswith(f".{name}"))
    made: Json = found
    return made


def shown(matrix: Matrix) -> str:
    """Return the matrix as a table in Markdown, with the reasons below it."""
    reasons: dict[str, int] = {}
    rows = ["| client | speaks | " + " | ".join(CELLS) + " |", "|---|---|" + "---|" * len(CELLS)]
    for client in CLIENTS:
        if (client.name, WAYS[0], CELLS[0]) not in matrix:
            continue
        texts = []
        for name in CELLS:
            both = [matrix[client.name, way, name] for way in WAYS]
            why = [*both[0].impossible.values(), *([client.notes[name]] if name in client.notes else [])]
            notes = [f"[{reasons.setdefault(reason, len(reasons) + 1)}]" for reason in dict.fromkeys(why)]
            texts.append(" ".join([" · ".join(cell.text for cell in both), *notes]))
        rows.append(f"| {client.name} | {client.wire} | " + " | ".join(texts) + " |")
    notes = [f"{number}. {reason}" for reason, number in reasons.items()]
    return "\n".join([*rows, "", *notes]) + "\n"


def write_page(matrix: Matrix) -> None:
    """Put the matrix into docs/clients.md."""
    text = DOC.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    DOC.write_text(f"{before}{BEGIN}\n{shown(matrix)}\n{END}{after}")


def failures(matrix: Matrix) -> Iterator[str]:
    """Yield a line for each RPC that did not do as it should."""
    for (client, way, name), cell in matrix.items():
        for rpc, wrong in cell.failed.items():
            yield f"{client} {way} {name} {rpc}: {wrong}"
