"""The table of mail filters: its shape, and that an MX host leads to its row."""

import pytest

from mailproof.discovery.mail_filters import MAIL_FILTERS, MailFilter, filter_of_mx
from mailproof.discovery.presets import preset_of_mx
from mailproof.syntax.host import check_host


@pytest.mark.parametrize("row", MAIL_FILTERS, ids=lambda row: row.name)
def test_a_row_is_complete(row: MailFilter) -> None:
    assert row.name
    assert row.source
    assert row.mx
    for suffix in row.mx:
        assert check_host(suffix) == suffix == suffix.lower()
        assert preset_of_mx(suffix) is None  # nobody is a provider and a filter


def test_no_two_rows_share_a_name_or_a_suffix() -> None:
    names = [row.name for row in MAIL_FILTERS]
    suffixes = [suffix for row in MAIL_FILTERS for suffix in row.mx]
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes)


@pytest.mark.parametrize(
    ("mx", "name"),
    [
        ("mxa-00909a01.gslb.pphosted.com", "Proofpoint"),
        ("mx1-us1.ppe-hosted.com", "Proofpoint"),
        ("eu-smtp-inbound-1.mimecast.com", "Mimecast"),
        ("d174024a.ess.barracudanetworks.com", "Barracuda"),
        ("mx02.hornetsecurity.com", "Hornetsecurity"),
        ("fallbackmx.spamexperts.eu", "SpamExperts"),
        ("mx1.hc1234-56.eu.iphmx.com", "Cisco Secure Email"),
        ("mx-01-us-west-2.prod.hydra.sophos.com", "Sophos Email"),
        ("firm.in.tmes.trendmicro.eu", "Trend Micro Email Security"),
        ("cust12345-1.in.mailcontrol.com", "Forcepoint"),
        ("cluster5.eu.messagelabs.com", "Symantec Email Security.cloud"),
        ("firm-test.cloud.nospamproxy.com", "NoSpamProxy"),
        ("route2.mx.cloudflare.net", "Cloudflare Email Routing"),
        ("evilpphosted.com", None),
        ("pphosted.com.evil.test", None),
        ("", None),
    ],
)
def test_an_mx_leads_to_its_filter(mx: str, name: str | None) -> None:
    row = filter_of_mx(mx)
    assert (row.name if row else None) == name
