"""The messages of smtpdiag.v1.ConfigService: configurations as a list shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailproof.domain.etags import etag
from mailproof.domain.kept_test import KeptOutcome
from mailproof.domain.model import ProviderState
from mailproof.domain.overview import TestBrief
from mailproof.rpc.instance_messages import settings_members
from mailproof.rpc.times import timestamp
from mailproof.rpc.vocabulary_numbers import DEPTHS
from mailproof.usecases.overviews import Overview, OverviewList, SecretStanding
from smtpdiag.v1 import config_overview_pb2, instance_pb2, test_pb2

_STATES = {
    ProviderState.ACTIVE: instance_pb2.PROVIDER_STATE_ACTIVE,
    ProviderState.INACTIVE: instance_pb2.PROVIDER_STATE_INACTIVE,
}
_OUTCOMES = {str(word): test_pb2.TestOutcome.Value(f"TEST_OUTCOME_{word.name}") for word in KeptOutcome}
_DEPTHS: Mapping[str, Any] = dict(DEPTHS.items())
_WITH_TIME = (SecretStanding.STORED, SecretStanding.UNREADABLE)


def overview_page(listed: OverviewList) -> config_overview_pb2.ListConfigOverviewsResponse:
    """Return a page of the list."""
    return config_overview_pb2.ListConfigOverviewsResponse(
        configs=[_overview(each) for each in listed.overviews],
        next_page_token=listed.next_page_token,
        config_count=listed.count,
    )


def _overview(overview: Overview) -> config_overview_pb2.ConfigOverview:
    row, provider = overview.row, overview.row.provider
    details = provider.details
    tests = [_summary(test) for test in row.tests]
    secret_at = row.secret_at if overview.secret in _WITH_TIME else None
    return config_overview_pb2.ConfigOverview(
        id=provider.id,
        state=_STATES[provider.state],
        create_time=timestamp(details.creation_date) if details.creation_date else None,
        update_time=timestamp(details.change_date),
        sequence=details.sequence,
        etag=etag(details.sequence),
        secret_state=config_overview_pb2.SecretState.ValueType(overview.secret.value),
        secret_time=timestamp(secret_at) if secret_at else None,
        last_test=tests[0] if tests else None,
        recent_tests=tests,
        tls_version=row.tls_version,
        certificate_expire_time=timestamp(row.certificate_expires_at) if row.certificate_expires_at else None,
        **settings_members(provider.settings),
    )


def _summary(test: TestBrief) -> config_overview_pb2.TestSummary:
    return config_overview_pb2.TestSummary(
        id=test.id,
        outcome=_OUTCOMES.get(test.outcome, test_pb2.TEST_OUTCOME_UNSPECIFIED),  # a newer release may know more
        stage=test.stage,
        code=test.code,
        start_time=timestamp(test.started_at),
        elapsed_ms=test.elapsed_ms,
        depth=_DEPTHS.get(test.depth, 0),  # likewise
    )
