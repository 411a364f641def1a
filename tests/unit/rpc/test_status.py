"""Failure to google.rpc.Status and HTTP: the table, and what a stray exception may say."""

from datetime import UTC, datetime

import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from mailproof.domain import caller_errors, errors, limit_errors, provider_errors, transfer_errors
from mailproof.rpc.status import REFERENCE_SERVICE, StatusError, status_error
from service_support.failures import failure_types
from zitadel.v1 import message_pb2

KINDS = (
    error_details_pb2.ErrorInfo,
    error_details_pb2.BadRequest,
    error_details_pb2.RetryInfo,
    error_details_pb2.RequestInfo,
    error_details_pb2.Help,
    message_pb2.ErrorDetail,
)


def details(status: status_pb2.Status) -> dict[str, Message]:
    found: dict[str, Message] = {}
    for packed in status.details:
        for kind in KINDS:
            if packed.Is(kind.DESCRIPTOR):
                found[kind.__name__] = kind()
                packed.Unpack(found[kind.__name__])
    return found


def smtp_failure(**changes: object) -> errors.SmtpTestFailed:
    facts: dict[str, object] = {
        "code": "auth_rejected",
        "stage": "auth",
        "metadata": {"serverCode": "535"},
        "retry_after": None,
        "timed_out": False,
    }
    return errors.SmtpTestFailed("refused", **(facts | changes))  # type: ignore[arg-type]


TABLE = [
    (errors.InvalidFields([errors.FieldViolation("host", "must not be empty")]), 3, 400, "FIELD_INVALID"),
    (errors.FieldUnknown([errors.FieldViolation("TLS", "is no field")], "TLS", "tls"), 3, 400, "FIELD_UNKNOWN"),
    (provider_errors.PasswordRequired("must be sent"), 3, 400, "PASSWORD_REQUIRED"),
    (errors.MalformedRequest("no JSON"), 3, 400, "REQUEST_MALFORMED"),
    (errors.ExpectationUnknown("no such"), 3, 417, "REQUEST_MALFORMED"),
    (errors.RequestTooLarge(65536), 8, 413, "REQUEST_TOO_LARGE"),
    (errors.UnsupportedMediaType("no"), 3, 415, "MEDIA_TYPE_UNSUPPORTED"),
    (errors.RouteNotFound("GET /v1/events"), 5, 404, "ROUTE_NOT_FOUND"),
    (errors.MethodNotAllowed(["POST"]), 12, 405, "METHOD_NOT_ALLOWED"),
    (errors.UnknownRpc(), 12, 501, "RPC_UNKNOWN"),
    (caller_errors.Unauthenticated("no token"), 16, 401, "TOKEN_INVALID"),
    (caller_errors.BearerTokenRefused("expired", "it has expired"), 16, 401, "BEARER_TOKEN_REFUSED"),
    (caller_errors.ClientCertificateUnknown(), 16, 401, "CLIENT_CERTIFICATE_UNKNOWN"),
    (caller_errors.ClientCertificateExpired(), 16, 401, "CLIENT_CERTIFICATE_EXPIRED"),
    (caller_errors.RoleMissing("roles"), 7, 403, "ROLE_MISSING"),
    (caller_errors.IssuerUnavailable(), 14, 503, "ISSUER_UNAVAILABLE"),
    (caller_errors.TokenExpired(datetime(2027, 1, 31, tzinfo=UTC)), 16, 401, "TOKEN_EXPIRED"),
    (caller_errors.PermissionDenied("iam.write"), 7, 403, "PERMISSION_MISSING"),
    (provider_errors.ProviderNotFound("1"), 5, 404, "SMTP_CONFIG_NOT_FOUND"),
    (provider_errors.NoActiveProvider(2), 5, 404, "SMTP_CONFIG_NOT_FOUND"),
    (errors.ServerStopping(), 14, 503, "SERVER_STOPPING"),
    (errors.FindingNotFound(["timeout"]), 5, 404, "FINDING_NOT_FOUND"),
    (errors.KeptTestNotFound("1"), 5, 404, "TEST_NOT_FOUND"),
    (provider_errors.PasswordNotUsed("no password"), 9, 400, "PASSWORD_NOT_USED"),
    (provider_errors.PasswordNotStored("password"), 9, 400, "PASSWORD_NOT_STORED"),
    (provider_errors.UserNotSet(), 9, 400, "USER_NOT_SET"),
    (provider_errors.SecretUnreadable("1", "password", "set it again"), 9, 400, "SECRET_UNREADABLE"),
    (transfer_errors.SecretExportOff(), 9, 400, "SECRET_EXPORT_OFF"),
    (provider_errors.AlreadyActive("1"), 9, 400, "SMTP_CONFIG_ALREADY_ACTIVE"),
    (provider_errors.AlreadyInactive("1"), 9, 400, "SMTP_CONFIG_ALREADY_INACTIVE"),
    (provider_errors.ProviderExists(), 6, 409, "SMTP_CONFIG_EXISTS"),
    (provider_errors.SequenceMismatch(5, 7), 10, 409, "SEQUENCE_MISMATCH"),
    (provider_errors.EntityTagMismatch(5, 7), 10, 412, "SEQUENCE_MISMATCH"),
    (errors.InstanceNotFound(), 5, 404, "INSTANCE_NOT_FOUND"),
    (errors.IdempotencyKeyReused(), 3, 400, "IDEMPOTENCY_KEY_REUSED"),
    (transfer_errors.PassphraseWrong(), 3, 400, "PASSPHRASE_WRONG"),
    (transfer_errors.ExportTooLarge("too many"), 9, 400, "EXPORT_TOO_LARGE"),
    (limit_errors.TooManyTests(3), 8, 429, "TOO_MANY_TESTS"),
    (limit_errors.TooManyBytes(), 8, 429, "TOO_MANY_BYTES"),
    (limit_errors.TooMuchWork(), 8, 429, "TOO_MUCH_WORK"),
    (limit_errors.RateExceeded("tests", 3, 60, "token", 1.5), 8, 429, "RATE_EXCEEDED"),
    (limit_errors.TooManyFailedLogins(6, 600, "login", 99.5), 8, 429, "TOO_MANY_FAILED_LOGINS"),
    (limit_errors.TooManyMessages(150, 3600, 24.0), 8, 429, "TOO_MANY_MESSAGES"),
    (limit_errors.TooManyBadTokens(60, 60, 1.0), 8, 429, "TOO_MANY_BAD_TOKENS"),
    (limit_errors.ConfigQuotaExceeded(1000), 8, 429, "CONFIG_QUOTA_EXCEEDED"),
    (limit_errors.EventQuotaExceeded(1000), 8, 429, "EVENT_QUOTA_EXCEEDED"),
    (transfer_errors.ImportEnded("undone"), 9, 400, "IMPORT_ENDED"),
    (transfer_errors.ImportNotFound(), 5, 404, "IMPORT_NOT_FOUND"),
    (errors.DeadlineExceeded("late"), 4, 504, "DEADLINE_EXCEEDED"),
    (errors.StoreUnavailable(), 14, 503, "STORE_UNAVAILABLE"),
    (errors.ServiceShortage(errors.Resource.MEMORY), 14, 503, "RESOURCES_SHORT"),
    (smtp_failure(), 9, 400, "AUTH_REJECTED"),
    (smtp_failure(code="timeout", timed_out=True), 4, 504, "TIMEOUT"),
]


