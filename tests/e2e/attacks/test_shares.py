"""Attacks on what many share: slots, accounts at mail providers, receivers' inboxes, the lookup of tokens."""

from __future__ import annotations

import signal
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import pytest

from clock_support.waiting import eventually
from postgres_support.server import execute, query
from service_support.rest import Reply, call
from service_support.service import (
    DEFAULT_LIMITS,
    STOP_SECONDS,
    RunningService,
    create_token,
    running_service,
    start_service,
)
from service_support.silent import SilentServer
from zitadel.admin.v1 import admin_pb2, admin_pb2_grpc

KEY = b64encode(bytes(range(32))).decode()


def connection(service: RunningService, password: str, user: str = "") -> dict[str, str]:
    sandbox = service.sandbox
    return {
        "emailSMTPHost": sandbox.host,
        "emailSMTPPort": str(sandbox.tls_port),
        "emailSMTPAuthMethod": "SSL",
        "emailSMTPUsername": user or sandbox.user,
        "emailSMTPPassword": password,
    }


def check(service: RunningService, document: object, token: str | None = None) -> Reply:
    return call(service, "POST", "/ccadmin/v1/email/test", document, token=token)


def silent(server: SilentServer) -> dict[str, str]:
    return {"emailSMTPHost": "127.0.0.1", "emailSMTPPort": str(server.port), "emailSMTPAuthMethod": "TLS"}


def together(count: int, work: Callable[[int], Reply]) -> list[Reply]:
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(work, range(count)))


def outcome(reply: Reply) -> str:
    if reply.status == 200:
        return str(reply.document["status"])
    return str(reply.document["devMessage"])


