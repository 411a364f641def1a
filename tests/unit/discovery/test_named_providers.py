"""From records to the provider that has the mailboxes."""

import pytest

from mailproof.discovery.named_providers import (
    MAX_INCLUDES,
    includes,
    provider_of_mx,
    providers_of_records,
    providers_of_spf,
)
from mailproof.discovery.presets import preset_of_alias, preset_of_spf
from mailproof.discovery.published import Alias, Published
from mailproof.syntax.mailbox import Mailbox

JO = Mailbox("jo", "example.test")
FILTER = ("mx1.example-com.pphosted.com",)


@pytest.mark.parametrize(
    ("record", "names"),
    [
        ("v=spf1 include:_spf.google.com ~all", ("_spf.google.com",)),
        ("v=spf1 a mx ip4:192.0.2.0/24 -all", ()),
        ("v=spf1 ?include:A.test +include:b.test INCLUDE:c.test", ("a.test", "b.test", "c.test")),
        ("v=spf1 redirect=_spf.d.test", ("_spf.d.test",)),
        ("v=spf1 include:%{i}.e.test include: include:192.0.2.1 redirect=", ()),
        (
            "v=spf1 " + " ".join(f"include:n{number}.test" for number in range(99)),
            tuple(f"n{n}.test" for n in range(10)),
        ),
        ("", ()),
    ],
)
def test_what_an_spf_record_includes(record: str, names: tuple[str, ...]) -> None:
    assert includes(record) == names
    assert len(includes(record)) <= MAX_INCLUDES


@pytest.mark.parametrize(
    ("include", "name"),
    [
        ("_spf.google.com", "Gmail"),
        ("spf.protection.outlook.com", "Microsoft 365"),
        ("spf.messagingengine.com", "Fastmail"),
        ("zoho.eu", "Zoho (zoho.eu, own domain)"),
        ("_spf.protonmail.ch", "Proton Mail"),
        ("_spf-eu.ionos.com", "IONOS (de)"),
        ("mx.ovh.com", "OVH"),
        ("_mailcust.gandi.net", "Gandi"),
        ("spf.infomaniak.ch", "Infomaniak"),
        ("sendgrid.net", None),  # sends for the domain, and has no mailboxes
        ("amazonses.com", None),
        ("_spf.google.com.evil.test", None),
    ],
)
def test_an_include_leads_to_its_provider(include: str, name: str | None) -> None:
    preset = preset_of_spf(include)
    assert (preset.name if preset else None) == name


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("autodiscover.outlook.com", "Microsoft 365"),
        ("selector1-firm-test._domainkey.firm.onmicrosoft.com", "Microsoft 365"),
        ("fm1.firm.test.dkim.fmhosted.com", "Fastmail"),
        ("protonmail.domainkey.dabc.domains.proton.ch", "Proton Mail"),
        ("adsredir.ionos.info", "IONOS (de)"),
        ("autodiscover.emailsrvr.com", "Rackspace Email"),
        ("autodiscover.mail.us-east-1.awsapps.com", "Amazon WorkMail (us-east-1)"),
        ("autodiscover.evil.test", None),
    ],
)
def test_an_alias_leads_to_its_provider(target: str, name: str | None) -> None:
    preset = preset_of_alias(target)
    assert (preset.name if preset else None) == name


def test_a_filter_is_no_provider() -> None:
    assert provider_of_mx(Published(mx=FILTER), JO) is None
    found = provider_of_mx(Published(mx=("mx.zoho.eu",)), JO)
    assert found is not None
    assert (found.name, found.servers[0].user) == ("Zoho (zoho.eu, own domain)", "jo@example.test")


def test_spf_says_where_the_mailboxes_are_only_behind_a_filter() -> None:
    spf = ("_spf.google.com", "mailgun.org")
    assert list(providers_of_records(Published(mx=("mx.example.test",), spf=spf), JO)) == []
    (found,) = providers_of_records(Published(mx=FILTER, spf=spf), JO)
    assert found.name == "Gmail"
    assert found.evidence == "the SPF record of example.test includes _spf.google.com"


def test_the_alias_of_autodiscover_comes_before_spf() -> None:
    aliases = (Alias("autodiscover.example.test", "autodiscover.outlook.com"),)
    found = list(providers_of_records(Published(mx=FILTER, spf=("_spf.google.com",), aliases=aliases), JO))
    assert [one.name for one in found] == ["Microsoft 365", "Gmail"]


def test_behind_a_filter_the_spf_record_of_the_domain_above_counts_last() -> None:
    published = Published(mx=FILTER, spf=("_spf.google.com",), spf_above=("spf.protection.outlook.com",))
    found = list(providers_of_records(published, Mailbox("jo", "math.example.test")))
    assert [one.evidence for one in found] == [
        "the SPF record of math.example.test includes _spf.google.com",
        "the SPF record of example.test includes spf.protection.outlook.com",
    ]


def test_the_domains_own_names_lead_to_nobody() -> None:
    assert providers_of_spf(Published(spf=("_spf.example.test",)), JO) == []
    assert provider_of_mx(Published(mx=("mx.example.test",)), JO) is None
