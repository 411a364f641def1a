"""Two addresses of one service asked the same, each in an instance of its own, and their answers made comparable."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from clock_support.waiting import HANG
from service_support.transcoded_requests import HTTP_ID, JSON, SMTP_ID, Case

LANES = 6
"""Requests are asked in so many rows at a time; each has its own instances, so that its order alone counts."""

_WEB_ROWS = 3

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{3}|\.[0-9]{6}|\.[0-9]{9})?Z")
_ID = re.compile(r"[0-9]{15,20}")
_CHANGES = re.compile("Update|Activate|Deactivate|Remove")  # what changes a provider that later requests name
_SEQUENCE = re.compile(r"the sequence [0-9]+")
_VOLATILE = frozenset(
    (
        *("sequence", "processedSequence", "etag", "exportId", "digest", "duration", "signingKey", "nextPageToken"),
        *("resourceOwner", "instanceId", "instance", "peer", "elapsedMs", "importId"),
        *("nextImportToken", "salt", "check", "secret", "timeout"),
    )
)
"""Fields whose values are of one call or one instance; that they are there, and their kind, is compared."""
_VOLATILE_STREAMS = frozenset(("Diagnose", "DiscoverSettings"))


@dataclass(frozen=True)
class Reply:
    """One answer.

    Attributes:
        document: The JSON of the answer, of a stream the list of its items; None: it is none.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    document: Any = None

    @property
    def reason(self) -> str:
        """The reason of an error; empty where it has none."""
        document = self.document[0] if isinstance(self.document, list) and self.document else self.document
        if isinstance(document, dict) and "devMessage" in document:  # the errors of the commerce API
            return str(document["devMessage"])
        details = document.get("details", []) if isinstance(document, dict) else []
        found = (
            [each.get("reason", "") for each in details if isinstance(each, dict)] if isinstance(details, list) else []
        )
        return next((str(each) for each in found if each), "")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def __str__(self) -> str:
        return f"{self.status} {self.headers.get('content-type')} {self.text[:700]}"


@dataclass
class Side:
    """One of the two: an address with kept connections, its instance, and the ids that it has given."""

    address: str
    token: str
    instance: str
    ids: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def ask(
        self, verb: str, target: str, body: bytes | None, headers: dict[str, str], *, stream: bool = False
    ) -> Reply:
        """Send one request, and read the whole answer."""
        for word, given in self.ids.items():
            target = target.replace(word, given)
            body = body and body.replace(word.encode(), given.encode())
        sent = {"authorization": f"Bearer {self.token}", "x-instance-id": self.instance, **headers}
        connection = self._connection or http.client.HTTPConnection(self.address, timeout=HANG)
        self._connection = connection
        connection.putrequest(verb, target, skip_accept_encoding=True)
        for name, value in sent.items():
            if value:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("content-length", str(len(body)))
        elif verb in ("POST", "PUT", "PATCH"):
            connection.putheader("content-length", "0")
        connection.endheaders(body)
        answer = connection.getresponse()
        received = answer.read()
        if answer.will_close:
            connection.close()
            self._connection = None
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, found, received, _document(received, stream=stream))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _document(body: bytes, *, stream: bool) -> Any:
    try:
        if stream and body.startswith(b"{"):
            return [json.loads(line) for line in body.splitlines()]
        return json.loads(body)
    except ValueError:
        return None


@dataclass(frozen=True)
class Pair:
    """A request and both answers, ours first."""

    case: Case
    ours: Reply
    theirs: Reply

    def equal(self) -> bool:
        """Return whether status and JSON are the same, but for what differs from call to call."""
        if self.ours.status != self.theirs.status or None in (self.ours.document, self.theirs.document):
            return False
        ours, theirs = (comparable(each.document, self.case) for each in (self.ours, self.theirs))
        return bool(ours == theirs)

    def equal_but_for_defaults(self) -> bool:
        """Return whether they are equal where fields that have their default value do not count."""
        if self.ours.status != self.theirs.status or None in (self.ours.document, self.theirs.document):
            return False
        ours, theirs = (_said(comparable(each.document, self.case)) for each in (self.ours, self.theirs))
        return bool(ours == theirs)

    def __str__(self) -> str:
        return f"{self.case}\n    ours   {self.ours}\n    theirs {self.theirs}"


def comparable(document: Any, case: Case) -> Any:
    """Return a document with a word in the place of each time and id, and of what else is of one call alone."""
    ids: dict[str, str] = {}
    return _comparable(document, "", ids, stream=case.method.name in _VOLATILE_STREAMS)


