"""Servers, stored values, links and proxies that mean harm: they are shown as text, and nothing is done for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from clock_support.waiting import HANG, eventually
from console_support.elsewhere import foreign_page
from console_support.local import settings
from console_support.visitor import Visitor, visitor
from service_support.rest import call
from service_support.service import RunningService, create_token
from smtp_support import pki
from smtp_support.scripted import serve, smtp

expect.set_options(timeout=HANG * 1000)

MARKUP = "<img src=x onerror=window.ran=1><script>window.ran=1</script>"
LINK = "[press](javascript:window.ran=1) <javascript:window.ran=1> @everyone #1 ![x](https://evil.example/x.png)"
FENCE = "```\n~~~\n````` # no heading"
TURNED = "\u202egpj.exe\u2066\u200b\u0007"
PORTS = "${7*7} {{7*7}} {name} %s"
UGLY = " ".join((MARKUP, LINK, PORTS))

COPIED = "navigator.clipboard.writeText = async (text) => { window.copied = text; }"
"""The page may not read the clipboard."""

HOSTILE_ROUTES = (
    "#/configs/%2e%2e/edit",
    "#/configs/a%00b",
    "#/configs/%E0%A4%A",
    '#/configs/" or id != "',
    "#/configs/__proto__/settings",
    f"#/configs/{'9' * 20_000}",
    f"#/configs/{quote(MARKUP)}/tests/{quote(MARKUP)}",
    f"#/findings/{quote(MARKUP)}",
    "#/findings/constructor",
    f"#/configs?q={quote(UGLY)}&page=99999999999999999999&sort=__proto__",
    f"#/events?config={quote(MARKUP)}",
    "#/javascript:window.ran=1",
    "#////",
    "#?",
    "#%",
)


def harmless(visit: Visitor, *expected: str) -> None:
    """Nothing ran, nothing became an element, and nobody complained."""
    page = visit.page
    assert page.evaluate("window.ran") is None
    assert page.locator("img, iframe, script:not([src])").count() == 0
    assert page.locator("a[href^='javascript:' i], a[href*='evil']").count() == 0
    visit.check(*expected)


def test_what_a_server_says_and_what_is_stored_is_text(browser: Browser, service: RunningService) -> None:
    pair = pki.issue(f"CN {MARKUP}", sans=("localhost",))
    extensions = [f"250-X-{number} {MARKUP}" for number in range(10_000)]
    replies = {"AUTH": [f"535-5.7.8 {UGLY}", f"535-5.7.8 {TURNED}", f"535-5.7.8 {'x' * 65_000}", "535 5.7.8 ``` end"]}
    script = smtp(
        context=pki.server_context(pair),
        greeting=[f"220 {MARKUP} ESMTP"],
        ehlo=["250-mail.test", *extensions, "250-AUTH PLAIN", "250 STARTTLS"],
        ehlo_tls=["250-mail.test", f"250-X {UGLY}", "250 AUTH PLAIN LOGIN"],
        replies=replies,
    )
    token = create_token(service.data_dir, "admin", "--instance", "hostile")
    with serve(script) as served, visitor(browser, service.http_url) as visit:
        page = visit.page
        page.add_init_script(COPIED)
        ugly = settings(served.port, description=f"{UGLY[:150]}", senderName=MARKUP[:60], user=MARKUP[:60])
        reply = call(service, "POST", "/admin/v1/smtp", ugly, token=token)
        assert reply.status == 200, reply
        place = f"#/configs/{reply.document['id']}"
        visit.sign_in(token)
        page.get_by_role("link", name=UGLY[:60]).wait_for()
        harmless(visit)
        visit.go(place)
        page.locator(".head").get_by_role("button", name=re.compile("^Test")).click()
        page.locator(".verdict.is-fail, .verdict.is-ok").wait_for()
        assert page.title().startswith(MARKUP[:30])
        harmless(visit)
        report = copied(page)
        assert_one_document(report)
        for tab in ("/history", "/settings", "/events", "/edit"):
            visit.go(place + tab)
            visit.heading(re.compile("img src")).wait_for()
            harmless(visit)
        visit.go("#/events")
        visit.heading("Events").wait_for()
        harmless(visit)


def copied(page: Page) -> str:
    """Copy the report, and return it."""
    page.get_by_role("button", name="Copy report").click()
    text: str = page.wait_for_function("window.copied").json_value()
    return text


def assert_one_document(report: str) -> None:
    """Nothing of others stands outside of code: no link, picture, mention or heading of theirs."""
    fence, outside = "", []
    for line in report.splitlines():
        found = re.match(r"(`{3,})", line)
        if fence:
            fence = "" if line == fence else fence
        elif found:
            fence = found[1]
        else:
            outside.append(re.sub(r"(`+).+?\1(?!`)", "", line))
    assert fence == "", "a block has no end"
    words = "\n".join(outside)
    assert not re.search(r"(?<!\\)<|javascript:|https?:|@everyone|(?<!\\)\]\(", words), words


@pytest.mark.parametrize("place", HOSTILE_ROUTES, ids=range(len(HOSTILE_ROUTES)))
def test_an_address_that_names_nothing(signed: Visitor, place: str) -> None:
    signed.complaints.clear()
    signed.go("#/settings")
    signed.heading("Settings").wait_for()
    signed.page.evaluate("place => { location.href = place; }", place)
    eventually(lambda: signed.page.evaluate("document.querySelector('h1')?.textContent") not in {None, "Settings"})
    harmless(signed)


@pytest.fixture(scope="module")
def signed(browser: Browser, service: RunningService) -> Iterator[Visitor]:
    """Somebody who has signed in, for tests that leave nothing behind."""
    token = create_token(service.data_dir, "admin", "--instance", "links")
    reply = call(service, "POST", "/admin/v1/smtp", settings(9), token=token)
    assert reply.status == 200, reply
    with visitor(browser, service.http_url) as visit:
        visit.sign_in(token)
        visit.page.locator("[data-config]").first.wait_for()
        yield visit


def test_a_link_does_nothing_but_show(signed: Visitor, service: RunningService) -> None:
    page = signed.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    for place in ("#/configs/new?address=victim@evil.example", "#/test?address=victim@evil.example"):
        signed.go(place)
        field = page.locator("#form-find")
        expect(field).to_have_value("victim@evil.example")
        expect(page.get_by_role("button", name="Find", exact=True)).to_be_visible()
    page.evaluate("for (const data of ['test', { type: 'sign-in', token: 'x' }]) window.postMessage(data, '*')")
    signed.go("#/configs?test=1&remove=1&activate=1&import=1")
    page.locator("[data-config]").first.wait_for()
    methods = {url.rsplit("/", 1)[1] for url in asked}
    assert methods <= {"ListProviderPresets", "ListConfigOverviews", "GetCaller", "GetServerInfo"}, methods
    harmless(signed)


def test_a_token_is_kept_in_this_tab_alone(browser: Browser, service: RunningService) -> None:
    token = create_token(service.data_dir, "admin", "--instance", "kept")
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        visit.sign_in(token)
        visit.heading("Configurations").wait_for()
        kept = page.evaluate("JSON.stringify([{...localStorage}, document.cookie, location.href, history.state, name])")
        assert token not in kept
        assert token not in page.content()
        assert page.evaluate("Object.values({...sessionStorage})").count(token) == 1
        assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
        assert page.evaluate("caches.keys()") == []
        other = page.context.new_page()
        other.goto(service.http_url)
        other.get_by_label("Access token").wait_for()
        # Back may bring a page out of the browser's memory after the session has ended in the same tab.
        page.evaluate("sessionStorage.clear()")
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        page.get_by_label("Access token").wait_for()
        expect(page.locator("header.bar")).to_have_count(0)
        assert not any(token in text for text in said)
        visit.check()


def test_a_secret_is_gone_from_the_page_once_it_is_stored(signed: Visitor) -> None:
    page = signed.page
    signed.go("#/configs")
    page.locator("[data-config] a").first.click()
    signed.heading("Office").wait_for()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Replace the password").click()
    field = page.get_by_label("New password")
    assert [field.get_attribute(name) for name in ("type", "autocomplete")] == ["password", "new-password"]
    field.fill("another horse")
    page.get_by_role("button", name="Replace", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    values = "[...document.querySelectorAll('input')].map((input) => input.value).join() + document.body.outerHTML"
    assert "another horse" not in page.evaluate(values)
    harmless(signed)


CALLS = re.compile(r"/smtpdiag\.v1\.")

PAGES = {
    "a proxy's error": {"status": 502, "content_type": "text/html", "body": "<html><h1>502 Bad Gateway</h1>"},
    "a proxy's error with an id": {
        "status": 503,
        "headers": {"x-request-id": "proxy-1", "content-type": "text/html"},
        "body": "<html>upstream",
    },
    "a page in the place of an answer": {"status": 200, "content_type": "text/html", "body": "<!doctype html>" * 40},
    "an empty answer": {"status": 200, "content_type": "application/grpc-web+proto", "body": ""},
    "a cut answer": {"status": 200, "content_type": "application/grpc-web+proto", "body": b"\0\0\0\0\xffabc"},
    "a length beyond all": {
        "status": 200,
        "content_type": "application/grpc-web+proto",
        "body": b"\0\xff\xff\xff\xffx",
    },
}


@pytest.mark.parametrize("answer", PAGES.values(), ids=PAGES)
def test_an_answer_that_is_none_of_the_services(signed: Visitor, answer: dict[str, Any]) -> None:
    page = signed.page
    signed.go("#/settings")
    signed.heading("Settings").wait_for()

    def answered(route: Route) -> None:
        route.fulfill(**answer)

    page.route(CALLS, answered)
    signed.go("#/configs")
    band = page.locator(".band")
    expect(band).to_contain_text("The service does not answer.")
    assert not re.search(r"HTTP \d|<html|undefined|\[object|protocol error", page.locator("body").inner_text())
    page.unroute(CALLS, answered)
    page.get_by_role("button", name="Try now").click()
    expect(band).to_have_count(0)
    page.locator("[data-config]").first.wait_for()
    harmless(signed, "Failed to load resource")
    signed.complaints.clear()


def test_a_part_that_another_release_has_no_more_is_asked_for_once(browser: Browser, service: RunningService) -> None:
    token = create_token(service.data_dir, "admin", "--instance", "released")
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        asked: list[str] = []

        def gone(route: Route) -> None:
            asked.append(route.request.url)
            route.fulfill(status=404, content_type="application/json", body="{}")

        visit.sign_in(token)
        visit.heading("Configurations").wait_for()
        page.route(re.compile("/assets/settings-"), gone)
        visit.go("#/settings")
        page.get_by_text("This part of the console could not be loaded.").wait_for()
        visit.go("#/events")
        visit.heading("Events").wait_for()
        assert len(asked) == 1
        visit.check("404", "MIME type", "Failed to fetch dynamically imported module")


def test_files_that_are_no_export(signed: Visitor) -> None:
    page = signed.page
    signed.go("#/settings")
    page.get_by_role("button", name="Import").first.click()
    header = {"header": {"formatVersion": 1, "exportId": "1", "instance": MARKUP}}
    files = {
        "markup.ndjson": f'{MARKUP}\n"',
        "deep.json": "[" * 100_000,
        "proto.ndjson": '{"__proto__":{"polluted":1},"header":{"formatVersion":1}}\n',
        "half.ndjson": json.dumps(header) + "\n",
        "binary.bin": "\0\x01\x02" * 1000,
        "empty": "",
    }
    for name, text in files.items():
        page.locator("dialog input[type=file]").set_input_files(
            {"name": name + MARKUP.replace("/", ""), "mimeType": "application/json", "buffer": text.encode()}
        )
        page.locator("dialog .note.fail, dialog .e").first.wait_for()
        harmless(signed)
    assert page.evaluate("({}).polluted") is None
    page.keyboard.press("Escape")


ELSEWHERE = """<!doctype html><title>elsewhere</title><body><script>
const opened = window.open("{url}", "console");
setInterval(() => {{
  try {{ opened.postMessage("test", "*"); opened.location.hash = "#/configs/new?address=a@evil.example"; }}
  catch (error) {{ window.refused = String(error); }} }}, 20);
</script>"""


def test_another_page_reaches_nothing_of_it(signed: Visitor, service: RunningService) -> None:
    with foreign_page(ELSEWHERE.format(url=f"{service.http_url}/")) as address:
        shown = signed.page.context.new_page()
        with signed.page.context.expect_page() as opened:
            shown.goto(address)
        console = opened.value
        console.get_by_label("Access token").wait_for()  # the token is another tab's
        eventually(lambda: shown.evaluate("opened.closed"))
        assert "evil" not in console.url
        shown.close()
        console.close()


def test_copying_where_the_browser_gives_no_clipboard(browser: Browser, service: RunningService) -> None:
    """As over plain http at any name but localhost."""
    token = create_token(service.data_dir, "admin", "--instance", "copying")
    added = call(service, "POST", "/admin/v1/smtp", settings(25), token=token).document["id"]
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        visit.sign_in(token, f"#/configs/{added}/settings")
        visit.button("Copy").click()
        expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
        visit.go("#/configs")
        search = page.get_by_role("searchbox")
        search.focus()
        page.keyboard.press("ControlOrMeta+v")
        expect(search).to_have_value(added)
        visit.check()
