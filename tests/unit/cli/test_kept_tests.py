"""`mailproof tests`: what its arguments mean, how it pages, and how a test is printed."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mailproof.cli import kept_tests
from mailproof.cli.main import main
from mailproof.client import Client
from smtpdiag.v1 import test_pb2, vocabulary_pb2


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-17", datetime(2026, 11, 17, tzinfo=UTC)),
        ("2026-11-17T09:12", datetime(2026, 11, 17, 9, 12, tzinfo=UTC)),
        ("2026-11-17T09:12:41Z", datetime(2026, 11, 17, 9, 12, 41, tzinfo=UTC)),
        ("2026-11-17T09:12:41+02:00", datetime(2026, 11, 17, 7, 12, 41, tzinfo=UTC)),
    ],
)
def test_a_time_is_one_in_utc_unless_it_says_otherwise(text: str, moment: datetime) -> None:
    assert kept_tests.time_since(text) == moment


def test_a_length_is_a_time_ago() -> None:
    before = datetime.now(UTC)
    assert before - timedelta(days=7) <= kept_tests.time_since("7d") <= datetime.now(UTC) - timedelta(days=7)


@pytest.mark.parametrize("text", ["", "Tuesday", "0d", "7", "7y", "-1d", "999999w", "2026-13-01", "\u0663d"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="must be a length"):
        kept_tests.time_since(text)


@pytest.mark.parametrize("text", ["-1", "many", "100001", "1e3", "\u0663"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="from 0 to 100000"):
        kept_tests.limit(text)


class Service:
    """Keeps tests with ids from 1 on, and answers what it is asked for."""

    pages = Client.pages

    def __init__(self, count: int) -> None:
        self.count = count
        self.tests = self
        self.asked: list[test_pb2.ListTestsRequest] = []

    async def ListTests(  # noqa: N802 - an RPC's name
        self, request: test_pb2.ListTestsRequest
    ) -> test_pb2.ListTestsResponse:
        self.asked.append(test_pb2.ListTestsRequest.FromString(request.SerializeToString()))
        begin = int(request.page_token or 0)
        end = min(begin + request.page_size, self.count)
        tests = [test_pb2.Test(id=str(number + 1)) for number in range(begin, end)]
        return test_pb2.ListTestsResponse(tests=tests, next_page_token=str(end) if end < self.count else "")


def list_of(service: Service, **given: Any) -> None:
    values = {
        "filter": "",
        "since": None,
        "order_by": "",
        "config": "",
        "limit": 50,
        "json": False,
        "called": "tests list",
    } | given
    client: Any = service
    assert asyncio.run(kept_tests._list(client, argparse.Namespace(**values))) == 0


def test_as_many_pages_are_asked_for_as_are_needed(capsys: pytest.CaptureFixture[str]) -> None:
    service = Service(1200)
    list_of(service, limit=1100)
    shown = capsys.readouterr()
    assert [request.page_size for request in service.asked] == [500, 500, 100]
    assert len(shown.out.splitlines()) == 1 + 1100
    assert shown.err == "There are more: --limit says how many are shown.\n"
    list_of(Service(0))
    assert capsys.readouterr().err == "mailproof tests list: no test is kept that this selects\n"


def test_a_time_is_a_part_of_the_filter() -> None:
    service = Service(1)
    since = datetime(2026, 11, 17, tzinfo=UTC)
    list_of(service, filter="code = a OR code = b", since=since, config="7", order_by="code")
    list_of(service, since=since)
    asked, bare = service.asked
    assert asked.filter == "code = a OR code = b AND start_time >= 2026-11-17T00:00:00Z"
    assert (asked.config_id, asked.order_by) == ("7", "code")
    assert bare.filter == "start_time >= 2026-11-17T00:00:00Z"


def test_a_test_without_a_report_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    test = test_pb2.Test(
        id="9",
        config_id="7",
        config_sequence=3,
        actor_token_id="oidc:x",
        outcome=test_pb2.TEST_OUTCOME_CANCELLED,
        trigger=test_pb2.TEST_TRIGGER_DIAGNOSE,
        depth=vocabulary_pb2.DEPTH_DATA,
        stage="auth",
        code="unfinished",
        elapsed_ms=12,
        overridden=["user", "password"],
        tested={"user": "\x1b[31mred", "host": "mail.test"},
    )

    async def get(_request: test_pb2.GetTestRequest) -> test_pb2.GetTestResponse:
        return test_pb2.GetTestResponse(test=test)

    client: Any = SimpleNamespace(tests=SimpleNamespace(GetTest=get))
    assert asyncio.run(kept_tests._show(client, argparse.Namespace(id="9", json=False))) == 0
    page = capsys.readouterr().out
    assert "outcome        cancelled at auth: unfinished, after 12 ms" in page
    assert "by             oidc:x\n" in page
    assert "not as stored  user, password" in page
    assert "\x1b" not in page


def test_the_token_is_never_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tests", "list", "--help"]) == 0
    assert "--token " not in capsys.readouterr().out
