"""The guards around every call, with a servicer of our own behind them."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.message import Message

from clock_support.frozen import freeze
from clock_support.loop import WaitedClock
from mailproof.domain.errors import InvalidFields, MalformedRequest
from mailproof.domain.ledger import IdempotencyKey
from mailproof.domain.model import Role, Token
from mailproof.domain.token_record import TokenRecord
from mailproof.rpc.call_headers import NO_HEADERS, CallHeaders
from mailproof.rpc.calls import Call, Calls, ClientGone, Decode, Method, Read, request_id
from mailproof.rpc.context import Context
from mailproof.rpc.intake import Intake
from mailproof.rpc.status import StatusError
from mailproof.rpc.unknown_names import NamePolicy, Names
from mailproof.smtp.report import Report
from mailproof.smtp.vocabulary import Code, Outcome, Stage
from mailproof.store.sealing import Sealer
from mailproof.usecases.access import Access
from mailproof.usecases.diagnoses import failure_of
from mailproof.usecases.token_seals import TokenSeals, hash_of
from smtpdiag.v1 import diagnosis_pb2
from zitadel.admin.v1 import admin_pb2

ADMIN, VIEWER = "mp_admin", "mp_viewer"
SERVICE = admin_pb2.DESCRIPTOR.services_by_name["AdminService"]
DIAGNOSIS = diagnosis_pb2.DESCRIPTOR.services_by_name["DiagnosisService"]
GET = "/zitadel.admin.v1.AdminService/GetSMTPConfigById"
ADD = "/zitadel.admin.v1.AdminService/AddSMTPConfig"
DIAGNOSE = "/smtpdiag.v1.DiagnosisService/Diagnose"


class Vault(Sealer):
    """Its digests are the data, under two keys."""

    def fingerprints(self, data: bytes) -> tuple[bytes, ...]:
        return (b"new " + data, b"old " + data)


VAULT = Vault(b"k" * 32)


class Records:
    """Two tokens; the rest of the store's contract is not these tests' business."""

    def __init__(self) -> None:
        made = [
            TokenSeals(VAULT).seal(Token("1", "test", role, ("instance", "second"), datetime.now(UTC)), hash_of(text))
            for text, role in ((ADMIN, Role.ADMIN), (VIEWER, Role.VIEWER))
        ]
        self._records = {record.digest: record for record in made}

    async def find_token(self, digest: bytes) -> TokenRecord | None:
        return self._records.get(digest)

    async def use_tokens(self, uses: Mapping[str, datetime]) -> None:
        pass


class Servicer:
    """Answers, waits or breaks, as the request's id says."""

    def __init__(self) -> None:
        self.seen: list[Context] = []

    async def GetSMTPConfigById(self, request: Message, context: Context) -> Message:  # noqa: N802
        self.seen.append(context)
        if request.id == "break":  # type: ignore[attr-defined]
            raise RuntimeError("password=hunter2")
        if request.id == "wait":  # type: ignore[attr-defined]
            await asyncio.Event().wait()
        return admin_pb2.GetSMTPConfigByIdResponse()

    def __getattr__(self, name: str) -> Callable[[Message, Context], Coroutine[Any, Any, Message]]:
        if name == "AddSMTPConfig":
            return self._add
        if name not in SERVICE.methods_by_name:
            raise AttributeError(name)
        return self.GetSMTPConfigById

    async def _add(self, request: Message, context: Context) -> Message:
        self.seen.append(context)
        return admin_pb2.AddSMTPConfigResponse()


class Stream:
    """Streams two messages, then does as told."""

    def __init__(self) -> None:
        self.closed = False

    async def Diagnose(self, request: Message, context: Context) -> AsyncGenerator[Message, None]:  # noqa: N802
        try:
            yield diagnosis_pb2.DiagnoseResponse()
            yield diagnosis_pb2.DiagnoseResponse()
            if request.host == "break.example":  # type: ignore[attr-defined]
                raise RuntimeError("password=hunter2")
            await asyncio.Event().wait()
        finally:
            self.closed = True


def table(
    servicer: object | None = None,
    stream: object | None = None,
    timeout: float = 30.0,
    *,
    strict_names: bool = False,
) -> Calls:
    servicers = {SERVICE: servicer or Servicer(), DIAGNOSIS: stream or Stream()}
    access = Access(Records(), VAULT)  # type: ignore[arg-type] # of the contract these tests need no more
    return Calls(servicers, access, VAULT, default_timeout=timeout, strict_names=strict_names)


