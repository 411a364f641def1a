"""A refusal is cut out of whatever it is pasted in, and judged as a test would judge it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.diagnosis.pasted_replies import MAX_PASTED, cleaned, judged_reply
from mailproof.smtp.vocabulary import Code, Stage

POSTFIX = (
    "Nov 21 10:00:00 mx postfix/smtp[123]: 4B2F: to=<a@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=0.5, "
    "delays=0.1/0/0.2/0.2, dsn=5.7.1, status=bounced (host mx.b.example[192.0.2.1] said: "
)

NODEMAILER = (
    "Error: Invalid login: 535-5.7.8 Username and Password not accepted. Go to\n535 5.7.8  https://x.example\n"
    "    at SMTPConnection._formatError (smtp-connection/index.js:1)"
)

DOTNET = (
    "The SMTP server requires a secure connection or the client was not authenticated. The server response was: "
    "5.7.57 Client not authenticated to send mail."
)

PHPMAILER = (
    "SMTP Error: data not accepted.SMTP server error: DATA END command failed Detail: it is spam SMTP code: 554 "
    "Additional SMTP info: 5.7.1"
)

PASTED = [
    # a bare reply
    ("535 5.7.8 Username and Password not accepted", 535, Stage.AUTH, False, Code.AUTH_REJECTED),
    ("535-5.7.8 Username and Password not\n535 5.7.8 accepted", 535, Stage.AUTH, False, Code.AUTH_REJECTED),
    ("530 5.7.0 Must issue a STARTTLS command first", 530, Stage.RCPT, False, Code.TLS_REQUIRED),
    ("530 5.7.0 Authentication required", 530, Stage.RCPT, False, Code.AUTH_REQUIRED),
    ("454 4.7.0 Temporary authentication failure", 454, Stage.AUTH, False, Code.AUTH_TEMPORARY_FAILURE),
    ("454 4.7.1 <a@b.example>: Relay access denied", 454, Stage.RCPT, False, Code.RELAY_DENIED),
    ("550 5.1.1 User unknown", 550, Stage.RCPT, False, Code.RECIPIENT_REJECTED),
    ("554 No SMTP service here", 554, Stage.GREETING, False, Code.SERVICE_UNAVAILABLE),
    ("552 5.3.4 Message size exceeds fixed limit", 552, Stage.DATA, False, Code.MESSAGE_TOO_LARGE),
    # enhanced code alone
    (
        "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        535, Stage.AUTH, False, Code.AUTH_BASIC_DISABLED,
    ),
    # nodemailer
    (
        NODEMAILER,
        535, Stage.AUTH, True, Code.AUTH_REJECTED,
    ),
    ("Error: Can't send mail - all recipients were rejected: 550 No such user", 550, Stage.RCPT, True,
     Code.RECIPIENT_REJECTED),
    ("Error: Message failed: 554 5.6.0 no", 554, Stage.DATA, True, Code.MESSAGE_REJECTED),
    # Python
    (r"smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed:\n5.7.8 x')", 535, Stage.AUTH, True,
     Code.AUTH_REJECTED),
    ("smtplib.SMTPRecipientsRefused: {'a@b.example': (550, b'5.1.1 <a@b.example>: no such user')}", 550, Stage.RCPT,
     True, Code.RECIPIENT_REJECTED),
    ("smtplib.SMTPSenderRefused: (553, b'not yours', 'me@a.example')", 553, Stage.MAIL, True, Code.SENDER_REJECTED),
    ('smtplib.SMTPDataError: (554, b"we don\'t like it")', 554, Stage.DATA, True, Code.MESSAGE_REJECTED),
    # Postfix, Exim
    (f"{POSTFIX}550 5.1.1 <a@b.example>: no such user (in reply to RCPT TO command))", 550, Stage.RCPT, True,
     Code.RECIPIENT_REJECTED),
    (f"{POSTFIX}554 5.0.0 no (in reply to end of DATA command))", 554, Stage.DATA, True, Code.MESSAGE_REJECTED),
    ("host mx[192.0.2.1] refused to talk to me: 554 5.7.1 no", 554, Stage.GREETING, True, Code.SERVICE_UNAVAILABLE),
    ("SASL authentication failed; server smtp.example.com[192.0.2.1] said: 535 Error: nope", 535, Stage.AUTH, True,
     Code.AUTH_REJECTED),
    ("SMTP error from remote mail server after MAIL FROM:<a@b.example> SIZE=1: 550 no", 550, Stage.MAIL, True,
     Code.SENDER_REJECTED),
    # .NET, MailKit, Java, PHP, Rust, curl
    (
        DOTNET,
        530, Stage.RCPT, False, Code.AUTH_REQUIRED,
    ),
    ("MailKit.Security.AuthenticationException: 535: 5.7.8 Error: no", 535, Stage.AUTH, True, Code.AUTH_REJECTED),
    ("jakarta.mail.AuthenticationFailedException: 535 5.7.8 no", 535, Stage.AUTH, True, Code.AUTH_REJECTED),
    ("Could not connect to SMTP host: x, port: 25, response: 421", 421, Stage.RCPT, False, Code.SERVICE_UNAVAILABLE),
    (
        PHPMAILER,
        554, Stage.DATA, True, Code.CONTENT_REJECTED,
    ),
    ('Expected response code "250" but got code "550", with message "550 5.1.1 no such user".', 550, Stage.RCPT,
     False, Code.RECIPIENT_REJECTED),
    ("permanent error (535): 5.7.8 Error: authentication failed", 535, Stage.AUTH, False, Code.AUTH_REJECTED),
    ("curl: (55) RCPT failed: 550", 550, Stage.RCPT, True, Code.RECIPIENT_REJECTED),
    # transcripts
    (" -> AUTH LOGIN\n<** 504 5.7.4 Unrecognized authentication type", 504, Stage.AUTH, True,
     Code.AUTH_MECHANISM_UNSUPPORTED),
    (" -> MAIL FROM:<a@b.example>\n<-  250 ok\n -> RCPT TO:<c@d.example>\n<** 550 no\n -> QUIT\n<- 221 bye", 550,
     Stage.RCPT, True, Code.RECIPIENT_REJECTED),
    # XOAUTH2's error in a challenge
    ("334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=", 535, Stage.AUTH, False, Code.AUTH_REJECTED),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number", "stage", "named", "code"), PASTED, ids=[row[0][:60] for row in PASTED])
def test_a_refusal_is_found_and_judged(text: str, number: int, stage: Stage, named: bool, code: Code) -> None:
    found = judged_reply(cleaned(text))
    assert found is not None
    assert (found.reply.code, found.stage, found.is_stage_named, found.code) == (number, stage, named, code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "235 2.7.0 Authentication successful",
        "250 2.0.0 Ok: queued",
        "334 VXNlcm5hbWU6",
        "connect ECONNREFUSED 192.0.2.1:587",
        "timeout: 500 ms",
        "timeout: 550 seconds",
        "took 421.5 s",
        "error on line 4550 of x",
        "mailproof 5.5.1",
    ],
)
def test_what_is_no_refusal_is_none(text: str) -> None:
    assert judged_reply(cleaned(text)) is None


def test_the_reply_is_cut_out_whole_and_alone() -> None:
    found = judged_reply(cleaned(f"{POSTFIX}550-5.7.1 one 550 5.7.1 two (in reply to RCPT TO command))"))
    assert found is not None
    assert found.reply.lines == ("5.7.1 one", "5.7.1 two")
    assert (found.reply.enhanced, found.reply.text) == ("5.7.1", "one two")


def test_the_first_refusal_counts() -> None:
    found = judged_reply("-> AUTH PLAIN\n<** 535 5.7.8 wrong\n-> MAIL FROM:<a@b.example>\n<** 530 5.7.0 log in first")
    assert found is not None
    assert (found.reply.code, found.stage) == (535, Stage.AUTH)


def test_a_pasted_text_is_bounded_and_cleaned() -> None:
    assert cleaned("\x1b[31m535\x1b[0m 5.7.8 no\x07\u202e") == "535 5.7.8 no��"
    assert len(cleaned("ä\n" * MAX_PASTED).encode()) <= MAX_PASTED
    assert cleaned("a\\r\\nb\\nc") == "a\nb\nc"
    assert cleaned("\ud800 550 no") == "? 550 no"


@given(st.text(alphabet=st.sampled_from("45 0.:-(b'\")\n<>aA=~*")))
def test_no_text_raises_or_is_taken_for_a_success(text: str) -> None:
    found = judged_reply(cleaned(text))
    assert found is None or 400 <= found.reply.code < 600


@pytest.mark.parametrize(
    "piece", ["(535, b'", "550 ", "Detail: ", "5.7.1 ", "recipient address ", "said: ", "\n550-", "a"]
)
def test_a_hostile_text_is_read_to_its_end(piece: str) -> None:
    """An expression that takes long on what repeats would reach the limit of the test."""
    judged_reply(cleaned(piece * (MAX_PASTED // len(piece))))
    judged_reply(cleaned(f"{piece * 50}\n" * 300))
