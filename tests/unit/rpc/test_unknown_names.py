"""Names that a message does not have: which refuse a call, and that what is said of them is harmless."""

import json
import re
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.errors import FieldUnknown, InvalidFields, MalformedRequest
from mailproof.rpc.bodies import check_body, parse_json
from mailproof.rpc.queries import parse_query
from mailproof.rpc.unknown_names import MAX_HEADER_BYTES, MAX_NAMED, NamePolicy, Names
from smtpdiag.v1 import diagnosis_pb2, instance_pb2
from zitadel.admin.v1 import admin_pb2

ADD = admin_pb2.AddSMTPConfigRequest
EMAIL = admin_pb2.UpdateEmailProviderSMTPRequest
LIST = admin_pb2.ListSMTPConfigsRequest
PASSWORD = admin_pb2.UpdateSMTPConfigPasswordRequest
LENIENT, SLIPS, REFUSE = NamePolicy
MEMBER = r'"[A-Za-z0-9 ()@$_.?\[\]-]+"(?:;did-you-mean="[A-Za-z0-9_.\[\]]+")?'
HEADER = re.compile(rf"{MEMBER}(?:, {MEMBER})*(?:, [0-9]+)?|[0-9]+")


def read(
    kind: type[Message],
    document: object,
    policy: NamePolicy,
    query: bytes = b"",
    bindings: dict[str, str] | None = None,
) -> Names:
    names = Names(policy)
    parse_json(kind, json.dumps(document).encode(), bindings or {}, names, query=query)
    return names


def refused(kind: type[Message], document: object, policy: NamePolicy, query: bytes = b"") -> dict[str, str]:
    with pytest.raises(InvalidFields) as caught:
        read(kind, document, policy, query)
    return {problem.field: problem.description for problem in caught.value.violations}


def test_unknown_names_are_listed_with_what_is_meant() -> None:
    names = read(LIST, {"query": {"limt": 5, "asc": True}, "limit": 1, "color": {}}, LENIENT)
    assert names.count == 3
    assert names.header() == (b'"query.limt";did-you-mean="query.limit", "limit";did-you-mean="query.limit", "color"')
    assert names.logged() == "query.limt (query.limit), limit (query.limit), 1 that resemble no field"


@pytest.mark.parametrize(
    ("kind", "document", "field"),
    [
        (ADD, {"TLS": True}, "TLS"),
        (ADD, {"tls": None, "Tls": True}, "Tls"),  # null is no value
        (ADD, {"passwort": "x"}, "passwort"),
        (EMAIL, {"plain": {"passwort": "x"}}, "plain.passwort"),
        (EMAIL, {"xoauth2": {"clientCredentials": {"clientSecrt": "x"}}}, "xoauth2.client_credentials.clientSecrt"),
    ],
)
def test_a_slip_that_leaves_a_field_out_is_refused(kind: type[Message], document: object, field: str) -> None:
    for policy in (SLIPS, REFUSE):
        (problem,) = refused(kind, document, policy).items()
        assert problem[0] == field
        assert problem[1].startswith("is no field of this request; did you mean ")
    assert read(kind, document, LENIENT).count == 1


@pytest.mark.parametrize("document", [{"color": 1}, {"tls": True, "TLS": False}, {"from": "a@b.c"}, {"@type": "x"}])
def test_what_is_no_slip_is_refused_where_every_name_is(document: object) -> None:
    assert read(ADD, document, SLIPS).count == 1
    assert len(refused(ADD, document, REFUSE)) == 1


@pytest.mark.parametrize(
    ("document", "query"),
    [
        ({"ID": "5"}, b""),
        ({"_id": "5", "uid": 7}, b""),
        ({}, b"id=5&_=1700000000"),
        ({"note": "made by a script", "plan": "pro", "zone": None}, b""),  # one slip beside none and plain
        ({"TLS": None, "passwort": None}, b""),
    ],
)
def test_what_loses_nothing_is_no_slip(document: dict[str, object], query: bytes) -> None:
    names = read(EMAIL, document, SLIPS, query, {"id": "1"})
    assert names.count > 0
    assert refused(EMAIL, document, REFUSE, query)
    assert list(refused(EMAIL, {"plan": {"password": "x"}, "note": {}}, SLIPS)) == ["plan", "note"]
    with pytest.raises(FieldUnknown):
        read(EMAIL, {"ID": "5"}, SLIPS)  # where nothing else says which


def test_all_that_is_wrong_is_named_together() -> None:
    with pytest.raises(FieldUnknown) as caught:
        read(ADD, {"TLS": True, "Host": "a:1", "senderName": 5}, SLIPS)
    assert [problem.field for problem in caught.value.violations] == ["TLS", "Host", "sender_name"]
    assert caught.value.metadata == {"unknown": "TLS", "nearest": "tls"}


