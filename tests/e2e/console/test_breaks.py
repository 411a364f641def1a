"""What breaks in the middle: the token, the service, the connection, somebody else's change. Nothing is lost by it."""

from __future__ import annotations

import json
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from clock_support.waiting import HANG, eventually
from console_support.local import NAME, settings
from console_support.visitor import Visitor, visitor
from service_support.rest import call
from service_support.service import RunningService, create_token, run_here, running_service, start_service
from service_support.silent import SilentServer

LOST = (
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_CONNECTION_RESET",
    "net::ERR_EMPTY_RESPONSE",
    "net::ERR_INCOMPLETE_CHUNKED_ENCODING",
    "net::ERR_SOCKET_NOT_CONNECTED",
)
"""What the browser itself writes of a connection that is lost."""


expect.set_options(timeout=HANG * 1000)


@dataclass
class Office:
    """An instance of its own, with one configuration."""

    service: RunningService
    instance: str
    token: str = ""
    id: str = ""

    def new_token(self, role: str = "admin") -> str:
        """Make a token for the instance."""
        return create_token(self.service.data_dir, role, "--instance", self.instance)

    def call(self, verb: str, path: str, document: object = None) -> Any:
        """Make a REST call as the administrator, and return its answer."""
        reply = call(self.service, verb, path, document, token=self.token)
        assert reply.status == 200, reply
        return reply.document

    def names(self) -> list[str]:
        """Return the names of the stored configurations."""
        answer = self.call("POST", "/admin/v1/smtp/_search", {})
        return [config["description"] for config in answer.get("result", [])]

    def tests(self) -> int:
        """Return how many tests of the configuration are kept."""
        return len(self.call("GET", "/v1/tests").get("tests", []))

    def test(self) -> None:
        """Test the configuration to the end."""
        request = urllib.request.Request(
            f"{self.service.http_url}/v1/diagnose",
            json.dumps({"configId": self.id}).encode(),
            {"authorization": f"Bearer {self.token}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            assert b"report" in answer.read()

    def revoke(self) -> None:
        """Make the token invalid, as an operator does."""
        done = run_here("token", "revoke", "--data-dir", str(self.service.data_dir), "--token-stdin", stdin=self.token)
        assert done.returncode == 0, done.stderr


def office(service: RunningService, instance: str, port: int) -> Office:
    """Make an instance whose configuration names a port of loopback."""
    made = Office(service, instance)
    made.token = made.new_token()
    made.id = made.call("POST", "/admin/v1/smtp", settings(port))["id"]
    return made


def opened(visit: Visitor, made: Office, tab: str = "") -> None:
    """Sign in and open the configuration."""
    visit.sign_in(made.token, f"#/configs/{made.id}{tab}")
    visit.heading(re.compile(NAME)).wait_for()


def begin(visit: Visitor, server: SilentServer) -> None:
    """Test the configuration until its server has the connection, and the page shows that it waits for the answer."""
    before = server.seen
    visit.page.locator(".head").get_by_role("button", name=re.compile("^Test")).click()
    server.wait_for_seen(before + 1)
    expect(verdict(visit)).to_have_attribute("data-phase", "running")
    expect(visit.page.locator(".tl")).to_contain_text("Connect")


def verdict(visit: Visitor) -> Locator:
    """Return the verdict of what is shown."""
    return visit.page.locator(".verdict")


def renew(visit: Visitor, token: str) -> None:
    """Give the band the token that it asks for."""
    band = visit.page.locator(".band")
    expect(band).to_contain_text("Your token is no longer valid.")
    band.get_by_label("Access token").fill(token)
    visit.button("Go on").click()
    expect(band).to_have_count(0)


def test_a_viewer_sees_everything_and_is_offered_nothing(browser: Browser, service: RunningService) -> None:
    made = office(service, "viewed", 9)
    made.test()
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        visit.sign_in(made.new_token("viewer"))
        page.get_by_role("link", name=NAME).wait_for()
        for place in ("configs", f"configs/{made.id}", f"configs/{made.id}/edit", "configs/new", "test"):
            visit.go(f"#/{place}")
            expect(
                page.get_by_text("You can look but not change or test: this token has the role viewer.")
            ).to_have_count(1)
            words = "Test|Edit|Activate|Deactivate|Remove|Add|Save|More|Apply|Import|Replace|Find"
            expect(page.locator("main").get_by_role("button", name=re.compile(rf"^({words})"))).to_have_count(0)
            expect(page.locator("main").get_by_role("textbox")).to_have_count(0)
            expect(page.locator("main").get_by_role("link", name=re.compile("^(Edit|Add|Save)"))).to_have_count(0)
        visit.go(f"#/configs/{made.id}")
        expect(verdict(visit)).to_have_attribute("data-outcome", "failed")
        page.keyboard.press("t")
        page.keyboard.press("e")
        visit.go(f"#/configs/{made.id}/history")
        page.locator("main .row-link").first.click()
        expect(verdict(visit)).to_have_attribute("data-outcome", "failed")
        assert made.tests() == 1
        visit.check()


def test_a_token_revoked_while_somebody_types(browser: Browser, service: RunningService) -> None:
    made = office(service, "typing", 9)
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        opened(visit, made, "/edit")
        name = page.get_by_label("Name of this configuration")
        name.fill("Head office")
        made.revoke()
        visit.button("Save untested").click()
        page.locator(".band").wait_for()
        expect(name).to_have_value("Head office")
        made.token = made.new_token()
        renew(visit, made.token)
        expect(name).to_have_value("Head office")
        assert made.names() == [NAME], "nothing is saved by itself"
        visit.button("Save untested").click()
        visit.heading("Head office").wait_for()
        assert made.names() == ["Head office"]
        visit.check("401")


def test_a_token_revoked_while_a_test_runs(browser: Browser, service: RunningService) -> None:
    with SilentServer() as server, visitor(browser, service.http_url) as visit:
        page = visit.page
        made = office(service, "testing", server.port)
        opened(visit, made)
        begin(visit, server)
        made.revoke()
        expect(verdict(visit)).to_have_attribute("data-phase", "running")
        visit.button("Cancel test").first.click()
        assert server.wait_until_all_closed()
        expect(verdict(visit)).to_contain_text("Cancelled after")
        page.locator(".band").wait_for()
        expect(page.locator(".tl")).to_contain_text("Connect")
        seen = server.seen
        made.token = made.new_token()
        renew(visit, made.token)
        expect(verdict(visit)).to_contain_text("Cancelled after")
        expect(visit.button(re.compile("^Test")).first).to_be_enabled()
        assert server.seen == seen, "no test begins by itself"
        visit.check("401")


@pytest.mark.parametrize("by", ["the button", "the key"])
def test_a_cancelled_test_hangs_up_on_the_server(browser: Browser, service: RunningService, by: str) -> None:
    with SilentServer() as server, visitor(browser, service.http_url) as visit:
        made = office(service, f"cancelling-{by[4:]}", server.port)
        opened(visit, made)
        begin(visit, server)
        if by == "the key":
            visit.page.keyboard.press("Escape")
        else:
            visit.button("Cancel test").click()
        assert server.wait_until_all_closed()
        expect(verdict(visit)).to_have_attribute("data-phase", "cancelled")
        expect(verdict(visit)).to_contain_text("Cancelled after connect")
        expect(visit.button(re.compile("^Test")).first).to_be_focused() if by == "the button" else None
        visit.check()


def test_leaving_asks_while_a_test_runs(browser: Browser, service: RunningService) -> None:
    with SilentServer() as server, visitor(browser, service.http_url) as visit:
        page = visit.page
        made = office(service, "leaving", server.port)
        opened(visit, made)
        begin(visit, server)
        page.get_by_role("link", name="Events").first.click()
        question = page.get_by_role("dialog")
        expect(question).to_contain_text("Leaving this page cancels it.")
        question.get_by_role("button", name="Stay").click()
        expect(verdict(visit)).to_have_attribute("data-phase", "running")
        visit.go("#/settings")  # by hand, as Back does
        page.get_by_role("dialog").get_by_role("button", name="Leave and cancel it").click()
        visit.heading("Settings").wait_for()
        assert server.wait_until_all_closed()
        visit.check()


def test_a_service_killed_in_the_middle_and_started_anew(browser: Browser, tmp_path: Path) -> None:
    first = start_service(tmp_path / "data")
    try:
        with SilentServer() as server, visitor(browser, first.http_url) as visit:
            page = visit.page
            made = office(first, "killed", server.port)
            opened(visit, made)
            begin(visit, server)
            first.process.kill()
            expect(verdict(visit)).to_contain_text("The connection to the service broke after connect.")
            expect(page.locator(".tl")).to_contain_text("Connect")
            again = verdict(visit).get_by_role("button", name="Test again")
            expect(again).to_be_enabled()
            band = page.locator(".band")
            expect(band).to_contain_text("The service does not answer.")
            page.get_by_role("link", name="Events").first.click()
            expect(page.locator("main")).to_contain_text("Waiting for the service")
            first.stop()
            assert server.wait_until_all_closed()
            seen = server.seen
            listen = first.http_url.removeprefix("http://")
            with running_service(tmp_path / "data", f"--http-listen={listen}") as second:
                made.service = second
                visit.button("Try now").click()
                expect(band).to_have_count(0)
                visit.heading("Events").wait_for()  # fetched by itself
                expect(page.locator("main")).to_contain_text(NAME)
                visit.go(f"#/configs/{made.id}")
                expect(verdict(visit)).to_contain_text("broke after connect")
                expect(again).to_be_enabled()
                assert server.seen == seen, "no test begins by itself"
                again.click()
                server.wait_for_seen(seen + 1)
                visit.button("Cancel test").click()
                assert server.wait_until_all_closed()
            visit.check(*LOST)
    finally:
        first.process.kill()
        first.stop()


def test_too_many_tests_are_counted_down(browser: Browser, tmp_path: Path) -> None:
    limit = {"MAILPROOF_MAX_TESTS_PER_MINUTE_PER_TOKEN": "1"}
    with running_service(tmp_path / "data", env=limit) as service, visitor(browser, service.http_url) as visit:
        made = office(service, "busy", 9)
        opened(visit, made)
        press = visit.page.locator(".head").get_by_role("button", name=re.compile("^Test"))
        press.click()
        expect(verdict(visit)).to_have_attribute("data-outcome", "failed")
        press.click()
        expect(verdict(visit)).to_have_attribute("data-outcome", "refused")
        again = verdict(visit).get_by_role("button", name="Test again")
        expect(again).to_be_disabled()
        left = verdict(visit).locator(".again .num")

        def seconds() -> int:
            return int(re.sub(r"\D", "", left.inner_text()))

        before = seconds()
        assert 1 < before <= 60
        eventually(lambda: seconds() < before, "it does not count")
        visit.check()


def test_two_administrators_change_the_same(browser: Browser, service: RunningService) -> None:
    made = office(service, "shared", 9)
    with visitor(browser, service.http_url) as one, visitor(browser, service.http_url) as other:
        for visit in (one, other):
            opened(visit, made, "/edit")
        one.page.get_by_label("Display name").fill("Anna")
        one.page.get_by_label("Reply to").fill("anna@example.org")
        one.button("Save untested").click()
        one.heading(re.compile(f"^{NAME}$")).wait_for()
        page = other.page
        page.get_by_label("Display name").fill("Otto")
        page.get_by_label("Name of this configuration").fill("Head office")
        other.button("Save untested").click()
        expect(page.get_by_text("Changed elsewhere meanwhile")).to_be_visible()
        note = page.locator(".form-conflict")
        for text in ("Anna", "Otto", "anna@example.org", NAME, "Head office"):
            expect(note).to_contain_text(text)
        expect(page.get_by_label("Reply to", exact=False).first).to_have_value("anna@example.org")  # not touched here
        expect(page.get_by_label("Display name")).to_have_value("Otto")
        other.button("Save untested").click()
        other.heading("Head office").wait_for()
        stored = made.call("GET", f"/admin/v1/smtp/{made.id}")["smtpConfig"]
        chosen = tuple(stored[name] for name in ("replyToAddress", "senderName", "description"))
        assert chosen == ("anna@example.org", "Otto", "Head office")
        one.check()
        other.check()


def remove(visit: Visitor) -> None:
    """Press what removes the configuration that is shown."""
    visit.button("More actions").click()
    visit.page.get_by_role("menuitem", name="Remove").click()
    visit.page.get_by_text(f"“{NAME}” is being removed").wait_for()


def test_a_removal_is_taken_back_or_left_behind(browser: Browser, service: RunningService) -> None:
    made = office(service, "removing", 9)
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        page.clock.install()
        opened(visit, made)
        remove(visit)
        visit.button(re.compile("^Undo")).click()
        page.clock.run_for(20_000)
        expect(page.get_by_text("is being removed")).to_have_count(0)
        assert made.names() == [NAME]
        remove(visit)
        page.reload()  # leaves the page before the time is over
        visit.heading(NAME).wait_for()
        page.clock.run_for(20_000)
        assert made.names() == [NAME]
        remove(visit)
        page.clock.run_for(20_000)
        eventually(lambda: made.names() == [], "it is still there")
        visit.check()


def test_a_removal_is_left_behind_with_its_instance(browser: Browser, service: RunningService) -> None:
    made = office(service, "former", 9)
    both = create_token(service.data_dir, "admin", "--instance", "former", "--instance", "latter")
    with visitor(browser, service.http_url) as visit:
        page = visit.page
        page.clock.install()
        visit.sign_in(both, f"#/configs/{made.id}")
        visit.heading(NAME).wait_for()
        remove(visit)
        visit.button("Instance: former").click()
        page.get_by_role("menuitem", name="latter").or_(page.get_by_role("menuitemradio", name="latter")).click()
        page.get_by_text("No configuration yet").wait_for()
        expect(page.get_by_text("is being removed")).to_have_count(0)
        page.clock.run_for(20_000)
        assert made.names() == [NAME]
        visit.check()
