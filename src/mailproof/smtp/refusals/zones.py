"""Names that stand for a list of blocked senders, and the ends by which a host name is known from two words. Data."""

from __future__ import annotations

ADDRESS_LISTS: dict[str, str] = {
    "spamhaus.org": "https://www.spamhaus.org/faqs/dnsbl-usage/",
    "spamhaus.net": "https://www.spamhaus.org/faqs/dnsbl-usage/",
    "spamcop.net": "https://www.spamcop.net/bl.shtml",
    "barracudacentral.org": "https://www.barracudacentral.org/rbl",
    "sorbs.net": "http://www.sorbs.net/",
    "uceprotect.net": "https://www.uceprotect.net/en/index.php?m=3&s=0",
    "uceprotect.wtf": "https://www.uceprotect.net/",
    "abuseat.org": "https://www.abuseat.org/",
    "manitu.net": "https://www.nixspam.net/",
    "psbl.org": "https://psbl.org/",
    "surriel.com": "https://psbl.org/",
    "mailspike.net": "https://mailspike.org/usage.html",
    "mailspike.org": "https://mailspike.org/usage.html",
    "invaluement.com": "https://www.invaluement.com/",
    "spamrats.com": "https://www.spamrats.com/",
    "dronebl.org": "https://dronebl.org/",
    "blocklist.de": "https://www.blocklist.de/",
    "mail-abuse.com": "Trend Micro RBL+: http://www.mail-abuse.com/cgi-bin/lookup",
    "trendmicro.com": "https://servicecentral.trendmicro.com/en-US/ers/ip-lookup/",
    "dnsbl.spfbl.net": "https://spfbl.net/en/dnsbl/",
    "backscatterer.org": "https://www.backscatterer.org/",
    "abusix.zone": "https://docs.abusix.com/abusix-mail-intelligence",
    "abusix.com": "https://lookup.abusix.com/",
    "gbudb.net": "https://www.gbudb.com/",
    "truncate.gbudb.net": "https://www.gbudb.com/",
    "hostkarma.junkemailfilter.com": "https://wiki.junkemailfilter.com/",
    "junkemailfilter.com": "https://wiki.junkemailfilter.com/",
    "rbl.your-server.de": "Hetzner's own list: dev row of the corpus",
    "sender.office.com": "https://sender.office.com/",
    "ipcheck.proofpoint.com": "https://ipcheck.proofpoint.com/",
    "csi.cloudmark.com": "https://csi.cloudmark.com/en/reset/",
    "cloudmark.com": "https://csi.cloudmark.com/en/reset/",
    "senderscore.org": "https://senderscore.org/",
    "spamrl.com": "https://spamrl.com/",
    "ahbl.org": "http://www.ahbl.org/",
    "njabl.org": "http://www.njabl.org/",
    "ordb.org": "http://www.ordb.org/",
    "dsbl.org": "http://www.dsbl.org/",
    "anti-spam.org.cn": "http://www.anti-spam.org.cn/",
    "inps.de": "http://dnsbl.inps.de/",
    "interserver.net": "http://rbl.interserver.net/",
    "suomispam.net": "https://suomispam.net/",
    "woody.ch": "http://blacklist.woody.ch/",
    "swinog.ch": "http://antispam.imp.ch/",
    "imp.ch": "http://antispam.imp.ch/",
    "talosintelligence.com": "https://talosintelligence.com/reputation_center",
    "senderbase.org": "https://talosintelligence.com/reputation_center",
    "multirbl.valli.org": "http://multirbl.valli.org/",
    "dnsbl.info": "https://www.dnsbl.info/",
    "spameatingmonkey.net": "https://spameatingmonkey.com/",
    "spameatingmonkey.com": "https://spameatingmonkey.com/",
    "0spam.org": "https://0spam.org/",
    "s5h.net": "http://www.usenix.org.uk/content/rbl.html",
    "nordspam.com": "https://www.nordspam.com/",
    "mailblacklist.com": "https://mailblacklist.com/",
    "wpbl.info": "http://www.wpbl.info/",
    "ix.dnsbl.manitu.net": "https://www.nixspam.net/",
}
"""Zones and sites of lists of addresses: a reply that names one of them is about the client's address."""

DOMAIN_LISTS: dict[str, str] = {
    "dbl.spamhaus.org": "https://www.spamhaus.org/dbl/",
    "surbl.org": "https://surbl.org/",
    "uribl.com": "http://uribl.com/",
    "ivmuri.invaluement.com": "https://www.invaluement.com/",
    "rhsbl.sorbs.net": "http://www.sorbs.net/",
    "fresh.spameatingmonkey.net": "https://spameatingmonkey.com/",
}
"""Zones and sites of lists of domains, which a reply names for the sender's domain or a link in the message."""

TOP_LEVEL = frozenset(
    (  # noqa: SIM905 - a list would be a hundred lines
        "aero agency app arpa asia berlin biz blog cat cloud club com company coop corp dev digital edu "
        "email eus example gov group hamburg home host hosting info int internal intranet invalid jobs koeln "
        "lan life live local localdomain localhost london mail media mil mobi moscow museum name net network "
        "news onion online org paris post pro services shop site solutions space store swiss systems tech "
        "tel test tokyo top travel website wien world xyz zone"
    ).split()
)
"""Top-level domains of more than two letters; with another end, "refused.Please" is two words."""
