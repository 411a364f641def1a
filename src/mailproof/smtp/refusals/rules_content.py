"""What is wrong with the message. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import DATA, ENVELOPE, MAIL, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.SMTPUTF8_NOT_SUPPORTED,
        "RFC 6531 section 3.5; RFC 5248: X.6.7, X.6.9",
        "mail 553 5.6.7 Must declare SMTPUTF8 to send unicode address",
        (
            (
                '"smtputf8"|"non ascii"|"utf8smtp"|"internationalized"|"internationalised"|"unicode"|"ascii"|'
                '"umlaut*"|"idn"|"eai"|"punycode" NEG|REQUIRED|DENIED|WRONG|ADDRESS'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
    ),
    RefusalRule(
        Code.CONTENT_REJECTED,
        "Gmail 552 5.7.0; viruses, attachments and spam verdicts on the message in every filter's words",
        "data 552 5.7.0 This message was blocked because its content presents a potential security issue.",
        (
            'VIRUS !"clean" !"no virus"',
            (
                '"attachment*"|"anhang"|"anhange"|"piece jointe"|"pieces jointes"|"adjunto*"|"allegat*"|'
                '"anexo*"|"вложени*"|"附件"|"添付"|"dateianhang*" DENIED|WRONG|BLOCKED|NEG|TOO_MANY|EXCEEDED|'
                '"illegal"|"dangerous"|"guidelines" !LARGE'
            ),
            (
                '"content"|"contents"|"subject"|"header*"|"inhalt"|"contenu"|"contenido"|"contenuto"|'
                '"conteudo"|"内容"|"內容"|"from header" DENIED|WRONG|BLOCKED|SPAM|REQUIRED|"security issue"|'
                '"mandatory"|"missing"|"multiple"|"compliant"|"duplicate"|"malformed" !"length" !SENDER !SPF '
                "!DKIM"
            ),
            (
                '"bare cr"|"bare lf"|"bare newline*"|"line is too long"|"line too long"|"lines too long"|'
                '"line length"|"domain present in"|"8 bit data"|"illegal attachment"|"dt sur"|"uribl"|'
                '"surbl"|"content filter*"|"banned file*"|"mime"|"multipart"|"<domainlist>"|"from header"|'
                '"from address in"|"missing a valid address"'
            ),
            'FILE DENIED|BLOCKED|"违反"|"違反"|"security"|"sicherheit*" !LARGE !SIZE !"files" !SPF',
            'CONTENT "敏感"|"违反"|"違反"|"违规"|"違規"|"违禁"|"違禁"|"forbidden"|"prohibited"|"violat*"',
            '"bare <lf>"|"bare <cr>"',
            '"url"|"urls"|"link"|"links" BLOCKED|LIST|SPAM|DENIED',
        ),
        Strength.EXPLICIT,
        DATA,
        span=90,
    ),
    RefusalRule(
        Code.CONTENT_REJECTED,
        "spam verdicts on the message: rspamd, Exchange, mail.ru, Yandex, T-Online, GoDaddy, QQ, 163 DT:SPM, SFR",
        "data 554 5.7.1 Spam message rejected",
        (
            (
                'SPAM DENIED|MESSAGE|"detected"|"score"|"filter*"|BLOCKED|"policy"|"suspicion"|"probable"|'
                '"classified"|"considered"|WRONG|"verdacht"|"erkannt"|"detecte*"|"识别"|"判定"|"判断"|"特征" '
                "!CLIENT !ACCOUNT"
            ),
            "SPAM",
            '"dt spm"|"mi spm"|"spm"',
        ),
        Strength.STRONG,
        DATA,
        span=90,
    ),
    RefusalRule(
        Code.CONTENT_REJECTED,
        "spam verdicts that come before DATA, on the message and not on the client",
        "rcpt 554 5.7.1 Email cannot be delivered. Reason: Email flagged as Spam.",
        (
            (
                'SPAM MESSAGE|"possible"|"suspected"|"flagged" DENIED|"flagged"|BLOCKED|NEG|"possible"|'
                '"suspected" !CLIENT !LIST !"geoip" !ACCOUNT !MAILBOX !SENDER'
            ),
            '"mi spm"',
            "VIRUS MESSAGE",
        ),
        Strength.PLAIN,
        ENVELOPE,
        ("5", "452"),
        span=70,
    ),
    RefusalRule(
        Code.CONTENT_REJECTED,
        "policies on the message: Microsoft TRANSPORT.RULES, Mimecast, Zoho, Yahoo PH01, Gmail's suspicious message",
        "data 550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy",
        (
            (
                '"content policy"|"transport rules"|"rejectmessage"|"ph01"|"spoofed"|"impersonat*"|'
                '"suspicious"|"dangerous"|"content polic*"|"not rfc"|"rfc 5322"|"rfc 822"|"822 bis"|"message '
                'format"|"fishing"|"json parsing"|"parsing error"'
            ),
            '"blocked for content"|"rejected for content"',
        ),
        Strength.PLAIN,
        DATA,
        ("5",),
        span=90,
    ),
    RefusalRule(
        Code.MESSAGE_TOO_LARGE,
        "RFC 1870 section 6; RFC 3463 X.3.4; qmail databytes; Coremail RP:SMS, DT:SMS; Gmail 552 5.2.3",
        "mail 552 5.3.4 Message size exceeds fixed limit",
        (
            'SIZE MAXIMUM !MAILBOX !QUOTA !"line" !"header" !CONNECTION !RECIPIENT !RECIPIENTS !USER !"queue"',
            (
                'MESSAGE|CONTENT LARGE EXCEEDED|TOO_MANY|"too large"|"too big"|"zu gross*"|"trop"|'
                '"demasiado"|"muito grande"|"maior"|"слишком"|"больше"|"过大"|"過大"|"太大"|"大きすぎ"|'
                '"大き過ぎ"|"超"|"volumineu*"|"fixed"|"reduce"|"maximum" !"mailbox" !"line"'
            ),
            (
                '"too large"|"too big"|"size exceed*"|"exceeds maximum size"|"maximum message size"|"message '
                'size exceeds"|"max message size"|"mail size"|"mailsize limit"|"databytes"|"size limit"|"rp '
                'sms"|"dt sms"|"length of data content"|"length of attach"|"message file too big"|"size '
                'exceeds"|"exceeds size"|"exceeded size"|"oversize*"|"exceeded mailsize*" !"mailbox" '
                '!"header" !"line" !CONNECTION'
            ),
        ),
        Strength.STRONG,
        ENVELOPE,
        span=90,
    ),
    RefusalRule(
        Code.MESSAGE_REJECTED,
        "Coremail DT:MTH; RFC 3463 X.4.6: too many hops",
        "data 554 5.4.6 Too many hops",
        (
            (
                '"too many hops"|"mail loop"|"hop count"|"routing loop"|"dt mth"|"too many received"|"loop '
                'detected"|"loops back"'
            ),
        ),
        Strength.STRONG,
        DATA,
    ),
    RefusalRule(
        Code.MESSAGE_TOO_LARGE,
        "RFC 3463 X.3.4, X.2.3",
        "data 552 5.3.4 x",
        strength=Strength.HINT,
        stages=ENVELOPE,
        enhanced=(".3.4", ".2.3"),
        replies=("552", "523", "534", "550", "452"),
    ),
    RefusalRule(
        Code.SMTPUTF8_NOT_SUPPORTED,
        "RFC 6531 section 3.5; RFC 5248: X.6.7, X.6.9",
        "mail 553 5.6.7 x",
        strength=Strength.HINT,
        stages=ENVELOPE,
        replies=("5",),
        enhanced=(".6.7", ".6.9"),
    ),
    RefusalRule(
        Code.CONTENT_REJECTED,
        "RFC 3463 X.6.1: media not supported",
        "data 554 5.6.1 x",
        strength=Strength.HINT,
        stages=DATA,
        replies=("5",),
        enhanced=(".6.1",),
    ),
    RefusalRule(
        Code.MESSAGE_TOO_LARGE,
        "RFC 1870 section 6.1: 552",
        "mail 552 x",
        strength=Strength.REPLY,
        stages=MAIL,
        replies=("552",),
    ),
)
