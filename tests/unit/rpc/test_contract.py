"""The protos against the wire contracts that existing clients are compiled against, and against our own catalogue."""

import pytest
from google.api import annotations_pb2, field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor

from ccadmin.v1 import email_pb2
from mailproof import errors
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Severity, Stage, TlsMode
from smtpdiag.v1 import diagnosis_pb2, discovery_pb2, error_reason_pb2, options_pb2, report_pb2, vocabulary_pb2
from zitadel.admin.v1 import admin_pb2
from zitadel.settings.v1 import settings_pb2
from zitadel.v1 import message_pb2, object_pb2

FILES = (email_pb2, diagnosis_pb2, discovery_pb2, report_pb2, admin_pb2, settings_pb2, message_pb2, object_pb2)

TYPES = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_UINT32: "uint32",
}

# number, type, name, least and most characters (None: no rule of the contract's)
MESSAGES: dict[str, list[tuple[int, str, str, int | None, int | None]]] = {
    "zitadel.admin.v1.AddSMTPConfigRequest": [
        (1, "string", "sender_address", 1, 200),
        (2, "string", "sender_name", 1, 200),
        (3, "bool", "tls", None, None),
        (4, "string", "host", 1, 500),
        (5, "string", "user", None, None),
        (6, "string", "password", None, None),
        (7, "string", "reply_to_address", 0, 200),
        (8, "string", "description", 0, 200),
    ],
    "zitadel.admin.v1.AddSMTPConfigResponse": [
        (1, "zitadel.v1.ObjectDetails", "details", None, None),
        (2, "string", "id", None, None),
    ],
    "zitadel.admin.v1.GetSMTPConfigByIdRequest": [(1, "string", "id", 1, 100)],
    "zitadel.admin.v1.GetSMTPConfigByIdResponse": [
        (1, "zitadel.settings.v1.SMTPConfig", "smtp_config", None, None),
    ],
    "zitadel.admin.v1.ListSMTPConfigsRequest": [(1, "zitadel.v1.ListQuery", "query", None, None)],
    "zitadel.admin.v1.ListSMTPConfigsResponse": [
        (1, "zitadel.v1.ListDetails", "details", None, None),
        (2, "zitadel.settings.v1.SMTPConfig", "result", None, None),
    ],
    "zitadel.admin.v1.TestSMTPConfigByIdRequest": [
        (1, "string", "id", 1, 100),
        (2, "string", "receiver_address", 1, 200),
    ],
    "zitadel.admin.v1.TestSMTPConfigByIdResponse": [],
    "zitadel.admin.v1.TestSMTPConfigRequest": [
        (1, "string", "sender_address", 1, 200),
        (2, "string", "sender_name", 1, 200),
        (3, "bool", "tls", None, None),
        (4, "string", "host", 1, 500),
        (5, "string", "user", None, None),
        (6, "string", "password", None, None),
        (7, "string", "receiver_address", 1, 200),
        (8, "string", "id", None, None),
    ],
    "zitadel.admin.v1.TestSMTPConfigResponse": [],
    "zitadel.settings.v1.SMTPConfig": [
        (1, "zitadel.v1.ObjectDetails", "details", None, None),
        (2, "string", "sender_address", None, None),
        (3, "string", "sender_name", None, None),
        (4, "bool", "tls", None, None),
        (5, "string", "host", None, None),
        (6, "string", "user", None, None),
        (7, "string", "reply_to_address", None, None),
        (8, "zitadel.settings.v1.SMTPConfigState", "state", None, None),
        (9, "string", "description", None, None),
        (10, "string", "id", None, None),
    ],
    "zitadel.v1.ObjectDetails": [
        (1, "uint64", "sequence", None, None),
        (2, "google.protobuf.Timestamp", "creation_date", None, None),
        (3, "google.protobuf.Timestamp", "change_date", None, None),
        (4, "string", "resource_owner", None, None),
    ],
    "zitadel.v1.ListQuery": [
        (1, "uint64", "offset", None, None),
        (2, "uint32", "limit", None, None),
        (3, "bool", "asc", None, None),
    ],
    "zitadel.v1.ListDetails": [
        (1, "uint64", "total_result", None, None),
        (2, "uint64", "processed_sequence", None, None),
        (3, "google.protobuf.Timestamp", "view_timestamp", None, None),
    ],
    "zitadel.v1.ErrorDetail": [(1, "string", "id", None, None), (2, "string", "message", None, None)],
}

ROUTES = {
    "AddSMTPConfig": ("POST", "/smtp", "*", "iam.write"),
    "GetSMTPConfigById": ("GET", "/smtp/{id}", "", "iam.read"),
    "ListSMTPConfigs": ("POST", "/smtp/_search", "*", "iam.read"),
    "TestSMTPConfig": ("POST", "/smtp/_test", "*", "iam.write"),
    "TestSMTPConfigById": ("POST", "/smtp/{id}/_test", "*", "iam.write"),
}


