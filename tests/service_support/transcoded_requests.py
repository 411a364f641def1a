"""REST requests made of the descriptors, the same in each run: what two translators of one API are both asked.

Each field of each request gets the values of a table, good and nasty, in bodies and in queries; each route gets other
verbs, ids that look odd, and both spellings of its names.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from google.api import annotations_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from service_support.rules import METHODS
from service_support.service import SandboxServer

SMTP_ID, HTTP_ID = "SMTP-PROVIDER", "HTTP-PROVIDER"
"""They stand for the ids that each side has given to its two providers."""

JSON = {"content-type": "application/json"}
VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH")
CLOSED_PORT = "127.0.0.1:1"
_IN_FULL = 2
"""So many fields of each kind get the whole table of values, and all others some of it."""


@dataclass(frozen=True)
class Case:
    """One request.

    Attributes:
        kind: What is tried, in words.
        method: The RPC whose route it is made of.
        target: Path and query, percent-encoded.
        headers: All but the token and the instance, which each side adds. An empty value leaves the header out.
        literal: Of the kind "value", the JSON text that was put in.
        of: Of the kind "value", what kind of field it was put in.
    """

    kind: str
    method: MethodDescriptor
    verb: str
    target: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    literal: str = ""
    of: str = ""

    @property
    def own(self) -> bool:
        """Whether the RPC is one of our own APIs, and not of one that we are compatible with."""
        return self.method.full_name.startswith("smtpdiag.")

    def __str__(self) -> str:
        shown = "" if self.body is None else f" {self.body[:200]!r}"
        return f"{self.kind}: {self.verb} {self.target[:200]}{shown} {self.headers}"


_INTEGERS = (
    '7 "7" 7.0 "7.0" 1e1 "1e1" 70e-1 -1 "-1" -0 7.5 "7.5" "" " 7" "7 " "+7" "07" 07 +7 "0x10" "1_0" "\u0663" "NaN" NaN'
    " true null [] {} 2147483648 4294967296 9007199254740993 18446744073709551615 18446744073709551616"
    ' "2147483647" "9007199254740993" "18446744073709551615" "-9223372036854775809" 1e400 "1e400"'
)
_BASE64 = '"YQ==" "YQ" "YQ=" "Y" "YR==" "-_-_" "+/+/" "-/-/" "%%" "" 5 null []'
_DURATIONS = (
    '"0s" "5s" "1.5s" "-1.5s" "1.000000001s" "5" 5 5.0 "05s" "+5s" "1_0s" "1e2s" ".5s" "5.s" "1.0000000001s" "5S"'
    ' "315576000001s" "999999999999999999999s" "\u0663s" "" null {} {"seconds":5} []'
)
_TIMES = (
    '"2026-01-02T03:04:05Z" "2026-01-02T03:04:05.123456789Z" "2026-01-02T03:04:05+01:00" "2026-01-02T03:04:05"'
    ' "2026-01-02T03:04:05.1234567891Z" "2026-01-02t03:04:05z" "2026-01-02T24:00:00Z" "2026-01-02T03:04:60Z"'
    ' "2026-02-30T03:04:05Z" "2026-01-02T03:04:05+24:00" "2026-01-02T03:04:05+0100" "0000-01-02T03:04:05Z"'
    ' "9999-12-31T23:59:59-01:00" "0001-01-01T00:00:00+01:00" "2026-1-2T03:04:05Z" "" 5 null {} []'
)
_VALUES: dict[int | str, tuple[str, ...]] = {
    FieldDescriptor.TYPE_STRING: (
        *('"a"', '""', "5", "5.5", "true", "null", "[]", "{}", '["a"]', '{"a":1}', '"\\ud800"', '"\\ud83d\\ude00"'),
        *('"é"', '"a\\u0000b"', '"\\/"', '"\\x41"', "'a'", '"a\tb"', '"' + "x" * 3000 + '"', '"null"'),
    ),
    FieldDescriptor.TYPE_BOOL: (
        "true",
        "false",
        "null",
        '"true"',
        '"false"',
        '"1"',
        "1",
        "0",
        '""',
        "[]",
        "{}",
        "True",
    ),
    **dict.fromkeys(
        (
            FieldDescriptor.TYPE_INT32,
            FieldDescriptor.TYPE_INT64,
            FieldDescriptor.TYPE_UINT32,
            FieldDescriptor.TYPE_UINT64,
        ),
        tuple(re.findall(r'"[^"]*"|\S+', _INTEGERS)),
    ),
    FieldDescriptor.TYPE_BYTES: tuple(_BASE64.split()),
    "google.protobuf.Duration": tuple(_DURATIONS.split()),
    "google.protobuf.Timestamp": tuple(_TIMES.split()),
}
_PARTS = ("{}", "null", "[]", '"a"', "5", '{"unknown":1}', "[{}]")
_LISTS = ("[]", "null", "[null]", "{}", '"a"', "5", "[[]]", '["a",5]')
_WRONG_ENUMS = ('""', "null", "true", "[]", "99", "-1", "1.0", "1.5", '"1"', "4294967297", "2147483648", '"NOBODY"')

_BODIES: tuple[bytes, ...] = (
    *(
        b"",
        b" ",
        b"{}",
        b"null",
        b"[]",
        b"5",
        b'"a"',
        b"{",
        b"}",
        b"{}{}",
        b"{},",
        b"{} x",
        b"[{}]",
        b"{}\n",
        b"\x00{}",
    ),
    *(b'{"a"}', b'{"a":}', b'{"a":1,}', b"{'a':1}", b"{a:1}", b'{"a":1 "b":2}', b'{"a":NaN}', b'{"a":Infinity}'),
    *(b'{"a":1,"a":2}', b'{"a":07}', b'{"a":.5}', b'{"a":1.}', b'{"a":"\xff"}', b'{"\xff":1}', b'{"a":"\\q"}', b"\xff"),
    *(b'\xef\xbb\xbf{"a":1}', "{}".encode("utf-16"), b"{}//x", b"/**/{}", b'{"a":' * 50 + b"1" + b"}" * 50),
    *(b'{"a":' * 500 + b"1" + b"}" * 500, b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", b'{"@type":"x"}', b'{"":1}'),
    *(b'{"a":"' + b"x" * 70_000 + b'"}', b"a=b", b"\x1f\x8b"),
)
_HEADERS: tuple[dict[str, str], ...] = (
    *({"content-type": kind} for kind in ("", "text/plain", "application/x-www-form-urlencoded", "application/xml")),
    *({"content-type": f"application/{kind}"} for kind in ("JSON", "json; charset=utf-8", "json;charset=latin-1")),
    *({"content-type": f"application/{kind}"} for kind in ("problem+json", "grpc", "octet-stream")),
    *({**JSON, "content-encoding": kind} for kind in ("identity", "deflate", "br", "utf-8")),
    *({**JSON, "accept": kind} for kind in ("text/html", "*/*", "application/json;q=0")),
    *({**JSON, "authorization": value} for value in ("", "Bearer", "Bearer x", "Basic eDp5")),
    *({**JSON, "x-instance-id": value} for value in ("nobody", "*")),
    *({**JSON, "grpc-timeout": value} for value in ("0n", "abc", "20S", "1500000000n")),
    *({**JSON, "x-strict": value} for value in ("true", "false")),
    {**JSON, "te": "trailers"},
    {**JSON, "x-http-method-override": "DELETE"},
    {**JSON, "x-expected-sequence": "1"},
)
_IDS = (
    *("a%2Fb", "a%3Ab", "a:b", "a:test", "a%3Atest", ":", ":test", "%", "%4", "%zz", "%FF", "%C0%AF", "%00", "%C3%A9"),
    *(
        "a+b",
        "a%2Bb",
        "a%20b",
        "a;b",
        "a@b",
        "a,b=c",
        "$a",
        "~a",
        "_a",
        "-1",
        "0",
        ".",
        "..",
        "%2E",
        "%2e%2e",
        "a.b",
        "(",
    ),
    *(
        "_search",
        "_test",
        "smtp",
        "http",
        "x" * 100,
        "x" * 101,
        "x" * 201,
        "",
        "{id}",
        "*",
        "%7Bid%7D",
        "a/",
        "/a",
        "a//",
    ),
)


def good_documents(sandbox: SandboxServer) -> dict[str, dict[str, Any]]:
    """Return a body, or the fields of a query, that each RPC takes; none of an RPC that needs none."""
    smtp = {"senderAddress": "a@example.com", "senderName": "A", "tls": True, "host": CLOSED_PORT}
    update = {**smtp, "user": "", "password": ""}
    tested = {**smtp, "tls": False, "host": CLOSED_PORT, "receiverAddress": "b@example.com"}
    http = {"endpoint": "http://127.0.0.1:1/hook", "description": "d"}
    password, receiver = {"password": ""}, {"receiverAddress": "b@example.com"}
    search = {"query": {"offset": "0", "limit": 5, "asc": True}}
    listed = {"pageSize": 3, "orderBy": "", "filter": ""}
    time = "2026-01-02T03:04:05Z"
    exported = {"id": "1", "state": "PROVIDER_STATE_INACTIVE", "createTime": time, "updateTime": time, "smtp": smtp}
    document = {"formatVersion": 1, "exportTime": time, "instanceId": "i", "providers": [exported]}
    header = {"formatVersion": 1, "exportId": "e", "exportTime": time, "instanceId": "i", "providerCount": 1}
    page = {"exportId": "e", "number": 1, "precedingCount": 0, "providers": [exported], "digest": "YQ=="}
    trailer = {"exportId": "e", "pageCount": 1, "providerCount": 1, "digest": "YQ=="}
    return {
        **dict.fromkeys(("AddSMTPConfig", "AddEmailProviderSMTP"), smtp),
        **dict.fromkeys(("UpdateSMTPConfig", "UpdateEmailProviderSMTP"), update),
        **dict.fromkeys(("UpdateSMTPConfigPassword", "UpdateEmailProviderSMTPPassword"), password),
        **dict.fromkeys(("TestSMTPConfig", "TestEmailProviderSMTP"), tested),
        **dict.fromkeys(("TestSMTPConfigById", "TestEmailProviderSMTPById"), receiver),
        **dict.fromkeys(("ListSMTPConfigs", "ListEmailProviders"), search),
        **dict.fromkeys(("AddEmailProviderHTTP", "UpdateEmailProviderHTTP"), http),
        "TestSmtpConnection": {"emailSMTPHost": "127.0.0.1", "emailSMTPPort": "1", "emailSMTPAuthMethod": "SSL"},
        "Diagnose": {"host": sandbox.host, "port": sandbox.starttls_port, "tlsMode": "TLS_MODE_STARTTLS"},
        "DiscoverSettings": {"address": "nobody"},
        "ImportConfigs": {"document": document},
        "BeginConfigsImport": {"header": header, "validateOnly": True},
        "ContinueConfigsImport": {"importToken": "t", "page": page},
        "FinishConfigsImport": {"importToken": "t", "trailer": trailer},
        "UndoConfigsImport": {"importToken": "t"},
        "TestHTTPProvider": {"recipientAddress": "nobody"},
        **dict.fromkeys(("ListConfigOverviews", "ListTests"), listed),
        "ListEvents": {"pageSize": 3},
        "ListProviderPresets": {"pageSize": 2},
        "GetTest": {"view": "TEST_VIEW_BASIC"},
    }


def routes_of(method: MethodDescriptor) -> list[tuple[str, str, bool]]:
    """Return the verb, the template and whether there is a body, of each of an RPC's routes."""
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    found = []
    for each in (rule, *rule.additional_bindings):
        verb = each.WhichOneof("pattern")
        found.append((verb.upper(), getattr(each, verb), bool(each.body)))
    return found


