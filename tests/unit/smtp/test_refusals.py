"""(reply, situation) -> what has to change. The rows that need a connection's story are in tests/e2e/smtp."""

from __future__ import annotations

import random
import re

import pytest

from mailproof.diagnosis.catalogue import WARNING_CODES, may_pass_later
from mailproof.smtp.refusals.judgement import Circumstances, Judgement, judge
from mailproof.smtp.refusals.rule import RefusalRule
from mailproof.smtp.refusals.table import RULES
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Reply, enhanced_code
from smtp_support.refusal_sentences import SENTENCES

G, E, S, A, M, R, D = (
    Stage.GREETING,
    Stage.EHLO,
    Stage.STARTTLS,
    Stage.AUTH,
    Stage.MAIL,
    Stage.RCPT,
    Stage.DATA,
)


def reply_of(text: str) -> Reply:
    number, words = int(text[:3]), text[4:]
    return Reply(number, (words,), enhanced_code(number, words))


def meaning(stage: Stage, text: str, *, secure: bool = False, logged_in: bool = False) -> Judgement:
    return judge(reply_of(text), Circumstances(stage, secure, logged_in=logged_in))


def example_of(rule: RefusalRule) -> tuple[Stage, str]:
    stage, _, text = rule.example.partition(" ")
    return Stage(stage), text


@pytest.mark.parametrize("rule", RULES, ids=[rule.example for rule in RULES])
def test_each_rule_explains_its_example_and_no_earlier_rule_does(rule: RefusalRule) -> None:
    stage, text = example_of(rule)
    situation = Circumstances(stage, bool(rule.secure), bool(rule.anonymous), bool(rule.logged_in))
    found = judge(reply_of(text), situation)
    assert found.rule is rule
    assert found.code is rule.code
    assert found.recognised is rule.recognised
    assert bool(found.words) is bool(rule.patterns and rule.recognised)


