"""Which host is meant by a slip, before anything is looked up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.diagnosis.suggested_hosts import SuggestionReason
from mailproof.discovery.did_you_mean import (
    MAX_SUGGESTED,
    domains_of,
    lookalike,
    of_mx,
    refusal_in_words,
    suggestions,
)
from mailproof.discovery.presets import WELL_KNOWN
from mailproof.syntax.host import check_host
from mailproof.syntax.typed_host import parse_typed_host

MISSPELT, ALIKE, READS, DOMAIN = (
    SuggestionReason.MISSPELT,
    SuggestionReason.LOOKS_ALIKE,
    SuggestionReason.READS_MAIL,
    SuggestionReason.MAIL_DOMAIN,
)
REGION, OTHER = SuggestionReason.UNKNOWN_REGION, SuggestionReason.OTHER_NAME


@pytest.mark.parametrize(
    ("host", "reason", "named"),
    [
        ("smtp.gmial.com", MISSPELT, ["smtp.gmail.com"]),
        ("smtp.gmali.com", MISSPELT, ["smtp.gmail.com"]),
        ("smtp.gmail.con", MISSPELT, ["smtp.gmail.com"]),
        ("smtp.gmail.co", MISSPELT, ["smtp.gmail.com"]),
        ("smpt.gmail.com", OTHER, ["smtp.gmail.com"]),  # gmail.com is right
        ("SMTP.GMIAL.COM.", MISSPELT, ["smtp.gmail.com"]),
        ("gmial.com", MISSPELT, ["smtp.gmail.com"]),
        ("mail.gmial.com", MISSPELT, ["smtp.gmail.com"]),
        ("imap.gmial.com", MISSPELT, ["smtp.gmail.com"]),
        ("smtp.office356.com", MISSPELT, ["smtp.office365.com"]),
        ("smtp.ofice365.com", MISSPELT, ["smtp.office365.com"]),
        ("smtp.sendgird.net", MISSPELT, ["smtp.sendgrid.net"]),
        ("smtp.sendgrid.com", MISSPELT, ["smtp.sendgrid.net"]),
        ("smtp.mailgun.com", MISSPELT, ["smtp.mailgun.org"]),
        ("smtp.xn--gmil-63d.com", ALIKE, ["smtp.gmail.com"]),
        ("imap.gmail.com", READS, ["smtp.gmail.com"]),
        ("pop.gmail.com", READS, ["smtp.gmail.com"]),
        ("imap-mail.outlook.com", READS, ["smtp-mail.outlook.com"]),
        ("imap.mail.yahoo.com", READS, ["smtp.mail.yahoo.com"]),
        ("imap.example.com", READS, ["smtp.example.com", "mail.example.com"]),
        ("imaps.example.com", READS, ["smtp.example.com", "mail.example.com"]),
        ("pop3.example.co.uk", READS, ["smtp.example.co.uk", "mail.example.co.uk"]),
        ("gmail.com", DOMAIN, ["smtp.gmail.com"]),
        ("outlook.com", DOMAIN, ["smtp-mail.outlook.com"]),
        ("mail.google.com", OTHER, ["smtp.gmail.com"]),
        ("smtp.gmx.net", OTHER, ["mail.gmx.net"]),
        ("email-smtp.eu-west-9.amazonaws.com", REGION, ["email-smtp.eu-west-1.amazonaws.com"]),
        ("email-smtp.us-east1.amazonaws.com", REGION, ["email-smtp.us-east-1.amazonaws.com"]),
        ("email.eu-west-1.amazonaws.com", OTHER, ["email-smtp.eu-west-1.amazonaws.com"]),
        ("smpt.example.com", OTHER, ["smtp.example.com"]),
        ("stmp.example.com", OTHER, ["smtp.example.com"]),
    ],
)
def test_what_is_meant_by_a_name_that_does_not_exist(host: str, reason: SuggestionReason, named: list[str]) -> None:
    found = suggestions(host, exists=False)
    assert [each.host for each in found] == named
    assert found[0].reason is reason


@pytest.mark.parametrize(
    "host",
    ["smtp.gmail.com", "smtp.gmail.com.", "example.com", "smtp.example.com", "localhost", "192.0.2.1", "::1", "x", ""],
)
def test_names_without_a_suggestion(host: str) -> None:
    assert suggestions(host, exists=False) == suggestions(host, exists=True) == ()


def test_an_unknown_region_is_told_with_those_that_are_near() -> None:
    (found,) = suggestions("email-smtp.eu-west-9.amazonaws.com", exists=False)
    assert found.note.startswith("Regions: eu-central-1, ")
    assert "us-east-1" not in found.note
    assert suggestions("email-smtp.eu-west-9.amazonaws.com", exists=True) == ()  # newer than the list


@pytest.mark.parametrize("preset", WELL_KNOWN, ids=lambda preset: preset.name)
def test_no_known_server_is_taken_for_another(preset: object) -> None:
    for server in preset.servers:  # type: ignore[attr-defined]
        assert lookalike(server.host) is None
        assert suggestions(server.host, exists=True) == suggestions(server.host, exists=False) == ()


@pytest.mark.parametrize(
    ("host", "likely"),
    [
        ("smtp.gmial.com", "smtp.gmail.com"),
        ("smtp.xn--gmil-63d.com", "smtp.gmail.com"),
        ("smtp.office356.com", "smtp.office365.com"),
        ("smtp.googlemail.com", ""),  # a provider's own
        ("smtp.one.com", ""),
        ("smtp.mail.com", ""),
        ("smtp.zone.com", ""),
        ("smtp.wep.de", ""),  # a letter of three is too much
        ("smtp.fastmail.de", ""),
        ("gmial.com", ""),
        ("smtp.xn--80ak6aa92e.com", ""),  # apple, which is no server
        ("smtp.xn--\u00fc.com", ""),
        ("smtp.xn--99999999.com", ""),
    ],
)
def test_what_an_existing_host_is_easily_taken_for(host: str, likely: str) -> None:
    found = lookalike(host)
    assert (found.host if found else "") == likely


def test_no_name_below_a_misspelt_domain_is_suggested() -> None:
    for exists in (True, False):
        assert [each.host for each in suggestions("imap.gmial.com", exists=exists)] == ["smtp.gmail.com"]


@pytest.mark.parametrize(
    ("host", "domain", "mx", "named"),
    [
        ("example.com", "example.com", ("aspmx.l.google.com",), ["smtp.gmail.com"]),
        ("smtp.example.com", "example.com", ("example-com.mail.protection.outlook.com",), ["smtp.office365.com"]),
        ("example.com", "example.com", ("mx1.example.net",), ["smtp.example.com", "mail.example.com"]),
        ("example.com", "example.com", (), ["smtp.example.com", "mail.example.com"]),
    ],
)
def test_what_a_domains_mx_say(host: str, domain: str, mx: tuple[str, ...], named: list[str]) -> None:
    found = of_mx(host, domain, mx)
    assert [each.host for each in found] == named
    assert {each.reason for each in found} == {DOMAIN if host == domain else OTHER}


def test_domains_of_a_host() -> None:
    assert domains_of("smtp.example.com") == ("smtp.example.com", "example.com")
    assert domains_of("mx1.example.com.") == ("mx1.example.com", "example.com")
    assert domains_of("example.com") == ("example.com",)
    assert domains_of("mail.com") == ("mail.com",)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("user@gmail.com", "is a mail address and no server; did you mean smtp.gmail.com (Gmail)?"),
        ("mailto:me@contoso.onmicrosoft.com", "did you mean smtp.office365.com (Microsoft 365)?"),
        ("user@example.org", "DiscoverSettings (mailproof discover ADDRESS) finds the server of an address"),
        ("http://x", "is the URL of a web page"),
    ],
)
def test_refusals_in_words(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_typed_host(typed)
    assert sentence in refusal_in_words(caught.value)


likely_slips = st.from_regex(r"(imap|email-smtp|xn--|smtp)[-.][a-z0-9.-]{0,240}", fullmatch=True)


@given(st.one_of(st.text(max_size=300), likely_slips))
def test_any_name_has_few_suggestions_that_are_hosts(host: str) -> None:
    for exists in (True, False):
        found = suggestions(host, exists=exists)
        assert len(found) <= MAX_SUGGESTED
        for each in found:
            assert each.host == each.host.lower()
            if host.isascii() and len(host) < 200 and _is_host(host):
                assert check_host(each.host) == each.host


def _is_host(text: str) -> bool:
    try:
        return bool(check_host(text))
    except ValueError:
        return False
