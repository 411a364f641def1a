"""Where this side has run out of something, a test ends without a report, and the server is not blamed."""

from __future__ import annotations

import asyncio
import errno
import itertools
import json
import os
import resource
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG
from mailproof.discovery.search import SettingsSearch
from mailproof.domain.errors import Resource, ServiceShortage
from mailproof.domain.secret import Secret
from mailproof.net.addrinfo import AddrInfo
from mailproof.net.dial import dial
from mailproof.smtp.report import Credentials, OAuth, Plan, Progress, Report, Step
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from mailproof.syntax.oauth import ClientCredentials
from service_support.service import RunningService, running_service
from smtp_support import pki
from smtp_support.names import own_address, resolve
from smtp_support.probing import TRUST, Anywhere, make_plan, make_probe, run, run_events, run_plan
from smtp_support.scripted import EHLO_CLEAR, serve, smtp

WORDS = "this service has no file descriptors left"


def diagnose(*arguments: str, descriptors: int | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command, with so many file descriptors at most."""
    limit = None
    if descriptors is not None:
        limit = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (descriptors, descriptors))
    return subprocess.run(
        [sys.executable, "-m", "mailproof", "diagnose", *arguments],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
        preexec_fn=limit,
        env={**os.environ, **env},
    )


def test_however_few_descriptors_there_are_a_good_server_is_never_blamed(tmp_path: Path) -> None:
    anchors = tmp_path / "ca.pem"
    anchors.write_text(pki.authority().pem)
    ends = []
    with serve(smtp(context=pki.good())) as served:
        for descriptors in range(5, 14):
            done = diagnose(f"localhost:{served.port}", "--ca-file", str(anchors), "--json", descriptors=descriptors)
            if done.returncode == 0:
                assert json.loads(done.stdout)["code"] == "ok"
            else:
                assert done.returncode == 3, done
                assert done.stdout == ""
                assert done.stderr.startswith(f"mailproof: {WORDS}"), done
            ends.append(done.returncode)
    assert ends == sorted(ends, reverse=True)
    assert {0, 3} == set(ends)


def failing(monkeypatch: pytest.MonkeyPatch, *failing_calls: int) -> list[int]:
    """Let some of the test's dials fail for lack of a descriptor, by their number from 1; return what was dialled."""
    ports: list[int] = []

    async def scarce(addresses: Sequence[AddrInfo], limit: float) -> Any:
        ports.append(addresses[0][4][1])
        if len(ports) in failing_calls:
            raise ServiceShortage(Resource.FILE_DESCRIPTORS)
        return await dial(addresses, limit)

    monkeypatch.setattr("mailproof.probe.link.dial", scarce)
    return ports


async def events_until_the_end(plan: Plan, seen: list[Progress]) -> None:
    async for event in make_probe().run(plan):
        seen.append(event)  # noqa: PERF401 - what came before an exception stays


def test_a_stream_ends_with_the_shortage_after_the_steps_that_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, 1)
    seen: list[Progress] = []
    with pytest.raises(ServiceShortage):
        asyncio.run(events_until_the_end(make_plan(25), seen))
    assert [event.stage for event in seen if isinstance(event, Step)] == [Stage.POLICY, Stage.RESOLVE]
    assert not [event for event in seen if isinstance(event, Report)]


def test_auto_does_without_its_second_try_where_the_first_is_only_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled = failing(monkeypatch, 2)
    with serve(smtp(greeting=(1.0, "220 mail.test ESMTP"), context=pki.good())) as served:
        report = run(served.port, tls_mode=TlsMode.AUTO)
    assert report.outcome is Outcome.OK, report
    assert len(dialled) == 2