def test_every_rule_has_a_source_and_is_no_warning() -> None:
    for rule in RULES:
        assert rule.source
        assert rule.code not in WARNING_CODES
        assert rule.patterns or rule.enhanced or rule.replies


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
    (A, "454 4.7.0 Too many login attempts", Code.AUTH_TOO_MANY_ATTEMPTS),
    (A, "535 5.7.8 Error: authentication failed: account disabled", Code.ACCOUNT_RESTRICTED),
    (A, "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", Code.AUTH_REJECTED),
    (A, "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
     Code.AUTH_BASIC_DISABLED),
    (A, "450 4.7.1 Error: too many AUTH commands from 192.0.2.1", Code.AUTH_TOO_MANY_ATTEMPTS),
    (M, "530 5.7.0 Must issue a STARTTLS command first", Code.TLS_REQUIRED),
    (M, "451 5.7.3 STARTTLS is required to send mail", Code.TLS_REQUIRED),
    (M, "530-5.7.0 Authentication Required", Code.AUTH_REQUIRED),
    (M, "530 5.7.57 Client was not authenticated to send anonymous mail", Code.AUTH_REQUIRED),
    (M, "503 5.5.4 Error: send AUTH command first", Code.AUTH_REQUIRED),
    (M, "530 5.7.0 no words", Code.TLS_REQUIRED),
    (R, "450 4.7.1 Error: too many recipients from 192.0.2.1", Code.RATE_LIMITED),
    (R, "452 4.5.3 Error: too many recipients", Code.SENDING_LIMIT_REACHED),
    (E, "421 4.7.0 mail.test Error: too many new TLS sessions from unknown[192.0.2.1]", Code.RATE_LIMITED),
    (E, "421 4.7.1 mail.test Error: No client certificate presented", Code.TLS_CLIENT_CERT_REQUIRED),
    (R, "553 5.7.1 <a@x>: Sender address rejected: not logged in", Code.AUTH_REQUIRED),
    (R, "553 5.7.1 <a@x>: Sender address rejected: not owned by user b", Code.SENDER_NOT_OWNED),
    (R, "554 5.7.1 <a@x>: Recipient address rejected: Access denied", Code.RECIPIENT_REJECTED),
    (M, "550 5.1.8 sender domain unknown", Code.SENDER_DOMAIN_NOT_FOUND),
    (M, "501 5.1.7 bad sender", Code.SENDER_REJECTED),
    (M, "452 4.3.1 out of memory", Code.TEMPORARY_FAILURE),
    (M, "503 bad sequence", Code.PROTOCOL_ERROR),
    (R, "550 5.7.1 <x@y>... Relaying denied. Proper authentication required.", Code.AUTH_REQUIRED),
    (R, "550 5.7.64 TenantAttribution; Relay Access Denied", Code.RELAY_DENIED),
    (R, "454 4.7.1 <x@y>: Relay access denied", Code.RELAY_DENIED),
    (R, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", Code.RELAY_DENIED),
    (R, "550 authentication required", Code.AUTH_REQUIRED),
    (R, "550 5.1.1 unknown user", Code.RECIPIENT_REJECTED),
    (R, "450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]", Code.CLIENT_NO_RDNS),
    (R, "450 4.2.0 <b@x.example>: Recipient address rejected: first seen, try again in 300 seconds", Code.GREYLISTED),
    (R, "552 over", Code.MAILBOX_FULL),
    (R, "451 4.7.1 Greylisted", Code.GREYLISTED),
    (R, "553 5.6.7 needs SMTPUTF8", Code.SMTPUTF8_NOT_SUPPORTED),
    (D, "552 5.3.4 too big", Code.MESSAGE_TOO_LARGE),
    (D, "552 5.7.0 This message was blocked because its content presents a potential security issue",
     Code.CONTENT_REJECTED),
    (D, "552 Your account has been suspended", Code.ACCOUNT_RESTRICTED),
    (D, "554 5.7.1 Message rejected: Email address is not verified", Code.SENDER_NOT_VERIFIED),
    (D, "550 5.7.60 Client does not have permissions to send as this sender", Code.SENDER_NOT_OWNED),
    (D, "552 5.2.2 mailbox full", Code.MAILBOX_FULL),
    (D, "554 5.7.1 spam", Code.CONTENT_REJECTED),
    (D, "554 Message not accepted because of an SPF failure", Code.SENDER_AUTHENTICATION_FAILED),
    (D, "421 4.7.0 All messages from 192.0.2.1 will be permanently deferred", Code.CLIENT_IP_BLOCKED),
    # A lasting cause that is told with 4xx, and a final code whose words say "temporary".
    (A, "454 4.7.0 invalid username or password", Code.AUTH_REJECTED),
    (A, "450 Account suspended", Code.ACCOUNT_RESTRICTED),
    (D, "451 4.7.1 Message is spam", Code.CONTENT_REJECTED),
    (D, "554 Temporary problem, try again later", Code.MESSAGE_REJECTED),
    # What checks the sender can't work now: the sender is not at fault.
    (M, "451 4.7.24 SPF-Result=x.example: 'SERVFAIL' error on DNS 'TXT' lookup", Code.TEMPORARY_FAILURE),
    (D, "451 4.7.1 DMARC policy could not be checked, try again", Code.TEMPORARY_FAILURE),
    (D, "550 5.7.1 SPF check: temperror", Code.MESSAGE_REJECTED),
    # A block of our address that is told in words of limits.
    (G, "554 Your IP address exceeded the limit of bad recipients and was banned", Code.CLIENT_IP_BLOCKED),
    (R, "550 Too many spam messages from your IP address, you are blocked for one hour", Code.CLIENT_IP_BLOCKED),
    (R, "550 5.7.1 The daily limit of recipients of your plan is reached", Code.SENDING_LIMIT_REACHED),
    # At MAIL nothing is known of a recipient, and a domain is the sender's.
    (M, "550 5.7.1 This domain is not hosted here", Code.SENDER_REJECTED),
    (R, "550 5.7.1 This domain is not hosted here", Code.RELAY_DENIED),
    (M, "550 relaying denied", Code.RELAY_DENIED),
    # Headers are content, whatever is wrong with them.
    (D, "552 5.3.4 Header too large", Code.CONTENT_REJECTED),
    (D, "550 5.7.1 Missing From header", Code.CONTENT_REJECTED),
    (R, "554 5.7.1 Service unavailable; Helo command [x.example] blocked using dbl.spamhaus.org", Code.EHLO_REJECTED),
    (A, "535 5.7.139 Authentication unsuccessful, federated sign-in service timed out", Code.AUTH_TEMPORARY_FAILURE),
    (M, "550 5.7.1 The provided authorization grant does not have permission to send mail", Code.PERMISSION_MISSING),
    # Words of the sentence, not the code or one word of another subject.
    (A, "503 此连接已认证", Code.PROTOCOL_ERROR),
    (A, "504 Bereits angemeldet", Code.PROTOCOL_ERROR),
    (A, "503 Метод авторизации не поддерживается", Code.AUTH_MECHANISM_UNSUPPORTED),
    (A, "503 Méthode d'authentification non supportée", Code.AUTH_MECHANISM_UNSUPPORTED),
    (R, "550 Sender account suspended", Code.ACCOUNT_RESTRICTED),
    (R, "550 niemand unter dieser Adresse bekannt", Code.RECIPIENT_REJECTED),
    (M, "421 too many invalid commands", Code.RATE_LIMITED),
    (D, "554 smtp: too longer line in input stream", Code.CONTENT_REJECTED),
    (D, "550 Message body hash mismatch", Code.SENDER_AUTHENTICATION_FAILED),
    # A state that is denied is none.
    (A, "535 Incorrect password. Your account is not locked.", Code.AUTH_REJECTED),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "text", "code"), MEANINGS, ids=[f"{stage} {text}" for stage, text, _ in MEANINGS])
