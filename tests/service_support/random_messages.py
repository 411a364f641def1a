"""Messages made of the descriptors by chance: good, wrong and hostile values in any field, any bytes, any JSON."""

from __future__ import annotations

import json
import random
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

MOST_DEEP = 4

TEXTS = (
    *(
        "",
        " ",
        "a",
        "0",
        "-1",
        "null",
        "smtp.example.com",
        "localhost:1",
        "127.0.0.1:1",
        "[::1]:1",
        "http://127.0.0.1:1/",
    ),
    *(
        "a@example.com",
        '"a b"@example.com',
        "a@[127.0.0.1]",
        "1",
        "default",
        "a" * 254,
        "x" * 5000,
        "\0",
        "\r\nRSET\r\n",
    ),
    *(
        "\x1b[2J",
        "\u202e",
        "\ufdfa" * 300,
        "xn--a",
        "ß.example",
        "é" * 64,
        "%00",
        "{}",
        "[]",
        "😀",
        "../..",
        "'--",
    ),
    *(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "9" * 400,
        "1e999",
        "::1",
        "a:99999",
        "smtps://a",
    ),
)
NUMBERS = (0, 1, -1, 2, 25, 587, 65535, 65536, 2**31 - 1, -(2**31), 2**32 - 1, 2**63 - 1, -(2**63), 2**64 - 1)
DEADLY = frozenset({"timeout"})  # a test that runs into its own deadline would take that long
_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


class Maker:
    """Makes requests of one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def message(self, method: MethodDescriptor) -> Message:
        """Return a request that protobuf can hold."""
        made: Message = GetMessageClass(method.input_type)()
        self._fill(made, 0)
        return made

    def octets(self, method: MethodDescriptor) -> bytes:
        """Return an encoded request, often damaged."""
        data = bytearray(self.message(method).SerializeToString())
        match self.chance.randrange(6):
            case 0:
                return self.chance.randbytes(self.chance.randrange(200))
            case 1:
                return bytes(data[: self.chance.randrange(len(data) + 1)])
            case 2 if data:
                data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
            case 3:
                return b"\x0b" * self.chance.choice((1, 99, 101, 10_000)) + bytes(data)  # groups in groups
            case 4:
                return bytes(data) + b"\xfa\xff\xff\xff\x0f\x00" * self.chance.randrange(5000)  # unknown fields
        return bytes(data)

    def document(self, method: MethodDescriptor) -> bytes:
        """Return a JSON body, often wrong."""
        match self.chance.randrange(8):
            case 0:
                return self.chance.randbytes(self.chance.randrange(100))
            case 1:
                return b"[" * self.chance.choice((1, 2000, 60_000))
            case 2:
                return b'{"a":' * self.chance.choice((1, 900, 12_000))
        return json.dumps(self._object(method.input_type, 0)).encode()

    def _fill(self, message: Message, depth: int) -> None:
        for field in message.DESCRIPTOR.fields:
            if self.chance.random() < 0.5 or field.name in DEADLY:
                continue
            if field.message_type is not None:
                if depth < MOST_DEEP and not field.message_type.GetOptions().map_entry:
                    part = getattr(message, field.name)
                    for one in [part.add() for _ in range(self.chance.randrange(4))] if field.is_repeated else [part]:
                        one.SetInParent()
                        self._fill(one, depth + 1)
            elif field.is_repeated:
                getattr(message, field.name).extend(self._value(field) for _ in range(self.chance.randrange(4)))
            else:
                setattr(message, field.name, self._value(field))

    def _value(self, field: Any) -> Any:
        if field.enum_type is not None:
            return self.chance.choice([*field.enum_type.values_by_number, 99, -1, 2**31 - 1])
        if field.type == FieldDescriptor.TYPE_STRING:
            return self.chance.choice(TEXTS)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return self.chance.randbytes(self.chance.choice((0, 1, 16, 28, 300)))
        if field.type == FieldDescriptor.TYPE_BOOL:
            return self.chance.random() < 0.5
        if field.cpp_type in _INTEGERS:
            least, greatest = _INTEGERS[field.cpp_type]
            return self.chance.choice([number for number in NUMBERS if least <= number <= greatest])
        return self.chance.choice((0.0, -0.0, 1e308, float("inf"), float("nan")))

    def _object(self, descriptor: Descriptor, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {self._unknown(descriptor): self._any()} if self.chance.random() < 0.2 else {}
        for field in descriptor.fields:
            if self.chance.random() < 0.5 or field.name in DEADLY:
                continue
            name = self.chance.choice((field.name, field.json_name))
            if self.chance.random() < 0.15 or depth >= MOST_DEEP:
                found[name] = self._any()
            elif field.message_type is not None:
                part = self._object(field.message_type, depth + 1)
                found[name] = [part] * self.chance.randrange(4) if field.is_repeated else part
            else:
                value = self._value(field)
                value = value.hex() if isinstance(value, bytes) else value
                found[name] = [value] * self.chance.randrange(4) if field.is_repeated else value
        return found

    def _unknown(self, descriptor: Descriptor) -> str:
        """Return a name that the message has not: misspelt, hostile or of nobody."""
        own = self.chance.choice([field.name for field in descriptor.fields] or ["tls"])
        return self.chance.choice(
            (
                "unknown",
                own.upper(),
                f"{own}s",
                own[1:],
                f" {own}",
                "@type",
                "a\r\nb: c",
                "\u202e",
                '"',
                "\ud800",
                "x" * 999,
            )
        )

    def _any(self) -> Any:
        return self.chance.choice(
            (None, True, 0, -1, 1e400, 2**70, "", "\ud800", [], {}, [[[[]]]], {"a": {"b": 1}}, "x" * 999)
        )
