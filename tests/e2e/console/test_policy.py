"""What a browser makes of the console's headers: nobody frames it, no text becomes markup, its files are kept."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page

from console_support.elsewhere import foreign_page
from console_support.visitor import visitor
from service_support.service import RunningService

ELSEWHERE = """<!doctype html><title>elsewhere</title><iframe src="{url}"></iframe>
<script>const opened = window.open("{url}")</script>"""

MARKUP = {
    "innerHTML": "document.body.innerHTML = '<b>x</b>'",
    "inserted markup": "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "parsed markup": "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
    "an inline script": "document.body.appendChild(document.createElement('script')).text = 'window.ran = true'",
    "a script's address": "document.createElement('script').src = '/assets/any.js'",
    "a policy of one's own": "trustedTypes.createPolicy('default', { createHTML: (text) => text })",
}


@pytest.fixture
def elsewhere(service: RunningService) -> Iterator[str]:
    """A page of another origin, which frames the console and opens it in a window."""
    with foreign_page(ELSEWHERE.format(url=f"{service.http_url}/")) as address:
        yield address


@pytest.fixture
def page(browser: Browser, service: RunningService) -> Iterator[Page]:
    with visitor(browser, service.http_url) as visit:
        visit.page.goto(service.http_url)
        visit.page.get_by_role("button").first.wait_for()
        yield visit.page
        visit.complaints.clear()  # of what the test does on purpose


def test_another_origin_neither_frames_it_nor_holds_its_window(
    browser: Browser, service: RunningService, elsewhere: str
) -> None:
    context = browser.new_context()
    shown = context.new_page()
    with context.expect_page() as opened:
        shown.goto(elsewhere)
    console = opened.value
    console.get_by_role("button").first.wait_for()
    assert console.url.startswith(service.http_url)
    assert console.evaluate("window.opener") is None
    assert shown.evaluate("opened.closed"), "the window that it has is no longer the console's"
    framed = [frame for frame in shown.frames if frame is not shown.main_frame]
    assert [frame.url for frame in framed if frame.url.startswith(service.http_url)] == []
    context.close()


@pytest.mark.parametrize("attempt", MARKUP.values(), ids=MARKUP)
def test_no_text_becomes_markup_or_code(page: Page, attempt: str) -> None:
    with pytest.raises(Error, match=r"Trusted|policy"):
        page.evaluate(f"() => {{ {attempt} }}")
    assert page.evaluate("window.ran") is None


def test_it_asks_no_other_origin(page: Page, elsewhere: str) -> None:
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(f"fetch({elsewhere!r}, {{ mode: 'no-cors' }})")


def test_it_may_write_to_the_clipboard_and_use_nothing_else_of_the_machine(page: Page) -> None:
    allowed = set(page.evaluate("document.featurePolicy.allowedFeatures()"))
    assert "clipboard-write" in allowed
    assert not {"camera", "clipboard-read", "geolocation", "microphone", "payment", "serial", "usb"} & allowed


def test_a_second_visit_asks_for_the_page_alone(page: Page, service: RunningService) -> None:
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    asked: dict[str, str] = {}
    kept: set[str] = set()
    wire.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    wire.on("Network.requestServedFromCache", lambda event: kept.add(event["requestId"]))
    wire.on(
        "Network.responseReceived",
        lambda event: kept.add(event["requestId"]) if event["response"]["fromDiskCache"] else None,
    )
    page.goto("about:blank")
    page.goto(service.http_url)
    page.get_by_role("button").first.wait_for()
    assert [url for request, url in asked.items() if request not in kept] == [f"{service.http_url}/"]
    assert len(kept) > 3