def test_what_a_refusal_means(stage: Stage, text: str, code: Code) -> None:
    assert meaning(stage, text).code is code


@pytest.mark.parametrize(
    ("stage", "code", "text", "wanted"),
    SENTENCES,
    ids=[f"{wanted} {text}" for _, _, text, wanted in SENTENCES],
)
def test_nine_languages(stage: Stage, code: int, text: str, wanted: Code) -> None:
    found = judge(Reply(code, (text,)), Circumstances(stage))
    assert (found.code, found.recognised) == (wanted, True)


@pytest.mark.parametrize(
    ("stage", "text", "code"),
    [
        (A, "534 5.7.12 Bitte melden", Code.AUTH_PASSWORD_EXPIRED),
        (A, "534 no", Code.AUTH_MECHANISM_UNSUPPORTED),
        (A, "534 Asmodeus demands many zorkmids", None),
        (M, "530 5.7.0 no", Code.TLS_REQUIRED),
        (M, "530 5.7.0 Asmodeus demands many zorkmids", None),
        (R, "552 over", Code.MAILBOX_FULL),
        (R, "552 Kann leider nur jeweils eine Zieladresse annehmen", None),
    ],
)
def test_a_code_decides_only_where_the_reply_says_next_to_nothing(stage: Stage, text: str, code: Code | None) -> None:
    found = meaning(stage, text)
    assert (found.code if found.recognised else None) == code


@pytest.mark.parametrize(
    "text",
    ["550 Sender not verified", "550 Sender has not yet been verified", "550 Absender wurde noch nicht verifiziert"],
)
def test_words_that_say_nothing_may_stand_within_a_term(text: str) -> None:
    assert meaning(M, text).code is Code.SENDER_NOT_VERIFIED


@pytest.mark.parametrize("text", ["535 Initialpasswort abgelaufen", "535 Mailpasswort ist abgelaufen"])
def test_a_compound_is_known_by_its_end(text: str) -> None:
    assert meaning(A, text).code is Code.AUTH_PASSWORD_EXPIRED


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        (D, "554 Temporary problem, try again later"),
        (R, "451 Please retry"),
        (M, "550 Sender rejected"),
        (D, "550 5.7.1 SPF check: temperror"),
    ],
)
def test_words_that_say_only_when_or_what_are_no_reason(stage: Stage, text: str) -> None:
    assert not meaning(stage, text).recognised


@pytest.mark.parametrize("text", ["501", "504 no"])
def test_the_name_in_ehlo_is_refused_even_without_words(text: str) -> None:
    found = meaning(E, text)
    assert (found.code, found.recognised) == (Code.EHLO_REJECTED, True)


def test_a_refusal_without_a_reason_is_told_as_such() -> None:
    for text in ("550 Blocked", "554 5.7.1 Transaction failed", "550 5.7.1 Access denied", "550 No"):
        for stage, code in ((M, Code.SENDER_REJECTED), (R, Code.RECIPIENT_REJECTED), (D, Code.MESSAGE_REJECTED)):
            found = meaning(stage, text)
            assert (found.code, found.recognised, found.words) == (code, False, "")
    assert meaning(A, "535 No").code is Code.AUTH_REJECTED
    assert meaning(R, "450 4.7.1 No").code is Code.TEMPORARY_FAILURE
    assert meaning(A, "454 No").code is Code.AUTH_TEMPORARY_FAILURE


