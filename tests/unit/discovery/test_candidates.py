"""From evidence to candidates: the order, the duplicates, and what is left out."""

import dataclasses
import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailproof.discovery.autoconfig import OutgoingServer
from mailproof.discovery.candidates import IN_CLEAR, MAX_CANDIDATES, candidates
from mailproof.discovery.progress import Candidate, Source
from mailproof.discovery.published import SERVICES, Alias, CertificateName, Published, SiteSettings, SrvRecord
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.mailbox import Mailbox

JO = Mailbox("jo", "example.test")
LOGIN = ("password-cleartext",)


def shown(found: tuple[Candidate, ...]) -> list[tuple[str, int, str, str]]:
    return [(one.host, one.port, one.tls_mode.value, one.source.value) for one in found]


def srv(target: str, port: int, priority: int = 0, weight: int = 0, service: str = "_submission") -> SrvRecord:
    return SrvRecord(service, target, port, priority, weight)


def published(host: str, port: int, mode: TlsMode, *words: str, user: str = "jo") -> OutgoingServer:
    return OutgoingServer(host, port, mode, user, words or LOGIN)


def test_without_evidence_there_is_nothing() -> None:
    assert candidates(JO, Published()) == ()


def test_the_guesses_and_their_order() -> None:
    assert shown(candidates(JO, Published(guess=True))) == [
        ("smtp.example.test", 465, "implicit", "guess"),
        ("smtp.example.test", 587, "starttls", "guess"),
        ("mail.example.test", 465, "implicit", "guess"),
        ("mail.example.test", 587, "starttls", "guess"),
        ("example.test", 465, "implicit", "guess"),
        ("example.test", 587, "starttls", "guess"),
    ]


def test_an_unknown_mx_host_is_the_last_guess_and_a_known_providers_is_none() -> None:
    hosts = [one.host for one in candidates(JO, Published(mx=("mx.hoster.test",), guess=True))]
    assert hosts[6::2] == ["mx.hoster.test", "smtp.hoster.test", "mail.hoster.test"]
    known = candidates(JO, Published(mx=("aspmx.l.google.com",), guess=True))
    assert "aspmx.l.google.com" not in [one.host for one in known]
    assert shown(known)[0] == ("smtp.gmail.com", 465, "implicit", "mx")


def test_the_sources_in_order() -> None:
    evidence = Published(
        srv=(srv("s.example.test", 587),),
        autoconfig=(published("a.example.test", 465, TlsMode.IMPLICIT),),
        mx=("mx.migadu.com",),
        guess=True,
    )
    ranked = candidates(Mailbox("jo", "fastmail.com"), evidence)
    sources = [source for source, _ in itertools.groupby(one.source for one in ranked)]
    assert sources == [Source.PROVIDER, Source.SRV, Source.AUTOCONFIG, Source.MX, Source.GUESS]
    assert [one.rank for one in ranked] == list(range(1, len(ranked) + 1))


def test_srv_priorities_compare_across_services_then_implicit_then_weight_then_name() -> None:
    records = (
        srv("heavy.example.test", 587, 10, 9),
        srv("light.example.test", 587, 10, 1),
        srv("z.example.test", 465, 10, 0, "_submissions"),
        srv("first.example.test", 587, 5, 0),
        srv("also-light.example.test", 587, 10, 1),
    )
    for shuffled in itertools.permutations(records):
        hosts = [one.host.split(".")[0] for one in candidates(JO, Published(srv=shuffled))]
        assert hosts == ["first", "z", "heavy", "also-light", "light"]


def test_of_a_name_on_certificates_implicit_tls_comes_first_whichever_trial_ended_first() -> None:
    seen = [
        CertificateName(name, port, mode, "mail.example.test")
        for port, mode in ((587, TlsMode.STARTTLS), (465, TlsMode.IMPLICIT))
        for name in ("s1.hoster.test", "hoster.test")
    ]
    found = candidates(JO, Published(certificates=tuple(seen)))
    assert [(one.host, one.port) for one in found] == [
        ("s1.hoster.test", 465),
        ("s1.hoster.test", 587),
        ("hoster.test", 465),
        ("hoster.test", 587),
    ]


