"""Bytes to messages: what is read, what is refused, and that every refusal is ours and names the field."""

import json
import urllib.parse
from contextlib import suppress

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.errors import Failure, InvalidFields, MalformedRequest, RequestTooLarge
from mailproof.rpc import json_text
from mailproof.rpc.bodies import parse_json
from mailproof.rpc.codec import MAX_REQUEST_BYTES, dump, merge_protobuf, parse_protobuf, to_json
from mailproof.rpc.queries import parse_query
from smtpdiag.v1 import diagnosis_pb2, instance_pb2, vocabulary_pb2
from zitadel.admin.v1 import admin_pb2
from zitadel.v1 import object_pb2

ADD = admin_pb2.AddSMTPConfigRequest
LIST = admin_pb2.ListSMTPConfigsRequest
DIAGNOSE = diagnosis_pb2.DiagnoseRequest
REQUESTS: list[type[Message]] = [ADD, LIST, DIAGNOSE, admin_pb2.TestSMTPConfigByIdRequest]


def refused(message_type: type[Message], document: object) -> list[tuple[str, str]]:
    """Return the violations of a JSON document."""
    with pytest.raises(InvalidFields) as caught:
        parse_json(message_type, json.dumps(document).encode(), {})
    return [(violation.field, violation.description) for violation in caught.value.violations]


def test_both_spellings_are_read_and_unknown_fields_passed_over() -> None:
    for name in ("senderName", "sender_name"):
        document = {name: "A", "tls": True, "unknown": {"deep": [1, {"er": None}]}, "reply_to_address": None}
        assert parse_json(ADD, json.dumps(document).encode(), {}) == ADD(sender_name="A", tls=True)
    nested = {"query": {"limit": "5", "asc": True, "unknown": 1}}
    assert parse_json(LIST, json.dumps(nested).encode(), {}) == LIST(query=object_pb2.ListQuery(limit=5, asc=True))


def test_numbers_come_as_numbers_and_as_strings() -> None:
    for offset in (2**63 - 1, str(2**63 - 1)):
        assert parse_json(LIST, json.dumps({"query": {"offset": offset}}).encode(), {}) == LIST(
            query=object_pb2.ListQuery(offset=2**63 - 1)
        )


def test_enums_come_by_name_and_by_number() -> None:
    for depth in ("DEPTH_RCPT", vocabulary_pb2.DEPTH_RCPT):
        assert parse_json(DIAGNOSE, json.dumps({"depth": depth}).encode(), {}) == DIAGNOSE(
            depth=vocabulary_pb2.DEPTH_RCPT
        )


def test_the_paths_fields_win() -> None:
    request = parse_json(admin_pb2.TestSMTPConfigByIdRequest, b'{"id": "1", "receiverAddress": "a@b.c"}', {"id": "2"})
    assert request == admin_pb2.TestSMTPConfigByIdRequest(id="2", receiver_address="a@b.c")


@pytest.mark.parametrize("body", [b"", b" \r\n", b"{}"])
def test_no_body_is_an_empty_message(body: bytes) -> None:
    assert parse_json(ADD, body, {}) == ADD()


WRONG_NUMBER = "must be a whole number from 0 to 4294967295"


