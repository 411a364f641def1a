"""google.api.field_behavior is true: a call without a REQUIRED field is refused, and what is OUTPUT_ONLY is ignored."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from mailproof.domain.errors import Kind
from mailproof.rpc.calls import Call, Decode
from mailproof.rpc.intake import Intake
from mailproof.rpc.status import StatusError
from service_support.rules import FILES, METHODS, Trail, path_of, rules_of, sample, trails
from service_support.table import Table
from smtpdiag.v1 import diagnosis_pb2, instance_pb2, options_pb2

REQUIRED = field_behavior_pb2.REQUIRED
OPTIONAL = field_behavior_pb2.OPTIONAL
OUTPUT_ONLY = field_behavior_pb2.OUTPUT_ONLY
INPUT_ONLY = field_behavior_pb2.INPUT_ONLY

SEEDS: dict[str, tuple[Message, ...]] = {
    "Diagnose": (
        diagnosis_pb2.DiagnoseRequest(host="mx.example.com", user="someone"),
        diagnosis_pb2.DiagnoseRequest(config_id="1"),
    ),
}
"""What a request must have beside the REQUIRED fields, where one of several is mandatory: each way to have it."""

VALUES = {"token_endpoint": "https://id.example.com/"}
"""Good values of fields whose syntax no declared rule names."""


def behaviours(field: FieldDescriptor) -> list[int]:
    return list(field.GetOptions().Extensions[field_behavior_pb2.field_behavior])


def all_messages(parent: FileDescriptor | Descriptor) -> Iterator[Descriptor]:
    inner = parent.message_types_by_name if isinstance(parent, FileDescriptor) else parent.nested_types_by_name
    for described in inner.values():
        if not described.GetOptions().map_entry:
            yield described
            yield from all_messages(described)


SENT = [(method, trail) for method in METHODS.values() for trail, _ in trails(method.input_type)]
MANDATORY = [(method, trail) for method, trail in SENT if REQUIRED in behaviours(trail[-1])]
IN_REQUESTS = {method.input_type.full_name for method in METHODS.values()} | {
    trail[-2].message_type.full_name for _, trail in SENT if len(trail) > 1 and trail[-2].message_type
}


def name_of(case: MethodDescriptor | Trail) -> str:
    return case.name if isinstance(case, MethodDescriptor) else path_of(case)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    made = Table(tmp_path_factory.mktemp("table"))
    yield made
    made.close()


def filled(described: Descriptor) -> Message:
    """Return a message that has its REQUIRED fields and no other."""
    message: Message = GetMessageClass(described)()
    for field in described.fields:
        if REQUIRED in behaviours(field):
            fill(message, field)
    return message


def fill(message: Message, field: FieldDescriptor) -> None:
    """Give a field a good value."""
    if field.message_type is not None:
        getattr(message, field.name).CopyFrom(filled(field.message_type))
    elif field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
        setattr(message, field.name, VALUES.get(field.name) or sample(field))
    else:
        setattr(message, field.name, 1)


def seeds(method: MethodDescriptor) -> tuple[Message, ...]:
    return SEEDS.get(method.name) or (GetMessageClass(method.input_type)(),)


def request_with(method: MethodDescriptor, trail: Trail, seed: Message | None = None) -> tuple[Any, Any]:
    """Return a request that has its REQUIRED fields, those of the parts on a trail too; and the trail's last part."""
    request = filled(method.input_type)
    request.MergeFrom(seed or seeds(method)[0])
    inner: Any = request
    for field in trail[:-1]:
        assert field.message_type is not None
        if field.is_repeated:
            inner = getattr(inner, field.name).add()
        else:
            inner = getattr(inner, field.name)
            inner.SetInParent()
        inner.MergeFrom(filled(field.message_type))
    return request, inner


def answers(table: Table, method: MethodDescriptor, request: Message) -> list[Any]:
    """Make a call; return what it answers."""
    called = table.calls.methods[f"/{method.containing_service.full_name}/{method.name}"]
    call = Call("test", f"Bearer {table.admin}", "192.0.2.7:4711")

    async def read(_: Intake) -> Decode:
        return lambda _: request

    async def run() -> list[Any]:
        if not called.streaming:
            return [await table.calls.unary(called, call, read)]
        messages: list[Any] = []

        async def deliver(message: Message) -> None:
            messages.append(message)

        await table.calls.stream(called, call, read, deliver)
        return messages

    return asyncio.run(run())