def requests(sandbox: SandboxServer, seed: int = 12) -> list[Case]:
    """Return all requests, in an order that mixes them."""
    maker = _Maker(sandbox, seed)
    made = [case for method in METHODS.values() for case in maker.of_method(method)]
    made += _always()
    random.Random(seed).shuffle(made)
    return made


def _always() -> Iterator[Case]:
    """Yield a request for each row of the list that chance might leave out."""
    get, activate = METHODS["GetSMTPConfigById"], METHODS["ActivateSMTPConfig"]
    by_id = f"/smtp/{SMTP_ID}"
    for path in ("/smtp/a:test", "/smtp/%FF", "/smtp/%zz", "/smtp/%2E", "/smtp/a//", f"{by_id}?id=other"):
        yield Case("path", get, "GET", path)
    yield Case("verb", get, "PATCH", by_id, b"{}", JSON)
    yield Case("header", get, "GET", by_id, None, {"content-type": "application/grpc"})
    yield Case("header", get, "GET", by_id, None, {"grpc-timeout": "abc"})
    yield Case("header", activate, "POST", f"{by_id}/_activate", b"{}", {"content-type": "application/xml"})
    yield Case("body", METHODS["UpdateSMTPConfigPassword"], "PUT", f"{by_id}/password", b"{}", JSON)
    deep = b'{"a":' + b"[" * 200 + b"]" * 200 + b"}"
    for body in (b" ", deep, b'{"a":1.}', b'{"a":1,"a":2}', b'{"a":"' + b"x" * 70_000 + b'"}'):
        yield Case("body", activate, "POST", f"{by_id}/_activate", body, JSON)
    yield Case("body", METHODS["AddSMTPConfig"], "POST", "/smtp", b"", JSON)
    for literal in ('"+7"', '"1e1"'):
        body = b'{"query":{"limit":%s}}' % literal.encode()
        yield Case("value", METHODS["ListSMTPConfigs"], "POST", "/smtp/_search", body, JSON, literal, "integer")