def call(
    token: str | None = ADMIN,
    deadline: float | None = None,
    *,
    instance_id: str | None = None,
    idempotency_key: str | None = None,
) -> Call:
    bearer = f"Bearer {token}" if token else None
    return Call("test", bearer, "peer", deadline, instance_id, idempotency_key, "request-1")


def reads(request: Message) -> Read:
    """Return what a transport would take the request in by."""

    async def read(_: Intake) -> Decode:
        return lambda _: request

    return read


@pytest.mark.parametrize(
    ("path", "strict", "headers", "policy"),
    [
        (ADD, False, NO_HEADERS, NamePolicy.REFUSE_SLIPS),
        (GET, False, NO_HEADERS, NamePolicy.LENIENT),
        (DIAGNOSE, False, NO_HEADERS, NamePolicy.REFUSE),
        (ADD, False, CallHeaders(strict="true"), NamePolicy.REFUSE),
        (GET, False, CallHeaders(strict="true"), NamePolicy.REFUSE),
        (GET, True, NO_HEADERS, NamePolicy.REFUSE),
        (GET, True, CallHeaders(strict="false"), NamePolicy.REFUSE),  # the operator has decided
    ],
)
def test_which_names_are_refused(path: str, strict: bool, headers: CallHeaders, policy: NamePolicy) -> None:
    seen: list[NamePolicy] = []

    async def read(_: Intake) -> Decode:
        def decode(names: Names) -> Message:
            seen.append(names.policy)
            raise MalformedRequest("this is all that the test is about")

        return decode

    calls = table(strict_names=strict)
    method, inbound = calls.methods[path], replace(call(), headers=headers)

    async def make() -> None:
        await (
            calls.stream(method, inbound, read, undelivered) if method.streaming else calls.unary(method, inbound, read)
        )

    with pytest.raises(StatusError):
        asyncio.run(make())
    assert seen == [policy]


async def unread(_: Intake) -> Decode:
    raise AssertionError("the body was taken in before the caller was known")


async def undelivered(_: Message) -> None:
    raise AssertionError("a message of a call that was to be refused")


def run(calls: Calls, path: str, request: Message, inbound: Call) -> Message:
    return asyncio.run(calls.unary(calls.methods[path], inbound, reads(request)))


def refused(calls: Calls, path: str, request: Message, inbound: Call) -> StatusError:
    with pytest.raises(StatusError) as caught:
        run(calls, path, request, inbound)
    return caught.value


GOOD = admin_pb2.GetSMTPConfigByIdRequest(id="1")


def test_a_call_reaches_its_servicer_with_its_caller() -> None:
    servicer = Servicer()
    run(table(servicer), GET, GOOD, call())
    assert servicer.seen[0].caller.instance_id == "instance"
    assert servicer.seen[0].caller.peer == "peer"


@pytest.mark.parametrize(("token", "code"), [(None, 16), ("mp_other", 16), (VIEWER, 7)])
def test_the_caller_is_known_before_the_body_is_taken_in(token: str | None, code: int) -> None:
    calls = table()
    with pytest.raises(StatusError) as caught:
        asyncio.run(calls.unary(calls.methods[ADD], call(token), unread))
    assert caught.value.status.code == code


def test_a_viewer_reads() -> None:
    run(table(), GET, GOOD, call(VIEWER))


def test_the_declared_rules_are_checked() -> None:
    assert refused(table(), GET, admin_pb2.GetSMTPConfigByIdRequest(), call()).status.code == 3


def test_violations_without_end_are_cut_to_what_clients_can_take() -> None:
    scopes = diagnosis_pb2.ClientCredentials(scopes=["x" * 501] * 100)
    request = diagnosis_pb2.DiagnoseRequest(xoauth2=diagnosis_pb2.XOAuth2(client_credentials=scopes))
    calls = table()

    with pytest.raises(StatusError) as caught:
        asyncio.run(calls.stream(calls.methods[DIAGNOSE], call(), reads(request), undelivered))
    assert caught.value.status.code == 3
    assert len(caught.value.status.SerializeToString()) < 8192


NEW = admin_pb2.AddSMTPConfigRequest(
    sender_address="a@example.com", sender_name="A", host="mx.example.com:587", password="p"
)


