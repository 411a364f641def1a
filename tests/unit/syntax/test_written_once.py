"""No module but syntax/text.py spells ranges of characters by hand, and none but syntax/host.py "[v6]:port"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import mailproof
from architecture_support.law import sources

MODULES = sources(Path(mailproof.__file__).parent)
HOMES = {"characters": "syntax.text", "host and port": "syntax.host"}

EXEMPT: Mapping[tuple[str, str], str] = {
    ("characters", "client"): "asks whether an argument may be a header, and imports as little as it can",
    ("characters", "domain.database"): "domain imports nothing but the standard library",
    ("characters", "domain.trace_context"): "likewise: the grammar of the W3C's header",
    ("characters", "service.key_command"): "leaves out of another program's line what no terminal should get",
    ("characters", "smtp.charset"): "rates characters by their script, and looks for the escapes of ISO-2022-JP",
    ("characters", "diagnosis.bounds"): "counts what JSON escapes, a rule of JSON's",
    ("characters", "smtp.refusals.judgement"): "a character of Chinese or Japanese says as much as a word of others",
    ("characters", "smtp.sanitize"): "looks for the beginnings of ECMA-48's escape sequences",
    ("characters", "store.postgres.log"): "the store may import domain alone",
    ("characters", "transport.entity_tags"): "RFC 9110's grammar of an entity tag",
    ("characters", "store.sqlite.serving"): "the store may import domain alone",
    ("characters", "syntax.mailbox"): "RFC 5321's grammar of a local part",
    (
        "host and port",
        "domain.database",
    ): "domain imports nothing but the standard library; a URL may name several hosts",
    ("host and port", "discovery.autoconfig"): "the colon behind the prefix of an XML name",
    ("host and port", "service.settings_values"): "a web origin has a scheme before and is compared as a whole",
    ("host and port", "smtp.plans"): "a port that is a number already, and 0 for none",
    ("host and port", "smtp.refusals.words"): "finds addresses in a server's sentence, and reads none",
    ("host and port", "net.shortage"): "the number of an error in brackets",
    ("host and port", "transport.routes"): "a custom verb (AIP-136) behind the last colon of a path",
    ("host and port", "transport.grpc_server"): "grpc's own form, percent-encoded and with the family before",
}
"""Kind of rule and module -> why it spells it itself."""

_BORDERS = frozenset({0x1F, 0x20, 0x21, 0x7E, 0x7F, 0x80, 0x9F, 0xA0, 0xD800, 0xDFFF, 0xE000})
_ESCAPE = r"\\(?:x(?P<{0}x>[0-9a-fA-F]{{2}})|u(?P<{0}u>[0-9a-fA-F]{{4}}))"
_WRITTEN_RANGE = re.compile(f"{_ESCAPE.format('a')}-|-{_ESCAPE.format('b')}")
_PLAIN_RANGE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]-|[! ]-~|-[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LINES = frozenset("\u2028\u2029")


@cache
def spelled(text: str) -> tuple[tuple[str, int, str], ...]:
    """Return the kind of rule, the line and what is spelled there, for each place in a source."""
    return tuple(_spelled(text))


def _spelled(text: str) -> Iterator[tuple[str, int, str]]:
    tree = ast.parse(text)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if id(node) in prose:
            continue
        kind = "characters" if _spells_characters(node) else "host and port" if _spells_host_port(node) else ""
        if kind:
            yield kind, getattr(node, "lineno", 0), ast.unparse(node)


def _is_control(text: str) -> bool:
    """Return whether a text has nothing but controls and separators of lines; tab, CR and LF are asked for honestly."""
    codes = [ord(c) for c in text if c not in "\t\r\n"]
    return bool(codes) and all(code < 0x20 or 0x7F <= code < 0xA0 or chr(code) in _LINES for code in codes)


def _spells_characters(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="ord")) | ast.Attribute(attr="isprintable" | "category"):
            return True
        case ast.ExceptHandler(type=ast.Name(id="UnicodeEncodeError")):
            return True
        case ast.Constant(value=str(text)):
            return _PLAIN_RANGE.search(text) is not None or any(
                int(next(filter(None, found.groups())), 16) in _BORDERS | set(range(0x20))
                for found in _WRITTEN_RANGE.finditer(text)
            )
        case ast.Compare():
            operands = [each.value for each in (node.left, *node.comparators) if isinstance(each, ast.Constant)]
            ordered = any(isinstance(each, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for each in node.ops)
            if ordered:
                return any((isinstance(each, str) and len(each) == 1) or each in _BORDERS for each in operands)
            membership = any(isinstance(each, ast.In | ast.NotIn) for each in node.ops)
            return membership and any(isinstance(each, str) and _is_control(each) for each in operands)
    return False


def _spells_host_port(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr(values=values):
            return any(_joins(parts) for parts in zip(values, values[1:], [*values[2:], None], strict=False))
        case ast.IfExp(test=ast.Compare(left=ast.Constant(value=":"), ops=[ast.In()]), body=ast.JoinedStr()):
            return True
        case ast.Call(
            func=ast.Attribute(attr="partition" | "rpartition" | "split" | "rsplit"),
            args=[ast.Constant(value=":" | "]:" | "]"), *_],
        ):
            return True
        case ast.Compare(left=left, comparators=others):
            return any(isinstance(each, ast.Constant) and each.value in (65535, 65536) for each in (left, *others))
        case ast.Constant(value=str(text)):
            return re.search(r"\\\[.*:.*\\\]", text) is not None or text == "]:"
    return False


def _joins(parts: tuple[ast.expr, ast.expr, ast.expr | None]) -> bool:
    match parts:
        case (ast.FormattedValue(), ast.Constant(value=str(between)), _) if between.startswith("]:"):
            return True
        case (ast.FormattedValue(), ast.Constant(value=":"), ast.FormattedValue(value=port)):
            return re.search(r"port\W*$|\[1\]$", ast.unparse(port).lower()) is not None
    return False


def strays(modules: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return each kind of rule with each module, not its home, that spells it."""
    return {(kind, module) for module, text in modules.items() for kind, _, _ in spelled(text) if HOMES[kind] != module}


