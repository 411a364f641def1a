"""Settings discovery against a real DNS server, real HTTPS servers and SMTP servers, all on loopback."""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, aclosing

import pytest
import uvloop

from clock_support.loop import WaitedClock
from clock_support.waiting import HANG, eventually_here
from discovery_support.world import ADDRESS, DOMAIN, World, document, outgoing, page, server_for
from mailproof.cli import discover as discover_cli
from mailproof.cli import main as cli
from mailproof.discovery import documents
from mailproof.discovery import search as discover
from mailproof.discovery.autoconfig import MAX_DOCUMENT
from mailproof.discovery.candidates import MAX_CANDIDATES, MAX_OF_SOURCE
from mailproof.discovery.progress import TriedCandidate
from mailproof.net.egress import Policy, Profile
from mailproof.syntax.mailbox import parse_mailbox
from smtp_support import pki
from smtp_support.scripted import Do, Served, free_port, raw, serve, smtp

HARMLESS = {"EHLO", "STARTTLS", "QUIT"}
AUTOCONFIG = f"https://autoconfig.{DOMAIN}/mail/config-v1.1.xml"
WELL_KNOWN = f"https://{DOMAIN}/.well-known/autoconfig/mail/config-v1.1.xml"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with ExitStack() as stack:
        made = World(stack)
        monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
        yield made


def verbs(served: Served) -> set[str]:
    """Return what a server was told, once all have left: nobody waits for the answer to QUIT."""
    assert all(peer.gone.wait(HANG) for peer in served.peers)
    return {verb for peer in served.peers for verb in peer.verbs}


# --- what is found ------------------------------------------------------------------------------------------------


def test_srv_wins_over_a_guess_that_would_work_and_is_never_dialled(world: World) -> None:
    stated = world.mail("mx.example.test", 2587)
    guessed = world.mail("smtp.example.test", 587)
    world.srv("_submission", "0 1 2587 mx.example.test.")
    found = world.search()
    assert found.best == ("mx.example.test", 2587, "starttls", "srv")
    assert found.result.best is not None
    assert found.result.best.candidate.user == ADDRESS
    assert found.result.best.mechanisms == ("PLAIN", "LOGIN")
    assert found.result.best.tls_version.startswith("TLSv1.")
    assert found.result.complete
    assert verbs(stated) == HARMLESS
    assert guessed.peers == []


def test_a_question_that_could_find_nothing_better_is_not_told_as_unanswered(world: World) -> None:
    world.mail("mx.example.test", 465)
    world.srv("_submissions", "0 1 465 mx.example.test.")
    world.dns.silent_types |= {"TXT", "MX"}
    found = world.search()
    assert found.best == ("mx.example.test", 465, "implicit", "srv")
    assert "no answer" not in found.result.message
    assert not any("not waited for" in clue.answer for clue in found.clues.values())


def test_a_question_that_never_began_is_closed() -> None:
    async def question() -> None: ...

    async def leave(work: Coroutine[None, None, None]) -> None:
        search = discover._OneSearch(parse_mailbox(ADDRESS), 1, None, None, None)  # type: ignore[arg-type] # unused
        async with asyncio.TaskGroup() as group:
            search._group = group
            search.begin(work, (0, 0), "a question")
            search._leave_the_rest()

    work = question()
    asyncio.run(leave(work))
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED


def test_srv_priorities_and_both_services(world: World) -> None:
    # None of them is there: of servers that work only the best is waited for.
    world.srv("_submissions", "20 1 465 a.example.test.")
    world.srv("_submission", "20 5 587 b.example.test.", "10 1 587 c.example.test.")
    found = world.search()
    assert [one.candidate.host[0] for one in found.result.tried[:3]] == ["c", "a", "b"]
    assert [one.candidate.rank for one in found.result.tried[:3]] == [1, 2, 3]


def test_a_dot_says_that_the_service_is_not_offered_and_is_not_guessed_at(world: World) -> None:
    refused = world.mail("smtp.example.test", 587)
    world.mail("smtp.example.test", 465)
    world.srv("_submission", "0 0 0 .")
    found = world.search()
    assert found.best == ("smtp.example.test", 465, "implicit", "guess")
    assert refused.peers == []
    assert found.clues[f"SRV _submission._tcp.{DOMAIN}"].answer == "not offered"


