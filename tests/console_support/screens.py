"""Every screen and state of the console by name, and how one gets there: tests judge each, pictures show each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from console_support.acme import (
    AMAZON,
    CONFIGS,
    EXCHANGE,
    GMAIL,
    INSTANCE,
    NEWSLETTER,
    PASSWORD,
    POSTMARK,
    RELAY,
    SLOW,
    STAGING,
    WEBHOOK,
    Acme,
)
from console_support.door import door
from console_support.visitor import Visitor
from service_support.service import RunningService, create_token, run_here

Way = Callable[[Visitor, Acme], None]
"""Leads a visitor to a state and returns when it is drawn."""

SCREENS: dict[str, Way] = {}
"""By name, in the order in which they are visited: what disturbs others comes last."""


def screen(way: Way) -> Way:
    """Add a screen under its function's name."""
    SCREENS[way.__name__.replace("_", "-")] = way
    return way


def _page(visit: Visitor, acme: Acme, name: str, tab: str = "", token: str = "") -> None:
    """Sign in and open a configuration."""
    visit.sign_in(token or acme.token, f"#/configs/{acme.ids[name]}{tab}")
    visit.heading(name).wait_for()


def _test(visit: Visitor) -> None:
    visit.page.locator(".head").get_by_role("button", name=re.compile("^Test")).click()


def _tested(visit: Visitor, acme: Acme, name: str, verdict: str) -> None:
    """Test a stored configuration and wait for the verdict.

    That of the last kept test goes with the press, before the service answers. The stream's own end is not waited for:
    the browser does not always tell of it.
    """
    _page(visit, acme, name)
    with visit.page.expect_response(lambda response: response.url.endswith("/Diagnose")):
        _test(visit)
    visit.page.locator(f".verdict.is-{verdict}").wait_for()


def _menu(visit: Visitor, item: str) -> None:
    visit.page.locator(".head").get_by_role("button", name="More actions").click()
    visit.page.get_by_role("menuitem", name=item).click()
    visit.page.get_by_role("dialog").wait_for()


def _listed(visit: Visitor, acme: Acme, token: str = "") -> None:
    visit.sign_in(token or acme.token)
    visit.page.locator("[data-config]").first.wait_for()


@screen
def sign_in(visit: Visitor, acme: Acme) -> None:
    visit.forget()
    visit.open()
    visit.page.get_by_label("Access token").wait_for()


@screen
def sign_in_refused(visit: Visitor, acme: Acme) -> None:
    visit.forget()
    visit.open()
    visit.page.get_by_label("Access token").fill("mp_unknown")
    visit.page.keyboard.press("Enter")
    visit.page.locator(".e").wait_for()


@screen
def configurations(visit: Visitor, acme: Acme) -> None:
    _listed(visit, acme)


@screen
def configurations_menu(visit: Visitor, acme: Acme) -> None:
    _listed(visit, acme)
    visit.page.locator("[data-config]").nth(1).get_by_role("button", name=re.compile("More")).click()
    visit.page.get_by_role("menu").wait_for()


@screen
def configurations_nothing_found(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, "#/configs?q=nobody")
    visit.button(re.compile("Clear")).first.wait_for()


@screen
def configurations_viewer(visit: Visitor, acme: Acme) -> None:
    _listed(visit, acme, acme.viewer)


