"""What a list shows of each configuration and its last tests: which rows are wanted, and what they hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mailproof.domain.filters import FieldKind, Filter, FilterField, FilterFields, ListOrder, OrderKey, SortValue
from mailproof.domain.model import Provider

OVERVIEW_FIELDS: FilterFields = {
    "id": FilterField(FieldKind.WORD),
    "state": FilterField(FieldKind.WORD, ("active", "inactive"), "PROVIDER_STATE_"),
    "kind": FilterField(FieldKind.WORD, ("smtp", "http")),
    "description": FilterField(FieldKind.TEXT, searched=True),
    "host": FilterField(FieldKind.TEXT, searched=True),
    "user": FilterField(FieldKind.TEXT, searched=True),
    "sender_address": FilterField(FieldKind.TEXT, searched=True),
    "sender_name": FilterField(FieldKind.TEXT, searched=True),
    "endpoint": FilterField(FieldKind.TEXT, searched=True),
    "tls": FilterField(FieldKind.BOOLEAN),
    "create_time": FilterField(FieldKind.MOMENT),
    "update_time": FilterField(FieldKind.MOMENT),
    "last_test.id": FilterField(FieldKind.NUMBER),
    "last_test.outcome": FilterField(FieldKind.WORD, ("ok", "fail", "cancelled"), "TEST_OUTCOME_"),
    "last_test.stage": FilterField(FieldKind.WORD, prefix="STAGE_"),
    "last_test.code": FilterField(FieldKind.WORD, prefix="CODE_"),
    "last_test.start_time": FilterField(FieldKind.MOMENT),
    "last_test.elapsed_ms": FilterField(FieldKind.NUMBER),
    "tls_version": FilterField(FieldKind.TEXT),
    "certificate_expire_time": FilterField(FieldKind.MOMENT),
}
"""By what overviews can be filtered and ordered, as the message ConfigOverview names it, settings without a prefix."""

DEFAULT_ORDER: ListOrder = (OrderKey("state"), OrderKey("create_time", descending=True))
"""The active one first, then the newest; "active" comes before "inactive"."""

UNIQUE = "id"
"""The field that no two configurations share."""


@dataclass(frozen=True, slots=True)
class OverviewQuery:
    """Which configurations of an instance are wanted.

    Attributes:
        condition: Only those that it selects; None for all.
        order: What they are ordered by, the id last.
        after: What the last one of the page before was sorted by; empty for the first page.
        limit: How many are returned at most.
        tests: How many tests of each are returned at most.
    """

    condition: Filter | None
    order: ListOrder
    after: tuple[SortValue, ...] = ()
    limit: int = 100
    tests: int = 20

    @property
    def reads_tests(self) -> bool:
        """Whether the tests of all configurations may have to be read for it."""
        return self.condition is not None or self.order != (*DEFAULT_ORDER, OrderKey(UNIQUE, descending=True))


@dataclass(frozen=True, slots=True)
class TestBrief:
    """A kept test in short, as `domain.kept_test.KeptTest` has it; the depth is empty for a post to a webhook."""

    id: str
    outcome: str
    stage: str
    code: str
    started_at: datetime
    elapsed_ms: int
    depth: str = ""


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """A configuration in a list.

    Attributes:
        provider: The configuration.
        tests: Its last tests with the stored settings, the newest first.
        secret_at: When the event happened that has its sealed secret; None where the log has none.
        tls_version: What the last test that came as far as TLS agreed on; empty for none.
        certificate_expires_at: When the server's certificate ends, as the last test saw it that was shown one.
        keys: What the row is sorted by, for the page after it.
    """

    provider: Provider
    tests: tuple[TestBrief, ...] = ()
    secret_at: datetime | None = None
    tls_version: str = ""
    certificate_expires_at: datetime | None = None
    keys: tuple[SortValue, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """A part of the list.

    Attributes:
        rows: The configurations of this part.
        count: How many the instance has in all.
    """

    rows: tuple[OverviewRow, ...]
    count: int
