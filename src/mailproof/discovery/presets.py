"""Known mail providers as data: their submission servers, their users' names, and what an administrator must know.

What a provider publishes itself, in the DNS or by autoconfig, is not here, and nothing is looked up. Each row names its
sources: N = nodemailer's lib/well-known/services.json 9.0.5, T = Thunderbird's ISPDB at c6ad796, Z = ZITADEL's console,
D = the provider's documentation, O = records of real domains, M = our memory, the first to doubt when a row is wrong.
Programs that run on the user's machine (Proton Bridge, Mailpit) are left out, since no mail domain leads to them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailproof.discovery.sites import is_below
from mailproof.smtp.vocabulary import TlsMode

ADDRESS, LOCAL_PART, DOMAIN = "%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%"
"""The placeholders of the autoconfig format, used here as well."""


@dataclass(frozen=True, slots=True)
class Server:
    """One submission server."""

    host: str
    port: int
    tls_mode: TlsMode


@dataclass(frozen=True, slots=True)
class Preset:
    """The settings of one known provider.

    Attributes:
        name: The provider's name, for people.
        servers: Submission servers, best first.
        user: A template of the user to log in with; empty where it can't be derived from an address.
        advice: What an administrator must know about the login; a sentence or two.
        domains: The provider's own mail domains.
        mx: Suffixes of MX hosts, by which a customer's domain is recognised.
        source: Where the row comes from; see the module.
        spf: Suffixes of the names that a customer's SPF record includes, of providers with mailboxes.
        aliases: Suffixes of what autodiscover.DOMAIN, _autodiscover._tcp or a DKIM selector of a customer leads to.
    """

    name: str
    servers: tuple[Server, ...]
    user: str
    advice: str
    domains: tuple[str, ...]
    mx: tuple[str, ...]
    source: str
    spf: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


def _servers(host: str, implicit: tuple[int, ...], starttls: tuple[int, ...]) -> tuple[Server, ...]:
    # RFC 8314 section 3.3: implicit TLS where there is a choice.
    return (
        *(Server(host, port, TlsMode.IMPLICIT) for port in implicit),
        *(Server(host, port, TlsMode.STARTTLS) for port in starttls),
    )


def _preset(
    name: str,
    host: str,
    implicit: tuple[int, ...],
    starttls: tuple[int, ...],
    *,
    source: str,
    user: str = ADDRESS,
    advice: str = "",
    domains: str = "",
    mx: str = "",
    spf: str = "",
    aliases: str = "",
) -> Preset:
    return Preset(
        name,
        _servers(host, implicit, starttls),
        user,
        advice,
        tuple(domains.split()),
        tuple(mx.split()),
        source,
        tuple(spf.split()),
        tuple(aliases.split()),
    )


_APP_PASSWORD = "With two-factor authentication use an app password, not the account's password."  # noqa: S105 - advice
_BOTH = ((465,), (587,))

_ZOHO_REGIONS = (  # T has one file for each; the domain of the data centre is the host's
    ("zoho.com", "zoho.com zohomail.com", "zoho.com zohomail.com", "zoho.com zohomail.com"),
    ("zoho.eu", "zoho.eu zohomail.eu", "zoho.eu zohomail.eu", "zoho.eu zohomail.eu"),
    ("zoho.in", "zoho.in zohomail.in", "zoho.in zohomail.in", "zoho.in zohomail.in"),
    ("zoho.com.au", "zoho.com.au zohomail.com.au", "zoho.com.au zohomail.com.au", "zoho.com.au zohomail.com.au"),
    ("zoho.jp", "zoho.jp zohomail.jp", "zoho.jp zohomail.jp", "zoho.jp zohomail.jp"),
    ("zohocloud.ca", "zohocloud.ca zohomailcloud.ca", "zohocloud.ca zohomailcloud.ca", "zohocloud.ca zohomailcloud.ca"),
)

_IONOS_REGIONS = (  # those of Europe share their servers, and an SPF record does not say which one's customer it is
    ("de", "ionos.de", "mx00.ionos.de mx01.ionos.de kundenserver.de", "_spf-eu.ionos.com", "adsredir.ionos.info"),
    ("com", "ionos.com", "mx00.ionos.com mx01.ionos.com perfora.net 1and1.com", "_spf-us.ionos.com", ""),
    ("co.uk", "ionos.co.uk", "mx00.ionos.co.uk mx01.ionos.co.uk 1and1.co.uk", "", ""),
    ("fr", "ionos.fr", "mx00.ionos.fr mx01.ionos.fr 1and1.fr", "", ""),
    ("es", "ionos.es", "mx00.ionos.es mx01.ionos.es 1and1.es", "", ""),
    ("it", "ionos.it", "mx00.ionos.it mx01.ionos.it 1and1.it", "", ""),
)

_SES_REGIONS = (  # N; AWS has more
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "us-gov-east-1",
    "us-gov-west-1",
)

PRESETS: tuple[Preset, ...] = (
    # --- mailboxes -------------------------------------------------------------------------------------------------
    _preset(
        "Gmail",
        "smtp.gmail.com",
        *_BOTH,
        advice="Google refuses the account's password: use OAuth 2.0 (scope https://mail.google.com/), or an app "
        "password, which needs 2-Step Verification.",
        domains="gmail.com googlemail.com google.com",
        mx="google.com googlemail.com",
        spf="_spf.google.com aspmx.googlemail.com",
        source="N T Z; spf O",
    ),
    _preset(
        "Google Workspace relay",
        "smtp-relay.gmail.com",
        (465,),
        (587, 25),
        user="",
        advice="The relay must be switched on in the Workspace console, for your IP address or for SMTP AUTH; it "
        "refuses the EHLO name localhost.",
        source="N",
    ),
    _preset(
        "Microsoft 365",
        "smtp.office365.com",
        (),
        (587,),
        advice="SMTP AUTH must be enabled for the mailbox. Use OAuth 2.0 (scope https://outlook.office365.com/"
        "SMTP.Send): passwords are switched off by default from the end of 2026.",
        domains="office365.com onmicrosoft.com",
        mx="mail.protection.outlook.com mail.eo.outlook.com mx.microsoft mail.protection.partner.outlook.cn",
        spf="spf.protection.outlook.com",
        aliases="autodiscover.outlook.com autodiscover-s.outlook.com onmicrosoft.com dkim.mail.microsoft",
        source="N T Z D; spf and aliases O D; mx.microsoft O",
    ),
    _preset(
        "Outlook.com",
        "smtp-mail.outlook.com",
        (),
        (587,),
        advice="Microsoft takes OAuth 2.0 alone for personal accounts.",
        domains="outlook.com hotmail.com live.com msn.com windowslive.com outlook.de outlook.fr outlook.es outlook.it "
        "outlook.at outlook.be outlook.dk outlook.ie outlook.jp outlook.pt outlook.com.au outlook.com.br hotmail.be "
        "hotmail.ca hotmail.co.uk hotmail.de hotmail.es hotmail.fr hotmail.it hotmail.nl hotmail.se live.be live.ca "
        "live.co.uk live.com.au live.de live.dk live.fr live.it live.nl live.no live.se",  # T has some 100 more
        mx="olc.protection.outlook.com",
        source="N T",
    ),
    _preset(
        "iCloud",
        "smtp.mail.me.com",
        (),
        (587,),
        advice="Use an app-specific password. The server refuses the EHLO name localhost.",
        domains="icloud.com me.com mac.com",
        mx="mail.icloud.com",
        spf="icloud.com",
        aliases="dkim.icloudmailadmin.com",
        source="N T; mx and aliases M; spf O",
    ),
    _preset(
        "Yahoo",
        "smtp.mail.yahoo.com",
        (465,),
        (),
        advice="Use OAuth 2.0 or an app password; the account's password is refused.",
        domains="yahoo.com yahoo.ca yahoo.de yahoo.it yahoo.fr yahoo.es yahoo.se yahoo.co.in yahoo.co.uk yahoo.co.nz "
        "yahoo.com.au yahoo.com.ar yahoo.com.br yahoo.com.mx ymail.com myyahoo.com rocketmail.com cox.net",
        mx="am0.yahoodns.net",
        source="N T",
    ),
    _preset(
        "AOL",
        "smtp.aol.com",
        *_BOTH,
        advice="Use OAuth 2.0 or an app password; the account's password is refused.",
        domains="aol.com aim.com netscape.net netscape.com compuserve.com cs.com wmconnect.com aol.de aol.it aol.fr "
        "aol.es aol.se aol.co.uk aol.co.nz aol.com.au aol.com.ar aol.com.br aol.com.mx",
        mx="gm0.yahoodns.net",
        source="T; 587 N",
    ),
    _preset(
        "Fastmail",
        "smtp.fastmail.com",
        *_BOTH,
        advice="Use an app password; the account's password is refused.",
        domains="fastmail.com fastmail.fm messagingengine.com",
        mx="messagingengine.com",
        spf="spf.messagingengine.com",
        aliases="fmhosted.com messagingengine.com",
        source="N T; 587 M; spf and aliases O",
    ),
    *(
        _preset(
            f"Zoho ({region})",
            f"smtp.{region}",
            *_BOTH,
            advice=_APP_PASSWORD,
            domains=domains,
            source="N T",
        )
        for region, domains, _, _ in _ZOHO_REGIONS
    ),
    *(
        _preset(
            f"Zoho ({region}, own domain)",
            f"smtppro.{region}",
            *_BOTH,
            advice=f"A free plan has smtp.{region} instead. {_APP_PASSWORD}",
            mx=mx,
            spf=spf,
            source="D; mx M; spf O",
        )
        for region, _, mx, spf in _ZOHO_REGIONS
    ),
    _preset(
        "Proton Mail",
        "smtp.protonmail.ch",
        (),
        (587,),
        advice="The password is an SMTP token of the address, which Proton gives for custom domains of paid plans.",
        domains="proton.me protonmail.com protonmail.ch pm.me",
        mx="protonmail.ch",
        spf="_spf.protonmail.ch",
        aliases="domains.proton.ch",
        source="N D; mx O; spf and aliases O",
    ),
    _preset(
        "Migadu",
        "smtp.migadu.com",
        *_BOTH,
        domains="migadu.com",
        mx="migadu.com",
        spf="spf.migadu.com",
        source="D; mx M",
    ),
    _preset(
        "OVH",
        "ssl0.ovh.net",
        *_BOTH,
        domains="ovh.net",
        mx="mail.ovh.net",
        spf="mx.ovh.com",
        aliases="autodiscover.mail.ovh.net mailconfig.ovh.net",
        source="T; 587 D; mx and spf O; aliases D",
    ),
    _preset(
        "Gandi",
        "mail.gandi.net",
        *_BOTH,
        domains="gandi.net",
        mx="mail.gandi.net",
        spf="_mailcust.gandi.net",
        source="N T; mx and spf D",
    ),
    _preset(
        "Infomaniak",
        "mail.infomaniak.com",
        *_BOTH,
        domains="ik.me ikmail.com etik.com",
        mx="infomaniak.ch",
        spf="spf.infomaniak.ch",
        aliases="infomaniak.com",
        source="N; 465 M; mx, spf and aliases O",
    ),
    _preset(
        "GMX",
        "mail.gmx.net",
        *_BOTH,
        advice="Sending by programs must be allowed in the mailbox's settings.",
        domains="gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.biz gmx.org gmx.info",
        source="T; advice M",
    ),
    _preset(
        "GMX (international)",
        "mail.gmx.com",
        *_BOTH,
        advice="Sending by programs must be allowed in the mailbox's settings.",
        domains="gmx.com gmx.us gmx.co.uk gmx.es gmx.fr gmx.ca gmx.ie gmx.it gmx.se gmx.li",
        source="N T; advice M",
    ),
    _preset("WEB.DE", "smtp.web.de", *_BOTH, user=LOCAL_PART, domains="web.de", source="T"),
    _preset(
        "Posteo",
        "posteo.de",
        *_BOTH,
        domains="posteo.de posteo.net posteo.org posteo.eu posteo.at posteo.ch posteo.be posteo.nl posteo.us posteo.uk",
        mx="posteo.de",
        source="T",
    ),
    _preset("1&1", "smtp.1und1.de", *_BOTH, domains="online.de onlinehome.de schlund.de", source="N T"),
    *(
        _preset(
            f"IONOS ({region})",
            f"smtp.ionos.{region}",
            *_BOTH,
            domains=domains,
            mx=mx,
            spf=spf,
            aliases=aliases,
            source="T D; mx, spf and aliases O",
        )
        for region, domains, mx, spf, aliases in _IONOS_REGIONS
    ),
    _preset(
        "STRATO",
        "smtp.strato.de",
        *_BOTH,
        domains="strato.de rzone.de",
        mx="rzone.de",
        spf="_spf.strato.com _spf.strato.de",
        source="T; spf M",
    ),
    _preset(
        "Rackspace Email",
        "secure.emailsrvr.com",
        *_BOTH,
        mx="emailsrvr.com",
        spf="emailsrvr.com",
        aliases="emailsrvr.com",
        source="O; servers M",
    ),
    _preset(
        "GoDaddy",
        "smtpout.secureserver.net",
        *_BOTH,
        mx="secureserver.net",
        spf="secureserver.net",
        aliases="autodiscover.secureserver.net onsecureserver.net",
        source="O",
    ),
    _preset(
        "Namecheap Private Email",
        "mail.privateemail.com",
        *_BOTH,
        mx="privateemail.com",
        spf="privateemail.com",
        aliases="privateemail.com",
        source="O; servers M",
    ),
    _preset("Titan", "smtp.titan.email", *_BOTH, mx="titan.email", spf="titan.email", source="O; servers M"),
    _preset(
        "Hostinger",
        "smtp.hostinger.com",
        *_BOTH,
        mx="hostinger.com",
        spf="mail.hostinger.com",
        aliases="mail.hostinger.com",
        source="O; servers M",
    ),
    _preset(
        "mailbox.org",
        "smtp.mailbox.org",
        *_BOTH,
        domains="mailbox.org",
        mx="mailbox.org",
        spf="mailbox.org",
        aliases="mailbox.org",
        source="N T D; mx M",
    ),
    _preset("Aruba", "smtps.aruba.it", (465,), (), mx="aruba.it", spf="_spf.aruba.it", source="O; spf M"),
    _preset("one.com", "send.one.com", *_BOTH, mx="one.com", spf="_custspf.one.com", source="T; mx and spf M"),
    _preset(
        "Hostpoint", "asmtp.mail.hostpoint.ch", *_BOTH, mx="mail.hostpoint.ch", spf="spf.mail.hostpoint.ch", source="M"
    ),
    _preset("united-domains", "smtps.udag.de", *_BOTH, mx="udag.de", source="O; servers M"),
    _preset("TransIP", "smtp.transip.email", *_BOTH, mx="transip.email", spf="_spf.transip.email", source="M"),
    _preset("Tencent Exmail", "smtp.exmail.qq.com", (465,), (), mx="mxbiz1.qq.com mxbiz2.qq.com", source="N; mx M"),
    *(
        _preset(
            f"Amazon WorkMail ({region})",
            f"smtp.mail.{region}.awsapps.com",
            (465,),
            (),
            aliases=f"autodiscover.mail.{region}.awsapps.com",
            source="D",
        )
        for region in ("us-east-1", "us-west-2", "eu-west-1")
    ),
    _preset(
        "Yandex",
        "smtp.yandex.com",
        (465,),
        (),
        advice="Use an app password.",
        domains="yandex.ru yandex.com yandex.net yandex.by yandex.kz ya.ru narod.ru",
        mx="mx.yandex.net mx.yandex.ru",
        spf="_spf.yandex.net _spf.yandex.ru",
        source="T; advice and mx M; spf O",
    ),
    _preset(
        "Mail.ru",
        "smtp.mail.ru",
        *_BOTH,
        advice="Use an app password.",
        domains="mail.ru inbox.ru list.ru bk.ru",
        mx="emx.mail.ru",
        spf="_spf.mail.ru",
        source="N T; advice and mx M; spf O",
    ),
    # --- sending services: they have no mailboxes, but their hosts are recognised -----------------------------------
    *(
        _preset(
            f"Amazon SES ({region})",
            f"email-smtp.{region}.amazonaws.com",
            (465, 2465),
            (587, 2587, 25),
            user="",
            advice="Use SMTP credentials of this region, which are no IAM access keys. The sender must be verified.",
            source="N Z; ports beside 465 M",
        )
        for region in _SES_REGIONS
    ),
    _preset(
        "SendGrid",
        "smtp.sendgrid.net",
        (465,),
        (587, 2525, 25),
        user="apikey",
        advice="The user is literally apikey, the password an API key.",
        source="N Z",
    ),
    _preset(
        "Mailgun (US)",
        "smtp.mailgun.org",
        (465,),
        (587, 2525, 25),
        user="",
        advice="The SMTP credentials belong to the domain (postmaster@domain). US and EU are separate.",
        mx="mxa.mailgun.org mxb.mailgun.org",
        source="N Z D; mx M",
    ),
    _preset(
        "Mailgun (EU)",
        "smtp.eu.mailgun.org",
        (465,),
        (587, 2525, 25),
        user="",
        advice="The SMTP credentials belong to the domain (postmaster@domain). US and EU are separate.",
        mx="mxa.eu.mailgun.org mxb.eu.mailgun.org",
        source="D; mx M",
    ),
    _preset(
        "Postmark",
        "smtp.postmarkapp.com",
        (),
        (587, 2525, 25),
        user="",
        advice="User and password are both the server's API token.",
        source="N Z",
    ),
    _preset(
        "Mailjet",
        "in-v3.mailjet.com",
        (465,),
        (587, 2525, 25),
        user="",
        advice="The user is the API key, the password the secret key.",
        source="Z; N names in.mailjet.com",
    ),
    _preset(
        "Brevo",
        "smtp-relay.brevo.com",
        (465,),
        (587, 2525),
        user="",
        advice="The password is an SMTP key, not an API key.",
        source="N Z",
    ),
    _preset(
        "SparkPost (US)",
        "smtp.sparkpostmail.com",
        (),
        (587, 2525),
        user="SMTP_Injection",
        advice="The user is literally SMTP_Injection, the password an API key.",
        source="N; user M",
    ),
    _preset(
        "SparkPost (EU)",
        "smtp.eu.sparkpostmail.com",
        (),
        (587, 2525),
        user="SMTP_Injection",
        advice="The user is literally SMTP_Injection, the password an API key.",
        source="M",
    ),
    _preset(
        "Resend",
        "smtp.resend.com",
        (465, 2465),
        (587, 2587, 25),
        user="resend",
        advice="The user is literally resend, the password an API key.",
        source="N D",
    ),
    _preset(
        "MailerSend",
        "smtp.mailersend.net",
        (),
        (587, 2525),
        user="",
        advice="User and password are generated for the domain.",
        source="N; 2525 M",
    ),
    _preset(
        "Mandrill",
        "smtp.mandrillapp.com",
        (465,),
        (587, 2525, 25),
        user="",
        advice="The user is any text, the password an API key.",
        source="N Z",
    ),
    _preset(
        "Mailtrap",
        "live.smtp.mailtrap.io",
        (),
        (587,),
        user="api",
        advice="The user is literally api, the password an API token.",
        source="N; user M",
    ),
    _preset("Ethereal", "smtp.ethereal.email", (), (587,), advice="A test service: delivers nothing.", source="N"),
)

_BY_DOMAIN = {domain: preset for preset in PRESETS for domain in preset.domains}
_BY_HOST = {server.host: preset for preset in PRESETS for server in preset.servers}


def _suffixes(pairs: Iterable[tuple[Preset, tuple[str, ...]]]) -> list[tuple[str, Preset]]:
    """Return suffixes with their presets, the longest first: Mailgun's EU region is below its US region's name."""
    return sorted(((suffix, preset) for preset, suffixes in pairs for suffix in suffixes), key=lambda row: -len(row[0]))


_BY_MX = _suffixes((preset, preset.mx) for preset in PRESETS)
_BY_SPF = _suffixes((preset, preset.spf) for preset in PRESETS)
_BY_ALIAS = _suffixes((preset, preset.aliases) for preset in PRESETS)


def preset_of_domain(domain: str) -> Preset | None:
    """Return the preset of the provider whose own mail domain this is; None for other domains."""
    domain = domain.lower()
    # Microsoft gives each tenant its own name below onmicrosoft.com.
    return _BY_DOMAIN.get("onmicrosoft.com" if domain.endswith(".onmicrosoft.com") else domain)


def preset_of_mx(mx: str) -> Preset | None:
    """Return the preset of the provider that an MX host belongs to; None for other hosts."""
    return _by_suffix(mx, _BY_MX)


def preset_of_spf(name: str) -> Preset | None:
    """Return the preset of the provider whose mailboxes an SPF record includes by this name; None for other names."""
    return _by_suffix(name, _BY_SPF)


def preset_of_alias(name: str) -> Preset | None:
    """Return the preset of the provider that a record for mail programs or DKIM leads to; None for other names."""
    return _by_suffix(name, _BY_ALIAS)


def preset_of_server(host: str) -> Preset | None:
    """Return the preset of the provider whose submission server this is; None for other hosts."""
    return _BY_HOST.get(host.lower().rstrip("."))


def _by_suffix(name: str, rows: list[tuple[str, Preset]]) -> Preset | None:
    return next((preset for suffix, preset in rows if is_below(name, suffix)), None)
