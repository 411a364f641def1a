"""What single providers and servers mean by their own words and codes, where these are documented. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import AUTH, DATA, ENVELOPE, GREETING, MAIL, RCPT, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code, Stage

_ANY = ENVELOPE | {Stage.GREETING, Stage.EHLO, Stage.STARTTLS}

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.RATE_LIMITED,
        "Yahoo and AOL, https://senders.yahooinc.com/smtp-error-codes/: TSS04, TS01, TS02, GL01: retry, send slower",
        "greeting 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user "
        "complaints",
        (
            '"tss04"|"tss05"|"tss09"|"ts01"|"ts02"|"ts04"|"gl01"|"iptss04"|"ipts04"',
            '"temporarily deferred" "messages from"|"message from"|"unexpected volume"',
        ),
        Strength.EXPLICIT,
        _ANY,
        ("4",),
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "Yahoo TS03, BL21, BL23; AOL DYN:T1, RTR:BL, RLY:B1, CON:B1; Outlook.com S3140, S3150, S843, DY-001, SC-001, "
        "OU-001, RP-001; Proofpoint and Trellix: https://ipcheck.proofpoint.com/; Gmail 4.7.0 whitelist; AT&T",
        "rcpt 554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1",
        (
            '"ts03"|"bl21"|"bl23"|"dyn t1"|"rtr bl"|"rtr be"|"rly b1"|"con b1"|"rly bl"|"rly ch"',
            '"s3140"|"s3150"|"dy 001"|"dy 002"|"sc 001"|"sc 002"|"sc 003"|"ou 001"|"ou 002"|"rp 001"|"rp 002"|"rp 003"',
            '"blocked see" "<addresslist>"',
            '"not in whitelist for rcpt domain"|"blocked for abuse"|"dictionary attack*"',
            '"denied" "mode normal" !RECIPIENT',
            (
                '"your ip"|"sending ip"|"ip address"|"your server" '
                '"block list"|"blocklist*"|"blacklist*"|"black list"|"on a list" !DOMAIN'
            ),
            '"blacklist ip"|"ip blacklist*"|"ip blocklist*"',
            '"too many bad recipients"|"too many invalid recipients"|"too many unknown recipients" CLIENT|"connection"',
            '"poor reputation sender"|"poor reputation domain or ip"|"directory harvest*"',
        ),
        Strength.EXPLICIT,
        _ANY,
        span=70,
    ),
    RefusalRule(
        Code.CLIENT_NO_RDNS,
        "AOL DNS:NR, DNS:B1",
        "greeting 421 DNS:NR",
        ('"dns nr"|"dns b1"',),
        Strength.EXPLICIT,
        _ANY,
    ),
    RefusalRule(
        Code.CONTENT_REJECTED,
        "Apple CS01, CS02, HM08; AOL HVU:B1 (a link in the message); Yahoo PH01; Mimecast: Email rejected due to "
        "security policies; GMX, WEB.DE, 1&1: policy restrictions after DATA; Symantec: Message filtered; rspamd",
        "data 554 Email rejected due to security policies",
        (
            '"cs01"|"cs02"|"hm07"|"hm08"|"hvu b1"|"hvu b2"|"ph01"',
            '"security policies" "email rejected"|"mail rejected"|"message rejected"',
            '"due to policy restrictions"',
            '"message filtered"|"mail filtered"|"email filtered"|"cs message blocked"',
            '"matched map" "body"|"subject"|"content"|"url"|"header"',
            '"spamsignature*"|"mcspamsignature*"|"high probability of spam"|"likely unsolicited"',
            '"header"|"headers" LARGE|"too many" !"received"',
            '"archive*"|"executable*"|"macro*"|"password protected" DENIED|BLOCKED|NEG',
            '"lone cr"|"lone lf"|"nul characters"|"null characters"|"nul character"|"control character*"',
        ),
        Strength.EXPLICIT,
        DATA,
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "GMX, 1&1, https://postmaster.gmx.net/en/error-messages: policy restrictions before DATA",
        "mail 550 Reject due to policy restrictions.",
        ('"due to policy restrictions"',),
        Strength.EXPLICIT,
        MAIL | {Stage.GREETING},
    ),
    RefusalRule(
        Code.SENDER_AUTHENTICATION_FAILED,
        "Mimecast: Anti-Spoofing policy; Exim and Sophos: mail from our own domain that comes from outside",
        "data 550 Rejected by header based Anti-Spoofing policy",
        (
            '"anti spoofing"|"antispoofing"|"anti spoof"|"inbound spoof*"|"internal spoof*"|"spoofing" !"virus"',
            '"spoofed" SENDER|DOMAIN',
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
    ),
    RefusalRule(
        Code.SENDER_AUTHENTICATION_FAILED,
        "Gmail, https://support.google.com/a/answer/3726730: 4.7.24, 5.7.24",
        "data 451 4.7.24 The SPF record of the sending domain has one or more suspicious entries.",
        ('"spf record" "suspicious entries"',),
        Strength.EXPLICIT,
        ENVELOPE,
    ),
    RefusalRule(
        Code.SENDER_AUTHENTICATION_FAILED,
        "Gmail, https://support.google.com/a/answer/3726730: 4.7.26, 4.7.27, 4.7.30, 4.7.32, 5.7.26, 5.7.32",
        "data 421 4.7.32 Your email has been rate limited because the From: header isn't aligned",
        strength=Strength.EXPLICIT,
        stages=ENVELOPE,
        enhanced=("4.7.26", "4.7.27", "4.7.30", ".7.32", "4.7.31", "5.7.31"),
    ),
    RefusalRule(
        Code.SENDER_REJECTED,
        "Gmail: reputation of the sending domain; Exim: Verification failed for the sender",
        "data 550 5.7.1 This message is suspicious due to the very low reputation of the sending domain.",
        (
            (
                '"reputation of the sending domain"|"reputation of sending domain"|"domain reputation"|'
                '"reputation of your domain"'
            ),
            '"verification failed for" "<address>" !RECIPIENT',
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
    ),
    RefusalRule(
        Code.GREYLISTED,
        "Mimecast, https://community.mimecast.com/s/article/mimecast-smtp-error-codes: 451 is greylisting; Postfix "
        "POSTSCREEN_README: 450 4.3.2 after the 220 tests; policyd: Policy Rejection",
        "rcpt 451 Internal resources are temporarily unavailable",
        (
            '"internal resources are temporarily unavailable"',
            '"policy rejection" NOW !QUOTA !ABUSE',
            '"not yet authorized to deliver"',
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("4", "550"),
    ),
    RefusalRule(
        Code.GREYLISTED,
        "Postfix POSTSCREEN_README: 450 4.3.2, to a client whose tests are passed just now",
        "rcpt 450 4.3.2 Service currently unavailable",
        ('"service currently unavailable"',),
        Strength.EXPLICIT,
        RCPT,
        ("450",),
        enhanced=("4.3.2",),
    ),
    RefusalRule(
        Code.GREYLISTED,
        "rspamd, milter-greylist: 451 4.7.1 Try again later, without another reason, is their greylisting",
        "data 451 4.7.1 Try again later",
        ('"try again later"|"try later"|"come back later" !SERVER_TROUBLE !CLIENT !BLOCKED !SPAM !LIMIT !SENDER',),
        Strength.WEAK,
        RCPT | DATA,
        ("45",),
        enhanced=("4.7.1",),
    ),
    RefusalRule(
        Code.TOO_MANY_CONNECTIONS,
        "IMail and MDaemon: 421 All server ports are busy",
        "greeting 421 4.3.2 All server ports are busy",
        ('"server ports are busy"|"all ports busy"|"all connections in use"|"no free connection*"',),
        Strength.EXPLICIT,
    ),
    RefusalRule(
        Code.RECIPIENT_REJECTED,
        "Exchange NDR 5.7.1, 5.7.124, 5.1.1: RESOLVER.RST.AuthRequired, NotAuthorized; RESOLVER.ADR.RecipNotFound",
        "rcpt 550 5.7.1 RESOLVER.RST.AuthRequired; authentication required",
        (
            (
                '"rst authrequired"|"rst notauthorized*"|"rst sendernotauthenticated*"|"rst sendernotingroup*"|'
                '"adr recipnotfound"|"adr exrecipnotfound"|"adr recipientnotfound"|"adr badprimary"|"adr ambiguous"|'
                '"rst restrictedtorecipients*"|"not authorized to send to group"|"recipient address rejected need '
                'fully qualified address"|"recipient address rejected mailbox*"'
            ),
        ),
        Strength.EXPLICIT,
        RCPT | DATA,
    ),
    RefusalRule(
        Code.MESSAGE_TOO_LARGE,
        "Exchange NDR 5.2.3, 5.3.4: RESOLVER.RST.SendSizeLimit, RecipSizeLimit",
        "data 550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient",
        ('"rst sendsizelimit*"|"rst recipsizelimit*"|"recipsizelimit*"|"sendsizelimit*"',),
        Strength.EXPLICIT,
        ENVELOPE,
    ),
    RefusalRule(
        Code.SENDER_NOT_OWNED,
        "Naver: The sender address is unauthorized; Telekom, IONOS: not local sender over smtp, Unauthorized use of "
        "sender address; GoDaddy: Incorrect Authentication for Specified Email Address",
        "data 553 5.7.0 Unauthorized use of sender address",
        (
            '"unauthorized use"|"unauthorised use"|"unauthorized"|"unauthorised" SENDER !SPF !DKIM !CLIENT !RECIPIENT',
            '"non local sender"|"not local sender"|"not a local sender"|"local sender over"',
            '"authentication for specified email"|"envelope sender not owned"|"sender is not allowed for this user"',
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
        span=60,
    ),
    RefusalRule(
        Code.SENDER_NOT_VERIFIED,
        "Brevo: the sender you used is not valid; Oracle Cloud 471: Envelope From address not authorized",
        "data 471 Authorization failed: Envelope From address a@x.example not authorized",
        (
            '"envelope from address"|"header from address" "not authorized"|"not authorised"',
            '"validate your sender"|"authenticate your domain"|"verify a domain at"|"verify your sender"',
        ),
        Strength.EXPLICIT,
        MAIL | DATA,
        span=140,
    ),
    RefusalRule(
        Code.ACCOUNT_RESTRICTED,
        "Postmark: pending approval; Brevo: activate your smtp account; Resend: testing emails; "
        "Mailtrap: demo domains; Mailgun: domain disabled; Zoho: Email Outgoing Blocked; Hostinger: hPanel",
        "data 550 You can only send testing emails to your own email address",
        (
            '"your account" "pending approval"|"awaiting approval"|"being reviewed"|"in review"',
            '"activate your" ACCOUNT !PASSWORD',
            '"send testing emails"|"send test emails"|"demo domain*"|"sandbox domain*"|"sandbox subdomain*"',
            '"domain has been disabled"|"domain is disabled"|"domain has been suspended"|"domain is suspended"',
            '"email outgoing blocked"|"outgoing blocked"',
            '"disabled by user from hpanel"|"limit sending is disabled"|"account is limited"|"account limited"',
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5", "421"),
    ),
    RefusalRule(
        Code.ACCOUNT_RESTRICTED,
        "Mimecast: Account outbounds disabled, Account inbounds disabled",
        "rcpt 451 Account outbounds disabled",
        ('"account outbounds disabled"|"account inbounds disabled"',),
        Strength.EXPLICIT,
        ENVELOPE,
    ),
    RefusalRule(
        Code.SENDING_LIMIT_REACHED,
        "Microsoft, non-delivery reports 5.7.232 to 5.7.236, 5.2.122: tenant's daily external recipients",
        "data 550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit",
        strength=Strength.EXPLICIT,
        stages=ENVELOPE,
        enhanced=("5.7.232", "5.7.233", "5.7.234", "5.7.235", "5.7.236"),
    ),
    RefusalRule(
        Code.SENDING_LIMIT_REACHED,
        "Hostinger: hostinger_out_ratelimit; Yandex 360: outgoing messages of this mailbox; "
        "All-Inkl: number of mails in total; GMX 550 Limit exceeded; mailcow: Ratelimit of a mailbox",
        "rcpt 554 5.7.1 <a@x.example>: Recipient address rejected: Quota exceeded (number of mails in total)",
        (
            '"out ratelimit"|"outgoing ratelimit"|"outbound ratelimit"',
            (
                'LIMIT EXCEEDED "outgoing messages"|"outgoing mails"|"outgoing emails"|"sent messages"|'
                '"messages sent"|"sent mails"|"sent emails"|"mails sent"|"emails sent" !FREQUENT !CLIENT'
            ),
            (
                'EXCEEDED "number of mails"|"number of messages"|"number of emails" !CONNECTION !FREQUENT '
                '!"receive" !CLIENT'
            ),
            '"requested action aborted limit exceeded"',
            '"used up" MESSAGE PERIOD !CLIENT !MAILBOX',
            '"ratelimit exceeded for" MAILBOX|USER|ACCOUNT|ADDRESS',
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        span=90,
    ),
    RefusalRule(
        Code.RATE_LIMITED,
        "Microsoft 4.7.500 to 4.7.699: Server busy, throttled for the client's address",
        "data 451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719)",
        strength=Strength.EXPLICIT,
        stages=_ANY,
        enhanced=("4.7.500", "4.7.501", "4.7.650", "4.7.651", "4.7.652", "4.7.850"),
    ),
    RefusalRule(
        Code.AUTH_TOO_MANY_ATTEMPTS,
        "Microsoft Entra ID, AADSTS50053: the account is locked after too many wrong passwords",
        "auth 535 5.7.139 Authentication unsuccessful, the account is locked. Contact your administrator.",
        ('"account is locked"|"account locked"|"aadsts50053"|"temporarily locked"',),
        Strength.EXPLICIT,
        AUTH,
        ("5",),
        enhanced=("5.7.139", "5.7.3"),
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "Exchange, MDaemon, Kerio: 553 Authentication is required to send mail as",
        "rcpt 553 Authentication is required to send mail as <a@x.example>",
        ('"authentication is required"|"authentication required" SEND|SENDER !SPF !DKIM !DOMAIN',),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
        logged_in=False,
    ),
    RefusalRule(
        Code.AUTH_CLIENT_NOT_ALLOWED,
        "a login that is refused for a dynamic or home address",
        "auth 550 5.7.1 Authentication from dynamic addresses is not permitted",
        ('CONSUMER_LINE|"dynamic addresses"|"dynamic ips" DENIED|BLOCKED|NEG',),
        Strength.EXPLICIT,
        AUTH,
        ("5",),
    ),
    RefusalRule(
        Code.AUTH_REJECTED,
        "servers that name what helps who has forgotten the password: it is wrong, and not expired",
        "auth 535 Login failed. Reset your password at the portal if you have forgotten it",
        ('PASSWORD|CREDENTIALS "forgotten"|"forgot"|"vergessen"|"oublie"|"olvid*"|"dimenticat*"|"esquec*"|"забыли"',),
        Strength.EXPLICIT,
        AUTH,
        ("5",),
    ),
    RefusalRule(
        Code.AUTH_CLIENT_NOT_ALLOWED,
        "a list of networks that may log in",
        "auth 535 Your network is not on the list of networks that may log in",
        ('NETWORK|CLIENT "not on the list"|"not in the list"|"not on our list"|"not listed as allowed"',),
        Strength.EXPLICIT,
        AUTH,
        ("5",),
    ),
    RefusalRule(
        Code.AUTH_WEB_LOGIN_REQUIRED,
        "Yandex: Please accept EULA first",
        "auth 535 5.7.8 Error: authentication failed: Please accept EULA first.",
        ('"eula"|"user agreement"|"licence agreement"',),
        Strength.EXPLICIT,
        AUTH,
    ),
    RefusalRule(
        Code.AUTH_TEMPORARY_FAILURE,
        "Exchange Online: federated sign-in that does not answer",
        "auth 535 5.7.139 Authentication unsuccessful, federated sign-in service timed out",
        ('"federated sign"|"federated login"|"federated authentication"|"adfs" DOWN|"error"|"fail*"',),
        Strength.EXPLICIT,
        AUTH,
    ),
    RefusalRule(
        Code.AUTH_SMTP_DISABLED,
        "hosters' switch for logins from mail programs",
        "auth 535 5.7.8 External logins are disabled for this account",
        (
            (
                '"external login*"|"remote login*"|"client login*"|"smtp login*"|"external authentication"|'
                '"external smtp" OFF|ENDED|DENIED !TLS !CLIENT !COUNTRY !WRONG'
            ),
        ),
        Strength.EXPLICIT,
        AUTH,
        ("5",),
    ),
    RefusalRule(
        Code.PROTOCOL_ERROR,
        "Gmail 535 5.5.4 Optional Argument not permitted for that AUTH mode",
        "auth 535 5.5.4 Optional Argument not permitted for that AUTH mode",
        ('"optional argument"',),
        Strength.EXPLICIT,
        AUTH,
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "Cox, Charter, Comcast: AUP#… names the provider's rule against the address",
        "greeting 554 mx.example.com ESMTP server not available AUP#1260",
        ('"aup"',),
        Strength.EXPLICIT,
        GREETING,
    ),
    RefusalRule(
        Code.RELAY_DENIED,
        "Google Workspace SMTP relay, https://support.google.com/a/answer/6140680: Mail relay denied",
        "rcpt 550-5.7.1 Mail relay denied [192.0.2.1]. Invalid credentials for relay for one of the domains",
        ('"mail relay denied"|"email relay denied"',),
        Strength.EXPLICIT,
        RCPT,
    ),
    RefusalRule(
        Code.SENDER_DOMAIN_NOT_FOUND,
        "GMX, https://postmaster.gmx.net/en/error-messages: invalid DNS MX; Courier 517 to MAIL; cPanel's Exim: sender "
        "verification",
        "mail 517 MX records for x.example violate section 3.3.9 of RFC 1035.",
        (
            '"invalid dns mx"|"dns mx or a"|"mx records for" NEG|WRONG|"violate"|"record"',
            '"account or domain may not exist"',
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
    ),
    RefusalRule(
        Code.PROTOCOL_ERROR,
        "qmail 451 See smtplf.html: LF without CR; servers that say 550 Protocol error, Protocol violation",
        "data 451 You send me LF not preceded by a CR, your SMTP client is broken.",
        ('"lf not preceded"|"stray newline*"|"protocol error"|"protocol violation"|"smtp protocol" !SPF',),
        Strength.EXPLICIT,
        ENVELOPE | GREETING,
    ),
)
