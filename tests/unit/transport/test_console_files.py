"""The web console as it is served: to browsers alone, from its own files alone, and with a policy that keeps it so."""

import gzip
import json
import re
from pathlib import Path

import pytest

import mailproof
from mailproof.transport.console_files import ABOUT, console_pages
from mailproof.transport.cors import Cors
from mailproof.transport.http_app import HttpApp
from mailproof.transport.public_pages import ADDRESSES
from service_support.asgi import Answer, call
from service_support.table import Table

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
BUILT = Path(mailproof.__file__).parent / "transport" / "console"
ASSETS = sorted(path for path in console_pages() if path != "/")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


@pytest.fixture
def console(table: Table) -> HttpApp:
    return HttpApp(table.calls, Cors([]), ready=table.store.ping, pages=dict(console_pages()))


def get(app: HttpApp, path: str, *, method: str = "GET", **headers: str) -> Answer:
    return call(app, method, path, headers=[(name.replace("_", "-"), value) for name, value in headers.items()])


def is_unknown(answer: Answer) -> bool:
    """Whether an answer is the one of a path that is not there."""
    return (answer.status, answer.header("content-type")) == (404, "application/json") and b'"code":5' in answer.body


def test_a_browser_gets_the_page_and_a_program_the_addresses(console: HttpApp) -> None:
    page = get(console, "/", accept=BROWSER)
    assert (page.status, page.header("content-type")) == (200, "text/html; charset=utf-8")
    assert page.body == gzip.decompress((BUILT / "index.html.gz").read_bytes())
    for accept in ("*/*", "application/json", "", "text/plain", "text/html;q=0.5, application/json"):
        answer = get(console, "/", accept=accept)
        assert answer.header("content-type") == "application/json"
        addresses = {each["path"]: each["about"] for each in json.loads(answer.body)["addresses"]}
        assert addresses == {"/": ABOUT, **ADDRESSES}
    assert "accept" in str(page.header("vary")).split(", ")


def test_the_page_is_asked_for_anew_and_its_files_never(console: HttpApp) -> None:
    page = get(console, "/", accept=BROWSER)
    assert page.header("cache-control") == "no-cache"
    again = get(console, "/", accept=BROWSER, if_none_match=str(page.header("etag")))
    assert (again.status, again.body) == (304, b"")
    assert again.header("content-security-policy") == POLICY
    assert get(console, "/", accept="*/*", if_none_match=str(page.header("etag"))).status == 200
    for path in ASSETS:
        assert get(console, path).header("cache-control") == "max-age=31536000, immutable"


def test_what_the_page_may_do(console: HttpApp) -> None:
    page = get(console, "/", accept=BROWSER)
    assert page.header("content-security-policy") == POLICY
    assert page.header("referrer-policy") == "no-referrer"
    assert page.header("x-content-type-options") == "nosniff"
    assert page.header("cross-origin-opener-policy") == "same-origin"
    granted = str(page.header("permissions-policy")).split(", ")
    assert {"camera=()", "microphone=()", "geolocation=()", "clipboard-read=()", "usb=()"} <= set(granted)
    assert [each for each in granted if not each.endswith("=()")] == []


@pytest.mark.parametrize("path", ASSETS)
def test_a_file_that_is_opened_by_itself_may_do_nothing(console: HttpApp, path: str) -> None:
    answer = get(console, path)
    assert answer.header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'"
    assert answer.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize("path", ["/", *ASSETS])
def test_what_is_installed_is_sent_as_it_is_and_unpacked_for_who_does_not_read_that(
    console: HttpApp, path: str
) -> None:
    installed = (BUILT / f"{path.strip('/') or 'index.html'}.gz").read_bytes()
    packed = get(console, path, accept=BROWSER, accept_encoding="gzip, deflate, br, zstd")
    assert packed.body == installed
    assert (packed.header("content-encoding"), packed.header("content-length")) == ("gzip", str(len(installed)))
    for refused in ("identity", "gzip;q=0", "br", "", "gzip," + "a," * 8000):
        plain = get(console, path, accept=BROWSER, accept_encoding=refused)
        assert plain.header("content-encoding") is None
        assert plain.body == gzip.decompress(installed)
        assert plain.header("etag") != packed.header("etag")
        assert "accept-encoding" in str(plain.header("vary"))


