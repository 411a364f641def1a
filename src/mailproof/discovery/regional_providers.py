"""Mailboxes of access providers and of regional services, as data: what an address there is sent with.

Every row is from our memory (M), and tried like any other candidate before it is told. None is compared with misspelt
names (`discovery.spelling`), since ordinary words are among them, nor with certificates and greetings
(`diagnosis.interceptors`), since what these servers call themselves is not known. Pure.
"""

from __future__ import annotations

from mailproof.discovery.preset import BOTH, LOCAL_PART, Preset, preset

_IMPLICIT = ((465,), ())
_STARTTLS = ((), (587,))

_ALLOW = "Other programs must be allowed in the mailbox's settings first."
_CODE = "It takes an authorization code from the mailbox's settings, not the account's password."
_OWN_PASSWORD = "It takes a password that is made for mail programs, not the account's."  # noqa: S105 - advice

REGIONAL_PROVIDERS: tuple[Preset, ...] = (
    preset("T-Online", "securesmtp.t-online.de", *BOTH, domains="t-online.de magenta.de", mx="t-online.de", source="M"),
    preset("Freenet", "mx.freenet.de", *BOTH, domains="freenet.de", mx="freenet.de", source="M"),
    preset(
        "Vodafone (Germany)",
        "smtp.vodafonemail.de",
        *BOTH,
        domains="vodafonemail.de vodafone.de arcor.de",
        mx="vodafonemail.de",
        source="M",
    ),
    preset("mail.de", "smtp.mail.de", *BOTH, domains="mail.de", mx="mail.de", source="M"),
    preset("Bluewin", "smtpauths.bluewin.ch", *_IMPLICIT, domains="bluewin.ch", mx="bluewin.ch", source="M"),
    preset("A1", "smtp.a1.net", *BOTH, domains="a1.net aon.at", mx="a1.net", source="M"),
    preset("Orange (France)", "smtp.orange.fr", *_IMPLICIT, domains="orange.fr wanadoo.fr", mx="orange.fr", source="M"),
    preset("Free", "smtp.free.fr", *BOTH, domains="free.fr", mx="free.fr", source="M"),
    preset("La Poste", "smtp.laposte.net", *BOTH, domains="laposte.net", mx="laposte.net", source="M"),
    preset("SFR", "smtp.sfr.fr", *BOTH, domains="sfr.fr neuf.fr", mx="sfr.fr", source="M"),
    preset("Bouygues Telecom", "smtp.bbox.fr", *BOTH, domains="bbox.fr", mx="bbox.fr", source="M"),
    preset(
        "Libero", "smtp.libero.it", *_IMPLICIT, domains="libero.it inwind.it iol.it blu.it", mx="libero.it", source="M"
    ),
    preset("Virgilio", "out.virgilio.it", *_IMPLICIT, domains="virgilio.it", mx="virgilio.it", source="M"),
    preset("Tiscali", "smtp.tiscali.it", *_IMPLICIT, domains="tiscali.it", mx="tiscali.it", source="M"),
    preset("Telenet", "smtp.telenet.be", *BOTH, domains="telenet.be", mx="telenet.be", source="M"),
    preset("Proximus", "smtp.proximus.be", *BOTH, domains="proximus.be skynet.be", mx="proximus.be", source="M"),
    preset("Ziggo", "smtp.ziggo.nl", *BOTH, domains="ziggo.nl home.nl upcmail.nl", mx="ziggo.nl", source="M"),
    preset(
        "KPN",
        "smtp.kpnmail.nl",
        *BOTH,
        domains="kpnmail.nl kpnplanet.nl planet.nl hetnet.nl",
        mx="kpnmail.nl",
        source="M",
    ),
    preset("XS4ALL", "smtp.xs4all.nl", *BOTH, domains="xs4all.nl", mx="xs4all.nl", source="M"),
    preset("Wirtualna Polska", "smtp.wp.pl", *_IMPLICIT, domains="wp.pl", mx="wp.pl", advice=_ALLOW, source="M"),
    preset("o2.pl", "poczta.o2.pl", *_IMPLICIT, domains="o2.pl tlen.pl", mx="o2.pl", advice=_ALLOW, source="M"),
    preset(
        "Onet",
        "smtp.poczta.onet.pl",
        *BOTH,
        domains="onet.pl op.pl vp.pl poczta.onet.pl onet.eu",
        mx="onet.pl",
        source="M",
    ),
    preset(
        "Interia", "poczta.interia.pl", *BOTH, domains="interia.pl interia.eu poczta.fm", mx="interia.pl", source="M"
    ),
    preset("Seznam", "smtp.seznam.cz", *BOTH, domains="seznam.cz email.cz post.cz", mx="seznam.cz", source="M"),
    preset("Centrum.cz", "smtp.centrum.cz", *BOTH, domains="centrum.cz atlas.cz volny.cz", mx="centrum.cz", source="M"),
    preset("abv.bg", "smtp.abv.bg", *_IMPLICIT, domains="abv.bg", mx="abv.bg", advice=_ALLOW, source="M"),
    preset("ukr.net", "smtp.ukr.net", *_IMPLICIT, domains="ukr.net", mx="ukr.net", advice=_OWN_PASSWORD, source="M"),
    preset("I.UA", "smtp.i.ua", *_IMPLICIT, domains="i.ua", mx="i.ua", source="M"),
    preset(
        "Rambler",
        "smtp.rambler.ru",
        *_IMPLICIT,
        domains="rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru",
        mx="rambler.ru",
        advice=_ALLOW,
        source="M",
    ),
    preset("Inbox.lv", "mail.inbox.lv", *BOTH, domains="inbox.lv", mx="inbox.lv", advice=_OWN_PASSWORD, source="M"),
    preset(
        "BT",
        "mail.btinternet.com",
        *_IMPLICIT,
        domains="btinternet.com btopenworld.com btconnect.com",
        mx="btinternet.com",
        source="M",
    ),
    preset("Sky", "smtp.tools.sky.com", *_IMPLICIT, domains="sky.com", mx="sky.com", source="M"),
    preset(
        "Virgin Media",
        "smtp.virginmedia.com",
        *_IMPLICIT,
        domains="virginmedia.com ntlworld.com blueyonder.co.uk virgin.net",
        mx="virginmedia.com",
        source="M",
    ),
    preset("Comcast", "smtp.comcast.net", *BOTH, domains="comcast.net", mx="comcast.net", advice=_ALLOW, source="M"),
    preset(
        "AT&T",
        "smtp.mail.att.net",
        *_IMPLICIT,
        domains="att.net sbcglobal.net bellsouth.net pacbell.net swbell.net ameritech.net",
        mx="att.net",
        advice="It takes a secure mail key, not the account's password.",
        source="M",
    ),
    preset("Spectrum", "mobile.charter.net", *_STARTTLS, domains="charter.net", mx="charter.net", source="M"),
    preset(
        "EarthLink",
        "smtpauth.earthlink.net",
        *BOTH,
        domains="earthlink.net mindspring.com",
        mx="earthlink.net",
        source="M",
    ),
    preset("Optimum", "mail.optimum.net", *BOTH, domains="optonline.net optimum.net", mx="optimum.net", source="M"),
    preset("Telus", "smtp.telus.net", *_IMPLICIT, domains="telus.net", mx="telus.net", source="M"),
    preset(
        "Telstra",
        "smtp.telstra.com",
        *_IMPLICIT,
        domains="bigpond.com bigpond.net.au telstra.com",
        mx="telstra.com",
        source="M",
    ),
    preset("UOL", "smtps.uol.com.br", *BOTH, domains="uol.com.br", mx="uol.com.br", source="M"),
    preset("Terra (Brazil)", "smtp.terra.com.br", *BOTH, domains="terra.com.br", mx="terra.com.br", source="M"),
    preset(
        "QQ Mail",
        "smtp.qq.com",
        *BOTH,
        domains="qq.com foxmail.com",
        mx="mx1.qq.com mx2.qq.com mx3.qq.com",
        advice=_CODE,
        source="M",
    ),
    preset(
        "NetEase 163",
        "smtp.163.com",
        *_IMPLICIT,
        domains="163.com",
        advice=_CODE,
        source="M",
    ),
    preset(
        "NetEase 126",
        "smtp.126.com",
        *_IMPLICIT,
        domains="126.com",
        advice=_CODE,
        source="M",
    ),
    preset("Sina", "smtp.sina.com", *BOTH, domains="sina.com", mx="sina.com", advice=_CODE, source="M"),
    preset(
        "Naver",
        "smtp.naver.com",
        *BOTH,
        domains="naver.com",
        mx="mx1.naver.com mx2.naver.com mx3.naver.com",
        advice=_ALLOW,
        source="M",
    ),
    preset(
        "Daum", "smtp.daum.net", *_IMPLICIT, domains="daum.net hanmail.net", mx="hanmail.net", advice=_ALLOW, source="M"
    ),
    preset("Nifty", "smtp.nifty.com", *BOTH, domains="nifty.com nifty.ne.jp", mx="nifty.com", source="M"),
    preset("OCN", "smtp.ocn.ne.jp", *_IMPLICIT, domains="ocn.ne.jp", mx="ocn.ad.jp", source="M"),
    preset("Runbox", "mail.runbox.com", *BOTH, domains="runbox.com", mx="runbox.com", source="M"),
    preset(
        "StartMail",
        "smtp.startmail.com",
        *BOTH,
        domains="startmail.com",
        mx="startmail.com",
        advice=_OWN_PASSWORD,
        source="M",
    ),
    preset("Mailfence", "smtp.mailfence.com", *_IMPLICIT, domains="mailfence.com", mx="mailfence.com", source="M"),
    preset("Riseup", "mail.riseup.net", *BOTH, domains="riseup.net", mx="riseup.net", user=LOCAL_PART, source="M"),
    preset("Disroot", "disroot.org", *BOTH, domains="disroot.org", mx="disroot.org", user=LOCAL_PART, source="M"),
    preset("Pobox", "smtp.pobox.com", *BOTH, domains="pobox.com", mx="pobox.com", source="M"),
    preset("Kolab Now", "smtp.kolabnow.com", *BOTH, domains="kolabnow.com", mx="kolabnow.com", source="M"),
)
