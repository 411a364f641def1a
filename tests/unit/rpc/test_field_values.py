"""The one table of values: for each kind of field what is taken, as which value, and what is refused, by any way in."""

import base64
import json
import urllib.parse
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.errors import InvalidFields, MalformedRequest
from mailproof.rpc.bodies import parse_json
from mailproof.rpc.codec import parse_protobuf
from mailproof.rpc.field_values import _KINDS, MAX_DURATION, RANGES, is_message, whole_number
from mailproof.rpc.queries import parse_query
from mailproof.rpc.validation import violations
from service_support.rules import METHODS
from smtpdiag.v1 import diagnosis_pb2, instance_pb2, vocabulary_pb2
from zitadel.admin.v1 import admin_pb2
from zitadel.v1 import object_pb2

DIAGNOSE = diagnosis_pb2.DiagnoseRequest
EVENTS = instance_pb2.ListEventsRequest
PROVIDER = instance_pb2.ExportedProvider
QUERY = object_pb2.ListQuery
REFUSED = object()

FIELDS: dict[str, tuple[type[Message], str]] = {
    "string": (DIAGNOSE, "host"),
    "bool": (DIAGNOSE, "verify_alternatives"),
    "int32": (EVENTS, "page_size"),
    "uint32": (DIAGNOSE, "port"),
    "uint64": (QUERY, "offset"),
    "enum": (DIAGNOSE, "tls_mode"),
    "bytes": (PROVIDER, "secret"),
    "duration": (DIAGNOSE, "timeout"),
    "timestamp": (PROVIDER, "create_time"),
}
"""A field of each kind."""

NUMBERS: list[tuple[str, Any]] = [
    ("0", 0),
    ("7", 7),
    ("-0", 0),
    ("7.0", 7),
    ("70e-1", 7),
    ("1e3", 1000),
    ("1E+3", 1000),
    ("0e999999999999999999999", 0),
    ("2147483647", 2**31 - 1),
    ("2.147483647e9", 2**31 - 1),
    ("1e400", REFUSED),
    ("1e999999999", REFUSED),
    ("1e-999999999", REFUSED),
    ("1e99999999999999999999", REFUSED),
    ("7.5", REFUSED),
    ("18446744073709551616", REFUSED),
    ("1" + "0" * 4000, REFUSED),
]
"""JSON numbers of a field of whole numbers, bare or in quotes."""

NO_NUMBERS = ["", " 7", "7 ", "+7", "07", "-", "1_0", "0x10", "7.", ".7", "1e", "\u0663", "\uff17", "NaN", "Infinity"]
NO_NUMBERS += ["-Infinity", "true", "null", "1,000", "7\n", "1 0", "0b1", "7f", "\u22127"]

NO_JSON = ["NaN", "Infinity", "-Infinity", "+7", "07", "0x10", "1_0", "7.", ".7", "1e", "\u0663"]

ODD: list[Any] = [True, False, [], {}, [7], {"value": 7}, "\ud800"]


