"""The rules that the protos declare for fields (smtpdiag.v1.rules), compiled once per message type.

Collects every violation of a request, not only the first. The parsers of `syntax` check texts, so that a request may
say what the probe and the command line accept. protovalidate is not used because its Python library needs a second,
pre-1.0 protobuf runtime and more memory than this whole package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from mailproof.discovery.did_you_mean import refusal_in_words
from mailproof.domain.errors import FieldViolation
from mailproof.domain.phrase import say
from mailproof.syntax.host import MAX_PORT, read_port
from mailproof.syntax.mailbox import parse_mailbox
from mailproof.syntax.oauth import check_scope, parse_endpoint
from mailproof.syntax.pem import check_ca_pem
from mailproof.syntax.text import has_controls
from mailproof.syntax.typed_host import parse_host_port, parse_typed_host
from mailproof.webhook.format import parse_webhook
from smtpdiag.v1 import options_pb2

Check = Callable[[Any], str | None]
"""Takes a field's value and returns what is wrong with it as a phrase ("must be …"), or None if nothing is."""


@dataclass(frozen=True, slots=True)
class _FieldRules:
    """The rules of one field, read once from its descriptor.

    Attributes:
        name: The field's name.
        check: The check of each value, None if there is none.
        message: Whether the values are messages, which have rules of their own.
        repeated: Whether the field is repeated.
        max_items: How many values a repeated field may have; 0 for any number.
        reference: The reference service's error id for a violation, "" if there is none.
    """

    name: str
    check: Check | None
    message: bool
    repeated: bool
    max_items: int
    reference: str

    @property
    def plain(self) -> bool:
        """Whether the field has one value, which is no message."""
        return not self.message and not self.repeated


def violations(message: Message, prefix: str = "") -> Iterator[tuple[FieldViolation, str]]:
    """Yield each violation of a message's declared rules.

    Args:
        message: The message; the messages in its fields are checked too.
        prefix: Put before the fields' names.

    Yields:
        The violation, and the reference service's error id for it ("" if there is none).
    """
    for rules in _rules_of(message.DESCRIPTOR):
        name, check = rules.name, rules.check
        value = getattr(message, name)
        if check is not None and rules.plain:
            problem = check(value)
            if problem is not None:
                yield FieldViolation(f"{prefix}{name}", problem), rules.reference
        elif rules.repeated:
            yield from _list_violations(rules, value, f"{prefix}{name}")
        elif rules.message and message.HasField(name):
            yield from violations(value, f"{prefix}{name}.")


def _list_violations(rules: _FieldRules, values: Sequence[Any], path: str) -> Iterator[tuple[FieldViolation, str]]:
    if rules.max_items and len(values) > rules.max_items:
        yield (
            FieldViolation(path, say("must have at most {max_items} items", max_items=rules.max_items)),
            rules.reference,
        )
        return  # the bound exists so that nobody has to check so many values
    for index, value in enumerate(values):
        if rules.message:
            yield from violations(value, f"{path}[{index}].")
        elif rules.check is not None:
            problem = rules.check(value)
            if problem is not None:
                yield FieldViolation(f"{path}[{index}]", problem), rules.reference


@cache
def _rules_of(descriptor: Descriptor) -> tuple[_FieldRules, ...]:
    """Return the rules of a message's fields; fields without rules are left out."""
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
        return lambda value: (
            say("must be at most {limit}", limit=limit) if isinstance(value, int) and value > limit else None
        )
    return None


def _enum_check(enum: EnumDescriptor) -> Check:
    known = frozenset(enum.values_by_number)
    names = ", ".join(value.name for value in enum.values if value.number)
    return lambda value: None if value in known else say("must be one of {names}", names=names)


def _string_check(rules: options_pb2.FieldRules) -> Check:
    least, most, syntax = rules.min_len, rules.max_len, _SYNTAXES.get(rules.format)
    any_character = rules.format in (options_pb2.FORMAT_ANY, options_pb2.FORMAT_CERTIFICATES)

    def check(text: Any) -> str | None:
        trimmed = text.strip()
        if least and len(trimmed) < least:
            return say("must not be empty") if least == 1 else say("must have at least {least} characters", least=least)
        if most and len(text) > most:
            return say("must have at most {most} characters", most=most)
        if not any_character and has_controls(text):
            return say("must not contain control characters")
        if syntax is not None and trimmed:
            try:
                syntax(trimmed)
            except ValueError as error:
                return refusal_in_words(error)
        return None

    return check


def _bytes_check(rules: options_pb2.FieldRules) -> Check:
    least, most = rules.min_len, rules.max_len

    def check(value: object) -> str | None:
        length = len(value) if isinstance(value, bytes) else 0
        if length < least:
            return say("must have at least {least} octets", least=least)
        return say("must have at most {most} octets", most=most) if most and length > most else None

    return check


def _port(text: str) -> None:
    if read_port(text) is None:
        raise ValueError(say("must be a port number between 1 and {max_port}", max_port=MAX_PORT))


def _auth_method(text: str) -> None:
    if text not in {"SSL", "TLS"}:
        raise ValueError(say('must be "SSL", "TLS" or empty'))


_SYNTAXES: dict[int, Callable[[str], object]] = {
    options_pb2.FORMAT_HOST_PORT: parse_host_port,
    options_pb2.FORMAT_HOST: parse_typed_host,
    options_pb2.FORMAT_MAILBOX: parse_mailbox,
    options_pb2.FORMAT_PORT: _port,
    options_pb2.FORMAT_AUTH_METHOD: _auth_method,
    options_pb2.FORMAT_CERTIFICATES: check_ca_pem,
    options_pb2.FORMAT_WEBHOOK: parse_webhook,
    options_pb2.FORMAT_TOKEN_ENDPOINT: parse_endpoint,
    options_pb2.FORMAT_SCOPE: check_scope,
}
