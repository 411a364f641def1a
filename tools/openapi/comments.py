"""The comments of the protos by the full names of what they describe, from the source info of a descriptor set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

Path = tuple[int, ...]
"""Where a declaration stands in its file, as google/protobuf/descriptor.proto numbers it."""

_MESSAGE, _ENUM, _SERVICE = 4, 5, 6  # of a file
_FIELD, _NESTED, _NESTED_ENUM, _ONEOF = 2, 3, 4, 8  # of a message
_MEMBER = 2  # of an enum its values, of a service its RPCs

_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*Answers )")
_SENTENCE = re.compile(r"(.+?[.!?])(?:\s+(?=[A-Z`])|\Z)", re.DOTALL)


def comments(described: FileDescriptorSet) -> dict[str, str]:
    """Return the comment before each declaration that has one: paragraphs of one line each."""
    found: dict[str, str] = {}
    for file in described.file:
        names = dict(_declared(file))
        for location in file.source_code_info.location:
            name = names.get(tuple(location.path))
            if name and location.leading_comments.strip():
                found[name] = _plain(location.leading_comments)
    return found


def comment_of(found: Mapping[str, str], name: str) -> str:
    """Return the comment of a declaration.

    Raises:
        LookupError: It has none.
    """
    try:
        return found[name]
    except KeyError:
        raise LookupError(f"{name} has no comment in its proto") from None


def summary_and_rest(text: str) -> tuple[str, str]:
    """Return the first sentence of a comment without its full stop, and what follows it."""
    first, _, others = text.partition("\n\n")
    match = _SENTENCE.match(first)
    sentence = match[1] if match else first
    rest = first[match.end() :] if match else ""
    return sentence.rstrip("."), "\n\n".join(part for part in (rest, others) if part)


def _plain(comment: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in _PARAGRAPH.split(comment.strip()))


def _declared(file: FileDescriptorProto) -> Iterator[tuple[Path, str]]:
    prefix = f"{file.package}." if file.package else ""
    for index, message in enumerate(file.message_type):
        yield from _in_message(message, (_MESSAGE, index), f"{prefix}{message.name}")
    for index, enum in enumerate(file.enum_type):
        yield from _members(enum, (_ENUM, index), f"{prefix}{enum.name}")
    for index, service in enumerate(file.service):
        yield from _members(service, (_SERVICE, index), f"{prefix}{service.name}")


def _in_message(message: DescriptorProto, path: Path, name: str) -> Iterator[tuple[Path, str]]:
    yield path, name
    for index, field in enumerate(message.field):
        yield (*path, _FIELD, index), f"{name}.{field.name}"
    for index, oneof in enumerate(message.oneof_decl):
        yield (*path, _ONEOF, index), f"{name}.{oneof.name}"
    for index, nested in enumerate(message.nested_type):
        yield from _in_message(nested, (*path, _NESTED, index), f"{name}.{nested.name}")
    for index, enum in enumerate(message.enum_type):
        yield from _members(enum, (*path, _NESTED_ENUM, index), f"{name}.{enum.name}")


def _members(parent: EnumDescriptorProto | ServiceDescriptorProto, path: Path, name: str) -> Iterator[tuple[Path, str]]:
    yield path, name
    if isinstance(parent, EnumDescriptorProto):
        members = [value.name for value in parent.value]
    else:
        members = [rpc.name for rpc in parent.method]
    for index, member in enumerate(members):
        yield (*path, _MEMBER, index), f"{name}.{member}"
