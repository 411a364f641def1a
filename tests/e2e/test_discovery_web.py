"""Documents and their redirects, fetched from real web servers on loopback over TLS and in clear."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG
from discovery_support.website import Site, redirect, website
from discovery_support.world import DOMAIN, World, document, outgoing, page
from mailproof.discovery import exchange
from mailproof.discovery.autoconfig import AutoconfigError, parse
from mailproof.discovery.web import MAX_HOPS, FetchFailed, LedElsewhere, Web, WebDocument
from mailproof.net.egress import Policy, Profile
from mailproof.net.egress_rules import parse_rule
from mailproof.net.guard import EgressGuard
from mailproof.net.http import MAX_BODY
from mailproof.net.resolver import Resolver
from mailproof.net.trust import TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.mailbox import Mailbox
from smtp_support import pki
from smtp_support.scripted import Do, raw, serve

HOST, PATH = f"autoconfig.{DOMAIN}", "/mail/config-v1.1.xml"
SETTINGS = document(outgoing("smtp.example.test", 465, "SSL"))
JO = Mailbox("jo.doe", DOMAIN)

Open = Callable[..., Site]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with ExitStack() as stack:
        made = World(stack)
        monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
        yield made


@pytest.fixture
def site(world: World) -> Iterator[Open]:
    """Run a site: its host, the answers by path, and whether it is encrypted."""
    with ExitStack() as stack:

        def run(host: str, answers: Mapping[str, bytes], *, encrypted: bool = True) -> Site:
            return stack.enter_context(website(world, host, answers, encrypted=encrypted))

        yield run


def web(guard: EgressGuard | None = None) -> Web:
    return Web(guard or Policy(Profile.DEVELOPMENT).for_web(), TrustStore(ca_pem=pki.authority().pem), Resolver())


def get(
    host: str = HOST, target: str = PATH, *, encrypted: bool = True, guard: EgressGuard | None = None
) -> WebDocument:
    return asyncio.run(web(guard).get(host, target, site=DOMAIN, encrypted=encrypted))


def post(host: str, body: bytes = b"<a/>", target: str = exchange.TARGET) -> WebDocument:
    return asyncio.run(web().post(host, target, body, site=DOMAIN))


# --- what is fetched ------------------------------------------------------------------------------------------------


def test_a_document_says_where_it_came_from(site: Open) -> None:
    asked = site(HOST, {PATH: page(SETTINGS)})
    found = get(target=f"{PATH}?emailaddress=jo")
    assert found == WebDocument(SETTINGS.encode(), f"https://{HOST}{PATH}")
    assert asked.requests == [("GET", f"{PATH}?emailaddress=jo", "")]


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
)
def test_a_redirect_within_the_site_is_followed(site: Open, status: str) -> None:
    first = site(HOST, {PATH: redirect(f"https://www.{DOMAIN}/a", status)})
    second = site(f"www.{DOMAIN}", {"/a": redirect("/b?c=d", status), "/b": page(SETTINGS)})
    assert get() == WebDocument(SETTINGS.encode(), f"https://www.{DOMAIN}/b")
    assert [target for _, target, _ in (*first.requests, *second.requests)] == [PATH, "/a", "/b?c=d"]


def test_over_http_nothing_tells_the_address(site: Open) -> None:
    asked = site(HOST, {PATH: page(SETTINGS)}, encrypted=False)
    found = get(encrypted=False)
    assert found.url == f"http://{HOST}{PATH}"
    assert "jo" not in f"{asked.requests}{asked.heads}"


def test_http_may_lead_to_https(site: Open) -> None:
    site(HOST, {PATH: redirect(f"https://{DOMAIN}/a")}, encrypted=False)
    site(DOMAIN, {"/a": page(SETTINGS)})
    found = get(encrypted=False)
    assert found.url == f"https://{DOMAIN}/a"


def test_a_query_is_not_sent_in_clear(site: Open) -> None:
    asked = site(HOST, {PATH: page(SETTINGS)}, encrypted=False)
    with pytest.raises(ValueError, match="without encryption"):
        get(target=f"{PATH}?emailaddress=jo", encrypted=False)
    assert asked.requests == []


def test_a_post_is_repeated_where_it_is_redirected_to(site: Open) -> None:
    first = site(DOMAIN, {exchange.TARGET: redirect(f"https://mail.{DOMAIN}/x", "301 Moved")})
    second = site(f"mail.{DOMAIN}", {"/x": page("<b/>")})
    body = exchange.request(JO)
    assert post(DOMAIN, body).body == b"<b/>"
    assert first.requests == [("POST", exchange.TARGET, body.decode())]
    assert second.requests == [("POST", "/x", body.decode())]
    assert "Content-Type: text/xml; charset=utf-8" in second.heads[0]


def test_without_a_site_redirects_stay_at_the_host(site: Open) -> None:
    site(HOST, {PATH: redirect(f"https://{DOMAIN}/a")})
    site(DOMAIN, {"/a": page(SETTINGS)})
    with pytest.raises(LedElsewhere):
        asyncio.run(web().get(HOST, PATH))


# --- what is not followed -------------------------------------------------------------------------------------------


def test_another_site_is_not_asked_but_named(site: Open) -> None:
    site(HOST, {PATH: redirect("https://autodiscover-s.outlook.example/x")})
    other = site("autodiscover-s.outlook.example", {"/x": page(SETTINGS)})
    with pytest.raises(LedElsewhere, match=r"elsewhere \(to autodiscover-s\.outlook\.example\)") as failed:
        get()
    assert failed.value.host == "autodiscover-s.outlook.example"
    assert failed.value.status == 302
    assert other.served.peers == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:169.254.169.254]", "2130706433", "0x7f000001", "localhost"],
)
def test_a_redirect_inward_is_not_followed(world: World, site: Open, host: str) -> None:
    site(HOST, {PATH: redirect(f"https://{host}/latest/meta-data/")})
    world.looked_up.clear()
    with pytest.raises(FetchFailed, match="redirects elsewhere, which is not followed") as failed:
        get()
    assert not isinstance(failed.value, LedElsewhere)
    assert set(world.looked_up) == {HOST}


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254"])
def test_a_name_of_the_site_that_resolves_inward_is_not_dialled(world: World, site: Open, address: str) -> None:
    """The first host is allowed by name, as a public address would be; the second one is not."""
    site(HOST, {PATH: redirect(f"https://inward.{DOMAIN}/")})
    inward = site(f"inward.{DOMAIN}", {"/": page(SETTINGS)})
    world.place(f"inward.{DOMAIN}", 443, inward.served.port, address)
    guard = Policy(Profile.INTERNET, allow=(parse_rule(HOST),), ports=frozenset({80, 443})).for_web()
    # The world's servers are on ports of their own, which the guard never sees: it is asked about 443.
    with pytest.raises(
        FetchFailed, match=rf"redirects to inward\.{DOMAIN}, which has no address that may be asked"
    ) as failed:
        get(guard=guard)
    assert failed.value.code is Code.DNS_NOT_FOUND
    assert inward.served.peers == []


def test_a_device_of_this_network_is_not_asked_for_a_page_that_a_redirect_chose(site: Open) -> None:
    device = site(f"router.{DOMAIN}", {"/reboot?now": page("")}, encrypted=False)
    site(HOST, {PATH: redirect(f"http://router.{DOMAIN}/reboot?now")}, encrypted=False)
    with pytest.raises(FetchFailed, match="another page without encryption, which is not followed"):
        get(encrypted=False)
    assert device.requests == []


def test_http_needs_its_port_to_be_open(site: Open) -> None:
    asked = site(HOST, {PATH: page(SETTINGS)}, encrypted=False)
    with pytest.raises(FetchFailed) as failed:
        get(encrypted=False, guard=Policy(Profile.INTERNET, allow=(parse_rule("127.0.0.0/8"),)).for_https())
    assert failed.value.code is Code.EGRESS_DENIED
    assert asked.served.peers == []


@pytest.mark.parametrize(
    ("location", "said"),
    [
        (f"http://{DOMAIN}/a", "without encryption"),
        (f"https://jo:secret@{DOMAIN}/a", "no plain web address"),
        (f"https://{DOMAIN}:8443/a", "another port"),
        (f"https://{DOMAIN}/a#b", "no plain web address"),
        ("https://[/", "no plain web address"),
        ("", "without saying clearly"),
        (f"https://{DOMAIN}/" + "a" * 3000, "without saying clearly"),
        (f"https://{DOMAIN}/\u202ea", "without saying clearly"),
    ],
)
def test_an_odd_redirect_is_not_followed(site: Open, location: str, said: str) -> None:
    site(HOST, {PATH: redirect(location)})
    encrypted = site(DOMAIN, {"/a": page(SETTINGS)})
    plain = site(DOMAIN, {"/a": page(SETTINGS)}, encrypted=False)
    with pytest.raises(FetchFailed, match=said):
        get()
    assert encrypted.served.peers == plain.served.peers == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page("", "302 Found"), "without saying clearly"),
        (page("", "302 Found", f"Location: https://{DOMAIN}/a", "Location: https://evil.test/"), "without saying"),
        (page("", "302 Found", f"Location: https://{DOMAIN}/a\x00"), "does not answer in HTTP"),
        (page("", "302 Found", f"Location: https://{DOMAIN}/a\r\n Set-Cookie: a=b"), "without saying clearly"),
        (page("", "304 Not Modified", f"Location: https://{DOMAIN}/a"), "status 304"),
        (page("", "300 Multiple Choices", f"Location: https://{DOMAIN}/a"), "status 300"),
    ],
)
def test_an_odd_answer_with_a_location_is_not_followed(site: Open, answer: bytes, said: str) -> None:
    site(HOST, {PATH: answer})
    with pytest.raises(FetchFailed, match=said):
        get()


def test_a_post_becomes_no_get(site: Open) -> None:
    site(DOMAIN, {exchange.TARGET: redirect(f"https://{DOMAIN}/a", "303 See Other"), "/a": page("<b/>")})
    with pytest.raises(FetchFailed, match="status 303"):
        post(DOMAIN)


def test_a_circle_and_an_endless_way_end(site: Open) -> None:
    site(HOST, {PATH: redirect(f"https://{DOMAIN}/a")})
    asked = site(DOMAIN, {"/a": redirect(f"https://{HOST}{PATH}")})
    with pytest.raises(FetchFailed, match="in a circle"):
        get()
    assert len(asked.requests) == 1
    endless = site(HOST, {f"/{step}": redirect(f"/{step + 1}") for step in range(100)})
    with pytest.raises(FetchFailed, match=f"more than {MAX_HOPS - 1} times"):
        get(target="/0")
    assert len(endless.requests) == MAX_HOPS


def test_a_failure_says_at_which_hop_it_was(site: Open) -> None:
    site(HOST, {PATH: redirect(f"https://nowhere.{DOMAIN}/")})
    with pytest.raises(FetchFailed, match=rf"redirects to nowhere\.{DOMAIN}, which has no address") as failed:
        get()
    assert failed.value.code is Code.DNS_NOT_FOUND


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("401 Unauthorized", "asks for a login"),
        ("403 Forbidden", "asks for a login"),
        ("404 Not Found", "has no settings"),
        ("500 Oops", "has no settings"),
        ("204 No Content", "has no settings"),
    ],
)
def test_another_status_is_told(site: Open, status: str, said: str) -> None:
    site(DOMAIN, {exchange.TARGET: page("", status)})
    with pytest.raises(FetchFailed, match=said) as failed:
        post(DOMAIN)
    assert failed.value.status == int(status[:3])


# --- bodies ---------------------------------------------------------------------------------------------------------

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(b"<a/>" * 1_000_000)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(b"x" * 10_000_000), "more than 256 KiB"),
        (page(b"x" * (MAX_BODY + 1)), "more than 256 KiB"),
        (page(BOMB, "200 OK", "Content-Encoding: gzip"), "compressed"),
        (page(BOMB, "200 OK", "Content-Encoding: gzip, identity"), "compressed"),
        (page(BOMB, "200 OK", "Transfer-Encoding: gzip, chunked"), "does not answer in HTTP"),
        (CHUNKED + b"ffffffffffffffff\r\n" + b"x" * 400_000, "more than 256 KiB"),
        (CHUNKED + b"-1\r\nx\r\n0\r\n\r\n", "does not answer in HTTP"),
        (CHUNKED + b"5 \x00\r\nx", "does not answer in HTTP"),
        (CHUNKED + b"4\r\n<a/>\r\n0\r\n" + b"X: y\r\n" * 100_000, "does not answer in HTTP|more than 256 KiB"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n<a/>x", "does not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n<a/>", "does not answer in HTTP"),
    ],
)
def test_a_hostile_body_is_cut_or_refused(site: Open, answer: bytes, said: str) -> None:
    site(HOST, {PATH: redirect(f"https://{DOMAIN}/a")})
    site(DOMAIN, {"/a": answer})
    with pytest.raises(FetchFailed, match=said):
        get()


def test_a_body_that_is_called_compressed_after_all_is_no_document(site: Open) -> None:
    site(HOST, {PATH: page(BOMB)})
    with pytest.raises(AutoconfigError, match="well-formed"):
        parse(get().body, JO)


@pytest.mark.parametrize("place", ["first hop", "second hop"])
def test_a_slow_drip_ends_with_the_callers_time(world: World, site: Open, place: str) -> None:
    drip = raw(b"HTTP/1.1 200 OK\r\n\r\n", *(part for _ in range(2000) for part in (b"<", 0.1)))
    with ExitStack() as stack:
        served = stack.enter_context(serve(drip))
        if place == "first hop":
            world.place(HOST, 80, served.port)
        else:
            site(HOST, {PATH: redirect(f"http://{DOMAIN}{PATH}")}, encrypted=False)
            world.place(DOMAIN, 80, served.port)

        async def bounded() -> None:
            async with asyncio.timeout(0.5):
                await web().get(HOST, PATH, site=DOMAIN, encrypted=False)

        with pytest.raises(TimeoutError):
            asyncio.run(bounded())
        assert served.peer.gone.wait(HANG)


def test_a_silent_server_is_left_when_the_time_is_up(world: World) -> None:
    clock = WaitedClock()

    async def bounded(work: Coroutine[Any, Any, WebDocument]) -> None:
        async with asyncio.timeout(0.5):
            await work

    with serve(raw(Do.SILENCE)) as served, asyncio.Runner(loop_factory=clock) as runner:
        world.place(DOMAIN, 443, served.port)
        with pytest.raises(TimeoutError):
            runner.run(bounded(web().post(DOMAIN, exchange.TARGET, b"<a/>")))
        assert clock.waited == pytest.approx(0.5)
        assert served.peer.gone.wait(HANG)
