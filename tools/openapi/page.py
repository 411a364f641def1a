"""The OpenAPI document as one page of HTML: no script, nothing from elsewhere, so that it works offline.

Each call is folded. Its anchor lies within what is folded, so that browsers open it when a link leads there.
"""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from mailproof.transport.public_pages import DOCUMENT, STYLE

_CODE = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_SCHEMA = "#/components/schemas/"
_JSON = "application/json"
_URL, _TOKEN = "$MAILPROOF_URL", "$MAILPROOF_TOKEN"
_HEADERS_BY_DEFAULT = {"x-instance-id", "accept-language", "grpc-timeout", "x-request-id"}
_LONGEST_EXAMPLE = 6000  # characters of an answer that is shown whole


def page(document: Mapping[str, Any]) -> str:
    """Return the page of a document."""
    return "\n".join(_Page(document).lines()) + "\n"


class _Page:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._components = document["components"]
        self._by_tag: dict[str, list[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]] = {}
        for path, item in document["paths"].items():
            for verb, operation in item.items():
                if verb != "servers":
                    self._by_tag.setdefault(operation["tags"][0], []).append((verb.upper(), path, item, operation))

    def lines(self) -> Iterator[str]:
        info = self._document["info"]
        yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="color-scheme" content="light dark">'
        yield f"<title>{_text(info['title'])} API</title>"
        yield f'<link rel="stylesheet" href="{STYLE}">\n</head>\n<body>'
        yield '<a class="skip" href="#calls">Skip to the calls</a>'
        yield '<nav aria-label="Contents"><details><summary>Contents</summary>'
        yield from self._contents()
        yield "</details></nav>\n<main>"
        yield f"<h1>{_text(info['title'])} <small>API {_text(info['version'])}</small></h1>"
        yield from _prose(info["description"])
        yield f'<p>For programs there is this as an <a href="{DOCUMENT}">OpenAPI document</a>.</p>'
        yield '<h2 id="begin">To begin</h2>'
        yield "<p>The commands on this page can be pasted into a shell that has these variables:</p>"
        yield f"<pre><code>{_text(_VARIABLES)}</code></pre>"
        yield '<h2 id="calls">Calls</h2>'
        for tag in self._document["tags"]:
            yield f'<section>\n<h3 id="{_id(tag["name"])}">{_text(tag["name"])}</h3>'
            yield from _prose(tag["description"])
            for verb, path, item, operation in self._by_tag[tag["name"]]:
                yield from self._operation(verb, path, item, operation)
            yield "</section>"
        yield from self._shared()
        yield "</main>\n</body>\n</html>"

    def _contents(self) -> Iterator[str]:
        yield '<ul><li><a href="#begin">To begin</a></li></ul>'
        for tag in self._document["tags"]:
            yield f'<p><a href="#{_id(tag["name"])}">{_text(tag["name"])}</a></p>\n<ul>'
            for verb, path, _, operation in self._by_tag[tag["name"]]:
                name = operation["operationId"] if "x-rpc" in operation else path
                if not name.endswith("OtherPath"):
                    yield f'<li><a href="#{_id(operation["operationId"])}">{_verb(verb)} {_text(name)}</a></li>'
            yield "</ul>"
        yield '<p>Shared</p>\n<ul><li><a href="#headers">Headers</a></li><li><a href="#refusals">Refusals</a></li>'
        yield '<li><a href="#messages">Messages</a></li></ul>'

    def _operation(self, verb: str, path: str, item: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[str]:
        prefixes = [server["url"].rstrip("/") for server in item.get("servers", [])] or [""]
        yield f"<details class=call><summary>{_verb(verb)} <code>{_text(prefixes[0])}{_path(path)}</code>"
        yield f"<span>{_inline(operation['summary'])}</span></summary>"
        yield f'<div id="{_id(operation["operationId"])}">'
        yield from _prose(operation.get("description", ""))
        if len(prefixes) > 1:
            others = " and ".join(f"<code>{_text(prefix)}{_path(path)}</code>" for prefix in prefixes[1:])
            yield f"<p>Also served at {others}.</p>"
        yield f"<h4>Try it</h4>\n<pre><code>{_text(_curl(verb, prefixes[0] + path, operation))}</code></pre>"
        parameters = [self._resolved(parameter) for parameter in operation.get("parameters", [])]
        own = [it for it in parameters if it["name"] not in _HEADERS_BY_DEFAULT]
        if own:
            yield "<h4>Parameters</h4>\n<dl>"
            for parameter in own:
                where = f"in the {parameter['in']}"
                yield from self._entry(parameter["name"], parameter["schema"], parameter, where)
            yield "</dl>"
        body = operation.get("requestBody")
        if body:
            yield f"<h4>Body</h4>\n<p>{_inline(body.get('description', ''))}</p>"
            yield from self._fields(body["content"][_JSON]["schema"])
        yield from self._answers(operation)
        yield "</div></details>"

    def _answers(self, operation: Mapping[str, Any]) -> Iterator[str]:
        answer = operation["responses"]["200"]
        yield f"<h4>Answer</h4>\n<p>{_inline(answer['description'])}</p>"
        for kind, content in answer["content"].items():
            schema = content.get("x-itemSchema", content["schema"])
            about = content["schema"].get("description", "") if "x-itemSchema" in content else ""
            link = self._type(schema) if "$ref" in schema else ""
            yield f"<p><code>{_text(kind)}</code> {link} {_inline(about)}</p>"
            if "example" in content and kind != "text/event-stream":
                shown = content["example"]
                shown = shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False)
                cut = "" if len(shown) <= _LONGEST_EXAMPLE else "\n…"
                yield f"<pre class=example><code>{_text(shown[:_LONGEST_EXAMPLE] + cut)}</code></pre>"
        headers = list(answer.get("headers", {}))
        if headers:
            yield "<p>Headers: " + ", ".join(f'<a href="#header-{name}">{name}</a>' for name in headers) + ".</p>"
        refusals = [
            (status, it["$ref"].rpartition("/")[2]) for status, it in operation["responses"].items() if "$ref" in it
        ]
        if refusals:
            links = ", ".join(f'<a href="#{_id(name)}">{status} {_text(_codes(name))}</a>' for status, name in refusals)
            yield f"<p>Refusals: {links}.</p>"

    def _shared(self) -> Iterator[str]:
        yield '<h2 id="headers">Headers</h2>\n<p>What requests may say and answers do.</p>\n<dl>'
        for name, parameter in self._components["parameters"].items():
            yield from self._entry(name, parameter["schema"], parameter, "of requests", f"request-{name}")
        for name, header in self._components["headers"].items():
            yield from self._entry(name, header["schema"], header, "of answers", f"header-{name}")
        yield "</dl>"
        yield '<h2 id="refusals">Refusals</h2>'
        for name, response in self._components["responses"].items():
            yield f"<details><summary>{_text(name.replace('.', ' '))}</summary>"
            yield f'<div id="{_id(name)}">'
            yield from _prose(response["description"])
            yield f"<p>{self._type(response['content'][_JSON]['schema'])}</p></div></details>"
        yield '<h2 id="messages">Messages</h2>'
        for name, schema in self._components["schemas"].items():
            yield f'<details><summary><code>{_text(name)}</code></summary>\n<div id="{_id(name)}">'
            yield from _prose(schema.get("description", ""))
            if "properties" in schema:
                yield from self._fields(schema)
            yield "</div></details>"

    def _fields(self, schema: Mapping[str, Any]) -> Iterator[str]:
        schema = self._resolved(schema)
        required = schema.get("required", [])
        fields = schema.get("properties", {})
        if not fields:
            yield "<p>It has no fields.</p>"
            return
        yield "<dl>"
        for name, field in fields.items():
            yield from self._entry(name, field, {**field, "required": name in required}, "")
        yield "</dl>"

    def _entry(
        self, name: str, schema: Mapping[str, Any], about: Mapping[str, Any], where: str, anchor: str = ""
    ) -> Iterator[str]:
        marks = [self._type(schema), *_bounds(schema)]
        marks += [_text(where)] if where else []
        marks += ["<b>required</b>"] if about.get("required") else []
        identity = f' id="{_id(anchor)}"' if anchor else ""
        yield f"<dt{identity}><code>{_text(name)}</code> <span>{', '.join(marks)}</span></dt>"
        yield f"<dd>{_inline(about.get('description', ''))}</dd>"

    def _type(self, schema: Mapping[str, Any]) -> str:
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(_SCHEMA)
            return f'<a href="#{_id(name)}">{_text(name.removesuffix(".Request").rpartition(".")[2])}</a>'
        if schema.get("type") == "array":
            return f"list of {self._type(schema['items'])}"
        if "anyOf" in schema:
            return " or ".join(dict.fromkeys(self._type(each) for each in schema["anyOf"]))
        if isinstance(schema.get("additionalProperties"), dict):
            return f"object of {self._type(schema['additionalProperties'])}"
        return _text(str(schema.get("format") or schema.get("type", "")))

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        if not reference:
            return schema
        kind, _, name = reference.removeprefix("#/components/").partition("/")
        found: Mapping[str, Any] = self._components[kind][name]
        return found