def test_a_dot_for_both_services_dials_nobody(world: World) -> None:
    servers = [world.mail("smtp.example.test", 587), world.mail("mail.example.test", 465)]
    world.srv("_submission", "0 0 0 .")
    world.srv("_submissions", "0 0 0 .")
    world.mx("10 aspmx.l.google.com.")
    found = world.search()
    assert found.result.best is None
    assert found.result.tried == ()
    assert "does not offer _submission and _submissions" in found.result.message
    assert all(served.peers == [] for served in servers)


def test_autoconfig_is_asked_with_the_address_and_fills_the_user(world: World) -> None:
    web = world.web(
        f"autoconfig.{DOMAIN}", page(document(outgoing("mail.%EMAILDOMAIN%", 465, "SSL", "%EMAILLOCALPART%")))
    )
    world.mail("mail.example.test", 465)
    found = world.search()
    assert found.best == ("mail.example.test", 465, "implicit", "autoconfig")
    assert found.result.best is not None
    assert found.result.best.candidate.user == "jo.doe"
    assert web.peer.heard[0] == "GET /mail/config-v1.1.xml?emailaddress=jo.doe%40example.test HTTP/1.1"
    assert found.clues[AUTOCONFIG].answer == "mail.example.test:465"


def test_the_well_known_place_is_asked_without_the_address(world: World) -> None:
    world.web(f"autoconfig.{DOMAIN}", page("gone", "404 Not Found"))
    web = world.web(DOMAIN, page(document(outgoing("out.example.test", 587, "STARTTLS"))))
    world.mail("out.example.test", 587)
    found = world.search()
    assert found.best == ("out.example.test", 587, "starttls", "autoconfig")
    (asked,) = (peer for peer in web.peers if peer.heard[0].startswith("GET"))
    assert asked.heard[0] == "GET /.well-known/autoconfig/mail/config-v1.1.xml HTTP/1.1"
    assert "jo.doe" not in "".join(asked.heard)
    assert "status 404" in found.clues[AUTOCONFIG].answer


def test_the_srv_server_wins_over_autoconfigs(world: World) -> None:
    world.web(f"autoconfig.{DOMAIN}", page(document(outgoing("out.example.test", 465, "SSL"))))
    world.mail("out.example.test", 465)
    world.mail("mx.example.test", 587)
    world.srv("_submission", "0 1 587 mx.example.test.")
    found = world.search()
    assert found.best == ("mx.example.test", 587, "starttls", "srv")
    assert {one.candidate.source for one in found.result.tried} <= {"srv", "autoconfig"}
    assert "An SRV record of example.test names it." in found.result.message


def test_a_server_that_works_is_ranked_before_a_better_source_that_does_not(world: World) -> None:
    world.web(f"autoconfig.{DOMAIN}", page(document(outgoing("out.example.test", 465, "SSL"))))
    world.mail("out.example.test", 465)
    world.place("mx.example.test", 587, free_port())
    world.srv("_submission", "0 1 587 mx.example.test.")
    found = world.search()
    assert found.best == ("out.example.test", 465, "implicit", "autoconfig")
    assert found.outcomes["mx.example.test", 587] == "connection_refused"


def test_an_mx_leads_to_the_known_provider(world: World) -> None:
    world.mx("10 alt1.aspmx.l.google.com.", "5 aspmx.l.google.com.")
    gmail = world.mail("smtp.gmail.com", 465)
    world.mail("smtp.gmail.com", 587)
    found = world.search()
    assert found.best == ("smtp.gmail.com", 465, "implicit", "mx")
    assert "app password" in found.result.advice
    assert found.result.best is not None
    assert found.result.best.candidate.provider == "Gmail"
    assert verbs(gmail) == {"EHLO", "QUIT"}


def test_an_address_of_a_known_provider_asks_neither_the_dns_nor_the_web(world: World) -> None:
    world.mail("smtp.fastmail.com", 465)
    found = world.search("jo@fastmail.com")
    assert found.best == ("smtp.fastmail.com", 465, "implicit", "provider")
    assert world.dns.asked == []
    assert set(world.looked_up) == {"smtp.fastmail.com"}