def key_of(request: Message, key: str | None, path: str = ADD) -> IdempotencyKey | None:
    servicer = Servicer()
    run(table(servicer), path, request, call(idempotency_key=key))
    return servicer.seen[0].idempotency_key


def test_a_call_that_adds_is_known_by_its_key_and_content() -> None:
    first = key_of(NEW, "k")
    assert first is not None
    assert first.key == "k"
    assert [digest[:4] for digest in first.digests] == [b"new ", b"old "]
    assert first == key_of(NEW, "k")
    other = admin_pb2.AddSMTPConfigRequest()
    other.CopyFrom(NEW)
    other.password = "q"
    changed = key_of(other, "k")
    assert changed is not None
    assert changed.digests != first.digests


def test_fields_that_we_do_not_know_make_no_other_request() -> None:
    later = admin_pb2.AddSMTPConfigRequest.FromString(NEW.SerializeToString() + b"\xfa\x3e\x01x")
    assert later != NEW
    assert key_of(later, "k") == key_of(NEW, "k")


@pytest.mark.parametrize("key", [None, "k", "no key at all"])
def test_only_what_adds_has_a_key(key: str | None) -> None:
    assert key_of(GOOD, key, GET) is None
    assert key is not None or key_of(NEW, None) is None


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "\x7f", "\u00e9", "k\n"])
def test_a_key_that_is_none_is_refused_by_name(key: str) -> None:
    refusal = refused(table(), ADD, NEW, call(idempotency_key=key))
    assert isinstance(refusal.failure, InvalidFields)
    assert [violation.field for violation in refusal.failure.violations] == ["x-idempotency-key"]
    assert len(key_of(NEW, "x" * 200).key) == 200  # type: ignore[union-attr]


@pytest.mark.parametrize(("named", "meant"), [(None, "instance"), ("instance", "instance"), ("second", "second")])
def test_a_call_is_for_the_named_instance(named: str | None, meant: str) -> None:
    servicer = Servicer()
    run(table(servicer), GET, GOOD, call(instance_id=named))
    assert servicer.seen[0].caller.instance_id == meant


def test_an_unknown_instance_is_not_found_before_the_body_is_taken_in() -> None:
    calls = table()
    for token in (ADMIN, VIEWER):
        with pytest.raises(StatusError) as caught:
            asyncio.run(calls.unary(calls.methods[ADD], call(token, instance_id="third"), unread))
        assert caught.value.status.code == 5


def test_bytes_that_are_no_message_are_refused() -> None:
    calls = table()

    async def read(_: Intake) -> Decode:
        raise MalformedRequest("broken")

    with pytest.raises(StatusError) as caught:
        asyncio.run(calls.unary(calls.methods[GET], call(), read))
    assert caught.value.status.code == 3


def test_a_stray_exception_is_told_to_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "mailproof.calls"):
        refusal = refused(table(), GET, admin_pb2.GetSMTPConfigByIdRequest(id="break"), call())
    assert refusal.status.message == "internal error (request id request-1)"
    assert b"hunter2" not in refusal.status.SerializeToString()
    logged = [record for record in caplog.records if record.exc_info]
    assert len(logged) == 1
    assert vars(logged[0])["request_id"] == "request-1"


def test_the_log_has_the_reason_of_a_failed_test(caplog: pytest.LogCaptureFixture) -> None:
    failure = failure_of(Report(Outcome.FAIL, Stage.AUTH, Code.AUTH_REJECTED, "refused"))

    class Failing(Servicer):
        async def GetSMTPConfigById(self, request: Message, context: Context) -> Message:  # noqa: N802
            raise failure

    with caplog.at_level(logging.INFO, "mailproof.calls"):
        refused(table(Failing()), GET, GOOD, call())
    assert [vars(record)["outcome"] for record in caplog.records] == ["AUTH_REJECTED"]


def test_the_callers_deadline_ends_the_call() -> None:
    refusal = refused(
        table(), GET, admin_pb2.GetSMTPConfigByIdRequest(id="wait"), call(deadline=time.monotonic() + 0.05)
    )
    assert refusal.status.code == 4
    assert refusal.failure is not None
    assert "cutTo" not in refusal.failure.metadata


def test_our_own_bound_ends_a_call_without_a_deadline() -> None:
    refusal = refused(table(timeout=0.05), GET, admin_pb2.GetSMTPConfigByIdRequest(id="wait"), call())
    assert (refusal.status.code, "cut to" in refusal.status.message) == (4, False)