class _Maker:
    def __init__(self, sandbox: SandboxServer, seed: int) -> None:
        self._seed = seed
        self.chance = random.Random(seed)
        self.good = good_documents(sandbox)
        self._met: Counter[str] = Counter()  # fields of each kind so far

    def of_method(self, method: MethodDescriptor) -> Iterator[Case]:
        self.chance = random.Random(f"{self._seed} {method.full_name}")  # so a new RPC changes no other's requests
        routes = routes_of(method)
        good = self.good.get(method.name, {})
        for verb, template, has_body in routes:
            for spelled in (good, _snake(method.input_type, good)):
                yield self._case("good", method, verb, template, json.dumps(spelled), body=has_body)
            for other in self.chance.sample([each for each in VERBS if each != verb], 1):
                yield Case("verb", method, other, _path(method, template), b"{}" if other != "GET" else None, JSON)
            if "{" in template:
                for one in self.chance.sample(_IDS, 4):
                    path = template.replace("{id}", one).replace("{code}", one)
                    yield self._case("path", method, verb, path, json.dumps(good), body=has_body)
            path = _path(method, template)
            for odd in (f"{path}/", f"/{path}", path.replace("/", "//", 2), path.upper(), path.replace("v1", "v%31")):
                if self.chance.random() < 0.3:
                    yield self._case("path", method, verb, odd, json.dumps(good), body=has_body)
        verb, template, has_body = routes[0]
        yield from self._odd_requests(method, verb, _path(method, template), has_body)
        for place, kind, literal in self._odd_values(method.input_type):
            if has_body:
                route = self.chance.choice(routes)
                text = _placed(good, place, literal).encode()
                yield Case("value", method, route[0], _path(method, route[1]), text, JSON, literal, kind)
            elif len(place) == 1:
                target = f"{_path(method, template)}?{place[0]}={_bare(literal)}"
                yield Case("value", method, verb, target, None, {}, literal, kind)

    def _odd_requests(self, method: MethodDescriptor, verb: str, path: str, has_body: bool) -> Iterator[Case]:
        good = json.dumps(self.good.get(method.name, {})).encode()
        if has_body:
            for body in self.chance.sample(_BODIES, 4):
                yield Case("body", method, verb, path, body, JSON)
            for name in self.chance.sample(("unknown", "hots", "tlS", "sender-name", "@type", "a.b", "é"), 2):
                document = json.loads(good) | {name: "x"}
                yield Case("unknown name", method, verb, path, json.dumps(document).encode(), JSON)
            yield Case("query beside a body", method, verb, f"{path}?host=x&unknown=1", good, JSON)
            yield Case("gzip", method, verb, path, gzip.compress(good, mtime=0), {**JSON, "content-encoding": "gzip"})
            twice = json.dumps(self.good.get(method.name, {}) | {"id": "other", "password": "x"})
            yield Case("id in the body", method, verb, path, twice.encode(), JSON)
            both = good[:-1] + b', "senderName": "B", "sender_name": "C", "pageSize": 1, "page_size": 2}'
            yield Case("both spellings", method, verb, path, both, JSON)
        else:
            queries = ("unknown=1", "a.b=1", "page_size=1&pageSize=2", "pageSize=1&pageSize=2", "=", "&", "%zz=1", "a")
            for query in (*self.chance.sample(queries, 3), "id=other", "filter=%FF", "orderBy=a+b", "pageToken=%2B"):
                yield Case("query", method, verb, f"{path}?{query}")
            yield Case("body beside a query", method, verb, path, b"{}", JSON)
        for headers in self.chance.sample(_HEADERS, 4):
            yield Case("header", method, verb, path, good if has_body else None, headers)

    def _odd_values(
        self, descriptor: Descriptor, above: tuple[str, ...] = ()
    ) -> Iterator[tuple[tuple[str, ...], str, str]]:
        """Yield the names that lead to a field, its kind, and the JSON text of a value."""
        for each in descriptor.fields:
            if each.name in ("id", "code") or (each.name == "address" and descriptor.name == "DiscoverSettingsRequest"):
                continue
            values, kind = self._values(each), _kind(each)
            self._met[kind] += 1
            if self._met[kind] > _IN_FULL:
                values = self.chance.sample(values, min(len(values), 2))
            for literal in values:
                yield (*above, self.chance.choice((each.name, each.json_name))), kind, literal
            part = each.message_type
            if part is not None and _is_part(each) and len(above) < 3:
                yield from self._odd_values(part, (*above, each.json_name))

    def _values(self, each: FieldDescriptor) -> list[str]:
        if each.is_repeated:
            return list(_LISTS)
        if _is_part(each):
            return list(_PARTS)
        if each.enum_type is not None:
            names = [f'"{value.name}"' for value in each.enum_type.values][:3]
            numbers = [str(value.number) for value in each.enum_type.values][:3]
            return [*names, *numbers, names[-1].lower(), *_WRONG_ENUMS]
        part = each.message_type
        table = _VALUES[each.type if part is None else part.full_name]
        return self.chance.sample(table, 3) if each.type == FieldDescriptor.TYPE_STRING else list(table)

    def _case(self, kind: str, method: MethodDescriptor, verb: str, template: str, text: str, *, body: bool) -> Case:
        path = _path(method, template)
        if body:
            return Case(kind, method, verb, path, text.encode("utf-8", "surrogatepass"), JSON)
        pairs = [f"{name}={_bare(json.dumps(value))}" for name, value in json.loads(text).items()]
        query = "&".join(pairs)
        return Case(kind, method, verb, f"{path}?{query}" if query else path)