def test_a_known_providers_second_server_is_waited_for_without_asking_anybody(world: World) -> None:
    world.mail("smtp.fastmail.com", 465, raw(Do.SILENCE), implicit=False)
    world.mail("smtp.fastmail.com", 587)
    clock = WaitedClock()
    found = world.search("jo@fastmail.com", timeout=60, loop_factory=clock)
    assert found.best == ("smtp.fastmail.com", 587, "starttls", "provider")
    assert clock.waited == pytest.approx(discover.PATIENCE)
    assert world.dns.asked == []
    (silent,) = (one for one in found.result.tried if one.candidate.port == 465)
    assert (silent.verdict, silent.code) == ("not_tried", "ok")
    assert "another server was verified" in silent.message


def test_a_known_provider_that_does_not_answer_is_not_the_end(world: World) -> None:
    world.srv("_submission", "0 1 587 mx.example.test.", domain="fastmail.com")
    world.mail("mx.example.test", 587)
    found = world.search("jo@fastmail.com")
    assert found.best == ("mx.example.test", 587, "starttls", "srv")


def test_a_guess_is_found_where_nothing_is_published(world: World) -> None:
    world.mail("mail.example.test", 587)
    found = world.search()
    assert found.best == ("mail.example.test", 587, "starttls", "guess")


def test_the_mx_host_itself_is_a_guess(world: World) -> None:
    world.mx("10 mx7.hoster.test.")
    world.mail("mx7.hoster.test", 587)
    assert world.search().best == ("mx7.hoster.test", 587, "starttls", "guess")


def test_nothing_is_found(world: World) -> None:
    world.dns.records[DOMAIN, "NS"] = ["ns.example.test."]
    clock = WaitedClock(slowness=20)
    found = world.search(loop_factory=clock)
    assert clock.waited == 0
    assert found.result.best is None
    assert found.result.complete
    assert found.result.message == f"No submission server was found for {DOMAIN}."
    assert set(found.outcomes.values()) == {"dns_not_found"}


def test_a_domain_beyond_ascii(world: World) -> None:
    world.srv("_submission", "0 1 587 mail.xn--bcher-kva.test.", domain="xn--bcher-kva.test")
    world.mail("mail.xn--bcher-kva.test", 587)
    found = world.search("jo@bücher.test")
    assert found.best == ("mail.xn--bcher-kva.test", 587, "starttls", "srv")


def test_an_address_literal_is_tried_itself(world: World) -> None:
    found = world.search("jo@[127.0.0.77]", timeout=3)
    assert set(found.outcomes) == {("127.0.0.77", 465), ("127.0.0.77", 587)}
    assert world.dns.asked == []


@pytest.mark.parametrize(
    "domain", [".".join(["a" * 62] * 3 + ["b" * 58]), "127.0.0.1", "localhost", "_x.test"], ids=lambda text: text[:12]
)
def test_an_odd_domain_is_searched_without_harm(world: World, domain: str) -> None:
    found = world.search(f"j@{domain}", timeout=3)
    assert found.result.best is None
    assert found.result.complete


def test_a_server_without_auth_is_no_find_but_is_told(world: World) -> None:
    context = server_for("smtp.example.test")
    world.mail("smtp.example.test", 587, smtp(context=context, ehlo_tls=("250 mail.test",)))
    found = world.search()
    assert found.result.best is None
    assert found.outcomes["smtp.example.test", 587] == "without_auth"
    assert "offers no login" in found.result.message


def test_a_stated_server_with_a_bad_certificate_is_no_find(world: World) -> None:
    context = server_for("another.example.test")
    world.mail("mx.example.test", 587, smtp(context=context))
    world.srv("_submission", "0 1 587 mx.example.test.")
    found = world.search()
    assert found.result.best is None
    assert found.outcomes["mx.example.test", 587] == "tls_hostname_mismatch"
    assert "mx.example.test, port 587 with STARTTLS is named" in found.result.message


# --- published as plain -------------------------------------------------------------------------------------------


def test_plain_that_offers_starttls_is_found_with_starttls(world: World) -> None:
    world.web(DOMAIN, page(document(outgoing("out.example.test", 587, "plain"))))
    world.mail("out.example.test", 587)
    found = world.search()
    assert found.best == ("out.example.test", 587, "starttls", "autoconfig")
    assert found.result.advice == ""


