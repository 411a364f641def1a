"""A person with a keyboard alone: the whole journey, and where the focus is after what takes its place away."""

from playwright.sync_api import Browser, expect

from console_support.keyboard import Keyboard
from console_support.visitor import visitor
from service_support.rest import call
from service_support.service import RunningService, create_token


def test_from_signing_in_to_a_configuration_in_use(browser: Browser, service: RunningService) -> None:
    sandbox = service.sandbox
    token = create_token(service.data_dir, "admin", "--instance", "keys")
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


def test_the_focus_comes_back_or_goes_on(browser: Browser, service: RunningService) -> None:
    sandbox = service.sandbox
    token = create_token(service.data_dir, "admin", "--instance", "focus")
    for name in ("First", "Second", "Third"):
        settings = {
            "description": name,
            "host": f"{sandbox.host}:{sandbox.tls_port}",
            "user": sandbox.user,
            "password": sandbox.password,
            "senderAddress": "noreply@example.org",
            "senderName": "Acme",
            "tls": True,
        }
        assert call(service, "POST", "/admin/v1/smtp", settings, token=token).status == 200
    with visitor(browser, service.http_url) as visit:
        page, keys = visit.page, Keyboard(visit.page)
        visit.sign_in(token)
        page.locator("[data-config]").first.wait_for()
        row = page.get_by_role("row", name="Second")
        more = row.get_by_role("button", name="More for Second")

        # A table of keys, a menu, a dialog.
        keys.press("j")
        first = page.locator(".config-link").first
        expect(first).to_be_focused()
        keys.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        keys.press("Escape")
        expect(first).to_be_focused()
        keys.activate(more)
        keys.press("Escape")
        expect(more).to_be_focused()
        keys.press("Enter", "ArrowDown", "Enter")
        expect(page.get_by_role("dialog", name="Activate “Second”?")).to_be_visible()
        keys.press("Escape")
        expect(more).to_be_focused()

        # A removal that is taken back, by the note's button and by its key; and one that is not.
        keys.press("Enter", "End", "Enter")
        keys.activate(visit.button("Undo"))
        expect(more).to_be_focused()
        keys.press("Enter", "End", "Enter")
        visit.button("Undo").wait_for()
        keys.press("u")
        expect(visit.button("Undo")).to_have_count(0)
        expect(more).to_be_focused()
        keys.press("Enter", "End", "Enter")
        expect(more).to_be_focused()
        keys.activate(page.locator(".toast").get_by_role("button", name="Close"))
        expect(row).to_have_count(0)
        keys.look()

        # A page, its tabs, a test that is cancelled and one that ends.
        keys.press("k", "Enter")
        page.locator("nav.tabs").wait_for()
        expect(page.locator("h1")).to_be_focused()
        for name in ("History", "Settings", "Events"):
            tab = page.locator("nav.tabs").get_by_role("link", name=name)
            keys.activate(tab)
            expect(tab).to_have_attribute("aria-current", "page")
            expect(tab).to_be_focused()
        keys.activate(page.locator(".head").get_by_role("button", name="Test"), back=True)
        page.locator(".verdict.is-ok").wait_for()
        keys.look()
        said = page.locator("[role=status].vh p").filter(has_text="accepts the login")
        expect(said).to_have_count(1)
        visit.check()
