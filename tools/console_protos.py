"""What of the protos every browser is sent: the calls that the console makes, and what their messages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from google.protobuf import descriptor_pb2
from google.protobuf.message import Message

from smtpdiag.v1 import options_pb2

CALLS: Mapping[str, Sequence[str]] = {
    "smtpdiag.v1.AccessService": ("GetCaller",),
    "smtpdiag.v1.ConfigService": ("ListConfigOverviews",),
    "smtpdiag.v1.DiagnosisService": ("Diagnose",),
    "smtpdiag.v1.DiscoveryService": ("DiscoverSettings", "ListProviderPresets"),
    "smtpdiag.v1.FindingsService": ("GetFinding",),
    "smtpdiag.v1.InstanceService": (
        "ListEvents",
        "TestHTTPProvider",
        "ImportConfigs",
        "StreamExportConfigs",
        "BeginConfigsImport",
        "ContinueConfigsImport",
        "FinishConfigsImport",
        "UndoConfigsImport",
    ),
    "smtpdiag.v1.ServerService": ("GetServerInfo",),
    "smtpdiag.v1.TestService": ("GetTest", "ListTests"),
    "zitadel.admin.v1.AdminService": (
        "ListEmailProviders",
        "AddEmailProviderSMTP",
        "UpdateEmailProviderSMTP",
        "UpdateEmailProviderSMTPPassword",
        "AddEmailProviderHTTP",
        "UpdateEmailProviderHTTP",
        "ActivateEmailProvider",
        "DeactivateEmailProvider",
        "RemoveEmailProvider",
    ),
}
"""The calls by service. One that is missing here is missing in console/gen, and the console's types fail."""

ERROR_DETAILS = ("BadRequest", "ErrorInfo", "RequestInfo", "RetryInfo")
"""The messages of google.rpc that the console reads."""

RULES = "smtpdiag.v1.rules"
"""The one option that stays: a form has its `maxlength` from it."""

_File = descriptor_pb2.FileDescriptorProto


def slim(files: Iterable[_File]) -> list[_File]:
    """Return the files with nothing but what the console needs, in an order in which each finds what it imports."""
    kept = [file for file in files if not file.package.startswith("google.api")]
    for file in kept:
        if file.package != "google.protobuf":
            _drop_options(file)
    wanted = _reachable(kept)
    left = [file for file in (_only(file, wanted) for file in kept) if file is not None]
    names = {file.name for file in left}
    for file in left:
        needed = [name for name in file.dependency if name in names and _uses(file, name, left)]
        del file.dependency[:]
        file.dependency.extend(needed)
    return left


def _only(file: _File, wanted: set[str]) -> _File | None:
    """Return the file with what is wanted of it; nothing if that is nothing."""
    if file.package == "google.protobuf":
        return file
    prefix = f".{file.package}."
    for message in [message for message in file.message_type if prefix + message.name not in wanted]:
        file.message_type.remove(message)
    for enum in [enum for enum in file.enum_type if prefix + enum.name not in wanted]:
        file.enum_type.remove(enum)
    for extension in [extension for extension in file.extension if prefix + extension.name not in wanted]:
        file.extension.remove(extension)
    services = [service for service in file.service if f"{file.package}.{service.name}" in CALLS]
    for service in services:
        called = [method for method in service.method if method.name in CALLS[f"{file.package}.{service.name}"]]
        del service.method[:]
        service.method.extend(called)
    del file.service[:]
    file.service.extend(services)
    file.ClearField("source_code_info")  # its places are those of the whole file
    return file if file.message_type or file.enum_type or file.extension or file.service else None


def _reachable(files: Sequence[_File]) -> set[str]:
    """Return the full names of all messages, enumerations and extensions that the calls need."""
    messages = dict(_messages(files))
    start = [f".google.rpc.{name}" for name in ERROR_DETAILS]
    for file in files:
        for service in file.service:
            called = CALLS.get(f"{file.package}.{service.name}", ())
            unknown = set(called) - {method.name for method in service.method}
            if unknown:
                raise ValueError(f"{service.name} has no {', '.join(sorted(unknown))}")
            for method in service.method:
                if method.name in called:
                    start += [method.input_type, method.output_type]
        for extension in file.extension:
            if f"{file.package}.{extension.name}" == RULES:
                start += [f".{RULES}", extension.type_name]
    found: set[str] = set()
    while start:
        name = start.pop()
        if name not in found:
            found.add(name)
            start += _types(messages[name]) if name in messages else []
            start += [name.rpartition(".")[0]] if name.rpartition(".")[0] in messages else []  # a nested one's parent
    return found


def _messages(files: Sequence[_File]) -> Iterator[tuple[str, descriptor_pb2.DescriptorProto]]:
    for file in files:
        waiting = [(f".{file.package}.{message.name}", message) for message in file.message_type]
        while waiting:
            name, message = waiting.pop()
            yield name, message
            waiting += [(f"{name}.{nested.name}", nested) for nested in message.nested_type]


def _types(message: descriptor_pb2.DescriptorProto) -> list[str]:
    """Return the full names of the types of a message's fields, and of those nested in it, which stay with it."""
    own = [field.type_name for field in message.field if field.type_name]
    return own + [name for nested in message.nested_type for name in _types(nested)]


def _uses(file: _File, name: str, files: Sequence[_File]) -> bool:
    """Return whether a file has a field or method of a type that another one defines, or an option that it does."""
    (other,) = [each for each in files if each.name == name]
    own = [kind for message in file.message_type for kind in _types(message)]
    own += [
        kind
        for service in file.service
        for method in service.method
        for kind in (method.input_type, method.output_type)
    ]
    own += [kind for extension in file.extension for kind in (extension.type_name, extension.extendee)]
    defined = {full for full, _ in _messages([other])} | {f".{other.package}.{enum.name}" for enum in other.enum_type}
    defines_rules = any(extension.name == "rules" for extension in other.extension)
    return not defined.isdisjoint(own) or (defines_rules and _has_rules(file))


def _has_rules(file: _File) -> bool:
    fields = (field for _, message in _messages([file]) for field in message.field)
    return any(field.options.HasExtension(options_pb2.rules) for field in fields)


def _drop_options(message: Message) -> None:
    """Drop the options of all that is below a message, but the rules of fields and what makes a map a map."""
    for field, value in message.ListFields():
        if isinstance(value, descriptor_pb2.FieldOptions) and value.HasExtension(options_pb2.rules):
            kept = descriptor_pb2.FieldOptions()
            kept.Extensions[options_pb2.rules].CopyFrom(value.Extensions[options_pb2.rules])
            value.CopyFrom(kept)
        elif isinstance(value, descriptor_pb2.MessageOptions) and value.map_entry:
            value.CopyFrom(descriptor_pb2.MessageOptions(map_entry=True))
        elif field.name == "options":
            message.ClearField("options")
        elif field.message_type is not None and field.name != "source_code_info":
            for part in value if field.is_repeated else [value]:
                _drop_options(part)