def values() -> Iterator[tuple[str, str, Any]]:
    """Yield kind, JSON text and the value, or REFUSED."""
    for kind in ("int32", "uint32", "uint64"):
        for text, value in NUMBERS:
            yield kind, text, value
            yield kind, json.dumps(text), value
        for text in NO_NUMBERS:
            yield kind, json.dumps(text), REFUSED
        for odd in ODD:
            yield kind, json.dumps(odd), REFUSED
    yield from [
        ("int32", "-2147483648", -(2**31)),
        ("int32", "2147483648", REFUSED),
        ("int32", "-2147483649", REFUSED),
        ("int32", "4294967303", REFUSED),
        ("uint32", "4294967295", 2**32 - 1),
        ("uint32", "4294967296", REFUSED),
        ("uint32", "-1", REFUSED),
        ("uint64", "18446744073709551615", 2**64 - 1),
        ("uint64", '"18446744073709551615"', 2**64 - 1),
        ("uint64", "9007199254740993", 2**53 + 1),  # a double holds ...992 alone
        ("uint64", "9007199254740993.0", 2**53 + 1),
        ("uint64", "9.007199254740993e15", 2**53 + 1),
        ("uint64", '"9.007199254740993e15"', 2**53 + 1),
        ("uint64", "-1", REFUSED),
    ]
    yield from [
        ("enum", '"TLS_MODE_NONE"', vocabulary_pb2.TLS_MODE_NONE),
        ("enum", "5", 5),
        ("enum", "5.0", 5),
        ("enum", "5e0", 5),
        ("enum", "0", 0),
        ("enum", "99", 99),  # open: the declared rules refuse what is not defined
        ("enum", "-1", -1),
        ("enum", "2147483647", 2**31 - 1),
        *[("enum", text, REFUSED) for text in ("2147483648", "4294967301", "-4294967291", "1e30", "5.5", '"5"')],
        *[("enum", json.dumps(it), REFUSED) for it in ("tls_mode_none", "TLS-MODE-NONE", "NONE", "", " TLS_MODE_NONE")],
        *[("enum", json.dumps(odd), REFUSED) for odd in ODD],
    ]
    yield from [("bool", "true", True), ("bool", "false", False)]
    yield from [("bool", text, REFUSED) for text in ('"true"', '"false"', "1", "0", '""', '"on"', "[]", "{}", "1.0")]
    yield from [("string", json.dumps(text), text) for text in ("", " a ", "\0", "null", "7", "\U0001f600", "\ufffd")]
    yield ("string", '"\\ud83d\\ude00"', "\U0001f600")
    yield from [
        ("string", text, REFUSED) for text in ("7", "true", "[]", "{}", '["a"]', '"\\ud83d"', '"\\ude00\\ud83d"')
    ]
    yield from [
        ("bytes", '""', b""),
        ("bytes", '"YQ=="', b"a"),
        ("bytes", '"YQ"', b"a"),
        ("bytes", '"YWI="', b"ab"),
        ("bytes", '"YWI"', b"ab"),
        ("bytes", '"YWJj"', b"abc"),
        ("bytes", '"+/+/"', b"\xfb\xff\xbf"),
        ("bytes", '"-_-_"', b"\xfb\xff\xbf"),
    ]
    half = ['"YQ="', '"YQ==="', '"YWI=="', '"YWJj="', '"YWJj===="', '"Y"', '"Y==="', '"="', '"===="', '"YQ==YQ=="']
    other = ['"YR=="', '"YWJ="', '"+_+_"', '"YQ =="', '" YQ=="', '"YQ==\\n"', '"Y\\u00e4=="', "7", "true", "[97]", "{}"]
    yield from [("bytes", text, REFUSED) for text in (*half, *other)]
    yield from [
        ("duration", json.dumps(text), Duration(seconds=seconds, nanos=nanos))
        for text, seconds, nanos in (
            ("0s", 0, 0),
            ("-0s", 0, 0),
            ("5s", 5, 0),
            ("1.5s", 1, 500_000_000),
            ("-1.5s", -1, -500_000_000),
            ("-0.5s", 0, -500_000_000),
            ("0.000000001s", 0, 1),
            ("1.10s", 1, 100_000_000),
            (f"{MAX_DURATION}s", MAX_DURATION, 0),
            (f"-{MAX_DURATION}s", -MAX_DURATION, 0),
            (f"{MAX_DURATION - 1}.999999999s", MAX_DURATION - 1, 999_999_999),
        )
    ]
    strange = [
        "1_0s",
        "\u0663s",
        "1.0000000000s",
        "+5s",
        "05s",
        "5",
        "5S",
        "5 s",
        " 5s",
        "5s ",
        "s",
        "",
        ".5s",
        "5.s",
        "1e2s",
    ]
    strange += ["5m", "5ms", "-s", "--5s", "NaNs", "Infinitys", "0x5s", f"{MAX_DURATION + 1}s", f"{MAX_DURATION}.1s"]
    strange += [f"{MAX_DURATION}.000000001s", "9" * 400 + "s", "5s\n", "1:00s", "\uff15s"]
    yield from [("duration", json.dumps(text), REFUSED) for text in strange]
    yield from [("duration", text, REFUSED) for text in ("5", "5.0", "true", "[]", "{}", '{"seconds":5}')]
    yield from [
        ("timestamp", json.dumps(text), Timestamp(seconds=seconds, nanos=nanos))
        for text, seconds, nanos in (
            ("1970-01-01T00:00:00Z", 0, 0),
            ("1970-01-01T00:00:00.5Z", 0, 500_000_000),
            ("1970-01-01T00:00:00.000000001Z", 0, 1),
            ("1969-12-31T23:59:59.9Z", -1, 900_000_000),
            ("1970-01-01T01:00:00+01:00", 0, 0),
            ("1969-12-31T19:00:00-05:00", 0, 0),
            ("1970-01-01T00:00:00-00:00", 0, 0),
            ("1970-01-01T23:59:00+23:59", 0, 0),
            ("2024-02-29T00:00:00Z", 1_709_164_800, 0),
            ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
            ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
            ("0001-01-01T01:00:00+01:00", -62_135_596_800, 0),
        )
    ]
    strange = [
        f"1970-01-01T00:00:00{offset}" for offset in ("", "+24:00", "-24:00", "+99:00", "+01:60", "+0100", "+01")
    ]
    strange += [
        f"1970-01-01T00:00:00{offset}" for offset in ("+1:00", "z", " Z", "ZZ", ".Z", ".0000000000Z", ",5Z", "UTC")
    ]
    strange += ["1970-01-01t00:00:00Z", "1970-01-01 00:00:00Z", "1970-01-01", "1970-01-01T00:00Z", "70-01-01T00:00:00Z"]
    strange += ["2016-12-31T23:59:60Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-02-30T00:00:00Z"]
    strange += ["2023-02-29T00:00:00Z", "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-01-00T00:00:00Z"]
    strange += [
        "0000-01-01T00:00:00Z",
        "0000-12-31T23:00:00-01:00",
        "0001-01-01T00:00:00+00:01",
        "10000-01-01T00:00:00Z",
    ]
    strange += ["9999-12-31T23:59:59-00:01", "+1970-01-01T00:00:00Z", "-1970-01-01T00:00:00Z", "19_70-01-01T00:00:00Z"]
    strange += ["\u0661970-01-01T00:00:00Z", "1970-W01-4T00:00:00Z", "1970-001T00:00:00Z", "19700101T000000Z", "0", ""]
    yield from [("timestamp", json.dumps(text), REFUSED) for text in strange]
    yield from [("timestamp", text, REFUSED) for text in ("0", "0.5", "true", "[]", "{}", '{"seconds":5}')]
    yield from [(kind, "null", None) for kind in FIELDS]
    yield from [(kind, text, MalformedRequest) for kind in FIELDS for text in NO_JSON[:5]]
    yield from [(kind, text, MalformedRequest) for kind in FIELDS for text in NO_JSON[5:]]


