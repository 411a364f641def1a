"""What the sending account may not do: restricted, out of quota, too fast. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import AUTH, DATA, ENVELOPE, GREETING, MAIL, RCPT, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.ACCOUNT_RESTRICTED,
        "Microsoft 5.1.8 and 5.7.501 to 5.7.705; Brevo, Mailgun, SMTP2GO, Zoho, MailChannels, Amazon SES",
        "data 550 5.1.8 Access denied, bad outbound sender AS(42004)",
        (
            (
                '"bad outbound sender"|"outboundspamexception"|"tenant has exceeded threshold"|"spam abuse '
                'detected"|"outbound spam"|"refusequota"|"wascl"'
            ),
            '"not yet activated"|"not been activated"|"account not activated"|"is not activated"|"not subscribed"',
            '"sandbox"|"sandbox mode"|"test purposes only"|"trial account*"|"trial"|"demo account*"',
            (
                '"unusual sending activity"|"mail sending denied"|"sending has been disabled"|"sending is '
                'disabled"|"sending disabled"|"sending paused"|"sending suspended"|"your sending has"|'
                '"account sending"'
                " "
            ),
            '"unpaid"|"past due"|"overdue"|"outstanding invoice"|"payment"|"invoice"|"billing"',
            '"unusual amount" "address"',
            '"allowed to send email"|"allowed to send mail" NEG ACCOUNT|USER !LOGIN',
            '"account unavailable"',
            "ACCOUNT|SERVICE|MAILBOX BANNED UNPAID !RECIPIENT",
            (
                '"outgoing mail"|"outgoing email"|"outbound mail"|"postausgang"|"外发"|"исходящая почта" BANNED !LIMIT '
                "!QUOTA !CONTENT"
            ),
            "ACCOUNT UNPAID !RECIPIENT",
            "ACCOUNT|SERVICE|MAILBOX BANNED ABUSE !RECIPIENT !CLIENT !CONTENT !ATTEMPTS !MESSAGE",
            "ACCOUNT|MAILBOX BANNED ABUSE SEND|SERVICE !RECIPIENT !CLIENT !CONTENT !ATTEMPTS",
            (
                'ACCOUNT PENDING !RECIPIENT !SENDER !DOMAIN !PASSWORD !"smtp" !"imap" !"pop3" !CLIENT_PROGRAM '
                "!COUNTRY !OAUTH !BASIC !LOGIN"
            ),
            (
                '"contract"|"vertrag*"|"contrat"|"contrato"|"contratto"|"ご契約"|"договор*"|"subscription"|'
                '"abonnement" '
                'BANNED|"終了"|"ended"|"expired"|"beendet"|"abgelaufen" !PASSWORD'
            ),
            '"account" "under review"|"not allowed to send"|"unable to send"|"can not send"|"banned"|"probation"',
        ),
        Strength.EXPLICIT,
        AUTH | MAIL | RCPT | DATA,
        span=90,
    ),
    RefusalRule(
        Code.ACCOUNT_RESTRICTED,
        "Microsoft: 5.1.8 bad outbound sender, 5.7.501 to 5.7.503, 5.7.508, 5.7.705, 5.7.708, 5.7.750",
        "data 550 5.7.705 Access denied",
        strength=Strength.STRONG,
        stages=ENVELOPE,
        replies=("550",),
        enhanced=("5.7.501", "5.7.502", "5.7.503", "5.7.504", "5.7.508", "5.7.705", "5.7.708", "5.7.750"),
    ),
    RefusalRule(
        Code.ACCOUNT_RESTRICTED,
        "163.com, Aruba, Sohu, Zoho, SendGrid: account suspended, disabled, frozen",
        "auth 535 Authentication failed: account disabled",
        (
            "ACCOUNT|MAILBOX|USER|DOMAIN SUSPENDED !PASSWORD !TLS",
            (
                '"sender address blocked"|"invalid state"|"user is locked"|"user suspended"|"user disabled"|'
                '"login disabled"'
            ),
        ),
        Strength.STRONG,
        AUTH,
        span=60,
    ),
    RefusalRule(
        Code.ACCOUNT_RESTRICTED,
        "SMTP2GO 552 Your account has been suspended; MailChannels: your email address has been "
        "blocked; Zoho 554 5.1.8",
        "data 552 Your account has been suspended. Please contact us to reactivate",
        (
            (
                '"your account"|"this account"|"the account"|"sending account"|"your mailbox"|"your domain"|'
                '"user account"|"smtp account"|"sender account"|"account has"|"account is"|"your email '
                'address"|"your email"|"sending domain"|"main account"|"your organization"|"your tenant"|'
                '"api account"'
                ' SUSPENDED|BLOCKED !"size" !RECIPIENT !SPF !DKIM !"listed" !"quota"'
            ),
            (
                '"sender address blocked"|"sending blocked"|"blocked '
                'from sending"|"blocked sender"|"restricted from sending"|"sender suspended"|"sender is '
                'suspended"|"account suspended"|"account disabled"|"account blocked"|"account locked"|'
                '"domain suspended"'
            ),
            'ACCOUNT SUSPENDED !RECIPIENT !"you tried" !LARGE',
            '"ваш*" ACCOUNT|MAILBOX SUSPENDED',
            '"ihr"|"ihrem"|"ihre"|"votre"|"su"|"suo"|"sua"|"tuo"|"seu"|"您的"|"你的" ACCOUNT|MAILBOX SUSPENDED',
            "SENDER SUSPENDED ACCOUNT|MAILBOX|USER",
            'SEND|SERVICE SUSPENDED|BANNED ACCOUNT|MAILBOX !"quota" !RECIPIENT !LIMIT',
            (
                '"service"|"subscription"|"contract"|"servicio"|"servizio"|"servico"|"услуга"|"サービス" '
                '"suspended"|"cancelled"|"canceled"|"terminated"|"suspendid*"|"sospes*"|"suspens*"|"приостановлен*"|'
                '"停止し"|"停止中"'
            ),
        ),
        Strength.STRONG,
        MAIL | DATA,
        span=60,
    ),
    RefusalRule(
        Code.ACCOUNT_RESTRICTED,
        "the account's state, told at RCPT: only where the reply says that it is ours",
        "rcpt 550 5.7.1 Your account has been suspended",
        (
            (
                '"your account"|"your mailbox"|"your domain"|"sending account"|"smtp account"|"sender account"|'
                '"ihr konto"|'
                '"votre compte"|"su cuenta"|"sua conta"|"il tuo account"|"ваш аккаунт"|"您的账户"|"您的帐户"|'
                '"您的账号"|"お客様のアカウント"'
                " SUSPENDED|BLOCKED"
            ),
        ),
        Strength.STRONG,
        RCPT,
        span=60,
    ),
    RefusalRule(
        Code.RATE_LIMITED,
        "Microsoft 5.2.122; limits of what a recipient may get, or of one session",
        "data 554 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour.",
        (
            '"can receive"|"recipients domain hourly"|"receiving mail at a rate"',
            '"recipient has exceeded" PERIOD|FREQUENT',
            '"recipients received" PERIOD|FREQUENT',
            '"max rcpt" "session*"|"commands"|"connection*"',
        ),
        Strength.EXPLICIT,
        ENVELOPE,
    ),
    RefusalRule(
        Code.SENDING_LIMIT_REACHED,
        "Gmail 550 5.4.5; Amazon SES 454 Daily message quota exceeded; GoDaddy, Zoho, MailerSend; "
        "Microsoft SubmissionQuotaExceeded",
        "data 550 5.4.5 Daily user sending quota exceeded.",
        (
            (
                'LIMIT|QUOTA EXCEEDED PERIOD !LARGE !"receive" !"recipients domain" !"max rcpt" !"they can '
                'receive" !FREQUENT !CONNECTION '
                '!"storage" !"recipient has"'
            ),
            (
                'LIMIT|QUOTA EXCEEDED|TOO_MANY !"messages from" "sending"|"sender"|"messaging"|"relay"|'
                '"outgoing"|"outbound"|'
                '"send"|"messages sent"|"emails sent"|"credits" !"thread" !LARGE !FREQUENT !CONNECTION '
                '!"mailbox" !"storage" !"this recipient"'
            ),
            (
                '"policy rejection quota"|"submissionquotaexceeded*"|"relay quota"|"sending quota"|'
                '"messaging limits"|"sending limit*"|"send limit"|"daily limit"|"daily quota"|"hourly limit"|'
                '"hourly quota"|"outmail quota"|"email quota"|"monthly limit"|"relay limit*"|"emails limit"|'
                '"daily sending"|"recipients limit"|"message quota"|"messages quota"'
                " !CONNECTION"
            ),
            (
                '"messages per day"|"emails per day"|"mails per day"|"per day"|"per hour"|"a day"|"per '
                'month"|"this hour"|"an hour"|"within 24 hours"|"in 24 hours"|"last 24 hours"|"hour limit"|'
                '"day limit" EXCEEDED|"max"|LIMIT|"only" !"we have limits" !CONNECTION !"receive" '
                '!"recipients domain" !"max rcpt" !LARGE !"this recipient" '
                '!"this ip has sent"'
            ),
            '"not enough"|"insufficient"|"out of"|"no" "credit"|"credits"|"sending quota"|"balance"',
            'CREDITS SPENT !"mailbox" !MAILBOX !LOGIN',
            '"sent" "of"|"out of" MESSAGE PERIOD !CLIENT !SPAM',
            '"max rcpt" PERIOD',
            "ALREADY SEND PERIOD MESSAGE|NEG|LIMIT !RECIPIENT !CLIENT !CONNECTION !LOGIN !FREQUENT",
            "EXCEEDED SEND PERIOD !RECIPIENT !CLIENT !CONNECTION !LOGIN !FREQUENT !LARGE",
            '"mi stc"|"rp trc"|"rp rcl"',
            (
                'LIMIT|QUOTA EXCEEDED SEND !"thread" !"receive" !"recipients domain" !"max rcpt" !LARGE '
                "!FREQUENT !MAILBOX !CONNECTION "
                '!"storage" !"rate" !"receive" !"recipients domain" !"max rcpt"'
            ),
        ),
        Strength.EXPLICIT,
        span=100,
    ),
    RefusalRule(
        Code.SENDING_LIMIT_REACHED,
        "RFC 3463 X.5.3; Postfix, Gmail 452 4.5.3: too many recipients",
        "rcpt 452 4.5.3 Too many recipients",
        (
            (
                'RECIPIENTS TOO_MANY|"maximum"|"over size"|"threshold"|"limit" !"per second" !"per minute" !FREQUENT '
                '!"invalid*" !"unknown" !"too many recipients from" !FULL !"too many messages" !FREQUENT !LARGE'
            ),
            (
                '"total of rcpts"|"number of rcpt*"|"too many rcpt*"|"number of recipients"|"too many '
                'recipients"|"too much recipient*" !"too many recipients from" !FREQUENT !"invalid*" !"unknown"'
            ),
            'RECIPIENTS "maximo de"|"au maximum"|"maximal"|"höchstens"|"zuviele"|"最多"|"过多"|"過多"|"多すぎ"',
        ),
        Strength.PLAIN,
        ENVELOPE,
        span=80,
    ),
    RefusalRule(
        Code.SENDING_LIMIT_REACHED,
        "quota or limit of messages, without its period",
        'data 451 4.7.1 Ratelimit "user" exceeded',
        (
            (
                'LIMIT EXCEEDED MESSAGE|ACCOUNT !"queue" !"you tried" !LARGE !FREQUENT !MAILBOX !CONNECTION '
                '!"storage" !RECIPIENT !"recipient" !USER !"disk"'
            ),
            '"policy rejection quota exceeded"|"ratelimit user exceeded"',
            'MESSAGE TOO_MANY PERIOD !FREQUENT !"ip has sent"',
        ),
        Strength.STRONG,
        ENVELOPE | GREETING | AUTH,
        span=90,
    ),
    RefusalRule(
        Code.TOO_MANY_CONNECTIONS,
        "Postfix anvil 421 4.7.0; Exim smtp_accept_max 421; Exchange 421 4.3.2; Orange, Comcast, Sina",
        "greeting 421 4.7.0 mx.example.com Error: too many connections from 192.0.2.1",
        (
            (
                'CONNECTION TOO_MANY|EXCEEDED !"rcpt" !"commands" !"断开" !"斷開" !"關閉" !"关闭" !"closing" '
                '!TLS !"rate" '
                '!FREQUENT !MESSAGE !LOGIN !"messages" !PERIOD'
            ),
            (
                '"concurrent connection*"|"simultaneous connection*"|"concurrent smtp"|"connection limit"|'
                '"parallel connection*"|"concurrent session*"|"too many concurrent"|"too many simultaneous"|'
                '"maximum number of concurrent"|"too many connections"|"too many sessions"|"too many '
                'connect"|"thread limit"'
            ),
            (
                '"hl icc"|"并发连接"|"連接數"|"连接数"|"同時接続"|"одновременн*"|"gleichzeitig*"|"simultan*" '
                "CONNECTION|LIMIT|EXCEEDED"
            ),
            '"server is too busy" "connection"',
            '"hl icc"|"connections open"|"open connections"',
        ),
        Strength.EXPLICIT,
        span=90,
    ),
    RefusalRule(
        Code.RATE_LIMITED,
        "Amazon SES 454 Maximum sending rate exceeded; Microsoft 5.2.121; Oracle per minute; QQ: frequency limited",
        "data 454 Throttling failure: Maximum sending rate exceeded",
        (
            (
                "FREQUENT EXCEEDED|LIMIT|TOO_MANY|MESSAGE|CONNECTION|SEND|SENDER|RECIPIENT|NOW !LOGIN "
                '!"disk" !"virus" !"reputation"'
            ),
            (
                '"throttl*"|"ratelimit*"|"slow down"|"rate limit*"|"frequency limited"|"receive per hour"|'
                '"receiving mail"|"too frequent*"|"too quickly"|"too fast"|"rate limited"'
            ),
            (
                '"messages per session"|"per connection"|"per session"|"excessive volume"|"unexpected '
                'volume"|"per minute"|"per second"|"behaviour spam"|"behavior spam"|"too many requests"|"too '
                'many messages"|"too many mails"|"too many emails"|"too much mail"|"messages too"|"send too '
                'many"|"sent too many"|"too many recipients from"|"too many new tls sessions"|"unusual rate"|'
                '"unsolicited mail rate" !FULL !"server" !"mailbox"'
            ),
            '"this recipient per hour"',
            (
                '"hl itc"|"hl ifq"|"hl ifc"|"rp cel"|"mi cel"|"dt osl"|"mi dmc"|"mi ccl"|"rp ccl"|"rp drc"|"mi sfq"|'
                '"rp qrc"|"hl rep"'
            ),
            '"too many commands"|"too many transactions"',
            'RECIPIENTS TOO_MANY FREQUENT|"invalid*"|"unknown"|"per session" !CLIENT',
            'SEND|MESSAGE|RECIPIENTS FREQUENT !LOGIN !"reputation" !CLIENT',
            (
                '"zu viele"|"zuviele"|"trop de"|"demasiados"|"troppi"|"troppe"|"muitas"|"слишком много"|'
                '"слишком част*" MESSAGE !RECIPIENTS !MAILBOX !FULL'
            ),
            '"too many"|"so many" "messages"|"mails"|"emails" !RECIPIENTS !MAILBOX !"server" !FULL',
        ),
        Strength.STRONG,
        span=90,
    ),
    RefusalRule(
        Code.RATE_LIMITED,
        "Gmail 421 4.7.28, 450 4.2.1; Microsoft 4.7.650",
        "greeting 421 4.7.28 x",
        strength=Strength.HINT,
        replies=("4",),
        enhanced=("4.7.28", "4.7.650", "4.2.1"),
    ),
    RefusalRule(
        Code.SENDING_LIMIT_REACHED,
        "Gmail 550 5.4.5; RFC 3463 X.5.3 too many recipients; Microsoft 5.7.233 to 5.7.236",
        "rcpt 452 4.5.3 x",
        strength=Strength.HINT,
        stages=ENVELOPE,
        enhanced=("5.4.5", ".5.3", "5.7.233", "5.7.234", "5.7.235", "5.7.236", "5.7.232"),
    ),
    RefusalRule(
        Code.SENDING_LIMIT_REACHED,
        "a quota that is no mailbox's: told to MAIL or with a block of the sender",
        "mail 552 Quota exceeded",
        ('QUOTA EXCEEDED !"disk" !MAILBOX !RECIPIENT !USER',),
        Strength.PLAIN,
        MAIL,
    ),
)
