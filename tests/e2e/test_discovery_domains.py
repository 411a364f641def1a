"""Domains of every kind, and what finds the settings of each. The records are those that such domains really have."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from clock_support.loop import WaitedClock
from discovery_support.website import redirect, website
from discovery_support.world import World, document, outgoing, page
from mailproof.discovery import inquiry, provider_database, search
from smtp_support.scripted import Do

Build = Callable[[World, ExitStack], None]

SAID_BY_POX = (
    '<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
    '<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><Account>'
    "<AccountType>email</AccountType><Action>settings</Action><Protocol><Type>SMTP</Type><Server>{host}</Server>"
    "<Port>{port}</Port><SSL>on</SSL><LoginName>jo</LoginName></Protocol></Account></Response></Autodiscover>"
)

DATABASE = {
    "date": "2026-01-31",
    "providers": [
        {
            "name": "Freebox",
            "domains": ["freebox.test", "alsofree.test"],
            "servers": [
                {
                    "host": "out.freebox.test",
                    "port": 465,
                    "tls_mode": "implicit",
                    "user": "%EMAILLOCALPART%",
                    "authentication": ["password-cleartext"],
                }
            ],
        }
    ],
}
"""A database of one provider, in the form of the shipped file."""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> World:
    made = World(stack)
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    return made


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    provider_database._database.cache_clear()
    monkeypatch.setattr(provider_database, "_text", lambda: json.dumps(DATABASE))
    yield
    provider_database._database.cache_clear()


def google_workspace(world: World, stack: ExitStack) -> None:
    world.mx("1 smtp.google.com.", domain="school.test")
    world.spf("include:_spf.google.com", domain="school.test")
    world.mail("smtp.gmail.com", 465)


def microsoft_365(world: World, stack: ExitStack) -> None:
    world.mx("0 firm-test.mail.protection.outlook.com.", domain="firm.test")
    world.alias("autodiscover.firm.test", "autodiscover.outlook.com")
    world.mail("smtp.office365.com", 587)


def behind_proofpoint(world: World, stack: ExitStack) -> None:
    world.mx("10 mxa-0012ab01.gslb.pphosted.com.", "10 mxb-0012ab01.gslb.pphosted.com.", domain="bank.test")
    world.alias("autodiscover.bank.test", "autodiscover.outlook.com")
    world.spf("include:spf-0012ab01.pphosted.com", "include:spf.protection.outlook.com", domain="bank.test")
    world.mail("smtp.office365.com", 587)
    world.hosted("web7.builder.test", 465, "mail.bank.test", "web7.builder.test")  # the web site's hoster


def behind_mimecast(world: World, stack: ExitStack) -> None:
    world.mx("10 eu-smtp-inbound-1.mimecast.com.", "10 eu-smtp-inbound-2.mimecast.com.", domain="law.test")
    world.spf("include:eu._netblocks.mimecast.com", "include:_spf.google.com", domain="law.test")
    world.mail("smtp.gmail.com", 465)
    world.mail("mail.law.test", 465)  # of the web site's hoster: it has no mailboxes of the domain


def behind_barracuda_with_a_further_mx(world: World, stack: ExitStack) -> None:
    world.mx("0 d312104a.ess.barracudanetworks.com.", "20 oil-test.mail.protection.outlook.com.", domain="oil.test")
    world.mail("smtp.office365.com", 587)


def behind_hornetsecurity_by_its_keys(world: World, stack: ExitStack) -> None:
    world.mx("10 mx01.hornetsecurity.com.", "20 mx02.hornetsecurity.com.", domain="press.test")
    world.spf("ip4:192.0.2.0/24", "include:spf.hornetsecurity.com", domain="press.test")
    world.alias("selector1._domainkey.press.test", "selector1-press-test._domainkey.press.onmicrosoft.com")
    world.mail("smtp.office365.com", 587)


def cpanel_with_the_servers_name(world: World, stack: ExitStack) -> None:
    world.mx("0 shop.test.", domain="shop.test")
    world.hosted("server12.hoster.test", 465, "shop.test", "mail.shop.test", "server12.hoster.test")
    world.hosted("server12.hoster.test", 587, "shop.test", "mail.shop.test", "server12.hoster.test")


def wildcard_certificate(world: World, stack: ExitStack) -> None:
    world.mx("10 mail.club.test.", domain="club.test")
    world.dns.records["1.0.0.127.in-addr.arpa", "PTR"] = ["srv9.cheap.test."]
    world.hosted("*.cheap.test", 587, "mail.club.test", "srv9.cheap.test")


def smtp_is_an_alias(world: World, stack: ExitStack) -> None:
    world.alias("smtp.band.test", "asmtp.mailhouse.test")
    world.hosted("asmtp.mailhouse.test", 465, "smtp.band.test", "asmtp.mailhouse.test")


def plesk_with_autodiscover_alone(world: World, stack: ExitStack) -> None:
    world.mx("10 mail.bakery.test.", domain="bakery.test")
    said = page(SAID_BY_POX.format(host="plesk3.rented.test", port=465))
    stack.enter_context(website(world, "autodiscover.bakery.test", {"/autodiscover/autodiscover.xml": said}))
    world.mail("plesk3.rented.test", 465)


def autodiscover_by_srv(world: World, stack: ExitStack) -> None:
    world.srv("_autodiscover", "0 0 443 ad.manyhosts.test.", domain="garage.test")
    said = page(SAID_BY_POX.format(host="out.manyhosts.test", port=587))
    stack.enter_context(website(world, "ad.manyhosts.test", {"/autodiscover/autodiscover.xml": said}))
    world.mail("out.manyhosts.test", 587)


def mailcow(world: World, stack: ExitStack) -> None:
    world.mx("10 mail.cow.test.", domain="farm.test")
    world.srv("_autodiscover", "0 1 443 mail.cow.test.", domain="farm.test")
    world.srv("_submissions", "0 1 465 mail.cow.test.", domain="farm.test")
    world.srv("_submission", "0 1 587 mail.cow.test.", domain="farm.test")
    world.alias("autoconfig.farm.test", "mail.cow.test")
    world.mail("mail.cow.test", 465)
    world.mail("mail.cow.test", 587)


def self_hosted_with_srv_alone(world: World, stack: ExitStack) -> None:
    world.srv("_submission", "0 1 587 wombat.nerd.test.", domain="nerd.test")
    world.mail("wombat.nerd.test", 587)


def srv_with_the_wrong_service(world: World, stack: ExitStack) -> None:
    world.srv("_submission", "0 0 465 mx.docker.test.", domain="docker.test")
    world.mail("mx.docker.test", 465)


def ionos_customer(world: World, stack: ExitStack) -> None:
    world.mx("10 mx00.ionos.de.", "10 mx01.ionos.de.", domain="dentist.test")
    world.spf("include:_spf-eu.ionos.com", domain="dentist.test")
    world.alias("autodiscover.dentist.test", "adsredir.ionos.info")
    world.mail("smtp.ionos.de", 465)


def ovh_customer(world: World, stack: ExitStack) -> None:
    world.mx("1 mx0.mail.ovh.net.", "5 mx1.mail.ovh.net.", domain="cafe.test")
    world.mail("ssl0.ovh.net", 465)


def gandi_customer(world: World, stack: ExitStack) -> None:
    world.mx("10 spool.mail.gandi.net.", "50 fb.mail.gandi.net.", domain="atelier.test")
    world.mail("mail.gandi.net", 587)


def strato_customer(world: World, stack: ExitStack) -> None:
    world.mx("5 smtpin.rzone.de.", domain="verein.test")
    world.mail("smtp.strato.de", 465)


def unknown_hoster_with_autoconfig(world: World, stack: ExitStack) -> None:
    world.mx("10 mx2.mail.smallhost.test.", domain="poet.test")
    settings = page(document(outgoing("submit.smallhost.test", 465, "SSL")))
    stack.enter_context(website(world, "autoconfig.smallhost.test", {"/mail/config-v1.1.xml": settings}))
    world.mail("submit.smallhost.test", 465)


def unknown_hoster_with_srv(world: World, stack: ExitStack) -> None:
    world.mx("10 in1.srvhost.test.", domain="chess.test")
    world.srv("_submissions", "0 1 465 out.srvhost.test.", domain="srvhost.test")
    world.mail("out.srvhost.test", 465)


def hoster_of_the_database(world: World, stack: ExitStack) -> None:
    world.mx("10 mx4.in.freebox.test.", domain="dance.test")
    world.mail("out.freebox.test", 465)


def listed_domain(world: World, stack: ExitStack) -> None:
    world.mail("out.freebox.test", 465)


def autoconfig_behind_a_redirect(world: World, stack: ExitStack) -> None:
    to = redirect("https://www.museum.test/settings/mail.xml", "301 Moved Permanently")
    stack.enter_context(website(world, "museum.test", {"/.well-known/autoconfig/mail/config-v1.1.xml": to}))
    settings = page(document(outgoing("post.museum.test", 587, "STARTTLS")))
    stack.enter_context(website(world, "www.museum.test", {"/settings/mail.xml": settings}))
    world.mail("post.museum.test", 587)


def autoconfig_over_plain_http(world: World, stack: ExitStack) -> None:
    settings = page(document(outgoing("mail.agency.test", 465, "SSL")))
    answers = {"/mail/config-v1.1.xml": settings}
    stack.enter_context(website(world, "autoconfig.choir.test", answers, encrypted=False))
    world.mail("mail.agency.test", 465)


def null_mx(world: World, stack: ExitStack) -> None:
    world.mx("0 .", domain="sender.test")
    world.mail("smtp.sender.test", 587)


def idn(world: World, stack: ExitStack) -> None:
    world.mx("10 mx.xn--e1aybc.test.", domain="xn--e1aybc.test")
    world.mail("mail.xn--e1aybc.test", 465)


def silent_for_srv(world: World, stack: ExitStack) -> None:
    world.dns.silent_types = {"SRV"}
    world.mx("10 mx.oldbox.test.", domain="oldbox.test")
    world.mail("smtp.oldbox.test", 587)


def silent_web_server(world: World, stack: ExitStack) -> None:
    for host in ("autoconfig.mute.test", "mute.test", "autodiscover.mute.test"):
        world.web(host, Do.SILENCE)
    world.mail("mail.mute.test", 587)


def silent_name_server_and_web_server(world: World, stack: ExitStack) -> None:
    world.dns.silent = True
    world.web("autoconfig.still.test", Do.SILENCE)
    world.mail("smtp.still.test", 465)


def subdomain(world: World, stack: ExitStack) -> None:
    world.mx("10 mail.group.test.", domain="sales.group.test")
    world.mail("mail.group.test", 587)


def settings_above_a_subdomain(world: World, stack: ExitStack) -> None:
    settings = page(document(outgoing("relay7.campus.test", 587, "STARTTLS")))
    stack.enter_context(website(world, "autoconfig.campus.test", {"/mail/config-v1.1.xml": settings}))
    world.mail("relay7.campus.test", 587)


def bare_domain_at_587(world: World, stack: ExitStack) -> None:
    world.mx("10 tiny.test.", domain="tiny.test")
    world.mail("tiny.test", 587)


def mx_host_takes_submission(world: World, stack: ExitStack) -> None:
    world.mx("10 w00ff11.kasserver.test.", domain="garden.test")
    world.mail("w00ff11.kasserver.test", 465)


def spf_alone_leads_to_the_provider(world: World, stack: ExitStack) -> None:
    world.mx("10 in.obscurefilter.test.", domain="factory.test")
    world.spf("include:spf.protection.outlook.com", "include:sendgrid.net", domain="factory.test")
    world.mail("smtp.office365.com", 587)


def aliases_of_a_mailcow(world: World, stack: ExitStack) -> None:
    world.mx("10 mail.cow.test.", domain="stable.test")
    world.alias("autodiscover.stable.test", "mail.cow.test")
    world.alias("autoconfig.stable.test", "mail.cow.test")
    said = page(SAID_BY_POX.format(host="mail.cow.test", port=587))
    stack.enter_context(website(world, "mail.cow.test", {"/autodiscover/autodiscover.xml": said}))
    world.mail("mail.cow.test", 587)


def alias_of_an_unknown_hoster(world: World, stack: ExitStack) -> None:
    world.mx("10 mx9.somewhere.test.", domain="opera.test")
    world.alias("autoconfig.opera.test", "autoconfig.bighost.test")
    settings = page(document(outgoing("submission4.bighost.test", 465, "SSL")))
    stack.enter_context(website(world, "autoconfig.bighost.test", {"/mail/config-v1.1.xml": settings}))
    world.mail("submission4.bighost.test", 465)


def wildcard_certificate_and_a_greeting(world: World, stack: ExitStack) -> None:
    world.hosted("*.bulk.test", 587, "mail.ferry.test", "web3.bulk.test", greeting="220 web3.bulk.test ESMTP Exim 4.97")


def srv_with_the_hosters_certificate(world: World, stack: ExitStack) -> None:
    world.srv("_submissions", "0 1 465 mail.lake.test.", domain="lake.test")
    world.hosted("node5.hosting.test", 465, "mail.lake.test", "node5.hosting.test")


def autodiscover_redirects_the_address(world: World, stack: ExitStack) -> None:
    world.mx("10 mx.antispamcloud.com.", domain="union.test")
    said = page(
        SAID_BY_POX.partition("<AccountType>")[0]
        + "<Action>redirectAddr</Action><RedirectAddr>jo@union.onmicrosoft.com</RedirectAddr></Account></Response>"
        "</Autodiscover>"
    )
    stack.enter_context(website(world, "autodiscover.union.test", {"/autodiscover/autodiscover.xml": said}))
    world.mail("smtp.office365.com", 587)


def autodiscover_redirects_to_the_provider(world: World, stack: ExitStack) -> None:
    world.mx("10 cluster1.eu.messagelabs.com.", domain="guild.test")
    to = redirect("https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml")
    stack.enter_context(website(world, "guild.test", {"/autodiscover/autodiscover.xml": to}))
    world.mail("smtp.office365.com", 587)


def spf_record_in_parts_behind_a_filter(world: World, stack: ExitStack) -> None:
    world.mx("10 eu-smtp-inbound-1.mimecast.com.", domain="estate.test")
    world.spf("include:_spf.estate.test", domain="estate.test")
    world.spf("include:eu._netblocks.mimecast.com", "include:_spf.google.com", domain="_spf.estate.test")
    world.mail("smtp.gmail.com", 465)


def department_behind_a_filter(world: World, stack: ExitStack) -> None:
    world.mx("10 mxa-0045cd01.gslb.pphosted.com.", domain="bio.state.test")
    world.alias("autodiscover.state.test", "autodiscover.outlook.com")
    world.mail("smtp.office365.com", 587)


def department_behind_a_filter_by_the_spf_record_above(world: World, stack: ExitStack) -> None:
    world.mx("10 mxa-0045cd02.gslb.pphosted.com.", domain="law.college.test")
    world.spf("include:_spf.google.com", domain="college.test")
    world.mail("smtp.gmail.com", 465)


def exchange_of_ones_own_behind_a_filter(world: World, stack: ExitStack) -> None:
    world.mx("10 mx01.hornetsecurity.com.", domain="works.test")
    world.srv("_autodiscover", "0 0 443 owa.works.test.", domain="works.test")
    world.mail("owa.works.test", 587)


def zoho_behind_a_filter(world: World, stack: ExitStack) -> None:
    world.mx("10 mx.spamexperts.com.", "20 fallbackmx.spamexperts.eu.", domain="studio.test")
    world.spf("include:zoho.eu", "include:spf.antispamcloud.com", domain="studio.test")
    world.mail("smtppro.zoho.eu", 465)


def listed_provider_behind_a_filter(world: World, stack: ExitStack) -> None:
    world.mx("10 de-smtp-inbound-1.mimecast.com.", domain="notary.test")
    world.spf("redirect=_spf.freebox.test", domain="notary.test")
    world.mail("out.freebox.test", 465)


def smtp_is_an_alias_of_the_provider(world: World, stack: ExitStack) -> None:
    world.alias("smtp.depot.test", "smtp.fastmail.com")
    world.hosted("smtp.fastmail.com", 465, "smtp.depot.test", "smtp.fastmail.com")


def infomaniak_by_alias(world: World, stack: ExitStack) -> None:
    world.mx("10 mx1.cleanmail.ch.", domain="alp.test")
    world.alias("autoconfig.alp.test", "infomaniak.com")
    world.mail("mail.infomaniak.com", 465)


def google_with_silent_srv(world: World, stack: ExitStack) -> None:
    world.dns.silent_types = {"SRV"}
    world.mx("1 aspmx.l.google.com.", domain="lab.test")
    world.mail("smtp.gmail.com", 465)


def usual_name_of_the_hoster(world: World, stack: ExitStack) -> None:
    world.mx("10 in7.quiethost.test.", domain="bike.test")
    world.mail("smtp.quiethost.test", 465)


DOMAINS: list[tuple[Build, str, str, int, str]] = [
    (google_workspace, "school.test", "smtp.gmail.com", 465, "mx"),
    (microsoft_365, "firm.test", "smtp.office365.com", 587, "mx"),
    (behind_proofpoint, "bank.test", "smtp.office365.com", 587, "records"),
    (behind_mimecast, "law.test", "smtp.gmail.com", 465, "records"),
    (behind_barracuda_with_a_further_mx, "oil.test", "smtp.office365.com", 587, "records"),
    (behind_hornetsecurity_by_its_keys, "press.test", "smtp.office365.com", 587, "records"),
    (cpanel_with_the_servers_name, "shop.test", "server12.hoster.test", 465, "certificate"),
    (wildcard_certificate, "club.test", "srv9.cheap.test", 587, "certificate"),
    (smtp_is_an_alias, "band.test", "asmtp.mailhouse.test", 465, "guess"),
    (plesk_with_autodiscover_alone, "bakery.test", "plesk3.rented.test", 465, "exchange"),
    (autodiscover_by_srv, "garage.test", "out.manyhosts.test", 587, "exchange"),
    (mailcow, "farm.test", "mail.cow.test", 465, "srv"),
    (self_hosted_with_srv_alone, "nerd.test", "wombat.nerd.test", 587, "srv"),
    (srv_with_the_wrong_service, "docker.test", "mx.docker.test", 465, "srv"),
    (ionos_customer, "dentist.test", "smtp.ionos.de", 465, "mx"),
    (ovh_customer, "cafe.test", "ssl0.ovh.net", 465, "mx"),
    (gandi_customer, "atelier.test", "mail.gandi.net", 587, "mx"),
    (strato_customer, "verein.test", "smtp.strato.de", 465, "mx"),
    (unknown_hoster_with_autoconfig, "poet.test", "submit.smallhost.test", 465, "mx"),
    (unknown_hoster_with_srv, "chess.test", "out.srvhost.test", 465, "mx"),
    (hoster_of_the_database, "dance.test", "out.freebox.test", 465, "mx"),
    (listed_domain, "alsofree.test", "out.freebox.test", 465, "database"),
    (autoconfig_behind_a_redirect, "museum.test", "post.museum.test", 587, "autoconfig"),
    (autoconfig_over_plain_http, "choir.test", "mail.agency.test", 465, "plain_http"),
    (null_mx, "sender.test", "smtp.sender.test", 587, "guess"),
    (idn, "тест.test", "mail.xn--e1aybc.test", 465, "guess"),
    (silent_for_srv, "oldbox.test", "smtp.oldbox.test", 587, "guess"),
    (silent_web_server, "mute.test", "mail.mute.test", 587, "guess"),
    (silent_name_server_and_web_server, "still.test", "smtp.still.test", 465, "guess"),
    (subdomain, "sales.group.test", "mail.group.test", 587, "guess"),
    (settings_above_a_subdomain, "math.campus.test", "relay7.campus.test", 587, "autoconfig"),
    (bare_domain_at_587, "tiny.test", "tiny.test", 587, "guess"),
    (mx_host_takes_submission, "garden.test", "w00ff11.kasserver.test", 465, "guess"),
    (aliases_of_a_mailcow, "stable.test", "mail.cow.test", 587, "records"),
    (alias_of_an_unknown_hoster, "opera.test", "submission4.bighost.test", 465, "records"),
    (wildcard_certificate_and_a_greeting, "ferry.test", "web3.bulk.test", 587, "certificate"),
    (srv_with_the_hosters_certificate, "lake.test", "node5.hosting.test", 465, "certificate"),
    (autodiscover_redirects_the_address, "union.test", "smtp.office365.com", 587, "records"),
    (autodiscover_redirects_to_the_provider, "guild.test", "smtp.office365.com", 587, "records"),
    (spf_record_in_parts_behind_a_filter, "estate.test", "smtp.gmail.com", 465, "records"),
    (department_behind_a_filter, "bio.state.test", "smtp.office365.com", 587, "records"),
    (department_behind_a_filter_by_the_spf_record_above, "law.college.test", "smtp.gmail.com", 465, "records"),
    (exchange_of_ones_own_behind_a_filter, "works.test", "owa.works.test", 587, "guess"),
    (zoho_behind_a_filter, "studio.test", "smtppro.zoho.eu", 465, "records"),
    (listed_provider_behind_a_filter, "notary.test", "out.freebox.test", 465, "records"),
    (smtp_is_an_alias_of_the_provider, "depot.test", "smtp.fastmail.com", 465, "guess"),
    (infomaniak_by_alias, "alp.test", "mail.infomaniak.com", 465, "records"),
    (google_with_silent_srv, "lab.test", "smtp.gmail.com", 465, "mx"),
    (usual_name_of_the_hoster, "Bike.TEST", "smtp.quiethost.test", 465, "guess"),
    (spf_alone_leads_to_the_provider, "factory.test", "smtp.office365.com", 587, "spf"),
]
"""What the domain has, the domain, and the host, port and source of what is found."""


@pytest.mark.parametrize(
    ("build", "domain", "host", "port", "source"), DOMAINS, ids=[row[0].__name__ for row in DOMAINS]
)
def test_the_settings_of_a_domain_are_found(
    world: World, stack: ExitStack, build: Build, domain: str, host: str, port: int, source: str
) -> None:
    build(world, stack)
    clock = WaitedClock()
    found = world.search(f"jo@{domain}", timeout=60, loop_factory=clock)
    mode = "implicit" if port == 465 else "starttls"
    assert found.best == (host, port, mode, source)
    assert found.result.complete
    assert clock.waited < 3
    assert found.result.best is not None
    assert found.result.best.candidate.reason
    assert found.result.best.candidate.reason in found.result.message
    assert len(world.dns.asked) <= 2 * inquiry.MAX_LOOKUPS  # a silent name server is asked again
    assert len(found.tried) <= search.MAX_TRIALS
