"""The protos by the conventions of the field: gaps are reserved, ids refer to resources, comments are sentences."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.api import resource_pb2
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FieldDescriptor
from grpc_tools import protoc

from service_support.rules import FILES

PROTO = Path(__file__).parents[3] / "proto"
GOOGLEAPIS = Path(resource_pb2.__file__).parents[2]
WELL_KNOWN = Path(protoc.__file__).parent / "_proto"

Numbered = descriptor_pb2.DescriptorProto | descriptor_pb2.EnumDescriptorProto


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[descriptor_pb2.FileDescriptorProto]:
    """The protos with their comments, which the generated modules don't have."""
    into = tmp_path_factory.mktemp("protos") / "all.binpb"
    names = [str(path.relative_to(PROTO)) for path in sorted(PROTO.rglob("*.proto"))]
    paths = [f"-I{folder}" for folder in (PROTO, GOOGLEAPIS, WELL_KNOWN)]
    assert protoc.main(["protoc", *paths, f"--descriptor_set_out={into}", "--include_source_info", *names]) == 0
    files = descriptor_pb2.FileDescriptorSet.FromString(into.read_bytes()).file
    assert {file.name for file in files} == {file.name for file in FILES}
    return list(files)


# --- numbers ------------------------------------------------------------------------------------------------------


def file_of(name: str) -> descriptor_pb2.FileDescriptorProto:
    described = descriptor_pb2.FileDescriptorProto()
    next(file for file in FILES if file.name == name).CopyToProto(described)
    return described


def numbered(
    inner: descriptor_pb2.FileDescriptorProto | descriptor_pb2.DescriptorProto, prefix: str
) -> Iterator[tuple[str, Numbered]]:
    """Yield every message and enum, with its full name."""
    messages = inner.message_type if isinstance(inner, descriptor_pb2.FileDescriptorProto) else inner.nested_type
    for enum in inner.enum_type:
        yield f"{prefix}.{enum.name}", enum
    for message in messages:
        yield f"{prefix}.{message.name}", message
        yield from numbered(message, f"{prefix}.{message.name}")


def gaps(described: Numbered) -> list[int]:
    """Return the numbers below the greatest one that are neither used nor reserved, and those that are both."""
    if isinstance(described, descriptor_pb2.DescriptorProto):
        first, used = 1, [field.number for field in described.field]
        reserved = {number for span in described.reserved_range for number in range(span.start, span.end)}
    else:  # an enum's ranges include their end
        first, used = 0, [value.number for value in described.value]
        reserved = {number for span in described.reserved_range for number in range(span.start, span.end + 1)}
    return [n for n in range(first, max(used, default=0) + 1) if (n in used) == (n in reserved)]


ALL = dict(pair for file in FILES for pair in numbered(file_of(file.name), file.package))


@pytest.mark.parametrize("name", ALL)
def test_every_gap_between_numbers_is_reserved(name: str) -> None:
    assert gaps(ALL[name]) == []


def test_a_gap_is_found_where_it_is_not_reserved() -> None:
    found = {}
    for name, described in ALL.items():
        bare = type(described).FromString(described.SerializeToString())
        del bare.reserved_range[:]
        found[name] = gaps(bare)
    assert {name: numbers for name, numbers in found.items() if numbers} == {
        "smtpdiag.v1.ErrorReason": list(range(23, 40)),
        "zitadel.settings.v1.EmailProviderSMTP": [7, 8],
    }


# --- resources ----------------------------------------------------------------------------------------------------

PATTERN = re.compile(r"(?:[a-z][A-Za-z]*|\{[a-z_]+\})(?:/(?:[a-z][A-Za-z]*|\{[a-z_]+\}))*")
TYPE = re.compile(r"mailproof/[A-Z][A-Za-z0-9]*")  # the service's name is that of google.rpc.ErrorInfo.domain


def fields() -> Iterator[FieldDescriptor]:
    """Yield every field of ours."""
    pools = {file.pool for file in FILES}
    for name, described in ALL.items():
        if isinstance(described, descriptor_pb2.DescriptorProto) and not described.options.map_entry:
            (pool,) = pools
            yield from pool.FindMessageTypeByName(name).fields


def resources() -> list[resource_pb2.ResourceDescriptor]:
    found = [one for file in FILES for one in file.GetOptions().Extensions[resource_pb2.resource_definition]]
    containers = {field.containing_type.full_name: field.containing_type for field in fields() if field.containing_type}
    for message in containers.values():
        one = message.GetOptions().Extensions[resource_pb2.resource]
        if one.type:
            named = message.fields_by_name[one.name_field]
            assert named.type == FieldDescriptor.TYPE_STRING
            found.append(one)
    return found


