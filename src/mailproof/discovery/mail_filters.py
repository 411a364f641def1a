"""Services that take a domain's mail and pass it on, as data: filters in front of the mailboxes, and forwarders.

The MX records of their customers say nothing about where the mailboxes are. Each row names its source: O = seen in MX
records of real domains or in headers of real mail, D = the service's documentation, M = our memory, the first to doubt
when a row is wrong. Nothing is looked up. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.discovery.sites import is_below


@dataclass(frozen=True, slots=True)
class MailFilter:
    """One service.

    Attributes:
        name: The service's name, for people.
        mx: Suffixes of its MX hosts.
        source: Where the row comes from; see the module.
        forwards: Whether it has no mailboxes behind it, but passes mail to addresses elsewhere.
    """

    name: str
    mx: tuple[str, ...]
    source: str
    forwards: bool = False


def _filter(name: str, mx: str, source: str, *, forwards: bool = False) -> MailFilter:
    return MailFilter(name, tuple(mx.split()), source, forwards)


MAIL_FILTERS = (
    _filter("Proofpoint", "pphosted.com ppe-hosted.com gpphosted.com proofpointessentials.com", "O D"),
    _filter("Mimecast", "mimecast.com mimecast.co.za mimecast-offshore.com mimecast-pscom-us.com", "D"),
    _filter("Barracuda", "barracudanetworks.com", "O"),
    _filter("Hornetsecurity", "hornetsecurity.com hornetsecurity.ch antispameurope.com cloud-security.net", "O"),
    _filter("SpamExperts", "spamexperts.com spamexperts.eu spamexperts.net antispamcloud.com mtaroutes.com", "O D"),
    _filter("Cisco Secure Email", "iphmx.com ess.cisco.com", "O"),
    _filter("Sophos Email", "hydra.sophos.com reflexion.net", "O"),
    _filter("Trend Micro Email Security", "tmes.trendmicro.com tmes.trendmicro.eu hes.trendmicro.com", "O"),
    _filter("Trend Micro Email Security (EU)", "hes.trendmicro.eu", "M"),
    _filter("Forcepoint", "mailcontrol.com", "O"),
    _filter("Symantec Email Security.cloud", "messagelabs.com", "O"),
    _filter("MailRoute", "mailroute.net", "O"),
    _filter("SpamTitan", "spamtitan.com", "O"),
    _filter("Retarus", "rmx.de retarus.com", "O"),
    _filter("NoSpamProxy", "cloud.nospamproxy.com", "O"),
    _filter("FortiMail Cloud", "fortimailcloud.com fortimail.com", "M"),
    _filter("Libraesva", "libraesva.com esvacloud.com", "M"),
    _filter("Vade", "vadesecure.com mailinblack.com", "M"),
    _filter("SEPPmail", "seppmail.cloud", "M"),
    _filter("Check Point Harmony Email", "mailprotection.checkpoint.com avanan.net", "M"),
    _filter("Cloudflare Email Security", "area1protect.com mxrecord.io mxrecord.mx", "M"),
    _filter("Zix", "zixmail.net appriver.com", "M"),
    _filter("MailGuard", "mailguard.com.au", "M"),
    _filter("SpamHero", "spamhero.com", "M"),
    _filter("eXpurgate", "expurgate.net", "M"),
    _filter("Cleanmail", "cleanmail.ch cleanmail.safecenter.ch", "M"),
    _filter("MX Guarddog", "ik2.com", "M"),
    _filter("N-able Mail Assure", "mailassure.com mailassure.io", "M"),
    _filter("Perception Point", "perception-point.io", "M"),
    _filter("Cloudflare Email Routing", "mx.cloudflare.net", "D", forwards=True),
    _filter("ImprovMX", "improvmx.com", "D", forwards=True),
    _filter("Forward Email", "forwardemail.net", "D", forwards=True),
)

_BY_SUFFIX = sorted(((suffix, row) for row in MAIL_FILTERS for suffix in row.mx), key=lambda pair: -len(pair[0]))


def filter_of_mx(mx: str) -> MailFilter | None:
    """Return the service that an MX host belongs to; None for other hosts."""
    return next((row for suffix, row in _BY_SUFFIX if is_below(mx, suffix)), None)
