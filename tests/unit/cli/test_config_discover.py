"""`mailproof config add --discover`: what a search finds becomes the configuration, and flags win over it."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from mailproof.cli.arguments import UsageError
from mailproof.cli.config_sources import from_search
from mailproof.cli.service_access import NotCarriedOut
from mailproof.smtp.vocabulary import TlsMode
from smtpdiag.v1 import discovery_pb2, vocabulary_pb2

VERIFIED = discovery_pb2.TriedCandidate(
    host="mail.a.test",
    port=587,
    tls_mode=vocabulary_pb2.TLS_MODE_STARTTLS,
    user="jo",
    verdict=discovery_pb2.CANDIDATE_VERDICT_VERIFIED,
    reason="an SRV record of a.test names it.",
    notes="use an app password",
)
REFUSED = discovery_pb2.TriedCandidate(host="x.a.test", verdict=discovery_pb2.CANDIDATE_VERDICT_FAILED)


class Search:
    """The service's search for settings, which answers the same to everybody.

    Attributes:
        asked: The requests.
        cancelled: Whether the call was ended.
    """

    def __init__(self, *answers: discovery_pb2.DiscoverSettingsResponse) -> None:
        self.discovery = self
        self.asked: list[discovery_pb2.DiscoverSettingsRequest] = []
        self.cancelled = False
        self._answers = answers

    def DiscoverSettings(self, request: discovery_pb2.DiscoverSettingsRequest, *, timeout: float) -> Any:  # noqa: N802
        self.asked.append(request)
        assert timeout > request.timeout.seconds, "the search ends before the call does"
        return self

    async def __aiter__(self) -> AsyncIterator[discovery_pb2.DiscoverSettingsResponse]:
        for answer in self._answers:
            yield answer

    def cancel(self) -> None:
        self.cancelled = True


def result(
    *candidates: discovery_pb2.TriedCandidate, message: str = "", advice: str = ""
) -> discovery_pb2.DiscoverSettingsResponse:
    found = discovery_pb2.DiscoveryResult(candidates=candidates, message=message, advice=advice)
    return discovery_pb2.DiscoverSettingsResponse(result=found)


def searched(search: Search, **given: Any) -> argparse.Namespace:
    nothing = dict.fromkeys(("host", "tls", "user", "sender"))
    parsed = argparse.Namespace(**{**nothing, "discover": "jo@a.test", "timeout": 9.0, "json": False, **given})
    client: Any = search
    asyncio.run(from_search(client, parsed))
    return parsed


def test_the_best_server_is_taken_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    search = Search(discovery_pb2.DiscoverSettingsResponse(), result(VERIFIED, REFUSED))
    found = searched(search)
    assert (found.host, found.tls, found.user, found.sender) == (
        "mail.a.test:587",
        TlsMode.STARTTLS,
        "jo",
        "jo@a.test",
    )
    assert [request.address for request in search.asked] == ["jo@a.test"]
    assert search.cancelled
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "an SRV record of a.test names it: mail.a.test:587 starttls\nuse an app password\n"


def test_flags_win_over_what_is_found() -> None:
    found = searched(Search(result(VERIFIED)), tls=TlsMode.IMPLICIT, user="other", sender="shop@a.test")
    assert (found.host, found.tls, found.user, found.sender) == (
        "mail.a.test:587",
        TlsMode.IMPLICIT,
        "other",
        "shop@a.test",
    )


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ((), "nothing was found for jo@a.test"),
        ((result(),), "nothing was found for jo@a.test"),
        ((result(message="No server answers.", advice="Ask its operator."),), "No server answers. Ask its operator."),
        ((result(REFUSED, message="No server answers."),), "No server answers."),
    ],
)
def test_what_is_not_verified_is_not_taken(
    answers: tuple[discovery_pb2.DiscoverSettingsResponse, ...], sentence: str
) -> None:
    search = Search(*answers)
    with pytest.raises(NotCarriedOut) as raised:
        searched(search)
    assert str(raised.value) == sentence
    assert search.cancelled


def test_a_server_besides_is_refused_before_the_search() -> None:
    search = Search(result(VERIFIED))
    with pytest.raises(UsageError, match="is not needed with --preset and --discover"):
        searched(search, host="mx.a.test")
    assert search.asked == []
