"""The headers that few calls have: what they say, and which of their misspellings are refused."""

import pytest

from mailproof.domain.ledger import Expected
from mailproof.rpc import call_headers
from mailproof.rpc.call_headers import (
    NO_HEADERS,
    CallHeaders,
    misspelt_header,
    read_expected,
    read_idempotency_key,
    read_switch,
)


@pytest.mark.parametrize(
    ("own", "standard", "key"),
    [
        (None, None, None),
        ("k", None, "k"),
        (None, "k", "k"),
        (None, '"k"', "k"),  # as the draft has it: a string of structured fields
        (None, r'"a\"b\\c"', r'a"b\c'),
        ("k", '"k"', "k"),
        ("k", "k", "k"),
        ('"k"', None, '"k"'),  # our own header has always been taken as it is
    ],
)
def test_a_key_comes_in_either_header(own: str | None, standard: str | None, key: str | None) -> None:
    assert read_idempotency_key(own, standard) == (key, [])


@pytest.mark.parametrize(
    ("own", "standard", "named"),
    [
        ("", None, ["x-idempotency-key"]),
        (None, "", ["idempotency-key"]),
        (None, '""', ["idempotency-key"]),
        (None, '"k', ["idempotency-key"]),
        (None, '"k";p=1', ["idempotency-key"]),
        (None, '"a", "a"', ["idempotency-key"]),  # sent twice
        (None, "a, a", ["idempotency-key"]),
        (None, '"a b"', ["idempotency-key"]),
        (None, '"' + "k" * 201 + '"', ["idempotency-key"]),
        ("a", "b", ["idempotency-key"]),
        ("a", '"A"', ["idempotency-key"]),
        ("", "", ["x-idempotency-key", "idempotency-key"]),
    ],
)
def test_a_key_that_is_none_or_two_is_named(own: str | None, standard: str | None, named: list[str]) -> None:
    assert [problem.field for problem in read_idempotency_key(own, standard)[1]] == named


@pytest.mark.parametrize(
    ("sequence", "if_match", "expected"),
    [
        (None, None, None),
        ("5", None, Expected(5)),
        (None, '"5"', Expected(5, by_tag=True)),
        ("5", '"5"', Expected(5)),
        ("5", "*", Expected(5)),
        (None, "*", None),
        ("0", None, Expected(0)),
    ],
)
def test_what_a_call_is_based_on(sequence: str | None, if_match: str | None, expected: Expected | None) -> None:
    assert read_expected(sequence, if_match, takes=True) == (expected, [])


@pytest.mark.parametrize(
    ("sequence", "if_match", "named"),
    [
        ("", None, ["x-expected-sequence"]),
        ("five", None, ["x-expected-sequence"]),
        ("5, 5", None, ["x-expected-sequence"]),
        ("-5", None, ["x-expected-sequence"]),
        (str(2**64), None, ["x-expected-sequence"]),
        (None, "5", ["if-match"]),
        (None, 'W/"5"', ["if-match"]),
        (None, '"5", "6"', ["if-match"]),
        ("5", '"6"', ["if-match"]),
        ("x", "y", ["x-expected-sequence", "if-match"]),
    ],
)
def test_what_is_no_sequence_is_named(sequence: str | None, if_match: str | None, named: list[str]) -> None:
    assert [problem.field for problem in read_expected(sequence, if_match, takes=True)[1]] == named


def test_a_precondition_that_is_not_checked_is_refused() -> None:
    assert [problem.field for problem in read_expected("5", None, takes=False)[1]] == ["x-expected-sequence"]
    assert read_expected(None, '"5"', takes=False) == (None, [])  # clients of HTTP may send it by themselves


def test_a_switch() -> None:
    assert [read_switch(text, "x-strict")[0] for text in (None, "false", "true")] == [False, False, True]
    for text in ("", "True", "1", "?1", "true, true"):
        assert [problem.field for problem in read_switch(text, "x-strict")[1]] == ["x-strict"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("x-instanceid", "x-instance-id"),
        ("x-instance_id", "x-instance-id"),
        ("x-instance-ids", "x-instance-id"),
        ("x-instnace-id", "x-instance-id"),
        ("x-idempotence-key", "x-idempotency-key"),
        ("x-idempotent-key", "x-idempotency-key"),
        ("idempotency_key", "idempotency-key"),
        ("idempotent-key", "idempotency-key"),
        ("x-expected-sequnce", "x-expected-sequence"),
        ("x-expectedsequence", "x-expected-sequence"),
        ("x-strikt", "x-strict"),
        ("x_expected_sequence", "x-expected-sequence"),
        ("expected-sequence", "x-expected-sequence"),
    ],
)
def test_a_header_next_to_one_of_ours_is_found(name: str, meant: str) -> None:
    assert misspelt_header(["host", "x-request-id", name]) == (name, meant)
    assert CallHeaders.read({name: "1"}, http=True).misspelt == (name, meant)


@pytest.mark.parametrize(
    "name",
    [
        "x-request-id",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-real-ip",
        "x-instance",
        "x-instance-name",
        "x-strict-mode",
        "x-script",
        "x-user-agent",
        "x-grpc-web",
        "x-zitadel-orgid",
        "x-amzn-trace-id",
        "x-cloud-trace-context",
        "x-b3-traceid",
        "x-envoy-attempt-count",
        "x-correlation-id",
        "x-csrf-token",
        "x-api-key",
        "x-tenant-id",
        "x-client-id",
        "x-session-id",
        "x-trace-id",
        "x-instance-id",
        "x-idempotency-key",
        "x-strict",
        "x-expected-sequence",
        "idempotency-key",
        "x-",
        "x",
        "expect",
    ],
)
def test_what_proxies_and_clients_send_is_not(name: str) -> None:
    assert misspelt_header([name]) is None


def test_no_more_names_are_compared_than_an_honest_request_has(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def meant(name: str) -> str:
        compared.append(name)
        return ""

    monkeypatch.setattr(call_headers, "_meant_header", meant)
    many = [f"x-expected-sequ{at}" for at in range(10_000)]
    assert call_headers.concerning([*many, "x-strict", "if-match"]) == ["x-strict", "if-match"]
    assert compared == many[: call_headers.MAX_COMPARED]


def test_most_calls_have_none() -> None:
    assert CallHeaders.read({"x-request-id": "1", "host": "a"}, http=True) is NO_HEADERS
    assert CallHeaders.read({"if-match": '"1"'}, http=False) == NO_HEADERS  # a rule of HTTP