def _is_part(each: FieldDescriptor) -> bool:
    return each.message_type is not None and each.message_type.full_name not in _VALUES


def _kind(each: FieldDescriptor) -> str:
    """Return the kind of a field, by the rows of the table of docs/rest.md."""
    if each.is_repeated:
        return "repeated"
    if each.message_type is not None:
        return each.message_type.name if each.message_type.full_name in _VALUES else "message"
    if each.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BOOL, FieldDescriptor.TYPE_BYTES):
        return {FieldDescriptor.TYPE_STRING: "string", FieldDescriptor.TYPE_BOOL: "bool"}.get(each.type, "bytes")
    return "integer" if each.enum_type is None else "enum"


def _path(method: MethodDescriptor, template: str) -> str:
    wanted = HTTP_ID if "HTTP" in method.name else SMTP_ID
    return template.replace("{id}", wanted).replace("{code}", "auth_rejected")


def _bare(literal: str) -> str:
    """Return a JSON text as the value of a query has it."""
    inner = literal[1:-1] if literal.startswith('"') else literal
    return "".join(chr(octet) if chr(octet).isalnum() and octet < 128 else f"%{octet:02X}" for octet in inner.encode())


def _snake(descriptor: Any, document: Any) -> Any:
    """Return a document with the other spelling of its names."""
    if isinstance(document, list):
        return [_snake(descriptor, each) for each in document]
    if not isinstance(document, dict):
        return document
    fields = {each.json_name: each for each in descriptor.fields}
    return {fields[name].name: _snake(fields[name].message_type, value) for name, value in document.items()}


def _placed(document: dict[str, Any], path: tuple[str, ...], literal: str) -> str:
    """Return a document's text with one value replaced, or set, at the end of a path; of a list in its first item."""
    copy = json.loads(json.dumps(document))
    place: Any = copy
    for name in path[:-1]:
        inner = place.setdefault(name, {})
        if isinstance(inner, list):
            inner = inner[0]
        place = inner
    for other in [name for name in place if _folded(name) == _folded(path[-1])]:
        del place[other]  # in whichever spelling
    place[path[-1]] = "\0"
    return json.dumps(copy).replace(json.dumps("\0"), literal)


def _folded(name: str) -> str:
    return name.replace("_", "").lower()
