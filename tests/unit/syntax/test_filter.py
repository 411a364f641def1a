"""The filter of a list: what is read, what it means, and what is said of what is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.filters import (
    AllOf,
    AnyOf,
    Comparator,
    Comparison,
    FieldKind,
    Filter,
    FilterField,
    Negation,
    OrderKey,
    Presence,
    TextMatch,
    TextPart,
)
from mailproof.syntax.filter import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, FilterSyntaxError, parse_filter
from mailproof.syntax.order_by import MAX_KEYS, parse_order_by

FIELDS = {
    "name": FilterField(FieldKind.TEXT, searched=True),
    "state": FilterField(FieldKind.WORD, choices=("active", "inactive"), prefix="STATE_"),
    "code": FilterField(FieldKind.WORD, prefix="CODE_"),
    "port": FilterField(FieldKind.NUMBER),
    "tls": FilterField(FieldKind.BOOLEAN, ordered=False),
    "last_test.end_time": FilterField(FieldKind.MOMENT),
    "elapsed": FilterField(FieldKind.DURATION),
}
ACTIVE = Comparison("state", Comparator.EQUAL, "active")
PORT = Comparison("port", Comparator.EQUAL, 25)
A, B = (TextMatch("name", TextPart.ANYWHERE, each, folded=True) for each in "ab")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", None),
        ("  \t ", None),
        ("state=active", ACTIVE),
        ("  state  =  STATE_ACTIVE  ", ACTIVE),
        ("state:Active", ACTIVE),
        ('state = "active"', ACTIVE),
        ("state != active", Comparison("state", Comparator.NOT_EQUAL, "active")),
        ("code = CODE_AUTH_REJECTED", Comparison("code", Comparator.EQUAL, "auth_rejected")),
        ("code = AUTH_*", TextMatch("code", TextPart.START, "auth_")),
        ("port=25", PORT),
        ("port>=-25", Comparison("port", Comparator.GREATER_OR_EQUAL, -25)),
        ("tls = True", Comparison("tls", Comparator.EQUAL, True)),
        ("elapsed > 1.5s", Comparison("elapsed", Comparator.GREATER, timedelta(seconds=1.5))),
        ("elapsed > 2m", Comparison("elapsed", Comparator.GREATER, timedelta(minutes=2))),
        (
            "last_test.end_time < 2026-11-01T10:00:00.123456789+02:00",
            Comparison("last_test.end_time", Comparator.LESS, datetime(2026, 11, 1, 8, 0, 0, 123456, UTC)),
        ),
        (
            "last_test.end_time >= '2026-11-01'",
            Comparison("last_test.end_time", Comparator.GREATER_OR_EQUAL, datetime(2026, 11, 1, tzinfo=UTC)),
        ),
        ("name = a", Comparison("name", Comparator.EQUAL, "a")),
        ("name = ''", Comparison("name", Comparator.EQUAL, "")),
        ("name = smtp.example.org:587", Comparison("name", Comparator.EQUAL, "smtp.example.org:587")),
        ("name:A", TextMatch("name", TextPart.ANYWHERE, "A", folded=True)),
        ("name = A*", TextMatch("name", TextPart.START, "A")),
        ("name = *A", TextMatch("name", TextPart.END, "A")),
        ("name = '*A*'", TextMatch("name", TextPart.ANYWHERE, "A")),
        (r'name = "A\*"', Comparison("name", Comparator.EQUAL, "A*")),
        (r'name = "\"\\"', Comparison("name", Comparator.EQUAL, '"\\')),
        (r"name = corp\anna", Comparison("name", Comparator.EQUAL, r"corp\anna")),
        ("name:*", Presence("name")),
        ("port:*", Presence("port")),
        ("name != *", Negation(Presence("name"))),
        ("-name:*", Negation(Presence("name"))),
        ("NOT state = active", Negation(ACTIVE)),
        ("a", A),
        ("'a'", A),
        ("-a", Negation(A)),
        ("state=active AND port=25", AllOf((ACTIVE, PORT))),
        ("state=active port=25", AllOf((ACTIVE, PORT))),
        ("state=active OR port=25", AnyOf((ACTIVE, PORT))),
        ("((state=active))", ACTIVE),
        ("(state=active)(port=25)", AllOf((ACTIVE, PORT))),
        # OR binds closer than AND, as AIP-160 has it.
        ("a AND b OR port=25", AllOf((A, AnyOf((B, PORT))))),
        ("a OR b AND port=25", AllOf((AnyOf((A, B)), PORT))),
        ("NOT (a OR b) port=25", AllOf((Negation(AnyOf((A, B))), PORT))),
        ("ANDREA", TextMatch("name", TextPart.ANYWHERE, "ANDREA", folded=True)),
    ],
)
def test_a_filter_is_read(text: str, meaning: Filter | None) -> None:
    assert parse_filter(text, FIELDS) == meaning


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("stat = active", 'character 1: there is no field "stat"; did you mean state?'),
        ("port=25 AND end_time < 2026-01-01", 'character 13: there is no field "end_time"; did you mean last_test.end'),
        ("xyz = 1", "the fields are name, state, code, port, tls, last_test.end_time, elapsed"),
        ("state = actve", 'character 9: state is never "actve": did you mean active?'),
        ("state = x", "it is one of active, inactive"),
        ("state > active", "character 7: state is a word of a vocabulary, which > does not compare"),
        ("port = smtp", "character 8: port is compared with a whole number"),
        ("port = 25*", "character 8: a wildcard stands at an end of a text only"),
        ("port = 99999999999999999999", "whole number"),
        ("tls = yes", "true or false"),
        ("elapsed > 5", "a duration, such as 1.5s"),
        ("last_test.end_time > yesterday", "a time such as"),
        ("last_test.end_time > 2026-13-01", "a time such as"),
        ("last_test.end_time > 2026-11-01T08:00:00", "a time such as"),
        ("last_test.end_time > 0001-01-01T00:00:00+10:00", "a time such as"),
        ("name = a*b", "wildcard"),
        ("name < a*", "wildcard"),
        ("name < *", "< takes no wildcard"),
        ("name =", "character 7: a value for name is missing"),
        ("name = )", "character 8: a value for name is missing"),
        ("name = (a OR b)", "write name = a OR name = b"),
        ("'name' = a", "the name of a field stands without quotes"),
        ("name = 'a", "character 8: these quotes are not closed"),
        ("(state = active", 'character 1: this "(" is not closed'),
        ("state = active)", 'character 15: ")" has no meaning here'),
        ("()", "character 2: a term is missing here"),
        ("state = active AND", "character 19: a term is missing here"),
        ("OR state = active", "character 1: a term is missing here"),
        ("NOT", "a term is missing"),
        ("state = active and port = 25", "character 16: write AND, in capitals"),
        ("= 3", '"=" has no meaning here'),
        ("size(name)", "there is no function size"),
        ("*", "nothing to look for"),
        ("(" * (MAX_DEPTH + 1), f"nested more than {MAX_DEPTH} deep"),
        ("a " * (MAX_TERMS + 1), f"more than {MAX_TERMS} terms"),
        ("a" * (MAX_LENGTH + 1), f"more than {MAX_LENGTH} characters"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(FilterSyntaxError) as caught:
        parse_filter(text, FIELDS)
    assert str(caught.value).startswith("is wrong at character ")
    assert problem in str(caught.value)


def test_a_text_is_looked_for_only_where_the_list_has_such_fields() -> None:
    with pytest.raises(FilterSyntaxError, match="a field is wanted"):
        parse_filter("a", {"port": FIELDS["port"]})


@given(st.text(alphabet="ab=!<>:*()\"'\\ -,.ANDORT1\n\x00é", max_size=40))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    try:
        parse_filter(text, FIELDS)
    except FilterSyntaxError as error:
        assert str(error).startswith("is wrong at character ")  # noqa: PT017 - most texts are refused, some are not


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", (OrderKey("port", True), OrderKey("name", True))),
        ("name", (OrderKey("name"),)),
        ("port, state desc", (OrderKey("port"), OrderKey("state", True), OrderKey("name", True))),
        ("  port   ASC ", (OrderKey("port"), OrderKey("name"))),
        ("name desc, port", (OrderKey("name", True),)),
    ],
)
def test_an_order_is_read(text: str, order: tuple[OrderKey, ...]) -> None:
    assert parse_order_by(text, FIELDS, default=(OrderKey("port", True),), unique="name") == order


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nme", 'no field "nme" to order by; did you mean name?'),
        ("tls", 'no field "tls" to order by'),
        ("port descending", 'nothing but "asc" or "desc"'),
        ("port desc state", 'nothing but "asc" or "desc"'),
        ("port,,state", "on both sides of a comma"),
        ("port, port desc", "must not name port twice"),
        (", ".join(["port"] * (MAX_KEYS + 1)), f"more than {MAX_KEYS} fields"),
    ],
)
def test_what_is_wrong_with_an_order_is_said(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|is)") as caught:
        parse_order_by(text, FIELDS, default=(), unique="name")
    assert problem in str(caught.value)
