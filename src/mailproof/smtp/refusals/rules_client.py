"""What is wrong with us as a client: the address, its reverse name, the name in EHLO. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import ENVELOPE, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code, Stage

_ANY = ENVELOPE | {Stage.GREETING, Stage.EHLO, Stage.STARTTLS}

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.CLIENT_NO_RDNS,
        "Postfix reject_unknown_client_hostname; Gmail 5.7.25; GMX, Comcast, sendmail; RFC 7372: 5.7.25",
        "rcpt 450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]",
        (
            (
                'RDNS NEG|WRONG|REQUIRED|UNKNOWN|DENIED|"fix"|"failure"|"check"|"generic"|"lookup"|"match*"|'
                '"setup"|"configure*"|"valid"|CLIENT|"resolve*"|"dns"|"missing"'
            ),
            (
                '"find your hostname"|"find your reverse hostname"|"nom inverse"|"reverse hostname*"|"reverse names"|'
                '"resolve your hostname"|"sender ip must resolve"|"ip name lookup failed"|'
                '"may not be mail exchanger"|"resolve your ip"|"find your host"|"resolve your address"|'
                '"verify your hostname"|"your hostname"'
            ),
            (
                'CLIENT "does not resolve"|"not resolve"|"must resolve"|"no hostname"|"no host name"|"lookup '
                'failed"|"hostname not found"|"without hostname"|"no dns"|"properly resolve" !EHLO'
            ),
            '"逆引き"|"反向解析"|"反向 dns"|"反解"|"反查"|"反向域名"',
        ),
        Strength.EXPLICIT,
        _ANY,
        span=90,
    ),
    RefusalRule(
        Code.CLIENT_NO_RDNS,
        "RFC 7372 section 3.3: 5.7.25 reverse DNS validation failed",
        "data 550 5.7.25 x",
        strength=Strength.STRONG,
        stages=_ANY,
        enhanced=(".7.25",),
    ),
    RefusalRule(
        Code.EHLO_REJECTED,
        "Postfix reject_*_helo_hostname, often delayed until RCPT; Exim; iCloud 450 4.7.1",
        "rcpt 550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)",
        (
            (
                '"announced yourself"|"introduce yourself"|"introduced yourself"|"greet with"|"greeted with"|'
                '"identified yourself"|"identify yourself as"|"представились"|"представляет*"|"sie melden sich als"|'
                '"vous vous presentez"|"se presenta como"|"名乗" !LOGIN'
            ),
            (
                'EHLO WRONG|DENIED|UNKNOWN|BLOCKED|"fqdn"|"fully qualified"|"hostname"|"name"|'
                '"syntactically"|"impersonat*"|"domain"|"match*"|"forged"|"fake"|"literal"|"own"|"argument"|'
                '"localhost"|"resolve*"|"legal" !SPF !"first" !"after" !LOGIN !"before" !"command '
                'unrecognized" !"unknown command" !"identity" !"missing"'
            ),
            ('"mi nhd"|"invalid hostname"|"invalid host name"|"bad hostname"'),
        ),
        Strength.EXPLICIT,
        _ANY - {Stage.STARTTLS},
        span=70,
    ),
    RefusalRule(
        Code.EHLO_REJECTED,
        "RFC 5321 section 4.1.1.1: the argument of EHLO is no domain",
        "ehlo 501 5.5.4 Invalid domain name",
        (
            (
                '"invalid domain"|"domain name"|"hostname"|"host name"|"fqdn"|"address literal"|DOMAIN WRONG|'
                "REQUIRED|UNKNOWN|DENIED"
            ),
        ),
        Strength.STRONG,
        frozenset({Stage.EHLO}),
    ),
    RefusalRule(
        Code.EHLO_REJECTED,
        "RFC 5321 section 4.1.1.1: 501 and 504 refuse the argument of EHLO",
        "ehlo 501 no",
        strength=Strength.REPLY,
        stages=frozenset({Stage.EHLO}),
        replies=("501", "504"),
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "Spamhaus, SpamCop, Barracuda, Trend Micro, Proofpoint, Cloudmark in every server's words; "
        "Microsoft 5.7.606, S3140",
        "rcpt 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; "
        "Error: open resolver",
        (
            (
                'LIST BLOCKED|DENIED|CLIENT|"using"|"found" !"domain present" !DOMAIN !"url" !"urls" '
                '!"links" !"sender domain" !"helo" !"recipients" !"reject list" !"dbl" !"greylist*" '
                '!"<domainlist>"'
            ),
            (
                '"open resolver"|"banned sending ip"|"mail from ip banned"|"ip banned"|"ip blocked"|"ip '
                'reputation"|"permanently banned"|"reputation of the sending ip"|"reputation of sending ip"|'
                '"access to submit messages"'
            ),
            (
                'BLOCKED|LIST CLIENT !"sender address" !"email address" !DOMAIN !"recipient" !"relay" '
                '!"recipients" !"link" !"attachment*" !CONTENT'
            ),
            "COUNTRY BLOCKED|DENIED !MESSAGE",
            (
                '"spam*"|"abuse"|"complaints" "from your ip"|"from your server"|"from your network"|"from '
                'your host"|"from your mail server"|"from this ip"|"from your isp"|"from your address"|"from '
                'your provider"'
            ),
            (
                '"blacklisted host"|"blacklisted server"|"blocklisted host"|"blocked host"|"spam list"|'
                '"policy rejection abuse"'
            ),
            (
                '"blocked"|"blacklisted"|"problem" "this ip"|"following ip"|"<ip>"|"ip address" "attempting to send"|'
                '"attempting to mail"|"too many unwanted"|"unwanted messages"|"too many invalid"|"spam"'
            ),
            "NETWORK BLOCKED|ABUSE|SPAM !CONTENT !ACCOUNT !RELAY !SENDER !LIMIT",
            "CONSUMER_LINE DENIED|BLOCKED|NEG|SEND|USE !RDNS",
            '"sender s server"|"sending server"|"sender s host"|"sender s ip" BLOCKED|"listed"',
            '"client" "found in"|"listed in"|"listed by"|"listed at"',
            '"your network"|"your server"|"your host"|"your ip"|"your mail server" SPAM|ABUSE',
            '"too many unknown rcpt"|"too many unknown recipients"',
            (
                '"plage"|"plages"|"range"|"ranges"|"bereich"|"rango"|"intervallo"|"faixa"|"диапазон*" '
                '"dynami*"|"residen*"|"résiden*"|"dinami*"|"динамич*"|"dialup"|"einwahl*"'
            ),
            '"amount of spam"|"amount of unsolicited" CLIENT',
            ('"permanently deferred"|"dnsbl"'),
            (
                '"ip"|"ips" "垃圾"|"屏蔽"|"白名单"|"白名單"|"黑名单"|"黑名單"|"封禁"|"封鎖"|"无权直接"|'
                '"無權直接"|"拒绝"|"拒絕"|"禁止"'
            ),
            '"hl ihu"|"hl ipb"|"mi ipb"|"mi rbl"|"dt rbl"|"wm bli"|"ip in blacklist"|"ip is rejected"',
            (
                '"you are listed"|"are listed on"|"requires confirmation"|"confirm this mail server"|"open '
                'proxy"|"not allowed to connect"|'
                '"accepting mail from your ip"|"bad sender ip"|"bad ip profile"|"access from mail server"|'
                '"currently sending spam"|"extreme bad"|"not accepting connections from"|"from this range"|'
                '"not accepted from this"|"reserved ip"|"intrusion prevention"|"unwelcome connection"|'
                '"network not allowed"|"register your ip"|"outbound mail refused"|"smtp server of your isp"|'
                '"use the smtp server"|"your isp s"|"error code s3140"|"s3150"|"client host rejected error"'
            ),
            (
                '"connection refused"|"connection rejected"|"connection denied"|"connections from"|'
                '"connection from" BLOCKED|DENIED CLIENT'
            ),
            '"aup"|"bad reputation"|"poor reputation"|"low reputation"|"reputation" "in"|CLIENT|BLOCKED !DOMAIN',
        ),
        Strength.EXPLICIT,
        _ANY,
        span=100,
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "Microsoft 5.7.511, 5.7.606 to 5.7.649: banned sending IP; 5.7.1 in Outlook's S3140 list",
        "mail 550 5.7.606 Access denied",
        strength=Strength.STRONG,
        stages=_ANY,
        enhanced=("5.7.511", *(f"5.7.{number}" for number in range(606, 650))),
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "the address is refused in words, without a list",
        "mail 550 Access from this network is prohibited",
        (
            (
                'CLIENT DENIED !RELAY !"sender" !"recipient" !SPF !LOGIN !"send mail from" !"send from" '
                '!CONTENT !"protocol" !TLS !MESSAGE'
            ),
            (
                '"your ip"|"your server"|"ip address"|"your host"|"sending ip"|"<ip>" DENIED|BLOCKED|'
                '"filtered"|"spam*" !RELAY !SPF !"send mail from" !"send from" !LOGIN'
            ),
        ),
        Strength.STRONG,
        _ANY,
        span=60,
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "a site of a block list is named, and nothing else",
        "rcpt 550 See http://www.spamhaus.org/query/bl?ip=192.0.2.1",
        ('"<addresslist>" !DOMAIN !SENDER', '"spam block*"|"local blacklist"|"local block list"'),
        Strength.WEAK,
        _ANY,
        ("5", "4"),
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "QQ 550 Connection denied: the connection, and so the address, is refused, whatever the command",
        "rcpt 550 Connection denied.",
        ('"connection denied"|"connection rejected"|"connection blocked"|"connection not allowed" !LOGIN !TLS !RELAY',),
        Strength.PLAIN,
        _ANY,
        ("5",),
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "at the greeting a server knows nothing but the address: T-Online 554 IP=… A problem occurred",
        "greeting 554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help)",
        (
            '"<ip>" !"syntax"',
            (
                '"not allowed to connect"|"access denied"|"go away"|"not welcome"|"you are not allowed"|'
                '"connection rejected"|"connection refused"|"dialup"|"dynamic"|"blocked"'
            ),
            "CLIENT DENIED|BLOCKED",
        ),
        Strength.PLAIN,
        frozenset({Stage.GREETING}),
        ("5",),
    ),
)
