"""The three APIs over native gRPC, with grpcio's own client against the running program and a real SMTP server."""

from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from ccadmin.v1 import email_pb2, email_pb2_grpc
from service_support.service import RunningService
from smtpdiag.v1 import diagnosis_pb2, diagnosis_pb2_grpc, report_pb2, vocabulary_pb2
from zitadel.admin.v1 import admin_pb2, admin_pb2_grpc
from zitadel.v1 import message_pb2


@pytest.fixture(scope="module")
def channel(service: RunningService) -> grpc.Channel:
    return grpc.insecure_channel(service.grpc_address)


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


def settings(service: RunningService, **changes: Any) -> dict[str, Any]:
    sandbox = service.sandbox
    return {
        "sender_address": "noreply@example.com",
        "sender_name": "Example",
        "tls": True,
        "host": f"{sandbox.host}:{sandbox.starttls_port}",
        "user": sandbox.user,
        "password": sandbox.password,
        **changes,
    }


def details(error: grpc.RpcError) -> dict[str, Message]:
    """Return the typed details of an error by their type's name."""
    trailing: dict[str, Any] = dict(error.trailing_metadata() or ())  # type: ignore[arg-type] # the stubs type it loosely
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    assert status.code == error.code().value[0]
    assert status.message == error.details()
    types = (
        error_details_pb2.ErrorInfo,
        error_details_pb2.BadRequest,
        error_details_pb2.RetryInfo,
        message_pb2.ErrorDetail,
    )
    found: dict[str, Message] = {}
    for packed in status.details:
        for kind in types:
            if packed.Is(kind.DESCRIPTOR):
                found[kind.__name__] = kind()
                packed.Unpack(found[kind.__name__])
    return found


def test_a_configuration_is_stored_read_listed_and_proved(service: RunningService, channel: grpc.Channel) -> None:
    stub = admin_pb2_grpc.AdminServiceStub(channel)
    admin = bearer(service.admin_token)
    added = stub.AddSMTPConfig(admin_pb2.AddSMTPConfigRequest(**settings(service)), metadata=admin)
    assert added.id.isdigit()
    assert added.details.sequence > 0
    assert added.details.resource_owner
    assert added.details.creation_date == added.details.change_date

    read = stub.GetSMTPConfigById(admin_pb2.GetSMTPConfigByIdRequest(id=added.id), metadata=admin).smtp_config
    assert (read.sender_address, read.tls, read.state) == ("noreply@example.com", True, 2)
    assert read.details.HasField("creation_date")
    assert service.sandbox.password not in str(read)

    listed = stub.ListSMTPConfigs(admin_pb2.ListSMTPConfigsRequest(), metadata=admin)
    assert listed.details.total_result >= 1
    assert added.id in [config.id for config in listed.result]

    before = len(service.sandbox_messages())
    request = admin_pb2.TestSMTPConfigByIdRequest(id=added.id, receiver_address="you@example.com")
    assert stub.TestSMTPConfigById(request, metadata=admin) == admin_pb2.TestSMTPConfigByIdResponse()
    assert len(service.sandbox_messages()) == before + 1
    assert service.sandbox_messages()[0]["recipients"] == ["you@example.com"]


def test_settings_are_tested_without_being_stored(service: RunningService, channel: grpc.Channel) -> None:
    stub = admin_pb2_grpc.AdminServiceStub(channel)
    admin = bearer(service.admin_token)
    count = stub.ListSMTPConfigs(admin_pb2.ListSMTPConfigsRequest(), metadata=admin).details.total_result
    request = admin_pb2.TestSMTPConfigRequest(receiver_address="you@example.com", **settings(service))
    stub.TestSMTPConfig(request, metadata=admin)
    implicit = settings(service, host=f"{service.sandbox.host}:{service.sandbox.tls_port}")
    stub.TestSMTPConfig(admin_pb2.TestSMTPConfigRequest(receiver_address="you@example.com", **implicit), metadata=admin)
    assert stub.ListSMTPConfigs(admin_pb2.ListSMTPConfigsRequest(), metadata=admin).details.total_result == count


