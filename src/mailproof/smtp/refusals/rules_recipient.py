"""What is wrong with the recipient, or with the way to it. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import DATA, ENVELOPE, RCPT, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code, Stage

_RCPT_DATA = RCPT | DATA

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.RECIPIENT_REJECTED,
        "Gmail 5.2.1 and 5.1.1: The email account that you tried to reach is disabled, does not exist",
        "rcpt 550 5.2.1 The email account that you tried to reach is disabled.",
        (
            (
                '"account that you tried to reach"|"you tried to reach" "disabled"|"does not exist"|"not '
                'exist"|"inactive"|"not found"'
            ),
            '"尝试向其发送"|"嘗試傳送"|"尝试联系的" "停用"|"不存在"|"停止"',
            (
                '"user is terminated"|"mailbox is frozen"|"mailbox currently '
                'suspended"|"honeypot"|"suppression list"|"spam trap"|"marked as inactive"|'
                '"sendernotauthenticatedforgroup"|"restrictedtorecipientspermission"|"delivery restriction*"|'
                '"sending to this group"|"on the recipient s list"|"recipient s list"'
            ),
        ),
        Strength.EXPLICIT,
        _RCPT_DATA,
    ),
    RefusalRule(
        Code.RELAY_DENIED,
        "Postfix, sendmail, Exim, Exchange 5.7.54, qmail's rcpthosts, Coremail RP:RDN; in nine languages",
        "rcpt 550 5.7.1 Unable to relay for b@x.example",
        (
            (
                'RELAY DENIED|NEG|OFF|BLOCKED|REQUIRED !QUOTA !LIMIT !"disallowed as" !LIST !"relay service" !SPF '
                '!"ip of" !EXCEEDED !"relay host" !"bypassing"'
            ),
            (
                '"rcpthosts"|"rcpthost"|"insecure mail relay"|"not permitted to relay"|'
                '"currently not permitted to"|"tenantattribution*"'
            ),
        ),
        Strength.STRONG,
        ENVELOPE,
        span=80,
    ),
    RefusalRule(
        Code.RELAY_DENIED,
        "domains that a server does not serve, told to RCPT; to MAIL they would be the sender's",
        "rcpt 550 We only accept mail for our own domains",
        (
            (
                '"rcpthosts"|"rcpthost"|"handle mail for"|"relaying mail to"|"insecure mail relay"|'
                '"not a local domain"|"not local domain"|"non local domain"|"deliver mail for"|'
                '"currently not permitted to"|"not permitted to relay"|"not our domain"|"local domains"|'
                '"not hosted here"|"do not serve"|"not handled here"|"not served here"|"local user only"|'
                '"local users only"|"rp frl"|"rp drl"|"domain is not hosted"|"domain not hosted"|'
                '"not allowed to send to destination"|"domain isn\'t allowed"|"mail for this domain"|'
                '"mail for that domain"|"mail for domain"|"not a gateway"|"sorry gateway"|"tenantattribution*"|'
                '"not responsible for"|"we do not accept mail for"|"no such domain here"|"no such domain at this"|'
                '"domain not served"'
            ),
            ("OUR_DOMAINS ONLY|NEG|DENIED|MESSAGE !SPAM"),
            ('FOREIGN_DOMAINS DENIED|NEG|RELAY|OFF|"may not" !SENDER'),
            (
                'DOMAIN "gestit*"|"geree"|"gere"|"gestiona"|"atend*"|"verwaltet"|"betreut"|"hosted"|"served"|'
                '"handled"|"alojado"|"hospedado"|"heberge*"|"gehostet"|"zuständig"|"ospitato"|"обслужива*"|"托管"|'
                '"本域" NEG'
            ),
            (
                '"ese dominio"|"este dominio"|"esse dominio"|"ce domaine"|"diese domain"|"questo dominio"|'
                '"этого домена"|"этот домен"|"этом домене"|"该域"|"此域"|"このドメイン"|"that domain"|"this domain" '
                "DENIED|NEG !UNKNOWN !SENDER !SPF !DKIM"
            ),
        ),
        Strength.STRONG,
        _RCPT_DATA,
        span=80,
    ),
    RefusalRule(
        Code.RECIPIENT_REJECTED,
        "Gmail, Exim: the recipient's account is switched off",
        "rcpt 550 5.2.1 This account is disabled",
        ('"account is disabled"|"account disabled"|"account is inactive"|"account has been disabled" !"your" !SEND',),
        Strength.EXPLICIT,
        RCPT,
    ),
    RefusalRule(
        Code.RELAY_DENIED,
        "Exim: You are not allowed to send email",
        'rcpt 550 "You are not allowed to send email"',
        (
            (
                '"not allowed to send email"|"not allowed to send mail"|"not permitted to send mail"|"not '
                'allowed to relay"'
            ),
        ),
        Strength.PLAIN,
        RCPT,
        ("5",),
    ),
    RefusalRule(
        Code.RELAY_DENIED,
        "Exchange Online 550 5.7.64 TenantAttribution; Exchange 550 5.7.54",
        "rcpt 550 5.7.54 SMTP",
        strength=Strength.HINT,
        enhanced=("5.7.64", "5.7.54", "5.7.367"),
    ),
    RefusalRule(
        Code.MAILBOX_FULL,
        "RFC 3463 X.2.2; Gmail 552 5.2.2; web.de, Orange, Coremail RP:UQT, docomo",
        "rcpt 550 Mailbox quota exceeded / Mailbox voll.",
        (
            (
                '"messages on the server"|"mails on the server"|"mails auf dem server"|"quota violation"|'
                '"allowed quota"|"diskspace quota"|"userdisk quota"|"domaindisk quota"|'
                '"mail quota exceeded"|"not enough space"'
            ),
            (
                'MAILBOX|USER|RECIPIENT|ACCOUNT FULL !"sending" !"send" !"submission" !RECIPIENTS !"rate" '
                '!SEND !LARGE !PERIOD !"message size" !"too many recipients"'
            ),
            (
                '"mailbox"|"inbox"|"user"|"recipient*"|"account"|"postfach"|"boite"|"buzon"|"casella"|'
                '"caixa"|"ящик*"|"邮箱"|"郵箱"|"信箱"|"メールボックス"|"受信箱"|"帐户"|"帳戶" "full"|"over '
                'quota"|"overquota"|"quota exceeded"|"storage"|"voll"|"pleine"|"plein"|"lleno"|"llena"|'
                '"piena"|"cheia"|"переполнен*"|"已满"|"满"|"滿"|"空间不足"|"配额"|"配額"|"いっぱい"|"満杯"|'
                '"容量"|"超过"|"超過"|"超出"'
            ),
            '"you tried to reach" "over quota"|"quota"|"full"',
            (
                '"over quota"|"overquota"|"mailbox full"|"disk quota"|"user is over"|"quota full"|'
                '"shutoffquota*"|"out of storage"|"too much mail data"|"rp uqt"|"mailbox limit"|"storage '
                'quota"|"exceeded storage"|"mailfolder is full"|"insufficient system storage for user"|'
                '"mailbox size limit"|"quota exceed*" !SEND !PERIOD !"message quota" !"sending" !"queue"'
            ),
            '"超过配额"|"超出配额"|"空间已满"|"容量已满"',
        ),
        Strength.STRONG,
        _RCPT_DATA,
        span=70,
    ),
    RefusalRule(
        Code.MAILBOX_FULL,
        "Gmail 452 4.2.2 OverQuotaTemp; docomo 552 Too much mail data; iCloud 552 5.2.2",
        "rcpt 452 4.2.2 The email account that you tried to reach is over quota.",
        (
            (
                '"over quota"|"overquota"|"too much mail data"|"over their quota"|"over its quota"|'
                '"exceeding their quota"|"exceeded its quota"|"exceeded their quota"|"mailbox full"|"mailbox '
                'is full"|"inbox is full"|"inbox full"|"storage quota"|"disk quota" !SEND !PERIOD !"sending" '
                '!"message quota"'
            ),
            '"邮箱已满"|"信箱已满"|"郵箱已滿"|"信箱已滿"|"邮箱空间"|"邮箱容量"|"超过配额"|"超出配额"|"超过存储"',
        ),
        Strength.EXPLICIT,
        _RCPT_DATA,
    ),
    RefusalRule(
        Code.RECIPIENT_DOMAIN_NOT_FOUND,
        "Postfix reject_unknown_recipient_domain: 450 4.1.2; sendmail: Host unknown; RFC 3463 X.1.2; Gmail 553 5.1.2",
        "rcpt 450 4.1.2 <b@x.example>: Recipient address rejected: Domain not found",
        (
            (
                '"no mail server found"|"no mail server for"|"host lookup failed"|"domain lookup failed"|'
                '"no mail exchanger"|"no domain"|"recipient address rejected domain not found"|"domain must exist"|'
                '"host unreachable"|"domain not found"|"host unknown"|"host not found"|"unknown host"|'
                '"invalid domain"|"no such domain"|"unknown domain"|"domain does not exist"|'
                '"domain is not reachable"|"domain not reachable"|"unrouteable domain"|"domain name not found"|'
                '"invalid destination domain"|"bad destination system"|"no mx"|"nullmx"|"null mx"|"dns resolve"|'
                '"name server timeout"|"denied domain name"|"unreachable host"|"domain lookup"|"nxdomain"|'
                '"mx record*"|"not find domain"|"domain can not be resolved"|"unable to resolve"|"dns lookup"|'
                '"unresolvable"|"no data by dns" !SENDER !EHLO'
            ),
            (
                'DOMAIN UNKNOWN|"resolve*"|"reachable" !SENDER !USER !MAILBOX !"local" !SPF !"does not '
                'accept" !RELAY !"access" !ACCOUNT'
            ),
            'RECIPIENT DOMAIN UNKNOWN|"no mx"|"resolve*"|"dns" !SENDER',
        ),
        Strength.STRONG,
        _RCPT_DATA,
        span=70,
    ),
    RefusalRule(
        Code.RECIPIENT_REJECTED,
        "RFC 3463 X.1.1, X.2.1 in words; Postfix, Exim, Exchange 5.1.10; nine languages",
        "rcpt 550 5.1.1 <b@x.example>: Recipient address rejected: User unknown in local recipient table",
        (
            'USER|MAILBOX|RECIPIENT UNKNOWN|SUSPENDED|OFF !"unavailable" !NOW !SPAM !CLIENT !LARGE !SENDER',
            "USER|MAILBOX|RECIPIENT UNKNOWN !SENDER",
            'ADDRESS UNKNOWN|SUSPENDED|OFF !NOW !"unavailable" !SENDER !CLIENT',
            'ACCOUNT UNKNOWN|SUSPENDED|OFF !NOW !"unavailable" !SENDER',
            (
                '"not in route list"|"unrouteable address"|"undeliverable address"|"no valid recipients"|'
                '"no mailbox here"|"no such user"|"user unknown"|"not our customer"|"invalid recipient"|'
                '"policy rejection on the target"|"destination domain"|"rp rpb"|"rp rdn"|"invalid user"|'
                '"all recipient addresses rejected"|"not local"|"inactive mbox" !SENDER'
            ),
            (
                '"recipient address rejected"|"rcptto"|"empfänger"|"destinataire"|"destinatario"|'
                '"получатель"|"收件人"|"宛先" UNKNOWN|"inactive"|"invalid*"'
            ),
            '"account" "receive" NEG',
        ),
        Strength.PLAIN,
        RCPT,
        span=80,
    ),
    RefusalRule(
        Code.RECIPIENT_REJECTED,
        "an unknown or closed recipient, told after DATA",
        "data 554 delivery error: dd This user doesn't have a example.com account (b@example.com) [-9]",
        (
            "USER|MAILBOX|RECIPIENT UNKNOWN !SENDER !SPAM !CLIENT !FULL",
            (
                '"no valid recipients"|"invalid mailbox"|"no such user"|"unknown user"|"user unknown"|"user '
                'doesn"|"recipient not found"|"recipient rejected"|"no recipients"|"mail rejected by '
                'destination domain"|"aucun destinataire"'
            ),
        ),
        Strength.PLAIN,
        DATA,
        ("5",),
        span=70,
    ),
    RefusalRule(
        Code.RECIPIENT_DOMAIN_NOT_FOUND,
        "RFC 3463 X.1.2, X.4.4 (no route)",
        "rcpt 550 5.1.2 x",
        strength=Strength.HINT,
        stages=_RCPT_DATA,
        enhanced=(".1.2", ".4.4"),
        replies=("5", "450"),
    ),
    RefusalRule(
        Code.RECIPIENT_REJECTED,
        "RFC 3463 X.1.1, X.1.3, X.1.6, X.2.1; Exchange 5.1.10, 5.4.1",
        "rcpt 550 5.1.1 x",
        strength=Strength.HINT,
        stages=RCPT,
        enhanced=(".1.1", ".1.10", ".2.1", ".1.6", ".1.3"),
        replies=("5",),
    ),
    RefusalRule(
        Code.MAILBOX_FULL,
        "RFC 3463 X.2.2",
        "rcpt 452 4.2.2 x",
        strength=Strength.HINT,
        stages=ENVELOPE,
        enhanced=(".2.2",),
    ),
    RefusalRule(
        Code.MAILBOX_FULL,
        "RFC 5321 section 4.2.3: 552 to RCPT",
        "rcpt 552 x",
        strength=Strength.REPLY,
        stages=frozenset({Stage.RCPT}),
        replies=("552",),
    ),
)