def tokens(service: RunningService, *instances: str, env: dict[str, str] | None = None) -> list[str]:
    return [create_token(service.data_dir, "admin", "--instance", name, env=env) for name in instances]


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service whose limits are those of its defaults."""
    with running_service(tmp_path_factory.mktemp("bounded") / "data", env=DEFAULT_LIMITS) as service:
        yield service


def test_300_passwords_are_not_guessed_through_us(bounded: RunningService) -> None:
    mine, others = tokens(bounded, "guesser", "victim")
    guesses = [check(bounded, connection(bounded, f"guess {number}"), mine) for number in range(20)]
    guesses += together(30, lambda number: check(bounded, connection(bounded, f"parallel {number}"), mine))
    counted = Counter(map(outcome, guesses))
    assert counted["False"] == 6, "tried at the server"
    assert counted["TOO_MANY_FAILED_LOGINS"] == 44
    refused = guesses[-1]
    assert refused.status == 429
    assert "does not lock the account" in refused.document["message"]
    elsewhere = [outcome(check(bounded, connection(bounded, f"another {number}"), others)) for number in range(4)]
    assert elsewhere == ["False"] * 3 + ["TOO_MANY_FAILED_LOGINS"], "nine in all, and six of them in one instance"
    right = check(bounded, connection(bounded, bounded.sandbox.password), mine)
    assert outcome(right) == "TOO_MANY_FAILED_LOGINS", "or the answer would say which guess is right"
    assert outcome(check(bounded, connection(bounded, "x", user="somebody.else"), mine)) == "False"
    settings = {**connection(bounded, ""), "emailSMTPUsername": ""}
    assert outcome(check(bounded, settings, mine)) == "True", "a test without a login is none of this"


def hold(count: int, work: Callable[[], Reply]) -> list[Reply]:
    """Make calls at once, and return the list of those that have been answered, which grows."""
    answers: list[Reply] = []

    def run() -> None:
        with suppress(OSError):  # the service was killed
            answers.append(work())

    for _ in range(count):
        threading.Thread(target=run, daemon=True).start()
    return answers


def test_an_instance_that_asks_for_all_slots_leaves_a_third_to_a_second_one(tmp_path: Path) -> None:
    service = start_service(tmp_path / "data", "--max-concurrent-tests", "9", "--test-timeout", "120")
    try:
        greedy, second = tokens(service, "greedy", "second")
        with SilentServer() as server:
            first = hold(30, lambda: check(service, silent(server), greedy))
            eventually(lambda: len(first) == 24, "six of nine slots are held")
            others = hold(10, lambda: check(service, silent(server), second))
            eventually(lambda: len(others) == 7, "three slots are left to a second instance")
            assert {outcome(reply) for reply in first + others} == {"TOO_MANY_TESTS"}
    finally:
        service.process.kill()
        service.stop()


def test_nobody_is_bombed_with_messages_through_us(tmp_path: Path) -> None:
    env = {**DEFAULT_LIMITS, "MAILPROOF_MAX_MESSAGES_PER_RECEIVER": "6"}
    with running_service(tmp_path / "data", env=env) as service:
        one, two = tokens(service, "one", "two")

        def send(token: str, receiver: str) -> str:
            sandbox = service.sandbox
            settings = {
                "senderAddress": "post@example.com",
                "senderName": "n",
                "tls": True,
                "host": f"{sandbox.host}:{sandbox.tls_port}",
                "user": sandbox.user,
                "password": sandbox.password,
                "receiverAddress": receiver,
            }
            reply = call(service, "POST", "/admin/v1/smtp/_test", settings, token=token)
            return "sent" if reply.status == 200 else reply.reason

        spelled = ["victim@a.example", "VICTIM@A.EXAMPLE", "victim+1@a.example", "v.ictim@a.example"]
        assert [send(one, receiver) for receiver in spelled] == ["sent"] * 4
        assert {send(one, f"victim+{number}@a.example") for number in range(20)} == {"TOO_MANY_MESSAGES"}
        assert send(one, "friend@a.example") == "sent"
        assert [send(two, "victim@a.example") for _ in range(4)] == ["sent", "sent", *["TOO_MANY_MESSAGES"] * 2]
        got = Counter(each["recipients"][0].startswith("friend") for each in service.sandbox_messages())
        assert got == {False: 6, True: 1}


def test_guessing_tokens_is_cut_short_and_a_good_token_from_the_same_source_works(tmp_path: Path) -> None:
    env = {**DEFAULT_LIMITS, "MAILPROOF_MAX_BAD_TOKENS_PER_MINUTE": "5"}
    with running_service(tmp_path / "data", env=env) as service:
        path = "/admin/v1/smtp/_search"
        tried = [call(service, "POST", path, {}, token=f"mp_guess{number}") for number in range(40)]
        assert Counter(reply.status for reply in tried) == {401: 5, 429: 35}
        assert tried[-1].reason == "TOO_MANY_BAD_TOKENS"
        with grpc.insecure_channel(service.grpc_address) as channel:
            stub = admin_pb2_grpc.AdminServiceStub(channel)

            def rpc(token: str) -> Any:
                headers = (("authorization", f"Bearer {token}"),)
                return stub.ListSMTPConfigs(admin_pb2.ListSMTPConfigsRequest(), metadata=headers)

            with pytest.raises(grpc.RpcError) as refused:
                rpc("mp_guess")
            assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, "the source is the same on every wire"
            rpc(service.admin_token)
        for _ in range(10):
            assert call(service, "POST", path, {}).status == 200
            assert call(service, "POST", path, {}, token="mp_guess").status == 429


def test_an_instance_has_no_more_configurations_than_its_quota(tmp_path: Path) -> None:
    with running_service(tmp_path / "data", "--max-configs-per-instance", "3") as service:
        one, two = tokens(service, "one", "two")
        settings = {"senderAddress": "a@b.example", "senderName": "n", "host": "mx.b.example:25"}

        def add(token: str) -> Reply:
            return call(service, "POST", "/admin/v1/smtp", settings, token=token)

        done = together(10, lambda _: add(one))
        assert Counter(reply.status for reply in done) == {200: 3, 429: 7}
        refused = add(one)
        assert refused.reason == "CONFIG_QUOTA_EXCEEDED"
        assert refused.document["details"][0]["metadata"] == {"limit": "3", "scope": "instance"}
        document = call(service, "POST", "/v1/configs:export", {}, token=one).document["document"]
        assert call(service, "POST", "/v1/configs:import", {"document": document}, token=one).reason == refused.reason
        assert call(service, "POST", "/v1/configs:import", {"document": document}, token=two).status == 200
        assert add(two).reason == refused.reason


def test_two_replicas_keep_one_limit_and_the_slots_of_a_killed_one_come_free(url: str, tmp_path: Path) -> None:
    patient = {"MAILPROOF_DATABASE_CONNECT_TIMEOUT": "60", "MAILPROOF_DATABASE_TIMEOUT": "60"}
    env = {"MAILPROOF_DATABASE_URL": url, "MAILPROOF_ENCRYPTION_KEY": KEY, **patient, **DEFAULT_LIMITS}
    env["MAILPROOF_MAX_CONCURRENT_TESTS_PER_TOKEN"] = "4"
    env["MAILPROOF_TEST_TIMEOUT"] = "120"
    killed = start_service(tmp_path / "one", env=env)
    try:
        with running_service(tmp_path / "two", env=env) as other:
            (token,) = tokens(other, "tenant", env=env)
            turns = [(killed, other)[number % 2] for number in range(10)]
            guesses = [outcome(check(each, connection(each, "wrong"), token)) for each in turns]
            assert guesses == ["False"] * 6 + ["TOO_MANY_FAILED_LOGINS"] * 4
            with SilentServer() as server:
                hold(4, lambda: check(killed, silent(server), token))
                held = "SELECT count(DISTINCT lease) FROM limit_slots"
                eventually(lambda: query(url, held) == [(4,)], "four slots are held")
                assert outcome(check(other, silent(server), token)) == "TOO_MANY_TESTS"
                killed.process.send_signal(signal.SIGKILL)
                killed.process.wait(STOP_SECONDS)
                assert outcome(check(other, silent(server), token)) == "TOO_MANY_TESTS", "their time is not over"
            # 120 seconds of the test and 15 beyond it pass.
            execute(url, "UPDATE limit_slots SET expires_at = expires_at - 136000000")
            plain = {**connection(other, ""), "emailSMTPUsername": ""}
            assert outcome(check(other, plain, token)) == "True"
    finally:
        killed.process.kill()
        killed.stop()