def test_plain_without_starttls_comes_last_and_is_warned_of(world: World) -> None:
    world.web(DOMAIN, page(document(outgoing("out.example.test", 587, "plain"))))
    clear = ("250-mail.test", "250 AUTH PLAIN")
    world.mail("out.example.test", 587, smtp(ehlo=clear))
    alone = world.search()
    assert alone.best == ("out.example.test", 587, "opportunistic", "autoconfig")
    assert "clear text" in alone.result.advice
    world.mail("smtp.example.test", 465)
    both = world.search()
    assert both.best == ("smtp.example.test", 465, "implicit", "guess")
    assert [one.candidate.tls_mode for one in both.result.tried if one.verdict == "verified"][-1] == "opportunistic"


# --- the DNS ------------------------------------------------------------------------------------------------------


def test_a_truncated_answer_is_asked_for_again_over_tcp(world: World) -> None:
    world.dns.truncate = True
    world.srv("_submission", "0 1 587 mx.example.test.")
    world.mail("mx.example.test", 587)
    assert world.search().best == ("mx.example.test", 587, "starttls", "srv")
    assert f"SRV _submission._tcp.{DOMAIN}" in world.dns.over_tcp


def test_a_failing_dns_is_told_and_guesses_go_on(world: World) -> None:
    world.dns.fail = True
    world.mail("smtp.example.test", 465)
    found = world.search()
    assert found.best == ("smtp.example.test", 465, "implicit", "guess")
    assert found.clues[f"SRV _submission._tcp.{DOMAIN}"].code == "dns_temporary"


def test_a_silent_dns_ends_on_the_deadline(world: World) -> None:
    world.dns.silent = True
    clock = WaitedClock()
    found = world.search(timeout=0.8, loop_factory=clock)
    assert clock.waited == pytest.approx(0.8)
    assert not found.result.complete


def test_a_flood_of_records_is_bounded(world: World) -> None:
    world.srv("_submission", *(f"0 1 587 h{number}.example.test." for number in range(100)))
    found = world.search()
    assert len([one for one in found.result.tried if one.candidate.source == "srv"]) == MAX_OF_SOURCE
    assert len(found.result.tried) <= MAX_CANDIDATES
    assert len(found.tried) <= discover.MAX_TRIALS


def test_a_target_that_is_no_host_is_ignored(world: World) -> None:
    world.srv("_submission", r"0 1 587 evil\032\010host.example.test.", "0 1 587 mx.example.test.")
    world.mail("mx.example.test", 587)
    found = world.search()
    assert found.best[0] == "mx.example.test"
    assert found.clues[f"SRV _submission._tcp.{DOMAIN}"].answer == "mx.example.test:587"


# --- the web ------------------------------------------------------------------------------------------------------

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {n} "{f"&{p};" * 10}">' for p, n in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><clientConfig><emailProvider>&i;</emailProvider></clientConfig>"
)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE c SYSTEM "https://127.0.0.1/x.dtd"><clientConfig/>'


HOSTILE = {
    "billion laughs": (page(LAUGHS), "document type definition"),
    "external DTD": (page(EXTERNAL), "document type definition"),
    "depth": (page("<a>" * 5000), "nested too deeply"),
    "elements": (page("<clientConfig>" + "<a/>" * 6000 + "</clientConfig>"), "too many elements"),
    "a web page": (page("<html><body>Welcome</body></html>"), "is a web page"),
    "another format": (page("<plist/>"), "no clientConfig"),
    "text": (page("not xml"), "not well-formed"),
    "broken UTF-16": (page(b"\xff\xfe<\x00"), "not well-formed"),
    "unknown encoding": (page('<?xml version="1.0" encoding="no-such"?><clientConfig/>'), "not well-formed"),
    "no servers": (page(document()), "names no SMTP server"),
    "too large": (page(b"x" * (MAX_DOCUMENT + 1)), "more than 256 KiB"),
    "compressed": (page(document(), "200 OK", "Content-Encoding: gzip"), "compressed"),
    "endless head": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000, "does not answer in HTTP"),
    "tiny chunks": (CHUNKED + b"1\r\nx\r\n" * 400_000, "more than 256 KiB"),
    "endless chunk extension": (CHUNKED + b"1;" + b"e" * 400_000, "does not answer in HTTP"),
    "endless hints": (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 40_000, "more than 256 KiB"),
    "vast length": (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", "does not answer in HTTP"),
    "SMTP": (b"220 mail.test ESMTP\r\n", "does not answer in HTTP"),
    "nothing": (b"", "does not answer in HTTP"),
    "an error": (page("", "500 Oops"), "status 500"),
}