def test_a_guess_in_the_domain_above_is_to_be_confirmed() -> None:
    """Nobody can tell a university from a provider of free names."""
    advices = {one.host: one.advice for one in candidates(Mailbox("jo", "home.free-dns.test"), Published(guess=True))}
    assert advices["smtp.home.free-dns.test"] == ""
    assert advices["smtp.free-dns.test"].startswith("smtp.free-dns.test lies outside of home.free-dns.test: make sure")


def test_a_guess_that_receives_the_mail_is_said_to() -> None:
    reasons = {one.host: one.reason for one in candidates(JO, Published(mx=("mail.example.test",), guess=True))}
    assert reasons["mail.example.test"] == "The name is a guess: mail.example.test receives the mail for example.test."
    assert reasons["smtp.example.test"].endswith("nothing that was found for example.test names a server.")


def test_a_declined_service_is_guessed_at_neither_by_name_nor_by_mx() -> None:
    evidence = Published(srv=(srv(".", 0),), mx=("aspmx.l.google.com",), guess=True)
    assert evidence.declined == {"_submission"}
    assert {one.tls_mode for one in candidates(JO, evidence)} == {TlsMode.IMPLICIT}
    both = Published(
        srv=(srv(".", 0), srv(".", 0, service="_submissions")), mx=("aspmx.l.google.com",), guess=True
    )  # fmt: skip
    assert candidates(JO, both) == ()


def test_a_dot_beside_a_server_declines_nothing() -> None:
    evidence = Published(srv=(srv(".", 0), srv("s.example.test", 587)))
    assert evidence.declined == frozenset()
    assert len(candidates(JO, evidence)) == 1


def test_a_declined_service_does_not_silence_the_domains_own_document() -> None:
    evidence = Published(srv=(srv(".", 0),), autoconfig=(published("a.example.test", 587, TlsMode.STARTTLS),))
    assert shown(candidates(JO, evidence)) == [("a.example.test", 587, "starttls", "autoconfig")]


@pytest.mark.parametrize(
    ("target", "doubted"),
    [
        ("mail.example.test", False),
        ("example.test", False),
        ("EXAMPLE.test.", False),
        ("mail.other.test", True),
        ("evilexample.test", True),
        ("smtp.gmail.com", False),  # known to us
    ],
)
def test_an_srv_target_outside_of_the_domain_is_to_be_confirmed(target: str, doubted: bool) -> None:
    (candidate,) = candidates(JO, Published(srv=(srv(target, 587),)))
    assert ("make sure that it is your provider's" in candidate.advice) is doubted


def test_a_known_providers_server_brings_its_advice_whoever_names_it() -> None:
    (candidate,) = candidates(JO, Published(srv=(srv("smtp.gmail.com", 465, service="_submissions"),)))
    assert candidate.provider == "Gmail"
    assert "app password" in candidate.advice


@pytest.mark.parametrize(
    ("server", "advice"),
    [
        (published("a.test", 465, TlsMode.IMPLICIT), ""),
        (published("a.test", 465, TlsMode.IMPLICIT, "oauth2"), "OAuth 2.0 alone"),
        (published("a.test", 465, TlsMode.IMPLICIT, "oauth2", "password-cleartext"), ""),
        (published("a.test", 25, TlsMode.STARTTLS, "none", user=""), "needs no login"),
        (published("a.test", 25, TlsMode.OPPORTUNISTIC), IN_CLEAR),
    ],
)
def test_what_a_document_says_of_the_login(server: OutgoingServer, advice: str) -> None:
    (candidate,) = candidates(JO, Published(autoconfig=(server,)))
    assert advice in candidate.advice
    assert bool(advice) == bool(candidate.advice)


