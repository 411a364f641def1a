"""Kept tests: what was tested of a stored configuration, when, by whom, and what came of it. Pure.

They are kept outside the event log, bounded in number and by age, and hold no secret. A test that had other settings
than the stored ones names them (`KeptTest.overridden`), and says nothing about the configuration itself: it is never
its last good one, and not among its recent outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mailproof.domain.filters import Filter, ListOrder, OrderKey, SortValue


class TestTrigger(StrEnum):
    """Which kind of call made a test. The words are stored, so they are never changed; new ones may be added."""

    DIAGNOSE = "diagnose"  # Diagnose with a configuration's id
    TEST_CONFIG = "test_config"  # a test message with a stored configuration: TestSMTPConfigById and the like
    TEST_SETTINGS = "test_settings"  # a test message with sent settings that name a configuration: TestSMTPConfig
    TEST_HTTP_PROVIDER = "test_http_provider"


class KeptOutcome(StrEnum):
    """What came of a test. The words are stored, likewise."""

    OK = "ok"
    FAIL = "fail"
    CANCELLED = "cancelled"  # it has no verdict: its caller left, its time was over, the service stopped or fell short


UNFINISHED = "unfinished"
"""The code of a cancelled test whose caller left, or that the service's stop has ended."""

DEADLINE_EXCEEDED = "deadline_exceeded"
"""The code of a cancelled test whose caller's deadline has passed."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How many tests are kept, and for how long.

    Attributes:
        per_config: Tests of one configuration; with 0 none are kept from now on.
        per_instance: Tests of one instance, those of removed configurations among them; 0 for any number.
        days: How old one may be; 0 for any age.
    """

    per_config: int = 100
    per_instance: int = 100_000
    days: int = 90


@dataclass(frozen=True, slots=True)
class KeptTest:
    """One test of a stored configuration. Words are as the release that kept it wrote them, perhaps a newer one.

    Attributes:
        id: Its id.
        instance_id: Whose configuration was tested.
        config_id: The configuration, which may be removed by now.
        config_sequence: The sequence of the configuration's last event, as it was tested.
        actor_token_id: The token of the call that tested it.
        peer: The address that the call came from.
        trigger: Which kind of call it was.
        depth: How far the test was to go (`smtp.vocabulary.Depth`); empty for a post to a webhook.
        outcome: What came of it.
        stage: The verdict's stage, or for a cancelled test the last that began; of a post the phase.
        code: The verdict's code; of a cancelled test why it has none: `UNFINISHED`, `DEADLINE_EXCEEDED`, or that
            the service fell short of something.
        started_at: When it began.
        elapsed_ms: Milliseconds until the verdict, or until it was cancelled.
        phases: Stages in the order in which they were reached, with the milliseconds that each took in all.
        tls_version: The negotiated version; empty for none.
        certificate_expires_at: When the server's own certificate ends; None for none.
        report: What `usecases.kept_reports.pack` made of the report; empty where there is none, or not asked for.
        overridden: The names of the settings that were tested in place of the stored ones, in order; empty for none.
        tested: What was tested, as names and values: host, port, tls_mode, user, and so on; never a secret.
        reply_code: The server's reply that decided the test, or the status of a webhook's response; 0 for none.
    """

    id: str
    instance_id: str
    config_id: str
    config_sequence: int
    actor_token_id: str
    peer: str
    trigger: str
    depth: str
    outcome: str
    stage: str
    code: str
    started_at: datetime
    elapsed_ms: int
    phases: tuple[tuple[str, int], ...] = ()
    tls_version: str = ""
    certificate_expires_at: datetime | None = None
    report: bytes = field(default=b"", repr=False)
    overridden: tuple[str, ...] = ()
    tested: tuple[tuple[str, str], ...] = ()
    reply_code: int = 0

    @property
    def good(self) -> bool:
        """Whether it shows that the configuration worked, as it was stored."""
        return self.outcome == KeptOutcome.OK and not self.overridden


NEWEST_TESTS_FIRST: ListOrder = (OrderKey("start_time", descending=True), OrderKey("id", descending=True))


@dataclass(frozen=True, slots=True)
class TestQuery:
    """Which kept tests of an instance are wanted.

    Attributes:
        config_id: Only tests of this configuration; empty for those of all.
        condition: Which of them; None for all. It and the order name the fields of `store.kept_rows.filter_columns`.
        order: What they are ordered by; empty for the newest first.
        after: What the last test of the page before is sorted by; empty for the first page.
        limit: How many are returned at most.
    """

    config_id: str = ""
    condition: Filter | None = None
    order: ListOrder = ()
    after: tuple[SortValue, ...] = ()
    limit: int = 100

    @property
    def reads_all(self) -> bool:
        """Whether all of the instance's tests may have to be read for it."""
        return self.condition is not None or self.order not in ((), NEWEST_TESTS_FIRST)
