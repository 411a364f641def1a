"""Any value of a frozen dataclass, made of its fields' types, so that a new field is among them."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

TEXTS = (
    "",
    "ok",
    "x" * 300,
    "邮件被拒绝" * 200,
    "\n".join(["250-x"] * 128),
    '"\\' * 200,
    "\U0001f4a9" * 500,
    "\x00\x7f\x9b" * 100,
)
LEAVES: dict[Any, Callable[[random.Random], Any]] = {
    str: lambda draw: draw.choice(TEXTS)[: draw.randrange(1500)],
    int: lambda draw: draw.randrange(2 ** draw.randrange(31)),
    float: lambda draw: draw.random() * 3600,
    bool: lambda draw: draw.random() < 0.5,
    datetime: lambda draw: datetime.fromtimestamp(draw.randrange(2**40) / 1000, UTC),
}


def any_of(kind: Any, draw: random.Random) -> Any:
    """Return a value of a type."""
    inner = get_args(kind)
    if kind in LEAVES:
        return LEAVES[kind](draw)
    if isinstance(kind, UnionType):
        return draw.choice([None, any_of(inner[0], draw)])
    if get_origin(kind) is tuple:
        return tuple(any_of(inner[0], draw) for _ in range(draw.choice((0, 1, 3, 10, draw.randrange(60)))))
    if get_origin(kind) is Mapping:
        return {f"X{place}{any_of(str, draw)}": any_of(str, draw) for place in range(draw.choice((0, 3, 100)))}
    if issubclass(kind, Enum):
        return draw.choice(list(kind))
    hints = get_type_hints(kind)
    return kind(**{field.name: any_of(hints[field.name], draw) for field in dataclasses.fields(kind)})
