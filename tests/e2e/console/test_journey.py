"""What the console is for: it fails, the cause is said, the verified fix is pressed, it works, it is put to use."""

from playwright.sync_api import Browser, expect

from console_support.visitor import Visitor, visitor
from service_support.service import RunningService, create_token

FIXED = "Verified fix"


def fill_form(visit: Visitor, name: str, host: str, port: int, user: str, password: str) -> None:
    """Type a configuration as a person who has the encryption wrong."""
    page = visit.page
    page.get_by_label("Host", exact=True).fill(host)
    page.get_by_role("combobox", name="Port").fill(str(port))
    page.get_by_label("If the server offers it").check()
    page.get_by_label("User", exact=True).fill(user)
    page.get_by_role("textbox", name="Password", exact=True).fill(password)
    page.get_by_label("Sender address", exact=True).fill("noreply@example.org")
    page.get_by_label("Display name").fill("Acme")
    page.get_by_role("textbox", name="Name of this configuration").fill(name)


def fix_and_activate(visit: Visitor, name: str, password: str) -> None:
    """Test what is stored, press the fix, and put it to use."""
    page = visit.page
    visit.heading(name).wait_for()
    visit.button("Test").first.click()
    page.get_by_text("Failed at Greeting").wait_for()
    expect(page.get_by_text(FIXED)).to_be_visible()
    field = page.get_by_label("Password of user@example.org")
    if field.count():
        field.fill(password)
    visit.button("Apply and test again").click()
    page.locator(".verdict.is-ok").wait_for()
    visit.button("Activate").click()
    page.get_by_role("dialog").get_by_role("button", name="Activate").click()
    expect(page.locator(".head").get_by_text("Active", exact=True)).to_be_visible()


def test_from_signing_in_to_a_configuration_in_use(browser: Browser, service: RunningService) -> None:
    sandbox = service.sandbox
    token = create_token(service.data_dir, "admin", "--instance", "journey")
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        visit.sign_in(token)
        page.get_by_text("No configuration yet").wait_for()
        page.get_by_role("link", name="Enter the settings by hand").click()
        fill_form(visit, "Office", sandbox.host, sandbox.tls_port, sandbox.user, sandbox.password)
        visit.button("Save untested").click()
        visit.heading("Office").wait_for()
        visit.button("Test").first.click()
        page.get_by_text("Failed at Greeting").wait_for()
        expect(page.get_by_text(FIXED)).to_be_visible()
        page.get_by_label(f"Password of {sandbox.user}").fill(sandbox.password)
        visit.button("Apply and test again").click()
        page.locator(".verdict.is-ok").wait_for()
        visit.button("Activate").click()
        page.get_by_role("dialog").get_by_role("button", name="Activate").click()
        expect(page.locator(".head").get_by_text("Active", exact=True)).to_be_visible()
        page.get_by_role("link", name="Configurations").first.click()
        expect(page.get_by_text("Office is in use.")).to_be_visible()
        assert visit.shifts() == []
        visit.check()
