"""Wordings for the services that send for programs, such as Amazon SES. A table with sources.

The first row that applies replaces the wording of the code; see `diagnosis.special_case`. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.definition import Prose, SettingsAdvice, Topic
from mailproof.diagnosis.special_case import SpecialCase
from mailproof.smtp.vocabulary import Code

_REJECTED = (Code.AUTH_REJECTED,)

SERVICES: tuple[SpecialCase, ...] = (
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
)
