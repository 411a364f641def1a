"""(stage, reply) -> code. The rows that need a connection's story are in tests/e2e/smtp/test_verdicts.py."""

import pytest

from mailproof.smtp.refusals import ROWS, judge
from mailproof.smtp.vocabulary import TEMPORARY, WARNINGS, Code, Stage
from mailproof.smtp.wire import Reply, enhanced_code

G, E, S, A, M, R, D = (
    Stage.GREETING,
    Stage.EHLO,
    Stage.STARTTLS,
    Stage.AUTH,
    Stage.MAIL,
    Stage.RCPT,
    Stage.DATA,
)

MEANINGS = [
    (G, "421 too busy", Code.SERVICE_UNAVAILABLE),
    (G, "421 4.7.0 Too many concurrent SMTP connections", Code.TOO_MANY_CONNECTIONS),
    (G, "421 4.7.28 unusual rate of mail", Code.RATE_LIMITED),
    (G, "554 no SMTP service here", Code.SERVICE_UNAVAILABLE),
    (G, "521 host does not accept mail", Code.SERVICE_UNAVAILABLE),
    (G, "450 later", Code.TEMPORARY_FAILURE),
    (G, "500 what", Code.PROTOCOL_ERROR),
    (G, "250 hm", Code.PROTOCOL_ERROR),
    (E, "450 4.7.1 <localhost>: Helo command rejected: Host not found", Code.EHLO_REJECTED),
    (E, "504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname", Code.EHLO_REJECTED),
    (E, "550 5.7.1 go away", Code.EHLO_REJECTED),
    (E, "451 4.3.0 later", Code.TEMPORARY_FAILURE),
    (E, "530 5.7.0 Must issue a STARTTLS command first", Code.TLS_REQUIRED),
    (S, "454 4.7.0 TLS not available due to local problem", Code.STARTTLS_REJECTED),
    (S, "501 5.5.4 no parameters", Code.STARTTLS_REJECTED),
    (A, "535 5.7.8 Error: authentication failed", Code.AUTH_REJECTED),
    (A, "535 5.7.139 Authentication unsuccessful", Code.AUTH_BASIC_DISABLED),
    (A, "535 5.7.3 Authentication unsuccessful", Code.AUTH_REJECTED),
    (A, "550 5.7.30 Basic authentication is not supported for Client Submission.", Code.AUTH_BASIC_DISABLED),
    (A, "534 5.7.9 Application-specific password required.", Code.AUTH_APP_PASSWORD_REQUIRED),
    (A, "534 5.7.9 Please log in with your web browser", Code.AUTH_WEB_LOGIN_REQUIRED),
    (A, "534 5.7.14 continue at", Code.AUTH_WEB_LOGIN_REQUIRED),
    (A, "534 5.7.9 mechanism too weak", Code.AUTH_MECHANISM_UNSUPPORTED),
    (A, "504 5.5.4 Unrecognized authentication type", Code.AUTH_MECHANISM_UNSUPPORTED),
    (A, "501 5.5.2 cannot decode", Code.AUTH_MECHANISM_UNSUPPORTED),
    (A, "501 5.7.0 Authentication failed", Code.AUTH_REJECTED),
    (A, "500 5.5.6 exchange line too long", Code.AUTH_MECHANISM_UNSUPPORTED),
    (A, "500 unrecognized command", Code.AUTH_NOT_ENABLED),
    (A, "503 AUTH command used when not advertised", Code.AUTH_NOT_ENABLED),
    (A, "530 5.7.0 Must issue a STARTTLS command first", Code.AUTH_REQUIRES_TLS),
    (A, "538 5.7.11 Encryption required", Code.AUTH_REQUIRES_TLS),
    (A, "523 5.7.10 Encryption Needed", Code.AUTH_REQUIRES_TLS),
    (A, "554 5.7.1 plaintext authentication disallowed on non-secure (SSL/TLS) connections", Code.AUTH_REQUIRES_TLS),
    (A, "454 4.7.0 Temporary authentication failure", Code.AUTH_TEMPORARY_FAILURE),
    (A, "454 4.7.0 Too many login attempts", Code.RATE_LIMITED),
    (A, "525 5.7.13 disabled", Code.AUTH_REJECTED),
    (M, "530 5.7.0 Must issue a STARTTLS command first", Code.TLS_REQUIRED),
    (M, "530-5.7.0 Authentication Required", Code.AUTH_REQUIRED),
    (M, "530 5.7.57 Client was not authenticated to send anonymous mail", Code.AUTH_REQUIRED),
    (M, "530 5.7.0 no words", Code.TLS_REQUIRED),
    (A, "450 4.7.1 Error: too many AUTH commands from 192.0.2.1", Code.RATE_LIMITED),
    (R, "450 4.7.1 Error: too many recipients from 192.0.2.1", Code.RATE_LIMITED),
    (R, "452 4.5.3 Error: too many recipients", Code.TEMPORARY_FAILURE),
    (E, "421 4.7.0 mail.test Error: too many new TLS sessions from unknown[192.0.2.1]", Code.RATE_LIMITED),
    (E, "421 4.7.1 mail.test Error: No client certificate presented", Code.TLS_CLIENT_CERT_REQUIRED),
    (R, "553 5.7.1 <a@x>: Sender address rejected: not logged in", Code.AUTH_REQUIRED),
    (R, "553 5.7.1 <a@x>: Sender address rejected: not owned by user b", Code.SENDER_REJECTED),
    (R, "554 5.7.1 <a@x>: Recipient address rejected: Access denied", Code.RECIPIENT_REJECTED),
    (M, "550 5.1.8 sender domain unknown", Code.SENDER_REJECTED),
    (M, "501 5.1.7 bad sender", Code.SENDER_REJECTED),
    (M, "452 4.3.1 out of memory", Code.TEMPORARY_FAILURE),
    (M, "503 bad sequence", Code.PROTOCOL_ERROR),
    (R, "550 5.7.1 <x@y>... Relaying denied. Proper authentication required.", Code.RELAY_DENIED),
    (R, "550 5.7.64 TenantAttribution; Relay Access Denied", Code.RELAY_DENIED),
    (R, "454 4.7.1 <x@y>: Relay access denied", Code.RELAY_DENIED),
    (R, "550 authentication required", Code.AUTH_REQUIRED),
    (R, "550 5.1.1 unknown user", Code.RECIPIENT_REJECTED),
    (R, "553 5.7.1 <a@b>: Sender address rejected: not owned by user c", Code.SENDER_REJECTED),
    (R, "552 over", Code.MAILBOX_FULL),
    (R, "451 4.7.1 Greylisted", Code.GREYLISTED),
    (R, "553 5.6.7 needs SMTPUTF8", Code.SMTPUTF8_NOT_SUPPORTED),
    (D, "552 5.3.4 too big", Code.MESSAGE_TOO_LARGE),
    (D, "554 5.7.1 Message rejected: Email address is not verified", Code.SENDER_REJECTED),
    (D, "550 5.7.60 Client does not have permissions to send as this sender", Code.SENDER_REJECTED),
    (D, "552 5.2.2 mailbox full", Code.MAILBOX_FULL),
    (D, "554 5.7.1 spam", Code.MESSAGE_REJECTED),
]


