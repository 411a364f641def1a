"""Who stands between us and a mail server: names on certificates that a box on the way made, and names of providers.

Only data and two look-ups. A row holds names that the box's own authority bears, never a vendor's name alone, which
would accuse the vendor's own mail servers. Boxes whose authority is named by their administrator (Palo Alto, Check
Point, Squid on pfSense or OPNsense) can't be told this way and have no row.

Sources: a repository with a path was read there; P = "Killed by Proxy" (NDSS 2016), C = Chromium's list of such
software (chrome/browser/resources/ssl/ssl_error_assistant), V = the vendor's documentation, each as we remember it: the
first to doubt when a row is wrong. N = nodemailer's lib/well-known/services.json, T = Thunderbird's ISPDB
(thunderbird/autoconfig), M = our memory. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class InterceptorKind(StrEnum):
    """What kind of box or program shows a certificate of its own, in words for people."""

    VIRUS_SCANNER = "virus scanner"
    PROXY = "firewall or proxy"
    CAPTIVE_PORTAL = "captive portal"
    TEST_TOOL = "test tool"


@dataclass(frozen=True, slots=True)
class Interceptor:
    """Something that makes certificates for other people's servers.

    Attributes:
        name: Its name, for people.
        kind: What it is.
        marks: Parts of the issuer or subject on its certificates, in lower case; any of them is enough.
        source: Where the row comes from; see the module.
    """

    name: str
    kind: InterceptorKind
    marks: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A mail provider whose servers are known by name.

    Attributes:
        name: Its name, for people.
        hosts: Domains that its submission servers are, or are below; none below which it names customers' own servers.
        names: Further domains that its certificates and banners bear.
        source: Where the row comes from; see the module.
        users_are_addresses: Whether users log in with their full address, as at providers of mailboxes; services that
            send for programs have keys and words instead.
    """

    name: str
    hosts: tuple[str, ...]
    names: tuple[str, ...]
    source: str
    users_are_addresses: bool = True

    def owns(self, name: str) -> bool:
        """Return whether a name of a certificate or banner is the provider's own.

        Args:
            name: A qualified name, perhaps with a wildcard as its first label. A banner's first word that is no such
                name says nothing about whose server it is.
        """
        return _is_below(name, (*self.hosts, *self.names))


def interceptor_of(texts: Iterable[str]) -> Interceptor | None:
    """Return who made a certificate in place of the server's own; None where nothing shows that anybody did.

    Args:
        texts: The issuers of the presented certificates, and their subjects.
    """
    whole = "\n".join(texts).lower()
    return next((row for row in INTERCEPTORS if any(mark in whole for mark in row.marks)), None)


def provider_of(host: str) -> KnownProvider | None:
    """Return the provider whose submission server this is; None for other hosts."""
    labels = host.strip().rstrip(".").lower().split(".")
    for place in range(len(labels)):
        if (known := _BY_HOST.get(".".join(labels[place:]))) is not None:
            return known
    return next((row for row in _WITH_PLACEHOLDERS if _is_below(host, row.hosts)), None)


def _is_below(name: str, domains: Iterable[str]) -> bool:
    """Return whether a name is one of the domains, or below one; a label "*" within a domain stands for any."""
    labels = name.strip().rstrip(".").lower().removeprefix("*.").split(".")
    for domain in domains:
        wanted = domain.split(".")
        ends = zip(reversed(labels), reversed(wanted), strict=False)
        if len(labels) >= len(wanted) and all(own == label or label == "*" for own, label in ends):
            return True
    return False


def _scanner(name: str, *marks: str, source: str) -> Interceptor:
    return Interceptor(name, InterceptorKind.VIRUS_SCANNER, marks, source)


def _proxy(name: str, *marks: str, source: str) -> Interceptor:
    return Interceptor(name, InterceptorKind.PROXY, marks, source)


def _portal(name: str, *marks: str, source: str) -> Interceptor:
    return Interceptor(name, InterceptorKind.CAPTIVE_PORTAL, marks, source)


def _tool(name: str, *marks: str, source: str) -> Interceptor:
    return Interceptor(name, InterceptorKind.TEST_TOOL, marks, source)


