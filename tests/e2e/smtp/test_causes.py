"""The causes of refusals, at whichever command they come: what the report tells to change, and what it must not."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from mailproof.smtp.report import Report
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from smtp_support import pki
from smtp_support.probing import LOGIN, make_plan, run_plan
from smtp_support.scripted import Script, serve, smtp

A, M, R, D, G = Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.GREETING
VERBS = {A: "AUTH", M: "MAIL", R: "RCPT", D: "."}


@dataclass(frozen=True)
class Refusal:
    """A server's words at a command.

    Attributes:
        says: What the advice has to say.
        never: What neither the message (without the server's words) nor the advice may say.
    """

    stage: Stage
    reply: str
    code: Code
    says: str = ""
    never: str = "recipient"


REFUSALS = [
    # Our address.
    Refusal(R, "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; "
            "https://www.spamhaus.org/query/ip/192.0.2.7", Code.CLIENT_IP_BLOCKED, "off the list"),
    Refusal(G, "554 IP address is block listed", Code.CLIENT_IP_BLOCKED, "off the list"),
    Refusal(D, "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service "
            "provider since part of their network is on our block list (S3140).", Code.CLIENT_IP_BLOCKED,
            "off the list"),
    Refusal(R, "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]", Code.CLIENT_NO_RDNS,
            "PTR record"),
    Refusal(D, "550 5.7.25 The IP address sending this message does not have a PTR record setup",
            Code.CLIENT_NO_RDNS, "PTR record"),
    # The sender.
    Refusal(D, "550 5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all "
            "senders to authenticate with either SPF or DKIM.", Code.SENDER_AUTHENTICATION_FAILED, "DNS"),
    Refusal(R, "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
            Code.SENDER_AUTHENTICATION_FAILED, "SPF"),
    Refusal(D, "554 Message rejected: Email address is not verified. The following identities failed the check in "
            "region EU-WEST-1: a@example.org", Code.SENDER_NOT_VERIFIED, "Verify the sender"),
    Refusal(M, "553 5.7.1 <a@example.org>: Sender address rejected: not owned by user me", Code.SENDER_NOT_OWNED,
            "the address of the account that logs in"),
    Refusal(M, "450 4.1.8 <a@example.org>: Sender address rejected: Domain not found", Code.SENDER_DOMAIN_NOT_FOUND,
            "spelling of the sender's domain", never="try again"),
    Refusal(M, "501 mail from address must be same as authorization user", Code.SENDER_NOT_OWNED, "account"),
    # The account.
    Refusal(D, "550 5.4.5 Daily user sending limit exceeded.", Code.SENDING_LIMIT_REACHED, "limit starts anew",
            never="Set the sender"),
    Refusal(R, "554 5.7.1 You have reached your daily quota of messages", Code.SENDING_LIMIT_REACHED, "limit",
            never="Set the sender"),
    Refusal(D, "552 5.7.0 Your account has been suspended for sending spam", Code.ACCOUNT_RESTRICTED, "support lift"),
    Refusal(M, "550 5.7.1 The provided authorization grant does not have permission to send mail",
            Code.PERMISSION_MISSING, "permission to send"),
    Refusal(D, "554 Access denied: User is not authorized to perform ses:SendRawEmail", Code.PERMISSION_MISSING,
            "permission to send"),
    Refusal(A, "535 5.7.8 Error: your password has expired, please change it", Code.AUTH_PASSWORD_EXPIRED,
            "Change the account's password"),
    Refusal(A, "534 5.7.9 Application-specific password required.", Code.AUTH_APP_PASSWORD_REQUIRED, "app password"),
    Refusal(A, "535 Login fail. Please enter your authorization code to login", Code.AUTH_APP_PASSWORD_REQUIRED,
            "app password"),
    Refusal(A, "535 5.7.8 SMTP is disabled for this account, please enable SMTP access in your mailbox settings",
            Code.AUTH_SMTP_DISABLED, "Switch SMTP on"),
    Refusal(A, "535 5.7.8 Login from your country is not allowed", Code.AUTH_CLIENT_NOT_ALLOWED, "its country"),
    Refusal(A, "454 4.7.0 Too many login attempts, please try again later", Code.AUTH_TOO_MANY_ATTEMPTS, "wait"),
    # The recipient and the message.
    Refusal(R, "550 5.1.2 <b@example.net>: Recipient address rejected: Domain not found",
            Code.RECIPIENT_DOMAIN_NOT_FOUND, "spelling of the recipient's domain", never="sender"),
    Refusal(D, "552 5.7.0 This message was blocked because its content presents a potential security issue.",
            Code.CONTENT_REJECTED, "subject, text, links", never="size"),
    # TLS and logins in other words.
    Refusal(R, "503 5.5.1 You must authenticate first", Code.PROTOCOL_ERROR, "operator", never="Set user and password"),
    # Nothing that is known: the command and the server's words, and no advice.
    Refusal(D, "550 5.7.1 Nope", Code.MESSAGE_REJECTED, "The reason is not known here", never="content"),
    Refusal(R, "550 5.7.1 Nope", Code.RECIPIENT_REJECTED, "The reason is not known here", never="Check"),
    Refusal(M, "550 5.7.1 Nope", Code.SENDER_REJECTED, "The reason is not known here", never="Set the sender"),
]  # fmt: skip


def script(refusal: Refusal) -> Script:
    if refusal.stage is G:
        return smtp(greeting=[refusal.reply])
    return smtp(context=pki.good(), replies={VERBS[refusal.stage]: [refusal.reply]})


def ask(refusal: Refusal) -> Report:
    with serve(script(refusal)) as served:
        plan = make_plan(
            served.port,
            tls_mode=TlsMode.STARTTLS,
            credentials=LOGIN,
            sender="a@example.org",
            recipient="b@example.net",
            depth=Depth.DATA,
        )
        return run_plan(plan)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal.stage} {refusal.reply[:50]}")
def test_what_has_to_change_is_told_and_nothing_else(refusal: Refusal) -> None:
    report = ask(refusal)
    assert (report.stage, report.code) == (refusal.stage, refusal.code), report.message
    assert report.evidence.text
    ours = re.sub(re.escape(report.evidence.text), "", report.message) + report.advice
    assert refusal.says in report.advice
    ours = ours.replace("b@example.net", "").replace(refusal.reply.partition(" ")[2], "")
    assert not refusal.never or refusal.never not in ours
    assert bool(report.advice) is bool(refusal.says)
    assert report.fixes == ()


def test_a_login_that_is_asked_for_is_told_to_set_one() -> None:
    refusal = Refusal(R, "503 5.5.1 You must authenticate first", Code.AUTH_REQUIRED)
    with serve(script(refusal)) as served:
        plan = make_plan(served.port, tls_mode=TlsMode.STARTTLS, recipient="b@example.net", depth=Depth.RCPT)
        report = run_plan(plan)
    assert (report.stage, report.code) == (R, Code.AUTH_REQUIRED)
    assert report.advice.startswith("Set user and password")