def test_a_failed_test_says_stage_reason_and_advice(service: RunningService, channel: grpc.Channel) -> None:
    stub = admin_pb2_grpc.AdminServiceStub(channel)
    request = admin_pb2.TestSMTPConfigRequest(
        receiver_address="you@example.com", **settings(service, password="not-the-password")
    )
    with pytest.raises(grpc.RpcError) as caught:
        stub.TestSMTPConfig(request, metadata=bearer(service.admin_token))
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    found = details(caught.value)
    info = found["ErrorInfo"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain) == ("AUTH_REJECTED", "mailproof")
    assert info.metadata["stage"] == "auth"
    assert info.metadata["serverCode"] == "535"
    assert "RetryInfo" not in found
    reference = found["ErrorDetail"]
    assert isinstance(reference, message_pb2.ErrorDetail)
    assert reference.id == "EMAIL-s9kfs"
    assert "not-the-password" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "needed"),
    [({"host": "127.0.0.1:1"}, True), ({"tls": False}, True), ({"user": "someone"}, True), ({}, False)],
    ids=["another host", "no TLS", "another user", "the same"],
)
def test_a_stored_password_goes_only_where_it_was_stored_for(
    service: RunningService, channel: grpc.Channel, change: dict[str, Any], needed: bool
) -> None:
    stub = admin_pb2_grpc.AdminServiceStub(channel)
    admin = bearer(service.admin_token)
    stored = stub.AddSMTPConfig(admin_pb2.AddSMTPConfigRequest(**settings(service)), metadata=admin)
    request = admin_pb2.TestSMTPConfigRequest(
        id=stored.id, receiver_address="you@example.com", **settings(service, password="", **change)
    )
    if not needed:
        stub.TestSMTPConfig(request, metadata=admin)
        return
    with pytest.raises(grpc.RpcError) as caught:
        stub.TestSMTPConfig(request, metadata=admin)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    bad = details(caught.value)["BadRequest"]
    assert isinstance(bad, error_details_pb2.BadRequest)
    assert [violation.field for violation in bad.field_violations] == ["password"]


def test_every_violated_field_is_named(service: RunningService, channel: grpc.Channel) -> None:
    stub = admin_pb2_grpc.AdminServiceStub(channel)
    request = admin_pb2.AddSMTPConfigRequest(sender_address="x" * 201, host="nowhere", description="d" * 201)
    with pytest.raises(grpc.RpcError) as caught:
        stub.AddSMTPConfig(request, metadata=bearer(service.admin_token))
    bad = details(caught.value)["BadRequest"]
    assert isinstance(bad, error_details_pb2.BadRequest)
    assert [v.field for v in bad.field_violations] == ["sender_address", "sender_name", "host", "description"]