def _comparable(value: Any, name: str, ids: dict[str, str], *, stream: bool) -> Any:
    if isinstance(value, dict):
        return {key: _comparable(value[key], key, ids, stream=stream) for key in sorted(value)}
    if isinstance(value, list):
        return [_comparable(each, name, ids, stream=stream) for each in value]
    if name in _VOLATILE and value != "":
        return f"a {name}"
    if not isinstance(value, str):
        return value
    value = _SEQUENCE.sub("the sequence", value)
    if _TIME.fullmatch(value):
        return "a time"
    return _ID.sub(lambda match: ids.setdefault(match[0], f"id {len(ids) + 1}"), value)


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _said(each) for name, each in value.items() if each not in ("", 0, False, [], {}, None)}
    return [_said(each) for each in value] if isinstance(value, list) else value


class Lane:
    """Asks both sides the same row of requests."""

    def __init__(self, ours: Side, theirs: Side, good: dict[str, dict[str, Any]]) -> None:
        self._sides = (ours, theirs)
        self._good = good
        self._renew()
        for side in self._sides:
            assert side.ask("POST", f"/smtp/{SMTP_ID}/_activate", b"{}", JSON).status == 200
            tested = side.ask("POST", f"/smtp/{SMTP_ID}/_test", b'{"receiverAddress":"b@example.com"}', JSON)
            assert tested.status == 400, tested  # nothing listens there: a test is kept that has failed

    def run(self, cases: Iterable[Case]) -> list[Pair]:
        """Return what both answer to each request."""
        pairs = []
        for case in cases:
            ours, theirs = (
                side.ask(case.verb, case.target, case.body, case.headers, stream=case.method.server_streaming)
                for side in self._sides
            )
            pairs.append(Pair(case, ours, theirs))
            removed = case.verb == "DELETE" and 200 in (ours.status, theirs.status)
            if removed or (_CHANGES.match(case.method.name) and (ours.status == 200) != (theirs.status == 200)):
                self._renew()  # both begin anew with the same
        for side in self._sides:
            side.close()
        return pairs

    def _renew(self) -> None:
        for side in self._sides:
            for word, path, rpc in (
                (SMTP_ID, "/email/smtp", "AddEmailProviderSMTP"),
                (HTTP_ID, "/email/http", "AddEmailProviderHTTP"),
            ):
                added = side.ask("POST", path, json.dumps(self._good[rpc]).encode(), JSON)
                assert added.status == 200, added
                side.ids[word] = added.document["id"]


def ask_both(
    cases: Sequence[Case], sides: Callable[[int], tuple[Side, Side]], good: dict[str, dict[str, Any]]
) -> list[Pair]:
    """Ask all requests, those that show an instance's state in rows where nothing else is done.

    Args:
        sides: Gives the two sides of a lane.
        good: Bodies of calls that succeed.
    """
    rows: dict[str, list[Case]] = {}
    for number, case in enumerate(cases):
        rows.setdefault(_row(case) or f"row {number % (LANES - 2)}", []).append(case)
    with ThreadPoolExecutor(len(rows)) as pool:
        work = [pool.submit(Lane(*sides(number), good).run, row) for number, row in enumerate(rows.values())]
        return [pair for each in work for pair in each.result()]


def ask_both_on_the_web(
    cases: Sequence[Case], sides: Callable[[int], tuple[Side, Side]], read: Callable[[Case, Reply], Any]
) -> list[Pair]:
    """Ask all grpc-web requests.

    Args:
        sides: Gives the two sides of a row.
        read: Returns what a client reads in an answer.
    """

    def ask(number: int) -> list[Pair]:
        both = sides(number)
        pairs = []
        for case in cases[number::_WEB_ROWS]:
            ours, theirs = (side.ask(case.verb, case.target, case.body, case.headers) for side in both)
            pairs.append(Pair(case, *(replace(each, document=read(case, each)) for each in (ours, theirs))))
        for side in both:
            side.close()
        return pairs

    with ThreadPoolExecutor(_WEB_ROWS) as pool:
        return [pair for each in pool.map(ask, range(_WEB_ROWS)) for pair in each]


def _row(case: Case) -> str:
    """Return the row of what shows an instance's state: nothing may be done there that only one side does."""
    if case.method.name.startswith(("Export", "StreamExport")):
        return "exports"
    active = case.verb == "GET" and re.search("/(smtp|email)/?$", case.target.partition("?")[0])
    shows = active or case.method.name.startswith("List")
    return "lists" if shows and case.kind != "verb" else ""