VALUES = list(values())


def expected(kind: str, value: Any) -> Message:
    """Return the message that has this value."""
    message_type, name = FIELDS[kind]
    return message_type() if value is None else message_type(**{name: value})


@pytest.mark.parametrize("kind", FIELDS)
def test_a_body_has_these_values_and_no_others(kind: str) -> None:
    message_type, name = FIELDS[kind]
    (field,) = (it for it in message_type.DESCRIPTOR.fields if it.name == name)
    for text, value in [(text, value) for each, text, value in VALUES if each == kind]:
        for spelling in {field.name, field.json_name}:
            body = f'{{"{spelling}": {text}}}'.encode()
            if value is REFUSED:
                with pytest.raises(InvalidFields) as caught:
                    parse_json(message_type, body, {})
                assert [it.field for it in caught.value.violations] == [name], text
            elif value is MalformedRequest:
                with pytest.raises(MalformedRequest):
                    parse_json(message_type, body, {})
            else:
                assert parse_json(message_type, body, {}) == expected(kind, value), text


@pytest.mark.parametrize("kind", FIELDS)
def test_a_query_has_the_same_values_without_their_quotes(kind: str) -> None:
    """A bare number of JSON, and a text in quotes, are one text there. Its true is no text, and its null no value."""
    message_type, name = FIELDS[kind]
    for text, value in [(text, value) for each, text, value in VALUES if each == kind and text != "null"]:
        if value is MalformedRequest or text.startswith(("[", "{")) or "\\ud83d" in text or "\\ude00" in text:
            continue
        loaded = json.loads(text, parse_float=str, parse_int=str)
        bare: Any = {True: "true", False: "false"}[loaded] if isinstance(loaded, bool) else loaded
        if "\ud800" in bare or (kind == "string" and text[0] != '"') or (kind == "bytes" and text == "true"):
            continue
        taken = value
        if kind == "bool" and bare in ("true", "false"):
            taken = bare == "true"
        elif (kind, bare) == ("enum", "5"):
            taken = 5
        elif (kind, bare) == ("bytes", "7"):
            taken = REFUSED
        query = urllib.parse.urlencode({name: bare}).encode()
        if taken is REFUSED:
            with pytest.raises(InvalidFields) as caught:
                parse_query(message_type, query, {})
            assert [it.field for it in caught.value.violations] == [name], text
        else:
            assert parse_query(message_type, query, {}) == expected(kind, taken), text


