"""A DNS and servers that loop, lie, flood or are silent: a search stays within its bounds, and says what it saw."""

from __future__ import annotations

import dataclasses
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, NoReturn

import pytest

from clock_support.loop import WaitedClock
from discovery_support.website import website
from discovery_support.world import DOMAIN, World, document, outgoing, page, server_for
from mailproof.cli.discover import _settings_search
from mailproof.discovery import documents, inquiry, records, search
from mailproof.discovery.candidates import MAX_GUESSES
from mailproof.discovery.records import MAX_RECORDS, TRY
from mailproof.net import dial, http
from mailproof.net.addrinfo import FEW, AddrInfo
from mailproof.net.egress import Policy, Profile
from smtp_support import pki
from smtp_support.names import own_address
from smtp_support.scripted import Do, raw, serve, smtp


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> World:
    made = World(stack)
    made.dns.records[DOMAIN, "NS"] = ["ns.example.test."]  # the domain exists
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    return made


def trials_of(found: Any, source: str) -> int:
    return sum(one.candidate.source == source for one in found.tried)


# --- the DNS ------------------------------------------------------------------------------------------------------


def test_aliases_in_a_circle(world: World) -> None:
    world.alias(f"autodiscover.{DOMAIN}", f"autoconfig.{DOMAIN}")
    world.alias(f"autoconfig.{DOMAIN}", f"autodiscover.{DOMAIN}")
    world.alias(f"smtp.{DOMAIN}", f"smtp.{DOMAIN}")
    world.mail("mail.example.test", 465)
    found = world.search()
    assert found.best[0] == "mail.example.test"
    assert max(Counter(world.dns.asked).values()) <= 2


def test_an_endless_chain_of_aliases(world: World) -> None:
    world.alias(f"autodiscover.{DOMAIN}", "a0.chain.test")
    for number in range(50):
        world.alias(f"a{number}.chain.test", f"a{number + 1}.chain.test")
    found = world.search()
    assert found.result.complete
    assert sum("chain.test" in asked for asked in world.dns.asked) <= 3


@pytest.mark.parametrize("truncated", [False, True])
def test_five_hundred_records_of_each_type(world: World, truncated: bool) -> None:
    world.dns.truncate = truncated
    world.srv("_submission", *(f"{number} 1 587 h{number:03}.example.test." for number in reversed(range(500))))
    world.mx(*(f"{number} m{number:03}.example.test." for number in reversed(range(500))))
    world.dns.records[DOMAIN, "TXT"] = [f'"word{number}"' for number in range(500)]
    world.srv("_autodiscover", *(f"0 1 443 a{number:03}.example.test." for number in range(500)))
    world.mail("h000.example.test", 587)
    found = world.search()
    assert found.best == ("h000.example.test", 587, "starttls", "srv")  # the preferred one is not cut off
    assert trials_of(found, "srv") <= MAX_RECORDS
    assert all(len(clue.answer) < 400 for clue in found.clues.values())


