"""Wordings that depend on more than the code: on the provider, the mechanism or the reply's text. A table with sources.

The first row that applies replaces the wording of the code. Words are matched in lower case, hosts by their end. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.definition import Prose, SettingsAdvice, Topic
from mailproof.diagnosis.special_case import Case, SpecialCase
from mailproof.diagnosis.special_cases_mailboxes import MAILBOXES
from mailproof.diagnosis.special_cases_services import SERVICES
from mailproof.smtp.vocabulary import Code

_REJECTED = (Code.AUTH_REJECTED,)

MECHANISMS: tuple[SpecialCase, ...] = (
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
            Prose(
                Topic.SERVER,
                (
                    "Use a way to log in that the server's answer or its provider names, or have {mechanism} repaired "
                    "by the operator."
                ),
            ),
        ),
        mechanisms=("SCRAM", "CRAM", "PLAIN", "LOGIN", "OAUTH", "XOAUTH"),
        message="{server} offers {mechanism} but does not go through with it{detail}{reply}.",
    ),
)
"""Whatever the provider: by the mechanism, or by token or password."""

SPECIAL_CASES = MAILBOXES + SERVICES + MECHANISMS


def special_case(case: Case) -> SpecialCase | None:
    """Return the first row that applies to a failed test; None where none does."""
    return next((row for row in SPECIAL_CASES if row.fits(case)), None)