@pytest.mark.parametrize(("failure", "code", "http", "reason"), TABLE, ids=[type(row[0]).__name__ for row in TABLE])
def test_a_failure_has_its_code_status_and_reason(failure: errors.Failure, code: int, http: int, reason: str) -> None:
    answer = status_error(failure)
    assert (answer.status.code, answer.http_status) == (code, http)
    info = details(answer.status)["ErrorInfo"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain) == (reason, "mailproof")
    assert answer.status.message == failure.message


def test_the_table_has_every_failure() -> None:
    assert failure_types() - {errors.Failure} == {type(row[0]) for row in TABLE}


def test_every_violated_field_is_listed() -> None:
    failure = errors.InvalidFields([errors.FieldViolation("a", "x"), errors.FieldViolation("b.c[2]", "y")])
    bad = details(status_error(failure).status)["BadRequest"]
    assert isinstance(bad, error_details_pb2.BadRequest)
    assert [(v.field, v.description) for v in bad.field_violations] == [("a", "x"), ("b.c[2]", "y")]


def test_retry_info_where_it_may_work_later() -> None:
    retry = details(status_error(smtp_failure(code="greylisted", retry_after=60.0)).status)["RetryInfo"]
    assert isinstance(retry, error_details_pb2.RetryInfo)
    assert retry.retry_delay.seconds == 60
    assert "RetryInfo" not in details(status_error(smtp_failure()).status)


def test_help_has_a_url_where_there_is_one() -> None:
    url = "https://git.example.com/mailproof/src/mailproof/diagnosis/pages/auth_rejected.md"
    answer = details(status_error(smtp_failure(help_url=url)).status)["Help"]
    assert isinstance(answer, error_details_pb2.Help)
    assert [(link.url, bool(link.description)) for link in answer.links] == [(url, True)]
    assert "Help" not in details(status_error(smtp_failure()).status)


def test_the_reference_service_has_its_detail_and_its_id_in_the_text() -> None:
    answer = status_error(provider_errors.ProviderNotFound("1"), service=REFERENCE_SERVICE)
    assert answer.status.message == "SMTP configuration not found (QUERY-fwofw)"
    detail = details(answer.status)["ErrorDetail"]
    assert isinstance(detail, message_pb2.ErrorDetail)
    assert (detail.id, detail.message) == ("QUERY-fwofw", "SMTP configuration not found")
    assert "ErrorDetail" not in details(
        status_error(provider_errors.ProviderNotFound("1"), service="smtpdiag.v1.X").status
    )


@pytest.mark.parametrize("service", ["", REFERENCE_SERVICE])
def test_a_stray_exception_says_internal_error_and_a_request_id_and_nothing_else(service: str) -> None:
    answer: StatusError = status_error(
        RuntimeError("select * from smtp_configs; password=hunter2"), service=service, request_id="abc123"
    )
    assert (answer.status.code, answer.http_status) == (13, 500)
    assert answer.status.message == "internal error (request id abc123)"
    assert b"hunter2" not in answer.status.SerializeToString()
    assert b"RuntimeError" not in answer.status.SerializeToString()
    request = details(answer.status)["RequestInfo"]
    assert isinstance(request, error_details_pb2.RequestInfo)
    assert request.request_id == "abc123"