def test_who_may_do_what(service: RunningService, channel: grpc.Channel) -> None:
    stub = admin_pb2_grpc.AdminServiceStub(channel)
    viewer = bearer(service.viewer_token)
    assert stub.ListSMTPConfigs(admin_pb2.ListSMTPConfigsRequest(), metadata=viewer).details.total_result >= 0
    add = admin_pb2.AddSMTPConfigRequest(**settings(service))
    for metadata, code, reason in [
        (viewer, grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_MISSING"),
        ((), grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID"),
        (bearer("mp_wrong"), grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID"),
    ]:
        with pytest.raises(grpc.RpcError) as caught:
            stub.AddSMTPConfig(add, metadata=metadata)
        assert caught.value.code() is code
        info = details(caught.value)["ErrorInfo"]
        assert isinstance(info, error_details_pb2.ErrorInfo)
        assert info.reason == reason


def test_an_unknown_id_is_not_found(service: RunningService, channel: grpc.Channel) -> None:
    stub = admin_pb2_grpc.AdminServiceStub(channel)
    with pytest.raises(grpc.RpcError) as caught:
        stub.GetSMTPConfigById(admin_pb2.GetSMTPConfigByIdRequest(id="1"), metadata=bearer(service.admin_token))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert caught.value.details() == "SMTP configuration not found (QUERY-fwofw)"
    assert isinstance(details(caught.value)["ErrorDetail"], message_pb2.ErrorDetail)


def test_the_commerce_call_answers_both_fields(service: RunningService, channel: grpc.Channel) -> None:
    stub = email_pb2_grpc.EmailServiceStub(channel)
    sandbox = service.sandbox
    for method, port, password, passed in [
        ("TLS", sandbox.starttls_port, sandbox.password, True),
        ("SSL", sandbox.tls_port, sandbox.password, True),
        ("TLS", sandbox.starttls_port, "wrong", False),
        ("SSL", sandbox.starttls_port, sandbox.password, False),
    ]:
        answer = stub.TestSmtpConnection(
            email_pb2.TestSmtpConnectionRequest(
                email_smtp_host=sandbox.host,
                email_smtp_port=str(port),
                email_smtp_auth_method=method,
                email_smtp_username=sandbox.user,
                email_smtp_password=password,
            ),
            metadata=bearer(service.admin_token),
        )
        assert (answer.status, answer.success) == (passed, passed), (method, port)


def test_a_diagnosis_streams_its_steps_and_then_one_report(service: RunningService, channel: grpc.Channel) -> None:
    stub = diagnosis_pb2_grpc.DiagnosisServiceStub(channel)
    request = diagnosis_pb2.DiagnoseRequest(
        host=service.sandbox.host,
        port=service.sandbox.starttls_port,
        user=service.sandbox.user,
        password=service.sandbox.password,
    )
    messages = list(stub.Diagnose(request, metadata=bearer(service.admin_token)))
    kinds = [message.WhichOneof("event") for message in messages]
    assert kinds[-1] == "report"
    assert kinds.count("report") == 1
    report = messages[-1].report
    assert report.outcome == vocabulary_pb2.OUTCOME_OK
    assert report.tls.verified
    streamed = [message.step.stage for message in messages if message.WhichOneof("event") == "step"]
    assert streamed == [step.stage for step in report.steps]
    for step in report.steps:
        begun = diagnosis_pb2.DiagnoseResponse(
            started=report_pb2.StepStarted(stage=step.stage, started_at=step.started_at, connection=step.connection)
        )
        assert messages.count(begun) == 1
        assert messages.index(begun) < messages.index(diagnosis_pb2.DiagnoseResponse(step=step))
    names = [vocabulary_pb2.Stage.Name(stage) for stage in streamed]
    for stage in ("RESOLVE", "CONNECT", "GREETING", "EHLO", "STARTTLS", "TLS", "AUTH", "QUIT"):
        assert f"STAGE_{stage}" in names
    assert service.sandbox.password not in str(messages)


def test_a_failed_diagnosis_is_an_answer(service: RunningService, channel: grpc.Channel) -> None:
    stub = diagnosis_pb2_grpc.DiagnosisServiceStub(channel)
    request = diagnosis_pb2.DiagnoseRequest(
        host=service.sandbox.host, port=service.sandbox.starttls_port, tls_mode=vocabulary_pb2.TLS_MODE_IMPLICIT
    )
    *_, last = stub.Diagnose(request, metadata=bearer(service.admin_token))
    assert last.report.outcome == vocabulary_pb2.OUTCOME_FAIL
    assert last.report.code == vocabulary_pb2.CODE_WRONG_TLS_MODE_USE_STARTTLS
    assert last.report.advice


def test_health_and_reflection_are_on(channel: grpc.Channel) -> None:
    health: Any = health_pb2_grpc.HealthStub(channel)
    for name in ("", "zitadel.admin.v1.AdminService", "smtpdiag.v1.DiagnosisService"):
        answer = health.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    database = ProtoReflectionDescriptorDatabase(channel)
    assert {
        "zitadel.admin.v1.AdminService",
        "ccadmin.v1.EmailService",
        "smtpdiag.v1.DiagnosisService",
    } <= set(database.get_services())


def test_an_unknown_rpc_is_unimplemented_with_typed_details(service: RunningService, channel: grpc.Channel) -> None:
    call: Any = channel.unary_unary("/zitadel.admin.v1.AdminService/Nothing")
    with pytest.raises(grpc.RpcError) as caught:
        call(b"", metadata=bearer(service.admin_token))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    info = details(caught.value)["ErrorInfo"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert info.reason == "RPC_UNKNOWN"