def test_inside_tls_nobody_can_demand_tls() -> None:
    for text in ("530 5.7.0 x", "530 5.7.0 Must issue a STARTTLS command first", "538 Encryption required"):
        for stage in (E, A, M, R):
            assert meaning(stage, text, secure=True).code not in {Code.TLS_REQUIRED, Code.AUTH_REQUIRES_TLS}


@pytest.mark.parametrize("rule", RULES, ids=[rule.example for rule in RULES])
def test_nobody_who_has_logged_in_is_told_to_log_in(rule: RefusalRule) -> None:
    _, text = example_of(rule)
    for stage in (M, R, D):
        assert meaning(stage, text, secure=True, logged_in=True).code is not Code.AUTH_REQUIRED


@pytest.mark.parametrize("stage", [G, E, A, M, R, D])
def test_a_temporary_reply_without_words_is_temporary_and_a_final_one_is_not(stage: Stage) -> None:
    assert may_pass_later(meaning(stage, "451 x", secure=True).code, 451)
    if stage is not G:  # a blocked address may be unblocked
        assert not may_pass_later(meaning(stage, "550 x", secure=True).code, 550)


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
    assert judge(reply_of(text), Circumstances(R, secure=True, anonymous=True)).code is code


@pytest.mark.parametrize("rule", RULES, ids=[rule.example for rule in RULES])
def test_case_and_folding_change_nothing(rule: RefusalRule) -> None:
    stage, text = example_of(rule)
    situation = Circumstances(stage, bool(rule.secure), bool(rule.anonymous), bool(rule.logged_in))
    plain = reply_of(text)
    expected = judge(plain, situation)
    for changed in (plain.lines[0].upper(), plain.lines[0].lower(), plain.lines[0].title()):
        assert judge(Reply(plain.code, (changed,), plain.enhanced), situation) == expected
    words = plain.lines[0].removeprefix(plain.enhanced).split()
    lines = tuple(f"{plain.enhanced} {word}".strip() for word in words)
    if lines:
        assert judge(Reply(plain.code, lines, plain.enhanced), situation) == expected


_UNSAYING = (
    "https://help.example.com/{}/{}.html?why={}",
    "http://{}-{}.example.com/{}",
    "<{}.{}@{}.example.com>",
    "{}-{}.{}.example.net",
    "{}.{}.{}.example",
)


@pytest.mark.parametrize("shape", _UNSAYING)
def test_no_word_in_a_link_an_address_or_a_host_name_decides(shape: str) -> None:
    words = sorted({word for rule in RULES for word in re.findall(r"[a-z]{3,}", rule.example.casefold())})
    draw = random.Random(8)
    for _ in range(300):
        hidden = shape.format(*draw.sample(words, 3))
        for stage in (M, R, D, A):
            found = judge(Reply(550, (f"Not today, see {hidden}",)), Circumstances(stage, secure=True))
            assert not found.recognised, f"{found.words} of {hidden}"


def test_any_text_is_judged() -> None:
    draw = random.Random(8)
    letters = "".join(chr(number) for number in (*range(0x20, 0x250), *range(0x400, 0x460), *range(0x3040, 0x3100)))
    letters += "不未已登录密码邮件@@::..//<>[]()%\ud800\x00\u202e\U0001f600" * 4
    words = [word for rule in RULES for word in rule.example.split()]
    for _ in range(500):
        noise = "".join(draw.choices(letters, k=draw.randrange(200)))
        text = " ".join([noise, *draw.choices(words, k=draw.randrange(30)), noise])
        code, stage = draw.randrange(400, 600), draw.choice(list(Stage))
        situation = Circumstances(stage, *(draw.random() < 0.5 for _ in range(3)))
        found = judge(Reply(code, (text,)), situation)
        assert isinstance(found.code, Code)
        assert len(found.words) <= 120
        assert not found.words or found.recognised


def test_a_long_reply_is_read_at_both_ends() -> None:
    filler = "lorem ipsum " * 5000
    assert meaning(D, f"554 Mailbox full. {filler}").code is Code.MAILBOX_FULL
    assert meaning(D, f"554 {filler}. Mailbox full").code is Code.MAILBOX_FULL
    assert not meaning(D, f"554 {filler}. Mailbox full. {filler}").recognised
