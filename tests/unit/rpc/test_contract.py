"""The protos against the wire contracts that existing clients are compiled against, and against our own catalogue."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from google.api import annotations_pb2, field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor

from ccadmin.v1 import email_pb2
from mailproof.domain import caller_errors, errors
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Severity, Stage, TlsMode
from service_support.failures import failure_types
from service_support.rules import FILES, METHODS
from smtpdiag.v1 import error_reason_pb2, options_pb2, vocabulary_pb2
from zitadel.admin.v1 import admin_pb2

CONTRACT = (Path(__file__).parent / "zitadel_admin_v1.txt").read_text()

TYPES = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_UINT32: "uint32",
}

RPC = re.compile(r"(\w+) \| (GET|POST|PUT|DELETE) (\S+)(?: body (\*))? \| (\S+)")
FIELD = re.compile(r"  (\d+): (repeated )?(\S+) (\w+)(?: \[([^\]]*)\])?(?: \(oneof (\w+)\))?")
LENGTHS = re.compile(r"len>=(\d+), len<=(\d+)(, email)?")


@dataclass(frozen=True)
class Field:
    """A field of the contract: what it is on the wire, and the least and most characters where it says."""

    number: int
    repeated: bool
    type: str
    name: str
    oneof: str
    lengths: tuple[int, int] | None = None
    email: bool = False


def rpcs() -> dict[str, tuple[str, str, str, str]]:
    found = (RPC.fullmatch(line) for line in CONTRACT.splitlines())
    return {match[1]: (match[2], match[3], match[4] or "", match[5]) for match in found if match}


def messages() -> dict[str, list[Field]]:
    made: dict[str, list[Field]] = {}
    for line in CONTRACT.splitlines():
        if line.startswith("message "):
            made[line.split()[1]] = fields = []
        elif line.startswith("  "):
            match = FIELD.fullmatch(line)
            assert match is not None, line
            rule = LENGTHS.fullmatch(match[5]) if match[5] else None
            assert bool(rule) == bool(match[5]), line
            lengths = (int(rule[1]), int(rule[2])) if rule else None
            email = bool(rule and rule[3])
            fields.append(Field(int(match[1]), bool(match[2]), match[3], match[4], match[6] or "", lengths, email))
    return made


def all_messages(parent: FileDescriptor | Descriptor) -> Iterator[Descriptor]:
    """Yield the messages of a file, those within messages too."""
    inner = parent.message_types_by_name if isinstance(parent, FileDescriptor) else parent.nested_types_by_name
    for described in inner.values():
        yield described
        yield from all_messages(described)


OURS = {described.full_name: described for file in FILES for described in all_messages(file)}


def type_of(field: FieldDescriptor) -> str:
    if field.message_type is not None:
        return str(field.message_type.full_name)
    if field.enum_type is not None:
        return str(field.enum_type.full_name)
    return TYPES[field.type]


def test_the_contract_was_read() -> None:
    assert len(rpcs()) == 24
    assert len(messages()) == 64
    assert set(messages()) == {name for name in OURS if name.startswith("zitadel.")}


@pytest.mark.parametrize(("name", "contract"), messages().items(), ids=list(messages()))
def test_messages_are_the_wire_contract(name: str, contract: list[Field]) -> None:
    ours = {
        Field(
            field.number,
            field.is_repeated,
            type_of(field),
            field.name,
            field.containing_oneof.name if field.containing_oneof else "",
        )
        for field in OURS[name].fields
    }
    assert ours == {replace(field, lengths=None, email=False) for field in contract}
    for field in contract:
        rules = OURS[name].fields_by_name[field.name].GetOptions().Extensions[options_pb2.rules]
        if field.lengths is not None:
            assert (rules.min_len, rules.max_len) == field.lengths, field
        if field.email:
            assert rules.format == options_pb2.FORMAT_MAILBOX, field


def test_enums_are_the_wire_contract() -> None:
    found = re.findall(r"^enum (\S+) \{ (.*) \}$", CONTRACT, re.MULTILINE)
    assert len(found) == 2
    enums = {enum.full_name: enum for file in FILES for enum in file.enum_types_by_name.values()}
    for name, values in found:
        listed = dict(value.split("=") for value in values.split(", "))
        assert {value.name: str(value.number) for value in enums[name].values} == listed


def test_routes_and_permissions_are_the_contract() -> None:
    service = admin_pb2.DESCRIPTOR.services_by_name["AdminService"]
    assert {method.name for method in service.methods} == set(rpcs())
    for method in service.methods:
        verb, path, body, permission = rpcs()[method.name]
        options = method.GetOptions()
        rule = options.Extensions[annotations_pb2.http]
        (bare,) = rule.additional_bindings
        assert getattr(rule, verb.lower()) == f"/admin/v1{path}"
        assert getattr(bare, verb.lower()) == path
        assert (rule.body, bare.body) == (body, body)
        assert options.Extensions[options_pb2.permission] == permission
        assert method.input_type.full_name == f"zitadel.admin.v1.{method.name}Request"
        assert method.output_type.full_name == f"zitadel.admin.v1.{method.name}Response"


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


def reasons() -> set[str]:
    """Return the reasons of all failures; those of a failed test are its codes."""
    return {failure.reason for failure in failure_types() if failure is not errors.SmtpTestFailed}


def test_each_reason_of_the_catalogue_is_in_the_proto_and_the_other_way_round() -> None:
    listed = {name.removeprefix("ERROR_REASON_") for name in error_reason_pb2.ErrorReason.keys()}  # noqa: SIM118
    assert listed - {"UNSPECIFIED"} == reasons()


def test_one_reason_is_also_a_code() -> None:
    """Both names are public; the code of a failed test has the stage in its metadata, and another gRPC code."""
    codes = {code.name for code in Code}
    assert codes & reasons() == {"PERMISSION_MISSING"}
    assert caller_errors.PermissionDenied.kind is not errors.SmtpTestFailed.kind


def test_secrets_are_input_only() -> None:
    for described in OURS.values():
        for field in described.fields:
            if field.type != FieldDescriptor.TYPE_STRING:
                continue
            secret = any(word in field.name for word in ("password", "secret", "access_token", "passphrase"))
            behaviours = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
            assert (field_behavior_pb2.INPUT_ONLY in behaviours) == secret, field.full_name


def parts(described: Descriptor) -> list[Descriptor]:
    """Return a message and those of ours that it holds."""
    inner = [f.message_type for f in described.fields if f.message_type is not None]
    ours = [part for part in inner if not part.full_name.startswith("google.protobuf.")]
    return [described, *(below for part in ours for below in parts(part))]


def test_every_text_that_a_caller_sends_is_bounded() -> None:
    """So that no field can be forgotten: one without a bound is one that nobody has thought of."""
    requests = [part for method in METHODS.values() for part in parts(method.input_type)]
    assert len(requests) > len(METHODS)
    for described in requests:
        for field in described.fields:
            rules = field.GetOptions().Extensions[options_pb2.rules]
            if field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
                assert rules.max_len, field.full_name
            if field.is_repeated and described.full_name.startswith("zitadel."):
                assert rules.max_items, field.full_name


def test_exactly_the_calls_that_add_take_an_idempotency_key() -> None:
    declared = {name for name, method in METHODS.items() if method.GetOptions().Extensions[options_pb2.idempotent]}
    assert declared == {name for name in METHODS if name.startswith(("Add", "Create", "Import"))}


def test_exactly_the_calls_that_change_one_record_take_an_expected_sequence() -> None:
    declared = {name for name, method in METHODS.items() if method.GetOptions().Extensions[options_pb2.conditional]}
    assert declared == {
        name for name in METHODS if name.startswith(("Update", "Activate", "Deactivate", "Remove", "Delete"))
    }


def test_a_field_that_must_be_sent_is_the_only_thing_that_a_call_is_for() -> None:
    """Elsewhere a client that leaves out what is empty, as protobuf's own does, would be refused."""
    explicit = {
        (name, field.name)
        for name, method in METHODS.items()
        for field in method.input_type.fields
        if field.GetOptions().Extensions[options_pb2.rules].explicit
    }
    assert explicit == {
        ("UpdateSMTPConfigPassword", "password"),
        ("UpdateEmailProviderSMTPPassword", "password"),
    }
