"""What is wrong with the sender's address or domain. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import DATA, ENVELOPE, MAIL, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code, Stage

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.TEMPORARY_FAILURE,
        "RFC 7208 section 2.6.6 temperror; amavisd, rspamd: what checks the sender or the message can't work now",
        "data 451 4.3.0 Virus scanner is down, try again later",
        (
            (
                'SPF|DKIM|SPAM|VIRUS "unreachable"|"not reachable"|"down"|"timeout"|"timed out"|"unavailable"|'
                '"temporary dns"|"dns failure"|"temperror"|"overloaded"|"not responding"|"nicht erreichbar"|'
                '"nicht verfügbar"|"indisponible"|"no disponible"|"non disponibile"|"indisponivel"|"недоступ*"|"超时"|'
                '"タイムアウト" !BLOCKED'
            ),
            '"scanner*"|"scan"|"scanning" "fail*"|"error*"|"down"|"unavailable"|"timeout"|"timed out"',
            (
                'SPF|DKIM "could not be checked"|"can not be checked"|"could not check"|"unable to check"|'
                '"lookup"|"dns error"|"temporary error"|"temporary failure"|"temporarily"|"dns timeout"|"servfail"'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("4",),
        span=60,
    ),
    RefusalRule(
        Code.SENDER_AUTHENTICATION_FAILED,
        "Gmail 5.7.26; RFC 7372: 5.7.20 to 5.7.26; RFC 7489; Exchange 5.7.23, 5.7.509, 5.7.515; iCloud, mail.ru, QQ",
        "data 550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.",
        (
            (
                'SPF|DKIM WRONG|DENIED|NEG|BLOCKED|"policy"|"check"|"record*"|"violat*"|"alignment"|'
                '"aligned"|REQUIRED|"fail*"|MESSAGE|"softfail"|"hardfail"|"validation"|"result*"|"pass*"|'
                '"reject*"|CLIENT !"duplicate" !"rate" !"greylist*" !"graylist*" '
                '!"temperror" !"temp error" !"temporary error" !"timeout" !"timed out" !"servfail"'
            ),
            (
                '"unauthenticated email"|"email is not authenticated"|"message is not authenticated"|'
                '"mail is not authenticated"|"sender is unauthenticated"|"required authentication level"|"openspf"|'
                '"mi spf"|"mi dma"|"message s spf"|"spfbl check failed"'
            ),
            (
                '"allowed to send from"|"allowed to send mail from"|"permitted to send mail for"|"authorized '
                'to send mail for"|"designated"|"allowed to send mail for"|"authorized to send from"|'
                '"permitted sender"|"allowed to send mail on" NEG CLIENT|"<host>"|"record"|DOMAIN !USER '
                '!"alias"'
            ),
            (
                '"permitted"|"allowed"|"authorized"|"designated" NEG "send for"|"send on behalf of domain"|'
                '"send mail as domain"|"mail for" CLIENT "<host>"|DOMAIN'
            ),
            'DOMAIN|"mail from" CLIENT "mismatch*"|"不一致"|"not match"',
            (
                '"for sending mail of domain"|"sender authentication fail*"|"email authentication"|"domain '
                'authentication"|"身份验证 spf"|"spf 验证"|"spf 检查"|"dmarc"'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        span=120,
    ),
    RefusalRule(
        Code.SENDER_AUTHENTICATION_FAILED,
        "RFC 7372 and RFC 8616: 5.7.20 to 5.7.24, 5.7.26, 5.7.29; Microsoft 5.7.509, 5.7.515",
        "data 550 5.7.26 x",
        strength=Strength.STRONG,
        stages=ENVELOPE,
        enhanced=(
            ".7.20",
            ".7.21",
            ".7.22",
            ".7.23",
            ".7.24",
            ".7.26",
            ".7.27",
            ".7.29",
            ".7.30",
            "5.7.509",
            "5.7.515",
            ".7.40",
        ),
    ),
    RefusalRule(
        Code.SENDER_NOT_OWNED,
        "Exchange 5.7.60 SendAsDenied, 5.2.252; Postfix: not owned by user; Zoho: Relaying "
        "disallowed as; 163, Sina, Aliyun",
        "mail 553 5.7.1 <a@x.example>: Sender address rejected: not owned by user b@x.example",
        (
            (
                '"send as this sender"|"sendasdenied*"|"not owned by"|"relaying disallowed as"|"disallowed '
                'as"|"one of your addresses"|"from and auth"|"send as"|"sendas"|"send on behalf"|"incorrect '
                'sender header"|"sender address is not allowed"|"mi sum"|"dt sum"|"unknown sender address"|'
                '"unauthorized sender"|"must equal authorized user"'
            ),
            (
                '"must equal"|"must be same"|"must be the same"|"must match"|"should be same"|"not the same"|'
                '"should be the same"|"must be equal"|"should equal"|"should match"|"is different from"|"not '
                'equal"|"not same"|"not consistent"|"inconsistent"|"different from"|"doesnt match" SENDER|'
                '"from"|LOGIN|USER|ACCOUNT !"host" !"hostname" !EHLO !"ptr" !RDNS'
            ),
            (
                'SENDER OWN SELF !"from that email" !RECIPIENT !"verified" !CLIENT !RDNS !EHLO !SPF !DKIM '
                '!"invalid" !"not registered"'
            ),
            (
                '"sender mismatch"|"mail from must"|"from must"|"mismatch with login"|"mismatch with header"|'
                '"conform with authentication"|"send mail as"|"send email as"|"sender does not match"|'
                '"sender address must match"|"sender address must be the same"|"forged sender '
                'address"|"non local account"|"sender does not belong"|"not allowed to use this sender"|"not '
                'allowed to send as"|"not permitted to send as"'
            ),
            (
                '"发件人"|"发信人"|"发件地址"|"寄件者"|"寄件人"|"mail from"|"发件邮箱"|"from 地址"|"發件人"|'
                '"发信地址"|"发送者"|"mailfrom" OWN !CLIENT'
            ),
            '"差出人"|"送信者"|"送信元"|"from アドレス" OWN',
            (
                'SENDER OWN NEG|DENIED|REQUIRED !"verified" !RECIPIENT !CLIENT !RDNS !EHLO !SPF !DKIM '
                '!"registered" !"ip" !DOMAIN'
            ),
            "SEND_AS DENIED|NEG|SCOPE|OFF !RECIPIENT !RELAY !SPF !DKIM !CLIENT",
            'ADDRESS OWN REQUIRED|NEG SELF !"from that email" !CLIENT !RDNS !EHLO !RECIPIENT !SPF !DKIM !VERIFIED',
            "OWN_ADDRESSES ONLY|DENIED|NEG|SEND !RECIPIENT !SPF !DKIM !EHLO !CLIENT",
            (
                'SENDER "angemeldet"|"logged in"|"connecte"|"autenticado"|"autenticato"|"вошли" "<address>" "aber"|'
                '"but"|"mais"|"pero"|"ma"|"mas"|"а"'
            ),
            '"<address>"|SENDER "not one of your"|"one of your aliases"|"none of your"',
            'SENDER "stimmt nicht"|"stimmen nicht" USER|LOGIN|ACCOUNT',
            (
                '"вошли"|"logged in as"|"eingeloggt als"|"connecte en tant que"|"compte connecte"|"登录账号" SENDER|'
                '"<address>"|ADDRESS OWN|NEG|DENIED'
            ),
            '"use this sender"|"use this address"|"use this from"|"use that sender"|"use the sender" DENIED',
            (
                'ACCOUNT|USER|LOGIN|"you" !"from that" "send from"|"send with"|"send mail from"|"send email '
                'from"|"send mails from" DENIED !CLIENT !"<host>" !SPF !VERIFIED'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        span=100,
    ),
    RefusalRule(
        Code.SENDER_NOT_OWNED,
        "163.com 553 Local user only, to MAIL: the sender is no user of the server, or not the one who logged in",
        "mail 553 Requested action not taken: Local user only",
        ('"local user only"|"local users only"',),
        Strength.EXPLICIT,
        MAIL,
    ),
    RefusalRule(
        Code.SENDER_DOMAIN_NOT_FOUND,
        "Postfix reject_unknown_sender_domain: 450 4.1.8; sendmail: Domain of sender address does "
        "not exist; RFC 3463 X.1.8",
        "rcpt 450 4.1.8 <a@x.internal>: Sender address rejected: Domain not found",
        (
            (
                'SENDER DOMAIN !ACCOUNT "not find"|"unable to look"|"not be resolved"|"resolv*"|"lookup"|'
                '"nicht auflos*"|"nicht aufgelost"|"resoudre"|"resolver"|"risolvere"|"не удалось найти"|"разрешить"|'
                '"解析"|"解決" !RECIPIENT !SPF !DKIM'
            ),
            (
                'SENDER DOMAIN !ACCOUNT UNKNOWN|"no mx"|"resolve*"|"nullmx"|"malformed dns"|"dns" !RECIPIENT !"local" '
                "!USER !SPF !DKIM"
            ),
            (
                '"sender address rejected domain not found"|"sender address rejected malformed dns"|'
                '"unroutable sender*"|"unrouteable sender*"|"ofr004 405"|"domain of sender*"|"sender domain must*"|'
                '"sender domain must resolve"|"mi dns"|"sender address rejected nullmx"'
            ),
            (
                'SENDER|"mailfrom"|"mail from" "mx"|"mx record*"|"null mx"|"a record"|"system address"|"not '
                'configured for mail"'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        span=90,
    ),
    RefusalRule(
        Code.SENDER_NOT_VERIFIED,
        "Amazon SES 554 Email address is not verified; SendGrid, SparkPost, Mailgun, Plunk, Azure, Postal",
        "data 554 Message rejected: Email address is not verified. The following identities failed the check in region",
        (
            (
                '"unconfigured sending domain"|"sender identity"|"verified sender"|"from sender name is not '
                'valid"|"identities failed"|"not associated with your account"|"sender signature*"|"not been '
                'linked"|"not authorized to send from that"|"not allowed to send from that"'
            ),
            (
                'SENDER|ADDRESS|DOMAIN|"identity" NEG|REQUIRED VERIFIED !RELAY !RECIPIENT !"verification failed" '
                '!"verify failed" !SPF !DKIM !"callout" !"recipient" !"unverified address" !"login" !USER '
                "!RELAY"
            ),
            (
                'SENDER|DOMAIN|"identity" !RELAY "unverified"|"unregistered"|"unconfirmed"|"unconfigured"|"not '
                'verified"|"not registered"|"not confirmed" !RECIPIENT !"unverified address"'
            ),
            (
                'SENDER|DOMAIN "pas ete valide*"|"pas encore valide*"|"pas valide dans"|"valide dans votre compte"|'
                '"pending verification"|"hinterlegen"|"hinterlegt"|"verify your domain"|"verify domain"|"ajoutez"|'
                '"noch nicht bestatigt"|"не подтвержден*"|"sending from domain is not allowed"'
            ),
            (
                '"confirm"|"verify"|"register"|"validate"|"bestatig*"|"verifizier*"|"hinterleg*"|"confirm*"|"valid*"|'
                '"подтверд*"|"验证"|"驗證" SENDER|DOMAIN|"identity" REQUIRED|"dashboard"|"console"|"account"|"konto"|'
                '"compte"|"cuenta" !RELAY !RECIPIENT !"failed" !WRONG !SPF !DKIM !USER !LOGIN !CLIENT'
            ),
            (
                'SENDER|DOMAIN REGISTERED NEG|UNKNOWN|"unknown" ACCOUNT|"dashboard"|"console"|"控制台"|"管理画面"|'
                '"panel" !RECIPIENT !USER !RELAY !SPF !DKIM !CLIENT'
            ),
            (
                '"verify"|"verifizier*"|"verifi*"|"подтверд*"|"验证" "<host>" "before"|"dns records"|"dashboard"|'
                '"first"|"add"'
            ),
            (
                'DOMAIN "not added"|"not configured"|"not set up"|"not in your account"|"not found in your '
                'account"|"not active"|"domain is not allowed to send"|"not approved"|"not linked"|"not authorised"'
            ),
        ),
        Strength.EXPLICIT,
        MAIL | DATA,
        ("5", "4"),
        span=90,
    ),
    RefusalRule(
        Code.SENDER_NOT_VERIFIED,
        "the sender's identity, told at RCPT",
        "rcpt 550 Sender domain is not verified",
        (
            (
                'SENDER|"from" NEG VERIFIED !"valid sender" !RELAY !"verify failed" !RECIPIENT !"unverified address" '
                "!SPF !USER"
            ),
        ),
        Strength.EXPLICIT,
        frozenset({Stage.RCPT}),
        ("5",),
        span=60,
    ),
    RefusalRule(
        Code.SENDER_DOMAIN_NOT_FOUND,
        "the domain is unknown, told to MAIL",
        "mail 553 x.example does not exist",
        (
            (
                'DOMAIN UNKNOWN|"resolve*"|"no mx" !ACCOUNT !RECIPIENT !"local" !USER !RELAY !"not found in your '
                'account" !"not registered"'
            ),
            '"non existent domain"|"host not found"|"host unknown"',
            '"<host>" "does not exist"|"not exist"|"not found"',
        ),
        Strength.STRONG,
        MAIL,
        span=60,
    ),
    RefusalRule(
        Code.SENDER_REJECTED,
        "a block list of domains names the sender's: vmo.de, iCloud",
        "mail 550 5.1.0 MXIN506 MailFrom domain is listed in Spamhaus.",
        (
            (
                'SENDER|"sending domain"|"your domain" "listed"|"blacklisted"|"blocklisted"|"black list" '
                'LIST|"dbl"|"<domainlist>"|DOMAIN|ADDRESS !CLIENT !"helo"'
            ),
        ),
        Strength.EXPLICIT,
        MAIL | frozenset({Stage.RCPT}),
        ("5",),
    ),
    RefusalRule(
        Code.SENDER_REJECTED,
        "Postfix reject_sender_access, reject_unlisted_sender: the sender's address is refused as such",
        "rcpt 554 5.7.1 <a@x.example>: Sender address rejected: Access denied",
        ('"sender address rejected" !RECIPIENT !CLIENT !LIST !SPAM',),
        Strength.PLAIN,
        ENVELOPE,
    ),
    RefusalRule(
        Code.SENDER_REJECTED,
        "Exim: Sender verify failed; Postfix: Sender address rejected; GoDaddy: Blank From; block "
        "lists of the recipient",
        "rcpt 550 Sender verify failed",
        (
            (
                '"sender verify failed"|"sender address rejected unverified"|"need fully qualified address"|'
                '"blank sender"|"blank from"|"null sender"|"empty sender"|"sender rejected"|"sender blocked"|'
                '"block send"|"blocked by this recipient"|"user s reject list"|"illegal sender"|"invalid '
                'sender"|"sender address verification"|"mi imf"|"mi sfk"|"mi spb"|"wm blu"|"user in '
                'blacklist"|"sender in"|"sender address is blacklisted"'
            ),
            "SENDER WRONG|BLOCKED|UNKNOWN !RECIPIENT !CLIENT !LIST !SPAM",
        ),
        Strength.PLAIN,
        ENVELOPE,
        span=60,
        recognised=False,
    ),
    RefusalRule(
        Code.SENDER_REJECTED,
        "the sender's address, told to MAIL",
        "mail 501 5.1.7 Invalid address",
        (
            (
                'ADDRESS|"mail from"|USER|MAILBOX WRONG|UNKNOWN|BLOCKED !"command*" !"syntax*" !RELAY '
                '!CLIENT !"unavailable"'
            ),
            '"administrat*" "denied"',
        ),
        Strength.PLAIN,
        MAIL,
        ("5",),
        span=60,
        recognised=False,
    ),
    RefusalRule(
        Code.SENDER_NOT_OWNED,
        "Exchange 5.7.60 SendAsDenied, 5.2.252",
        "data 550 5.7.60 x",
        strength=Strength.HINT,
        stages=ENVELOPE,
        enhanced=(".7.60", ".2.252"),
    ),
    RefusalRule(
        Code.SENDER_DOMAIN_NOT_FOUND,
        "RFC 3463 X.1.8: bad sender's system address",
        "mail 550 5.1.8 x",
        strength=Strength.HINT,
        stages=ENVELOPE,
        replies=("450", "451", "550", "553", "501", "554"),
        enhanced=(".1.8",),
    ),
    RefusalRule(
        Code.SENDER_REJECTED,
        "RFC 3463 X.1.7: bad sender's mailbox address",
        "mail 501 5.1.7 x",
        strength=Strength.HINT,
        stages=ENVELOPE,
        enhanced=(".1.7",),
    ),
)
