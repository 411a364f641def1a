"""Wordings that depend on more than the code: on the provider, the mechanism or the reply's text. A table with sources.

The first row that applies replaces the wording of the code. Words are matched in lower case, hosts by their end. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.definition import Condition, Prose, SettingsAdvice, Topic
from mailproof.diagnosis.special_case import Case, SpecialCase
from mailproof.smtp.vocabulary import Code, Stage

_REJECTED = (Code.AUTH_REJECTED,)
_MICROSOFT = ("office365.com", "outlook.com", "office.com")
_GOOGLE = ("gmail.com", "googlemail.com", "google.com")
_LOST = (Code.TIMEOUT, Code.CONNECTION_CLOSED, Code.CONNECTION_RESET)

SPECIAL_CASES: tuple[SpecialCase, ...] = (
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
    # China.
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
    # Germany.
    SpecialCase(
        "https://hilfe.gmx.net/pop-imap/einschalten.html; https://hilfe.web.de/pop-imap/einschalten.html",
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Check the user (the full address) and the password, and allow POP3 and IMAP in the mailbox's "
                "settings:"
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
        ("https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html: 535 Authentication Credentials Invalid"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Set user and password to SMTP credentials of this very region: they are not the access keys of "
                "IAM, but made from them in the console of SES.",
            ),
        ),
        hosts=("amazonaws.com",),
    ),
    SpecialCase(
        (
            "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html: 554 Message rejected: Email "
            "address is not"
            "verified"
        ),
        (Code.SENDER_NOT_VERIFIED,),
        (
            Prose(
                Topic.SENDER,
                "Verify the sender's address or domain in SES in this very region; while the account is in the "
                "sandbox, the recipient's as well.",
            ),
        ),
        hosts=("amazonaws.com",),
    ),
    SpecialCase(
        ("https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api"),
        _REJECTED,
        (SettingsAdvice(Topic.USER, user="apikey"), Prose(Topic.LOGIN, "The password is the API key.")),
        hosts=("sendgrid.net",),
        user_is_not="apikey",
    ),
    SpecialCase(
        ("https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api"),
        _REJECTED,
        (Prose(Topic.LOGIN, "Set the password to an API key that has the permission Mail Send."),),
        hosts=("sendgrid.net",),
    ),
    SpecialCase(
        ("https://resend.com/docs/send-with-smtp"),
        _REJECTED,
        (SettingsAdvice(Topic.USER, user="resend"), Prose(Topic.LOGIN, "The password is the API key.")),
        hosts=("resend.com",),
        user_is_not="resend",
    ),
    SpecialCase(
        ("https://developers.sparkpost.com/api/smtp/"),
        _REJECTED,
        (
            SettingsAdvice(Topic.USER, user="SMTP_Injection"),
            Prose(Topic.LOGIN, ("The password is an API key with the permission Send via SMTP.")),
        ),
        hosts=("sparkpostmail.com",),
        user_is_not="SMTP_Injection",
    ),
    SpecialCase(
        ("https://postmarkapp.com/developer/user-guide/send-email-with-smtp"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Set user and password both to the server's API token, or to access key and secret of an SMTP token.",
            ),
        ),
        hosts=("postmarkapp.com",),
    ),
    SpecialCase(
        ("https://help.brevo.com/hc/en-us/articles/7924908994450"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Set the user to the login shown under SMTP & API, and the password to an SMTP key: an API key "
                "does not do.",
            ),
        ),
        hosts=("brevo.com", "sendinblue.com"),
    ),
    SpecialCase(
        ("https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Set user and password to SMTP credentials of the sending domain; those of the EU region need "
                "the host smtp.eu.mailgun.org.",
            ),
        ),
        hosts=("mailgun.org",),
    ),
    SpecialCase(
        ("https://dev.mailjet.com/smtp-relay/configuration/"),
        _REJECTED,
        (Prose(Topic.LOGIN, "Set the user to the API key and the password to the secret key."),),
        hosts=("mailjet.com",),
    ),
    SpecialCase(
        ("https://mailchimp.com/developer/transactional/docs/smtp-integration/"),
        _REJECTED,
        (Prose(Topic.LOGIN, "Set the password to an API key of Mailchimp Transactional."),),
        hosts=("mandrillapp.com",),
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
    SpecialCase(
        ("RFC 7628 section 3.2.3, RFC 6750 section 3.1"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Check that the token has not expired, that its scope allows sending over SMTP, and that user is "
                "the account that it was given for.",
            ),
        ),
        token=True,
        message="{server} refuses the access token of {user}{reply}.",
    ),
    SpecialCase(
        ("PHPMailer/PHPMailer#1224: servers that keep hashed passwords offer mechanisms that they can't check"),
        _REJECTED,
        (
            Prose(
                Topic.LOGIN,
                "Check user and password; if they are right, set the mechanism to {weaker}: this server may be "
                "unable to check this password with {mechanism}.",
                "Check user and password; if they are right, have {mechanism} switched off on the server: it may "
                "be unable to check this password with it.",
            ),
        ),
        mechanisms=("CRAM-MD5", "SCRAM-"),
        offered=("PLAIN", "LOGIN"),
    ),
    SpecialCase(
        ("zitadel/zitadel#5424: Exchange 504 5.7.4 Unrecognized authentication type; nodemailer/nodemailer#189"),
        (Code.AUTH_MECHANISM_UNSUPPORTED,),
        (
            Prose(
                Topic.LOGIN,
                "Have basic authentication enabled on the receive connector of Exchange (it shows inside TLS "
                "alone, so not with TLS mode none), or use a connector that takes this machine's address without "
                "a login.",
                "Have basic authentication enabled on the receive connector of Exchange (it shows inside TLS "
                "alone, so set tls to true), or use a connector that takes the address of this service without a "
                "login.",
            ),
        ),
        offered=("NTLM", "GSSAPI"),
        lacking=("PLAIN", "LOGIN"),
        token=False,
    ),
    SpecialCase(
        ("RFC 4954 section 3"),
        (Code.AUTH_MECHANISM_UNSUPPORTED,),
        (
            Prose(
                Topic.LOGIN,
                ("Set the authentication to OAuth 2.0: the server takes nothing else that is possible here."),
            ),
        ),
        offered=("XOAUTH2", "OAUTHBEARER"),
        lacking=("PLAIN", "LOGIN", "CRAM-MD5"),
        token=False,
        mechanisms=("",),
    ),
    SpecialCase(
        ("RFC 4954 section 3"),
        (Code.AUTH_MECHANISM_UNSUPPORTED,),
        (Prose(Topic.LOGIN, "Set a password in place of the access token, or have OAuth 2.0 enabled on the server."),),
        token=True,
        mechanisms=("",),
    ),
    SpecialCase(
        ("RFC 4954 section 6: 504, 534; RFC 4422 section 3.5"),
        (Code.AUTH_MECHANISM_UNSUPPORTED,),
        (
            SettingsAdvice(Topic.MECHANISM),
            Prose(Topic.SERVER, ("Have {mechanism} repaired or switched off on the server.")),
        ),
        mechanisms=("SCRAM", "CRAM", "PLAIN", "LOGIN", "OAUTH", "XOAUTH"),
        message="{server} offers {mechanism} but does not go through with it{detail}{reply}.",
    ),
)


def special_case(case: Case) -> SpecialCase | None:
    """Return the first row that applies to a failed test; None where none does."""
    return next((row for row in SPECIAL_CASES if row.fits(case)), None)