@pytest.mark.parametrize("path", ["/", *ASSETS])
def test_head_says_what_get_does_and_options_what_there_is(console: HttpApp, path: str) -> None:
    whole, head = get(console, path, accept=BROWSER), get(console, path, method="HEAD", accept=BROWSER)
    assert head.body == b""
    assert sorted(head.headers) == sorted((n, v if n != "x-request-id" else head.header(n)) for n, v in whole.headers)
    options = get(console, path, method="OPTIONS")
    assert (options.status, options.header("allow")) == (204, "GET, HEAD, OPTIONS")
    refused = get(console, path, method="POST")
    assert (refused.status, refused.header("allow")) == (405, "GET, HEAD, OPTIONS")


def test_each_file_has_its_type(console: HttpApp) -> None:
    kinds = {
        "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml",
        "png": "image/png",
        "ico": "image/x-icon",
        "txt": "text/plain; charset=utf-8",
    }
    for path in ASSETS:
        assert get(console, path).header("content-type") == kinds[path.rpartition(".")[2]]


def test_the_page_loads_its_own_files_alone_and_names_its_icon(console: HttpApp) -> None:
    """A page without an icon would have browsers ask for /favicon.ico, which is not there."""
    text = get(console, "/", accept=BROWSER).body.decode()
    loaded = re.findall(r'<(?:script|link|img)[^>]*\s(?:src|href)="([^"]+)"', text)
    assert loaded
    assert [path for path in loaded if path not in ASSETS] == []
    assert re.search(r'<link rel="icon"[^>]* href="/assets/', text)
    assert not re.search(r"<style|style=|\son[a-z]+=|javascript:|<script>|<base", text)


def test_a_file_that_is_kept_for_a_year_has_a_digest_in_its_name() -> None:
    assert len(ASSETS) >= 3
    assert [path for path in ASSETS if not re.fullmatch(r"/assets/[\w.-]+-[\w-]{8,}\.[a-z]+", path)] == []


@pytest.mark.parametrize(
    "path",
    [
        "/assets",
        "/assets/",
        "/assets/none-00000000.js",
        "/assets/../openapi.json",
        "/assets/../",
        "/assets/..%2findex.html.gz",
        "/assets/%2e%2e/index.html",
        "/assets//etc/passwd",
        "/assets/%2Fetc%2Fpasswd",
        "/assets/%00",
        "/assets/index.html",
        "/index.html",
        "/index.html.gz",
        "/favicon.ico",
        "/configs",
        "/%2e",
        "/%2f",
        f"{ASSETS[0]}.gz",
        f"{ASSETS[0]}%00",
        f"{ASSETS[0]}%00.png",
        f"{ASSETS[0]}//",
        f"/{ASSETS[0]}",
        ASSETS[0].replace("/assets/", "/assets%2f"),
        ASSETS[0].replace("/assets/", "/Assets/"),
        ASSETS[0].replace("-", "%2D"),
    ],
)
def test_no_other_path_changes_its_meaning(console: HttpApp, app: HttpApp, path: str) -> None:
    """Not even a second spelling of a file's path, which a rule of a proxy or a cache would take for another one."""
    answer = get(console, path, accept=BROWSER)
    assert is_unknown(answer)
    assert answer.header("cache-control") == "no-store"
    assert get(app, path, accept=BROWSER).status == 404


def test_a_slash_at_the_end_is_passed_over_as_it_is_on_other_pages(console: HttpApp) -> None:
    assert get(console, f"{ASSETS[0]}/").body == get(console, ASSETS[0]).body


def test_without_the_console_nothing_of_it_is_there(app: HttpApp) -> None:
    assert [path for path in ASSETS if not is_unknown(get(app, path))] == []
    assert b"/assets/" not in get(app, "/", accept=BROWSER).body
    assert "script-src" not in str(get(app, "/", accept=BROWSER).header("content-security-policy"))
    assert "/" not in [each["path"] for each in json.loads(get(app, "/").body)["addresses"]]


def test_another_origin_is_told_that_the_page_may_not_be_read_there(console: HttpApp) -> None:
    answer = get(console, "/", accept=BROWSER, origin="https://elsewhere.example")
    assert answer.header("access-control-allow-origin") is None
    assert "origin" in str(answer.header("vary")).split(", ")


def test_browsers_are_told_to_come_back_over_tls_where_that_is_the_listeners_own(table: Table) -> None:
    served = HttpApp(table.calls, Cors([]), ready=table.store.ping, pages=dict(console_pages()), tls=True)
    for path in ("/", *ASSETS):
        assert get(served, path, accept=BROWSER).header("strict-transport-security") == "max-age=31536000"


def test_all_that_is_installed_is_served() -> None:
    installed = {str(path.relative_to(BUILT)).removesuffix(".gz") for path in BUILT.rglob("*") if path.is_file()}
    assert {path.removeprefix("/") or "index.html" for path in console_pages()} == installed
