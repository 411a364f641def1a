"""The use case of listing configurations: settings, state, whether the secret opens, and their last tests, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.filters import SortValue, fields_of
from mailproof.domain.model import Caller, HttpSettings, Provider
from mailproof.domain.overview import DEFAULT_ORDER, OVERVIEW_FIELDS, UNIQUE, OverviewQuery, OverviewRow
from mailproof.domain.phrase import say
from mailproof.domain.secret import SealBroken, Vault
from mailproof.store.contract import OverviewStore
from mailproof.syntax.filter import parse_filter
from mailproof.syntax.order_by import parse_order_by
from mailproof.usecases.list_reads import ListReads
from mailproof.usecases.page_token import make_list_token, read_list_token
from mailproof.usecases.provider_secrets import open_secret

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
"""A page of that size takes some 60 ms (docs/performance.md)."""

RECENT_TESTS = 20
"""How many tests of each configuration a list shows."""

MAX_TEST_TERMS = 10
"""Terms of a filter on what tests say: with 1,000 configurations of 100 tests each takes 40 to 110 ms."""

_LIST = "configs"
_OF_TESTS = frozenset(
    {"tls_version", "certificate_expire_time"} | {n for n in OVERVIEW_FIELDS if n.startswith("last_test.")}
)


class SecretStanding(Enum):
    """Whether a configuration's secret is there; the numbers are those of smtpdiag.v1.SecretState."""

    STORED = 1
    MISSING = 2
    NOT_NEEDED = 3
    UNREADABLE = 4


@dataclass(frozen=True, slots=True)
class Overview:
    """A configuration as a list shows it.

    Attributes:
        row: What the store says of it.
        secret: Whether its secret is there.
    """

    row: OverviewRow
    secret: SecretStanding


@dataclass(frozen=True, slots=True)
class OverviewList:
    """A page of the list.

    Attributes:
        overviews: The configurations of this page.
        next_page_token: The token of the next page; empty where this is the last one.
        count: How many configurations the instance has in all.
    """

    overviews: tuple[Overview, ...]
    next_page_token: str
    count: int


class Overviews:
    """Lists the configurations of the caller's instance.

    Args:
        store: Has the configurations and their tests.
        vault: Opens secrets, to see whether they open, and authenticates page tokens.
    """

    def __init__(self, store: OverviewStore, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._reads = ListReads()

    async def list(self, caller: Caller, *, page_size: int, token: str, filter_: str, order_by: str) -> OverviewList:
        """Return a page of the list.

        Args:
            page_size: How many configurations at most; 0 for the default; more than the maximum count as the maximum.
            token: The `next_page_token` of the previous page; empty for the first page.
            filter_: The filter, as AIP-160 has it; empty for all.
            order_by: The order, as AIP-132 has it; empty for the default.

        Raises:
            InvalidFields: One of the arguments is wrong.
            TooMuchWork: Many lists with filters or orders are being read at the moment.
        """
        instance, asked = caller.instance_id, (filter_, order_by)
        problems = []
        if page_size < 0:
            problems.append(FieldViolation("page_size", say("must not be negative")))
        condition, order = None, DEFAULT_ORDER
        after: tuple[SortValue, ...] = ()
        try:
            condition = parse_filter(filter_, OVERVIEW_FIELDS)
        except ValueError as error:
            problems.append(FieldViolation("filter", str(error)))
        if sum(name in _OF_TESTS for name in fields_of(condition)) > MAX_TEST_TERMS:
            wrong = say(
                "must not have more than {most} terms on last_test, tls_version and certificate_expire_time",
                most=MAX_TEST_TERMS,
            )
            problems.append(FieldViolation("filter", wrong))
        try:
            order = parse_order_by(order_by, OVERVIEW_FIELDS, default=DEFAULT_ORDER, unique=UNIQUE)
        except ValueError as error:
            problems.append(FieldViolation("order_by", str(error)))
        try:
            after = read_list_token(self._vault, instance, _LIST, asked, token)
        except ValueError as error:
            problems.append(FieldViolation("page_token", str(error)))
        if problems:
            raise InvalidFields(problems)
        limit = min(page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
        query = OverviewQuery(condition, order, after, limit + 1, RECENT_TESTS)
        read = self._store.list_overviews(instance, query)
        found = await (self._reads.run(instance, read) if query.reads_tests else read)
        rows = found.rows[:limit]
        following = ""
        if len(found.rows) > limit:
            following = make_list_token(self._vault, instance, _LIST, asked, rows[-1].keys)
        listed = [Overview(row, self._secret(row.provider)) for row in rows]
        return OverviewList(tuple(listed), following, found.count)

    def _secret(self, provider: Provider) -> SecretStanding:
        if provider.sealed is None:
            needed = isinstance(provider.settings, HttpSettings) or provider.settings.user
            return SecretStanding.MISSING if needed else SecretStanding.NOT_NEEDED
        try:
            open_secret(self._vault, provider)  # takes some 10 µs
        except SealBroken:
            return SecretStanding.UNREADABLE
        return SecretStanding.STORED