@screen
def configurations_empty(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(create_token(acme.service.data_dir, "admin", "--instance", "empty"))
    visit.page.get_by_text("No configuration yet").wait_for()


@screen
def test_never(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, NEWSLETTER)
    visit.page.get_by_text("Never tested").first.wait_for()


@screen
def test_failed(visit: Visitor, acme: Acme) -> None:
    _tested(visit, acme, STAGING, "fail")
    visit.button("Apply and test again").wait_for()


@screen
def test_failed_viewer(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, STAGING, token=acme.viewer)
    visit.page.locator(".verdict.is-fail").wait_for()


@screen
def certificate(visit: Visitor, acme: Acme) -> None:
    _tested(visit, acme, EXCHANGE, "fail")


@screen
def test_login_refused(visit: Visitor, acme: Acme) -> None:
    _tested(visit, acme, GMAIL, "fail")


@screen
def test_passed(visit: Visitor, acme: Acme) -> None:
    _tested(visit, acme, POSTMARK, "ok")


@screen
def test_passed_with_warning(visit: Visitor, acme: Acme) -> None:
    _tested(visit, acme, RELAY, "ok")


@screen
def test_kept(visit: Visitor, acme: Acme) -> None:
    tests = acme.call("GET", f"/v1/tests?configId={acme.ids[AMAZON]}&pageSize=5")["tests"]
    _page(visit, acme, AMAZON, f"/tests/{tests[2]['id']}")
    visit.page.locator(".verdict, .card").first.wait_for()


@screen
def webhook(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, WEBHOOK)
    visit.page.get_by_label(re.compile("ecipient")).first.wait_for()


@screen
def history(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, POSTMARK, "/history")
    visit.page.get_by_role("table").wait_for()


@screen
def config_settings(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, POSTMARK, "/settings")
    visit.page.locator("dl").first.wait_for()


@screen
def config_events(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, POSTMARK, "/events")
    visit.page.locator("main time").first.wait_for()


@screen
def events(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, "#/events")
    visit.page.locator("main time").first.wait_for()


@screen
def settings(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, "#/settings")
    visit.heading("Settings").wait_for()


@screen
def shortcuts(visit: Visitor, acme: Acme) -> None:
    _listed(visit, acme)
    visit.page.keyboard.press("?")
    visit.page.get_by_role("dialog").wait_for()


@screen
def finding(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, "#/findings/tls_missing_intermediate")
    visit.page.get_by_role("heading", level=2).first.wait_for()


@screen
def not_found(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, "#/nowhere")
    visit.heading(re.compile("no such page")).wait_for()


@screen
def config_gone(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, "#/configs/999")
    visit.page.get_by_role("heading", level=1).wait_for()


@screen
def form(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, "#/configs/new")
    visit.button("Test and save").wait_for()


@screen
def form_found(visit: Visitor, acme: Acme) -> None:
    form(visit, acme)
    visit.page.get_by_label("Mail address").first.fill("noreply@acme.example")
    visit.button("Find").click()
    visit.button(re.compile("^Use")).first.wait_for()
    visit.page.locator(".form-clues").wait_for()  # they come as the search ends


@screen
def form_wrong(visit: Visitor, acme: Acme) -> None:
    form(visit, acme)
    visit.page.get_by_label("Sender address").fill("noreply.acme.example")
    visit.button("Save untested").click()
    visit.page.locator(".e").first.wait_for()


@screen
def form_failed(visit: Visitor, acme: Acme) -> None:
    form(visit, acme)
    _fill(visit, acme, STAGING)
    visit.button("Test and save").click()
    visit.button("Save anyway").wait_for()


@screen
def form_edit(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, f"#/configs/{acme.ids[STAGING]}/edit")
    visit.page.get_by_text("Stored on").wait_for()


@screen
def form_webhook(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, "#/configs/new?kind=http")
    visit.page.get_by_label("URL").wait_for()


@screen
def quick_test(visit: Visitor, acme: Acme) -> None:
    visit.sign_in(acme.token, "#/test")
    visit.page.locator("form").wait_for()


@screen
def activate_risky(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, STAGING)
    visit.button("Activate").click()
    visit.page.get_by_role("dialog").wait_for()


@screen
def remove_active(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, POSTMARK)
    _menu(visit, "Remove")


@screen
def password(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, POSTMARK)
    _menu(visit, "Replace the password")


@screen
def export(visit: Visitor, acme: Acme) -> None:
    settings(visit, acme)
    visit.button("Export").click()
    visit.page.get_by_role("dialog").wait_for()


@screen
def import_(visit: Visitor, acme: Acme) -> None:
    settings(visit, acme)
    visit.button("Import").click()
    visit.page.get_by_role("dialog").wait_for()


@screen
def remove_undo(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, NEWSLETTER)
    visit.page.locator(".head").get_by_role("button", name="More actions").click()
    visit.page.get_by_role("menuitem", name="Remove").click()
    visit.button(re.compile("Undo")).wait_for()


@screen
def menu_narrow(visit: Visitor, acme: Acme) -> None:
    _listed(visit, acme)
    menu = visit.button("Menu")
    if menu.is_visible():
        menu.click()


def _running(visit: Visitor, acme: Acme) -> None:
    _page(visit, acme, SLOW)
    _test(visit)
    visit.page.locator('.verdict.is-run:has-text("Logging in")').wait_for()


@screen
def test_running(visit: Visitor, acme: Acme) -> None:
    _running(visit, acme)
    visit.page.get_by_text(re.compile("waiting for the server")).first.wait_for()


@screen
def test_cancelled(visit: Visitor, acme: Acme) -> None:
    _running(visit, acme)
    visit.page.keyboard.press("Escape")
    visit.page.get_by_text("Cancelled after").first.wait_for()


@screen
def leave_asked(visit: Visitor, acme: Acme) -> None:
    _running(visit, acme)
    visit.page.get_by_role("link", name="Configurations").first.click()
    visit.page.get_by_role("dialog").wait_for()


@screen
def token_refused(visit: Visitor, acme: Acme) -> None:
    token = create_token(acme.service.data_dir, "admin", "--instance", INSTANCE, "--name", "short")
    _page(visit, acme, STAGING, token=token)
    visit.page.locator(".verdict.is-fail").wait_for()
    revoke(acme.service, "short")
    visit.go("#/events")
    visit.page.get_by_text("Your token is no longer valid.").wait_for()


@screen
def offline(visit: Visitor, acme: Acme) -> None:
    with door(acme.service.http_url) as way:
        visit.origin = way.url
        _listed(visit, acme)
        way.shut()
        visit.go("#/events")  # its code is not here yet: that is fetched as well when the service is back
        visit.page.get_by_text("The service does not answer.").first.wait_for()


@screen
def test_broken(visit: Visitor, acme: Acme) -> None:
    with door(acme.service.http_url) as way:
        visit.origin = way.url
        _running(visit, acme)
        way.shut()
        visit.page.get_by_text(re.compile("connection to the service broke")).first.wait_for()


def revoke(service: RunningService, name: str) -> None:
    """Revoke the token of a name."""
    listed = run_here("token", "list", "--json", "--data-dir", str(service.data_dir))
    found = [token["id"] for token in json.loads(listed.stdout) if token["name"] == name][-1]
    revoked = run_here("token", "revoke", "--data-dir", str(service.data_dir), found)
    assert revoked.returncode == 0, revoked.stderr


def _fill(visit: Visitor, acme: Acme, name: str) -> None:
    """Type a configuration."""
    config, page = CONFIGS[name], visit.page
    host, _, port = config["host"].rpartition(":")
    page.get_by_label("Host", exact=True).fill(host)
    page.get_by_role("combobox", name="Port").fill(port)
    page.get_by_label("If the server offers it").check()
    page.get_by_label("User", exact=True).fill(config["senderAddress"])
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_label("Sender address").fill(config["senderAddress"])
    page.get_by_label("Display name").fill("Acme")