def test_each_resource_is_defined_once_and_well() -> None:
    defined = {one.type: one for one in resources()}
    assert set(defined) == {"mailproof/EmailProvider", "mailproof/Instance", "mailproof/AccessToken", "mailproof/Test"}
    assert len(defined) == len(resources())
    for kind, one in defined.items():
        assert TYPE.fullmatch(kind)
        assert one.pattern
        assert all(PATTERN.fullmatch(pattern) for pattern in one.pattern)
        assert one.singular == kind.partition("/")[2][0].lower() + kind.partition("/")[2][1:]
        assert one.plural == f"{one.singular}s"


def test_each_reference_is_to_a_resource() -> None:
    known = {one.type for one in resources()}
    for field in fields():
        reference = field.GetOptions().Extensions[resource_pb2.resource_reference].type
        if reference:
            assert field.type == FieldDescriptor.TYPE_STRING
            assert reference in known, field.full_name


def test_each_id_refers_to_a_resource() -> None:
    """So that no id can be forgotten; what is none of a resource of this service is named here."""
    others = {
        "zitadel.settings.v1.EmailProvider.id",  # the resource's own name
        "smtpdiag.v1.Test.id",  # likewise
        "zitadel.v1.ErrorDetail.id",
        "smtpdiag.v1.ExportedProvider.id",  # these two name it in the instance that the document is of
        "smtpdiag.v1.ImportedProvider.old_id",
        "smtpdiag.v1.ConfigsHeader.export_id",  # a document's name, and an import's: neither is stored
        "smtpdiag.v1.ConfigsPage.export_id",
        "smtpdiag.v1.ConfigsTrailer.export_id",
        "smtpdiag.v1.BeginConfigsImportResponse.import_id",
        "smtpdiag.v1.ConfigEvent.import_id",
    }
    bare = {
        field.full_name
        for field in fields()
        if re.search(r"(^|_)id$|^resource_owner$", field.name)
        and field.name != "client_id"
        and not field.GetOptions().Extensions[resource_pb2.resource_reference].type
    }
    assert bare == others


# --- comments -----------------------------------------------------------------------------------------------------

LEAST_WORDS = 5

Place = tuple[int, ...]


def named(inner: Any, path: Place = ()) -> Iterator[Place]:
    """Yield the path of each message, field, oneof, enum, value, service, RPC and extension below a descriptor."""
    for descriptor, value in inner.ListFields():
        if descriptor.is_repeated and descriptor.message_type is not None and descriptor.name in NAMED:
            for index, each in enumerate(value):
                below = (*path, descriptor.number, index)
                yield below
                yield from named(each, below)


NAMED = {
    "message_type",
    "nested_type",
    "field",
    "oneof_decl",
    "enum_type",
    "value",
    "service",
    "method",
    "extension",
}
"""The lists of a descriptor whose items have names, and so comments."""


def comments(file: descriptor_pb2.FileDescriptorProto) -> dict[Place, str]:
    """Return the comment of each thing that has a name, empty where there is none."""
    said = {tuple(each.path): each.leading_comments for each in file.source_code_info.location}
    return {path: " ".join(said[path].split()) for path in named(file) if path in said}


def wrong_with(comment: str) -> str:
    """Return what is wrong with a comment, "" for nothing."""
    prose = re.sub(r' ?\{"reason".*\}', "", comment)  # the example of an error
    if len(prose.split()) < LEAST_WORDS:
        return "says too little"
    if not re.match(r'["`A-Z0-9]', prose):
        return "begins like no sentence"
    return "" if prose.endswith(".") else "ends like no sentence"


def test_every_comment_is_a_sentence_that_says_something(sources: list[descriptor_pb2.FileDescriptorProto]) -> None:
    found = [text for file in sources for text in comments(file).values()]
    assert len(found) > 600
    assert [f"{problem}: {text}" for text in found if (problem := wrong_with(text))] == []


@pytest.mark.parametrize("comment", ["", "What.", "In words.", "Its id.", "E.g. TLS 1.3", "the address of the server."])
def test_a_comment_that_says_nothing_is_found(comment: str) -> None:
    assert wrong_with(comment)


CODES = re.compile(r"\b(?:INVALID_ARGUMENT|NOT_FOUND|ALREADY_EXISTS|FAILED_PRECONDITION|RESOURCE_EXHAUSTED)\b")


def test_every_rpc_names_its_error_codes(sources: list[descriptor_pb2.FileDescriptorProto]) -> None:
    """Its own, or none beyond those of all of its service, which the service names."""
    seen = 0
    for file in sources:
        said = comments(file)
        for at, service in enumerate(file.service):
            common = CODES.search(said[(6, at)])
            for place, method in enumerate(service.method):
                text = said[(6, at, 2, place)]
                assert "Answers " in text, method.name
                assert CODES.search(text) or (common and "no codes beyond" in text), method.name
                seen += 1
    assert seen == 43