def walk(descriptor: Descriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    for field in descriptor.fields:
        yield field
        if is_message(field) and field.message_type is not None and field.message_type.full_name not in seen:
            seen.add(field.message_type.full_name)
            yield from walk(field.message_type, seen)


def test_every_field_of_a_request_is_of_a_kind_that_the_table_has() -> None:
    """Also none is a map, or a packed list of numbers, which `rpc.codec` would have to look into."""
    seen: set[str] = set()
    kinds = set()
    for method in METHODS.values():
        for field in walk(method.input_type, seen):
            part = field.message_type
            assert part is None or not part.GetOptions().map_entry, field.full_name
            assert not field.is_repeated or is_message(field) or field.type == FieldDescriptor.TYPE_STRING
            if not is_message(field):
                kinds.add(field.type if part is None else part.full_name)
    assert kinds <= set(_KINDS)


@given(st.integers(-(2**65), 2**65), st.integers(0, 30), st.integers(0, 5))
def test_a_number_keeps_its_value_however_it_is_written(number: int, shift: int, zeros: int) -> None:
    digits = str(abs(number))
    sign = "-" if number < 0 else ""
    assert whole_number(f"{sign}{digits}.{'0' * (zeros + 1)}e0") == (number if abs(number) < 10**20 else None)
    moved = f"{sign}0.{digits}e{len(digits)}"
    assert whole_number(moved) == number
    part = whole_number(f"{sign}{digits}e-{shift}")
    exact = Decimal(number).scaleb(-shift)
    assert (part is None) == (exact != exact.to_integral_value())
    assert part is None or part == exact


TEXT = st.text(st.sampled_from("0123456789-+.eE_xs \u0663") | st.characters(), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
MOMENTS = st.datetimes(timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))))
LIKELY = {
    "string": TEXT,
    "bool": st.sampled_from(["true", "false", "True", "1", True]),
    "enum": st.sampled_from([*vocabulary_pb2.TlsMode.keys(), "tls_mode_none"]) | st.integers(-(2**33), 2**33),
    "bytes": st.binary(max_size=9).map(base64.b64encode).map(bytes.decode) | st.text("aQ+/-_=", max_size=9),
    "duration": st.from_regex(r"-?[0-9]{1,13}(\.[0-9]{1,10})?s", fullmatch=True),
    "timestamp": MOMENTS.map(datetime.isoformat),
} | dict.fromkeys(("int32", "uint32", "uint64"), st.integers(-(2**33), 2**65) | st.floats(-1e20, 1e20).map(str))


@pytest.mark.parametrize("kind", FIELDS)
@given(st.data())
def test_what_is_taken_is_what_the_reference_parser_takes(kind: str, data: st.DataObject) -> None:
    """Protobuf's own parser takes more; what we take it takes too, with the same value where it rounds none."""
    message_type, name = FIELDS[kind]
    value = data.draw(LIKELY[kind] | JSON)
    body = json.dumps({name: value}).encode()
    with suppress(InvalidFields, MalformedRequest):
        ours = parse_json(message_type, body, {})
        theirs = json_format.Parse(body, message_type())
        plain = isinstance(value, int | str) and not set("eE.") & set(str(value))
        if plain or kind in {"duration", "timestamp", "string", "bytes", "bool", "enum"}:
            assert ours == theirs
        elif value is not None:  # theirs may have been a float on the way
            assert getattr(ours, name) == Decimal(str(value))
        # What we say of it is read as the same by both of us.
        again = json_format.MessageToJson(ours, preserving_proto_field_name=data.draw(st.booleans())).encode()
        assert parse_json(message_type, again, {}) == ours


@given(MOMENTS, st.integers(0, 9))
def test_every_moment_is_taken_in_any_offset(moment: datetime, digits: int) -> None:
    body = json.dumps({"createTime": moment.isoformat()}).encode()
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        utc = None
    if utc is None:
        with pytest.raises(InvalidFields):
            parse_json(PROVIDER, body, {})
    else:
        read = parse_json(PROVIDER, body, {}).create_time  # type: ignore[attr-defined]
        assert read.ToDatetime(UTC) == utc


def varint(number: int) -> bytes:
    """Return a number as protobuf encodes it."""
    octets = bytearray()
    while number > 127:
        octets.append(number & 127 | 128)
        number >>= 7
    return bytes([*octets, number])