@pytest.mark.parametrize(
    ("message_type", "document", "violations"),
    [
        (ADD, {"senderName": 5}, [("sender_name", "must be a string")]),
        (ADD, {"senderName": ["a"]}, [("sender_name", "must be a string")]),
        (ADD, {"senderName": "a\ud800"}, [("sender_name", "must be valid UTF-8")]),
        (ADD, {"tls": "true"}, [("tls", "must be true or false")]),
        (ADD, {"tls": 1}, [("tls", "must be true or false")]),
        (DIAGNOSE, {"verifyAlternatives": 0}, [("verify_alternatives", "must be true or false")]),
        (ADD, {"tls": 1, "host": {}}, [("tls", "must be true or false"), ("host", "must be a string")]),
        (ADD, {"senderName": "a", "sender_name": "b"}, [("sender_name", "is given twice, in both spellings")]),
        (ADD, {"sender_name": None, "senderName": "b"}, [("sender_name", "is given twice, in both spellings")]),
        (LIST, {"query": "newest"}, [("query", "must be an object")]),
        (LIST, {"query": []}, [("query", "must be an object")]),
        (LIST, {"query": {"asc": "yes"}}, [("query.asc", "must be true or false")]),
        (LIST, {"query": {"limit": "abc"}}, [("query.limit", WRONG_NUMBER)]),
        (LIST, {"query": {"limit": -1}}, [("query.limit", WRONG_NUMBER)]),
        (LIST, {"query": {"limit": 1.5}}, [("query.limit", WRONG_NUMBER)]),
        (LIST, {"query": {"limit": 2**32}}, [("query.limit", WRONG_NUMBER)]),
        (LIST, {"query": {"limit": True}}, [("query.limit", "must be a number")]),
        (DIAGNOSE, {"timeout": 5}, [("timeout", 'must be seconds with an s behind them: write "5s"')]),
        (DIAGNOSE, {"timeout": "1.5"}, [("timeout", 'must be seconds with an s behind them: write "1.5s"')]),
        (DIAGNOSE, {"timeout": "soon"}, [("timeout", 'must be seconds with an s behind them: such as "5s" or "1.5s"')]),
        (DIAGNOSE, {"timeout": {}}, [("timeout", 'must be seconds with an s behind them: such as "5s" or "1.5s"')]),
        (
            DIAGNOSE,
            {"timeout": "99999999999999999999s"},
            [("timeout", 'must be seconds with an s behind them: such as "5s" or "1.5s"')],
        ),
        (DIAGNOSE, {"timeout": "999999999999s"}, [("timeout", "must be at most 315576000000 seconds")]),
        (
            DIAGNOSE,
            {"xoauth2": {"accessToken": "a", "clientCredentials": {}}},
            [("xoauth2.client_credentials", "must not be given together with access_token")],
        ),
        (
            admin_pb2.UpdateEmailProviderSMTPRequest,
            {"none": {}, "plain": {"password": "p"}},
            [("plain", "must not be given together with none")],
        ),
        (
            instance_pb2.ImportConfigsRequest,
            {"document": {"encryption": {"argon2id": {"memoryKib": 2**32}}, "providers": [{"smtp": {}, "http": {}}]}},
            [
                ("document.encryption.argon2id.memory_kib", WRONG_NUMBER),
                ("document.providers[0].http", "must not be given together with smtp"),
            ],
        ),
        (
            DIAGNOSE,
            {"xoauth2": {"clientCredentials": {"scopes": ["a", None, 5]}}},
            [
                ("xoauth2.client_credentials.scopes[1]", "must be a string"),
                ("xoauth2.client_credentials.scopes[2]", "must be a string"),
            ],
        ),
        (
            DIAGNOSE,
            {"xoauth2": {"clientCredentials": {"scopes": "a"}}},
            [("xoauth2.client_credentials.scopes", "must be a list")],
        ),
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_by_its_fields_name(
    message_type: type[Message], document: object, violations: list[tuple[str, str]]
) -> None:
    assert refused(message_type, document) == violations


@pytest.mark.parametrize("value", ["DEPTH_SOMEWHERE", "depth_auth", "", True, 1.5, [], {}])
def test_an_unknown_enum_is_refused_with_the_known_names(value: object) -> None:
    ((field, description),) = refused(DIAGNOSE, {"depth": value})
    assert field == "depth"
    assert description.startswith("must be one of DEPTH_CONNECT, ")
    assert "UNSPECIFIED" not in description


def test_a_wrong_value_is_never_repeated() -> None:
    for document in ({"password": ["hunter2"]}, {"password": {"hunter2": 1}}):
        with pytest.raises(InvalidFields) as caught:
            parse_json(ADD, json.dumps(document).encode(), {})
        assert "hunter2" not in str(caught.value)
    with pytest.raises(InvalidFields) as caught:
        parse_json(DIAGNOSE, b'{"timeout": "hunter2"}', {})
    assert "hunter2" not in str(caught.value)


def test_there_are_not_more_violations_than_headers_hold() -> None:
    assert len(refused(DIAGNOSE, {"xoauth2": {"clientCredentials": {"scopes": [1] * 10_000}}})) == 20


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "not valid JSON"),
        (b'{"host": }', "line 1, column 10"),
        (b"\xff", "not valid UTF-8 (byte 0)"),
        (b'{"tls_mo\\ud80de": 22}', "a name that is no Unicode text"),
        (b'{"unknown": {"\\udc00": 22}}', "a name that is no Unicode text"),
        (b'{"host": "\xc3"}', "not valid UTF-8 (byte 10)"),
        (b'\xef\xbb\xbf{"host": "a"}', "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"[" * 60_000, "the body is not valid JSON"),
        (b'{"query":' * 7_000, "the body is not valid JSON"),
        (b'{"x": 1' + b"0" * 5_000 + b"}", "a number too long"),
        (b'{"host": "a", "host": "b"}', 'the name "host" twice'),
        (b'{"query": {"\\ud800": 1, "\\ud800": 2}}', "twice in one object"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_is_no_json_object_is_malformed(body: bytes, says: str) -> None:
    with pytest.raises(MalformedRequest, match=r".") as caught:
        parse_json(LIST, body, {})
    assert says in str(caught.value)


def test_a_field_that_comes_many_times_is_named_once() -> None:
    with pytest.raises(InvalidFields) as caught:
        parse_protobuf(ADD, b"\x0a\x02\xff\xfe" * 1000)
    assert [violation.field for violation in caught.value.violations] == ["sender_address"]


def test_protobuf_names_the_fields_that_are_no_utf8() -> None:
    with pytest.raises(InvalidFields) as caught:
        parse_protobuf(ADD, b"\x0a\x02\xc3\x28" + b"\x22\x01\xff" + b"\x12\x01a")
    assert [(v.field, v.description) for v in caught.value.violations] == [
        ("sender_address", "must be valid UTF-8"),
        ("host", "must be valid UTF-8"),
    ]
    nested = b"\x12\x07" + b"\x22\x05" + b"\x0a\x03htt"  # a ClientCredentials in an XOAuth2
    bad = nested.replace(b"htt", b"ht\xff")
    with pytest.raises(InvalidFields) as caught:
        parse_protobuf(DIAGNOSE, b"\x32" + bytes([len(bad)]) + bad)
    assert [v.field for v in caught.value.violations] in (
        ["xoauth2.client_credentials.token_endpoint"],
        ["xoauth2.client_credentials.scopes"],
    )


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05abc", b"\x00", b"\x0b", b"\x0a\x02\xc3\x28\xff"])
def test_bytes_that_are_no_protobuf_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedRequest, match="AddSMTPConfigRequest"):
        parse_protobuf(ADD, data)


def test_protobuf_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(RequestTooLarge) as caught:
        parse_protobuf(ADD, b"\xff" * (MAX_REQUEST_BYTES + 1))
    assert caught.value.metadata == {"limitBytes": str(MAX_REQUEST_BYTES)}


def test_merged_fields_win_and_complete_no_broken_message() -> None:
    bound = admin_pb2.TestSMTPConfigByIdRequest(id="2").SerializeToString()
    own = admin_pb2.TestSMTPConfigByIdRequest(id="1", receiver_address="a@b.c").SerializeToString()
    merged = admin_pb2.TestSMTPConfigByIdRequest.FromString(merge_protobuf(own, bound))
    assert merged == admin_pb2.TestSMTPConfigByIdRequest(id="2", receiver_address="a@b.c")
    with pytest.raises(MalformedRequest):
        merge_protobuf(b"\x12" + bytes([len(bound)]), bound)
    assert merge_protobuf(b"\xff", b"") == b"\xff"  # nothing is bound: the decoder's business


def test_json_out_is_lower_camel_case_with_strings_for_int64_and_rfc3339() -> None:
    details = object_pb2.ObjectDetails(sequence=2**63, change_date=Timestamp(seconds=1, nanos=5_000_000))
    answer = admin_pb2.AddSMTPConfigResponse(details=details, id="1")
    assert to_json(answer) == {
        "details": {"sequence": str(2**63), "changeDate": "1970-01-01T00:00:01.005Z"},
        "id": "1",
    }
    assert to_json(diagnosis_pb2.DiagnoseRequest(depth=vocabulary_pb2.DEPTH_AUTH)) == {"depth": "DEPTH_AUTH"}
    assert to_json(instance_pb2.ListEventsResponse(), defaults=True) == {
        "events": [],
        "nextPageToken": "",
        "thinnedThrough": "0",
    }
    assert to_json(object_pb2.ListQuery(), defaults=True) == {"offset": "0", "limit": 0, "asc": False}
    assert dump({"name": "Zoë"}) == '{"name":"Zoë"}'.encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize("message_type", REQUESTS)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_a_failure_of_ours(message_type: type[Message], body: bytes) -> None:
    with suppress(Failure):
        assert isinstance(parse_json(message_type, body, {}), message_type)
    with suppress(Failure):
        assert isinstance(parse_protobuf(message_type, body), message_type)


@pytest.mark.parametrize("message_type", REQUESTS)
@given(st.data())
def test_any_values_in_known_fields_are_a_message_or_a_failure_of_ours(
    message_type: type[Message], data: st.DataObject
) -> None:
    descriptor = message_type.DESCRIPTOR
    names = st.sampled_from([name for field in descriptor.fields for name in (field.name, field.json_name)])
    inner = st.sampled_from(["limit", "accessToken", "clientCredentials", "scopes", "seconds"])
    values = JSON | st.dictionaries(inner, JSON | st.dictionaries(inner, JSON, max_size=2), max_size=2)
    document = data.draw(st.dictionaries(names, values, max_size=4))
    try:
        message = parse_json(message_type, json.dumps(document).encode(), {})
    except Failure as failure:
        dump({"message": failure.message})  # it can be said
    else:
        assert message_type.FromString(message.SerializeToString()) == message


EVENTS = instance_pb2.ListEventsRequest


@pytest.mark.parametrize(
    ("message_type", "query", "expected"),
    [
        (EVENTS, b"", EVENTS()),
        (EVENTS, b"page_size=7&page_token=a%2Bb", EVENTS(page_size=7, page_token="a+b")),
        (EVENTS, b"pageSize=-7&providerId=1", EVENTS(page_size=-7, provider_id="1")),
        (EVENTS, b"provider_id=", EVENTS()),
        (EVENTS, b"provider_id=a+b%20c", EVENTS(provider_id="a b c")),
        (EVENTS, b"provider_id=%C3%BC", EVENTS(provider_id="\u00fc")),
        (EVENTS, b"unknown=1&page_size=7&also.unknown=x&utm", EVENTS(page_size=7)),
        (LIST, b"query.limit=5&query.asc=true", LIST(query=object_pb2.ListQuery(limit=5, asc=True))),
        (LIST, b"query.offset=9007199254740993", LIST(query=object_pb2.ListQuery(offset=2**53 + 1))),
        (
            DIAGNOSE,
            b"depth=DEPTH_EHLO&tlsMode=3",
            DIAGNOSE(depth=vocabulary_pb2.DEPTH_EHLO, tls_mode=vocabulary_pb2.TLS_MODE_STARTTLS),
        ),
        (
            DIAGNOSE,
            b"xoauth2.clientCredentials.scopes=a&xoauth2.client_credentials.scopes=b",
            DIAGNOSE(
                xoauth2=diagnosis_pb2.XOAuth2(client_credentials=diagnosis_pb2.ClientCredentials(scopes=["a", "b"]))
            ),
        ),
    ],
)
def test_a_query_is_read(message_type: type[Message], query: bytes, expected: Message) -> None:
    assert parse_query(message_type, query, {}) == expected


@pytest.mark.parametrize(
    ("message_type", "query", "wrong"),
    [
        (EVENTS, b"page_size=x", {"page_size": "must be a whole number"}),
        (EVENTS, b"page_size=", {"page_size": "must be a whole number"}),
        (EVENTS, b"pageSize=1.5", {"page_size": "must be a whole number"}),
        (EVENTS, b"page_size=1_0", {"page_size": "must be a whole number"}),
        (EVENTS, b"page_size=%D9%A3", {"page_size": "must be a whole number"}),
        (EVENTS, b"page_size=2147483648", {"page_size": "from -2147483648 to 2147483647"}),
        (EVENTS, b"page_size=1&pageSize=1", {"page_size": "is given twice"}),
        (EVENTS, b"page_size=1&page_size=2", {"page_size": "is given twice"}),
        (EVENTS, b"page_size.part=1", {"page_size": "has no parts"}),
        (EVENTS, b"page_size=x&provider_id=1&provider_id=2", {"page_size": "whole", "provider_id": "twice"}),
        (LIST, b"query=x", {"query": "can't be given in a query"}),
        (LIST, b"query.asc=1", {"query.asc": "must be true or false"}),
        (LIST, b"query.limit=-1", {"query.limit": "from 0 to 4294967295"}),
        (DIAGNOSE, b"depth=DEEP", {"depth": "must be one of"}),
    ],
)
def test_what_is_wrong_in_a_query_is_named(message_type: type[Message], query: bytes, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidFields) as caught:
        parse_query(message_type, query, {})
    found = {violation.field: violation.description for violation in caught.value.violations}
    assert set(found) == set(wrong)
    for field, says in wrong.items():
        assert says in found[field]


def test_the_path_wins_over_the_query() -> None:
    request = parse_query(admin_pb2.GetSMTPConfigByIdRequest, b"id=other", {"id": "1"})
    assert request == admin_pb2.GetSMTPConfigByIdRequest(id="1")


@pytest.mark.parametrize("query", [b"page_token=%FF", b"page_token=\xff", b"&".join([b"a=b"] * 101)])
def test_what_is_no_query(query: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_query(EVENTS, query, {})


def test_a_list_that_is_too_long_is_not_read() -> None:
    body = b'{"document":{"providers":[%b]}}' % b",".join([b'{"id":5}'] * 1001)
    with pytest.raises(InvalidFields) as caught:
        parse_json(instance_pb2.ImportConfigsRequest, body, {})
    assert [violation.field for violation in caught.value.violations] == ["document.providers"]


@pytest.mark.parametrize("value", [b'"a b"', b'"\\u00fc"', b"5", b"{}", b'"===="'])
def test_octets_are_base64(value: bytes) -> None:
    with pytest.raises(InvalidFields, match="must be base64"):
        parse_json(instance_pb2.ExportedProvider, b'{"secret":%b}' % value, {})


def test_a_limit_of_its_own_is_told() -> None:
    with pytest.raises(RequestTooLarge) as caught:
        parse_protobuf(EVENTS, b"x" * 11, 10)
    assert caught.value.metadata == {"limitBytes": "10"}


NAMES = st.sampled_from(
    ["page_size", "pageSize", "query", "query.limit", "query.asc", "query.offset.x", "depth", "timeout", "."]
)
VALUES = st.one_of(st.text(), st.integers().map(str), st.sampled_from(["true", "1e3", "-1", "2s"]))


@given(st.lists(st.tuples(NAMES | st.text(), VALUES), max_size=5), st.sampled_from([EVENTS, LIST, DIAGNOSE]))
def test_any_query_is_read_or_refused(pairs: list[tuple[str, str]], message_type: type[Message]) -> None:
    query = urllib.parse.urlencode(pairs, errors="replace").encode()
    with suppress(Failure):
        parse_query(message_type, query, {})


@given(st.binary(max_size=60))
def test_any_octets_after_the_question_mark_are_read_or_refused(query: bytes) -> None:
    with suppress(Failure):
        parse_query(LIST, query, {})


def test_a_name_that_comes_twice_behind_many_others_is_found_in_one_pass() -> None:
    """By comparing each with each it takes hours."""
    names = [str(number) for number in range(1_000_000)]
    assert json_text._first_twice([*names, "7"]) == "7"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{" + ",".join(f'"{n}":0' for n in range(1001)) + "}", "more than 1000 names in one object"),
        ("{" + ",".join(['"a":0'] * 11_000) + "}", "more than 1000 names in one object"),
        ('{"a":[' + ",".join(['{"b":0}'] * 50_000) + "]}", "more than 40000 names"),
    ],
)
def test_a_body_of_more_names_than_any_message_has_is_refused(body: str, sentence: str) -> None:
    with pytest.raises(MalformedRequest, match=sentence):
        parse_json(diagnosis_pb2.DiagnoseRequest, body.encode(), {})


def test_a_thousand_unknown_names_are_passed_over() -> None:
    body = "{" + ",".join(f'"{n}":0' for n in range(1000)) + "}"
    assert parse_json(diagnosis_pb2.DiagnoseRequest, body.encode(), {}) == diagnosis_pb2.DiagnoseRequest()


def test_a_lone_surrogate_as_the_name_of_an_enum_is_refused() -> None:
    with pytest.raises(InvalidFields, match="tls_mode: must be one of"):
        parse_json(diagnosis_pb2.DiagnoseRequest, b'{"tlsMode":"\\ud800"}', {})