INTERCEPTORS: tuple[Interceptor, ...] = (
    # That virus scanners replace the certificates of mail servers: nodemailer/nodemailer README.md, jstedfast/MailKit
    # FAQ.md.
    _scanner(
        "Avast",
        "avast! web/mail shield",
        "avast web/mail shield",
        "avast! mail shield",
        "avast mail shield",
        "avast! self-signed",
        source="P C V",
    ),
    _scanner("AVG", "avg web/mail shield", "avg mail shield", source="P C"),
    _scanner("Norton", "norton web/mail shield", source="M: it shares Avast's scanner"),
    _scanner(
        "Kaspersky",
        "kaspersky anti-virus",
        "kaspersky endpoint security",
        source="P C V",
    ),
    _scanner("ESET", "eset ssl filter ca", source="P C V"),
    _scanner("Bitdefender", "bitdefender personal ca", "bitdefender ca", source="P C"),
    _scanner("BullGuard", "bullguard ssl proxy ca", source="P"),
    _scanner("Dr.Web", "dr.web spider", "dr.web for", source="P"),
    _scanner("G DATA", "g data mail security", source="P"),
    _scanner("Trend Micro", "iwss.trend", source="C"),
    _scanner("Net Nanny", "contentwatch root certificate", source="P C"),
    _scanner("Qustodio", "qustodio ca", source="P"),
    _proxy("Zscaler", "zscaler root ca", "zscaler intermediate root ca", source="C V"),
    _proxy(
        "FortiGate",
        "fortigate ca",
        "fortinet_ca_ssl",
        "fortinet_ca_untrusted",
        "fortinet untrusted ca",
        "ou=certificate authority,o=fortinet",
        source="C; fortinetdev/terraform-provider-fortios website/docs/r/fortios_firewall_sslserver.html.markdown",
    ),
    _proxy("Sophos", "sophos ssl ca", "sophos proxy ca", "sophos_ca", "sophos web appliance", source="V M"),
    _proxy("Cisco Umbrella", "cisco umbrella", source="C V"),
    _proxy("Blue Coat ProxySG", "blue coat", "bluecoat proxysg", source="C"),
    _proxy("McAfee Web Gateway", "mcafee web gateway", "skyhigh secure web gateway", source="C"),
    _proxy("Netskope", "goskope.com", "certadmin@netskope.com", "caadmin.netskope.com", source="V"),
    _proxy("WatchGuard", "ou=fireware", "fireware https proxy", "fireware web ca", source="V"),
    _proxy("Untangle", "cn=www.untangle.com,", "o=untangle,", source="M; untangle/ngfw_src names Arista today"),
    _proxy("SonicWall", "sonicwall firewall dpi-ssl", source="C V"),
    _proxy("Smoothwall", "smoothwall root cert", "smoothwall-default-root", source="C"),
    _proxy("Cyberoam", "cyberoam ssl ca", "cyberoam certificate authority", source="C"),
    _proxy("Forcepoint", "forcepoint cloud ca", "websense public primary certificate", source="C"),
    _proxy("Cloudflare Zero Trust", "gateway ca - cloudflare managed", source="V"),
    _proxy("Cato Networks", "cato networks ca", "cato networks root ca", source="V"),
    _proxy("Securly", "securly ca", source="V"),
    _proxy("iboss", "iboss network security", source="M"),
    _portal("a captive portal", "captive portal", "captive-portal", "captiveportal", source="C"),
    _portal("a captive portal (Aruba)", "securelogin.arubanetworks.com", source="C"),
    _portal("a captive portal", "hotspot login", "wifi login", "coovachilli", "chillispot", source="M"),
    _tool("mitmproxy", "cn=mitmproxy", "o=mitmproxy", source="mitmproxy/mitmproxy mitmproxy/options.py, certs.py"),
    _tool("Charles", "charles proxy ca", "charles proxy custom root", source="V"),
    _tool(
        "Fiddler",
        "do_not_trust_fiddlerroot",
        "fiddler root certificate authority",
        source="telerik/fiddler-docs configure-fiddler/capturing-traffic/configureforios.md",
    ),
    _tool("Burp Suite", "portswigger ca", source="V; OWASP/owasp-mastg techniques/android/MASTG-TECH-0011.md"),
    _tool("ZAP", "owasp zed attack proxy root ca", "zed attack proxy root ca", "owasp root ca", source="V"),
    _tool("Proxyman", "proxyman ca", source="V"),
    _tool("HTTP Toolkit", "http toolkit ca", source="V"),
)
"""What makes certificates for other people's servers. The first row that fits counts."""


