"""Known providers of mailboxes, as data: what a customer's records lead to, and the submission servers there.

What a provider publishes itself, in the DNS or by autoconfig, is not here, and nothing is looked up. `discovery.preset`
says what the sources are. Pure.
"""

from __future__ import annotations

from mailproof.discovery.preset import BOTH, LOCAL_PART, Preset, preset
from mailproof.domain.phrase import Phrase, say, sentences

_APP_PASSWORD = "With two-factor authentication use an app password, not the account's password."  # noqa: S105 - advice

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

MAILBOX_PROVIDERS: tuple[Preset, ...] = (
    preset(
        "Gmail",
        "smtp.gmail.com",
        *BOTH,
        advice="Google refuses the account's password: use OAuth 2.0 (scope https://mail.google.com/), or an app "
        "password, which needs 2-Step Verification.",
        domains="gmail.com googlemail.com google.com",
        mx="google.com googlemail.com",
        spf="_spf.google.com aspmx.googlemail.com",
        source="N T Z; spf O",
    ),
    preset(
        "Google Workspace relay",
        "smtp-relay.gmail.com",
        (465,),
        (587, 25),
        user="",
        advice="The relay must be switched on in the Workspace console, for your IP address or for SMTP AUTH; it "
        "refuses the EHLO name localhost.",
        source="N",
    ),
    preset(
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
    preset(
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
    preset(
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
    preset(
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
    preset(
        "AOL",
        "smtp.aol.com",
        *BOTH,
        advice="Use OAuth 2.0 or an app password; the account's password is refused.",
        domains="aol.com aim.com netscape.net netscape.com compuserve.com cs.com wmconnect.com aol.de aol.it aol.fr "
        "aol.es aol.se aol.co.uk aol.co.nz aol.com.au aol.com.ar aol.com.br aol.com.mx",
        mx="gm0.yahoodns.net",
        source="T; 587 N",
    ),
    preset(
        "Fastmail",
        "smtp.fastmail.com",
        *BOTH,
        advice="Use an app password; the account's password is refused.",
        domains="fastmail.com fastmail.fm messagingengine.com",
        mx="messagingengine.com",
        spf="spf.messagingengine.com",
        aliases="fmhosted.com messagingengine.com",
        source="N T; 587 M; spf and aliases O",
    ),
    *(
        preset(
            f"Zoho ({region})",
            f"smtp.{region}",
            *BOTH,
            advice=_APP_PASSWORD,
            domains=domains,
            source="N T",
        )
        for region, domains, _, _ in _ZOHO_REGIONS
    ),
    *(
        preset(
            f"Zoho ({region}, own domain)",
            f"smtppro.{region}",
            *BOTH,
            advice=sentences((say("A free plan has smtp.{region} instead.", region=region), Phrase(_APP_PASSWORD, {}))),
            mx=mx,
            spf=spf,
            source="D; mx M; spf O",
        )
        for region, _, mx, spf in _ZOHO_REGIONS
    ),
    preset(
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
    preset(
        "Migadu",
        "smtp.migadu.com",
        *BOTH,
        domains="migadu.com",
        mx="migadu.com",
        spf="spf.migadu.com",
        source="D; mx M",
    ),
    preset(
        "OVH",
        "ssl0.ovh.net",
        *BOTH,
        domains="ovh.net",
        mx="mail.ovh.net",
        spf="mx.ovh.com",
        aliases="autodiscover.mail.ovh.net mailconfig.ovh.net",
        source="T; 587 D; mx and spf O; aliases D",
    ),
    preset(
        "Gandi",
        "mail.gandi.net",
        *BOTH,
        domains="gandi.net",
        mx="mail.gandi.net",
        spf="_mailcust.gandi.net",
        source="N T; mx and spf D",
    ),
    preset(
        "Infomaniak",
        "mail.infomaniak.com",
        *BOTH,
        domains="ik.me ikmail.com etik.com",
        mx="infomaniak.ch",
        spf="spf.infomaniak.ch",
        aliases="infomaniak.com",
        source="N; 465 M; mx, spf and aliases O",
    ),
    preset(
        "GMX",
        "mail.gmx.net",
        *BOTH,
        advice="Sending by programs must be allowed in the mailbox's settings.",
        domains="gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.biz gmx.org gmx.info",
        source="T; advice M",
    ),
    preset(
        "GMX (international)",
        "mail.gmx.com",
        *BOTH,
        advice="Sending by programs must be allowed in the mailbox's settings.",
        domains="gmx.com gmx.us gmx.co.uk gmx.es gmx.fr gmx.ca gmx.ie gmx.it gmx.se gmx.li",
        source="N T; advice M",
    ),
    preset("WEB.DE", "smtp.web.de", *BOTH, user=LOCAL_PART, domains="web.de", source="T"),
    preset(
        "Posteo",
        "posteo.de",
        *BOTH,
        domains="posteo.de posteo.net posteo.org posteo.eu posteo.at posteo.ch posteo.be posteo.nl posteo.us posteo.uk",
        mx="posteo.de",
        source="T",
    ),
    preset("1&1", "smtp.1und1.de", *BOTH, domains="online.de onlinehome.de schlund.de", source="N T"),
    *(
        preset(
            f"IONOS ({region})",
            f"smtp.ionos.{region}",
            *BOTH,
            domains=domains,
            mx=mx,
            spf=spf,
            aliases=aliases,
            source="T D; mx, spf and aliases O",
        )
        for region, domains, mx, spf, aliases in _IONOS_REGIONS
    ),
    preset(
        "STRATO",
        "smtp.strato.de",
        *BOTH,
        domains="strato.de rzone.de",
        mx="rzone.de",
        spf="_spf.strato.com _spf.strato.de",
        source="T; spf M",
    ),
    preset(
        "Rackspace Email",
        "secure.emailsrvr.com",
        *BOTH,
        mx="emailsrvr.com",
        spf="emailsrvr.com",
        aliases="emailsrvr.com",
        source="O; servers M",
    ),
    preset(
        "GoDaddy",
        "smtpout.secureserver.net",
        *BOTH,
        mx="secureserver.net",
        spf="secureserver.net",
        aliases="autodiscover.secureserver.net onsecureserver.net",
        source="O",
    ),
    preset(
        "Namecheap Private Email",
        "mail.privateemail.com",
        *BOTH,
        mx="privateemail.com",
        spf="privateemail.com",
        aliases="privateemail.com",
        source="O; servers M",
    ),
    preset("Titan", "smtp.titan.email", *BOTH, mx="titan.email", spf="titan.email", source="O; servers M"),
    preset(
        "Hostinger",
        "smtp.hostinger.com",
        *BOTH,
        mx="hostinger.com",
        spf="mail.hostinger.com",
        aliases="mail.hostinger.com",
        source="O; servers M",
    ),
    preset(
        "mailbox.org",
        "smtp.mailbox.org",
        *BOTH,
        domains="mailbox.org",
        mx="mailbox.org",
        spf="mailbox.org",
        aliases="mailbox.org",
        source="N T D; mx M",
    ),
    preset("Aruba", "smtps.aruba.it", (465,), (), mx="aruba.it", spf="_spf.aruba.it", source="O; spf M"),
    preset("one.com", "send.one.com", *BOTH, mx="one.com", spf="_custspf.one.com", source="T; mx and spf M"),
    preset(
        "Hostpoint", "asmtp.mail.hostpoint.ch", *BOTH, mx="mail.hostpoint.ch", spf="spf.mail.hostpoint.ch", source="M"
    ),
    preset("united-domains", "smtps.udag.de", *BOTH, mx="udag.de", source="O; servers M"),
    preset("TransIP", "smtp.transip.email", *BOTH, mx="transip.email", spf="_spf.transip.email", source="M"),
    preset("Tencent Exmail", "smtp.exmail.qq.com", (465,), (), mx="mxbiz1.qq.com mxbiz2.qq.com", source="N; mx M"),
    *(
        preset(
            f"Amazon WorkMail ({region})",
            f"smtp.mail.{region}.awsapps.com",
            (465,),
            (),
            aliases=f"autodiscover.mail.{region}.awsapps.com",
            source="D",
        )
        for region in ("us-east-1", "us-west-2", "eu-west-1")
    ),
    preset(
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
    preset(
        "Mail.ru",
        "smtp.mail.ru",
        *BOTH,
        advice="Use an app password.",
        domains="mail.ru inbox.ru list.ru bk.ru",
        mx="emx.mail.ru",
        spf="_spf.mail.ru",
        source="N T; advice and mx M; spf O",
    ),
)
