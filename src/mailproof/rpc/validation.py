"""The rules that the protos declare for fields (smtpdiag.v1.rules), compiled once per message type.

Collects every violation of a request, not the first. The syntaxes themselves are the domain's own parsers, so that
what is accepted here is what the probe and the command line accept. protovalidate was weighed and left: its Python
library rests on a second, pre-1.0 protobuf runtime and costs more memory than this whole package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from mailproof.domain.errors import FieldViolation
from mailproof.syntax.host import MAX_PORT, check_host, read_port, split_host_port
from mailproof.syntax.mailbox import parse_mailbox
from mailproof.syntax.oauth import check_scope, parse_endpoint
from mailproof.syntax.pem import check_ca_pem
from mailproof.syntax.text import has_controls
from mailproof.webhook.format import parse_webhook
from smtpdiag.v1 import options_pb2

Check = Callable[[Any], str | None]
"""Takes a field's value and returns what it must be, or None where it is."""


@dataclass(frozen=True, slots=True)
class _FieldRules:
    """How one field is checked; what its descriptor says of it is asked once, here."""

    name: str
    check: Check | None
    message: bool
    repeated: bool
    max_items: int
    reference: str

    @property
    def plain(self) -> bool:
        """Whether it is a single value with a check."""
        return not self.message and not self.repeated


def violations(message: Message, prefix: str = "") -> Iterator[tuple[FieldViolation, str]]:
    """Yield each violated rule of a message and its parts, with the reference service's error id ("" if none)."""
    for plan in _plans(message.DESCRIPTOR):
        name, check = plan.name, plan.check
        value = getattr(message, name)
        if check is not None and plan.plain:
            problem = check(value)
            if problem is not None:
                yield FieldViolation(f"{prefix}{name}", problem), plan.reference
        elif plan.repeated:
            yield from _list_violations(plan, value, f"{prefix}{name}")
        elif plan.message and message.HasField(name):
            yield from violations(value, f"{prefix}{name}.")


def _list_violations(plan: _FieldRules, values: Sequence[Any], path: str) -> Iterator[tuple[FieldViolation, str]]:
    if plan.max_items and len(values) > plan.max_items:
        yield FieldViolation(path, f"must have at most {plan.max_items} items"), plan.reference
        return  # looking at each would cost what the bound is to save
    for index, value in enumerate(values):
        if plan.message:
            yield from violations(value, f"{path}[{index}].")
        elif plan.check is not None:
            problem = plan.check(value)
            if problem is not None:
                yield FieldViolation(f"{path}[{index}]", problem), plan.reference


@cache
def _plans(descriptor: Descriptor) -> tuple[_FieldRules, ...]:
    found: list[_FieldRules] = []
    for field in descriptor.fields:
        rules = field.GetOptions().Extensions[options_pb2.rules]
        part = field.message_type
        if part is None:
            check = _check(field, rules)
            if check is None and not rules.max_items:
                continue
        elif part.GetOptions().map_entry or (part.file.package.startswith("google.protobuf") and not rules.max_items):
            continue
        else:
            check = None
        found.append(
            _FieldRules(field.name, check, part is not None, field.is_repeated, rules.max_items, rules.reference)
        )
    return tuple(found)


def _check(field: FieldDescriptor, rules: options_pb2.FieldRules) -> Check | None:
    if field.type == FieldDescriptor.TYPE_STRING:
        return _string_check(rules)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _bytes_check(rules)
    if field.enum_type is not None:
        return _enum_check(field.enum_type)
    if rules.max:
        limit = rules.max
        return lambda value: f"must be at most {limit}" if isinstance(value, int) and value > limit else None
    return None


def _enum_check(enum: EnumDescriptor) -> Check:
    known = frozenset(enum.values_by_number)
    names = ", ".join(value.name for value in enum.values if value.number)
    return lambda value: None if value in known else f"must be one of {names}"


def _string_check(rules: options_pb2.FieldRules) -> Check:
    least, most, syntax = rules.min_len, rules.max_len, _SYNTAXES.get(rules.format)
    any_character = rules.format in (options_pb2.FORMAT_ANY, options_pb2.FORMAT_CERTIFICATES)

    def check(text: Any) -> str | None:
        trimmed = text.strip()
        if least and len(trimmed) < least:
            return "must not be empty" if least == 1 else f"must have at least {least} characters"
        if most and len(text) > most:
            return f"must have at most {most} characters"
        if not any_character and has_controls(text):
            return "must not contain control characters"
        if syntax is not None and trimmed:
            try:
                syntax(trimmed)
            except ValueError as error:
                return str(error)
        return None

    return check


def _bytes_check(rules: options_pb2.FieldRules) -> Check:
    least, most = rules.min_len, rules.max_len

    def check(value: object) -> str | None:
        length = len(value) if isinstance(value, bytes) else 0
        if length < least:
            return f"must have at least {least} octets"
        return f"must have at most {most} octets" if most and length > most else None

    return check


def _port(text: str) -> None:
    if read_port(text) is None:
        raise ValueError(f"must be a port number between 1 and {MAX_PORT}")


def _auth_method(text: str) -> None:
    if text not in {"SSL", "TLS"}:
        raise ValueError('must be "SSL", "TLS" or empty')


_SYNTAXES: dict[int, Callable[[str], object]] = {
    options_pb2.FORMAT_HOST_PORT: split_host_port,
    options_pb2.FORMAT_HOST: check_host,
    options_pb2.FORMAT_MAILBOX: parse_mailbox,
    options_pb2.FORMAT_PORT: _port,
    options_pb2.FORMAT_AUTH_METHOD: _auth_method,
    options_pb2.FORMAT_CERTIFICATES: check_ca_pem,
    options_pb2.FORMAT_WEBHOOK: parse_webhook,
    options_pb2.FORMAT_TOKEN_ENDPOINT: parse_endpoint,
    options_pb2.FORMAT_SCOPE: check_scope,
}
