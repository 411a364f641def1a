"""The report of a test that nobody watches, which has no task and no queue, and that of one that is watched."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Callable

import pytest
import uvloop

from mailproof.domain.secret import Secret
from mailproof.probe.probe import Probe
from mailproof.smtp.report import NEVER, Credentials, Plan, Report
from mailproof.smtp.vocabulary import Code, Depth, TlsMode
from plain_support.probe import report as watched
from smtp_support import pki
from smtp_support.probing import LOGIN, TRUST, Nowhere, make_plan, make_probe
from smtp_support.scripted import EHLO_CLEAR, Do, Peer, Script, free_port, raw, serve, smtp

NONE: dict[str, object] = {"tls_mode": TlsMode.NONE}
LETTER = {"sender": "me@example.com", "recipient": "you@example.com", "depth": Depth.DATA}

CASES: dict[str, tuple[Code, Callable[[], Script], dict[str, object]]] = {
    "passed": (Code.OK, lambda: smtp(ehlo=EHLO_CLEAR), {**NONE, "credentials": LOGIN}),
    "a message": (Code.OK, lambda: smtp(ehlo=EHLO_CLEAR), {**NONE, **LETTER}),
    "STARTTLS": (Code.OK, lambda: smtp(context=pki.good()), {"credentials": LOGIN}),
    "auto": (Code.OK, lambda: smtp(context=pki.good()), {"tls_mode": TlsMode.AUTO}),
    "alternatives": (
        Code.STARTTLS_NOT_OFFERED,
        lambda: smtp(ehlo=EHLO_CLEAR),
        {"verify_alternatives": True, "timeout": 2.0},
    ),
    "a wrong password": (
        Code.AUTH_REJECTED,
        lambda: smtp(ehlo=EHLO_CLEAR),
        {**NONE, "credentials": Credentials("user", Secret("another-word"))},
    ),
    "a refused greeting": (Code.SERVICE_UNAVAILABLE, lambda: raw("554 5.3.2 not now"), NONE),
    "no SMTP": (Code.NOT_SMTP, lambda: raw("HTTP/1.1 400 Bad Request"), NONE),
    "two codes in a reply": (Code.PROTOCOL_ERROR, lambda: raw("220-a", "250 b"), NONE),
    "a close": (Code.CONNECTION_CLOSED, lambda: smtp(replies={"EHLO": [Do.CLOSE]}), NONE),
    "a reset": (Code.CONNECTION_RESET, lambda: smtp(replies={"EHLO": [Do.RESET]}), NONE),
    "silence": (Code.TIMEOUT, lambda: raw(Do.SILENCE), {**NONE, "timeout": 0.4}),
}


def without_times(report: Report) -> Report:
    steps = tuple(dataclasses.replace(step, started_at=NEVER, duration=0) for step in report.steps)
    others = tuple(dataclasses.replace(other, started_at=NEVER, duration=0) for other in report.alternatives)
    return dataclasses.replace(report, steps=steps, alternatives=others, elapsed_ms=0)


def both(plan: Plan, probe: Probe, loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> tuple[Report, Report]:
    async def run() -> tuple[Report, Report]:
        return without_times(await probe.report(plan)), without_times(await watched(probe, plan))

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(run())


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_report_is_the_same_whether_somebody_watches_or_not(
    case: tuple[Code, Callable[[], Script], dict[str, object]],
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    code, script, settings = case
    with serve(script()) as served:
        alone, seen = both(make_plan(served.port, **settings), make_probe(), loop_factory)
    assert alone == seen
    assert alone.code is code


@pytest.mark.parametrize(
    ("probe", "host", "code"),
    [
        (make_probe(), "127.0.0.1", Code.CONNECTION_REFUSED),
        (Probe(guard=Nowhere(), trust=TRUST), "127.0.0.1", Code.EGRESS_DENIED),
        (make_probe(), "no such name", Code.INVALID_HOST),
    ],
    ids=["refused", "denied", "no name"],
)
def test_a_report_without_a_conversation_is_the_same(probe: Probe, host: str, code: Code) -> None:
    alone, seen = both(make_plan(free_port(), host=host), probe, asyncio.new_event_loop)
    assert alone == seen
    assert alone.code is code


def test_a_wrong_plan_raises_alike() -> None:
    async def raised(run: Callable[[], object]) -> str:
        with pytest.raises(ValueError) as caught:
            await run()  # type: ignore[misc] # a coroutine
        return str(caught.value)

    async def scenario() -> None:
        probe, plan = make_probe(), make_plan(70_000)
        assert await raised(lambda: probe.report(plan)) == await raised(lambda: watched(probe, plan)) != ""

    asyncio.run(scenario())


@pytest.mark.parametrize("observed", [False, True])
def test_a_cancelled_test_closes_its_connection(observed: bool) -> None:
    async def scenario(port: int) -> None:
        probe, plan = make_probe(), make_plan(port, **NONE)
        task = asyncio.ensure_future(watched(probe, plan) if observed else probe.report(plan))
        await asyncio.to_thread(began.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    began = threading.Event()

    async def silent(peer: Peer) -> None:
        began.set()
        await peer.silence()

    with serve(silent) as served:
        asyncio.run(scenario(served.port))
        assert served.peer.gone.wait(10)