LIES = {
    "control characters": r"evil\000host\010.example.test.",
    "an address": "192.0.2.1.",
    "another script": r"\206\189\208\177.example.test.",
    "no host name": r"a\@b.example.test.",
    "white space": r"a\032b.example.test.",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_record_that_names_no_host(world: World, lie: str) -> None:
    world.mx(f"10 {lie}")
    world.srv("_submissions", f"0 1 465 {lie}")
    world.srv("_autodiscover", f"0 1 443 {lie}")
    for name in ("autodiscover", "autoconfig", "smtp"):
        world.dns.records[f"{name}.{DOMAIN}", "CNAME"] = [lie]
    world.mail("mail.example.test", 465)
    found = world.search()
    assert found.best == ("mail.example.test", 465, "implicit", "guess")
    assert "192.0.2.1" not in world.looked_up
    assert {clue.answer for question, clue in found.clues.items() if "MX" in question} == {"none"}


def test_an_spf_record_of_macros_and_nonsense(world: World) -> None:
    world.mx("10 mx1.hornetsecurity.com.")
    world.spf("include:%{i}._spf.evil.test", "include:", "redirect=..", "a:x.test", *(["include:_spf.google.com"] * 5))
    world.mail("smtp.gmail.com", 465)
    assert world.search().best == ("smtp.gmail.com", 465, "implicit", "records")


def test_a_first_name_server_that_is_silent_costs_little(world: World) -> None:
    world.srv("_submission", "0 1 587 mx.example.test.")
    world.mail("mx.example.test", 587)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.2", world.dns.port))
        searcher = world.searcher()
        searcher._records._nameservers = ["127.0.0.2", "127.0.0.1"]
        clock = WaitedClock()
        found = world.search(searcher=searcher, loop_factory=clock)
    assert found.best == ("mx.example.test", 587, "starttls", "srv")
    assert clock.waited == pytest.approx(TRY, abs=0.1)  # dnspython has a clock of its own


def test_a_dns_that_is_silent_where_nothing_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LIFETIME", 0.5)
    world.dns.silent = True
    clock = WaitedClock()
    found = world.search(timeout=60, loop_factory=clock)
    assert found.result.best is None
    assert found.result.complete
    assert clock.waited <= 2 * records.LIFETIME + 0.2  # the names that are guessed are asked for after the others
    assert {clue.code for question, clue in found.clues.items() if question.startswith(("SRV", "MX"))} == {"timeout"}


# --- everything leads somewhere ----------------------------------------------------------------------------------


def test_every_name_resolves_to_a_parking_page(world: World, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wildcard of a domain dealer: each name has the same address, where only a web server listens."""
    context = server_for("parking.test")
    web = stack.enter_context(serve(raw("HTTP/1.1 200 OK", "", "<html>For sale!</html>", Do.CLOSE), context=context))
    plain = stack.enter_context(serve(raw("HTTP/1.1 200 OK", "", "<html>For sale!</html>", Do.CLOSE)))
    closed = stack.enter_context(socket.socket())
    closed.bind(("127.0.0.1", 0))  # does not listen: a connection is refused
    ports = {443: web.port, 80: plain.port}
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        target = ("127.0.0.1", port if host == "127.0.0.1" else ports.get(port, closed.getsockname()[1]))
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", target)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    for name in ("autodiscover", "autoconfig", "smtp", "mail"):
        world.alias(f"{name}.{DOMAIN}", "parking.test")
    world.mx("10 mx.parking.test.")
    found = world.search()
    assert found.result.best is None
    assert found.result.complete
    assert found.result.message.startswith(f"No submission server was found for {DOMAIN}.")
    assert len(found.tried) <= MAX_GUESSES
    assert len(set(asked)) < 30


def test_a_domain_that_leads_to_as_many_places_as_it_can_stays_within_the_bounds(
    world: World, stack: ExitStack
) -> None:
    domain = f"deep.down.{DOMAIN}"
    servers = [outgoing(f"d{number}.many.test", 465, "SSL") for number in range(20)]
    answers = {
        "/mail/config-v1.1.xml": page(document(*servers)),
        "/.well-known/autoconfig/mail/config-v1.1.xml": page(document(*servers)),
    }
    sites = [domain, DOMAIN, "many.test", "a.b.many.test", "one.test", "two.test"]
    webs = [
        stack.enter_context(website(world, host, answers)) for site in sites for host in (site, f"autoconfig.{site}")
    ]
    world.mx(*(f"{number} m{number}.a.b.many.test." for number in range(30)), domain=domain)
    world.alias(f"autodiscover.{domain}", "one.test")
    world.alias("one.test", "two.test")
    world.alias(f"autoconfig.{domain}", "two.test")
    for site in sites:
        for service in ("_submission", "_submissions"):
            world.srv(service, *(f"0 1 465 {service[1:]}{number}.{site}." for number in range(30)), domain=site)
    world.srv("_autodiscover", *(f"0 1 443 x{number}.test." for number in range(30)), domain=domain)
    found = world.search(f"jo@{domain}")
    assert found.result.best is None
    assert found.result.complete
    assert len(world.dns.asked) <= inquiry.MAX_LOOKUPS
    assert sum(len(web.requests) for web in webs) <= documents.MAX_DOCUMENTS
    assert len(found.tried) <= search.MAX_TRIALS


def test_a_search_does_not_multiply_with_the_addresses_of_a_strangers_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [own_address() for _ in range(16)]

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[object]:
        if host == "127.0.0.1":
            return world.getaddrinfo(host, port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    async def refused(found: Sequence[AddrInfo], *_: object, **__: object) -> NoReturn:
        dialled.append(len(found))
        raise ConnectionRefusedError

    dialled: list[int] = []
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(http, "start_connection", refused)
    monkeypatch.setattr(dial, "start_connection", refused)
    searcher = _settings_search()
    searcher._records = records.Records(["127.0.0.1"], world.dns.port)
    world.srv("_submission", *(f"0 1 587 m{number}.many.test." for number in range(8)))
    assert world.search(searcher=searcher).result.best is None
    assert set(dialled) == {FEW}


def test_what_records_lead_to_is_judged_by_the_policy(world: World, stack: ExitStack) -> None:
    """Each host that a record, an alias or an MX names is another way to a service of this network."""
    world.mx("10 mx.inside.test.")
    world.alias(f"autodiscover.{DOMAIN}", "intranet.inside.test")
    world.alias(f"autoconfig.{DOMAIN}", "wiki.inside.test")
    world.srv("_autodiscover", "0 1 443 ldap.inside.test.")
    hosts = ("intranet.inside.test", "wiki.inside.test", "ldap.inside.test", "autoconfig.inside.test", "inside.test")
    sites = [stack.enter_context(website(world, host, {})) for host in hosts]
    plain = stack.enter_context(website(world, f"autoconfig.{DOMAIN}", {}, encrypted=False))
    mail = world.mail("mx.inside.test", 587)
    found = world.search(searcher=world.searcher(Profile.INTERNET, Policy(Profile.INTERNET).for_web()))
    assert found.result.best is None
    assert not any(site.served.peers for site in (*sites, plain))
    assert mail.peers == []
    assert "inside" not in repr((found.clues, found.tried, found.result))


def test_a_search_ends_while_everything_is_silent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name server, web servers and mail servers accept, and say nothing."""
    monkeypatch.setattr(records, "LIFETIME", 0.5)
    world.dns.silent = True
    for host in (f"autoconfig.{DOMAIN}", f"autodiscover.{DOMAIN}", DOMAIN):
        world.web(host, Do.SILENCE)
    for host in (f"smtp.{DOMAIN}", f"mail.{DOMAIN}", DOMAIN):
        for port in (465, 587):
            world.mail(host, port, raw(Do.SILENCE), implicit=False)
    clock = WaitedClock(slowness=0.2)
    found = world.search(timeout=60, loop_factory=clock)
    assert found.result.best is None
    assert clock.waited <= search.GUESSES_AFTER + search.TRIAL_LIMIT + 3  # dnspython's clock is five times slower


# --- names on certificates -----------------------------------------------------------------------------------------


def test_a_name_on_a_certificate_that_leads_elsewhere_is_said_to(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.hosted("other.stranger.test", 465, "mail.example.test", "other.stranger.test")
    peers = {"other.stranger.test": "203.0.113.7:465"}
    seen = search._peers

    def elsewhere(report: Any) -> set[str]:
        host = next((step.sent for step in report.steps if step.sent), "")
        steps = [
            dataclasses.replace(step, peer=peers.get(host, step.peer) if step.peer else "") for step in report.steps
        ]
        return seen(dataclasses.replace(report, steps=tuple(steps)))

    monkeypatch.setattr(search, "_peers", elsewhere)
    found = world.search()
    assert found.best == ("other.stranger.test", 465, "implicit", "certificate")
    assert "leads to another address than mail.example.test: make sure" in found.result.advice


def test_a_certificate_of_nobodys_authority_leads_nowhere(world: World) -> None:
    context = pki.bad("self-signed")
    world.mail("mail.example.test", 587, smtp(context=context))
    found = world.search()
    assert found.result.best is None
    assert "mail.example.test, port 587 with STARTTLS answers, but can't be used" in found.result.message
    assert not any("certificate of" in question for question in found.clues)


def test_what_stands_in_a_known_providers_place_is_not_given_its_login(world: World) -> None:
    world.mx("10 aspmx.l.google.com.")
    world.hosted("evil.example.test", 465, "smtp.gmail.com", "evil.example.test")
    found = world.search()
    assert found.result.best is None
    assert found.outcomes["smtp.gmail.com", 465] == "smtp_redirected"
    assert ("evil.example.test", 465) not in found.outcomes


def test_a_certificate_with_many_names_leads_to_few_trials(world: World) -> None:
    context = server_for(*(f"customer{number}.hoster.test" for number in range(200)))
    for host in ("smtp.example.test", "mail.example.test", DOMAIN):
        world.mail(host, 587, smtp(context=context))
    found = world.search()
    assert found.result.best is None
    assert trials_of(found, "certificate") <= 3


# --- what is said where nothing is found ---------------------------------------------------------------------------


def test_a_domain_that_does_not_exist(world: World) -> None:
    found = world.search("jo@exmaple.test")
    assert found.result.message == "The DNS knows no domain exmaple.test."
    assert found.result.advice == "Check the spelling of the address."


def test_a_null_mx_is_said(world: World) -> None:
    world.mx("0 .")
    found = world.search()
    assert "receives no mail (a null MX record, RFC 7505)" in found.result.message
    assert "null MX" in found.clues[f"MX {DOMAIN}"].answer


def test_a_forwarder_is_said(world: World) -> None:
    world.mx("10 route1.mx.cloudflare.net.", "20 route2.mx.cloudflare.net.")
    found = world.search()
    assert "is forwarded by Cloudflare Email Routing, which has no mailboxes" in found.result.message
    assert "the mailbox that the mail is forwarded to" in found.result.advice


def test_a_filter_with_nothing_behind_it_is_said(world: World) -> None:
    world.mx("10 mx1.hornetsecurity.com.")
    found = world.search()
    assert "passes Hornetsecurity, a filter in front of the mailboxes" in found.result.message
    assert not any("hornetsecurity" in host for host in world.looked_up)  # a filter is not asked for settings