def test_what_may_not_encrypt_comes_after_every_guess() -> None:
    evidence = Published(autoconfig=(published("a.test", 25, TlsMode.OPPORTUNISTIC),), guess=True)
    assert candidates(JO, evidence)[-1].host == "a.test"


def test_of_two_that_share_an_endpoint_the_better_source_stays() -> None:
    evidence = Published(
        srv=(srv("smtp.example.test", 587),),
        autoconfig=(
            published("smtp.example.test", 587, TlsMode.OPPORTUNISTIC),
            published("smtp.example.test", 587, TlsMode.STARTTLS, user="other"),
        ),
        guess=True,
    )
    same = [one for one in candidates(JO, evidence) if (one.host, one.port) == ("smtp.example.test", 587)]
    assert [(one.source, one.user) for one in same] == [(Source.SRV, "jo@example.test")]


@pytest.mark.parametrize(
    ("service", "port", "mode"),
    [
        ("_submission", 465, "implicit"),
        ("_submissions", 587, "starttls"),
        ("_submission", 2525, "starttls"),
        ("_submissions", 2525, "implicit"),
    ],
)
def test_a_record_under_the_wrong_service_has_its_ports_tls_mode(service: str, port: int, mode: str) -> None:
    (candidate,) = candidates(JO, Published(srv=(srv("s.example.test", port, service=service),)))
    assert candidate.tls_mode == mode


def test_settings_that_came_in_clear_are_to_be_confirmed_where_they_lead_outside() -> None:
    evidence = Published(
        plain_http=(published("mail.example.test", 465, TlsMode.IMPLICIT), published("b.test", 465, TlsMode.IMPLICIT))
    )
    own, foreign = candidates(JO, evidence)
    assert own.advice == ""
    assert "came without TLS: make sure" in foreign.advice


def test_a_filters_host_is_not_guessed_at_and_what_lies_behind_is_before_guesses() -> None:
    evidence = Published(mx=("mx.mimecast.com",), spf=("_spf.google.com",), guess=True)
    ranked = candidates(JO, evidence)
    assert shown(ranked)[0] == ("smtp.gmail.com", 465, "implicit", "records")
    assert "Mail for example.test passes Mimecast; the mailboxes are at Gmail: the SPF record" in ranked[0].reason
    assert not any("mimecast" in one.host for one in ranked)


def test_several_providers_in_an_spf_record_say_nothing_without_a_filter() -> None:
    one = Published(mx=("mx.hoster.test",), spf=("_spf.google.com",), guess=True)
    two = Published(mx=("mx.hoster.test",), spf=("_spf.google.com", "spf.protection.outlook.com"), guess=True)
    assert candidates(JO, one)[-1].source is Source.SPF
    assert "make sure that it is your provider's" in candidates(JO, one)[-1].advice
    assert all(found.source is Source.GUESS for found in candidates(JO, two))


@pytest.mark.parametrize(("domain", "host"), [("[127.0.0.1]", "127.0.0.1"), ("[IPv6:::1]", "::1")])
def test_an_address_literal_is_its_own_guess(domain: str, host: str) -> None:
    assert {one.host for one in candidates(Mailbox("jo", domain), Published(guess=True))} == {host}


def test_a_provider_of_logins_by_local_part() -> None:
    assert candidates(Mailbox("jo", "web.de"), Published())[0].user == "jo"