@pytest.mark.parametrize(("stage", "text", "code"), MEANINGS, ids=[f"{stage} {text}" for stage, text, _ in MEANINGS])
def test_what_a_refusal_means(stage: Stage, text: str, code: Code) -> None:
    number, words = int(text[:3]), text[4:]
    assert judge(stage, Reply(number, (words,), enhanced_code(number, words)), secure=False) is code


def test_inside_tls_nobody_can_demand_tls() -> None:
    for stage in (E, A, M):
        assert judge(stage, Reply(530, ("5.7.0 x",), "5.7.0"), secure=True) not in {
            Code.TLS_REQUIRED,
            Code.AUTH_REQUIRES_TLS,
        }


def test_every_row_has_a_source_and_is_no_warning() -> None:
    for row in ROWS:
        assert row.source
        assert row.code not in WARNINGS


@pytest.mark.parametrize("stage", [G, E, A, M, R, D])
def test_a_temporary_reply_without_words_is_temporary_and_a_final_one_is_not(stage: Stage) -> None:
    assert judge(stage, Reply(451, ("x",)), secure=True) in TEMPORARY
    if stage is not G:  # a blocked address may be unblocked
        assert judge(stage, Reply(550, ("x",)), secure=True) not in TEMPORARY


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # What Postfix says where only authenticated users may submit.
        ("554 5.7.1 <b@x>: Recipient address rejected: Access denied", Code.AUTH_REQUIRED),
        ("554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", Code.AUTH_REQUIRED),
        ("554 5.7.1 <a@x>: Sender address rejected: Access denied", Code.SENDER_REJECTED),
        ("554 5.7.1 <b@x>: Relay access denied", Code.RELAY_DENIED),
        ("550 5.1.1 <b@x>: Recipient address rejected: User unknown", Code.RECIPIENT_REJECTED),
    ],
)
def test_access_denied_to_who_has_not_logged_in_asks_for_a_login(text: str, code: Code) -> None:
    number, words = int(text[:3]), text[4:]
    reply = Reply(number, (words,), enhanced_code(number, words))
    assert judge(R, reply, secure=True, anonymous=True) is code
    if code is Code.AUTH_REQUIRED:
        assert judge(R, reply, secure=True) is Code.RECIPIENT_REJECTED