@pytest.mark.parametrize(("answer", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_web_server_is_told_and_harms_nothing(world: World, answer: bytes, said: str) -> None:
    world.web(f"autoconfig.{DOMAIN}", answer)
    world.mail("smtp.example.test", 465)
    found = world.search()
    assert found.best == ("smtp.example.test", 465, "implicit", "guess")
    assert said in found.clues[AUTOCONFIG].answer


def test_an_endless_body_is_cut(world: World) -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    web = world.web(f"autoconfig.{DOMAIN}", head, *(b"<a/>" * 4096 for _ in range(200)))
    found = world.search()
    assert "more than 256 KiB" in found.clues[AUTOCONFIG].answer
    assert web.peer.gone.wait(HANG)


@pytest.mark.parametrize("host", ["localhost", "169.254.169.254", "other.test", f"autoconfig.{DOMAIN}"])
def test_a_redirect_out_of_the_site_or_in_a_circle_is_not_followed(world: World, host: str) -> None:
    target = world.web("other.test", page(document(outgoing("evil.example.test", 465, "SSL"))))
    evil = world.mail("evil.example.test", 465)
    for name in ("localhost", "169.254.169.254"):
        world.place(name, 443, target.port)
    web = world.web(f"autoconfig.{DOMAIN}", page("", "302 Found", f"Location: https://{host}/latest/meta-data/"))
    found = world.search()
    answer = found.clues[AUTOCONFIG].answer
    assert "redirects elsewhere" in answer or "in a circle" in answer
    assert host == "other.test" or host not in answer
    assert target.peers == []
    assert evil.peers == []
    assert len(web.peers) <= 2


def test_a_redirect_within_the_site_is_followed(world: World) -> None:
    world.web(f"autoconfig.{DOMAIN}", page("", "302 Found", f"Location: https://www.{DOMAIN}/x"))
    world.web(f"www.{DOMAIN}", page(document(outgoing("out.example.test", 465, "SSL"))))
    world.mail("out.example.test", 465)
    assert world.search().best == ("out.example.test", 465, "implicit", "autoconfig")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("other name", "tls_hostname_mismatch"),
        ("self-signed", "tls_self_signed"),
        ("untrusted", "tls_untrusted"),
        ("expired", "tls_hostname_mismatch"),  # it is for another name as well
    ],
)
def test_a_web_server_without_a_good_certificate_is_not_believed(world: World, kind: str, code: str) -> None:
    answer = page(document(outgoing("evil.example.test", 465, "SSL")))
    world.web(f"autoconfig.{DOMAIN}", answer, context=pki.bad(kind))
    evil = world.mail("evil.example.test", 465)
    found = world.search()
    assert found.clues[AUTOCONFIG].code == code
    assert evil.peers == []


def test_a_web_server_without_tls(world: World) -> None:
    with serve(raw("HTTP/1.1 200 OK", "", Do.CLOSE)) as plain:
        world.place(DOMAIN, 443, plain.port)
        assert world.search().clues[WELL_KNOWN].code == "tls_handshake_failed"


