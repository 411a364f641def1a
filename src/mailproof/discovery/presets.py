"""Known mail providers as data: their submission servers, their users' names, and what an administrator must know.

What a provider publishes itself, in the DNS or by autoconfig, is not here, and nothing is looked up. Each row names its
sources: N = nodemailer's lib/well-known/services.json 9.0.5, T = Thunderbird's ISPDB at c6ad796, Z = ZITADEL's console,
D = the provider's documentation, M = our memory, the first to doubt when a row is wrong. Programs that run on the
user's machine (Proton Bridge, Mailpit) are left out, since no mail domain leads to them. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    name: str
    servers: tuple[Server, ...]
    user: str
    advice: str
    domains: tuple[str, ...]
    mx: tuple[str, ...]
    source: str


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
) -> Preset:
    return Preset(
        name, _servers(host, implicit, starttls), user, advice, tuple(domains.split()), tuple(mx.split()), source
    )


_APP_PASSWORD = "With two-factor authentication use an app password, not the account's password."  # noqa: S105 - advice
_BOTH = ((465,), (587,))

_ZOHO_REGIONS = (  # T has one file for each; the domain of the data centre is the host's
    ("zoho.com", "zoho.com zohomail.com", "zoho.com"),
    ("zoho.eu", "zoho.eu zohomail.eu", "zoho.eu"),
    ("zoho.in", "zoho.in zohomail.in", "zoho.in"),
    ("zoho.com.au", "zoho.com.au zohomail.com.au", "zoho.com.au"),
    ("zoho.jp", "zoho.jp zohomail.jp", "zoho.jp"),
    ("zohocloud.ca", "zohocloud.ca zohomailcloud.ca", "zohocloud.ca"),
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
        source="N T Z",
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
        mx="mail.protection.outlook.com mx.microsoft",
        source="N T Z D; mx.microsoft M",
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
        source="N T; mx M",
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
        source="N T; 587 M",
    ),
    *(
        _preset(
            f"Zoho ({region})",
            f"smtp.{region}",
            *_BOTH,
            advice=_APP_PASSWORD,
            domains=domains,
            mx=mx,
            source="N T; mx M",
        )
        for region, domains, mx in _ZOHO_REGIONS
    ),
    _preset(
        "Proton Mail",
        "smtp.protonmail.ch",
        (),
        (587,),
        advice="The password is an SMTP token of the address, which Proton gives for custom domains of paid plans.",
        domains="proton.me protonmail.com protonmail.ch pm.me",
        mx="protonmail.ch",
        source="N D; mx M",
    ),
    _preset("Migadu", "smtp.migadu.com", *_BOTH, domains="migadu.com", mx="migadu.com", source="D; mx M"),
    _preset("OVH", "ssl0.ovh.net", *_BOTH, domains="ovh.net", mx="mail.ovh.net", source="T; 587 and mx M"),
    _preset("Gandi", "mail.gandi.net", *_BOTH, domains="gandi.net", mx="mail.gandi.net", source="N T; mx M"),
    _preset(
        "Infomaniak",
        "mail.infomaniak.com",
        *_BOTH,
        domains="ik.me ikmail.com etik.com",
        mx="infomaniak.ch",
        source="N; 465 and mx M",
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
    _preset(
        "1&1 IONOS",
        "smtp.1und1.de",
        *_BOTH,
        domains="online.de onlinehome.de kundenserver.de schlund.de",
        mx="kundenserver.de",
        source="N T",
    ),
    _preset("STRATO", "smtp.strato.de", *_BOTH, domains="strato.de rzone.de", mx="rzone.de", source="T"),
    _preset(
        "Yandex",
        "smtp.yandex.com",
        (465,),
        (),
        advice="Use an app password.",
        domains="yandex.ru yandex.com yandex.net yandex.by yandex.kz ya.ru narod.ru",
        mx="mx.yandex.net",
        source="T; advice and mx M",
    ),
    _preset(
        "Mail.ru",
        "smtp.mail.ru",
        *_BOTH,
        advice="Use an app password.",
        domains="mail.ru inbox.ru list.ru bk.ru",
        source="N T; advice M",
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
# The longest suffix first: a customer of Mailgun's EU region is none of its US region.
_BY_MX = sorted(((suffix, preset) for preset in PRESETS for suffix in preset.mx), key=lambda row: -len(row[0]))


def preset_of_domain(domain: str) -> Preset | None:
    """Return the preset of the provider whose own mail domain this is; None for other domains."""
    domain = domain.lower()
    # Microsoft gives each tenant its own name below onmicrosoft.com.
    return _BY_DOMAIN.get("onmicrosoft.com" if domain.endswith(".onmicrosoft.com") else domain)


def preset_of_mx(mx: str) -> Preset | None:
    """Return the preset of the provider that an MX host belongs to; None for other hosts."""
    host = mx.lower().rstrip(".")
    return next((preset for suffix, preset in _BY_MX if host == suffix or host.endswith(f".{suffix}")), None)


def preset_of_server(host: str) -> Preset | None:
    """Return the preset of the provider whose submission server this is; None for other hosts."""
    return _BY_HOST.get(host.lower().rstrip("."))