_VARIABLES = f"""\
export {_URL[1:]}=http://127.0.0.1:8080  # where the service listens
export {_TOKEN[1:]}=…  # of `mailproof token create`, or what `make run` prints"""


def _curl(verb: str, path: str, operation: Mapping[str, Any]) -> str:
    parameters = operation.get("parameters", [])
    examples = {it["name"]: (it["in"], it["example"]) for it in parameters if "example" in it}
    query = {name: value for name, (where, value) in examples.items() if where == "query"}
    for name, (where, value) in examples.items():
        if where == "path":
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    target = f"{path}?{urlencode(query)}" if query else path
    parts = [f'curl -sS "{_URL}"{shlex.quote(target)}' if target != "/" else f'curl -sS "{_URL}/"']
    if verb != "GET":
        parts[0] += f" -X {verb}" if verb != "POST" or "requestBody" not in operation else ""
    if operation.get("security"):
        parts.append(f'-H "authorization: Bearer {_TOKEN}"')
    if "requestBody" in operation:
        body = json.dumps(operation["requestBody"]["content"][_JSON]["example"], indent=2, ensure_ascii=False)
        parts += ["-H 'content-type: application/json'", f"-d {shlex.quote(body)}"]
    return " \\\n  ".join(parts)


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    least, most = schema.get("minLength"), schema.get("maxLength")
    if most is not None:
        yield f"{least or 0} to {most} characters"
    elif least is not None:
        yield f"at least {least} characters"
    if schema.get("maxItems"):
        yield f"at most {schema['maxItems']}"
    greatest = schema.get("maximum")
    if greatest is not None and greatest < 2**31 - 1:
        yield f"{schema.get('minimum', 0)} to {greatest}"
    if "enum" in schema:
        yield "one of " + ", ".join(f"<code>{_text(json.dumps(each))}</code>" for each in schema["enum"])
    if schema.get("writeOnly"):
        yield "never answered"