@pytest.mark.parametrize("loop_factory", [None, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_slow_web_servers_do_not_outlast_the_deadline_and_are_hung_up_on(
    world: World, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drip takes 200 s or more, and the other is silent: the limit of one web server would be too late, too."""
    drip = [part for _ in range(2000) for part in (b"<", 0.1)]
    monkeypatch.setattr(documents, "FETCH_LIMIT", 3600.0)
    first = world.web(f"autoconfig.{DOMAIN}", b"HTTP/1.1 200 OK\r\n\r\n", *drip)
    with serve(raw(Do.SILENCE)) as second:  # never answers the handshake
        world.place(DOMAIN, 443, second.port)
        found = world.search(timeout=1.0, loop_factory=loop_factory)
        assert not found.result.complete
        assert first.peer.gone.wait(HANG)
        assert all(peer.gone.wait(HANG) for peer in second.peers)


def test_a_slow_web_server_holds_up_guesses_only_for_a_moment(world: World) -> None:
    world.web(f"autoconfig.{DOMAIN}", Do.SILENCE)
    world.mail("smtp.example.test", 465)

    clock = WaitedClock()

    async def first_find() -> float:
        async with aclosing(world.searcher().run(ADDRESS, 60.0)) as events:
            async for event in events:
                if isinstance(event, TriedCandidate) and event.verdict == "verified":
                    return clock.waited
        raise AssertionError("nothing was found")

    with asyncio.Runner(loop_factory=clock) as runner:
        assert runner.run(first_find()) == pytest.approx(discover.GUESSES_AFTER)


def test_a_silent_web_server_does_not_hold_up_the_answer_for_long(world: World) -> None:
    world.web(f"autoconfig.{DOMAIN}", Do.SILENCE)
    world.mail("smtp.example.test", 465)
    clock = WaitedClock()
    found = world.search(timeout=60, loop_factory=clock)
    assert found.best == ("smtp.example.test", 465, "implicit", "guess")
    assert clock.waited == pytest.approx(discover.PATIENCE)
    assert found.result.complete
    assert found.clues[AUTOCONFIG].code == "timeout"
    assert "not waited for longer" in found.clues[AUTOCONFIG].answer


def test_a_silent_web_server_is_given_its_time_where_nothing_else_is_found(world: World) -> None:
    world.web(f"autoconfig.{DOMAIN}", Do.SILENCE)
    clock = WaitedClock(slowness=0.2)
    found = world.search(timeout=60, loop_factory=clock)
    assert found.result.best is None
    assert clock.waited == pytest.approx(documents.FETCH_LIMIT)
    assert found.clues[AUTOCONFIG].answer == "no answer in 8 s"


# --- where it may go ----------------------------------------------------------------------------------------------


def test_the_egress_policy_holds_for_candidates_and_web_servers(world: World) -> None:
    web = world.web(f"autoconfig.{DOMAIN}", page(document(outgoing("out.example.test", 465, "SSL"))))
    mail = world.mail("mx.example.test", 587)
    world.srv("_submission", "0 1 587 mx.example.test.")
    found = world.search(searcher=world.searcher(Profile.INTERNET))
    assert found.clues[AUTOCONFIG].code == "dns_not_found"
    assert ("mx.example.test", 587) not in found.outcomes
    assert found.result.best is None
    assert web.peers == []
    assert mail.peers == []


def test_names_of_a_private_zone_are_not_shown(world: World) -> None:
    world.mail("mx.example.test", 587)
    world.mail("hidden.example.test", 587)
    world.srv("_submission", "0 1 587 hidden.example.test.")
    world.mx("10 hidden.example.test.")
    world.spf("include:hidden.example.test")
    world.alias(f"autodiscover.{DOMAIN}", "hidden.example.test")
    found = world.search(searcher=world.searcher(Profile.INTERNET))
    assert "hidden" not in repr((found.clues, found.tried, found.result))
    assert found.clues[f"MX {DOMAIN}"].answer == "there is no such domain"
    assert "hidden.example.test" in repr(world.search().result)  # where the policy does not conceal names


def test_metadata_is_never_dialled(world: World) -> None:
    world.srv("_submission", "0 1 80 metadata.example.test.")
    world.place("metadata.example.test", 80, 80, "169.254.169.254")
    world.place(DOMAIN, 443, 443, "169.254.169.254")
    found = world.search()
    assert found.outcomes["metadata.example.test", 80] == "egress_denied"
    assert found.clues[WELL_KNOWN].code == "egress_denied"


def test_a_record_can_not_lead_to_another_port_than_mails(world: World) -> None:
    ssh = world.mail("mx.example.test", 22)
    world.srv("_submission", "0 1 22 mx.example.test.")
    found = world.search(searcher=world.searcher(Profile.INTERNET, Policy(Profile.DEVELOPMENT)))
    assert found.outcomes["mx.example.test", 22] == "egress_denied"
    assert ssh.peers == []


# --- how it runs --------------------------------------------------------------------------------------------------


def test_on_uvloop(world: World) -> None:
    world.web(f"autoconfig.{DOMAIN}", page(document(outgoing("mail.example.test", 465, "SSL"))))
    world.web(DOMAIN, Do.CLOSE)
    world.mail("mail.example.test", 465)
    world.srv("_submission", "0 1 587 mx.example.test.")
    found = world.search(loop_factory=uvloop.new_event_loop)
    assert found.best == ("mail.example.test", 465, "implicit", "autoconfig")


def test_a_slow_search_has_a_heartbeat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "HEARTBEAT", 0.1)
    world.dns.silent = True
    found = world.search(timeout=0.65, loop_factory=WaitedClock())
    assert found.beats == 6


def test_closing_the_search_hangs_up_at_once(world: World) -> None:
    world.srv("_submission", "0 1 587 mx.example.test.")
    mail = world.mail("mx.example.test", 587, raw(Do.SILENCE))
    web = world.web(f"autoconfig.{DOMAIN}", Do.SILENCE)
    clock = WaitedClock(slowness=20)

    async def leave() -> float:
        async with aclosing(world.searcher().run(ADDRESS, 60.0)) as events:
            for _ in range(3):
                await anext(events)
            await eventually_here(lambda: mail.peers and web.peers)
            before = clock.waited
        return clock.waited - before

    with asyncio.Runner(loop_factory=clock) as runner:
        assert runner.run(leave()) == 0
    assert web.peer.gone.wait(HANG)
    assert mail.peer.gone.wait(HANG)


def test_silent_candidates_end_on_the_deadline_and_are_told_as_such(world: World) -> None:
    world.srv("_submission", *(f"0 1 587 h{number}.example.test." for number in range(8)))
    silent = [world.mail(f"h{number}.example.test", 587, raw(Do.SILENCE)) for number in range(8)]
    clock = WaitedClock(slowness=4)
    found = world.search(timeout=1.2, loop_factory=clock)
    assert clock.waited == pytest.approx(1.1)  # four until a margin before the deadline, four for half of the rest
    stated = [one for one in found.result.tried if one.candidate.source == "srv"]
    assert [one.candidate.host[:2] for one in stated] == [f"h{number}" for number in range(8)]
    assert {one.code for one in stated} == {"timeout"}
    assert sum(len(served.peers) for served in silent) >= 4


@pytest.mark.parametrize("address", ["", "jo", "@example.test", "jo@", "jo@exa mple.test"])
def test_what_is_no_address_is_refused(world: World, address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        world.search(address)


# --- the command --------------------------------------------------------------------------------------------------


@pytest.fixture
def command(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(discover_cli, "_settings_search", world.searcher)
    return world


def test_the_command_prints_what_to_use(command: World, capsys: pytest.CaptureFixture[str]) -> None:
    command.srv("_submission", "0 1 587 mx.example.test.")
    command.mail("mx.example.test", 587)
    assert cli.main(["discover", ADDRESS]) == 0
    shown = capsys.readouterr().out
    assert "FOUND" in shown
    assert "Use mx.example.test, port 587 with STARTTLS and user jo.doe@example.test." in shown
    assert "mailproof diagnose mx.example.test:587 --tls starttls --user jo.doe@example.test --password-stdin" in shown
    assert "\x1b" not in shown


def test_the_command_prints_json(command: World, capsys: pytest.CaptureFixture[str]) -> None:
    command.mail("mail.example.test", 465)
    assert cli.main(["discover", ADDRESS, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["message", "advice", "complete", "candidates", "elapsed_ms"]
    best = found["candidates"][0]
    assert (best["host"], best["port"], best["tls_mode"]) == ("mail.example.test", 465, "implicit")
    assert (best["source"], best["verdict"], best["rank"]) == ("guess", "verified", 1)


def test_the_command_exits_1_where_nothing_works(command: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["discover", ADDRESS]) == 1
    assert "NOT FOUND" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["jo"], [ADDRESS, "--timeout", "0"], [ADDRESS, "--timeout", "nan"], []])
def test_the_command_refuses_bad_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["discover", *arguments]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_operators_own_search_has_the_operators_policy() -> None:
    assert isinstance(discover_cli._settings_search(), discover.SettingsSearch)
    parser = argparse.ArgumentParser()
    discover_cli.add_arguments(parser)
    assert parser.parse_args([ADDRESS]).timeout == 30.0