HOSTS = st.sampled_from(["smtp.example.test", "mail.example.test", "example.test", "a.test", "smtp.gmail.com"])
PORTS = st.sampled_from([25, 465, 587, 2525])
RECORDS = st.builds(
    SrvRecord,
    st.sampled_from(sorted(SERVICES)),
    st.one_of(HOSTS, st.just(".")),
    PORTS,
    st.integers(0, 3),
    st.integers(0, 3),
)
SERVERS = st.builds(
    OutgoingServer,
    HOSTS,
    PORTS,
    st.sampled_from([TlsMode.IMPLICIT, TlsMode.STARTTLS, TlsMode.OPPORTUNISTIC]),
    st.sampled_from(["", "jo", "jo@example.test"]),
    st.sampled_from([(), ("oauth2",), LOGIN]),
)
EVIDENCE = st.builds(
    Published,
    st.lists(RECORDS, max_size=12).map(tuple),
    st.lists(SERVERS, max_size=8).map(tuple),
    st.lists(st.sampled_from(["mx.example.test", "aspmx.l.google.com", "mx.zoho.eu"]), max_size=3).map(tuple),
    st.booleans(),
    plain_http=st.lists(SERVERS, max_size=2).map(tuple),
    exchange=st.lists(SERVERS, max_size=2).map(tuple),
    aliases=st.lists(st.builds(Alias, HOSTS, st.sampled_from(["autodiscover.outlook.com", "x.test"])), max_size=2).map(
        tuple
    ),
    spf=st.lists(st.sampled_from(["_spf.google.com", "zoho.eu", "x.test"]), max_size=2).map(tuple),
    sites=st.lists(
        st.builds(
            SiteSettings,
            HOSTS,
            st.just("of which something is said"),
            st.sampled_from([Source.MX, Source.RECORDS, Source.AUTOCONFIG]),
            st.lists(RECORDS, max_size=2).map(tuple),
            st.lists(SERVERS, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    certificates=st.lists(
        st.builds(CertificateName, HOSTS, PORTS, st.sampled_from(list(SERVICES.values())), HOSTS, st.booleans()),
        max_size=2,
    ).map(tuple),
    mail_aliases=st.lists(st.builds(Alias, HOSTS, HOSTS), max_size=2).map(tuple),
)
MAILBOXES = st.sampled_from([JO, Mailbox("jo", "gmail.com"), Mailbox("jö", "bücher.test"), Mailbox("jo", "[::1]")])


@given(MAILBOXES, EVIDENCE)
def test_a_list_is_total_bounded_and_without_duplicates(mailbox: Mailbox, evidence: Published) -> None:
    found = candidates(mailbox, evidence)
    assert len(found) <= MAX_CANDIDATES
    assert [one.rank for one in found] == list(range(1, len(found) + 1))
    assert len({one.endpoint for one in found}) == len(found)
    keys = [(one.tls_mode is TlsMode.OPPORTUNISTIC, one.source.rank) for one in found]
    assert keys == sorted(keys)
    assert found == candidates(mailbox, evidence)


STATED = (Source.PROVIDER, Source.DATABASE, Source.SRV, Source.AUTOCONFIG, Source.EXCHANGE, Source.PLAIN_HTTP)


@given(MAILBOXES, EVIDENCE)
def test_nothing_declined_is_guessed(mailbox: Mailbox, evidence: Published) -> None:
    modes = {SERVICES[service] for service in evidence.declined}
    for one in candidates(mailbox, evidence):
        assert one.tls_mode not in modes or one.source in STATED
        assert one.reason.endswith(".")


@given(MAILBOXES, EVIDENCE, RECORDS)
def test_more_evidence_keeps_the_order_of_what_stays(mailbox: Mailbox, evidence: Published, more: SrvRecord) -> None:
    wider = dataclasses.replace(evidence, srv=(*evidence.srv, more))
    before = [(one.endpoint, one.source) for one in candidates(mailbox, evidence)]
    # A better record of a server that is on the list already may move it up.
    records = (*evidence.srv, *(one for site in evidence.sites for one in site.srv))
    assume((more.target, more.port) not in {(one.target, one.port) for one in records})
    after = [(one.endpoint, one.source) for one in candidates(mailbox, wider)]
    kept = [one for one in before if one in after]
    assert kept == [one for one in after if one in before]