def message(name: str) -> Descriptor:
    found: Descriptor = next(
        m for file in FILES for m in file.DESCRIPTOR.message_types_by_name.values() if m.full_name == name
    )
    return found


def type_of(field: FieldDescriptor) -> str:
    if field.message_type is not None:
        return str(field.message_type.full_name)
    if field.enum_type is not None:
        return str(field.enum_type.full_name)
    return TYPES[field.type]


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_are_the_wire_contract(name: str) -> None:
    fields = message(name).fields
    assert [(f.number, type_of(f), f.name) for f in fields] == [row[:3] for row in MESSAGES[name]]
    for field, (_, _, _, least, most) in zip(fields, MESSAGES[name], strict=True):
        rules = field.GetOptions().Extensions[options_pb2.rules]
        if least is not None:
            assert (rules.min_len, rules.max_len) == (least, most), field.name


def test_routes_and_permissions_are_the_contract() -> None:
    service = admin_pb2.DESCRIPTOR.services_by_name["AdminService"]
    assert {method.name for method in service.methods} == set(ROUTES)
    for method in service.methods:
        verb, path, body, permission = ROUTES[method.name]
        options = method.GetOptions()
        rule = options.Extensions[annotations_pb2.http]
        assert getattr(rule, verb.lower()) == f"/admin/v1{path}"
        assert [getattr(extra, verb.lower()) for extra in rule.additional_bindings] == [path]
        assert rule.body == body
        assert options.Extensions[options_pb2.permission] == permission


def test_the_commerce_call_has_its_names_and_route() -> None:
    request = email_pb2.TestSmtpConnectionRequest.DESCRIPTOR
    assert [field.json_name for field in request.fields] == [
        "emailSMTPHost",
        "emailSMTPPort",
        "emailSMTPAuthMethod",
        "emailSMTPUsername",
        "emailSMTPPassword",
    ]
    assert all(field.type == FieldDescriptor.TYPE_STRING for field in request.fields)
    method = email_pb2.DESCRIPTOR.services_by_name["EmailService"].methods[0]
    assert method.GetOptions().Extensions[annotations_pb2.http].post == "/ccadmin/v1/email/test"


@pytest.mark.parametrize(
    ("words", "numbers", "prefix"),
    [
        (Code, vocabulary_pb2.Code, "CODE"),
        (Stage, vocabulary_pb2.Stage, "STAGE"),
        (Outcome, vocabulary_pb2.Outcome, "OUTCOME"),
        (Severity, vocabulary_pb2.Severity, "SEVERITY"),
        (TlsMode, vocabulary_pb2.TlsMode, "TLS_MODE"),
        (Depth, vocabulary_pb2.Depth, "DEPTH"),
    ],
)
def test_the_vocabulary_is_the_protos(words: type, numbers: object, prefix: str) -> None:
    names = {f"{prefix}_{word.name}" for word in words}  # type: ignore[attr-defined]
    assert names | {f"{prefix}_UNSPECIFIED"} == set(numbers.keys())  # type: ignore[attr-defined]
    assert all(word.value == word.name.lower() for word in words)  # type: ignore[attr-defined]


def reasons(failure: type[errors.Failure]) -> set[str]:
    """Return the reasons of a failure and all failures below it."""
    below = {reason for child in failure.__subclasses__() for reason in reasons(child)}
    return below if failure is errors.SmtpTestFailed else below | {failure.reason}


def test_each_reason_of_the_catalogue_is_in_the_proto_and_the_other_way_round() -> None:
    listed = {name.removeprefix("ERROR_REASON_") for name in error_reason_pb2.ErrorReason.keys()}  # noqa: SIM118
    assert listed - {"UNSPECIFIED"} == reasons(errors.Failure)


def test_no_reason_is_also_a_code_except_what_means_the_same() -> None:
    codes = {code.name for code in Code}
    assert not codes & reasons(errors.Failure)


def all_messages(file: FileDescriptor) -> list[Descriptor]:
    return list(file.message_types_by_name.values())


def test_secrets_are_input_only() -> None:
    for file in FILES:
        for described in all_messages(file.DESCRIPTOR):
            for field in described.fields:
                secret = any(word in field.name for word in ("password", "secret", "access_token"))
                behaviours = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
                assert (field_behavior_pb2.INPUT_ONLY in behaviours) == secret, field.full_name


def parts(described: Descriptor) -> list[Descriptor]:
    """Return a message and those of ours that it holds."""
    inner = [f.message_type for f in described.fields if f.message_type is not None]
    ours = [part for part in inner if not part.full_name.startswith("google.protobuf.")]
    return [described, *(below for part in ours for below in parts(part))]


def test_every_text_that_a_caller_sends_is_bounded() -> None:
    services = [service for file in FILES for service in file.DESCRIPTOR.services_by_name.values()]
    requests = [part for service in services for method in service.methods for part in parts(method.input_type)]
    assert len(requests) > len(services)
    for described in requests:
        for field in described.fields:
            if field.type == FieldDescriptor.TYPE_STRING:
                assert field.GetOptions().Extensions[options_pb2.rules].max_len, field.full_name