def _provider(name: str, hosts: str, names: str = "", *, source: str) -> KnownProvider:
    return KnownProvider(name, tuple(hosts.split()), tuple(names.split()), source)


def _service(name: str, hosts: str, names: str = "", *, source: str) -> KnownProvider:
    return KnownProvider(name, tuple(hosts.split()), tuple(names.split()), source, users_are_addresses=False)


PROVIDERS: tuple[KnownProvider, ...] = (
    # --- mailboxes -------------------------------------------------------------------------------------------------
    _provider(
        "Google", "smtp.gmail.com smtp-relay.gmail.com smtp.googlemail.com", "google.com gmail.com", source="N T"
    ),
    _provider(
        "Microsoft",
        "office365.com outlook.com",
        "hotmail.com live.com microsoft.com office.com exchangelabs.com",
        source="N T; names M",
    ),
    _provider("iCloud", "mail.me.com", "me.com icloud.com apple.com", source="N T; names M"),
    _provider("Yahoo", "mail.yahoo.com mail.yahoo.co.jp", "yahoo.com yahoo.co.jp yahoodns.net yahoo.net", source="N T"),
    _provider("AOL", "smtp.aol.com smtp.verizon.net", "aol.com yahoo.com yahoodns.net", source="T"),
    _provider("Fastmail", "fastmail.com messagingengine.com", "fastmail.fm", source="N T"),
    _provider(
        "Zoho",
        "zoho.com zoho.eu zoho.in zoho.com.au zoho.jp zohocloud.ca zoho.com.cn zoho.sa",
        "zohomail.com zohomail.eu zohomail.in zohocorp.com zohostratus.com",
        source="N T; names M",
    ),
    _provider("Proton Mail", "protonmail.ch proton.me", "protonmail.com proton.ch", source="N; names M"),
    _provider("Migadu", "migadu.com", source="M"),
    _provider("OVH", "ssl0.ovh.net mail.ovh.net", "ovh.net ovh.com ovhcloud.com", source="T; names M"),
    _provider("Gandi", "mail.gandi.net", "gandi.net", source="N T"),
    _provider("Infomaniak", "mail.infomaniak.com", "infomaniak.com infomaniak.ch", source="N; names M"),
    _provider(
        "GMX",
        "mail.gmx.net mail.gmx.com mail.gmx.de",
        "gmx.net gmx.com gmx.de gmx.at gmx.ch mail.com web.de kundenserver.de",
        source="N T; names M",
    ),
    _provider("mail.com", "smtp.mail.com", "mail.com gmx.com gmx.net", source="T; names M"),
    _provider("WEB.DE", "smtp.web.de", "web.de gmx.net kundenserver.de", source="T; names M"),
    _provider("Posteo", "posteo.de", "posteo.net posteo.org posteo.eu", source="T"),
    _provider("mailbox.org", "mailbox.org", "heinlein-hosting.de heinlein-support.de", source="M"),
    _provider(
        "IONOS",
        "1und1.de ionos.de ionos.com ionos.co.uk ionos.fr ionos.es ionos.it 1and1.com 1and1.co.uk 1and1.fr 1and1.es",
        "kundenserver.de online.de perfora.net schlund.de ionos.eu",
        source="N T; names M",
    ),
    _provider("STRATO", "smtp.strato.de smtp.strato.com", "strato.de strato.com rzone.de", source="T; names M"),
    _provider("Telekom", "securesmtp.t-online.de", "t-online.de telekom.de magenta.de", source="T; names M"),
    _provider("Hetzner", "mail.your-server.de", "your-server.de hetzner.com hetzner.de", source="T; names M"),
    _provider(
        "Yandex",
        "smtp.yandex.com smtp.yandex.ru smtp.yandex.net",
        "yandex.com yandex.ru yandex.net ya.ru",
        source="N T",
    ),
    _provider("Mail.ru", "smtp.mail.ru", "mail.ru smailru.net vk.com vk.company", source="N T; names M"),
    _provider("QQ Mail", "smtp.qq.com smtp.exmail.qq.com", "qq.com tencent.com", source="N; names M"),
    _provider("NetEase", "smtp.163.com smtp.126.com smtp.yeah.net", "163.com 126.com yeah.net netease.com", source="N"),
    _provider(
        "Alibaba Cloud",
        "smtp.aliyun.com smtp.qiye.aliyun.com smtp.mxhichina.com smtpdm.aliyun.com",
        "aliyun.com mxhichina.com alibaba.com alibaba-inc.com aliyun-inc.com",
        source="N; names M",
    ),
    _provider("Naver", "smtp.naver.com", "naver.com worksmobile.com", source="N; names M"),
    _provider("Seznam", "smtp.seznam.cz", "seznam.cz email.cz", source="N; names M"),
    _provider("Comcast", "smtp.comcast.net", "comcast.net xfinity.com", source="T; names M"),
    _provider("Pobox", "smtp.pobox.com", "pobox.com messagingengine.com", source="T; names M"),
    _provider(
        "GoDaddy", "smtpout.secureserver.net smtp.*.secureserver.net", "secureserver.net godaddy.com", source="N"
    ),
    _provider("Rackspace Email", "secure.emailsrvr.com smtp.emailsrvr.com", "emailsrvr.com rackspace.com", source="T"),
    _provider("one.com", "send.one.com mailout.one.com", "one.com", source="N; names M"),
    _provider("Loopia", "mailcluster.loopia.se", "loopia.se", source="N"),
    _provider("Aruba", "smtps.aruba.it smtp.aruba.it", "aruba.it arubapec.it pec.it", source="N; names M"),
    _provider("Runbox", "smtp.runbox.com mail.runbox.com", "runbox.com", source="N"),
    _provider("Kolab Now", "smtp.kolabnow.com", "kolabnow.com kolabsys.com", source="N; names M"),
    _provider("Namecheap Private Email", "mail.privateemail.com", "privateemail.com", source="M"),
    _provider("Titan", "smtp.titan.email", "titan.email", source="M"),
    _provider("Hostinger", "smtp.hostinger.com", "hostinger.com", source="M"),
    _provider("Hostpoint", "asmtp.mail.hostpoint.ch", "hostpoint.ch", source="M"),
    _provider("united-domains", "smtps.udag.de", "udag.de", source="M"),
    _provider("TransIP", "smtp.transip.email", "transip.email transip.nl", source="M"),
    _provider("Amazon WorkMail", "smtp.mail.*.awsapps.com", "awsapps.com", source="M"),
    # --- sending services ------------------------------------------------------------------------------------------
    _service(
        "Amazon SES",
        "email-smtp.*.amazonaws.com email-smtp-fips.*.amazonaws.com email-smtp.*.vpce.amazonaws.com",
        "email-smtp.amazonaws.com amazonses.com",
        source="N; names M",
    ),
    _service("SendGrid", "smtp.sendgrid.net smtp.eu.sendgrid.net", "sendgrid.net sendgrid.com twilio.com", source="N"),
    _service("Mailgun", "mailgun.org", "mailgun.net mailgun.com", source="N; names M"),
    _service("Postmark", "postmarkapp.com", "mtasv.net", source="N; names M"),
    _service("Mailjet", "mailjet.com", source="N"),
    _service(
        "Brevo", "smtp-relay.brevo.com smtp-relay.sendinblue.com", "brevo.com sendinblue.com", source="N; names M"
    ),
    _service("SparkPost", "sparkpostmail.com", "sparkpost.com msyscloud.com messagesystems.com bird.com", source="N"),
    _service("Resend", "smtp.resend.com", "resend.com", source="N"),
    _service("MailerSend", "smtp.mailersend.net", "mailersend.net mailersend.com mlsend.com", source="N; names M"),
    _service("Mandrill", "mandrillapp.com", "mailchimp.com mcsv.net", source="N; names M"),
    _service("Mailtrap", "mailtrap.io", "mailtrap.live", source="N; names M"),
    _service("SMTP2GO", "smtp2go.com", "smtpcorp.com", source="N; names M"),
    _service("Elastic Email", "elasticemail.com", "elasticemail.net", source="N; names M"),
    _service("Ethereal", "smtp.ethereal.email", "ethereal.email", source="N"),
)
"""Providers whose servers are known by name. The first row that fits counts."""

_BY_HOST = {name: row for row in PROVIDERS for name in row.hosts}
_WITH_PLACEHOLDERS = tuple(row for row in PROVIDERS if any("*" in name for name in row.hosts))