def test_each_rule_is_spelled_in_its_home_alone() -> None:
    found = [
        f"{module}:{line}: {what}"
        for module, text in MODULES.items()
        for kind, line, what in spelled(text)
        if HOMES[kind] != module and (kind, module) not in EXEMPT
    ]
    assert found == [], "ask syntax/text.py or syntax/host.py"


def test_no_exemption_is_left_over() -> None:
    assert set(EXEMPT) <= strays(MODULES)


PLANTED = {
    "characters": [
        "wrong = any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text)",
        "wrong = not text.isprintable()",
        "wrong = re.search(r'[\\x00-\\x1f\\x7f]', text)",
        "wrong = re.search('[\\x00-\\x1f\\x7f]', text)",
        "wrong = re.search(r'[\\x80-\\x9f]', text)",
        "wrong = re.search('[\\ud800-\\udfff]', text)",
        "wrong = re.search(r'[^\\x21-\\x7e]', text)",
        "good = re.fullmatch('[!-~]*', text)",
        "good = all('!' <= c <= '~' for c in text)",
        "wrong = any(c < ' ' for c in text)",
        "wrong = any(byte < 0x20 for byte in text.encode())",
        "wrong = '\\0' in text",
        "wrong = '\\x7f' in text",
        "wrong = any(c in '\\u2028\\u2029' for c in text)",
        "wrong = unicodedata.category(text[0]) == 'Cc'",
        "try:\n    text.encode()\nexcept UnicodeEncodeError:\n    wrong = True",
    ],
    "host and port": [
        "shown = f'[{host}]:{port}' if ':' in host else f'{host}:{port}'",
        "shown = f'{host}:{port}'",
        "shown = f'{peer[0]}:{peer[1]}'",
        "shown = f'{server.host}:{self._port}'",
        "shown = f'https://[{host}]:{port}/'",
        "at = f'[{host}]' if ':' in host else host",
        "host, _, port = text.rpartition(':')",
        "host, port = text.rsplit(':', 1)",
        "host, bracket, rest = text[1:].partition(']')",
        "found = re.fullmatch(r'\\[([0-9a-f:]+)\\]:([0-9]+)', text)",
        "good = 1 <= int(text) <= 65535",
        "good = 0 < int(text) < 65536",
    ],
}


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind, lines in PLANTED.items() for line in lines])
def test_a_planted_copy_is_caught(kind: str, line: str) -> None:
    clean = {"usecases.providers": MODULES["usecases.providers"]}
    body = "\n".join(f"    {each}" for each in line.splitlines())
    planted = {"usecases.providers": f"{clean['usecases.providers']}\ndef planted(text):\n{body}\n"}
    assert strays(clean) == set()
    assert strays(planted) == {(kind, "usecases.providers")}
