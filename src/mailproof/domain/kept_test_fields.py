"""The fields that kept tests can be filtered and ordered by, by their names in the API. Pure."""

from __future__ import annotations

from mailproof.domain.filters import FieldKind, FilterField, FilterFields, ListOrder, OrderKey
from mailproof.domain.kept_test import KeptOutcome, TestTrigger

UNIQUE = "id"
"""The field that no two tests share. Later tests have greater ones."""

NEWEST_FIRST: ListOrder = (OrderKey("start_time", descending=True),)

# Stages, codes and depths are words of SMTP tests and of posts alike, perhaps of a newer release: none is refused.
TEST_FIELDS: FilterFields = {
    "id": FilterField(FieldKind.NUMBER),
    "config_id": FilterField(FieldKind.TEXT),
    "config_sequence": FilterField(FieldKind.NUMBER),
    "actor_token_id": FilterField(FieldKind.TEXT),
    "trigger": FilterField(FieldKind.WORD, tuple(TestTrigger), "TEST_TRIGGER_"),
    "depth": FilterField(FieldKind.WORD, prefix="DEPTH_"),
    "outcome": FilterField(FieldKind.WORD, tuple(KeptOutcome), "TEST_OUTCOME_"),
    "stage": FilterField(FieldKind.WORD, prefix="STAGE_"),
    "code": FilterField(FieldKind.WORD, prefix="CODE_"),
    "start_time": FilterField(FieldKind.MOMENT),
    "elapsed_ms": FilterField(FieldKind.NUMBER),
    "tls_version": FilterField(FieldKind.TEXT),
    "certificate_expire_time": FilterField(FieldKind.MOMENT),
    "reply_code": FilterField(FieldKind.NUMBER),
    "overridden": FilterField(FieldKind.TEXT, ordered=False),
}
