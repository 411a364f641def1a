"""Which advice fits: provider, mechanism, words."""

import pytest

from mailproof.diagnosis.special_case import Case
from mailproof.diagnosis.special_cases import special_case
from mailproof.smtp.refusals.judgement import Circumstances, judge
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Reply, enhanced_code

A = Stage.AUTH


def case(host: str, text: str, stage: Stage = A, mechanism: str = "PLAIN", **more: object) -> Case:
    number, words = int(text[:3]), text[4:]
    reply = Reply(number, (words,), enhanced_code(number, words))
    code = judge(reply, Circumstances(stage, secure=True)).code
    return Case(code, stage, host, reply, mechanism, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (case("smtp.office365.com", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for "
              "the Tenant."), "Set-TransportConfig"),
        (case("smtp.office365.com", "535 5.7.139 … SmtpClientAuthentication is disabled for the Mailbox."),
         "Set-CASMailbox"),
        (case("smtp.office365.com", "535 5.7.139 … locked by your organization's security defaults policy."),
         "security defaults"),
        (case("smtp.office365.com", "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect."),
         "multi-factor"),
        (case("smtp.office365.com", "550 5.7.30 Basic authentication is not supported for Client Submission."),
         "no passwords for sending"),
        (case("smtp.office365.com", "535 5.7.3 Authentication unsuccessful"), "multi-factor"),
        (case("smtp.office365.com", "535 5.7.3 Authentication unsuccessful", token=True), "service principal"),
        (case("smtp-mail.outlook.com", "535 5.7.3 no"), "takes no passwords"),
        (case("smtp.gmail.com", "534 5.7.9 Application-specific password required."), "apppasswords"),
        (case("smtp.gmail.com", "535 5.7.8 Username and Password not accepted. BadCredentials"), "full address"),
        (case("smtp.gmail.com", "534 5.7.14 <https://accounts.google.com/…> Please log in via your web browser"),
         "DisplayUnlockCaptcha"),
        (case("smtp.gmail.com", "535 5.7.8 no", token=True), "https://mail.google.com/"),
        (case("email-smtp.eu-west-1.amazonaws.com", "535 Authentication Credentials Invalid"), "not the access keys"),
        (case("email-smtp.eu-west-1.amazonaws.com", "554 Message rejected: Email address is not verified.", Stage.DATA),
         "Verify the sender"),
        (case("smtp.sendgrid.net", "535 Authentication failed", user="me"), "apikey"),
        (case("smtp.sendgrid.net", "535 Authentication failed", user="apikey"), "Mail Send"),
        (case("smtp.resend.com", "535 no", user="me"), "resend"),
        (case("smtp.mail.yahoo.com", "535 5.7.0 no"), "app password"),
        (case("smtp.postmarkapp.com", "535 5.7.8 no"), "API token"),
        (case("mail.test", "535 5.7.8 no", mechanism="CRAM-MD5", offered=("CRAM-MD5", "PLAIN")), "to {weaker}"),
        (case("mail.test", "535 5.7.8 no", token=True), "has not expired"),
        (case("mail.test", "504 5.7.4 Unrecognized authentication type", mechanism="", offered=("NTLM",)),
         "receive connector"),
        (case("mail.test", "504 x", mechanism="", offered=("XOAUTH2",)), "OAuth 2.0: the server takes nothing else"),
        (case("mail.test", "504 x", mechanism="", offered=("PLAIN",), token=True), "a password in place"),
        (Case(Code.TIMEOUT, A, "SMTP.office365.com."), "with silence"),
    ],
)  # fmt: skip
def test_what_is_advised(given: Case, words: str) -> None:
    row = special_case(given)
    assert row is not None
    assert words in " ".join(repr(item) for item in row.advice)


@pytest.mark.parametrize(
    "given",
    [
        case("mail.test", "535 5.7.8 no"),
        case("notgmail.com", "535 5.7.8 no"),
        case("smtp.gmail.com", "550 5.1.1 no", Stage.RCPT),
        Case(Code.TIMEOUT, A, "mail.test"),
        Case(Code.TIMEOUT, Stage.GREETING, "smtp.office365.com"),
    ],
)
def test_elsewhere_the_general_advice_stays(given: Case) -> None:
    assert special_case(given) is None
