"""What a known provider's servers take as the secret of a login, as data: what `Preset.advice` says in words. Pure."""

from __future__ import annotations

from enum import Enum

from mailproof.discovery.preset import Preset


class WantedSecret(Enum):
    """What is entered as the secret; the numbers are those of smtpdiag.v1.WantedSecret."""

    PASSWORD = 1
    APP_PASSWORD = 2  # made by the account's owner for mail programs
    OAUTH = 3
    API_KEY = 4
    SMTP_PASSWORD = 5  # made by the provider for SMTP alone


_BY_NAME = {
    **dict.fromkeys(("Gmail", "Yahoo", "AOL"), (WantedSecret.OAUTH, WantedSecret.APP_PASSWORD)),
    "Microsoft 365": (WantedSecret.OAUTH, WantedSecret.PASSWORD),
    "Outlook.com": (WantedSecret.OAUTH,),
    **dict.fromkeys(
        ("iCloud", "Fastmail", "Yandex", "Mail.ru", "ukr.net", "Inbox.lv", "AT&T", "QQ Mail"),
        (WantedSecret.APP_PASSWORD,),
    ),
    **dict.fromkeys(("NetEase 163", "NetEase 126", "Sina", "StartMail"), (WantedSecret.APP_PASSWORD,)),
    **dict.fromkeys(
        ("SendGrid", "Postmark", "Mailjet", "SparkPost (US)", "SparkPost (EU)", "Resend", "Mandrill", "Mailtrap"),
        (WantedSecret.API_KEY,),
    ),
    **dict.fromkeys(
        ("Proton Mail", "Mailgun (US)", "Mailgun (EU)", "Brevo", "MailerSend"),
        (WantedSecret.SMTP_PASSWORD,),
    ),
}


def wanted_secrets(preset: Preset) -> tuple[WantedSecret, ...]:
    """Return what a provider's servers take as a secret, the best first."""
    if preset.name.startswith("Amazon SES"):
        return (WantedSecret.SMTP_PASSWORD,)
    if preset.name.startswith("Zoho"):  # with two-factor authentication it must be an app password
        return (WantedSecret.APP_PASSWORD, WantedSecret.PASSWORD)
    return _BY_NAME.get(preset.name, (WantedSecret.PASSWORD,))