def refused_fields(table: Table, method: MethodDescriptor, request: Message) -> list[str]:
    """Make a call; return the fields that it is refused for, none where it is not, or for another reason."""
    try:
        answers(table, method, request)
    except StatusError as refusal:
        failure = refusal.failure
        assert failure is not None
        if failure.kind is Kind.INVALID_ARGUMENT:
            assert failure.violations
        return [violation.field for violation in failure.violations]
    return []


@pytest.mark.parametrize(("method", "trail"), MANDATORY, ids=name_of)
def test_a_required_field_is_refused_where_it_is_missing_and_only_there(
    table: Table, method: MethodDescriptor, trail: Trail
) -> None:
    path, field = path_of(trail), trail[-1]
    request, inner = request_with(method, trail)
    assert path not in refused_fields(table, method, request)
    inner.ClearField(field.name)
    assert refused_fields(table, method, request) == [path]


def test_there_are_required_fields_of_every_kind() -> None:
    kinds = {trail[-1].type for _, trail in MANDATORY}
    wanted = {"STRING", "BYTES", "UINT32", "MESSAGE"}
    assert kinds == {getattr(FieldDescriptor, f"TYPE_{kind}") for kind in wanted}
    assert len(MANDATORY) > 60


@pytest.mark.parametrize("method", METHODS.values(), ids=name_of)
def test_a_request_of_nothing_but_the_required_fields_is_not_refused_for_a_field(
    table: Table, method: MethodDescriptor
) -> None:
    for seed in seeds(method):
        request, _ = request_with(method, (), seed)
        assert refused_fields(table, method, request) == []


@pytest.mark.parametrize(("method", "trail"), SENT, ids=name_of)
def test_what_the_declared_rules_make_mandatory_is_marked_so(method: MethodDescriptor, trail: Trail) -> None:
    field = trail[-1]
    if rules_of(field).min_len and not field.is_repeated and field.containing_oneof is None:
        assert REQUIRED in behaviours(field)


@pytest.mark.parametrize(("method", "trail"), SENT, ids=name_of)
def test_each_field_of_a_request_says_whether_it_is_mandatory(method: MethodDescriptor, trail: Trail) -> None:
    field = trail[-1]
    said = behaviours(field)
    assert len([one for one in said if one in (REQUIRED, OPTIONAL, OUTPUT_ONLY)]) == 1
    assert set(said) <= {REQUIRED, OPTIONAL, OUTPUT_ONLY, INPUT_ONLY}
    if field.containing_oneof is not None:  # its siblings may be set in its stead
        assert said[-1] == OPTIONAL


def test_every_field_that_no_request_has_is_output_only() -> None:
    answered = [
        field
        for file in FILES
        for described in all_messages(file)
        if described.full_name not in IN_REQUESTS | {options_pb2.FieldRules.DESCRIPTOR.full_name}
        for field in described.fields
    ]
    assert len(answered) > 150
    assert [field.full_name for field in answered if behaviours(field) != [OUTPUT_ONLY]] == []


def test_what_is_output_only_in_a_request_is_ignored(table: Table) -> None:
    ignored = {path_of(trail) for method, trail in SENT if OUTPUT_ONLY in behaviours(trail[-1])}
    moments = ("providers[0].create_time", "providers[0].update_time")
    assert ignored == {
        "document.export_time",
        "header.export_time",
        "trailer.changed_count",
        "trailer.removed_count",
        *(f"{part}.{each}" for part in ("document", "page") for each in moments),
    }
    documents = []
    for told in (False, True):
        document = instance_pb2.ConfigsDocument(format_version=1)
        provider = document.providers.add(id="1")
        provider.http.endpoint = "https://hooks.example.com/x"
        if told:
            for moment in (document.export_time, provider.create_time, provider.update_time):
                moment.FromSeconds(-1)
        imported = answers(table, METHODS["ImportConfigs"], instance_pb2.ImportConfigsRequest(document=document))[
            0
        ].providers[0]
        exported = answers(table, METHODS["ExportConfigs"], instance_pb2.ExportConfigsRequest())[0].document
        (kept,) = (each for each in exported.providers if each.id == imported.id)
        documents.append((exported.export_time.seconds > 0, kept.create_time.seconds > 0, kept.update_time.seconds > 0))
    assert documents == [(True, True, True)] * 2
