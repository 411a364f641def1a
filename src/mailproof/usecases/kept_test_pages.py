"""The use case of reading kept tests: one with its report, or pages of them by a filter and in an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mailproof.domain.errors import FieldViolation, InvalidFields, KeptTestNotFound
from mailproof.domain.filters import AllOf, AnyOf, Filter, ListOrder, Negation, SortValue, TextMatch, fold_ascii
from mailproof.domain.kept_test import KeptTest, TestQuery
from mailproof.domain.kept_test_fields import NEWEST_FIRST, TEST_FIELDS, UNIQUE
from mailproof.domain.model import Caller
from mailproof.domain.phrase import say
from mailproof.domain.secret import Vault
from mailproof.smtp.report import Report
from mailproof.store.contract import Store
from mailproof.syntax.filter import parse_filter
from mailproof.syntax.order_by import parse_order_by
from mailproof.usecases.diagnoses import linked
from mailproof.usecases.last_good import report_of
from mailproof.usecases.list_reads import ListReads
from mailproof.usecases.page_token import make_list_token, read_list_token
from mailproof.usecases.token_names import TokenNames

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000

MAX_REPORTS = 50
"""Tests of a page at most where their reports are wanted: with 16 kB each the page stays below 1 MB."""

MAX_TEXT_MATCHES = 10
"""Terms of a filter that look for a part of a text: with 100,000 tests each takes 80 ms, the others 10 ms."""

_LIST = "tests"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# What a test is sorted by, as `store.conditions` has it: texts in lower case, times in microseconds since 1970.
_SORTED: Mapping[str, Callable[[KeptTest], SortValue]] = {
    "id": lambda test: int(test.id),
    "config_id": lambda test: fold_ascii(test.config_id),
    "config_sequence": lambda test: test.config_sequence,
    "actor_token_id": lambda test: fold_ascii(test.actor_token_id),
    "trigger": lambda test: test.trigger,
    "depth": lambda test: test.depth,
    "outcome": lambda test: test.outcome,
    "stage": lambda test: test.stage,
    "code": lambda test: test.code,
    "start_time": lambda test: _micros(test.started_at),
    "elapsed_ms": lambda test: test.elapsed_ms,
    "tls_version": lambda test: fold_ascii(test.tls_version),
    "certificate_expire_time": lambda test: _micros(test.certificate_expires_at),
    "reply_code": lambda test: test.reply_code,
}


@dataclass(frozen=True, slots=True)
class ShownTest:
    """A kept test as it is shown.

    Attributes:
        test: The test.
        actor_name: The name of the access token that it was made with; empty where that is unknown.
        report: Its report; None where it has none, or none is wanted.
    """

    test: KeptTest
    actor_name: str
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class ShownTests:
    """A page of kept tests.

    Attributes:
        next_page_token: The token of the next page; empty where this is the last one.
    """

    tests: tuple[ShownTest, ...]
    next_page_token: str


class KeptTestPages:
    """Reads the kept tests of the caller's instance.

    Args:
        store: Has the tests and the names of tokens.
        vault: Authenticates page tokens.
        documentation_url: Where the project's files are published; empty where links are paths of this service.
    """

    def __init__(self, store: Store, vault: Vault, *, documentation_url: str = "") -> None:
        self._store = store
        self._vault = vault
        self._documentation_url = documentation_url
        self._names = TokenNames(store)
        self._reads = ListReads()

    async def get(self, caller: Caller, test_id: str, *, with_report: bool = True) -> ShownTest:
        """Return a test.

        Args:
            test_id: Its id.
            with_report: Whether its report is wanted.

        Raises:
            KeptTestNotFound: The instance keeps no such test.
        """
        test = await self._store.get_test(caller.instance_id, test_id)
        if test is None:
            raise KeptTestNotFound(test_id)
        names = await self._names.of({test.actor_token_id})
        return self._shown(test, names, with_report=with_report)

    async def list(
        self,
        caller: Caller,
        *,
        page_size: int = 0,
        token: str = "",
        filter_: str = "",
        order_by: str = "",
        config_id: str = "",
        with_reports: bool = False,
    ) -> ShownTests:
        """Return a page of tests.

        Args:
            page_size: How many tests at most; 0 for the default; more than the maximum count as the maximum (AIP-158).
            token: The `next_page_token` of the previous page; empty for the first one.
            filter_: Which tests (AIP-160); empty for all.
            order_by: In which order (AIP-132); empty for the newest first.
            config_id: Only tests of this configuration; empty for all.
            with_reports: Whether the reports are wanted.

        Raises:
            InvalidFields: The page size is negative, the filter or the order can't be read, or the token is not for
                this instance, configuration, filter and order.
            TooMuchWork: Many lists read all tests for their filters or orders at the moment.
        """
        instance = caller.instance_id
        condition, order, problems = _read(filter_, order_by)
        if page_size < 0:
            problems.append(FieldViolation("page_size", say("must not be negative")))
        asked = (filter_, order_by, config_id)
        after: tuple[SortValue, ...] = ()
        try:
            after = read_list_token(self._vault, instance, _LIST, asked, token)
        except ValueError as error:
            problems.append(FieldViolation("page_token", str(error)))
        if problems:
            raise InvalidFields(problems)
        limit = min(page_size or DEFAULT_PAGE_SIZE, MAX_REPORTS if with_reports else MAX_PAGE_SIZE)
        query = TestQuery(config_id, condition, order, after, limit + 1)
        read = self._store.list_tests(instance, query)
        found = await (self._reads.run(instance, read) if query.reads_all else read)
        page = list(found[:limit])
        following = ""
        if len(found) > limit:
            values = [_SORTED[key.field](page[-1]) for key in order]
            following = make_list_token(self._vault, instance, _LIST, asked, values)
        if with_reports:
            # One that was deleted meanwhile stays in the page without its report.
            page = [await self._store.get_test(instance, test.id) or test for test in page]
        names = await self._names.of({test.actor_token_id for test in page})
        return ShownTests(tuple(self._shown(test, names) for test in page), following)

    def _shown(self, test: KeptTest, names: Mapping[str, str], *, with_report: bool = True) -> ShownTest:
        report = report_of(test) if with_report else None
        if report is not None:
            report = linked(replace(report, test_id=test.id), self._documentation_url)
        return ShownTest(test, names.get(test.actor_token_id, ""), report)


def _read(filter_: str, order_by: str) -> tuple[Filter | None, ListOrder, list[FieldViolation]]:
    """Return the filter and the order, and what is wrong with their texts."""
    problems = []
    condition, order = None, NEWEST_FIRST
    try:
        condition = parse_filter(filter_, TEST_FIELDS)
    except ValueError as error:
        problems.append(FieldViolation("filter", str(error)))
    if _text_matches(condition) > MAX_TEXT_MATCHES:
        problems.append(
            FieldViolation("filter", say("must not look for more than {most} parts of texts", most=MAX_TEXT_MATCHES))
        )
    try:
        order = parse_order_by(order_by, TEST_FIELDS, default=NEWEST_FIRST, unique=UNIQUE)
    except ValueError as error:
        problems.append(FieldViolation("order_by", str(error)))
    return condition, order, problems


def _micros(moment: datetime | None) -> SortValue:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def _text_matches(filter_: Filter | None) -> int:
    """Return how many terms of a filter look for a part of a text."""
    match filter_:
        case AllOf(operands) | AnyOf(operands):
            return sum(map(_text_matches, operands))
        case Negation(operand):
            return _text_matches(operand)
        case _:
            return int(isinstance(filter_, TextMatch))
