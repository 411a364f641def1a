"""What people need who see, hit or read with difficulty: large targets, zoom, wide text, stillness."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from console_support.visitor import NARROW, WIDE, Visitor, visitor
from service_support.rest import call
from service_support.service import RunningService, create_token
from smtp_support.scripted import Do, raw, serve

SMALL = """least => {
  const small = [];
  for (const each of document.querySelectorAll("a[href], button, input, select, summary, [role=menuitem]")) {
    if (!each.checkVisibility({ visibilityProperty: true }) || each.matches(".skip")) continue;
    const style = getComputedStyle(each);
    const inSentence = style.display === "inline" && each.closest("p, li, dd, .note, .m");
    if (inSentence) continue; // as WCAG 2.5.8 excepts it
    let target = each.labels?.[0]?.contains(each) ? each.labels[0] : each; // a label around it is pressed as well
    if (getComputedStyle(each, "::after").position === "absolute") target = each.closest("tr, .r, .card") ?? each;
    const { width, height } = target.getBoundingClientRect();
    if (width === 0 || Math.min(width, height) >= least - 0.5) continue;
    small.push(`${Math.round(width)} x ${Math.round(height)}: ${each.outerHTML.slice(0, 160)}`);
  }
  return small;
}"""

WIDE_TEXT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
"""The spacing of WCAG 1.4.12."""

CUT = """() => {
  const cut = [];
  for (const each of document.querySelectorAll("main *, header.bar *")) {
    const style = getComputedStyle(each);
    if (!each.checkVisibility() || each.closest(".vh, svg") || !each.textContent.trim()) continue;
    const hides = style.overflowX === "hidden" && style.textOverflow !== "ellipsis" && style.webkitLineClamp === "none";
    const runsOver = each.matches(".btn, .pill, th") && each.scrollWidth > each.clientWidth + 1;
    const below = hides && each.scrollHeight > each.clientHeight + 2;
    const size = `${each.scrollWidth}/${each.clientWidth} x ${each.scrollHeight}/${each.clientHeight}`;
    if (runsOver || below) cut.push(`${size} ${each.outerHTML.slice(0, 160)}`);
  }
  return cut;
}"""


@pytest.fixture(scope="module")
def token(service: RunningService) -> str:
    """An administrator of an instance with one configuration, whose test fails and has a fix."""
    made = create_token(service.data_dir, "admin", "--instance", "reach")
    sandbox = service.sandbox
    settings = {
        "description": "Office",
        "host": f"{sandbox.host}:{sandbox.tls_port}",
        "user": sandbox.user,
        "password": sandbox.password,
        "senderAddress": "noreply@example.org",
        "senderName": "Acme",
        "tls": False,
    }
    assert call(service, "POST", "/admin/v1/smtp", settings, token=made).status == 200
    return made


def the_list(visit: Visitor) -> None:
    visit.go("#/configs")
    visit.page.locator("[data-config]").first.wait_for()


def the_failed_test(visit: Visitor) -> None:
    the_list(visit)
    visit.page.get_by_role("link", name="Office").last.click()
    visit.heading("Office").wait_for()
    visit.page.locator(".head").get_by_role("button", name="Test").click()
    visit.page.locator(".verdict.is-run").wait_for()
    visit.page.locator(".verdict.is-fail").wait_for()


def the_form(visit: Visitor) -> None:
    visit.go("#/configs/new")
    visit.heading("Add configuration").wait_for()


WAYS: dict[str, Callable[[Visitor], None]] = {"list": the_list, "failed test": the_failed_test, "form": the_form}


def everywhere(visit: Visitor, token: str) -> Iterator[tuple[str, Page]]:
    visit.sign_in(token)
    for name, way in WAYS.items():
        way(visit)
        yield name, visit.page


@pytest.mark.parametrize(("size", "least"), [(WIDE, 24), (NARROW, 36)], ids=["wide", "narrow"])
def test_what_is_pressed_is_large_enough(
    browser: Browser, service: RunningService, token: str, size: tuple[int, int], least: int
) -> None:
    with visitor(browser, service.http_url, size=size) as visit:
        small = {name: page.evaluate(SMALL, least) for name, page in everywhere(visit, token)}
    assert not any(small.values()), small


@pytest.mark.parametrize("size", [(640, 400), (320, 512)], ids=["200 %", "400 %"])
def test_zoomed_nothing_is_scrolled_sideways(
    browser: Browser, service: RunningService, token: str, size: tuple[int, int]
) -> None:
    beyond = "document.documentElement.scrollWidth - innerWidth"
    with visitor(browser, service.http_url, size=size) as visit:
        wider = {name: page.evaluate(beyond) for name, page in everywhere(visit, token)}
    assert max(wider.values()) <= 0, wider


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_wide_text_is_not_cut_off(browser: Browser, service: RunningService, token: str, size: tuple[int, int]) -> None:
    cut = {}
    with visitor(browser, service.http_url, size=size) as visit:
        for name, page in everywhere(visit, token):
            page.evaluate(WIDE_TEXT)
            cut[name] = page.evaluate(CUT)
            page.evaluate("document.adoptedStyleSheets = []")
    assert not any(cut.values()), cut


@pytest.mark.parametrize("still", [True, False], ids=["reduced", "any"])
def test_motion_is_as_the_person_prefers(browser: Browser, service: RunningService, token: str, still: bool) -> None:
    with serve(raw(Do.HEAR)) as silent, visitor(browser, service.http_url, still=still) as visit:
        page = visit.page
        visit.sign_in(token, "#/test")
        page.get_by_label("Host", exact=True).fill("127.0.0.1")
        page.get_by_role("combobox", name="Port").fill(str(silent.port))
        page.get_by_role("radio", name="None").check()
        visit.button("Test").click()
        page.locator("[data-stage=greeting][data-outcome=running]").wait_for()
        moving = page.evaluate("document.getAnimations().filter(each => each.playState === 'running').length")
        assert (moving == 0) is still
        steps = page.evaluate(
            """() => new Promise(resolve => {
              let steps = 0;
              const bar = document.querySelector("[data-stage=greeting] rect.light");
              new MutationObserver(() => { steps += 1; }).observe(bar, { attributes: true });
              setTimeout(() => resolve(steps), 1500);
            })"""
        )
        assert (steps < 8) is still, steps  # each second, or ten times a second
        page.keyboard.press("Escape")
        expect(page.locator("[data-phase=cancelled]")).to_be_visible()