def _codes(name: str) -> str:
    """Return the codes in the name of a response as they are spelled in gRPC."""
    words = re.findall(r"[A-Z][a-z]+", name.rpartition(".")[2])
    return "_".join(words).upper().replace("_OR_", " or ")


def _prose(text: str) -> Iterator[str]:
    """Yield the little Markdown that comments have: paragraphs, lists, code."""
    for part in filter(None, text.split("\n\n")):
        lines = part.split("\n")
        items = [line for line in lines if line.startswith("- ")]
        if items:
            yield "<ul>"
            yield from (f"<li>{_inline(item)}</li>" for item in _items(lines))
            yield "</ul>"
        else:
            yield f"<p>{_inline(part)}</p>"


def _items(lines: Iterable[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if line.startswith("- "):
            found.append(line.removeprefix("- "))
        else:
            found[-1:] = [f"{found[-1]} {line.strip()}"] if found else [line]
    return found


def _inline(text: str) -> str:
    return _STRONG.sub(r"<b>\1</b>", _CODE.sub(r"<code>\1</code>", _text(text)))


def _path(path: str) -> str:
    """Return a path that may be broken at its slashes."""
    return _text(path).replace("/", "/<wbr>")


def _verb(verb: str) -> str:
    return f'<span class="verb {verb.lower()}">{verb}</span>'


def _id(name: str) -> str:
    return html.escape(name, quote=True)


def _text(text: str) -> str:
    return html.escape(text, quote=False)
