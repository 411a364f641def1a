"""Wordings for the providers of mailboxes: Microsoft, Google and others. A table with sources.

The first row that applies replaces the wording of the code; see `diagnosis.special_case`. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.definition import Condition, Prose, Topic
from mailproof.diagnosis.special_case import SpecialCase
from mailproof.smtp.vocabulary import Code, Stage

_REJECTED = (Code.AUTH_REJECTED,)
_MICROSOFT = ("office365.com", "outlook.com", "office.com")
_GOOGLE = ("gmail.com", "googlemail.com", "google.com")
_LOST = (Code.TIMEOUT, Code.CONNECTION_CLOSED, Code.CONNECTION_RESET)

MAILBOXES: tuple[SpecialCase, ...] = (
    SpecialCase(
        "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/send-as-denied: 550 5.7.60, 5.2.252",
        (Code.SENDER_NOT_OWNED,),
        (
            Prose(
                Topic.SENDER,
                "Give the mailbox {user} the permission Send As for {sender} in Exchange, or set the sender to {user}.",
                "Give the mailbox {user} the permission Send As for {sender} in Exchange, or set sender_address to "
                "{user}.",
                when=(Condition.LOGIN_GIVEN,),
            ),
        ),
        hosts=_MICROSOFT,
    ),
    SpecialCase(
        "https://sendersupport.olc.protection.outlook.com/pm/troubleshooting: 550 5.7.1 S3140, S3150",
        (Code.CLIENT_IP_BLOCKED,),
        (
            Prose(
                Topic.CLIENT,
                "Ask Microsoft to take the address that this test connects from off its list "
                "(https://sender.office.com), or send through a relay whose address is not listed.",
            ),
        ),
        hosts=("protection.outlook.com",),
    ),
    SpecialCase(
        "https://service.mail.qq.com/detail/0/75; https://help.mail.163.com: 535 without the authorisation code",
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Set the password to the authorisation code (\u6388\u6743\u7801) that the mailbox's settings give "
                "where SMTP is switched on: the account's own password is not taken.",
            ),
        ),
        hosts=("qq.com", "163.com", "126.com", "yeah.net", "sina.com", "foxmail.com"),
        token=False,
    ),
    SpecialCase(
        "https://hilfe.gmx.net/pop-imap/einschalten.html; https://hilfe.web.de/pop-imap/einschalten.html",
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Check the user (the full address) and the password, and allow POP3 and IMAP in the mailbox's "
                "settings: "
                "without that, and for accounts with two-factor authentication without an app password, the login is "
                "refused.",
            ),
        ),
        hosts=("gmx.net", "gmx.com", "web.de"),
        token=False,
    ),
    SpecialCase(
        (
            "https://learn.microsoft.com/exchange/client-developer/legacy-protocols/"
            "how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth"
        ),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Check that the token is for the scope https://outlook.office365.com/.default (or SMTP.Send of a "
                "user), that the application's service principal is registered in Exchange with access to the "
                "mailbox, and that user is that mailbox.",
            ),
        ),
        hosts=_MICROSOFT,
        token=True,
    ),
    SpecialCase(
        ("https://aka.ms/smtp_auth_disabled"),
        (Code.AUTH_BASIC_DISABLED,),
        (
            Prose(
                Topic.LOGIN,
                "Have authenticated SMTP enabled for the whole organisation in Exchange Online "
                "(Set-TransportConfig -SmtpClientAuthenticationDisabled $false), or for this mailbox alone; "
                "passwords are being retired, so OAuth 2.0 is the lasting answer.",
            ),
        ),
        words=("disabled for the tenant",),
    ),
    SpecialCase(
        ("https://aka.ms/smtp_auth_disabled"),
        (Code.AUTH_BASIC_DISABLED,),
        (
            Prose(
                Topic.LOGIN,
                "Have authenticated SMTP enabled for this mailbox in Exchange Online (Set-CASMailbox "
                "-SmtpClientAuthenticationDisabled $false), or set the authentication to OAuth 2.0.",
            ),
        ),
        words=("disabled for the mailbox",),
    ),
    SpecialCase(
        (
            "https://learn.microsoft.com/entra/fundamentals/security-defaults: 535 5.7.139 … locked by your "
            "organization's security defaults policy"
        ),
        (Code.AUTH_BASIC_DISABLED,),
        (
            Prose(
                Topic.LOGIN,
                "Set the authentication to OAuth 2.0, or have the organisation's security defaults (Microsoft "
                "Entra) replaced by conditional access that lets this account use SMTP.",
            ),
        ),
        words=("security defaults", "did not meet the criteria"),
    ),
    SpecialCase(
        (
            ""
            "https://techcommunity.microsoft.com/blog/exchange/exchange-online-to-retire-basic-auth-for-client-submission-"
            "smtp-auth/4114750: 550 5.7.30"
        ),
        (Code.AUTH_BASIC_DISABLED,),
        (
            Prose(
                Topic.LOGIN,
                "Set the authentication to OAuth 2.0: Exchange Online takes no passwords for sending any more.",
            ),
        ),
        enhanced=("5.7.30",),
    ),
    SpecialCase(
        ("windmill-labs/windmill#10620: silence after refused credentials"),
        _LOST,
        (
            Prose(
                Topic.LOGIN,
                "Check user and password first: Microsoft answers refused credentials, and accounts without "
                "authenticated SMTP, with silence. Enable authenticated SMTP for the mailbox, or set the "
                "authentication to OAuth 2.0.",
            ),
        ),
        stages=(Stage.AUTH,),
        hosts=_MICROSOFT,
        message="{server} did not answer the authentication.",
    ),
    SpecialCase(
        (
            ""
            "https://support.microsoft.com/office/modern-authentication-methods-now-needed-to-continue-syncing-outlook-"
            "email-in-non-microsoft-email-apps-c5d65390-9676-4763-b41f-d7986499a90d"
        ),
        _REJECTED,
        (Prose(Topic.LOGIN, "Set the authentication to OAuth 2.0: Outlook.com takes no passwords."),),
        hosts=("smtp-mail.outlook.com", "hotmail.com", "live.com"),
        token=False,
    ),
    SpecialCase(
        ("https://aka.ms/smtp_auth_disabled: 535 5.7.3"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Check user (the mailbox's full address) and password; multi-factor accounts need OAuth 2.0, and "
                "authenticated SMTP must be enabled for the mailbox.",
            ),
        ),
        hosts=_MICROSOFT,
    ),
    SpecialCase(
        ("https://developers.google.com/gmail/imap/xoauth2-protocol: 334 with status and scope"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Check that the token is fresh, that it is for the scope https://mail.google.com/, and that user "
                "is the account that it was given for.",
            ),
        ),
        hosts=_GOOGLE,
        token=True,
    ),
    SpecialCase(
        ("https://support.google.com/mail/?p=InvalidSecondFactor: 534 5.7.9"),
        (Code.AUTH_APP_PASSWORD_REQUIRED,),
        (
            Prose(
                Topic.LOGIN,
                "Create an app password at https://myaccount.google.com/apppasswords and set it as the password, "
                "without spaces; or set the authentication to OAuth 2.0.",
            ),
        ),
        hosts=_GOOGLE,
    ),
    SpecialCase(
        ("https://support.google.com/mail/?p=WebLoginRequired: 534 5.7.14, 5.7.9"),
        (Code.AUTH_WEB_LOGIN_REQUIRED,),
        (
            Prose(
                Topic.LOGIN,
                "Log in to the account in a browser and open https://accounts.google.com/DisplayUnlockCaptcha; "
                "then set an app password as the password, or OAuth 2.0 as the authentication.",
            ),
        ),
        hosts=_GOOGLE,
    ),
    SpecialCase(
        ("https://support.google.com/mail/?p=BadCredentials: 535 5.7.8"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Set the user to the full address and the password to an app password "
                "(https://myaccount.google.com/apppasswords): Google does not take the account's own; or use "
                "OAuth 2.0.",
            ),
        ),
        hosts=_GOOGLE,
    ),
    SpecialCase(
        (
            "https://support.apple.com/102525; https://help.yahoo.com/kb/SLN15241.html; "
            "https://www.fastmail.help/hc/en-us/articles/360058752854; https://www.zoho.com/mail/help/zoho-smtp.html"
        ),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Set the user to the full address and the password to an app password of the account's security "
                "settings.",
            ),
        ),
        hosts=("me.com", "icloud.com", "yahoo.com", "aol.com", "fastmail.com", "zoho.com", "zoho.eu", "yandex.com"),
        token=False,
    ),
    SpecialCase(
        ("https://proton.me/support/smtp-submission"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Set the user to the address and the password to an SMTP token of it: the account's password "
                "does not do.",
            ),
        ),
        hosts=("protonmail.ch",),
    ),
)