def test_a_password_is_removed_by_an_empty_one_alone() -> None:
    assert parse_json(PASSWORD, b'{"password":""}', {"id": "1"}, Names(SLIPS)) == PASSWORD(id="1")
    for document in ({}, {"password": None}, {"geheim": "x"}):
        assert refused(PASSWORD, document, SLIPS) == {"password": 'must be sent; "" removes what is stored'}
    assert list(refused(PASSWORD, {"passwort": "x"}, SLIPS)) == ["passwort", "password"]
    hinted = refused(PASSWORD, {"passwort": "x"}, LENIENT)
    assert hinted == {"password": 'must be sent; "" removes what is stored; did you mean it by passwort?'}


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_a_write_without_a_body_names_what_is_missing(body: bytes) -> None:
    with pytest.raises(InvalidFields) as caught:
        check_body(PASSWORD, body, {"id": "1"})
    assert [problem.field for problem in caught.value.violations] == ["password"]
    with pytest.raises(InvalidFields) as caught:
        check_body(ADD, body, {})
    assert [problem.field for problem in caught.value.violations] == ["sender_address", "sender_name", "host"]
    with pytest.raises(MalformedRequest, match="has no body"):
        check_body(instance_pb2.TestHTTPProviderRequest, body, {"id": "1"})
    check_body(admin_pb2.ActivateSMTPConfigRequest, body, {"id": "1"})  # the path says all
    check_body(ADD, b"{}", {})


def test_parameters_beside_a_body_are_not_read() -> None:
    names = read(ADD, {"tls": True}, SLIPS, b"tls=true&utm=x")
    assert names.header() == b'"?tls", "?utm"'
    assert list(refused(ADD, {}, SLIPS, b"tls=true&utm=x")) == ["?tls"]
    assert list(refused(ADD, {"tls": True}, REFUSE, b"tls=true&utm=x")) == ["?tls", "?utm"]
    assert read(ADD, {}, SLIPS, b"%ff=1").count == 0  # no query at all
    with pytest.raises(MalformedRequest):
        read(ADD, {}, REFUSE, b"%ff=1")


def test_unknown_parameters() -> None:
    names = Names(LENIENT)
    events = instance_pb2.ListEventsRequest
    assert parse_query(events, b"pageSise=5&page_size=3&foo", {}, names) == events(page_size=3)
    assert names.header() == b'"pageSise", "foo"'
    with pytest.raises(FieldUnknown) as caught:
        parse_query(events, b"pageSise=5", {}, Names(REFUSE))
    assert caught.value.metadata == {"unknown": "pageSise", "nearest": "pageSize"}
    nested = Names(LENIENT)
    parse_query(LIST, b"query.limt=5&query.limt=6", {}, nested)
    assert nested.header() == b'"query.limt";did-you-mean="query.limit"'


@pytest.mark.parametrize(
    "name",
    ["hunter2x", "2mwb9t", "a\r\nset-cookie: x", "ü", '"', "\\", "a,b", "\u202etls", "x" * 41, "", "\0", "a;b=c"],
)
def test_what_looks_like_no_name_is_not_repeated(name: str) -> None:
    names = read(ADD, {name: 1}, LENIENT)
    assert names.header().startswith(b'"(a name of %d characters)"' % len(name))
    assert name == "" or name not in names.logged()
    assert list(refused(ADD, {name: 1}, REFUSE)) == [f"(a name of {len(name)} characters)"]


def test_the_header_is_bounded() -> None:
    many: dict[str, Any] = {"n" * size: 1 for size in range(1, 41)} | {f"{number}": 1 for number in range(500)}
    names = read(ADD, many, LENIENT)
    assert names.count == 540
    assert len(names.header()) <= MAX_HEADER_BYTES
    assert names.header().endswith(b", %d" % (540 - MAX_NAMED))
    assert len(refused(ADD, many, REFUSE)) == MAX_NAMED


def test_a_slip_behind_many_other_names_is_found() -> None:
    many = {f"n{number}": 1 for number in range(900)}
    assert list(refused(ADD, {**many, "TLS": True}, SLIPS)) == ["TLS"]


def said_of(kind: type[Message], document: dict[str, Any], names: Names) -> str:
    """Return the sentence by which a request is refused; empty if it is not."""
    try:
        parse_json(kind, json.dumps(document).encode(), {}, names)
    except InvalidFields as failure:
        return failure.message
    return ""


names_of_any_kind = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["TLS", "Host", "limit", "query", "passwort", "@type", "a.b", "tls"]
)


@given(st.dictionaries(names_of_any_kind, st.none() | st.booleans() | st.dictionaries(names_of_any_kind, st.none())))
def test_what_is_said_of_any_names_is_harmless(document: dict[str, Any]) -> None:
    for kind in (ADD, EMAIL, LIST, diagnosis_pb2.DiagnoseRequest):
        for policy in NamePolicy:
            names = Names(policy)
            sentence = said_of(kind, document, names)
            assert sentence.isascii()
            assert len(sentence) < 4000
            if names.count:
                header = names.header().decode("ascii")
                assert HEADER.fullmatch(header), header
                assert len(header) <= MAX_HEADER_BYTES + 10