@pytest.mark.parametrize("call", [1, 2])
def test_auto_has_no_verdict_where_a_try_that_decides_was_not_made(call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server says nothing in clear and speaks TLS from the start: the second try would work."""
    failing(monkeypatch, call)
    with serve(smtp(secure=True), context=pki.good()) as served:
        plan = make_plan(served.port, tls_mode=TlsMode.AUTO, timeout=1.0)
        with pytest.raises(ServiceShortage):
            run_events(plan, loop_factory=WaitedClock())


def test_a_trial_that_was_not_made_has_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    address = own_address()
    resolve(monkeypatch, {"mail.test": [address]})
    with serve(smtp(secure=True), context=pki.good(), host=address, port=465):
        plan = make_plan(587, host="mail.test", verify_alternatives=True)
        assert run_plan(plan).alternatives
        dialled = failing(monkeypatch, *range(2, 50))
        report = run_plan(plan)
    assert (report.code, report.alternatives) == (Code.CONNECTION_REFUSED, ())
    assert len(dialled) > 2


def test_memory_that_is_used_up_is_ours_wherever_it_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> bytes:
        raise MemoryError

    with serve(smtp(ehlo=EHLO_CLEAR)) as served:
        monkeypatch.setattr("mailproof.smtp.wire.ReplyParser.feed", exhausted)
        with pytest.raises(ServiceShortage) as caught:
            run(served.port, tls_mode=TlsMode.NONE)
    assert caught.value.resource is Resource.MEMORY


def test_a_token_request_that_lacks_a_descriptor_is_no_fault_of_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scarce(*_: object, **__: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("mailproof.net.http.start_connection", scarce)
    grant = ClientCredentials("https://127.0.0.1/token", "id", Secret("secret"))
    clear = ("250-mail.test", "250 AUTH XOAUTH2")
    with serve(smtp(ehlo=clear)) as served, pytest.raises(ServiceShortage):
        run(served.port, tls_mode=TlsMode.NONE, credentials=Credentials("user", Secret("")), oauth=OAuth(grant=grant))


def test_a_search_that_lacks_descriptors_has_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, *range(1, 50))
    resolve(monkeypatch, {"smtp.gmail.com": ["127.0.0.1"]})
    guard = Anywhere()
    search = SettingsSearch(prober=make_probe(), https_guard=guard, trust=TRUST)

    async def whole() -> list[object]:
        return [event async for event in search.run("someone@gmail.com", 30.0)]

    with pytest.raises(ServiceShortage):
        asyncio.run(whole())


# --- a running service ----------------------------------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningService]:
    with running_service(tmp_path / "data") as running:
        yield running


@contextmanager
def descriptors_left(process: int, number: int) -> Iterator[None]:
    """Leave a process this many file descriptors."""
    before = resource.prlimit(process, resource.RLIMIT_NOFILE)
    used = {int(path.name) for path in Path(f"/proc/{process}/fd").iterdir()}
    free = (descriptor for descriptor in itertools.count() if descriptor not in used)
    limit = next(itertools.islice(free, number, None))
    resource.prlimit(process, resource.RLIMIT_NOFILE, (limit, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_NOFILE, before)


def streamed(service: RunningService, port: int) -> list[dict[str, Any]]:
    """Have the service test a port, and return the messages of its stream."""
    plan = {"host": "127.0.0.1", "port": port, "tlsMode": "TLS_MODE_NONE"}
    headers = {"authorization": f"Bearer {service.admin_token}", "content-type": "application/json"}
    url = f"{service.http_url}/v1/settings:diagnose"
    request = urllib.request.Request(url, json.dumps(plan).encode(), headers)
    with urllib.request.urlopen(request, timeout=HANG) as answer:
        return [json.loads(line) for line in answer]


def test_a_service_without_descriptors_is_unavailable_and_recovers(service: RunningService) -> None:
    with serve(smtp(ehlo=EHLO_CLEAR)) as served:
        assert streamed(service, served.port)[-1]["report"]["outcome"] == "OUTCOME_OK"
        with descriptors_left(service.process.pid, 1):  # for the request itself
            *steps, error = streamed(service, served.port)
        assert [message["step"]["stage"] for message in steps if "step" in message] == ["STAGE_POLICY", "STAGE_RESOLVE"]
        status = error["error"]
        assert (status["code"], WORDS in status["message"]) == (14, True)
        assert status["details"][0]["reason"] == "RESOURCES_SHORT"
        assert status["details"][1]["retryDelay"] == "5s"
        assert streamed(service, served.port)[-1]["report"]["outcome"] == "OUTCOME_OK"
