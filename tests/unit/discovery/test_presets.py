"""The table of known providers: its shape, and that each of its keys leads to one row."""

import pytest

from mailproof.discovery.preset import ADDRESS, DOMAIN, LOCAL_PART, Preset
from mailproof.discovery.presets import (
    PRESETS,
    preset_of_domain,
    preset_of_mx,
    preset_of_server,
)
from mailproof.net.egress import SUBMISSION_PORTS
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.host import check_host


@pytest.mark.parametrize("row", PRESETS, ids=lambda row: row.name)
def test_a_row_is_complete(row: Preset) -> None:
    assert row.servers
    assert row.source
    for server in row.servers:
        assert check_host(server.host) == server.host == server.host.lower()
        assert server.port in SUBMISSION_PORTS
        assert server.tls_mode in (TlsMode.IMPLICIT, TlsMode.STARTTLS)
    assert len(set(row.servers)) == len(row.servers)
    for name in (*row.domains, *row.mx, *row.spf, *row.aliases):
        assert check_host(name) == name == name.lower()
    assert not row.advice or row.advice.endswith(".")
    assert row.user in (ADDRESS, LOCAL_PART, DOMAIN) or "%" not in row.user


def test_no_two_rows_share_a_name_a_domain_a_host_or_an_mx() -> None:
    for keys in (
        [row.name for row in PRESETS],
        [domain for row in PRESETS for domain in row.domains],
        [host for row in PRESETS for host in {server.host for server in row.servers}],
        [suffix for row in PRESETS for suffix in row.mx],
        [suffix for row in PRESETS for suffix in row.spf],
        [suffix for row in PRESETS for suffix in row.aliases],
    ):
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("gmail.com", "Gmail"),
        ("GMail.com", "Gmail"),
        ("contoso.onmicrosoft.com", "Microsoft 365"),
        ("icloud.com", "iCloud"),
        ("web.de", "WEB.DE"),
        ("example.org", None),
        ("notgmail.com", None),
        ("sub.gmail.com", None),
    ],
)
def test_a_mail_domain_leads_to_its_provider(domain: str, name: str | None) -> None:
    row = preset_of_domain(domain)
    assert (row.name if row else None) == name


@pytest.mark.parametrize(
    ("mx", "name"),
    [
        ("aspmx.l.google.com", "Gmail"),
        ("ALT1.ASPMX.L.GOOGLE.COM.", "Gmail"),
        ("contoso-com.mail.protection.outlook.com", "Microsoft 365"),
        ("contoso-com.o-v1.mx.microsoft", "Microsoft 365"),
        ("outlook-com.olc.protection.outlook.com", "Outlook.com"),
        ("mta7.am0.yahoodns.net", "Yahoo"),
        ("mx-aol.mail.gm0.yahoodns.net", "AOL"),
        ("mx.zoho.eu", "Zoho (zoho.eu, own domain)"),
        ("mxa.eu.mailgun.org", "Mailgun (EU)"),
        ("in1-smtp.messagingengine.com", "Fastmail"),
        ("evilgoogle.com", None),
        ("google.com.evil.example", None),
        ("", None),
    ],
)
def test_an_mx_leads_to_its_provider(mx: str, name: str | None) -> None:
    row = preset_of_mx(mx)
    assert (row.name if row else None) == name


def test_a_submission_server_is_known_by_its_host() -> None:
    row = preset_of_server("SMTP.SendGrid.net.")
    assert row is not None
    assert row.user == "apikey"
    assert preset_of_server("mail.example.org") is None