@pytest.mark.parametrize(
    ("message_type", "name", "good", "bad"),
    [
        (DIAGNOSE, "tls_mode", [0, 5, 2**64 - 1], [2**32, 2**32 + 5, 2**31, 2**63, 2**64 - 2**31 - 1]),
        (DIAGNOSE, "port", [0, 587, 2**32 - 1], [2**32, 2**32 + 587, 2**64 - 1]),
        (EVENTS, "page_size", [0, 2**31 - 1, 2**64 - 1], [2**31, 2**32 + 7, 2**63]),
        (PROVIDER, "state", [0, 1, 7], [2**32 + 1]),
        (DIAGNOSE, "verify_alternatives", [0, 1, 2, 2**32], []),  # any bits but none are true
    ],
)
def test_a_number_on_the_wire_is_not_cut_to_its_field(
    message_type: type[Message], name: str, good: list[int], bad: list[int]
) -> None:
    tag = varint(message_type.DESCRIPTOR.fields_by_name[name].number << 3)
    for number in good:
        data = tag + varint(number)
        assert parse_protobuf(message_type, data) == message_type.FromString(data)
    for number in bad:
        with pytest.raises(InvalidFields) as caught:
            parse_protobuf(message_type, tag + varint(number))
        assert [it.field for it in caught.value.violations] == [name]


def test_a_number_is_not_cut_in_a_message_within_either() -> None:
    provider = varint(PROVIDER.DESCRIPTOR.fields_by_name["state"].number << 3) + varint(2**32 + 1)
    document = instance_pb2.ConfigsDocument.DESCRIPTOR.fields_by_name["providers"]
    within = varint(document.number << 3 | 2) + varint(len(provider)) + provider
    outer = instance_pb2.ImportConfigsRequest.DESCRIPTOR.fields_by_name["document"]
    with pytest.raises(InvalidFields) as caught:
        parse_protobuf(instance_pb2.ImportConfigsRequest, varint(outer.number << 3 | 2) + varint(len(within)) + within)
    assert [it.field for it in caught.value.violations] == ["document.providers.state"]


@pytest.mark.parametrize("number", [99, -1, 2**31 - 1, -(2**31)])
def test_an_enum_that_nobody_defined_acts_as_no_known_one(number: int) -> None:
    """It is read, since enums are open, and refused by the declared rules, on every wire alike."""
    for read in (
        parse_json(DIAGNOSE, json.dumps({"host": "a.example", "tlsMode": number}).encode(), {}),
        parse_protobuf(DIAGNOSE, DIAGNOSE(host="a.example", tls_mode=number).SerializeToString()),  # type: ignore[arg-type]
        parse_query(DIAGNOSE, f"host=a.example&tlsMode={number}".encode(), {}),
    ):
        assert [problem.field for problem, _ in violations(read)] == ["tls_mode"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"document":{"providers":[{"state":4294967297}]}}', ["document.providers[0].state"]),
        (b'{"document":{"providers":[null]}}', ["document.providers[0]"]),
        (b'{"document":{"providers":[{},5]}}', ["document.providers[1]"]),
        (b'{"document":{"formatVersion":"1_0"}}', ["document.format_version"]),
        (b'{"document":{"exportTime":"0000-01-01T00:00:00Z"}}', ["document.export_time"]),
    ],
)
def test_the_issues_own_values_are_refused_where_they_stand(body: bytes, named: list[str]) -> None:
    with pytest.raises(InvalidFields) as caught:
        parse_json(instance_pb2.ImportConfigsRequest, body, {})
    assert [it.field for it in caught.value.violations] == named


def test_nan_is_refused_where_nobody_reads_it() -> None:
    for name in ("NaN", "Infinity", "-Infinity"):
        with pytest.raises(MalformedRequest, match=f"{name} is no number"):
            parse_json(admin_pb2.AddSMTPConfigRequest, f'{{"unknown": [{{"x": {name}}}]}}'.encode(), {})


@pytest.mark.parametrize("query", [b"pageToken=%zz", b"pageToken=%", b"pageToken=%4", b"%=1"])
def test_a_query_with_half_an_escape_is_none(query: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_query(EVENTS, query, {})


def test_the_ranges_are_those_of_the_types() -> None:
    for name, bits in (("INT32", 31), ("INT64", 63)):
        assert RANGES[getattr(FieldDescriptor, f"CPPTYPE_{name}")] == (-(2**bits), 2**bits - 1)
