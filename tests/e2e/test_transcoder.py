"""Our REST gateway beside Envoy's transcoder, and our grpc-web beside Envoy's filter: the same answers, or a reason.

`make transcoder` shows how many requests are equal, and how many each row of docs/envoy-transcoder.md has.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from service_support.envoy_differences import REST_DIFFERENCES, WEB_DIFFERENCES, Difference, row_of
from service_support.rules import METHODS
from service_support.service import RunningService, create_token
from service_support.side_by_side import LANES, Pair, Side, ask_both, ask_both_on_the_web
from service_support.transcoded_requests import HTTP_ID, SMTP_ID, Case, good_documents, requests, routes_of
from service_support.transcoder import running_transcoder
from service_support.web_requests import web_document, web_requests

LIST = Path(__file__).parents[2] / "docs" / "envoy-transcoder.md"
SHOWN = 12

Sides = Callable[[int], tuple[Side, Side]]


class Judged:
    """Pairs of answers: those that are equal, those of each row, and those that nothing explains."""

    def __init__(self, name: str, pairs: Sequence[Pair], rows: Sequence[Difference]) -> None:
        self.pairs = pairs
        self.counts: Counter[str] = Counter()
        self.unexplained: list[Pair] = []
        self.unneeded: list[str] = []
        for pair in pairs:
            if pair.equal():
                continue
            row = row_of(pair, rows)
            if row is None:
                self.unexplained.append(pair)
            else:
                self.counts[row.name] += 1
        self.unneeded = [row.name for row in rows if not self.counts[row.name]]
        equal = len(pairs) - self.counts.total() - len(self.unexplained)
        lines = [f"{name}: {len(pairs)} requests, {equal} answered alike"]
        lines += [f"  {self.counts[row.name]:5} {row.name}" for row in rows]
        sys.stdout.write("\n".join(["", *lines, ""]))


@pytest.fixture(scope="module")
def sides(service: RunningService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Sides]]:
    """Gives the two sides of each row of requests, by a word that is in the names of their instances."""
    rows = [f"{word}-{number}" for word in ("rest", "web") for number in range(LANES)]
    named = [part for row in rows for side in ("ours", "theirs") for part in ("--instance", f"{row}-{side}")]
    token = create_token(service.data_dir, "admin", "--permission", "iam.secrets", *named)
    ours = service.http_url.removeprefix("http://")
    with running_transcoder(service, tmp_path_factory.mktemp("transcoder")) as theirs:
        yield (
            lambda word: (
                lambda number: (
                    Side(ours, token, f"{word}-{number}-ours"),
                    Side(theirs, token, f"{word}-{number}-theirs"),
                )
            )
        )


@pytest.fixture(scope="module")
def rest(service: RunningService, sides: Callable[[str], Sides]) -> Judged:
    """What both answered to all REST requests."""
    pairs = ask_both(requests(service.sandbox), sides("rest"), good_documents(service.sandbox))
    return Judged("REST", pairs, REST_DIFFERENCES)


@pytest.fixture(scope="module")
def web(service: RunningService, sides: Callable[[str], Sides]) -> Judged:
    """What both answered to all grpc-web requests."""
    pairs = ask_both_on_the_web(web_requests(service.sandbox), sides("web"), web_document)
    return Judged("grpc-web", pairs, WEB_DIFFERENCES)


@pytest.fixture(params=["rest", "web"])
def judged(request: pytest.FixtureRequest) -> Judged:
    """Each of the two in turn."""
    found: Judged = request.getfixturevalue(request.param)
    return found


def test_every_answer_is_the_same_or_has_its_row_in_the_list(judged: Judged) -> None:
    assert not judged.unexplained, "\n".join(map(str, judged.unexplained[:SHOWN]))


def test_every_row_of_the_list_is_needed(judged: Judged) -> None:
    assert not judged.unneeded


def test_more_than_a_thousand_requests_go_to_every_rpc(judged: Judged) -> None:
    assert len(judged.pairs) > 1000
    assert {pair.case.method.name for pair in judged.pairs} == set(METHODS)


def test_every_route_gets_a_good_request_and_answers_it_alike(rest: Judged) -> None:
    good = [pair for pair in rest.pairs if pair.case.kind == "good"]
    alike = {(pair.case.verb, _template(pair.case)) for pair in good if pair.equal_but_for_defaults()}
    errors = {(pair.case.verb, _template(pair.case)) for pair in good if pair.case.target.startswith("/ccadmin/")}
    routes = {(verb, template) for method in METHODS.values() for verb, template, _ in routes_of(method)}
    assert alike | errors == routes
    assert len({pair.case.method.name for pair in good if pair.ours.status == 200}) > len(METHODS) * 2 / 3


def _template(case: Case) -> str:
    path = case.target.partition("?")[0]
    return path.replace(SMTP_ID, "{id}").replace(HTTP_ID, "{id}").replace("auth_rejected", "{code}")


def test_the_list_gives_a_reason_for_every_row_and_no_other() -> None:
    rows = re.findall(r"^\| \*\*([^|]+)\*\* \|", LIST.read_text(), re.MULTILINE)
    assert rows == [row.name for row in (*REST_DIFFERENCES, *WEB_DIFFERENCES)]
