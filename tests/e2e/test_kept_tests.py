"""Kept tests on a running service: each call over each wire, callers who leave, and a service that stops meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from clock_support.waiting import eventually
from mailproof.domain.kept_test import KeptTest, TestQuery
from mailproof.smtp.vocabulary import Code
from mailproof.store.sqlite.store import open_store
from mailproof.usecases.kept_reports import unpack
from service_support.framing import detail
from service_support.rules import METHODS
from service_support.service import RunningService, running_service, start_service
from service_support.silent import SilentServer
from service_support.wires import WIRES, Client, Wires, open_wires, path_of, request_of
from smtp_support.scripted import serve, smtp

USER, PASSWORD = "user", "secret-word"


@dataclass
class Place:
    """A service beside a mail server that refuses no login."""

    service: RunningService
    wires: Wires
    port: int

    def client(self, wire: str) -> Client:
        return Client(self.wires, wire, self.service.admin_token)

    def config(self, client: Client, host: str = "") -> str:
        """Add a configuration, and return its id."""
        made = client(
            "AddSMTPConfig",
            sender_address="post@example.com",
            sender_name="n",
            host=host or f"127.0.0.1:{self.port}",
            user=USER,
            password=PASSWORD,
        )
        identity: str = made.id
        return identity


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with (
        serve(smtp(ehlo=("250-mail.test", "250 AUTH PLAIN"))) as served,
        running_service(tmp_path_factory.mktemp("kept") / "data") as service,
        open_wires(service) as wires,
    ):
        yield Place(service, wires, served.port)


def kept_of(data_dir: Path, config_id: str) -> list[KeptTest]:
    """Return the kept tests of a configuration with their reports, oldest first."""

    async def main() -> list[KeptTest]:
        store = open_store(data_dir / "mailproof.db")
        try:
            instance_id = await store.default_instance()
            listed = await store.list_tests(instance_id, TestQuery(config_id))
            found = [await store.get_test(instance_id, test.id) for test in reversed(listed)]
            return [test for test in found if test is not None]
        finally:
            await store.close()

    return asyncio.run(main())


@pytest.mark.parametrize("wire", WIRES)
def test_each_call_that_names_a_configuration_is_kept(place: Place, wire: str) -> None:
    client = place.client(wire)
    mine = place.config(client)
    settings = {"sender_address": "post@example.com", "sender_name": "n", "host": f"127.0.0.1:{place.port}"}
    receiver = {"receiver_address": "you@example.com"}
    client("Diagnose", config_id=mine)
    client("TestSMTPConfigById", id=mine, **receiver)
    client("TestEmailProviderSMTPById", id=mine, **receiver)
    client("TestSMTPConfig", id=mine, user=USER, **settings, **receiver)
    client("TestEmailProviderSMTP", id=mine, user=USER, plain={"password": PASSWORD}, **settings, **receiver)
    client("Diagnose", host="127.0.0.1", port=place.port)
    found = kept_of(place.service.data_dir, mine)
    assert [(test.trigger, test.depth, test.outcome, test.overridden) for test in found] == [
        ("diagnose", "auth", "ok", ()),
        ("test_config", "data", "ok", ()),
        ("test_config", "data", "ok", ()),
        ("test_settings", "data", "ok", ()),
        ("test_settings", "data", "ok", ("password",)),
    ]
    for test in found:
        report = unpack(test.report)
        assert (report.code, test.code, test.stage) == (Code.OK, "ok", "quit")
        assert [stage for stage, _ in test.phases] == list(dict.fromkeys(step.stage.value for step in report.steps))
        assert test.peer
        assert PASSWORD not in repr(report) + repr(test)
    assert found[0].config_sequence > 0


def test_the_error_of_a_failed_test_names_the_kept_one(place: Place) -> None:
    client = place.client("rest")
    mine = place.config(client, "127.0.0.1:1")
    refused = client.refused("TestSMTPConfigById", id=mine, receiver_address="you@example.com")
    info = detail(refused.status, error_details_pb2.ErrorInfo)
    (test,) = kept_of(place.service.data_dir, mine)
    assert info.metadata["testId"] == test.id
    assert (test.outcome, test.stage, test.code) == ("fail", "connect", "connection_refused")


def test_a_webhooks_test_is_kept(place: Place) -> None:
    client = place.client("grpc")
    mine = client("AddEmailProviderHTTP", endpoint="http://127.0.0.1:1/hooks/T0ken").id
    client("TestHTTPProvider", id=mine, recipient_address="you@example.com")
    (test,) = kept_of(place.service.data_dir, mine)
    assert (test.trigger, test.stage, test.code) == ("test_http_provider", "connect", "connection_refused")
    assert "T0ken" not in repr(test)


def test_a_test_whose_caller_leaves_is_kept_as_cancelled(place: Place) -> None:
    with SilentServer() as silent:
        mine = place.config(place.client("grpc"), silent.address)
        headers = place.client("grpc").headers()
        call: Any = place.wires.channel.unary_stream(path_of(METHODS["Diagnose"]))
        stream = call(request_of("Diagnose", config_id=mine).SerializeToString(), metadata=headers)
        next(stream)
        assert silent.connected.wait()
        stream.cancel()
        with suppress(grpc.RpcError):
            list(stream)
        eventually(lambda: len(kept_of(place.service.data_dir, mine)) == 1)
    (test,) = kept_of(place.service.data_dir, mine)
    assert (test.outcome, test.code, test.stage, test.report) == ("cancelled", "unfinished", "greeting", b"")
    assert [stage for stage, _ in test.phases] == ["policy", "resolve", "connect", "greeting"]


def test_a_service_that_stops_keeps_the_tests_that_it_cuts_short(tmp_path: Path) -> None:
    with SilentServer() as silent:
        service = start_service(tmp_path / "data", "--drain-timeout", "0.2")
        with open_wires(service) as wires:
            place = Place(service, wires, silent.port)
            ids = [place.config(place.client("grpc")) for _ in range(2)]

            def test(wire: str, config_id: str) -> None:
                place.client(wire)("TestSMTPConfigById", id=config_id, receiver_address="you@example.com")

            with ThreadPoolExecutor() as callers:
                calls = [callers.submit(test, wire, id_) for wire, id_ in zip(("grpc", "rest"), ids, strict=True)]
                try:
                    eventually(lambda: silent.seen >= 2 or any(call.done() for call in calls))
                    assert not any(call.done() for call in calls), "they wait for the mail server"
                finally:
                    code = service.stop()  # they fail in one way or another
            assert code == 0
    for config_id in ids:
        (kept,) = kept_of(tmp_path / "data", config_id)
        assert (kept.outcome, kept.code) == ("cancelled", "unfinished")
