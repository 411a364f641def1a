"""A person with a keyboard alone: the whole journey, and where the focus is after each thing that takes its place away."""

from playwright.sync_api import Browser, expect

from console_support.instances import administrator
from console_support.keyboard import Keyboard
from console_support.visitor import visitor
from service_support.service import RunningService


def test_from_signing_in_to_a_configuration_in_use(browser: Browser, service: RunningService) -> None:
    sandbox = service.sandbox
    token = administrator(service, "keys")
    with visitor(browser, service.http_url) as visit:
        page, keys = visit.page, Keyboard(visit.page)
        visit.open()
        visit.button("Sign in").wait_for()
        keys.fill(page.get_by_label("Access token"), token)
        keys.press("Enter")
        page.get_by_text("No configuration yet").wait_for()
        keys.activate(page.get_by_role("link", name="Enter the settings by hand"))
        visit.heading("Add configuration").wait_for()
        keys.fill(page.get_by_label("Host", exact=True), sandbox.host)
        keys.fill(page.get_by_role("combobox", name="Port"), str(sandbox.tls_port))
        keys.tab_to(page.get_by_role("radio", name="Always, with a verified certificate"))
        keys.press("ArrowDown")
        expect(page.get_by_role("radio", name="If the server offers it")).to_be_checked()
        keys.fill(page.get_by_label("User", exact=True), sandbox.user)
        keys.fill(page.get_by_role("textbox", name="Password", exact=True), sandbox.password)
        keys.fill(page.get_by_label("Sender address"), "noreply@example.org")
        keys.fill(page.get_by_label("Display name"), "Acme")
        keys.fill(page.get_by_role("textbox", name="Name of this configuration"), "Office")
        keys.activate(visit.button("Save untested"))
        visit.heading("Office").wait_for()
        keys.press("t")
        page.get_by_text("Failed at Greeting").wait_for()
        keys.press("f")
        assert keys.has_focus(page.get_by_label(f"Password of {sandbox.user}"))
        keys.type(sandbox.password)
        keys.activate(visit.button("Apply and test again"))
        page.locator(".verdict.is-ok").wait_for()
        keys.look()
        keys.activate(visit.button("Activate"), back=True)
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Activate")).to_be_focused()
        keys.press("Enter")
        expect(page.locator(".head").get_by_text("Active", exact=True)).to_be_visible()
        keys.look()
        keys.press("g", "c")
        expect(page.locator(".active-line")).to_contain_text("Office is in use. Proved")
        keys.look()
        assert visit.shifts() == []
        visit.check()
