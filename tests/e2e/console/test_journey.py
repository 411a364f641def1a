"""What the console is for: it fails, the cause is said, the verified fix is pressed, it works, it is put to use."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from console_support.visitor import Visitor, visitor
from postfix_support.dovecot import DOVECOT
from postfix_support.postfix import MASTER, PASSWORD, USER, Postfix, postfix, why_not
from service_support.service import RunningService, create_token
from smtp_support import pki
from smtp_support.scripted import serve, smtp

SUBMISSIONS = {
    "smtpd_tls_wrappermode": "yes",
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_tls_auth_only": "yes",
    "smtpd_relay_restrictions": "permit_sasl_authenticated, reject",
}
"""What Debian's master.cf has for submissions."""

REFUSAL = "534 5.7.9 Application-specific password required"


def add(visit: Visitor, host: str, port: int, user: str, password: str) -> None:
    """Go to the form, and type a configuration as a person who has the encryption wrong."""
    page = visit.page
    page.get_by_text("No configuration yet").wait_for()
    page.get_by_role("link", name="Enter the settings by hand").click()
    page.get_by_label("Host", exact=True).fill(host)
    page.get_by_role("combobox", name="Port").fill(str(port))
    page.get_by_label("If the server offers it").check()
    page.get_by_label("User", exact=True).fill(user)
    page.get_by_role("textbox", name="Password", exact=True).fill(password)
    page.get_by_label("Sender address").fill("noreply@example.org")
    page.get_by_label("Display name").fill("Acme")
    page.get_by_role("textbox", name="Name of this configuration").fill("Office")


def put_to_use(visit: Visitor) -> None:
    """Activate what has passed, and see the list say so."""
    page = visit.page
    visit.heading("Office").wait_for()
    page.locator(".verdict.is-ok").wait_for()
    visit.button("Activate").click()
    page.get_by_role("dialog").get_by_role("button", name="Activate").click()
    expect(page.locator(".head").get_by_text("Active", exact=True)).to_be_visible()
    page.get_by_role("link", name="Configurations").first.click()
    expect(page.locator(".active-line")).to_contain_text("Office is in use. Proved")


def test_from_signing_in_to_a_configuration_in_use(browser: Browser, service: RunningService) -> None:
    sandbox = service.sandbox
    token = create_token(service.data_dir, "admin", "--instance", "journey")
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        visit.sign_in(token)
        add(visit, sandbox.host, sandbox.tls_port, sandbox.user, sandbox.password)
        visit.button("Save untested").click()
        visit.heading("Office").wait_for()
        page.locator(".head").get_by_role("button", name="Test").click()
        page.get_by_text("Failed at Greeting").wait_for()
        expect(page.get_by_text("Verified fix")).to_be_visible()
        page.get_by_label(f"Password of {sandbox.user}").fill(sandbox.password)
        visit.button("Apply and test again").click()
        put_to_use(visit)
        assert visit.shifts() == []
        visit.check()


@pytest.fixture
def submissions(needs_debian: Callable[[str], None]) -> Iterator[Postfix]:
    """A real Postfix whose one port is inside TLS from the first byte."""
    for program in (MASTER, DOVECOT):
        needs_debian(program)
    if why_not():
        pytest.skip(why_not())
    with postfix({"submissions": SUBMISSIONS}) as running:
        yield running


def test_the_fix_beside_the_form_with_a_real_postfix(
    browser: Browser, service: RunningService, submissions: Postfix
) -> None:
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        visit.sign_in(create_token(service.data_dir, "admin", "--instance", "postfix"))
        add(visit, "127.0.0.1", submissions.ports["submissions"], USER, PASSWORD)
        visit.button("Test and save").click()
        page.get_by_text("Failed at Greeting").wait_for()
        expect(page.locator(".form-outcome")).to_contain_text("Nothing is saved.")
        visit.button("Apply and test again").click()
        put_to_use(visit)
        assert visit.shifts() == []
        visit.check()


def test_what_only_the_provider_can_give_is_said_and_no_button_promises_it(
    browser: Browser, service: RunningService
) -> None:
    script = smtp(context=pki.good(), replies={"AUTH": [REFUSAL]})
    with serve(script) as served, visitor(browser, service.http_url) as visit:
        page = visit.page
        visit.sign_in(create_token(service.data_dir, "admin", "--instance", "provider"))
        add(visit, "127.0.0.1", served.port, "user", "secret-word")
        visit.button("Save untested").click()
        visit.heading("Office").wait_for()
        page.locator(".head").get_by_role("button", name="Test").click()
        page.get_by_text("Failed at Login").wait_for()
        verdict = page.locator(".verdict")
        expect(verdict).to_contain_text("wants an app password")
        expect(verdict.locator(".advice")).to_contain_text("app password")
        expect(verdict.get_by_role("link", name="Enter the password again")).to_be_visible()
        expect(visit.button("Apply and test again")).to_have_count(0)
        expect(page.get_by_text("Application-specific password required").first).to_be_visible()
        assert visit.shifts() == []
        visit.check()
