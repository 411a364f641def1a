"""The numbers that the generated enums of smtpdiag.v1's vocabulary have for our words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from mailproof.smtp.vocabulary import ChangeKind, Code, Depth, Outcome, Severity, Stage, TlsMode
from smtpdiag.v1 import vocabulary_pb2

E = TypeVar("E", bound=Enum)


def numbers(words: type[E], known: Mapping[str, int], prefix: str) -> dict[E, Any]:
    """Map our words to a generated enum's numbers (each enum has a NewType of its own, hence Any)."""
    return {word: known[f"{prefix}_{word.name}"] for word in words}


CODES = numbers(Code, dict(vocabulary_pb2.Code.items()), "CODE")
STAGES = numbers(Stage, dict(vocabulary_pb2.Stage.items()), "STAGE")
OUTCOMES = numbers(Outcome, dict(vocabulary_pb2.Outcome.items()), "OUTCOME")
SEVERITIES = numbers(Severity, dict(vocabulary_pb2.Severity.items()), "SEVERITY")
TLS_MODES = numbers(TlsMode, dict(vocabulary_pb2.TlsMode.items()), "TLS_MODE")
DEPTHS = numbers(Depth, dict(vocabulary_pb2.Depth.items()), "DEPTH")
CHANGE_KINDS = numbers(ChangeKind, dict(vocabulary_pb2.ChangeKind.items()), "CHANGE_KIND")
