"""What a refusal means: (stage, reply) -> code, by a table whose rows name their sources.

The first row that fits decides; where none does, the stage's default. Words are matched in lower case. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Reply

_ENVELOPE = frozenset({Stage.MAIL, Stage.RCPT, Stage.DATA})


@dataclass(frozen=True, slots=True)
class RefusalRule:
    """One meaning of a refusal. All given conditions must hold; a condition with several values holds for any of them.

    Attributes:
        code: The meaning.
        source: Where the meaning is documented or was seen.
        stages: The stages of the test; empty for any.
        replies: Reply codes as text, or how they begin ("4").
        enhanced: Enhanced status codes (RFC 3463), without the class digit where it may vary (".7.139").
        words: Parts of the reply's text, in lower case.
        clear: Holds only on a connection without TLS.
        anonymous: Holds only where the server offers authentication and the plan has no credentials.
    """

    code: Code
    source: str
    stages: frozenset[Stage] = frozenset()
    replies: tuple[str, ...] = ()
    enhanced: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    clear: bool = False
    anonymous: bool = False

    def fits(self, stage: Stage, reply: Reply, text: str, secure: bool, anonymous: bool) -> bool:
        """Return whether this row explains a refusal.

        Args:
            stage: The stage that was refused.
            text: The reply's text in lower case.
            secure: Whether the connection is inside TLS.
            anonymous: Whether the server offers authentication and the plan has no credentials.
        """
        return (
            (not self.stages or stage in self.stages)
            and (not self.replies or str(reply.code).startswith(self.replies))
            and (not self.enhanced or reply.enhanced.endswith(self.enhanced))
            and (not self.words or any(word in text for word in self.words))
            and not (self.clear and secure)
            and (anonymous or not self.anonymous)
        )


def _at(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


ROWS: tuple[RefusalRule, ...] = (
    # Anywhere.
    RefusalRule(
        Code.AUTH_REJECTED,
        "Exchange Online: 535 5.7.139 Authentication unsuccessful, the user credentials were incorrect",
        _at(Stage.AUTH),
        ("5",),
        words=("user credentials were incorrect",),
    ),
    RefusalRule(
        Code.AUTH_BASIC_DISABLED, "Microsoft: Exchange Online, SmtpClientAuthentication off", enhanced=("5.7.139",)
    ),
    RefusalRule(Code.AUTH_BASIC_DISABLED, "Microsoft: basic authentication retired, 550 5.7.30", enhanced=("5.7.30",)),
    RefusalRule(
        Code.AUTH_BASIC_DISABLED,
        "Microsoft, without the enhanced code",
        replies=("5",),
        words=("smtpclientauthentication is disabled", "basic authentication is disabled"),
    ),
    RefusalRule(
        Code.EHLO_REJECTED,
        "Postfix reject_*_helo_hostname, often delayed until RCPT; iCloud 450 4.7.1",
        replies=("4", "5"),
        words=("helo command rejected", "invalid helo", "invalid ehlo", "bad helo", "helo/ehlo"),
    ),
    RefusalRule(
        Code.TOO_MANY_CONNECTIONS,
        "Postfix anvil 421 4.7.0; Exim smtp_accept_max 421; Exchange 421 4.3.2; Dovecot",
        replies=("4", "5"),
        words=("too many connections", "too many concurrent", "concurrent connection", "connection limit"),
    ),
    RefusalRule(Code.RATE_LIMITED, "Gmail 421 4.7.28, 450 4.2.1", replies=("4",), enhanced=("4.7.28", "4.7.650")),
    RefusalRule(
        Code.RATE_LIMITED,
        "Gmail 454 4.7.0 Too many login attempts; Postfix anvil 450 4.7.1, 421; SES 454 Throttling failure",
        replies=("4",),
        words=(
            "rate limit",
            "ratelimit",
            "throttl",
            "too many login",
            "too many message",
            "too many request",
            "too many mails",
            "too much mail",
            "sending rate",
            "rate exceeded",
            "too many auth commands",
            "too many recipients from",
            "too many new tls sessions",
        ),
    ),
    RefusalRule(
        Code.TLS_CLIENT_CERT_REQUIRED,
        "Postfix smtpd_tls_req_ccert: 421 4.7.1 No client certificate presented, Client certificate not trusted",
        replies=("4", "5"),
        words=("no client certificate", "client certificate not trusted"),
    ),
    RefusalRule(Code.SERVICE_UNAVAILABLE, "RFC 5321 section 3.8: 421 may answer any command", replies=("421",)),
    # Greeting.
    RefusalRule(Code.TEMPORARY_FAILURE, "RFC 5321 section 4.3.2", _at(Stage.GREETING, Stage.EHLO), ("4",)),
    RefusalRule(
        Code.SERVICE_UNAVAILABLE,
        "RFC 5321 section 3.1 (554), RFC 7504 (521, 556); 550, 553 and 571 of address blocklists",
        _at(Stage.GREETING),
        ("521", "550", "553", "554", "556", "571"),
    ),
    RefusalRule(Code.PROTOCOL_ERROR, "RFC 5321 section 4.3.2: no other greeting exists", _at(Stage.GREETING)),
    # EHLO.
    RefusalRule(
        Code.TLS_REQUIRED, "RFC 3207 section 4: 530 to anything but STARTTLS", _at(Stage.EHLO), ("530",), clear=True
    ),
    RefusalRule(Code.AUTH_REQUIRED, "RFC 4954 section 6", _at(Stage.EHLO), ("530",)),
    # STARTTLS.
    RefusalRule(Code.STARTTLS_REJECTED, "RFC 3207 section 4: 454, 501; 5xx in practice", _at(Stage.STARTTLS)),
    # AUTH.
    RefusalRule(
        Code.AUTH_APP_PASSWORD_REQUIRED,
        "Gmail 534 5.7.9 Application-specific password required; Yahoo, iCloud, Zoho, Yandex in words",
        _at(Stage.AUTH),
        ("5",),
        words=("application-specific password", "app password", "app-specific", "application password"),
    ),
    RefusalRule(Code.AUTH_WEB_LOGIN_REQUIRED, "Gmail 534 5.7.14", _at(Stage.AUTH), ("53",), ("5.7.14",)),
    RefusalRule(
        Code.AUTH_WEB_LOGIN_REQUIRED,
        "Gmail: Please log in via your web browser; 534 5.7.9 WebLoginRequired",
        _at(Stage.AUTH),
        ("5",),
        words=("web browser", "web login", "webloginrequired"),
    ),
    RefusalRule(
        Code.AUTH_REQUIRES_TLS, "RFC 4954 section 6: 538; RFC 5248: 523 5.7.10", _at(Stage.AUTH), ("538", "523")
    ),
    RefusalRule(Code.AUTH_REQUIRES_TLS, "RFC 3207 section 4", _at(Stage.AUTH), ("530",), clear=True),
    RefusalRule(
        Code.AUTH_REQUIRES_TLS,
        "Exim, Dovecot: plaintext authentication disallowed on non-secure connections",
        _at(Stage.AUTH),
        ("5",),
        words=("starttls", "encryption required", "requires encryption", "non-secure", "insecure connection"),
        clear=True,
    ),
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED, "RFC 4954 section 6: 504 5.5.4; Exchange 504 5.7.4", _at(Stage.AUTH), ("504",)
    ),
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED, "RFC 4954 section 6: 534 mechanism too weak", _at(Stage.AUTH), ("534",)
    ),
    RefusalRule(
        Code.AUTH_REJECTED,
        "servers that refuse with 501 and say so",
        _at(Stage.AUTH),
        ("50",),
        words=("authentication fail", "authentication unsuccessful", "invalid credential", "bad password"),
    ),
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED, "RFC 4954 sections 4 and 6: 501, 500 5.5.6", _at(Stage.AUTH), ("501",)
    ),
    RefusalRule(Code.AUTH_MECHANISM_UNSUPPORTED, "RFC 4954 section 6", _at(Stage.AUTH), ("500",), ("5.5.6",)),
    RefusalRule(
        Code.AUTH_NOT_ENABLED, "Postfix, Exim 503; 500 and 502 of servers without AUTH", _at(Stage.AUTH), ("50",)
    ),
    RefusalRule(Code.AUTH_TEMPORARY_FAILURE, "RFC 4954 section 6: 454, 432", _at(Stage.AUTH), ("4",)),
    RefusalRule(
        Code.AUTH_REJECTED, "RFC 4954 section 6: 535; RFC 5248: 525 5.7.13; 550, 554 in practice", _at(Stage.AUTH)
    ),
    # MAIL, RCPT, DATA.
    RefusalRule(
        Code.TLS_REQUIRED, "RFC 3207 section 4", _ENVELOPE, ("530", "523", "538"), words=("tls", "encrypt"), clear=True
    ),
    RefusalRule(Code.AUTH_REQUIRED, "Exchange 530 5.7.57 Client was not authenticated", _ENVELOPE, enhanced=(".7.57",)),
    RefusalRule(Code.AUTH_REQUIRED, "RFC 4954 section 6; Gmail 530 5.7.0", _ENVELOPE, ("530",), words=("auth", "log")),
    RefusalRule(Code.TLS_REQUIRED, "RFC 3207 section 4, without words", _ENVELOPE, ("530",), ("5.7.0",), clear=True),
    RefusalRule(Code.AUTH_REQUIRED, "RFC 4954 section 6", _ENVELOPE, ("530",)),
    RefusalRule(Code.SMTPUTF8_NOT_SUPPORTED, "RFC 6531 section 3.5", _ENVELOPE, ("5",), (".6.7", ".6.9")),
    RefusalRule(Code.MAILBOX_FULL, "RFC 3463 X.2.2", _ENVELOPE, enhanced=(".2.2",)),
    RefusalRule(
        Code.MAILBOX_FULL,
        "RFC 5321 section 4.2.2: 552, 452; in words",
        _at(Stage.RCPT, Stage.DATA),
        ("4", "5"),
        words=("mailbox full", "mailbox is full", "over quota", "quota exceeded", "exceeded storage"),
    ),
    RefusalRule(Code.MAILBOX_FULL, "RFC 5321 section 4.2.3: 552 to RCPT", _at(Stage.RCPT), ("552",)),
    RefusalRule(
        Code.MESSAGE_TOO_LARGE, "RFC 1870 section 6; RFC 3463 X.3.4, X.2.3", _ENVELOPE, enhanced=(".3.4", ".2.3")
    ),
    RefusalRule(Code.MESSAGE_TOO_LARGE, "RFC 1870 section 6.1: 552", _at(Stage.MAIL, Stage.DATA), ("552",)),
    RefusalRule(
        Code.GREYLISTED, "RFC 6647", _ENVELOPE, ("4",), words=("greylist", "graylist", "grey-list", "gray-list")
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "Postfix reject_unauthenticated_sender_login_mismatch: 553 5.7.1 Sender address rejected: not logged in",
        _ENVELOPE,
        ("5",),
        words=("sender address rejected: not logged in",),
    ),
    RefusalRule(
        Code.SENDER_REJECTED,
        "Exchange 5.7.60 SendAsDenied, 5.2.252; Postfix: Sender address rejected; SES 554: not verified",
        _ENVELOPE,
        ("4", "5"),
        words=(
            "sender address rejected",
            "sendasdenied",
            "send as",
            "address is not verified",
            "not owned by user",
            "sender verify failed",
            "sender not allowed",
            "sender domain",
        ),
    ),
    RefusalRule(
        Code.SENDER_REJECTED, "RFC 3463 X.1.7, X.1.8; Exchange", _ENVELOPE, enhanced=(".1.7", ".1.8", ".7.60", ".2.252")
    ),
    RefusalRule(
        Code.RELAY_DENIED,
        "Postfix 554 and 454: Relay access denied; sendmail, Exim, Exchange 550 in words",
        _ENVELOPE,
        ("4", "5"),
        words=("relay",),
    ),
    RefusalRule(
        Code.RELAY_DENIED, "Exchange Online 550 5.7.64 TenantAttribution; 550 5.7.54", enhanced=("5.7.64", "5.7.54")
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "550, 553, 554 and 503 in words",
        _ENVELOPE,
        ("5",),
        words=(
            "authentication required",
            "authentication is required",
            "must authenticate",
            "not authenticated",
            "authenticate first",
            "auth first",
            "need to authenticate",
            "login required",
            "not logged in",
        ),
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "Postfix submission: permit_sasl_authenticated, reject; 554 5.7.1, that blames the recipient or the client",
        _ENVELOPE,
        ("5",),
        words=("recipient address rejected: access denied", "client host rejected: access denied"),
        anonymous=True,
    ),
    RefusalRule(Code.TEMPORARY_FAILURE, "RFC 5321 section 4.2.1", _ENVELOPE, ("4",)),
    RefusalRule(Code.PROTOCOL_ERROR, "RFC 5321 section 4.2.4", _ENVELOPE, ("500", "502", "503")),
)

_DEFAULTS = {
    Stage.EHLO: Code.EHLO_REJECTED,
    Stage.MAIL: Code.SENDER_REJECTED,
    Stage.RCPT: Code.RECIPIENT_REJECTED,
    Stage.DATA: Code.MESSAGE_REJECTED,
}


def judge(stage: Stage, reply: Reply, *, secure: bool, anonymous: bool = False) -> Code:
    """Return what a reply means that refuses a command.

    Args:
        stage: The stage of the command.
        reply: The reply.
        secure: Whether the connection is inside TLS.
        anonymous: Whether the server offers authentication and the plan has no credentials.
    """
    if reply.code < 400:
        return Code.PROTOCOL_ERROR  # a positive or intermediate reply that does not fit the command
    text = reply.text.lower()
    for row in ROWS:
        if row.fits(stage, reply, text, secure, anonymous):
            return row.code
    return _DEFAULTS.get(stage, Code.PROTOCOL_ERROR)