def test_a_deadline_above_our_own_bound_is_told_to_be_cut() -> None:
    waiting = admin_pb2.GetSMTPConfigByIdRequest(id="wait")
    refusal = refused(table(timeout=0.05), GET, waiting, call(deadline=time.monotonic() + 60))
    assert refusal.failure is not None
    assert refusal.failure.metadata == {"cutTo": "0.05s"}
    assert "it was cut to 0.05 s, which is all that this server gives a call" in refusal.status.message


def test_a_cancelled_call_is_cancelled_and_nothing_else() -> None:
    calls = table()

    async def scenario() -> None:
        request = admin_pb2.GetSMTPConfigByIdRequest(id="wait")
        task = asyncio.create_task(calls.unary(calls.methods[GET], call(), reads(request)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())


async def collect(calls: Calls, host: str, inbound: Call) -> tuple[int, StatusError | None]:
    method: Method = calls.methods[DIAGNOSE]
    count = 0

    async def deliver(_: Message) -> None:
        nonlocal count
        count += 1

    try:
        await calls.stream(method, inbound, reads(diagnosis_pb2.DiagnoseRequest(host=host)), deliver)
    except StatusError as refusal:
        return count, refusal
    return count, None


def test_a_stream_that_breaks_has_its_messages_and_then_the_status() -> None:
    stream = Stream()
    count, refusal = asyncio.run(collect(table(stream=stream), "break.example", call()))
    assert count == 2
    assert refusal is not None
    assert refusal.status.message == "internal error (request id request-1)"
    assert stream.closed


def test_a_streams_deadline_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(monkeypatch)
    clock = WaitedClock(slowness=20)
    stream = Stream()
    deadline = time.monotonic() + 0.05
    with asyncio.Runner(loop_factory=clock) as runner:
        count, refusal = runner.run(collect(table(stream=stream), "wait.example", call(deadline=deadline)))
    assert clock.waited == pytest.approx(0.05)
    assert count == 2
    assert refusal is not None
    assert refusal.status.code == 4
    assert stream.closed


def test_a_stream_is_refused_before_its_first_message() -> None:
    count, refusal = asyncio.run(collect(table(), "wait.example", call(VIEWER)))
    assert count == 0
    assert refusal is not None
    assert refusal.status.code == 7


def test_a_call_that_is_cancelled_ends_its_stream() -> None:
    stream = Stream()
    calls = table(stream=stream)

    async def scenario() -> None:
        delivered = asyncio.Event()

        async def deliver(_: Message) -> None:
            delivered.set()

        read = reads(diagnosis_pb2.DiagnoseRequest(host="wait.example"))
        task = asyncio.create_task(calls.stream(calls.methods[DIAGNOSE], call(), read, deliver))
        await delivered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert stream.closed


def test_the_deadline_covers_how_long_a_message_takes_to_be_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(monkeypatch)
    clock = WaitedClock(slowness=20)
    stream = Stream()
    calls = table(stream=stream, timeout=0.05)

    async def deliver(_: Message) -> None:
        await asyncio.Event().wait()  # a client that never reads

    read = reads(diagnosis_pb2.DiagnoseRequest(host="wait.example"))
    with asyncio.Runner(loop_factory=clock) as runner, pytest.raises(StatusError) as caught:
        runner.run(calls.stream(calls.methods[DIAGNOSE], call(), read, deliver))
    assert caught.value.status.code == 4
    assert clock.waited == pytest.approx(0.05)
    assert stream.closed


def test_a_client_that_goes_while_it_sends_is_no_defect(caplog: pytest.LogCaptureFixture) -> None:
    async def read(_: Intake) -> Decode:
        raise ClientGone

    calls = table()
    with caplog.at_level(logging.INFO, "mailproof.calls"), pytest.raises(ClientGone):
        asyncio.run(calls.unary(calls.methods[GET], call(), read))
    assert [vars(record)["outcome"] for record in caplog.records] == ["CANCELLED"]


def test_an_rpc_without_an_implementation_fails_at_start_up() -> None:
    with pytest.raises(TypeError, match="AddSMTPConfig"):
        table(servicer=object())


@pytest.mark.parametrize("offered", [None, "", "a b", "x" * 65, "a\r\nb", "<script>"])
def test_a_request_id_that_is_not_harmless_is_replaced(offered: str | None) -> None:
    assert request_id(offered) != offered
    assert request_id("trace-1.2_3") == "trace-1.2_3"
