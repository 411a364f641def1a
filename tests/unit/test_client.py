"""The client library against a service that answers as each test says: retries, keys, deadlines, errors, tokens."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, assert_type

import grpc
import pytest
from google.protobuf import any_pb2, descriptor_pool
from google.rpc import error_details_pb2, status_pb2

import mailproof.client
from clock_support.waiting import eventually_here
from mailproof.client import (
    CallError,
    Client,
    Conflict,
    DeadlinePassed,
    FailedTest,
    InvalidRequest,
    LimitReached,
    NotAuthenticated,
    NotFound,
    RetryRule,
    ServiceUnavailable,
)
from smtpdiag.v1 import access_pb2, diagnosis_pb2, instance_pb2, test_pb2
from zitadel.admin.v1 import admin_pb2

TOKEN = "mp_Do-not-show-this"

READS = """
GetSMTPConfig GetSMTPConfigById ListSMTPConfigs ListEmailProviders GetEmailProvider
GetEmailProviderById ListEvents ExportConfigs StreamExportConfigs ListProviderPresets GetFinding
ListConfigOverviews GetServerInfo GetCaller GetTest ListTests
""".split()  # noqa: SIM905 - a list of words
KEYED = ["AddSMTPConfig", "AddEmailProviderSMTP", "AddEmailProviderHTTP", "ImportConfigs"]
NEITHER = """
UpdateSMTPConfig UpdateSMTPConfigPassword ActivateSMTPConfig DeactivateSMTPConfig RemoveSMTPConfig
TestSMTPConfig TestSMTPConfigById UpdateEmailProviderSMTP UpdateEmailProviderHTTP
UpdateEmailProviderSMTPPassword ActivateEmailProvider DeactivateEmailProvider RemoveEmailProvider
TestEmailProviderSMTPById TestEmailProviderSMTP TestSmtpConnection TestHTTPProvider
BeginConfigsImport ContinueConfigsImport FinishConfigsImport UndoConfigsImport DiscoverSettings
Diagnose
""".split()  # noqa: SIM905 - a list of words

FILES = [f"smtpdiag/v1/{name}.proto" for name in ("access", "config_overview", "diagnosis", "discovery", "findings")]
FILES += [f"smtpdiag/v1/{name}.proto" for name in ("instance", "server", "test")]
FILES += ["ccadmin/v1/email.proto", "zitadel/admin/v1/admin.proto"]


def paths() -> dict[str, str]:
    """Return the path of each call by its name."""
    files = [descriptor_pool.Default().FindFileByName(name) for name in FILES]
    services = [service for file in files for service in file.services_by_name.values()]
    return {method.name: f"/{each.full_name}/{method.name}" for each in services for method in each.methods}


PATHS = paths()


def refusal(code: grpc.StatusCode, *, after: float | None = None, reason: str = "X", **facts: str) -> CallError:
    details = [error_details_pb2.ErrorInfo(reason=reason, domain="mailproof", metadata=facts)]
    if after is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(round(after * 1000))
        details.append(retry)
    status = status_pb2.Status()
    for detail in details:
        status.details.add().Pack(detail)
    return (FailedTest if "stage" in facts else CallError)("no", code.name, status)


def test_the_table_names_every_call() -> None:
    assert sorted(READS + KEYED + NEITHER) == sorted(PATHS)
    assert len(PATHS) == 43


@pytest.mark.parametrize("name", PATHS)
def test_what_is_retried_follows_from_the_options_of_the_protos(name: str) -> None:
    rule = RetryRule.of(PATHS[name])
    assert rule == RetryRule(reads=name in READS, keyed=name in KEYED)
    code = grpc.StatusCode
    safe = name in READS or name in KEYED
    assert rule.allows(refusal(code.UNAVAILABLE)) is safe
    assert rule.allows(refusal(code.UNAVAILABLE, after=1)) is safe
    assert rule.allows(CallError("the connection broke", "UNAVAILABLE")) is safe
    assert rule.allows(refusal(code.RESOURCE_EXHAUSTED, after=1)), "the service has not begun"
    assert not rule.allows(refusal(code.RESOURCE_EXHAUSTED)), "waiting does not help"
    assert not rule.allows(refusal(code.RESOURCE_EXHAUSTED, after=1, stage="recipient")), "a limit of the mail server"
    for other in set(code) - {code.UNAVAILABLE, code.RESOURCE_EXHAUSTED}:
        assert not rule.allows(refusal(other, after=1)), other


class Script(grpc.GenericRpcHandler):
    """A service that takes any call, and answers as it is told to.

    Attributes:
        answers: What is made of each call in turn; the last of them of all that follow.
        seen: The metadata of each call.
        ended: How many calls have ended.
    """

    def __init__(self, *answers: Callable[[grpc.aio.ServicerContext[Any, Any]], AsyncIterator[bytes]]) -> None:
        self.answers = list(answers)
        self.seen: list[dict[str, Any]] = []
        self.ended = 0

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        async def handle(_request: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[bytes]:
            self.seen.append(dict(context.invocation_metadata() or ()))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            try:
                async for part in answer(context):
                    yield part
            finally:
                self.ended += 1

        return grpc.unary_stream_rpc_method_handler(handle)


Answer = Callable[[Any], AsyncIterator[bytes]]


def answered(*messages: Any) -> Answer:
    async def answer(_context: Any) -> AsyncIterator[bytes]:
        for message in messages:
            yield message.SerializeToString()

    return answer


def refused(code: grpc.StatusCode, *details: Any, after_parts: Answer | None = None, raw: bytes = b"") -> Answer:
    async def answer(context: Any) -> AsyncIterator[bytes]:
        if after_parts is not None:
            async for part in after_parts(context):
                yield part
        status = status_pb2.Status(code=code.value[0], message="a sentence")
        for detail in details:
            status.details.add().Pack(detail)
        packed = raw or status.SerializeToString()
        if details or raw:
            context.set_trailing_metadata((("grpc-status-details-bin", packed),))
        await context.abort(code, "a sentence")

    return answer


async def hanging(_context: Any) -> AsyncIterator[bytes]:
    yield diagnosis_pb2.DiagnoseResponse().SerializeToString()
    await asyncio.Event().wait()


CALLER = answered(access_pb2.GetCallerResponse(name="me"))
DOWN = refused(grpc.StatusCode.UNAVAILABLE, error_details_pb2.ErrorInfo(reason="STORE_UNAVAILABLE"))


def info(reason: str, **facts: str) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(reason=reason, domain="mailproof", metadata=facts)


def soon(seconds: float) -> error_details_pb2.RetryInfo:
    retry = error_details_pb2.RetryInfo()
    retry.retry_delay.FromMilliseconds(round(seconds * 1000))
    return retry


def calling(script: Script, work: Callable[[Client], Awaitable[None]], **options: Any) -> None:
    """Run some calls against a scripted service."""

    async def run() -> None:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((script,))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            async with Client(f"127.0.0.1:{port}", options.pop("token", TOKEN), **options) as client:
                await work(client)
        finally:
            await server.stop(0)

    asyncio.run(run())


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailproof.client, "FIRST_WAIT", 0.001)


def test_a_read_is_retried_until_the_service_is_there_again() -> None:
    script = Script(DOWN, DOWN, CALLER)

    async def work(client: Client) -> None:
        answer = await client.access.GetCaller(access_pb2.GetCallerRequest())
        assert_type(answer, access_pb2.GetCallerResponse)  # and so mypy sees it in anybody's program
        assert answer.name == "me"

    calling(script, work)
    assert len(script.seen) == 3


def test_retries_end() -> None:
    script = Script(DOWN)

    async def work(client: Client) -> None:
        with pytest.raises(ServiceUnavailable, match="a sentence") as caught:
            await client.access.GetCaller(access_pb2.GetCallerRequest())
        assert caught.value.reason == "STORE_UNAVAILABLE"

    calling(script, work, retries=2)
    assert len(script.seen) == 3


def test_an_add_is_retried_under_one_key_and_the_next_has_another() -> None:
    script = Script(DOWN, answered(admin_pb2.AddSMTPConfigResponse(id="1")))

    async def work(client: Client) -> None:
        for _ in range(2):
            await client.admin.AddSMTPConfig(admin_pb2.AddSMTPConfigRequest())
        await client.using(idempotency_key="mine").admin.AddSMTPConfig(admin_pb2.AddSMTPConfigRequest())
        await client.admin.GetSMTPConfig(admin_pb2.GetSMTPConfigRequest())

    calling(script, work)
    keys = [seen.get("x-idempotency-key") for seen in script.seen]
    assert keys[0] == keys[1] != keys[2]
    assert keys[2] not in (None, "mine")
    assert keys[3:] == ["mine", None]


def test_a_lost_answer_to_a_change_or_a_test_is_not_repeated() -> None:
    script = Script(DOWN)

    async def work(client: Client) -> None:
        with pytest.raises(ServiceUnavailable):
            await client.admin.ActivateSMTPConfig(admin_pb2.ActivateSMTPConfigRequest())
        with pytest.raises(ServiceUnavailable):
            await client.admin.TestSMTPConfig(admin_pb2.TestSMTPConfigRequest())
        with pytest.raises(ServiceUnavailable):
            _ = [part async for part in client.diagnosis.Diagnose(diagnosis_pb2.DiagnoseRequest())]

    calling(script, work)
    assert len(script.seen) == 3


def test_the_services_own_limit_is_waited_for_and_one_beyond_the_deadline_is_not() -> None:
    full = info("TOO_MANY_TESTS", scope="token")
    script = Script(
        refused(grpc.StatusCode.RESOURCE_EXHAUSTED, full, soon(0.01)),
        answered(admin_pb2.TestSMTPConfigResponse()),
        refused(grpc.StatusCode.RESOURCE_EXHAUSTED, full, soon(60)),
        refused(grpc.StatusCode.UNAUTHENTICATED, full, soon(-60)),  # no service of ours: a wait is never less than none
    )

    async def work(client: Client) -> None:
        await client.admin.TestSMTPConfig(admin_pb2.TestSMTPConfigRequest())
        with pytest.raises(LimitReached) as caught:
            await client.admin.TestSMTPConfig(admin_pb2.TestSMTPConfigRequest())
        assert caught.value.retry_after == 60
        assert caught.value.metadata == {"scope": "token"}
        with pytest.raises(NotAuthenticated) as denied:
            await client.admin.TestSMTPConfig(admin_pb2.TestSMTPConfigRequest())
        assert denied.value.retry_after == 0

    calling(script, work)
    assert len(script.seen) == 4


def test_the_deadline_is_that_of_all_attempts_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailproof.client, "FIRST_WAIT", 0.05)
    script = Script(DOWN)

    async def work(client: Client) -> None:
        with pytest.raises((ServiceUnavailable, DeadlinePassed)):
            await client.access.GetCaller(access_pb2.GetCallerRequest(), timeout=0.3)

    calling(script, work, retries=1000)
    assert len(script.seen) < 12, "each wait is at least 25 ms"


@pytest.mark.parametrize("timeout", [math.inf, 1e30])
def test_a_deadline_beyond_all_clocks_is_none(timeout: float) -> None:
    async def work(client: Client) -> None:
        assert (await client.access.GetCaller(access_pb2.GetCallerRequest())).name == "me"

    calling(Script(CALLER), work, timeout=timeout)


def test_a_call_without_an_answer_ends_at_its_deadline() -> None:
    script = Script(hanging)

    async def work(client: Client) -> None:
        with pytest.raises(DeadlinePassed) as caught:
            async for _ in client.diagnosis.Diagnose(diagnosis_pb2.DiagnoseRequest(), timeout=0.05):
                pass
        assert (caught.value.code, caught.value.reason) == ("DEADLINE_EXCEEDED", "")

    calling(script, work, timeout=math.inf)


def test_a_stream_is_retried_before_its_first_part_alone() -> None:
    parts = answered(instance_pb2.StreamExportConfigsResponse(next_page_token="a"))
    script = Script(DOWN, parts, refused(grpc.StatusCode.UNAVAILABLE, after_parts=parts))

    async def work(client: Client) -> None:
        request = instance_pb2.StreamExportConfigsRequest()
        assert [part.next_page_token async for part in client.instances.StreamExportConfigs(request)] == ["a"]
        broken = client.instances.StreamExportConfigs(request)
        assert (await anext(aiter(broken))).next_page_token == "a"
        with pytest.raises(ServiceUnavailable):
            await anext(aiter(broken))

    calling(script, work)
    assert len(script.seen) == 3


@pytest.mark.parametrize("way", ["break", "cancel", "task"])
def test_leaving_a_stream_ends_it_on_the_service(way: str) -> None:
    script = Script(hanging)

    async def work(client: Client) -> None:
        stream = client.diagnosis.Diagnose(diagnosis_pb2.DiagnoseRequest())
        if way == "break":
            async for _ in stream:
                break
            del stream
        elif way == "cancel":
            async for _ in stream:
                assert stream.cancel()
                break
            assert not stream.cancel()
        else:

            async def read() -> None:
                async for _ in stream:
                    pass

            task = asyncio.create_task(read())
            await eventually_here(lambda: script.seen)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await eventually_here(lambda: script.ended)

    calling(script, work)


def test_cancelling_who_waits_for_an_answer_ends_the_call_on_the_service() -> None:
    script = Script(hanging)

    async def work(client: Client) -> None:
        waiting = asyncio.ensure_future(client.admin.TestSMTPConfig(admin_pb2.TestSMTPConfigRequest()))
        await eventually_here(lambda: script.seen)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await eventually_here(lambda: script.ended)

    calling(script, work)


KINDS = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequest,
    grpc.StatusCode.UNAUTHENTICATED: NotAuthenticated,
    grpc.StatusCode.PERMISSION_DENIED: CallError,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ABORTED: Conflict,
    grpc.StatusCode.ALREADY_EXISTS: Conflict,
    grpc.StatusCode.FAILED_PRECONDITION: CallError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: LimitReached,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlinePassed,
    grpc.StatusCode.UNAVAILABLE: ServiceUnavailable,
    grpc.StatusCode.INTERNAL: CallError,
}


def test_every_detail_of_a_status_is_in_the_error() -> None:
    bad = error_details_pb2.BadRequest()
    bad.field_violations.add(field="host", description="must not be empty")
    page = error_details_pb2.Help(links=[error_details_pb2.Help.Link(url="https://docs.example/auth")])
    request = error_details_pb2.RequestInfo(request_id="0af7")
    script = Script(
        *(refused(code, info("R", id="7"), bad, soon(0.5), page, request, any_pb2.Any()) for code in KINDS),
        refused(grpc.StatusCode.UNAVAILABLE, info("AUTH_REJECTED", stage="auth", advice="Check it.")),
        refused(grpc.StatusCode.NOT_FOUND, raw=b"\xff\xff"),
        refused(grpc.StatusCode.UNIMPLEMENTED),
    )

    async def work(client: Client) -> None:
        async def error() -> CallError:
            with pytest.raises(CallError) as caught:
                await client.access.GetCaller(access_pb2.GetCallerRequest())
            return caught.value

        for code, kind in KINDS.items():
            found = await error()
            assert type(found) is kind
            assert (str(found), found.code, found.reason, found.metadata) == ("a sentence", code.name, "R", {"id": "7"})
            assert found.violations == (("host", "must not be empty"),)
            assert (found.retry_after, found.help_url) == (0.5, "https://docs.example/auth")
            assert found.request_id == "0af7"
        found = await error()
        assert isinstance(found, FailedTest)
        assert found.metadata["advice"] == "Check it."
        assert [(type(each), each.reason) for each in (await error(), await error())] == [
            (NotFound, ""),
            (CallError, ""),
        ]

    calling(script, work, retries=0)


def test_headers_of_a_call() -> None:
    script = Script(CALLER)

    async def work(client: Client) -> None:
        request = access_pb2.GetCallerRequest()
        await client.access.GetCaller(request)
        await client.using(instance="other", language="de, en;q=0.5", expected_sequence=7).access.GetCaller(request)
        await client.access.GetCaller(request, metadata=(("x-instance-id", "third"),))

    calling(script, work, instance="first")
    names = ("x-instance-id", "accept-language", "x-expected-sequence")
    assert [tuple(seen.get(name) for name in names) for seen in script.seen] == [
        ("first", None, None),
        ("other", "de, en;q=0.5", "7"),
        ("third", None, None),
    ]
    assert Counter(seen["authorization"] for seen in script.seen) == {f"Bearer {TOKEN}": 3}


def test_a_token_may_be_made_anew_for_each_attempt() -> None:
    script = Script(DOWN, CALLER)
    made = iter(range(10))

    async def token() -> str:
        return f"mp_{next(made)}"

    async def work(client: Client) -> None:
        await client.access.GetCaller(access_pb2.GetCallerRequest())
        await client.using(language="de").access.GetCaller(access_pb2.GetCallerRequest())

    calling(script, work, token=token)
    assert [seen["authorization"] for seen in script.seen] == ["Bearer mp_0", "Bearer mp_1", "Bearer mp_2"]


def test_a_token_shows_nowhere(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    script = Script(refused(grpc.StatusCode.UNAUTHENTICATED, info("TOKEN_INVALID")))
    shown = []

    async def work(client: Client) -> None:
        shown.append(repr(client))
        wrong: tuple[Any, ...] = ((), (("x-a", "b\n"),), (("Upper", "a"),), (("x-bin", "a"),))
        for metadata in wrong:
            with pytest.raises(Exception) as caught:
                await client.access.GetCaller(access_pb2.GetCallerRequest(), metadata=metadata)
            error: BaseException | None = caught.value
            while error is not None:
                shown.append(repr(error) + str(error))
                error = error.__cause__ or error.__context__

    calling(script, work)
    calling(Script(CALLER), lambda client: _refused_token(client, shown), token=f"{TOKEN}\n")
    assert len(shown) > 5
    assert not [text for text in (*shown, caplog.text, *capfd.readouterr()) if TOKEN in text]


async def _refused_token(client: Client, shown: list[str]) -> None:
    with pytest.raises(ValueError, match="authorization must be printable ASCII") as caught:
        await client.access.GetCaller(access_pb2.GetCallerRequest())
    shown.append(repr(caught.value))


def test_pages_are_asked_for_as_they_are_read() -> None:
    script = Script(
        answered(test_pb2.ListTestsResponse(tests=[test_pb2.Test(id="1")], next_page_token="b")),
        answered(test_pb2.ListTestsResponse(tests=[test_pb2.Test(id="2")])),
    )

    async def work(client: Client) -> None:
        pages = client.pages(client.tests.ListTests, test_pb2.ListTestsRequest())
        first = await anext(pages)
        assert_type(first, test_pb2.ListTestsResponse)
        assert ([each.id for each in first.tests], len(script.seen)) == (["1"], 1)
        assert [each.id async for page in pages for each in page.tests] == ["2"]

    calling(script, work)
    assert len(script.seen) == 2


def test_a_unix_socket(tmp_path: Path) -> None:
    async def run() -> None:
        script = Script(CALLER)

        server = grpc.aio.server()
        server.add_generic_rpc_handlers((script,))
        server.add_insecure_port(f"unix:{tmp_path}/s")
        await server.start()
        async with Client(f"unix:{tmp_path}/s", TOKEN) as client:
            assert (await client.access.GetCaller(access_pb2.GetCallerRequest())).name == "me"
        await server.stop(0)

    asyncio.run(run())


def test_a_token_leaves_the_machine_in_the_clear_only_where_that_is_written() -> None:
    with pytest.raises(ValueError, match="must say how another machine is reached"):
        Client("mail.example.org:50051", TOKEN)


def test_the_library_is_small() -> None:
    assert len(Path(mailproof.client.__file__).read_text().splitlines()) < 300
